"""Tenancy: every row belongs to a project, and a project's session reaches its own rows only.

The tables are found, not listed, so that a new one is held to this from its first day.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    SmallInteger,
    delete,
    exists,
    func,
    insert,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from recado.db import Base, Database, Id, OfProject
from recado.errors import Conflict
from recado.kit import new_id
from tests.models import all_tables

WITHOUT_PROJECT = {
    "projects": "is the project",
    "processes": "a process works for all projects",
    "event_positions": "one line of numbers for all projects",
    "webhook_positions": "where in that line the deliveries are",
    "unrouted": "nobody knows yet whose it is",
}
# The database refuses to change their rows, to whomever: tests/audit/test_entries.py.
APPEND_ONLY = {"audit_entries"}
NOT_OF_PROJECT = {
    "senders": "named by its line; only the mailbox's own SQL touches it, and no project session",
}

TABLES = all_tables().tables
CLASSES: Sequence[type[Any]] = sorted(
    (mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, OfProject)),
    key=lambda cls: cls.__name__,
)


def test_every_table_has_a_project_or_a_reason() -> None:
    for name, table in TABLES.items():
        assert ("project_id" in table.columns) != (name in WITHOUT_PROJECT), name
        if "project_id" in table.columns:
            assert not table.columns["project_id"].nullable, name


def test_every_mapped_class_with_a_project_is_limited_to_it() -> None:
    limited = {cls.__tablename__ for cls in CLASSES}
    with_project = {name for name, table in TABLES.items() if "project_id" in table.columns}
    assert with_project - limited == set(NOT_OF_PROJECT)


def test_no_reason_is_left_over() -> None:
    assert set(WITHOUT_PROJECT) | set(NOT_OF_PROJECT) <= set(TABLES)


def example(cls: type[Any], project_id: str | None) -> Any:
    """A row with something fitting in each column."""
    columns: list[Column[Any]] = [column for column in cls.__table__.columns if column.name != "project_id"]
    values = {column.name: _value(column) for column in columns if not column.nullable}
    return cls(**values, **({"project_id": project_id} if project_id else {}))


def _value(column: Column[Any]) -> Any:
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, BigInteger | SmallInteger | Float):
        return 1
    if isinstance(column.type, JSON):
        return {}
    value = new_id()
    return value if isinstance(column.type, Id) else value[-(getattr(column.type, "length", None) or len(value)) :]


class Two:
    """A project of ours and one of somebody else's, with a row each in every table."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ours, self.theirs = new_id(), new_id()
        self.our_rows = {cls: example(cls, self.ours) for cls in CLASSES}
        self.their_rows = {cls: example(cls, self.theirs) for cls in CLASSES}
        self.their_ids = {cls: row.id for cls, row in self.their_rows.items()}

    def session(self) -> Any:
        return self.database.project(self.ours)

    async def theirs_is_untouched(self, cls: type[Any]) -> bool:
        async with self.database.system(read_only=True) as session:
            found = (await session.scalars(select(cls).where(cls.project_id == self.theirs))).all()
        return [row.id for row in found] == [self.their_ids[cls]]


@pytest_asyncio.fixture
async def two(database: Database) -> AsyncIterator[Two]:
    made = Two(database)
    async with database.system() as session:
        session.add_all([*made.our_rows.values(), *made.their_rows.values()])
    yield made


async def ids(session: AsyncSession, statement: Any) -> list[str]:
    return list((await session.scalars(statement)).all())


async def test_a_project_sees_its_own_rows_however_it_asks(two: Two) -> None:
    for cls in CLASSES:
        ours, theirs = two.our_rows[cls].id, two.their_ids[cls]
        other = aliased(cls)
        inner = select(cls.id).subquery()
        common = select(cls.id).cte()
        async with two.session() as session:
            assert [row.id for row in (await session.scalars(select(cls))).all()] == [ours]
            assert await session.get(cls, ours) is not None
            assert await session.get(cls, theirs) is None
            assert await session.scalar(select(func.count()).select_from(cls)) == 1
            assert await ids(session, select(cls.id)) == [ours]
            assert await ids(session, select(other.id)) == [ours]
            assert await ids(session, select(inner.c.id)) == [ours]
            assert await ids(session, select(common.c.id)) == [ours]
            assert await ids(session, select(cls.id).join(other, other.id != cls.id)) == []
            assert await ids(session, select(cls.id).where(exists().where(other.id == theirs))) == []
            assert (
                await ids(session, select(cls.id).where(cls.id.in_(select(other.id).where(other.id == theirs)))) == []
            )
            assert await ids(session, union_all(select(cls.id), select(other.id))) == [ours, ours]
            assert await ids(session, select(select(other.id).limit(1).scalar_subquery())) == [ours]


async def test_joined_rows_are_limited_too(two: Two) -> None:
    for cls in CLASSES:
        neighbour = CLASSES[CLASSES.index(cls) - 1]
        async with two.session() as session:
            pairs = select(cls.id, neighbour.id).join(neighbour, neighbour.id != cls.id)
            assert (await session.execute(pairs)).all() == [(two.our_rows[cls].id, two.our_rows[neighbour].id)]
            through = select(cls.id).where(
                select(neighbour.id).where(neighbour.id == two.their_ids[neighbour]).exists()
            )
            assert await ids(session, through) == []


async def test_a_project_changes_its_own_rows_only(two: Two) -> None:
    for cls in CLASSES:
        if cls.__tablename__ in APPEND_ONLY:
            continue
        moment = new_id()
        async with two.session() as session:
            await session.execute(update(cls).values(id=moment))
        async with two.database.system(read_only=True) as session:
            assert await ids(session, select(cls.id).where(cls.project_id == two.ours)) == [moment]
        assert await two.theirs_is_untouched(cls)


async def test_a_project_deletes_its_own_rows_only(two: Two) -> None:
    for cls in CLASSES:
        async with two.session() as session:
            await session.execute(delete(cls))
        async with two.database.system(read_only=True) as session:
            assert await ids(session, select(cls.id).where(cls.project_id == two.ours)) == []
        assert await two.theirs_is_untouched(cls)


async def test_a_new_row_is_given_to_the_project(two: Two) -> None:
    for cls in CLASSES:
        async with two.session() as session:
            session.add(row := example(cls, None))
        assert row.project_id == two.ours


async def test_nothing_is_inserted_into_another_project(two: Two) -> None:
    for cls in CLASSES:
        with pytest.raises(Conflict) as caught:
            async with two.session() as session:
                session.add(example(cls, two.theirs))
        assert caught.value.code == "wrong_project"
        with pytest.raises(RuntimeError, match=r"session\.add"):
            async with two.session() as session:
                await session.execute(insert(cls), [{"id": new_id(), "project_id": two.theirs}])
        assert await two.theirs_is_untouched(cls)


async def test_a_row_moves_to_no_other_project(two: Two) -> None:
    for cls in CLASSES:
        async with two.session() as session:
            (await session.scalars(select(cls))).one().project_id = two.theirs
            with pytest.raises(Conflict):
                await session.flush()
            session.expunge_all()
        with pytest.raises(RuntimeError, match="cannot move"):
            async with two.session() as session:
                await session.execute(update(cls).values(project_id=two.theirs))
        assert await two.theirs_is_untouched(cls)


async def test_a_row_of_another_project_that_is_at_hand_cannot_be_written(two: Two) -> None:
    for cls in CLASSES:
        row = two.their_rows[cls]
        async with two.session() as session:
            session.add(row)
            row.created_ms = 5
            with pytest.raises(Conflict):
                await session.flush()
            session.expunge_all()
        async with two.session() as session:
            await session.delete(row)
            with pytest.raises(Conflict):
                await session.flush()
            session.expunge_all()
        assert await two.theirs_is_untouched(cls)


async def test_a_row_of_another_project_that_has_expired_cannot_be_written(two: Two) -> None:
    for cls in CLASSES:
        async with two.session() as session:
            session.add(row := two.their_rows[cls])
            session.expire(row)
            row.created_ms = 5
            with pytest.raises(Conflict):
                await session.flush()
            session.expunge_all()
        assert await two.theirs_is_untouched(cls)


async def test_what_cannot_be_limited_is_refused(two: Two) -> None:
    for cls in CLASSES:
        with pytest.raises(RuntimeError, match="primary key"):
            async with two.session() as session:
                await session.execute(update(cls), [{"id": two.their_ids[cls], "created_ms": 5}])
        for statement in (select(cls.__table__), update(cls.__table__).values(id=new_id()), delete(cls.__table__)):
            with pytest.raises(RuntimeError, match="mapped class"):
                async with two.session() as session:
                    await session.execute(statement)
        assert await two.theirs_is_untouched(cls)
