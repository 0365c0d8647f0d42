"""Full-text search in what an assistant knows, the same in both databases.

Words are folded and brought to their stems here, in Python, by the means of the rules brain: neither database knows
Spanish chat spelling, and so both find the same. SQLite ranks by bm25 (https://sqlite.org/fts5.html), PostgreSQL by
ts_rank; what was asked weighs ten times what was answered in both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, column, func, literal, literal_column, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from recado.brain.rules.lexicon import SPELLER
from recado.brain.rules.normalise import segments, words
from recado.brain.rules.patterns import with_idioms
from recado.brain.rules.spelling import sound
from recado.brain.rules.synonyms import others_of
from recado.brain.rules.terms import terms
from recado.db import Id
from recado.decisions import Language
from recado.knowledge.models import KnowledgeEntry

MAX_HITS = 50
# Words of a question that are looked for: enough for a long voice note, and it bounds the work.
MAX_TERMS = 40
# Shorter beginnings bring together what has nothing in common ("control" and "contrato").
_MIN_BEGINNING = 5
_ASKED, _SAID = 1.0, 0.1
# Before the name of a concept ("#prices" of `terms`): nobody writes a word that sounds so.
_CONCEPT = "qq"
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
    return " ".join(token for part in parts for term in terms(with_idioms(words(part))) if (token := _token(term)))


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
    asked = _asked(texts)
    if not asked:
        return []
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    query = _in_sqlite(assistant_id, asked) if is_sqlite else _in_postgresql(assistant_id, asked)
    if language is not None:
        query = query.where(KnowledgeEntry.language == language)
    rows = (await session.execute(query.limit(min(limit, MAX_HITS)))).all()
    best = max((rank for _, rank in rows), default=1.0) or 1.0
    return [Hit(entry, max(round(rank / best, 3), 0.001)) for entry, rank in rows]


def _asked(texts: Sequence[str]) -> list[str]:
    """The terms of what was written, as it was spelled and, after those, as it may have been meant or said."""
    written = [word for segment in segments(texts, _as_it_is) for word in with_idioms(segment)]
    meant = [known for word in written if (known := SPELLER.mend(word)) is not None]
    said = terms(written) | terms(meant)
    tokens = dict.fromkeys(_token(term) for term in (*said, *(other for term in said for other in others_of(term))))
    return [token for token in tokens if token][:MAX_TERMS]


def _in_sqlite(assistant_id: str, asked: Sequence[str]) -> Select[KnowledgeEntry, float]:
    # Only letters and digits stand in the words, so that nothing in them can be an operator.
    either = " OR ".join(f'"{token}"{"*" if begins else ""}' for token, begins in map(_sought, asked))
    match = f'owner : "{assistant_id.replace("-", "")}" AND {{asked said}} : ({either})'
    rank = -func.bm25(_SQLITE.c.knowledge_fts, literal(0.0), literal(_ASKED), literal(_SAID))
    return (
        select(KnowledgeEntry, rank)
        .join(_SQLITE, _SQLITE.c.rowid == KnowledgeEntry.number)
        .where(_SQLITE.c.knowledge_fts.op("MATCH")(match))
        .order_by(rank.desc(), KnowledgeEntry.id)
    )


def _in_postgresql(assistant_id: str, asked: Sequence[str]) -> Select[KnowledgeEntry, float]:
    either = " | ".join(f"'{token}'{':*' if begins else ''}" for token, begins in map(_sought, asked))
    sought = func.to_tsquery(literal_column("'simple'"), either)
    rank = func.ts_rank(_WEIGHTS, _POSTGRESQL.c.words, sought)
    # Apart, so that the planner cannot begin with all of the project's entries.
    hits = (
        select(_POSTGRESQL.c.number, rank.label("rank"))
        .where(_POSTGRESQL.c.words.op("@@")(sought), _POSTGRESQL.c.assistant_id == cast(assistant_id, Id))
        .cte("hits")
        .prefix_with("MATERIALIZED")
    )
    return (
        select(KnowledgeEntry, hits.c.rank)
        .join(hits, hits.c.number == KnowledgeEntry.number)
        .where(KnowledgeEntry.assistant_id == assistant_id)
        .order_by(hits.c.rank.desc(), KnowledgeEntry.id)
    )


def _sought(token: str) -> tuple[str, bool]:
    """A word as it is kept, or its beginning and True: "bakunac" finds "bakun" as well."""
    if token.startswith(_CONCEPT) or token.isdigit() or len(token) <= _MIN_BEGINNING:
        return token, False
    return token[: max(_MIN_BEGINNING, len(token) - 2)], True


def _token(term: str) -> str:
    """A term as one word that its misspellings share: "sosio" sounds like "socio"."""
    if term.startswith("#"):
        return _CONCEPT + term[1:]
    return "".join(letter for letter in sound(term).lower() if letter.isalnum())


def _as_it_is(word: str) -> str:
    return word
