"""Questions in tables: one a line, under the entry that answers it."""

from collections.abc import Mapping
from dataclasses import dataclass

from recado.decisions import Language

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Question:
    """`entry` is the name of the entry that answers it, without the language; or `UNKNOWN`."""

    language: Language
    text: str
    entry: str

    @property
    def source(self) -> tuple[str, ...]:
        """What a decision must cite."""
        return () if self.entry == UNKNOWN else (f"{self.language}:{self.entry}",)


Questions = tuple[Question, ...]


def questions(language: Language, by_entry: Mapping[str, str]) -> Questions:
    """The questions of a table: entry -> texts, one a line."""
    return tuple(
        Question(language, line.strip(), entry)
        for entry, lines in by_entry.items()
        for line in lines.splitlines()
        if line.strip()
    )
