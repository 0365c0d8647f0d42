"""This release on the database of a later one: it goes on where the later one has only added, and refuses else."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text

from recado import migrations
from recado.archive.backup import back_up
from recado.contacts.models import Contact
from recado.db import Database
from recado.doctor import Level, examine
from recado.errors import RecadoError
from recado.migrate import check, migrate, wait_until_migrated
from recado.settings import Settings
from tests.cli.terminal import free_port
from tests.databases import Databases
from tests.upgrade.newer import ADDED, TAKEN, become


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


async def test_a_change_of_a_table_lets_the_others_through_while_it_waits(databases: Databases) -> None:
    """A backup reads for minutes; who writes meanwhile must not stand behind the migration that waits for it."""
    url = databases.create("postgresql")
    reader, writer = Database(url), Database(url)
    async with reader.engine.connect() as reading:
        await reading.execute(text("SELECT count(*) FROM contacts"))  # its transaction stays open
        upgrading = asyncio.create_task(upgrade(reader, taking=False, limit_s=150.0))
        longest_s = 0.0
        until_s = time.monotonic() + 60.0
        while longest_s <= 0.1 and time.monotonic() < until_s and not upgrading.done():
            began_s = time.monotonic()
            async with writer.engine.connect() as connection:
                await connection.execute(text("SELECT count(*) FROM contacts"))
            longest_s = max(longest_s, time.monotonic() - began_s)
            await asyncio.sleep(0.01)
        assert not upgrading.done()
        assert 0.1 < longest_s < 60.0, "it stood behind the change, and not for as long as that waited in all"
    assert await upgrading == ["9001"]
    for database in (reader, writer):
        await database.close()
    databases.drop(url)


async def test_a_migration_gets_its_tables_from_among_transactions_that_want_them_in_every_order(
    databases: Databases,
) -> None:
    """Each holds one table while it wants another: whoever takes them one by one waits for those who wait for it."""
    url = databases.create("postgresql")
    database = Database(url)
    tables = ("contacts", "conversations", "inbox", "outbox")
    done = asyncio.Event()
    longest_s = 0.0

    async def work(order: tuple[str, ...]) -> None:
        nonlocal longest_s
        while not done.is_set():
            began_s = time.monotonic()
            async with database.engine.begin() as connection:
                for table in order:
                    await connection.execute(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 # ours
                    await asyncio.sleep(0.003)
            longest_s = max(longest_s, time.monotonic() - began_s)
            await asyncio.sleep(0.003)

    working = [asyncio.create_task(work(order)) for order in (tables, tables[::-1], tables[2:] + tables[:2])]
    try:
        assert await upgrade(database, taking=False) == ["9001"]
    finally:
        done.set()
        await asyncio.gather(*working)
        await database.close()
        databases.drop(url)
    assert longest_s < 15.0, "nobody stands behind a migration that does not get on"


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
