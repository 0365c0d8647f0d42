"""What one message says: what is wanted, when, and what else was named. Pure: the clock and the zone are given."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from recado.brain.rules import normalise
from recado.brain.rules.intents import classifier
from recado.brain.rules.lexicon import TELLTALES
from recado.brain.rules.when import resolve
from recado.brain.rules.when.resolver import DEFAULT_CLOSES, DEFAULT_OPENS
from recado.brain.rules.when.verdict import Slot
from recado.decisions import Language

# Below this probability the two likeliest wishes are asked about.
SURE = 0.5
# What these want needs no day: a vague one in them is not asked about.
_WITHOUT_A_DAY = frozenset({"greeting", "thanks", "urgent", "human", "information", "no"})


@dataclass(frozen=True, slots=True)
class Understood:
    """`clarify`: the person must be asked, about the wish (then `choices` are the two likeliest) or about the day."""

    intent: str
    confidence: float
    date: dt.date | None
    time: dt.time | None
    clarify: bool
    choices: tuple[str, ...]
    slots: Mapping[str, Slot]


def understand(
    text: str,
    *,
    now: dt.datetime,
    language: Language | None = None,
    opens: dt.time = DEFAULT_OPENS,
    closes: dt.time = DEFAULT_CLOSES,
) -> Understood:
    """Read one message. `now` is aware and in the person's zone; without `language` the words tell it. Never raises."""
    reading = classifier.classify(text)
    when = resolve(text, now=now, language=language or language_of(text), opens=opens, closes=closes)
    unsure = reading.confidence < SURE
    return Understood(
        reading.intent,
        reading.confidence,
        when.date,
        when.time,
        unsure or (when.clarify and reading.intent not in _WITHOUT_A_DAY),
        reading.likeliest(2) if unsure else (),
        when.slots,
    )


def language_of(text: str) -> Language:
    """The language with more of its own words in the text; Spanish if they do not tell."""
    words = normalise.fold(text).split()
    return "en" if sum(w in TELLTALES["en"] for w in words) > sum(w in TELLTALES["es"] for w in words) else "es"
