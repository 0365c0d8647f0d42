"""Full-text search in what an assistant knows, the same in both databases.

Words are folded and brought to their stems here, in Python, by the means of the rules brain: neither database knows
Spanish chat spelling, and so both find the same. SQLite ranks by bm25 (https://sqlite.org/fts5.html), PostgreSQL by
ts_rank; what was asked weighs ten times what was answered in both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, column, func, literal, literal_column, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from recado.brain.rules.normalise import segments, words
from recado.brain.rules.terms import terms
from recado.decisions import Language
from recado.knowledge.models import KnowledgeEntry

MAX_HITS = 50
# Words of a question that are looked for: enough for a long voice note, and it bounds the work.
MAX_TERMS = 40
# Shorter beginnings bring together what has nothing in common ("control" and "contrato").
_MIN_BEGINNING = 5
_ASKED, _SAID = 1.0, 0.1
# Of the lexemes' weights {D, C, B, A} (https://www.postgresql.org/docs/current/textsearch-controls.html).
_WEIGHTS: ColumnElement[Any] = literal_column("'{0.1, 0.1, 0.1, 1.0}'::real[]")
_SQLITE = table("knowledge_fts", column("rowid"), column("knowledge_fts"))
_POSTGRESQL = table("knowledge_fts", column("number"), column("assistant_id"), column("words"))


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was found. `score` is 1 for the best and less for the others, never 0."""

    entry: KnowledgeEntry
    score: float


def index_words(parts: Iterable[str]) -> str:
    """What is stored to find an entry by: the terms of these texts, as often as they are named in different ones."""
    return " ".join(_token(term) for part in parts for term in terms(words(part)))


def number_of(entry_id: str) -> int:
    """A whole number for an entry's id (a UUIDv7): of its last 62 bits, which are random."""
    return int(entry_id.replace("-", "")[-16:], 16) & (2**62 - 1)


async def search(
    session: AsyncSession,
    assistant_id: str,
    texts: Sequence[str],
    *,
    language: Language | None = None,
    limit: int = 10,
) -> list[Hit]:
    """The entries that have most to do with what people wrote, the best first. The session is a project's.

    Any text will do; one without a word that tells anything finds nothing.
    """
    asked = list(terms(word for segment in segments(texts, _as_it_is) for word in segment))[:MAX_TERMS]
    if not asked:
        return []
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    query = _in_sqlite(assistant_id, asked) if is_sqlite else _in_postgresql(assistant_id, asked)
    if language is not None:
        query = query.where(KnowledgeEntry.language == language)
    rows = (await session.execute(query.limit(min(limit, MAX_HITS)))).all()
    best = max((rank for _, rank in rows), default=1.0) or 1.0
    return [Hit(entry, max(round(rank / best, 3), 0.001)) for entry, rank in rows]


def _in_sqlite(assistant_id: str, asked: Sequence[str]) -> Select[KnowledgeEntry, float]:
    # Only letters and digits stand in the words, so that nothing in them can be an operator.
    either = " OR ".join(f'"{_token(term)}"{"*" if begins else ""}' for term, begins in map(_sought, asked))
    match = f'owner : "{assistant_id.replace("-", "")}" AND {{asked said}} : ({either})'
    rank = -func.bm25(_SQLITE.c.knowledge_fts, literal(0.0), literal(_ASKED), literal(_SAID))
    return (
        select(KnowledgeEntry, rank)
        .join(_SQLITE, _SQLITE.c.rowid == KnowledgeEntry.number)
        .where(_SQLITE.c.knowledge_fts.op("MATCH")(match))
        .order_by(rank.desc(), KnowledgeEntry.id)
    )


def _in_postgresql(assistant_id: str, asked: Sequence[str]) -> Select[KnowledgeEntry, float]:
    either = " | ".join(f"'{_token(term)}'{':*' if begins else ''}" for term, begins in map(_sought, asked))
    sought = func.to_tsquery(literal_column("'simple'"), either)
    rank = func.ts_rank(_WEIGHTS, _POSTGRESQL.c.words, sought)
    return (
        select(KnowledgeEntry, rank)
        .join(_POSTGRESQL, _POSTGRESQL.c.number == KnowledgeEntry.number)
        .where(_POSTGRESQL.c.words.op("@@")(sought), KnowledgeEntry.assistant_id == assistant_id)
        .order_by(rank.desc(), KnowledgeEntry.id)
    )


def _sought(term: str) -> tuple[str, bool]:
    """A term, or its beginning and True: "vacunac" finds "vacun" as well."""
    if term.startswith("#") or term.isdigit() or len(term) <= _MIN_BEGINNING:
        return term, False
    return term[: max(_MIN_BEGINNING, len(term) - 2)], True


def _token(term: str) -> str:
    """A term as one word: the concept "#prices" is "qqprices", which nobody writes."""
    return "".join(letter for letter in term.replace("#", "qq") if letter.isalnum())


def _as_it_is(word: str) -> str:
    return word
