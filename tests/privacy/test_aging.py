"""Retention: what is old goes, in small commits; what waits, is owed or needs a person stays."""

import asyncio
import os
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from recado.audit.models import AuditEntry
from recado.channels.models import SeenNotice
from recado.errors import BadInput
from recado.kit import new_id, now_ms
from recado.mailbox import outbox
from recado.mailbox.claims import NewEvent
from recado.mailbox.driver import Priority
from recado.mailbox.models import Unrouted
from recado.mailbox.outbox import Mark
from recado.media.models import Media
from recado.personal import BATCH, first_id
from recado.privacy.aging import remove_aged
from recado.privacy.models import Retention
from recado.privacy.service import DAY_MS, Days, count_due, get_retention, set_retention
from recado.privacy.work import Keeper
from recado.projects.service import create_project
from tests.mailbox.support import (
    ANA,
    BETO,
    Shop,
    World,
    answer,
    claim_one,
    eventually,
    on_sqlite,
    out,
    stored,
    take_lines,
)
from tests.privacy.support import Life

LONG_AGO_MS = now_ms() - 100 * DAY_MS


@pytest.fixture
async def shop(world: World) -> Shop:
    async with world.database.system() as session:
        project = await create_project(session, "clinica", "Clínica")
    return await world.shop(project_id=project.id)


async def talk(world: World, shop: Shop, name: str) -> str:
    """Ana wrote and was answered; the answer was sent. Her conversation."""
    mailbox = world.mailbox()
    (came,) = await stored(mailbox, shop.arrival(name, ANA))
    held = await claim_one(mailbox)
    assert await answer(mailbox, held, out("respuesta"), events=(NewEvent("something.happened"),))
    fences = await take_lines(mailbox)
    for row in await mailbox.claim_heads(shop.line_id, fences[shop.line_id], 10):
        mark = Mark(row.id, row.seq, fences[shop.line_id], "sent", provider_message_id=f"sent {name}")
        await mailbox.driver.run(lambda tx, mark=mark: outbox.mark(tx, [mark]), Priority.MARK)
    await mailbox.number_events()
    await world.execute("UPDATE senders SET lease_until_ms = 0, owner = NULL")
    return came.conversation_id


async def age(world: World, *tables: str) -> None:
    """All that there is happened long ago."""
    for table in tables or ("inbox", "outbox", "events"):
        for row in await world.rows(f"SELECT id FROM {table}"):  # noqa: S608 # its own names
            old = first_id(LONG_AGO_MS)[:13] + row["id"][13:]
            change = f"UPDATE {table} SET id = :old, created_ms = {LONG_AGO_MS} WHERE id = :id"  # noqa: S608
            await world.execute(change, old=old, id=row["id"])


async def counts(world: World, *tables: str) -> dict[str, int]:
    return {t: (await world.one(f"SELECT count(*) AS n FROM {t}"))["n"] for t in tables}  # noqa: S608 # its own names


async def test_what_is_old_and_settled_goes(world: World, shop: Shop) -> None:
    await talk(world, shop, "old")
    await age(world)
    await talk(world, shop, "new")
    days = Days(messages=30, logs=30)
    async with world.database.project(shop.project_id, read_only=True) as session:
        due = await count_due(session, days)
    gone = await remove_aged(world.database, shop.project_id, days)
    assert due == gone
    assert {table: n for table, n in gone.items() if n} == {"inbox": 1, "outbox": 1, "events": 1}
    left = await world.rows("SELECT provider_message_id FROM inbox UNION SELECT provider_message_id FROM outbox")
    assert {row["provider_message_id"] for row in left} == {"new", "sent new"}
    assert not any((await remove_aged(world.database, shop.project_id, days)).values())
    # What comes once more is known as long as its row is there, and the place in the conversation goes on.
    (again,) = await stored(world.mailbox(), shop.arrival("new", ANA))
    assert again.message_id is None


@pytest.mark.parametrize("state", ["queued", "sending", "unknown", "dead"])
async def test_what_is_not_settled_stays(world: World, shop: Shop, state: str) -> None:
    await talk(world, shop, "old")
    await age(world)
    await world.execute(f"UPDATE outbox SET state = '{state}'")  # noqa: S608 # its own words
    await remove_aged(world.database, shop.project_id, Days(messages=8))
    assert await counts(world, "inbox", "outbox") == {"inbox": 0, "outbox": 1}


@pytest.mark.parametrize("owed", [False, True])
async def test_an_answer_that_nobody_fetches_goes_unless_it_is_owed(world: World, shop: Shop, owed: bool) -> None:
    await talk(world, shop, "old")
    await age(world)
    await world.execute("UPDATE lines SET channel = 'web'")
    await world.execute("UPDATE outbox SET state = 'queued', answers_after = 0, answers_to = 1")
    if owed:
        await world.execute(
            "INSERT INTO answer_jobs (id, project_id, message_id, given_conversation, callback_due_ms, created_ms)"
            " SELECT id, project_id, id, 'c', 1, created_ms FROM inbox"
        )
    days = Days(messages=8)
    async with world.database.project(shop.project_id, read_only=True) as session:
        assert (await count_due(session, days))["outbox"] == (not owed)
    await remove_aged(world.database, shop.project_id, days)
    assert await counts(world, "inbox", "outbox") == {"inbox": int(owed), "outbox": int(owed)}


@pytest.mark.parametrize("why", ["pending", "given up", "answer owed"])
async def test_what_came_and_is_still_open_stays_with_its_file(world: World, shop: Shop, why: str) -> None:
    conversation = await talk(world, shop, "old")
    await age(world)
    (message,) = await world.rows("SELECT id, created_ms FROM inbox")
    async with world.database.project(shop.project_id) as session:
        session.add(
            Media(id=message["id"], message_id=message["id"], conversation_id=conversation, kind="image",
                  state="stored", created_ms=message["created_ms"])
        )  # fmt: skip
    await world.execute(
        {
            "pending": "UPDATE conversations SET settled_seq = 0",
            "given up": "UPDATE inbox SET dead = true",
            "answer owed": "INSERT INTO answer_jobs (id, project_id, message_id, given_conversation, callback_due_ms,"
            " created_ms) SELECT id, project_id, id, 'c', 1, created_ms FROM inbox",
        }[why]
    )
    gone = await remove_aged(world.database, shop.project_id, Days(messages=8, media=1))
    assert await counts(world, "inbox", "outbox") == {"inbox": 1, "outbox": 0}
    assert gone["media"] == (why == "answer owed")


async def test_files_go_before_their_messages(world: World, shop: Shop) -> None:
    conversation = await talk(world, shop, "old")
    await age(world)
    (message,) = await world.rows("SELECT id, created_ms FROM inbox")
    async with world.database.project(shop.project_id) as session:
        session.add(
            Media(id=message["id"], message_id=message["id"], conversation_id=conversation, kind="audio",
                  state="stored", transcript="dicho", created_ms=message["created_ms"])
        )  # fmt: skip
    await remove_aged(world.database, shop.project_id, Days(media=30))
    assert await counts(world, "inbox") == {"inbox": 1}
    (file,) = await world.rows("SELECT state, transcript FROM media")
    assert file == {"state": "deleting", "transcript": None}


async def test_another_project_keeps_its_own(world: World, shop: Shop) -> None:
    other = await world.shop()
    await talk(world, shop, "ours")
    await talk(world, other, "theirs")
    await age(world)
    await remove_aged(world.database, shop.project_id, Days(messages=8, media=1, logs=8))
    left = await world.rows("SELECT DISTINCT project_id FROM inbox UNION SELECT project_id FROM outbox")
    assert [row["project_id"] for row in left] == [other.project_id]


async def test_much_goes_in_small_commits_and_two_processes_do_no_harm(world: World, shop: Shop) -> None:
    number = 2 * BATCH + 50
    mailbox = world.mailbox()
    await stored(mailbox, *(shop.arrival(f"m{n}", BETO) for n in range(number)))
    await age(world, "inbox")
    await world.execute("UPDATE conversations SET settled_seq = last_in_seq, wake_ms = NULL")
    both = await asyncio.gather(*(remove_aged(world.database, shop.project_id, Days(messages=30)) for _ in range(2)))
    assert sum(gone["inbox"] for gone in both) == number
    assert await counts(world, "inbox") == {"inbox": 0}


async def test_a_round_is_one_processes(life: Life) -> None:
    async with life.database.project(life.project) as session:
        assert await get_retention(session, life.project) == Days()
        await set_retention(session, life.project, Days(messages=30))
        assert await get_retention(session, life.project) == Days(messages=30)
    keeper = Keeper(life.database, life.eraser())

    async def due() -> Any:
        async with life.database.project(life.project, read_only=True) as session:
            return await session.scalar(select(Retention.due_ms))

    before = await due()
    await keeper.remove_what_has_aged()
    claimed = await due()
    assert claimed > before
    await keeper.remove_what_has_aged()
    assert await due() == claimed


@pytest.mark.parametrize("days", [Days(messages=7), Days(media=0), Days(logs=-1), Days(messages=40_000)])
async def test_too_few_or_too_many_days_are_refused(life: Life, days: Days) -> None:
    with pytest.raises(BadInput):
        async with life.database.project(life.project) as session:
            await set_retention(session, life.project, days)


async def test_the_audit_log_is_trimmed_by_the_setting_only(life: Life) -> None:
    ages = (400, 300, 91, 10)
    rows = [AuditEntry(actor="key", action="x", outcome="done", created_ms=now_ms() - days * DAY_MS) for days in ages]
    async with life.database.project(life.project) as session:
        session.add_all(rows)

    async def left() -> int:
        async with life.database.system(read_only=True) as session:
            return await session.scalar(select(func.count(AuditEntry.id))) or 0

    before = await left()
    await Keeper(life.database, life.eraser()).trim_audit_log()
    assert await left() == before
    keeper = Keeper(life.database, life.eraser(), audit_days=365)
    await keeper.trim_audit_log()
    assert await left() == before - 1
    async with life.database.project(life.project) as session:
        session.add(AuditEntry(actor="key", action="x", outcome="done", created_ms=now_ms() - 400 * DAY_MS))
    await keeper.trim_audit_log()  # not again within the hour
    assert await left() == before
    await Keeper(life.database, life.eraser(), audit_days=90).trim_audit_log()
    assert await left() == before - 3


async def test_what_belongs_to_no_project_goes_by_age_too(life: Life) -> None:
    """Deliveries that nobody could be given, by the setting; notices when no provider delivers them again."""

    def id_of(days: int) -> str:
        return first_id(now_ms() - days * DAY_MS)[:13] + new_id()[13:]

    def delivery(days: int) -> Unrouted:
        return Unrouted(
            id=id_of(days), channel="cloud-api", line_address="777", digest=new_id(), body="{}",
            created_ms=now_ms() - days * DAY_MS,
        )  # fmt: skip

    async def left(model: type[Unrouted] | type[SeenNotice]) -> list[int]:
        async with life.database.system(read_only=True) as session:
            made = await session.scalars(select(model.created_ms).order_by(model.created_ms))
        return [round((now_ms() - one) / DAY_MS) for one in made]

    async with life.database.system() as session:
        await session.execute(delete(Unrouted))
        await session.execute(delete(SeenNotice))
        session.add_all([delivery(days) for days in (100, 31, *[40] * BATCH, 29, 1)])
    async with life.database.project(life.project) as session:
        days = (30, 9, 7, 0)
        session.add_all(
            [SeenNotice(id=id_of(n), key=f"n{n}", created_ms=now_ms() - n * DAY_MS) for n in days]
        )  # fmt: skip
    await Keeper(life.database, life.eraser()).remove_old_deliveries()
    assert (len(await left(Unrouted)), await left(SeenNotice)) == (BATCH + 4, [7, 0])
    keeper = Keeper(life.database, life.eraser(), unrouted_days=30)
    await keeper.remove_old_deliveries()
    assert await left(Unrouted) == [29, 1]
    async with life.database.system() as session:
        session.add(delivery(31))
    await keeper.remove_old_deliveries()  # not again within the hour
    assert await left(Unrouted) == [31, 29, 1]


@on_sqlite
async def test_what_half_a_download_left_goes_while_a_worker_lives(life: Life) -> None:
    parts = life.folder / "media" / "parts"
    parts.mkdir(parents=True, exist_ok=True)
    (parts / "old").write_bytes(b"half")
    os.utime(parts / "old", (0, 0))
    work = asyncio.create_task(Keeper(life.database, life.eraser()).run())
    await eventually(lambda: [*parts.iterdir()] == [])
    work.cancel()
    await asyncio.wait([work])
