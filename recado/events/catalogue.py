"""Every event that there is, for whoever asks for some by name and for docs/reference/events.md.

Names are the past tense of what happened, after what it happened to: its family, which `family.*` means. A skill's
events belong here, too: nobody could ask for one that is missing.
"""

import difflib
from collections.abc import Mapping, Sequence
from types import MappingProxyType

PAGE = "docs/reference/events.md"
# So many are named to who has misspelt one.
_NEAREST = 3

EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "account.alert": "Meta warns of a business account.",
        "account.capability_changed": "What a business account may do has changed, as to how many it may write to.",
        "account.partner_solution_changed": "A partner's solution was added to a business account, or taken away.",
        "account.payments_changed": "How a business account takes payments has changed.",
        "account.reviewed": "Meta has reviewed a business account: `decision`.",
        "account.updated": "Meta has changed a business account, as by a restriction or a ban.",
        "action.refused": "An action of a turn was left out: its `type`, and a `code` that says why.",
        "alert.raised": "An assistant calls the team: the `level`, and whether it was lower before (`escalated`).",
        "appointment.cancelled": "A person takes an appointment back.",
        "appointment.requested": "A person asks for an appointment.",
        "appointment.rescheduled": "A person asks for another time.",
        "contact.erased": "A person was erased.",
        "contact.marketing_resumed": "A person wants to get bulk sends again.",
        "contact.marketing_stopped": "A person wants no bulk sends.",
        "conversation.handed_over": "A person of the team answers in a conversation from now on, or is asked to.",
        "conversation.taken_back": "The assistant answers in a conversation again.",
        "daily_log.added": "A day's log was kept.",
        "form.changed": "Meta has changed the state of a flow (its forms inside WhatsApp), or warns of it.",
        "form.updated": "Fields of a form were answered; `complete` when none is missing.",
        "job.finished": "A job has ended: its `kind`, its `state` and a `code`.",
        "line.name_reviewed": "Meta has decided on the name that people see of a number.",
        "line.quality_changed": "Meta's rating of a number, or how many it may write to, has changed.",
        "line.security_changed": "The two-step verification of a number has changed.",
        "media.failed": "A file that a person sent could not be fetched.",
        "media.refused": "A file that a person sent is not kept: too large, or of a kind that is not taken.",
        "media.stored": "A file that a person sent is there.",
        "message.delivered": "What was sent has reached the person's phone.",
        "message.failed": "A message could not be sent, or what was sent did not arrive.",
        "message.read": "The person has read it.",
        "message.received": "A person has written.",
        "message.sent": "A message was given to the network.",
        "note.added": "A remark about a person was kept.",
        "schedule.missed": "A schedule's time passed too long ago to make up for it.",
        "task.updated": "A task of a plan has moved on.",
        "template.category_changed": "Meta has put a template into another category.",
        "template.components_changed": "A template has other words.",
        "template.quality_changed": "Meta's rating of a template has changed.",
        "template.status_changed": "A template was approved, refused, paused or switched off.",
        "turn.buried": "A message was given up, for each process that thought about it died.",
        "turn.failed": "A message was given up after failures; the person got the words for that.",
        "voice.failed": "A voice note could not be understood.",
        "voice.heard": "A voice note was understood: its words are there.",
        "webhook.paused": "A webhook gets nothing more: it failed for a whole day.",
    }
)
# Older clients (contract D) ask for these, too, which nothing here tells of yet.
OF_OLDER_CLIENTS = frozenset({"session"})
FAMILIES = frozenset(name.partition(".")[0] for name in EVENTS) | OF_OLDER_CLIENTS


def is_known(name: str) -> bool:
    """Whether this asks for something that can happen: an event, a family (`message.*`) or everything (`*`)."""
    family, _, rest = name.partition(".")
    return (
        name == "*"
        or name in EVENTS
        or (family in FAMILIES and rest == "*")
        or (family in OF_OLDER_CLIENTS and rest != "")
    )


def nearest(name: str) -> Sequence[str]:
    """What may have been meant, the likeliest first."""
    return difflib.get_close_matches(name, [*EVENTS, *(f"{family}.*" for family in sorted(FAMILIES))], _NEAREST)
