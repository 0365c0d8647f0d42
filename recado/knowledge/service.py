"""What assistants know. Nothing here commits: the caller's block does. Sessions are a project's.

Every change raises the assistant's version, so that processes that hold its entries in memory read them again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.assistants.service import LANGUAGES, bump_version
from recado.decisions import Entry, Language
from recado.errors import BadInput, NotFound
from recado.kit import new_id
from recado.kit.names import check_text
from recado.kit.pages import FIRST, Cut, Page, read_page
from recado.knowledge.models import KnowledgeEntry

MAX_TOPIC = 64
# An answer goes out as one WhatsApp text: 4,096 characters.
MAX_ANSWER = 4096
MAX_QUESTION = 1000
MAX_KEYWORDS = 100
MAX_KEYWORD = 100


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
    await session.flush()
    await bump_version(session, row.assistant_id)
    return row


async def remove_entry(session: AsyncSession, entry_id: str) -> None:
    """Forget an entry. Raises `NotFound` (`entry_not_found`)."""
    row = await get_entry(session, entry_id)
    await session.delete(row)
    await session.flush()
    await bump_version(session, row.assistant_id)


async def get_entry(session: AsyncSession, entry_id: str) -> KnowledgeEntry:
    """The entry. Raises `NotFound` (`entry_not_found`)."""
    row = await session.get(KnowledgeEntry, entry_id)
    if row is None:
        raise NotFound("There is no such entry", code="entry_not_found")
    return row


async def list_entries(session: AsyncSession, assistant_id: str, cut: Cut = FIRST) -> Page[KnowledgeEntry]:
    """What an assistant knows, oldest first."""
    of_assistant = select(KnowledgeEntry).where(KnowledgeEntry.assistant_id == assistant_id)
    return await read_page(session, of_assistant, KnowledgeEntry, cut)


async def entries_of(session: AsyncSession, assistant_id: str) -> tuple[Entry, ...]:
    """All that an assistant knows, as a brain gets it, in the order in which it was added."""
    return (await load_entries(session, [assistant_id])).get(assistant_id, ())


async def load_entries(session: AsyncSession, assistant_ids: Sequence[str]) -> Mapping[str, tuple[Entry, ...]]:
    """`entries_of` for several assistants at once: what an `AssistantBook` is given."""
    of_assistants = select(KnowledgeEntry).where(KnowledgeEntry.assistant_id.in_(assistant_ids))
    found: dict[str, list[Entry]] = {}
    for row in await session.scalars(of_assistants.order_by(KnowledgeEntry.id)):
        entry = Entry(
            id=row.id,
            topic=row.topic,
            language=cast("Language", row.language),
            question=row.question,
            answer=row.answer,
            keywords=tuple(map(str, row.keywords)),
        )
        found.setdefault(row.assistant_id, []).append(entry)
    return {assistant_id: tuple(entries) for assistant_id, entries in found.items()}


def _row(assistant_id: str, entry: NewEntry) -> KnowledgeEntry:
    _check(entry)
    return KnowledgeEntry(
        id=new_id(),
        assistant_id=assistant_id,
        topic=entry.topic,
        language=entry.language,
        question=entry.question,
        answer=entry.answer,
        keywords=list(entry.keywords),
    )


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
