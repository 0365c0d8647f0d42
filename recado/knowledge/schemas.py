"""Shapes of knowledge entries in the API."""

from typing import Annotated, ClassVar

from pydantic import Field

from recado.decisions import Language
from recado.kit.etags import Editable
from recado.kit.schemas import AnyText, Input, Moment, Output, PageOf, shown
from recado.knowledge.service import MAX_ANSWER, MAX_KEYWORDS, MAX_QUESTION, MAX_TOPIC, NewEntry

# What one request may bring; the body's own limit is 1 MiB.
MAX_ENTRIES = 1_000

Keyword = Annotated[AnyText, Field(min_length=1, max_length=200)]


class EntryIn(Input):
    """One question and its answer. `topic` is hours, address, prices or any other word of yours."""

    model_config = shown(
        {"topic": "hours", "language": "es", "question": "¿A qué hora abren?", "answer": "De 8:00 a 18:00."}
    )

    topic: Annotated[AnyText, Field(min_length=1, max_length=MAX_TOPIC)]
    language: Language
    question: Annotated[AnyText, Field(min_length=1, max_length=MAX_QUESTION)]
    answer: Annotated[AnyText, Field(min_length=1, max_length=MAX_ANSWER)]
    keywords: list[Keyword] = Field(default=[], max_length=MAX_KEYWORDS)

    def entry(self) -> NewEntry:
        return NewEntry(self.topic, self.language, self.question, self.answer, tuple(self.keywords))


class EntriesIn(Input):
    model_config = shown(
        {
            "entries": [
                {"topic": "hours", "language": "es", "question": "¿A qué hora abren?", "answer": "De 8:00 a 18:00."}
            ]
        }
    )

    entries: list[EntryIn] = Field(max_length=MAX_ENTRIES)

    def all(self) -> list[NewEntry]:
        return [entry.entry() for entry in self.entries]


class EntryOut(Editable):
    id: str
    assistant_id: str
    topic: str
    language: str
    question: str
    answer: str
    keywords: list[str]
    created_at: Moment = Field(validation_alias="created_ms")


class Known(Editable):
    """Of what an assistant knows. The ETag is of all that it knows, whatever is shown of it."""

    edited: ClassVar[tuple[str, ...]] = ("version",)

    items: list[EntryOut]
    version: int = Field(description="The assistant's: grows with every change of it or of what it knows.")


class EntriesOut(Known):
    """The entries as they are now stored, in the order in which they were given."""


class EntriesPage(PageOf[EntryOut], Known):
    """Some entries; ask again with `cursor=next_cursor` for more. No `next_cursor`: that was all."""


class HitOut(Output):
    """An entry that was found. `score` is 1 for the best and less for the others."""

    entry: EntryOut
    score: float


class HitsOut(Output):
    items: list[HitOut]
