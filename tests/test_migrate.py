"""Migrations: the same tables as the models on both databases, once, and by one process at a time."""

import asyncio
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

import recado
from recado.contacts.models import Fact
from recado.contacts.service import create_contact
from recado.db import Database
from recado.errors import RecadoError
from recado.kit import new_id
from recado.messages import Address
from recado.migrate import check, migrate, migration_lock, wait_until_migrated
from recado.migrations import REVISIONS
from recado.settings import Settings
from tests.models import all_tables


def test_the_list_of_revisions_is_that_of_the_files() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(recado.__file__).parent / "migrations"))
    found = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(found)) == REVISIONS


def is_ours(name: str | None, _kind: str, _parents: object) -> bool:
    """Not what a full-text search keeps for itself: tests/knowledge/test_search.py sees to it."""
    return not (name or "").startswith("knowledge_fts")


async def test_models_and_migrations_agree(database: Database) -> None:
    tables = all_tables()

    def differences(connection: Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True, "include_name": is_ours}
        return compare_metadata(MigrationContext.configure(connection, opts=options), tables)

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_the_second_time_nothing_happens(empty_database_url: str) -> None:
    settings = Settings(database_url=empty_database_url)
    assert await migrate(settings) == list(REVISIONS)
    assert await migrate(settings) == []


async def test_check_tells_where_the_database_stands(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    before = await check(database)
    assert (before.current, before.head, before.up_to_date) == (None, REVISIONS[-1], False)
    await migrate(Settings(database_url=empty_database_url))
    assert (await check(database)).up_to_date
    await database.close()


# Takes away what later migrations add.
AFTER_0015 = (
    "CREATE INDEX ix_addresses_project_id ON addresses (project_id)",
    "ALTER TABLE contacts DROP COLUMN opted_out_ms",
    "ALTER TABLE lines DROP COLUMN display_number",
    "ALTER TABLE webhook_endpoints DROP COLUMN failures",
    "ALTER TABLE webhook_endpoints DROP COLUMN retry_ms",
    "DROP INDEX ix_webhook_deliveries_order",
    "DROP INDEX ix_webhook_deliveries_held",
)


async def test_what_was_known_of_contacts_that_are_gone_goes(database: Database, project_id: str) -> None:
    async with database.project(project_id) as session:
        kept = (await create_contact(session, "Ana", [Address(kind="phone", value="51900000001")])).id
        for contact in (kept, new_id()):
            session.add(Fact(contact_id=contact, name="dni", value='"1"', created_ms=1, updated_ms=1))
    async with database.engine.begin() as connection:
        for added in AFTER_0015:
            await connection.execute(text(added))
        await connection.execute(text("UPDATE alembic_version SET version_num = '0014'"))
    assert (await migrate(Settings(database_url=database.url)))[0] == "0015"
    async with database.project(project_id, read_only=True) as session:
        assert (await session.scalars(select(Fact.contact_id))).all() == [kept]


async def test_a_process_that_finds_no_tables_fails_clearly(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    with pytest.raises(RecadoError, match="recado db migrate") as caught:
        await wait_until_migrated(database, limit_s=0.2)
    assert caught.value.code == "database_not_migrated"
    await database.close()


async def test_a_process_waits_for_the_one_that_migrates(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    waiting = asyncio.create_task(wait_until_migrated(database, limit_s=60))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    await migrate(Settings(database_url=empty_database_url))
    await waiting
    await database.close()


async def test_a_database_that_a_newer_program_has_taken_from_is_left_alone(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999_since_9998'"))
    with pytest.raises(RecadoError, match="newer Recado") as caught:
        await migrate(Settings(database_url=database.url))
    assert caught.value.code == "database_too_new"
    with pytest.raises(RecadoError, match="newer Recado"):
        await wait_until_migrated(database, limit_s=60)


async def test_a_migration_that_takes_too_long_is_not_waited_for_forever(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    async with migration_lock(database, 1):
        with pytest.raises(RecadoError, match="Another process") as caught:
            await migrate(Settings(database_url=empty_database_url), limit_s=0.2)
    assert caught.value.code == "migration_locked"
    assert not caught.value.verdict.permanent
    await database.close()


async def test_a_failed_migration_leaves_nothing_behind(empty_database_url: str) -> None:
    settings = Settings(database_url=empty_database_url)
    database = Database(empty_database_url)
    async with database.engine.begin() as connection:  # in the way of the first migration's last table
        await connection.execute(text("CREATE TABLE unrouted (id integer)"))
    with pytest.raises(DBAPIError, match="unrouted"):
        await migrate(settings)
    assert (await check(database)).current is None
    async with database.engine.begin() as connection:
        await connection.execute(text("DROP TABLE unrouted"))
    assert await migrate(settings) == list(REVISIONS)
    await database.close()


MIGRATE = """
import asyncio, sys
from recado.migrate import migrate
from recado.settings import Settings
from tests.models import all_tables
print(asyncio.run(migrate(Settings(database_url=sys.argv[1]))))
"""


async def test_processes_that_migrate_at_the_same_time_all_succeed(empty_database_url: str) -> None:
    def start() -> "asyncio.Future[asyncio.subprocess.Process]":
        return asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                sys.executable, "-c", MIGRATE, empty_database_url, stdout=asyncio.subprocess.PIPE
            )
        )

    processes = await asyncio.gather(start(), start())
    printed = [(await process.communicate())[0].decode().strip() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(printed) == [str(list(REVISIONS)), "[]"]
