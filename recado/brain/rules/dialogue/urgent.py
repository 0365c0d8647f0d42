"""Urgent signs: what is said and raised, whatever else goes on."""

import re
from dataclasses import replace

from recado.brain.rules.dialogue.listening import Said
from recado.brain.rules.dialogue.memory import FLOW, flow_of
from recado.brain.rules.dialogue.outcome import Outcome, reply
from recado.brain.rules.dialogue.phrases import PHRASES
from recado.brain.rules.lexicon import EMERGENCY
from recado.brain.rules.menu import clip
from recado.decisions import MAX_LINE, RaiseAlert

_TOPIC = EMERGENCY.removeprefix("#")
_MAX_OWN_WORDS = 1_000
"""Characters of the assistant's own entry about emergencies; what must be done comes before it."""


_SURE = 0.9
"""From this confidence on a message is urgent without a sign of danger, and whatever the assistant knows of it."""
# The bare word with which people ask a machine for its menu.
_MENU = re.compile(r"\W*(?:hola\W+|hi\W+|hello\W+)?(?:ayuda|help)[^\w!]*")


def is_urgent(said: Said) -> bool:
    """A sign of danger that is neither denied nor only mentioned, also in one sentence of many; or what sounds like it
    and is no question to the assistant's knowledge ("the rust is killing my coffee")."""
    if not said.text or (_MENU.fullmatch(said.folded) and "!" not in said.text):
        return False
    readings = (said.reading, *(reading for _, reading in said.sentences))
    if any(reading.intent == "urgent" and (reading.danger or reading.confidence >= _SURE) for reading in readings):
        return True
    return said.reading.intent == "urgent" and not any(entry.topic != _TOPIC for entry in said.ask(said.texts))


def answer(said: Said) -> Outcome:
    """Where to go now, then the assistant's own words about emergencies, and an alert."""
    entries = (entry for entry in said.context.assistant.entries if entry.topic == _TOPIC and entry.answer.strip())
    own = next((entry for entry in entries if entry.language == said.language), None)
    parts = [PHRASES[said.language].urgent, clip(own.answer.strip(), _MAX_OWN_WORDS) if own else ""]
    # What is answered next may be about the danger: it must not confirm an appointment.
    flow = flow_of(said.context.state, said.now)
    memory = {FLOW: replace(flow, asked="resume").as_json()} if flow else {}
    reason = clip(" ".join(said.text.split()), MAX_LINE)
    return Outcome(
        "urgent",
        reply(parts),
        confidence=said.understood.confidence if said.understood.intent == "urgent" else 1.0,
        actions=(RaiseAlert(level="critical", reason=reason),),
        memory=memory,
        sources=(own,) if own else (),
    )
