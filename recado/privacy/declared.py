"""What each table holds of people. Every table is in here, or the tests fail: one that is new cannot be forgotten."""

from recado.bulk import personal as bulk
from recado.channels.converters import CONVERTERS
from recado.compat import personal as compat
from recado.contacts import personal as contacts
from recado.events import personal as events
from recado.jobs import personal as jobs
from recado.mailbox import personal as mailbox
from recado.media import personal as media
from recado.personal import Aging, Holding
from recado.webhooks import personal as webhooks

_JOBS = jobs.holdings(bulk.wordless)
# In the order in which a person goes: what is found by something else goes before it.
HOLDINGS: tuple[Holding, ...] = (
    *webhooks.HOLDINGS,
    *events.HOLDINGS,
    *bulk.HOLDINGS,
    *compat.HOLDINGS,
    *_JOBS,
    mailbox.FILES_SENT,
    *media.HOLDINGS,
    mailbox.INBOX,
    mailbox.OUTBOX,
    mailbox.strays_of(CONVERTERS),
    mailbox.CONVERSATIONS,
    *contacts.HOLDINGS,
)
# Lists of whom to write to: a schedule before the jobs that it makes.
LISTS: tuple[Holding, ...] = tuple(reversed(_JOBS))
AGINGS: tuple[Aging, ...] = (
    *media.agings(mailbox.is_open),
    *compat.AGINGS,
    *mailbox.agings(compat.answer_is_owed, bulk.is_counted),
    *webhooks.AGINGS,
    *events.agings(webhooks.owed),
    *bulk.AGINGS,
    *jobs.AGINGS,
)
IMPERSONAL = {
    "projects": "the project itself",
    "api_keys": "programs and people who run Recado, not those who write to it",
    "assistants": "what the project wrote",
    "knowledge_entries": "what the project wrote",
    "lines": "the project's own numbers",
    "templates": "what the project wrote; values stand in the messages",
    "audit_entries": "who changed what, by ids: never texts, names or numbers of people",
    "seen_notices": "digests of what a provider said of accounts",
    "model_usage": "sums of a day",
    "media_uploads": "goes with its file; names a file and a line",
    "event_audiences": "which projects somebody listens to",
    "event_positions": "one number",
    "job_callbacks": "the project's own addresses",
    "webhook_endpoints": "the project's own addresses",
    "webhook_positions": "one number",
    "senders": "which process sends on a line",
    "processes": "which processes live",
    "retention": "days",
    "erasures": "ids and keyed digests; while it is at work the person too, and its last act forgets them",
    "erased_messages": "keyed digests of a provider's ids, for some days",
}
"""Why the other tables hold nothing of the people who write."""
