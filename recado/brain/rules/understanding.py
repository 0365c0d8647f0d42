"""What one message says: what is wanted, when, and what else was named. Pure: the clock and the zone are given."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from recado.brain.rules import normalise
from recado.brain.rules.facts import Facts, extract
from recado.brain.rules.intents import classifier
from recado.brain.rules.lexicon import TELLTALES
from recado.brain.rules.regions import region_of
from recado.brain.rules.when import When, resolve
from recado.brain.rules.when.resolver import DEFAULT_CLOSES, DEFAULT_OPENS
from recado.brain.rules.when.verdict import Slot
from recado.decisions import Language

# Below this probability the two likeliest wishes are asked about.
SURE = 0.5
# What these want needs no day: a vague one in them is not asked about.
_WITHOUT_A_DAY = frozenset({"greeting", "thanks", "urgent", "human", "information", "no"})

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Understood:
    """What one message says.

    `clarify`: the person must be asked, about the wish (then `choices` are the two likeliest) or about the day.
    `facts` are all that was told apart from dates, each with its place in the message. `slots` are those of `When`,
    and of the facts the first of each kind: `name` (of the person who writes), `for_name` (of somebody else), `phone`
    (E.164), `email`, `document` with `document_kind` and, if its check digit or length is wrong, `document_wrong`
    (true), `amount` (a decimal number as text) with `currency` (ISO 4217, if it is known), and `temperature_c` (of
    a person, if it was called one).
    """

    intent: str
    confidence: float
    date: dt.date | None
    time: dt.time | None
    clarify: bool
    choices: tuple[str, ...]
    slots: Mapping[str, Slot | float]
    facts: Facts


def understand(
    text: str,
    *,
    now: dt.datetime,
    language: Language | None = None,
    opens: dt.time = DEFAULT_OPENS,
    closes: dt.time = DEFAULT_CLOSES,
    region: str | None = None,
) -> Understood:
    """Read one message. `now` is aware and in the person's zone; without `language` the words tell it.

    `region` (ISO 3166-1) is whose numbers and money are meant; without it, that of the zone. Never raises.
    """
    reading = classifier.classify(text)
    language = language or language_of(text)
    facts = extract(text, language, region or region_of(now.tzinfo))
    reader = partial(resolve, now=now, language=language, opens=opens, closes=closes)
    when, facts = _shared_out(text, facts, reader)
    unsure = reading.confidence < SURE
    return Understood(
        reading.intent,
        reading.confidence,
        when.date,
        when.time,
        unsure or (when.clarify and reading.intent not in _WITHOUT_A_DAY),
        reading.likeliest(2) if unsure else (),
        {**when.slots, **_told(facts)},
        facts,
    )


def _shared_out(text: str, facts: Facts, reader: Callable[[str], When]) -> tuple[When, Facts]:
    """No word and no number is told twice: a number is what it was called, and a name that is a day's is a day."""
    when = reader(text)
    numbers = [(it.start, it.end) for it in (*facts.numbers, *facts.emails)]
    if any(_meet(span, number) for span in when.spans for number in numbers):
        when = reader(_hidden(text, numbers))
    names = tuple(name for name in facts.names if not any(_meet((name.start, name.end), span) for span in when.spans))
    return when, replace(facts, names=names)


def _meet(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _hidden(text: str, spans: Iterable[Span]) -> str:
    """The text with a word that means nothing in the place of each span."""
    letters = list(text)
    for start, end in spans:
        letters[start:end] = ("zx" * (end - start))[: end - start]
    return "".join(letters)


def _told(facts: Facts) -> Mapping[str, Slot | float]:
    """The first fact of each kind, as slots."""
    told: dict[str, Slot | float] = {}
    for name in facts.names:
        told.setdefault("name" if name.role == "self" else "for_name", name.value)
    for phone in facts.phones[:1]:
        told["phone"] = phone.value
    for email in facts.emails[:1]:
        told["email"] = email.value
    for document in facts.documents[:1]:
        told |= {"document": document.value, "document_kind": document.kind}
        if document.valid is False:
            told["document_wrong"] = True
    for amount in facts.amounts[:1]:
        told["amount"] = amount.value
        if amount.currency:
            told["currency"] = amount.currency
    for heat in [one for one in facts.temperatures if one.kind == "body" and one.certain][:1]:
        told["temperature_c"] = heat.celsius
    return told


def language_of(text: str) -> Language:
    """The language with more of its own words in the text; Spanish if they do not tell."""
    words = normalise.without_clock(normalise.fold(text).split())
    return "en" if sum(w in TELLTALES["en"] for w in words) > sum(w in TELLTALES["es"] for w in words) else "es"
