"""The database: one code base for SQLite and PostgreSQL.

Everything but the hot path (`recado.mailbox`) goes through SQLAlchemy sessions opened here. Times are stored as
integers, milliseconds since 1970 in UTC, in both databases; ids are UUIDv7 as text (SQLite) or uuid (PostgreSQL).

Tenancy lives here too: `Database.project(project_id)` opens a session that sees and writes the rows of that project
only; `Database.system()` is for the few places that work across projects, and says so by its name.
"""

import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar, cast

from sqlalchemy import JSON, BigInteger, MetaData, String, Table, Update, event, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria
from sqlalchemy.orm.exc import ObjectDeletedError
from sqlalchemy.sql.visitors import iterate
from sqlalchemy.types import TypeDecorator, TypeEngine

from recado.errors import Conflict, SettingsError
from recado.kit import new_id
from recado.kit.private import make_private
from recado.kit.silence import notice_silence
from recado.kit.sqlite import MINIMUM_SQLITE, connection_class, set_up_connection, sqlite_version
from recado.kit.standstill import Standstill

# How long a SQLite connection waits for another writer, e.g. the CLI beside the server.
SQLITE_BUSY_TIMEOUT_S = 10.0


class Id(TypeDecorator[str]):
    """A UUID as text in Python; `uuid` in PostgreSQL, text in SQLite."""

    impl = String(36)
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID(as_uuid=False))
        return dialect.type_descriptor(String(36))


# jsonb in PostgreSQL, text in SQLite.
Json = JSON().with_variant(postgresql.JSONB(), "postgresql")


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {dict[str, Any]: Json, list[Any]: Json, int: BigInteger()}


class Row:
    """What every table has: an id that grows with time."""

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)


class OfProject(Row):
    """What every table of a project has. A table without it must be named in `tests/test_tenancy.py`."""

    project_id: Mapped[str] = mapped_column(Id, index=True)


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def json_text(value: Any) -> str:
    """Compact JSON, as stored."""
    return _JSON.encode(value)


class Database:
    """One database. `url` is `sqlite:///path` or `postgresql://...`. Close it once."""

    def __init__(self, url: str) -> None:
        self.url = url
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        # What begins waits while this is asked for; PostgreSQL only. Who listens tells it (`recado.mailbox.postgres`).
        self.standstill = Standstill()
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url, self.standstill)

    @property
    def sqlite_path(self) -> Path:
        """The file of an embedded database."""
        return Path(make_url(self.url).database or "")

    @asynccontextmanager
    async def system(self, *, read_only: bool = False) -> AsyncGenerator[AsyncSession]:
        """A transaction across projects, committed at the end of the block. `read_only` takes no write lock."""
        async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
            await session.connection(execution_options={"read_only": read_only})
            yield session

    @asynccontextmanager
    async def project(self, project_id: str, *, read_only: bool = False) -> AsyncGenerator[AsyncSession]:
        """A transaction inside one project, committed at the end of the block.

        Every ORM select, update and delete is limited to the project's rows, and new rows are given to it.
        `read_only` takes no write lock.
        """
        async with (
            AsyncSession(self.engine, expire_on_commit=False, info={"project_id": project_id}) as session,
            session.begin(),
        ):
            await session.connection(execution_options={"read_only": read_only})
            yield session

    async def close(self) -> None:
        await self.engine.dispose()


def _sqlite_engine(url: str) -> AsyncEngine:
    if sqlite_version() < MINIMUM_SQLITE:
        found = ".".join(map(str, sqlite_version()))
        raise SettingsError(
            f"RECADO_DATABASE_URL: the SQLite library here is {found}; versions before 3.51.3 can corrupt the "
            "database. Install Python with a newer SQLite, or use PostgreSQL: RECADO_DATABASE_URL=postgresql://..."
        )
    Path(make_url(url).database or "").parent.mkdir(parents=True, exist_ok=True)
    patiently = {"timeout": SQLITE_BUSY_TIMEOUT_S, "factory": connection_class()}
    engine = create_async_engine(url.replace("sqlite:", "sqlite+aiosqlite:", 1), connect_args=patiently, pool_size=4)

    @event.listens_for(engine.sync_engine, "do_connect")
    def on_opening(*_: Any) -> None:  # pyright: ignore[reportUnusedFunction] # called by event
        make_private(Path(make_url(url).database or ""))  # -wal and -shm take its mode

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:  # pyright: ignore[reportUnusedFunction] # called by event
        connection.isolation_level = None  # SQLAlchemy begins transactions below, not the driver
        set_up_connection(connection)

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Any) -> None:  # pyright: ignore[reportUnusedFunction] # called by event
        # A transaction that reads first and writes later could fail to upgrade; IMMEDIATE cannot.
        read_only = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _postgres_engine(url: str, standstill: Standstill) -> AsyncEngine:
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg", query={}),
        pool_size=4,
        max_overflow=4,
        pool_pre_ping=True,
        # Behind a pooler in transaction mode the next statement may meet another connection: nothing prepared is kept,
        # and no two statements have one name. See "Prepared Statement Name with PGBouncer" in
        # https://docs.sqlalchemy.org/en/20/dialects/postgresql.html.
        connect_args={
            "dsn": url,  # what stands after its ? is libpq's, which asyncpg reads and SQLAlchemy does not
            "statement_cache_size": 0,
            "prepared_statement_cache_size": 0,
            "prepared_statement_name_func": new_id,
            "timeout": 10,
        },
    )

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:  # pyright: ignore[reportUnusedFunction] # called by event
        notice_silence(connection.driver_connection)

    @event.listens_for(engine.sync_engine, "checkout")
    def on_checkout(connection: Any, *_: Any) -> None:  # pyright: ignore[reportUnusedFunction] # called by event
        async def stand_still(_connection: Any) -> None:
            await standstill.over()

        if standstill.asked_for:
            connection.run_async(stand_still)

    return engine


@event.listens_for(Session, "do_orm_execute")
def _limit_to_project(state: ORMExecuteState) -> None:
    project_id = state.session.info.get("project_id")
    if project_id is None:
        return
    _refuse_unlimited(state)
    if state.is_select or state.is_update or state.is_delete:
        state.statement = state.statement.options(
            with_loader_criteria(OfProject, lambda cls: cls.project_id == project_id, include_aliases=True)
        )


def _refuse_unlimited(state: ORMExecuteState) -> None:
    """Raise for statements that the criteria above cannot limit: they are mistakes of a program, never of a person."""
    statement: Any = state.statement
    if state.is_insert and _of_project(state):
        raise RuntimeError("In a project, add rows with session.add or add_all: an INSERT is not given to the project")
    if (state.is_update or state.is_delete) and _of_project(state):
        if state.parameters:
            raise RuntimeError("In a project, a bulk UPDATE by primary key is not limited to the project's rows")
        if isinstance(statement, Update) and "project_id" in statement.compile().params:
            raise RuntimeError("A row cannot move to another project")
    if not state.is_orm_statement:
        for part in iterate(statement):
            if isinstance(part, Table) and "project_id" in cast("Table[Any]", part).columns:
                raise RuntimeError(f"In a project, use the mapped class of {part.name}: its table is not limited")


def _of_project(state: ORMExecuteState) -> bool:
    return state.bind_mapper is not None and issubclass(state.bind_mapper.class_, OfProject)


@event.listens_for(Session, "before_flush")
def _give_to_project(session: Session, _context: Any, _instances: Any) -> None:
    project_id = session.info.get("project_id")
    if project_id is None:
        return
    for row in session.new:
        if isinstance(row, OfProject):
            _refuse_foreign(row.__dict__.get("project_id") or project_id, project_id)
            row.project_id = project_id
    for row in chain(session.dirty, session.deleted):
        if isinstance(row, OfProject):
            _refuse_foreign(_owner_of(row), project_id)


def _owner_of(row: OfProject) -> str | None:
    try:
        return row.project_id  # read again where it has expired, and then limited like every select
    except ObjectDeletedError:
        return None


def _refuse_foreign(owner: str | None, project_id: str) -> None:
    if owner != project_id:
        raise Conflict("This row belongs to another project, or is gone", code="wrong_project")


async def add_unique(session: AsyncSession, row: Row, conflict: Conflict) -> None:
    """Insert `row` now; raise `conflict` if a unique constraint forbids it. The transaction stays usable."""
    try:
        async with session.begin_nested():
            session.add(row)
            await session.flush()
    except IntegrityError as error:
        if not _is_unique_violation(error):
            raise
        raise conflict from None


def _is_unique_violation(error: IntegrityError) -> bool:
    # https://www.postgresql.org/docs/current/errcodes-appendix.html: 23505 is unique_violation.
    return getattr(error.orig, "sqlstate", None) == "23505" or "UNIQUE constraint failed" in str(error.orig)


async def database_now_ms(session: AsyncSession) -> int:
    """The database's clock in milliseconds since 1970: what leases are measured on."""
    if session.get_bind().dialect.name == "sqlite":
        return time.time_ns() // 1_000_000  # its clock is this machine's: what polls need not ask for it
    query = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"
    return int((await session.execute(text(query))).scalar_one())
