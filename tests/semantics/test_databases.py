"""Design, Semantics, "Migrations", "SQLite" and "PostgreSQL" through a pooler. tests/test_migrate.py has more."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import aiosqlite.core
import pytest
from sqlalchemy import text
from sqlalchemy.pool import NullPool

from recado import db, runtime
from recado.db import Database
from recado.doctor import Level
from recado.doctor.database import examine_sqlite
from recado.errors import RecadoError, SettingsError, Unavailable
from recado.kit.sqlite import MINIMUM_SQLITE, sqlite_version
from recado.mailbox.driver import Priority, Tx
from recado.mailbox.postgres import PostgresDriver
from recado.mailbox.service import Mailbox
from recado.mailbox.sql import Query
from recado.migrate import LOCK_WAIT_S, check, migrate, migration_lock, wait_until_migrated
from recado.settings import Settings
from tests.mailbox.support import World, eventually, on_postgres, on_sqlite

# --- Migrations -----------------------------------------------------------------------------------------


async def test_other_processes_do_not_migrate_they_wait_and_then_fail_clearly(
    empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert LOCK_WAIT_S == 30.0

    async def wait(database: Database) -> None:
        await wait_until_migrated(database, 0.3)

    monkeypatch.setattr(runtime, "wait_until_migrated", wait)
    settings = Settings(database_url=empty_database_url, data_dir=tmp_path)
    with pytest.raises(RecadoError, match="recado db migrate") as caught:
        async with runtime.open_runtime(settings):
            raise AssertionError
    assert caught.value.code == "database_not_migrated"
    database = Database(empty_database_url)
    assert (await check(database)).current is None
    await database.close()


async def test_a_start_that_the_database_ends_leaves_nothing_open(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def noted(name: str, opens: Callable[..., Any]) -> Callable[..., Any]:
        def open_it(*given: Any, **named: Any) -> Any:
            opened.append(name)
            return opens(*given, **named)

        return open_it

    async def away(_: Any) -> None:
        raise Unavailable("The database is away", code="database_unavailable")

    names = ("open_tracing", "open_thinker", "open_driver", "open_store", "CloudApiChannel")
    for name in names:
        monkeypatch.setattr(runtime, name, noted(name, getattr(runtime, name)))
    settings = Settings(database_url=database.url, data_dir=tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(runtime.Erased, "refresh", away)
        with pytest.raises(Unavailable):
            async with runtime.open_runtime(settings):
                raise AssertionError
    assert opened == [], "nobody closes these"
    async with runtime.open_runtime(settings):
        assert sorted(opened) == sorted(names)


async def test_a_start_that_fails_in_the_middle_leaves_nothing_open(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []

    class Thinks:
        async def close(self) -> None:
            closed.append("thinker")
            raise RuntimeError("it cannot be closed, which is no reason to leave the others open")

    def opens(*_: Any) -> Thinks:
        return Thinks()

    def fails(*_: Any) -> None:
        raise SettingsError("RECADO_MEDIA_URL names a bucket, for which a library is missing")

    async def close(mailbox: Mailbox) -> None:
        closed.append("mailbox")
        await mailbox.driver.close()

    monkeypatch.setattr(runtime, "open_thinker", opens)
    monkeypatch.setattr(runtime, "open_store", fails)
    monkeypatch.setattr(Mailbox, "close", close)
    with pytest.raises(RuntimeError):
        async with runtime.open_runtime(Settings(database_url=database.url, data_dir=tmp_path)):
            raise AssertionError
    assert closed == ["mailbox", "thinker"]


async def test_migrations_run_under_a_lock_and_whoever_waits_goes_on_when_it_is_free(empty_database_url: str) -> None:
    settings = Settings(database_url=empty_database_url)
    database = Database(empty_database_url)
    async with migration_lock(database, 5):
        waiting = asyncio.create_task(migrate(settings))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        assert (await check(database)).current is None
    assert await waiting
    await database.close()


@on_postgres
async def test_advisory_locks_and_migrations_use_the_direct_url(empty_database_url: str) -> None:
    pooler = "postgresql://nobody@127.0.0.1:9/pooler"
    settings = Settings(database_url=pooler, database_direct_url=empty_database_url)
    assert await migrate(settings)


@on_postgres
async def test_listen_uses_the_direct_url_and_behind_a_pooler_no_statement_is_kept(world: World) -> None:
    url = world.database.url
    mark = "&" if "?" in url else "?"
    pooled, direct = (f"{url}{mark}application_name={name}" for name in ("pooled", "direct"))
    driver = PostgresDriver(pooled, direct, "process")
    heard: list[str] = []
    driver.on_notify(heard.append)
    one = Query("SELECT 1")

    async def prepared(tx: Tx) -> int:
        await tx.fetch(one)
        ((count,),) = await tx.fetch(Query("SELECT count(*) FROM pg_prepared_statements"))
        return int(count)

    async def query_of(name: str) -> str | None:
        sql = "SELECT query FROM pg_stat_activity WHERE application_name = :name AND state = 'idle'"
        row = await world.one_or_none(sql, name=name)
        return row["query"] if row else None

    async def listens() -> bool:
        return "LISTEN" in (await query_of("direct") or "").upper()

    try:
        assert await driver.run(prepared, Priority.OTHER) <= 1  # the one that counts
        await eventually(listens)
        assert "LISTEN" not in (await query_of("pooled") or "").upper()
        await world.execute("SELECT pg_notify('recado', 'another turns')")
        await eventually(lambda: heard == ["turns"])
    finally:
        await driver.close()


@on_postgres
@pytest.mark.parametrize(("pooled", "reads_whole_tables"), [(False, "off"), (True, "on")])
async def test_only_sessions_of_our_own_are_set_to_go_by_indexes(
    world: World, pooled: bool, reads_whole_tables: str
) -> None:
    """Behind a pooler the next who has the session would be set so, too."""
    url = world.database.url
    driver = PostgresDriver(f"{url}{'&' if '?' in url else '?'}application_name=pooled" if pooled else url, url, "me")
    try:
        shown = await driver.run(lambda tx: tx.fetch(Query("SHOW enable_seqscan")), Priority.OTHER)
        assert [row[0] for row in shown] == [reads_whole_tables]
    finally:
        await driver.close()


# --- SQLite ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2)])
def test_an_older_sqlite_is_refused_at_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...]
) -> None:
    monkeypatch.setattr(db, "sqlite_version", lambda: version)
    with pytest.raises(SettingsError, match="RECADO_DATABASE_URL") as caught:
        Database(f"sqlite:///{tmp_path / 'recado.db'}")
    assert ".".join(map(str, version)) in caught.value.message
    assert "3.51.3" in caught.value.message
    assert examine_sqlite(version).level is Level.FAIL
    Database("postgresql://127.0.0.1/recado")  # nothing to refuse


async def test_the_first_safe_sqlite_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MINIMUM_SQLITE == (3, 51, 3)
    monkeypatch.setattr(db, "sqlite_version", lambda: MINIMUM_SQLITE)
    await Database(f"sqlite:///{tmp_path / 'recado.db'}").close()
    assert examine_sqlite(MINIMUM_SQLITE).level is Level.OK


@on_sqlite
async def test_every_connection_has_the_same_safe_library(world: World) -> None:
    expected = ".".join(map(str, sqlite_version()))
    assert sqlite_version() >= MINIMUM_SQLITE
    assert cast(Any, aiosqlite.core).sqlite3 is sqlite3
    assert (await world.one("SELECT sqlite_version() AS version"))["version"] == expected

    async def version(tx: Tx) -> str:
        ((found,),) = await tx.fetch(Query("SELECT sqlite_version()"))
        return found

    assert await world.driver().run(version, Priority.OTHER) == expected


@on_sqlite
async def test_every_connection_is_safe_against_a_loss_of_power(world: World) -> None:
    async def pragma(tx: Tx, name: str) -> object:
        ((found,),) = await tx.fetch(Query(f"PRAGMA {name}"))
        return found

    driver = world.driver()
    for name, expected in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
        assert await driver.run(lambda tx, name=name: pragma(tx, name), Priority.OTHER) == expected
        async with world.database.engine.connect() as connection:
            assert (await connection.execute(text(f"PRAGMA {name}"))).scalar_one() == expected
    assert not isinstance(world.database.engine.pool, NullPool)
