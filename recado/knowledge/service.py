"""What assistants know. Nothing here commits: the caller's block does. Sessions are a project's.

Every change raises the assistant's version, so that processes that hold its entries in memory read them again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import delete, func, select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from recado.assistants.book import Held
from recado.assistants.service import LANGUAGES, bump_version
from recado.db import Database
from recado.decisions import Entry, Language
from recado.errors import BadInput, NotFound, Unavailable
from recado.kit import new_id
from recado.kit.ids import is_id
from recado.kit.names import check_text
from recado.kit.pages import FIRST, Cut, Page, read_page
from recado.kit.spans import ALWAYS, Span
from recado.knowledge.models import KnowledgeEntry
from recado.knowledge.search import index_words, number_of, search

MAX_TOPIC = 64
# An answer goes out as one WhatsApp text: 4,096 characters.
MAX_ANSWER = 4096
MAX_QUESTION = 1000
MAX_KEYWORDS = 100
MAX_KEYWORD = 100
# Up to so many, a process holds them all in memory: some 400 KB, and a question costs no look into the database.
MAX_IN_MEMORY = 200
# And the first so many of those that know more: the menu of topics is made of them.
MAX_PINNED = 20
# Above that, what a turn gets of them: the rules find the answer among these, and a model's prompt has room for them.
MAX_RECALLED = 12


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One question and its answer; the fields mean what they mean in `recado.decisions.Entry`."""

    topic: str
    language: Language
    question: str
    answer: str
    keywords: tuple[str, ...] = ()


async def add_entries(session: AsyncSession, assistant_id: str, entries: Sequence[NewEntry]) -> list[KnowledgeEntry]:
    """Add to what an assistant knows. Raises `BadInput` (`bad_entry`) or `NotFound` (`assistant_not_found`)."""
    await bump_version(session, assistant_id)
    rows = [_row(assistant_id, entry) for entry in entries]
    session.add_all(rows)
    await session.flush()
    return rows


async def replace_entries(
    session: AsyncSession, assistant_id: str, entries: Sequence[NewEntry]
) -> list[KnowledgeEntry]:
    """Let an assistant know exactly this. Raises as `add_entries` does."""
    await session.execute(delete(KnowledgeEntry).where(KnowledgeEntry.assistant_id == assistant_id))
    return await add_entries(session, assistant_id, entries)


async def change_entry(session: AsyncSession, entry_id: str, entry: NewEntry) -> KnowledgeEntry:
    """Write an entry anew. Raises `BadInput` (`bad_entry`) or `NotFound` (`entry_not_found`)."""
    row = await get_entry(session, entry_id)
    _check(entry)
    row.topic, row.language, row.question, row.answer = entry.topic, entry.language, entry.question, entry.answer
    row.keywords = list(entry.keywords)
    _index(row)
    await session.flush()
    await bump_version(session, row.assistant_id)
    return row


async def remove_entry(session: AsyncSession, entry_id: str) -> None:
    """Forget an entry. Raises `NotFound` (`entry_not_found`)."""
    row = await get_entry(session, entry_id)
    await session.delete(row)
    await session.flush()
    await bump_version(session, row.assistant_id)


async def forget_all(session: AsyncSession, assistant_id: str) -> None:
    """Remove all that an assistant knows, because the assistant goes."""
    await session.execute(delete(KnowledgeEntry).where(KnowledgeEntry.assistant_id == assistant_id))


async def get_entry(session: AsyncSession, entry_id: str) -> KnowledgeEntry:
    """The entry. Raises `NotFound` (`entry_not_found`)."""
    row = await session.get(KnowledgeEntry, entry_id)
    if row is None:
        raise NotFound("There is no such entry", code="entry_not_found")
    return row


async def list_entries(
    session: AsyncSession,
    assistant_id: str,
    cut: Cut = FIRST,
    *,
    topic: str | None = None,
    language: Language | None = None,
    span: Span = ALWAYS,
) -> Page[KnowledgeEntry]:
    """What an assistant knows, oldest first."""
    of_assistant = select(KnowledgeEntry).where(
        KnowledgeEntry.assistant_id == assistant_id, *span.of(KnowledgeEntry.created_ms)
    )
    if topic is not None:
        of_assistant = of_assistant.where(KnowledgeEntry.topic == topic)
    if language is not None:
        of_assistant = of_assistant.where(KnowledgeEntry.language == language)
    return await read_page(session, of_assistant, KnowledgeEntry, cut)


async def load_entries(session: AsyncSession, assistant_ids: Sequence[str]) -> Mapping[str, Held]:
    """What an `AssistantBook` holds: all that each assistant knows, in the order in which it was added.

    Of one that knows more than `MAX_IN_MEMORY` entries only the first `MAX_PINNED`: `recall` finds what else a turn
    needs.
    """
    of_assistants = select(KnowledgeEntry.assistant_id, func.count()).where(
        KnowledgeEntry.assistant_id.in_(assistant_ids)
    )
    counted = (await session.execute(of_assistants.group_by(KnowledgeEntry.assistant_id))).all()
    few = [assistant_id for assistant_id, count in counted if count <= MAX_IN_MEMORY]
    found: dict[str, list[Entry]] = {assistant_id: [] for assistant_id in few}
    of_few = select(KnowledgeEntry).where(KnowledgeEntry.assistant_id.in_(few)).order_by(KnowledgeEntry.id)
    for row in await session.scalars(of_few) if few else ():
        found[row.assistant_id].append(_entry(row))
    held = {assistant_id: Held(tuple(entries)) for assistant_id, entries in found.items()}
    for assistant_id, count in counted:
        if count > MAX_IN_MEMORY:
            first = select(KnowledgeEntry).where(KnowledgeEntry.assistant_id == assistant_id)
            rows = await session.scalars(first.order_by(KnowledgeEntry.id).limit(MAX_PINNED))
            held[assistant_id] = Held(tuple(map(_entry, rows)), complete=False)
    return held


async def recall(
    database: Database, project_id: str, assistant_id: str, texts: Sequence[str], entry_ids: Sequence[str] = ()
) -> tuple[Entry, ...]:
    """What an assistant that knows much needs for one turn: the likeliest entries, and those talked about before.

    What is no entry's id in `entry_ids` is passed over. Raises `Unavailable` if the database does not answer.
    """
    try:
        async with database.project(project_id, read_only=True) as session:
            hits = [hit.entry for hit in await search(session, assistant_id, texts, limit=MAX_RECALLED)]
            known = {row.id for row in hits}
            wanted = [entry_id for entry_id in entry_ids if is_id(entry_id) and entry_id not in known]
            of_wanted = select(KnowledgeEntry).where(
                KnowledgeEntry.id.in_(wanted), KnowledgeEntry.assistant_id == assistant_id
            )
            before = list(await session.scalars(of_wanted)) if wanted else []
    except (OperationalError, InterfaceError, OSError) as error:
        raise Unavailable("What the assistant knows cannot be read now") from error
    return tuple(map(_entry, (*hits, *before)))


async def index_entries(session: AsyncSession, size: int = 1_000) -> int:
    """Let the search find up to `size` entries that were stored by a version without it; how many there were."""
    rows = (await session.scalars(select(KnowledgeEntry).where(KnowledgeEntry.number.is_(None)).limit(size))).all()
    for row in rows:
        _index(row)
    await session.flush()
    return len(rows)


def _entry(row: KnowledgeEntry) -> Entry:
    return Entry(
        id=row.id,
        topic=row.topic,
        language=cast("Language", row.language),
        question=row.question,
        answer=row.answer,
        keywords=tuple(map(str, row.keywords)),
    )


def _row(assistant_id: str, entry: NewEntry) -> KnowledgeEntry:
    _check(entry)
    row = KnowledgeEntry(
        id=new_id(),
        assistant_id=assistant_id,
        topic=entry.topic,
        language=entry.language,
        question=entry.question,
        answer=entry.answer,
        keywords=list(entry.keywords),
    )
    _index(row)
    return row


def _index(row: KnowledgeEntry) -> None:
    """Let the search find the entry by what it says now."""
    row.number = number_of(row.id)
    row.asked = index_words((row.topic, row.question, *map(str, row.keywords)))
    row.said = index_words((row.answer,))


def _check(entry: NewEntry) -> None:
    check_text(entry.topic, "topic", MAX_TOPIC, "bad_entry")
    check_text(entry.question, "question", MAX_QUESTION, "bad_entry")
    check_text(entry.answer, "answer", MAX_ANSWER, "bad_entry")
    for keyword in entry.keywords:
        check_text(keyword, "keyword", MAX_KEYWORD, "bad_entry")
    if entry.language not in LANGUAGES:
        raise BadInput(f"language must be one of {', '.join(sorted(LANGUAGES))}", code="bad_entry")
    if len(entry.keywords) > MAX_KEYWORDS:
        raise BadInput(f"keywords may be at most {MAX_KEYWORDS}", code="bad_entry")
