"""Which date and time a message means."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from recado.brain.rules.when import (
    beside,
    calendar,
    durations,
    exclusions,
    items,
    lexer,
    named,
    numbered,
    ordinals,
    parts,
    times,
    vague,
    waiting,
)
from recado.brain.rules.when.grammar import Grammar
from recado.brain.rules.when.lexicon import ALPHABET
from recado.brain.rules.when.mentions import Meant, Nothing
from recado.brain.rules.when.tokens import Tokens
from recado.brain.rules.when.verdict import Judge, Slot
from recado.decisions import Language

DEFAULT_OPENS = dt.time(7)
DEFAULT_CLOSES = dt.time(19)

MAX_MENTIONS = 64
"""How many mentions of one message are weighed: more than people write, and it bounds the time."""

MENTIONS: Grammar[Meant] = Grammar(
    ALPHABET,
    (
        *named.RULES,
        *numbered.RULES,
        *ordinals.RULES,
        *vague.RULES,
        *waiting.RULES,
        *beside.RULES,
        *times.RULES,
        *parts.RULES,
        *durations.RULES,
    ),
)


_GREETS = "(FILL | COMMA | STOP | (good | BUENAS) (PARTEN | DAY))"
_GREETING = ALPHABET.compile(
    f"{_GREETS}{{1,6}} (?= NUM | WNUM | SAT | SUN | the | one) | {_GREETS}{{0,5}} (COMMA | STOP) (?= MON)"
)


@dataclass(frozen=True, slots=True)
class When:
    """What a message says about a date and a time.

    `date` and `time` are local, None where nothing certain was said. `clarify`: the person must be asked which day or
    time. `slots` holds what else was said: `past`, `vague`, `soonest`, `impossible` (true), `options` (list of ISO
    dates, HH:MM, both as "2026-03-02T15:00", or parts of the day), `time_from`, `time_to`, `from_time` (HH:MM),
    `from_date`, `birth_date` (ISO dates), `part_of_day` (morning, afternoon, evening or night). `spans` are the
    offsets (start, end) of the text that was used.
    """

    date: dt.date | None = None
    time: dt.time | None = None
    clarify: bool = False
    slots: Mapping[str, Slot] = field(default_factory=dict[str, Slot])
    spans: tuple[tuple[int, int], ...] = ()


def resolve(
    text: str, *, now: dt.datetime, language: Language, opens: dt.time = DEFAULT_OPENS, closes: dt.time = DEFAULT_CLOSES
) -> When:
    """What a message says about a date and a time.

    `now` is aware and in the person's zone. `language` is the main one of the message; words of the other are
    understood where they do not clash. `opens` and `closes` (excluded) tell which half of the day a bare hour is in.
    Never raises, whatever the text.
    """
    tokens, births = exclusions.exclude(_after_greeting(lexer.read(text, language)), now.date())
    found = MENTIONS.scan(tokens, MAX_MENTIONS)
    if not births and all(isinstance(piece.product, Nothing) for piece in found):
        return When()
    skeleton = items.build(tokens, found, now.date())
    verdict = Judge(skeleton, now, opens, closes).decide()
    for _, _, birth in births:
        born = calendar.resolve(birth.day, now.date()) if birth.day is not None else None
        if isinstance(born, dt.date):
            verdict.slots["birth_date"] = born.isoformat()
    used = sorted([(item.start, item.end) for item in skeleton.items] + [(start, end) for start, end, _ in births])
    spans = _apart([(tokens.starts[start], tokens.ends[end - 1]) for start, end in used])
    return When(verdict.date, verdict.time, verdict.clarify, verdict.slots, spans)


def _after_greeting(tokens: Tokens) -> Tokens:
    """The tokens without a greeting in English, so that rules know where the message begins: "hi, 9 or 3 only"."""
    found = _GREETING.match(tokens.letters) if tokens.language == "en" else None
    return tokens.since(found.end()) if found is not None else tokens


def _apart(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The spans with those made one that share text, as in words run together."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)
