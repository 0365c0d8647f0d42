"""Endpoints: what may be one, and what is handed to which, also while it is added, changed or removed."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from recado.errors import BadInput, Conflict, NotFound
from recado.kit import new_id
from recado.kit.destinations import EVERYWHERE, Destinations
from recado.webhooks import service
from recado.webhooks.delivering import claim
from tests.mailbox.support import eventually, on_postgres, waits_for_a_lock
from tests.webhooks.support import World


async def test_what_is_wrong_is_refused(world: World) -> None:
    for url in (
        "ftp://example.com/",
        "http://",
        "https://a:b@example.com",
        "http://x/#y",
        "http://x y/",
        "http://x:0/",
    ):
        with pytest.raises(BadInput):
            await world.add(url=url)
    for name in ("", "Message.sent", "message.sent.*", "*.sent", "message*", ".*", "a" * 65):
        with pytest.raises(BadInput, match=r"message\.sent"):
            async with world.database.project(world.project_id) as session:
                await service.add_endpoint(session, world.box, Destinations(), "https://example.com/", (name,))
    endpoint_id = await world.add()
    await world.happen("a")
    await world.deliverer().hand_out()
    (row,) = await world.rows()
    async with world.database.project(world.project_id) as session:
        with pytest.raises(NotFound):
            await service.replay_range(session, endpoint_id, new_id(), None)
        await service.change_endpoint(session, world.box, Destinations(), endpoint_id, active=False)
        with pytest.raises(Conflict):
            await service.replay(session, row.id)
    async with world.database.system() as session:
        assert (await claim(session, world.box, endpoint_id, new_id())).rows == ()
    async with world.database.project(world.project_id) as session:
        await service.remove_endpoint(session, endpoint_id)
    assert await world.rows() == []


@on_postgres
async def test_an_endpoint_takes_what_happens_from_its_commit_on(world: World) -> None:
    """Also while another process is just handing out."""
    await world.add()
    await world.happen("a")

    async def hand_out() -> int:
        async with world.database.system() as session:
            return await service.hand_out(session)

    async with world.database.system() as session:
        assert await service.hand_out(session) == 1
        other = asyncio.create_task(hand_out())
        await eventually(lambda: waits_for_a_lock(world.database))
        added = await world.add()
        (made,) = await world.happen("b")
    await other
    await world.deliverer().hand_out()
    assert [row.event_id for row in await world.rows() if row.endpoint_id == added] == [made]


@on_postgres
async def test_nothing_is_left_of_an_endpoint_that_is_removed_while_it_is_handed_something(world: World) -> None:
    endpoint_id = await world.add()
    await world.happen("a")

    async def remove() -> None:
        async with world.database.project(world.project_id) as session:
            await service.remove_endpoint(session, endpoint_id)

    async with world.database.system() as session:
        assert await service.hand_out(session) == 1
        removing = asyncio.create_task(remove())
        await eventually(lambda: waits_for_a_lock(world.database))
    await removing
    assert await world.rows() == []


@on_postgres
async def test_endpoints_that_get_nothing_are_not_written_to(world: World) -> None:
    """A row lock is a write, several times a second."""
    takes, other = await world.add("a"), await world.add("b")
    assert await _locked(world) == set()
    await world.happen("a", "c")
    assert await world.deliverer().hand_out() == 2
    assert await _locked(world) == {takes}
    await world.happen("b")
    assert await world.deliverer().hand_out() == 1
    assert await _locked(world) == {takes, other}
    assert [row.endpoint_id for row in await world.rows()] == [takes, other]


async def _locked(world: World) -> set[str]:
    """The endpoints whose rows somebody has locked since they were written."""
    async with world.database.system(read_only=True) as session:
        return set(await session.scalars(text("SELECT id::text FROM webhook_endpoints WHERE xmax::text <> '0'")))


@on_postgres
async def test_an_endpoint_that_goes_or_sleeps_before_it_is_handed_something_gets_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed, asleep, again, stays = [await world.add() for _ in range(4)]
    made = await world.happen("a", "b")
    between = service.events_between

    async def changed_meanwhile(*given: Any) -> Any:
        """Once the endpoints are read, before those that take something are locked."""
        async with world.database.project(world.project_id) as session:
            await service.remove_endpoint(session, removed)
            for endpoint_id in (asleep, again):
                await service.change_endpoint(session, world.box, Destinations(EVERYWHERE), endpoint_id, active=False)
            await service.change_endpoint(session, world.box, Destinations(EVERYWHERE), again, active=True)
        return await between(*given)

    monkeypatch.setattr(service, "events_between", changed_meanwhile)
    async with asyncio.timeout(60):  # nothing waits for what is not locked yet
        assert await world.deliverer().hand_out() == 2
    assert [(row.endpoint_id, row.event_id) for row in await world.rows()] == [(stays, one) for one in made]
