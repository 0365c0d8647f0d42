"""Entries are made with the change, hold nothing private, and stay."""

import json
import re
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any

import pytest
from sqlalchemy import BigInteger, Boolean, Float, Integer, SmallInteger, String, Text, delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from recado.assistants.models import Assistant
from recado.audit.changes import KINDS, MAX_OBJECTS, SHOWN
from recado.audit.models import AuditEntry
from recado.audit.noting import INSTALLATION
from recado.audit.service import MIN_AUDIT_DAYS, list_entries, remove_older
from recado.contacts.models import Contact
from recado.db import Base, Database, Id, OfProject, add_unique
from recado.errors import BadInput, Conflict
from recado.kit import new_id, now_ms
from recado.kit.acting import _ACT, Act, Doing, acting  # pyright: ignore[reportPrivateUsage]
from recado.kit.ids import UUID_PATTERN
from recado.projects.models import Project
from tests.models import all_tables

KEY = new_id()
TABLES = all_tables().tables
DAY_MS = 24 * 3600 * 1000


@contextmanager
def somebody(action: str = "update_thing") -> Generator[Act]:
    act = Act("key", lambda: Doing(action), KEY, "panel", "admin", "r-1")
    with acting(act):
        yield act


async def entries(database: Database) -> list[AuditEntry]:
    """The oldest first."""
    async with database.system(read_only=True) as session:
        return list((await list_entries(session)).items[::-1])


def contact(**given: Any) -> Contact:
    return Contact(name="Ana Quispe", **given)


async def test_a_change_leaves_who_what_and_which_fields(database: Database, project_id: str) -> None:
    with somebody("create_contact") as act:
        async with database.project(project_id) as session:
            session.add(row := contact())
    with somebody("rename_contact"):
        async with database.project(project_id) as session:
            found = await session.get_one(Contact, row.id)
            found.name, found.opted_out = "Eva Mamani", True
    made, changed = await entries(database)
    assert act.entries == 1
    assert (made.project_id, made.actor, made.key_id, made.name) == (project_id, "key", KEY, "panel")
    assert (made.action, made.object_kind, made.object_id) == ("create_contact", "contact", row.id)
    assert (made.role, made.request_id, made.outcome, made.changed_objects) == ("admin", "r-1", "done", 1)
    (of_made,), (of_changed,) = json.loads(made.changes), json.loads(changed.changes)
    assert of_made["change"] == "created"
    assert of_changed["fields"] == {"name": None, "opted_out": [False, True]}
    assert "Mamani" not in changed.changes


@asynccontextmanager
async def savepoint(session: AsyncSession) -> AsyncGenerator[AsyncSession]:
    async with session.begin_nested():
        yield session


async def add_and_fail(opening: AbstractAsyncContextManager[AsyncSession]) -> None:
    async with opening as session:
        session.add(contact())
        await session.flush()
        raise ZeroDivisionError


async def add_and_spoil(opening: AbstractAsyncContextManager[AsyncSession]) -> None:
    async with opening as session:
        session.add(contact())
        await session.execute(update(Contact).values(id=None))


async def test_an_entry_is_there_with_the_change_or_not_at_all(database: Database, project_id: str) -> None:
    with somebody(), pytest.raises(ZeroDivisionError):
        await add_and_fail(database.project(project_id))
    with somebody(), pytest.raises(DBAPIError):
        await add_and_spoil(database.project(project_id))
    assert await entries(database) == []
    async with database.system(read_only=True) as session:
        assert (await session.scalars(select(Contact))).all() == []


async def test_what_nobody_did_has_no_entry(database: Database, project_id: str) -> None:
    async with database.project(project_id) as session:
        session.add(contact())
    with somebody() as act:
        async with database.project(project_id) as session:  # nothing is changed
            await session.scalars(select(Contact))
    async with database.project(project_id) as session:
        session.add(contact())  # what the request left running when it had ended
    assert (await entries(database), act.entries) == ([], 0)


async def test_what_was_begun_in_a_request_is_not_its_own_after_its_end(database: Database, project_id: str) -> None:
    act = Act("key", lambda: Doing("x"), KEY)
    with acting(act):
        pass
    token = _ACT.set(act)  # as in a task that was begun before the end
    async with database.project(project_id) as session:
        session.add(contact())
    _ACT.reset(token)
    assert await entries(database) == []


async def test_an_undone_part_is_not_in_the_entry(database: Database, project_id: str) -> None:
    with somebody():
        async with database.project(project_id) as session:
            session.add(Assistant(slug="rules", name="Rules", brain="rules"))
            await session.flush()
            with pytest.raises(Conflict):
                await add_unique(session, Assistant(slug="rules", name="Again", brain="echo"), Conflict("twice"))
            with pytest.raises(ZeroDivisionError):
                await add_and_fail(savepoint(session))
    (entry,) = await entries(database)
    assert [change["kind"] for change in json.loads(entry.changes)] == ["assistant"]


async def test_statements_over_many_rows_are_noted(database: Database, project_id: str) -> None:
    async with database.project(project_id) as session:
        session.add_all([contact() for _ in range(3)])
    with somebody():
        async with database.project(project_id) as session:
            await session.execute(update(Contact).values(allowed=False))
            await session.execute(delete(Contact))
    (entry,) = await entries(database)
    found = [(change["kind"], change["id"], change["change"]) for change in json.loads(entry.changes)]
    assert found == [("contact", None, "changed"), ("contact", None, "removed")]


async def test_a_large_change_is_counted_and_its_beginning_named(database: Database, project_id: str) -> None:
    with somebody():
        async with database.project(project_id) as session:
            session.add_all([contact() for _ in range(MAX_OBJECTS + 5)])
    (entry,) = await entries(database)
    assert (entry.changed_objects, len(json.loads(entry.changes))) == (MAX_OBJECTS + 5, MAX_OBJECTS)


async def test_work_across_projects_is_told_to_each(database: Database, project_id: str, other_project_id: str) -> None:
    with somebody():
        async with database.system() as session:
            session.add_all([contact(project_id=project_id), contact(project_id=other_project_id)])
            session.add(Project(slug="third", name="Third"))
    found = await entries(database)
    assert len(found) == 3
    assert {entry.project_id for entry in found} > {project_id, other_project_id}
    assert INSTALLATION not in {entry.project_id for entry in found}


# --- Nothing private ----------------------------------------------------------------------------------------

CLASSES: Sequence[type[Any]] = sorted(
    (mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, OfProject)),
    key=lambda c: c.__name__,
)


def filled(cls: type[Any]) -> Any:
    """A row with words of a person wherever there is room for them, but where ours stand."""
    values: dict[str, Any] = {}
    for column in cls.__table__.columns:
        kind = column.type
        if column.name == "project_id":
            continue
        if isinstance(kind, Id):
            values[column.name] = new_id()
        elif isinstance(kind, Boolean):
            values[column.name] = True
        elif isinstance(kind, BigInteger | SmallInteger | Integer | Float):
            values[column.name] = 7
        elif isinstance(kind, String | Text):
            shown = column.name in SHOWN.get(cls.__tablename__, ())
            values[column.name] = "ours" if shown else ("Ana51999" + new_id()[-8:])[: kind.length or 99]
        else:
            values[column.name] = {"said": "Ana51999"}
    return cls(**values)


async def test_no_table_gets_private_words_into_the_log(database: Database, project_id: str) -> None:
    for cls in CLASSES:
        if cls is AuditEntry:
            continue
        with somebody():
            async with database.project(project_id) as session:
                session.add(row := filled(cls))
            async with database.project(project_id) as session:
                await session.delete(await session.get_one(cls, row.id))
    found = await entries(database)
    assert len(found) > len(CLASSES)
    told = [re.sub(UUID_PATTERN.strip("^$"), "", entry.changes) for entry in found]  # ids are made of any digits
    assert not [changes for changes in told if "Ana" in changes or "51999" in changes]


def test_values_are_noted_of_columns_that_hold_words_of_ours_only() -> None:
    """A column that people fill with what they like is no word of ours: none of these is longer than a short word."""
    for table, names in SHOWN.items():
        for name in names:
            kind = TABLES[table].columns[name].type
            short = isinstance(kind, String) and (kind.length or 999) <= 100
            ours = (table, name) == ("webhook_endpoints", "events")  # checked names of events
            assert ours or short or isinstance(kind, Id | Boolean | BigInteger | SmallInteger | Float), (table, name)
            assert name not in {"name", "value", "address", "url", "secret", "secrets", "hash", "hint", "body", "text"}
    assert set(KINDS) | set(SHOWN) <= set(TABLES)


# --- They stay ----------------------------------------------------------------------------------------------


async def old_and_young(database: Database, project_id: str) -> tuple[str, str]:
    ages = (MIN_AUDIT_DAYS + 1, MIN_AUDIT_DAYS - 1)
    rows = [AuditEntry(actor="key", action="x", outcome="done", created_ms=now_ms() - days * DAY_MS) for days in ages]
    async with database.project(project_id) as session:
        session.add_all(rows)
    return rows[0].id, rows[1].id


async def test_the_database_refuses_to_change_or_to_remove_young_entries(database: Database, project_id: str) -> None:
    old, young = await old_and_young(database, project_id)
    statements: list[Any] = [
        update(AuditEntry).where(AuditEntry.id == old).values(action="y"),
        update(AuditEntry).values(name="somebody else"),
        delete(AuditEntry).where(AuditEntry.id == young),
        delete(AuditEntry),
    ]
    if not database.is_sqlite:
        statements.append(text("TRUNCATE audit_entries"))
    for statement in statements:
        with pytest.raises(DBAPIError, match="audit log"):
            async with database.system() as session:
                await session.execute(statement)
    assert {entry.id for entry in await entries(database)} == {old, young}


async def test_old_entries_can_be_removed(database: Database, project_id: str) -> None:
    _, young = await old_and_young(database, project_id)
    async with database.system() as session:
        assert await remove_older(session, MIN_AUDIT_DAYS) == 1
    async with database.system() as session:
        assert await remove_older(session, MIN_AUDIT_DAYS) == 0
        with pytest.raises(BadInput):
            await remove_older(session, MIN_AUDIT_DAYS - 1)
    assert [entry.id for entry in await entries(database)] == [young]
