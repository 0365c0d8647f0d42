"""Events, on both databases."""

import json

import pytest

from recado.db import Database
from recado.events.service import list_events, record
from recado.kit import new_id
from recado.kit.clock import use_clock
from recado.kit.pages import Cut


async def test_events_come_newest_first_and_in_pages(database: Database, project_id: str) -> None:
    async with database.project(project_id) as session:
        with use_clock(lambda: 1_700_000_000_000):
            first = await record(session, "first", {"attempt": 1})
        second = await record(session, "second")
    async with database.project(project_id, read_only=True) as session:
        newest = await list_events(session, Cut(limit=1))
        rest = await list_events(session, Cut(newest.next_cursor, 1))
    assert [event.id for event in newest.items + rest.items] == [second.id, first.id]
    assert rest.next_cursor is None
    assert json.loads(rest.items[0].data) == {"attempt": 1}
    assert rest.items[0].created_ms == 1_700_000_000_000


async def test_events_are_found_by_name_and_conversation(
    database: Database, project_id: str, other_project_id: str
) -> None:
    conversation = new_id()
    async with database.project(project_id) as session:
        here = await record(session, "handed_over", conversation_id=conversation)
        await record(session, "handed_over")
        await record(session, "other", conversation_id=conversation)
    async with database.project(project_id, read_only=True) as session:
        found = await list_events(session, name="handed_over", conversation_id=conversation)
        assert [event.id for event in found.items] == [here.id]
        assert len((await list_events(session, name="handed_over")).items) == 2
    async with database.project(other_project_id, read_only=True) as session:
        assert (await list_events(session)).items == ()


async def test_an_event_is_only_true_with_its_transaction(database: Database, project_id: str) -> None:
    async def fail() -> None:
        async with database.project(project_id) as session:
            await record(session, "lost")
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011 # it has no text
        await fail()
    async with database.project(project_id, read_only=True) as session:
        assert (await list_events(session)).items == ()
