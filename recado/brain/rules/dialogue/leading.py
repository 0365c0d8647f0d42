"""Who answers a turn: the talk about an appointment, the form, or a question back; or nobody here."""

import re
from dataclasses import replace
from typing import cast

from recado.brain.rules.dialogue import book
from recado.brain.rules.dialogue.appointments import REQUEST, Talk
from recado.brain.rules.dialogue.forms import Filling
from recado.brain.rules.dialogue.listening import TASKS, Said
from recado.brain.rules.dialogue.memory import (
    CHOICE,
    FLOW,
    MISSED,
    OFFERED_PERSON,
    Asking,
    Flow,
    Kind,
    asking_of,
    flow_of,
    missed_of,
)
from recado.brain.rules.dialogue.outcome import Option, Outcome, reply
from recado.brain.rules.dialogue.phrases import PHRASES
from recado.brain.rules.menu import PERSON_ID
from recado.brain.rules.phrases import PHRASES as GENERAL
from recado.decisions import Intent

CERTAIN = 0.8
"""From this confidence on a wish is believed that would change an appointment, or names none."""
LIKELY = 0.7
"""From this confidence on a booking begins: it only asks for a day, and one that is not wanted is easily left."""
UNSURE = 0.49
"""The most confidence of a question back, below that from which on the rules' answer stands."""
MAX_MISSED = 2
"""Not understood so many times in a row, a person is offered."""

# What the buttons of a talk about an appointment do.
_OF_A_TALK = ("yes", "no", "day", "time", "change", "drop")
_FIRST = re.compile(r"^\W*(?:la |el |the )?(?:1|uno|primer[oa]?|first)\W*(?:one|opcion|option)?\W*$")
_SECOND = re.compile(r"^\W*(?:la |el |the )?(?:2|dos|segund[oa]|second|otr[oa])\W*(?:one|opcion|option)?\W*$")


def lead(said: Said, *, before: str, greeted: bool, may_answer: bool) -> Outcome | None:
    """The answer of a dialogue that is on or begins. None: the knowledge and small talk answer.

    `before` (with `greeted`) greets back, or is blank where nobody greeted; `may_answer`: the knowledge
    has an answer. The memory of the outcome forgets what it does not keep.
    """
    talk = Talk(said, book.read(said.context))
    flow = flow_of(said.context.state, said.now)
    asking = asking_of(said.context.state)
    if said.context.state.get(OFFERED_PERSON) and (said.yes and said.task is None):
        return hand_over(said)
    form = Filling(said)
    made = _chosen(said, talk, asking) or (_in_flow(said, talk, flow, before) if flow else None)
    if made is None and (said.names_one or not form.is_on):
        made = _begun(said, talk, may_answer)
    if made is not None and form.is_on and _is_over(said, made):
        made = form.resumed(made)
    if made is None and form.is_on:
        made = form.answer(before if greeted else "")
    if made is None and not said.text and any(said.press(does) for does in _OF_A_TALK):
        made = talk.old_button()
    return None if made is None else _understood(said, made)


def _is_over(said: Said, made: Outcome) -> bool:
    """No question about an appointment stands after this."""
    kept = {**said.context.state, **made.memory}
    return not made.hand_over and all(kept.get(name) is None for name in (FLOW, CHOICE))


def _begun(said: Said, talk: Talk, may_answer: bool) -> Outcome | None:
    """A wish about an appointment. Who may not book leaves it to the knowledge, and to clear words."""
    seen, task = said.understood, said.task
    dated = seen.date is not None or seen.time is not None
    if REQUEST not in said.context.allowed:
        if task is None or may_answer or not (dated or said.names_one):
            return None
        return talk.look_up() if task == "lookup" else talk.begin(cast(Kind, task))
    certain = seen.confidence >= CERTAIN
    if task == seen.intent and said.is_torn and not said.pressed:
        return ask_which(said)
    if task == "lookup":
        return talk.look_up() if talk.knows_one or (said.names_one and certain) else None
    if task == "schedule" and (seen.confidence >= LIKELY or dated or said.names_one):
        return talk.begin("schedule")
    if task is not None:
        return talk.begin(cast(Kind, task)) if certain or dated else ask_which(said)
    return talk.begin("schedule") if _names_a_moment(said) else None


def _names_a_moment(said: Said) -> bool:
    """A day and an hour to come, said of nothing else: an appointment is meant, and will be asked to be confirmed."""
    seen = said.understood
    told = seen.date is not None and seen.time is not None and not seen.slots.get("past")
    return told and "?" not in said.text and seen.intent not in ("information", "urgent", "human")


def hand_over(said: Said) -> Outcome:
    """A person takes it from here; what was being talked about is theirs now."""
    return Outcome("human", reply([GENERAL[said.language].handed_over]), hand_over=True, memory=forgotten(said))


def forgotten(said: Said) -> dict[str, None]:
    """The changes that end all that is on, as far as something is."""
    kept = (FLOW, CHOICE, MISSED, OFFERED_PERSON)
    return {name: None for name in kept if name in said.context.state}


def _understood(said: Said, made: Outcome) -> Outcome:
    """What was misunderstood before counts no more, unless this is another one."""
    state = said.context.state
    over = {name: None for name in (CHOICE, MISSED, OFFERED_PERSON) if name in state and name not in made.memory}
    return replace(made, memory={**over, **made.memory})


# --- a question back ------------------------------------------------------------------------------------------


def ask_which(said: Said) -> Outcome | None:
    """The two likeliest wishes as buttons, if the wish is not sure and one of them is about an appointment."""
    seen = said.understood
    certain = seen.confidence >= CERTAIN or not said.text
    if certain or REQUEST not in said.context.allowed or not set(said.likeliest) & set(TASKS):
        return None
    phrases = PHRASES[said.language]
    wishes = list(dict.fromkeys(wish if wish in phrases.wishes else "other" for wish in said.likeliest))
    options = tuple(Option(phrases.wishes[wish], "wish", wish) for wish in wishes)
    kept: dict[str, object] = {"wishes": wishes}
    kept |= {"day": seen.date.isoformat()} if seen.date else {}
    kept |= {"time": seen.time.isoformat("minutes")} if seen.time else {}
    count = missed_of(said.context.state) + 1
    if count >= MAX_MISSED:
        return offer_person(said)
    memory = {CHOICE: kept, MISSED: count}
    said_before = [phrases.impossible] if seen.slots.get("impossible") else []
    asked = reply([*said_before, phrases.choose], options)
    # Who asks is not sure: where a model may help, it is its turn.
    return Outcome(cast(Intent, seen.intent), asked, min(seen.confidence, UNSURE), memory=memory)


def missed(said: Said) -> tuple[Outcome | None, dict[str, object]]:
    """Not understood again: a person is offered. The first time only what is to be remembered is given."""
    count = missed_of(said.context.state) + 1
    return (offer_person(said), {}) if count >= MAX_MISSED else (None, {MISSED: count})


def offer_person(said: Said) -> Outcome:
    phrases = PHRASES[said.language]
    options = (Option(phrases.person, PERSON_ID), Option(phrases.stay, "stay"))
    memory = {MISSED: MAX_MISSED, OFFERED_PERSON: True} | ({CHOICE: None} if CHOICE in said.context.state else {})
    return Outcome("other", reply([phrases.offer_person], options), 0.0, memory=memory)


def _chosen(said: Said, talk: Talk, asking: Asking | None) -> Outcome | None:
    """One of the wishes that were offered, by its button, its number or in words."""
    press = said.press("wish")
    wish = press.value if press else None
    if wish is None and asking is not None:
        if _FIRST.match(said.folded):
            wish = asking.wishes[0]
        elif _SECOND.match(said.folded) and len(asking.wishes) > 1:
            wish = asking.wishes[1]
        elif said.task is not None:
            wish = said.task
        elif _names_when(said):
            wish = _wish_with_a_day(asking, talk)
    if wish == "human":
        return hand_over(said)
    if wish == "lookup":
        return talk.look_up()
    if wish not in ("schedule", "reschedule", "cancel"):
        return None
    known = Flow(wish, said.now, asking.day, asking.time) if asking else Flow(wish, said.now)
    return talk.begin(wish, known)


def _names_when(said: Said) -> bool:
    seen = said.understood
    return (seen.date is not None or seen.time is not None) and "?" not in said.text


def _wish_with_a_day(asking: Asking, talk: Talk) -> str | None:
    """Who answers with a day or an hour wants the wish that needs one; to move, if there is something to move."""
    wanting = [wish for wish in asking.wishes if wish in ("schedule", "reschedule")]
    likelier = "reschedule" if talk.knows_one else "schedule"
    return likelier if likelier in wanting else next(iter(wanting), None)


# --- in the middle of an appointment --------------------------------------------------------------------------


def _in_flow(said: Said, talk: Talk, flow: Flow, before: str) -> Outcome | None:
    made = talk.go_on(flow)
    if made is not None:
        return made
    phrases = PHRASES[said.language]
    if said.task == "lookup":
        return talk.look_up()
    if said.answers:
        again = talk.ask_again(flow, tuple(entry.answer for entry in said.answers), "information")
        return replace(again, sources=said.answers)
    if said.press("stay"):
        return talk.ask_again(flow, ())
    if before:
        return talk.ask_again(flow, (before,), "greeting" if said.text else "other")
    if said.wants("thanks"):
        return talk.ask_again(flow, (phrases.welcome_thanks,), "thanks")
    if "?" in said.text:
        return replace(talk.ask_again(flow, (phrases.unknown_in_between,), "other"), confidence=0.0)
    offered, memory = missed(said)
    if offered is not None:
        return offered
    again = talk.ask_again(flow, (phrases.not_understood,), "other")
    return replace(again, confidence=0.0, memory={**again.memory, **memory})
