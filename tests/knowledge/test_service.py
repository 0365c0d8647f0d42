"""Knowledge, on both databases."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from recado.assistants.book import Held
from recado.assistants.service import create_assistant, get_assistant
from recado.db import Database
from recado.decisions import Entry
from recado.errors import BadInput, NotFound
from recado.kit import new_id
from recado.kit.pages import Cut
from recado.knowledge.service import (
    NewEntry,
    add_entries,
    change_entry,
    get_entry,
    list_entries,
    load_entries,
    remove_entry,
    replace_entries,
)

HOURS = NewEntry("hours", "es", "¿Horario?", "De 8 a 19", ("abren", "sábado"))
PRICES = NewEntry("prices", "en", "How much?", "S/ 60")


async def entries_of(session: AsyncSession, assistant_id: str) -> tuple[Entry, ...]:
    held = (await load_entries(session, [assistant_id])).get(assistant_id, Held())
    assert held.complete
    return held.entries


async def make_assistant(database: Database, project_id: str) -> str:
    async with database.project(project_id) as session:
        return (await create_assistant(session, slug="recepcion", name="R", brain="echo", brains={"echo"})).id


async def test_entries_reach_a_brain_as_they_were_written(database: Database, project_id: str) -> None:
    assistant_id = await make_assistant(database, project_id)
    async with database.project(project_id) as session:
        rows = await add_entries(session, assistant_id, [HOURS, PRICES])
    async with database.project(project_id) as session:
        found = await entries_of(session, assistant_id)
        page = await list_entries(session, assistant_id, Cut(limit=1))
    assert found == (
        Entry(rows[0].id, "hours", "es", "¿Horario?", "De 8 a 19", ("abren", "sábado")),
        Entry(rows[1].id, "prices", "en", "How much?", "S/ 60", ()),
    )
    assert [row.id for row in page.items] == [rows[0].id]
    assert page.next_cursor is not None


async def test_every_change_raises_the_assistants_version(database: Database, project_id: str) -> None:
    assistant_id = await make_assistant(database, project_id)
    versions: list[int] = []
    async with database.project(project_id) as session:
        assistant = await get_assistant(session, assistant_id)
        (row,) = await add_entries(session, assistant_id, [HOURS])
        versions.append(assistant.version)
        await change_entry(session, row.id, replace(HOURS, answer="De 9 a 18"))
        versions.append(assistant.version)
        await remove_entry(session, row.id)
        versions.append(assistant.version)
        await replace_entries(session, assistant_id, [PRICES])
        versions.append(assistant.version)
        assert [entry.topic for entry in await entries_of(session, assistant_id)] == ["prices"]
    assert versions == [2, 3, 4, 5]


async def test_a_changed_entry_keeps_its_id(database: Database, project_id: str) -> None:
    assistant_id = await make_assistant(database, project_id)
    async with database.project(project_id) as session:
        (row,) = await add_entries(session, assistant_id, [HOURS])
        await change_entry(session, row.id, PRICES)
    async with database.project(project_id) as session:
        assert await entries_of(session, assistant_id) == (Entry(row.id, "prices", "en", "How much?", "S/ 60", ()),)


@pytest.mark.parametrize(
    "wrong",
    [
        {"topic": ""},
        {"topic": "x" * 65},
        {"question": " "},
        {"answer": "x" * 4097},
        {"answer": "a\0b"},
        {"language": "qu"},
        {"keywords": ("",)},
        {"keywords": ("a\0",)},
        {"keywords": ("a",) * 101},
    ],
)
async def test_what_is_no_entry(database: Database, project_id: str, wrong: dict[str, Any]) -> None:
    assistant_id = await make_assistant(database, project_id)
    async with database.project(project_id) as session:
        with pytest.raises(BadInput) as caught:
            await add_entries(session, assistant_id, [replace(HOURS, **wrong)])
    assert caught.value.code == "bad_entry"


async def test_another_projects_knowledge_does_not_exist(
    database: Database, project_id: str, other_project_id: str
) -> None:
    assistant_id = await make_assistant(database, project_id)
    async with database.project(project_id) as session:
        (row,) = await add_entries(session, assistant_id, [HOURS])
    async with database.project(other_project_id) as session:
        assert await entries_of(session, assistant_id) == ()
        assert await load_entries(session, [assistant_id]) == {}
        for missing in (row.id, new_id()):
            with pytest.raises(NotFound):
                await get_entry(session, missing)
            with pytest.raises(NotFound):
                await remove_entry(session, missing)
        with pytest.raises(NotFound):
            await replace_entries(session, assistant_id, [])
    async with database.project(project_id) as session:
        assert len(await entries_of(session, assistant_id)) == 1
