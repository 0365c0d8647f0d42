"""Replays: of one delivery and of a range, with their ids, also while they are handed out or tried."""

import asyncio
import json

import pytest

from recado.db import database_now_ms
from recado.errors import BadInput
from recado.kit import new_id
from recado.kit.postman import Result
from recado.webhooks import service
from recado.webhooks.delivering import claim, settle
from recado.webhooks.models import WebhookEndpoint
from tests.mailbox.support import eventually, on_postgres, waits_for_a_lock
from tests.webhooks.support import REFUSED, World, all_are, posts_came


async def test_one_and_a_range_are_replayed_with_their_ids(world: World) -> None:
    made = await world.happen("a", "b")  # before there was an endpoint
    endpoint_id = await world.add("a", "b", "d")
    made += await world.happen("c", "d")
    async with world.delivering():
        await eventually(lambda: all_are(world, 1, "delivered"))
        assert world.receiver.ids == [made[3]]
        (row,) = await world.rows()
        async with world.database.project(world.project_id) as session:
            assert (await service.replay(session, row.id)).state == "queued"
        await eventually(lambda: posts_came(world, 2))
        async with world.database.project(world.project_id) as session:
            assert await service.replay_range(session, endpoint_id, made[0], None) == 2
        await eventually(lambda: all_are(world, 2, "delivered"))
        await eventually(lambda: posts_came(world, 4))
    assert world.receiver.ids[:2] == [made[3]] * 2
    assert sorted(world.receiver.ids[2:]) == sorted([made[1], made[3]])


async def test_a_range_is_as_long_as_what_the_endpoint_takes_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MAX_REPLAYED", 3)
    made = await world.happen(*["message.sent"] * 6, "message.failed", "messages.x", "message", "job.a", "job.b.c")
    endpoint_id = await world.add("message.failed", "job.*")
    async with world.database.project(world.project_id) as session:
        assert await service.replay_range(session, endpoint_id, None, None) == 3
    # The second fits nothing; an older version took it.
    await world.set(WebhookEndpoint, events=json.dumps(["message.*", "job.b.*"]))
    async with world.database.project(world.project_id) as session:
        with pytest.raises(BadInput, match="in parts"):
            await service.replay_range(session, endpoint_id, made[3], None)
        assert await service.replay_range(session, endpoint_id, made[4], None) == 3
    assert [row.event_id for row in await world.rows()] == [made[n] for n in (5, 6, 8, 9, 10)]


@on_postgres
async def test_a_range_is_replayed_while_it_is_handed_out(world: World) -> None:
    endpoint_id = await world.add()
    made = await world.happen("a", "b")

    async def replay() -> int:
        async with world.database.project(world.project_id) as session:
            return await service.replay_range(session, endpoint_id, None, None)

    async with world.database.system() as session:
        assert await service.hand_out(session) == 2
        asked = asyncio.create_task(replay())
        await eventually(lambda: waits_for_a_lock(world.database))
    assert await asked == 2
    assert [row.event_id for row in await world.rows()] == made


async def test_a_replay_that_is_asked_for_during_a_try_is_still_owed(world: World) -> None:
    endpoint_id = await world.add()
    await world.happen("a")
    owner, taken = new_id(), Result(1, 1, 200, None, None)
    async with world.delivering():
        await eventually(lambda: all_are(world, 1, "delivered"))
    for result in (REFUSED, taken):
        async with world.database.project(world.project_id) as session:
            await service.replay(session, (await world.rows())[0].id)
        async with world.database.system() as session:
            (row,) = (await claim(session, world.box, endpoint_id, owner)).rows
        await _later(world)
        async with world.database.project(world.project_id) as session:
            await service.replay(session, row.id)
            await settle(session, endpoint_id, owner, row, result)
        (kept,) = await world.rows()
        assert (kept.state, kept.attempts, kept.owner, kept.lease_until_ms) == ("queued", 0, None, 0)
    async with world.delivering():
        await eventually(lambda: posts_came(world, 2))
        await eventually(lambda: all_are(world, 1, "delivered"))


async def _later(world: World) -> None:
    """A millisecond later on the database's clock."""
    async with world.database.system(read_only=True) as session:
        began_ms = await database_now_ms(session)
    while True:
        async with world.database.system(read_only=True) as session:
            if await database_now_ms(session) > began_ms:
                return
