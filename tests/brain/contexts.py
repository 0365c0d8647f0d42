"""Contexts for tests of brains: the demo clinic, a person who writes, a fixed time."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from recado.decisions import AssistantFacts, Brain, Context, Decision, Entry, Language
from recado.demo import DEMO, DemoEntry
from recado.messages import Address, InboundContent, InboundMessage, Person, Text

# A Saturday, 09:30 in Lima.
NOW = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)
_SECOND_ENTRIES = {
    "hours": ("hours", "hours.saturday", "hours.sunday"),
    "prices": ("prices", "prices.tests"),
    "appointments": ("appointments", "appointments.change"),
}


def labelled(entries: tuple[DemoEntry, ...]) -> tuple[Entry, ...]:
    """The entries with ids that tests can read: "es:hours.saturday"."""
    seen: dict[tuple[str, str], int] = {}
    made: list[Entry] = []
    for entry in entries:
        at = seen.get((entry.language, entry.topic), 0)
        seen[entry.language, entry.topic] = at + 1
        label = _SECOND_ENTRIES.get(entry.topic, (entry.topic,))[at]
        fields = (entry.topic, entry.language, entry.question, entry.answer, entry.keywords)
        made.append(Entry(f"{entry.language}:{label}", *fields))
    return tuple(made)


CLINIC = AssistantFacts("clinic", DEMO.assistant_name, DEMO.language, DEMO.timezone, DEMO.brain, labelled(DEMO.entries))


def message(content: InboundContent | str, number: int = 1) -> InboundMessage:
    if isinstance(content, str):
        content = Text(text=content)
    sender = Person(addresses=(Address(kind="phone", value="51999000111"),), name="Ana")
    return InboundMessage(
        provider_message_id=f"m{number}", sender=sender, sent_ms=1_795_000_000_000 + number, content=content
    )


def context(
    *contents: InboundContent | str,
    assistant: AssistantFacts = CLINIC,
    now: datetime = NOW,
    contact_name: str | None = None,
    language: Language | None = None,
    state: dict[str, Any] | None = None,
    handed_over: bool = False,
) -> Context:
    messages = tuple(message(content, number) for number, content in enumerate(contents, 1))
    return Context(now, assistant, messages, contact_name, language, state or {}, handed_over)


def decide(brain: Brain, of: Context) -> Decision:
    return asyncio.run(brain.decide(of))
