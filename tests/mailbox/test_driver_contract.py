"""What every driver promises, on both databases; and what only one of them can do."""

import asyncio
import sqlite3
import threading
from contextlib import closing

import pytest

from recado.kit import new_id
from recado.mailbox import postgres, sqlite
from recado.mailbox.driver import MAX_RESTARTS, DatabaseDown, Driver, Priority, Restart, Tx
from recado.mailbox.inbox import store_arrivals
from recado.mailbox.service import Mailbox
from recado.mailbox.sql import Query
from tests.mailbox.support import ANA, BETO, Shop, World, eventually, hearing, on_postgres, on_sqlite, person

_ADD = Query(
    "INSERT INTO processes (id, kind, version, started_ms, beat_ms) VALUES (:id, 'test', :name, {now}, 0)",
    scalars="id uuid, name text",
)
_NAMES = Query("SELECT version FROM processes WHERE kind = 'test' ORDER BY version")
_LOCK = Query("UPDATE processes SET beat_ms = beat_ms + 1 WHERE version = :name", scalars="name text")


async def add(tx: Tx, name: str) -> None:
    await tx.fetch(_ADD, id=new_id(), name=name)


async def names(driver: Driver) -> list[str]:
    async def work(tx: Tx) -> list[str]:
        return [row[0] for row in await tx.fetch(_NAMES)]

    return await driver.run(work, Priority.OTHER)


# --- transactions -----------------------------------------------------------------------------------------


async def test_work_that_raises_is_rolled_back_and_its_neighbours_are_not(driver: Driver) -> None:
    async def work(tx: Tx, n: int) -> int:
        await add(tx, str(n))
        if n % 2:
            raise ValueError(n)
        return n

    tasks = [driver.run(lambda tx, n=n: work(tx, n), Priority.TURN) for n in range(8)]
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [result if isinstance(result, int) else str(result) for result in results] == [
        0, "1", 2, "3", 4, "5", 6, "7",
    ]  # fmt: skip
    assert await names(driver) == ["0", "2", "4", "6"]


async def test_a_statement_that_fails_is_its_works_own_affair(driver: Driver) -> None:
    same = new_id()

    async def twice(tx: Tx) -> None:
        await add(tx, "lost")
        for _ in range(2):
            await tx.fetch(_ADD, id=same, name="twice")

    results = await asyncio.gather(
        driver.run(lambda tx: add(tx, "before"), Priority.TURN),
        driver.run(twice, Priority.TURN),
        driver.run(lambda tx: add(tx, "after"), Priority.TURN),
        return_exceptions=True,
    )
    assert [isinstance(result, Exception) for result in results] == [False, True, False]
    assert not isinstance(results[1], DatabaseDown)
    assert await names(driver) == ["after", "before"]


async def test_work_that_met_a_concurrent_writer_is_run_again_from_the_start(driver: Driver) -> None:
    runs = 0

    async def work(tx: Tx) -> str:
        nonlocal runs
        runs += 1
        await add(tx, f"run {runs}")
        if runs < 3:
            raise Restart
        return "done"

    assert await driver.run(work, Priority.TURN) == "done"
    assert await names(driver) == ["run 3"]


async def test_work_is_not_run_again_for_ever(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "COLLISION_S", 0.0)
    runs = 0

    async def work(tx: Tx) -> None:
        nonlocal runs
        runs += 1
        await add(tx, "never")
        raise Restart

    with pytest.raises(DatabaseDown):
        await driver.run(work, Priority.TURN)
    assert runs == MAX_RESTARTS
    assert await names(driver) == []


async def test_an_empty_set_of_rows_asks_nothing(driver: Driver) -> None:
    broken = Query("SELECT * FROM no_such_table, {rows}", rows="id uuid")

    async def work(tx: Tx) -> list[object]:
        await tx.lock(broken, [])
        return [*await tx.fetch(broken, []), *await tx.fetch(broken)]

    assert await driver.run(work, Priority.OTHER) == []


async def test_a_caller_that_gave_up_keeps_nobody_else_waiting(driver: Driver) -> None:
    given_up = asyncio.create_task(driver.run(lambda tx: add(tx, "given up"), Priority.TURN))
    waiting = asyncio.create_task(driver.run(lambda tx: add(tx, "waiting"), Priority.TURN))
    await asyncio.sleep(0)
    given_up.cancel()
    await waiting
    assert "waiting" in await names(driver)


async def test_the_databases_clock_can_be_moved(world: World, driver: Driver) -> None:
    now = Query("SELECT {now} AS now FROM (SELECT 1) AS one WHERE :one = 1", scalars="one bigint")

    async def work(tx: Tx) -> int:
        ((found,),) = await tx.fetch(now, one=1)
        return int(found)

    before_ms = await driver.run(work, Priority.OTHER)
    world.advance(60_000)
    assert 60_000 <= await driver.run(work, Priority.OTHER) - before_ms < 120_000


@pytest.mark.parametrize("drivers", [1, 2])
async def test_the_same_messages_stored_at_the_same_time_are_stored_once(
    world: World, shop: Shop, drivers: int
) -> None:
    """Deliveries of a provider that overlap, from one process or two."""
    mailboxes = [world.mailbox() for _ in range(drivers)]
    messages = [shop.arrival(f"m{n}", person(n % 4)) for n in range(24)]
    batches = [messages[at : at + 6] for at in range(0, 24, 3)] + [list(reversed(messages[:12]))]
    results = await asyncio.gather(
        *(mailboxes[n % drivers].store(batch) for n, batch in enumerate([*batches, *batches]))
    )
    new = [kept.message_id for batch in results for kept in batch if kept.message_id is not None]
    rows = await world.rows("SELECT id, provider_message_id, conversation_id, seq FROM inbox ORDER BY seq")
    assert sorted(row["id"] for row in rows) == sorted(new)
    assert sorted(row["provider_message_id"] for row in rows) == sorted(one.provider_message_id for one in messages)
    lanes: dict[str, list[int]] = {}
    for row in rows:
        lanes.setdefault(row["conversation_id"], []).append(row["seq"])
    assert sorted(lanes.values()) == [[1, 2, 3, 4, 5, 6]] * 4


async def test_close_lets_what_waits_be_written_and_takes_nothing_more(world: World) -> None:
    closing_one, driver = world.driver(), world.driver()
    await names(closing_one)  # it is open
    tasks = [asyncio.create_task(closing_one.run(lambda tx, n=n: add(tx, f"{n:02}"), Priority.TURN)) for n in range(20)]
    await asyncio.sleep(0)
    await closing_one.close()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    written = [f"{n:02}" for n, result in enumerate(results) if result is None]
    assert await names(driver) == written  # what was said to be written is, and nothing else
    assert all(isinstance(result, DatabaseDown) for result in results if result is not None)
    if world.is_sqlite:
        assert len(written) == 20
    with pytest.raises(DatabaseDown):
        await closing_one.run(lambda tx: add(tx, "late"), Priority.MARK)


async def test_a_mailbox_finishes_its_writes_when_it_is_closed(world: World, shop: Shop) -> None:
    mailbox = world.mailbox()
    await mailbox.beat("worker", "1")
    stores = [asyncio.create_task(_store(mailbox, shop, n)) for n in range(10)]
    await asyncio.sleep(0)
    await mailbox.close()
    await asyncio.gather(*stores)
    assert len(await world.rows("SELECT 1 FROM inbox")) == 10
    assert not await world.rows("SELECT 1 FROM processes")  # and says good-bye


async def _store(mailbox: Mailbox, shop: Shop, n: int) -> None:
    await mailbox.store([shop.arrival(str(n), person(n))])


# --- SQLite ---------------------------------------------------------------------------------------------------


@on_sqlite
async def test_work_may_await_nothing_but_its_transaction(driver: Driver) -> None:
    async def work(tx: Tx) -> None:
        await add(tx, "half")
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="may only await the transaction"):
        await driver.run(work, Priority.OTHER)
    assert await names(driver) == []


@on_sqlite
async def test_what_waits_shares_one_commit(world: World, driver: Driver) -> None:
    await names(driver)
    writing, go_on = threading.Event(), threading.Event()

    async def hold_up(_: Tx) -> None:
        writing.set()
        go_on.wait(60)

    tasks = [asyncio.create_task(driver.run(hold_up, Priority.OTHER))]
    await asyncio.to_thread(writing.wait, 60)
    before = _wal_bytes(world)
    tasks += [asyncio.create_task(driver.run(lambda tx, n=n: add(tx, str(n)), Priority.TURN)) for n in range(40)]
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(*tasks)
    assert len(await names(driver)) == 40
    # Every commit writes each page that it changed again: forty of them would be more than 40 pages.
    assert _wal_bytes(world) - before < 40 * 4096


def _wal_bytes(world: World) -> int:
    path = world.database.sqlite_path
    wal = path.with_name(path.name + "-wal")
    return wal.stat().st_size if wal.exists() else 0


@on_sqlite
async def test_a_file_that_stays_locked_is_down_and_then_is_not(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "SQLITE_BUSY_TIMEOUT_S", 0.05)
    driver = world.driver()
    with closing(sqlite3.connect(world.database.sqlite_path, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseDown):
            await driver.run(lambda tx: add(tx, "no"), Priority.OTHER)
        somebody.execute("ROLLBACK")
    await driver.run(lambda tx: add(tx, "yes"), Priority.OTHER)
    assert await names(driver) == ["yes"]


@on_sqlite
async def test_others_get_a_moment_to_write_and_hints_are_nothing(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "COMMITS_BEFORE_PAUSE", 2)
    heard: list[str] = []
    driver.on_notify(heard.append)
    driver.notify("turns")
    for n in range(5):
        await driver.run(lambda tx, n=n: add(tx, str(n)), Priority.OTHER)
    assert len(await names(driver)) == 5
    assert heard == []


# --- PostgreSQL ---------------------------------------------------------------------------------------------------


@pytest.fixture
def ears(monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[str]]:
    monkeypatch.setattr(postgres, "LISTEN_RETRY_S", 0.02)
    return [], []


@on_postgres
async def test_hints_reach_the_other_processes(world: World, ears: tuple[list[str], list[str]]) -> None:
    one, two = world.driver("one"), world.driver("two")
    for driver, ear in zip((one, two), ears, strict=True):
        driver.on_notify(ear.append)
    await eventually(lambda: hearing(world, 2))
    one.notify("turns")
    await eventually(lambda: ears[1] == ["turns"])
    two.notify("sends:line")
    await eventually(lambda: ears[0] == ["sends:line"])
    assert ears[1] == ["turns"]


@on_postgres
async def test_a_listener_that_was_cut_off_listens_again(world: World, ears: tuple[list[str], list[str]]) -> None:
    one, two = world.driver("one"), world.driver("two")
    two.on_notify(ears[1].append)
    await eventually(lambda: hearing(world, 1))
    await world.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND query ILIKE 'LISTEN%'"
    )

    async def heard() -> bool:
        one.notify("turns")
        return bool(ears[1])

    await eventually(heard)


@on_postgres
async def test_connections_that_were_cut_off_are_down_and_then_are_not(world: World) -> None:
    driver = world.driver()
    started, go_on = asyncio.Event(), asyncio.Event()

    async def work(tx: Tx) -> None:
        await add(tx, "cut off")
        started.set()
        await go_on.wait()
        await add(tx, "never")

    task = asyncio.create_task(driver.run(work, Priority.OTHER))
    await started.wait()
    await world.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> pg_backend_pid()"
    )
    go_on.set()
    with pytest.raises(DatabaseDown):
        await task
    assert await names(driver) == []


@on_postgres
async def test_transactions_that_wait_for_each_other_both_end_well(world: World) -> None:
    driver = world.driver()
    for name in ("a", "b"):
        await driver.run(lambda tx, name=name: add(tx, name), Priority.OTHER)
    met = asyncio.Barrier(2)
    meet = [True, True]

    async def work(tx: Tx, n: int, order: str) -> None:
        await tx.fetch(_LOCK, name=order[0])
        if meet[n]:
            meet[n] = False
            await met.wait()
        await tx.fetch(_LOCK, name=order[1])

    await asyncio.gather(
        *(
            driver.run(lambda tx, n=n, order=order: work(tx, n, order), Priority.OTHER)
            for n, order in enumerate(("ab", "ba"))
        )
    )
    rows = await world.rows("SELECT beat_ms FROM processes WHERE kind = 'test'")
    assert [row["beat_ms"] for row in rows] == [2, 2]


@on_postgres
async def test_a_message_that_two_processes_store_in_one_moment_is_stored_once(world: World, shop: Shop) -> None:
    """Both looked before the other had committed."""
    one, two = world.driver(), world.driver()
    stored, go_on = asyncio.Event(), asyncio.Event()
    await one.run(lambda tx: store_arrivals(tx, [shop.arrival("0", ANA)]), Priority.INGEST)

    async def slowly(tx: Tx) -> list[object]:
        kept = await store_arrivals(tx, [shop.arrival("1", ANA), shop.arrival("2", BETO)])
        stored.set()
        await go_on.wait()
        return list(kept)

    first = asyncio.create_task(one.run(slowly, Priority.INGEST))
    await stored.wait()
    second = asyncio.create_task(
        two.run(lambda tx: store_arrivals(tx, [shop.arrival("2", BETO), shop.arrival("1", ANA)]), Priority.INGEST)
    )
    await world.somebody_waits_for_a_lock()
    go_on.set()
    await first
    assert [kept.message_id for kept in await second] == [None, None]
    assert len(await world.rows("SELECT 1 FROM inbox")) == 3


@on_sqlite
async def test_the_log_is_copied_back_beside_the_writer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "CHECKPOINT_EVERY_S", 0.01)
    driver = world.driver()
    with closing(sqlite3.connect(world.database.sqlite_path)) as other:

        def copied() -> bool:
            _, pages, back = other.execute("PRAGMA wal_checkpoint(NOOP)").fetchone()
            return 0 < pages == back

        for n in range(sqlite.CHECKPOINT_COMMITS - 1):
            await driver.run(lambda tx, n=n: add(tx, str(n)), Priority.OTHER)
        assert not copied()  # so little is left to the writer
        await driver.run(lambda tx: add(tx, "one more"), Priority.OTHER)
        assert await eventually(lambda: asyncio.sleep(0, copied()))
