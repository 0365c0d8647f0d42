"""The assistants in memory: right after every change, and read again only then."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from recado.assistants.book import AssistantBook, Held
from recado.assistants.models import Assistant
from recado.assistants.service import create_assistant, update_assistant
from recado.db import Database
from recado.kit import new_id
from recado.knowledge.service import NewEntry, add_entries, load_entries

BRAINS = {"rules"}
HOURS = NewEntry("hours", "es", "¿Horario?", "De 8 a 19", ("abren",))


class Reads:
    """The loader of entries, and what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    async def __call__(self, session: AsyncSession, ids: Sequence[str]) -> Mapping[str, Held]:
        self.asked.append(sorted(ids))
        return await load_entries(session, ids)


async def make(database: Database, project_id: str, slug: str) -> str:
    async with database.project(project_id) as session:
        made = await create_assistant(session, slug=slug, name=slug, brain="rules", brains=BRAINS, settle_ms=200)
        await add_entries(session, made.id, [HOURS])
        return made.id


async def test_it_holds_the_assistants_of_all_projects(
    database: Database, project_id: str, other_project_id: str
) -> None:
    ids = [await make(database, project_id, "a"), await make(database, other_project_id, "b")]
    book = AssistantBook(database, load_entries)
    assert book.get(ids[0]) is None
    await book.refresh()
    facts = [book.get(assistant_id) for assistant_id in ids]
    assert [(fact.name, fact.settle_ms, fact.entries[0].answer) for fact in facts if fact] == [
        ("a", 200, "De 8 a 19"),
        ("b", 200, "De 8 a 19"),
    ]


async def test_only_what_changed_is_read_again(database: Database, project_id: str) -> None:
    first, second = await make(database, project_id, "a"), await make(database, project_id, "b")
    reads = Reads()
    book = AssistantBook(database, reads)
    await book.refresh()
    await book.refresh()
    assert reads.asked == [sorted([first, second])]
    async with database.project(project_id) as session:
        await add_entries(session, second, [HOURS])
        await update_assistant(session, first, brains=BRAINS, name="Ana")
    await book.refresh()
    assert reads.asked[1:] == [sorted([first, second])]
    changed, extended = book.get(first), book.get(second)
    assert changed is not None
    assert extended is not None
    assert (changed.name, len(changed.entries), len(extended.entries)) == ("Ana", 1, 2)


async def test_one_that_is_missing_is_looked_for_and_one_that_is_gone_is_forgotten(
    database: Database, project_id: str
) -> None:
    book = AssistantBook(database, load_entries)
    await book.refresh_after_miss()
    assert book.get(new_id()) is None
    made = await make(database, project_id, "a")
    await book.refresh()
    assert book.get(made) is not None
    async with database.project(project_id) as session:
        await session.execute(delete(Assistant).where(Assistant.id == made))
    await book.refresh()
    assert book.get(made) is None
