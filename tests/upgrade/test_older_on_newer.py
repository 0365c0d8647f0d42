"""This release on the database of a later one: it goes on where the later one has only added, and refuses else."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import text
from structlog.testing import capture_logs

from recado import migrations
from recado.archive.backup import back_up
from recado.contacts.models import Contact
from recado.db import Database
from recado.doctor import Level, examine
from recado.errors import RecadoError
from recado.kit.standstill import CHANNEL as STANDSTILLS
from recado.mailbox.driver import Priority, Tx
from recado.mailbox.postgres import PostgresDriver
from recado.mailbox.sql import Query
from recado.migrate import check, migrate, wait_until_migrated
from recado.settings import Settings
from tests.cli.terminal import free_port
from tests.databases import Databases
from tests.mailbox.support import eventually
from tests.upgrade.newer import ADDED, TAKEN, become

COUNT = Query("SELECT count(*) FROM inbox")


@pytest_asyncio.fixture
async def later(database: Database) -> AsyncIterator[Database]:
    """A database to which a later release has added."""
    await upgrade(database, taking=False)
    yield database


async def upgrade(database: Database, *, taking: bool, limit_s: float = 30.0) -> list[str]:
    """What `recado db migrate` of a later release does."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name in ((migrations, "REVISIONS"), (migrations, "FOLDERS")):
            patch.setattr(module, name, getattr(module, name))
        patch.setattr("recado.__version__", "")
        become(taking=taking)
        return await migrate(Settings(database_url=database.url), limit_s)


def test_the_later_release_has_its_own_migrations() -> None:
    assert [path.name for folder in (ADDED, TAKEN) for path in folder.glob("*.py")] == ["9001_more.py", "9002_less.py"]
    assert migrations.REVISIONS[-1] < "9001"


async def test_it_goes_on_where_a_later_one_has_only_added(later: Database, project_id: str) -> None:
    state = await check(later)
    assert (state.current, state.newer, state.up_to_date, state.usable) == ("9001", True, False, True)
    await wait_until_migrated(later, limit_s=0)
    assert await migrate(Settings(database_url=later.url)) == []
    async with later.project(project_id) as session:
        session.add(Contact(project_id=project_id, name="Ana"))
    async with later.engine.connect() as connection:
        assert await connection.scalar(text("SELECT later_count FROM contacts")) == 0


async def test_the_doctor_says_that_an_upgrade_is_half_done(
    later: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECADO_DATABASE_URL", later.url)
    monkeypatch.setenv("RECADO_DATA_DIR", str(tmp_path))
    found = [finding for finding in await examine(free_port(), ask_providers=False) if "newer than" in finding.says]
    assert [(finding.level, "start the newer" in finding.mend) for finding in found] == [(Level.WARN, True)]


def _told(_what: str, _done: int, _of: int) -> None:
    pass


async def test_what_copies_whole_tables_is_left_to_the_later_one(later: Database, tmp_path: Path) -> None:
    settings = Settings(database_url=later.url, data_dir=tmp_path)
    with pytest.raises(RecadoError, match="with the newer Recado") as caught:
        await back_up(settings, tmp_path, _told)
    assert caught.value.code == "database_too_new"


async def test_it_refuses_where_a_later_one_has_taken_away(database: Database) -> None:
    assert await upgrade(database, taking=True) == ["9001", "9002_since_9001"]
    state = await check(database)
    assert (state.newer, state.usable) == (True, False)
    for refused in (wait_until_migrated(database), migrate(Settings(database_url=database.url))):
        with pytest.raises(RecadoError, match="a newer Recado has used it") as caught:
            await refused
        assert caught.value.code == "database_too_new"


async def test_nobody_stands_still_for_a_migration_that_waits_for_a_backup(databases: Databases) -> None:
    """It reads for minutes; who writes meanwhile is in nobody's way and must not stand behind the migration."""
    url = databases.create("postgresql")
    reader, writer = Database(url), Database(url)
    asked = await cast(Any, asyncpg).connect(url)  # it publishes no types
    asks: list[str] = []

    def heard(*said: object) -> None:
        asks.append(str(said[-1]))

    await asked.add_listener(STANDSTILLS, heard)
    with capture_logs() as logs:
        async with reader.engine.connect() as reading:
            await reading.execute(text("SELECT count(*) FROM contacts"))  # its transaction stays open
            upgrading = asyncio.create_task(upgrade(reader, taking=False, limit_s=150.0))
            await eventually(lambda: len(logs) >= 5)
            async with writer.engine.connect() as connection:
                await connection.execute(text("SELECT count(*) FROM contacts"))
            assert not upgrading.done()
            assert {line["event"] for line in logs} == {"migration_waits"}
            assert len(asks) <= 4, "one or two tries, before it was known to take long: each asks and says go on"
        assert await upgrading == ["9001"]
    await asked.close()
    for database in (reader, writer):
        await database.close()
    databases.drop(url)


async def test_a_migration_gets_its_tables_where_there_is_no_free_moment(databases: Databases) -> None:
    """Every process lets what it has begun end, and begins the next when the migration is over. Who took the tables one
    by one would wait for those who wait for it: they want them in every order.
    """
    url = databases.create("postgresql")
    database = Database(url)
    driver = PostgresDriver(url, url, "process", database.standstill)
    listening = asyncio.Event()
    driver.on_notify(lambda _topic: listening.set())
    done = asyncio.Event()
    tables = ("contacts", "conversations", "inbox", "outbox")

    async def in_a_session(order: tuple[str, ...]) -> None:
        while not done.is_set():
            async with database.system() as session:
                for table in order:
                    await session.execute(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 # ours
                    await asyncio.sleep(0.01)

    async def in_the_mailbox() -> None:
        async def work(tx: Tx) -> None:
            await tx.fetch(COUNT)
            await asyncio.sleep(0.03)

        while not done.is_set():
            await driver.run(work, Priority.TURN)

    async def say() -> bool:
        async with database.engine.begin() as connection:
            await connection.execute(text("SELECT pg_notify('recado', 'another topic')"))
        return listening.is_set()

    await eventually(say)
    orders = (tables, tables[::-1], tables[2:] + tables[:2])
    working = [asyncio.create_task(work) for work in (*map(in_a_session, orders), in_the_mailbox(), in_the_mailbox())]
    try:
        with capture_logs() as logs:
            assert await upgrade(database, taking=False) == ["9001"]
    finally:
        done.set()
        await asyncio.gather(*working)
        await driver.close()
        await database.close()
        databases.drop(url)
    assert [line["event"] for line in logs if line["event"] == "migration_waits"] == [], "at the first try"


async def test_a_table_that_is_never_free_is_told(databases: Databases) -> None:
    url = databases.create("postgresql")
    database = Database(url)
    async with database.engine.connect() as reading:
        await reading.execute(text("SELECT count(*) FROM contacts"))
        with pytest.raises(RecadoError, match="a backup, a query by hand") as caught:
            await upgrade(database, taking=False, limit_s=0.5)
    assert caught.value.code == "migration_blocked"
    assert not caught.value.verdict.permanent
    await database.close()
    databases.drop(url)
