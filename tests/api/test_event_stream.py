"""Live events over real sockets: resume, filters, tickets, tenancy, slow and revoked listeners."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from sqlalchemy import select

from recado.events import feed as feeds
from recado.events import streams
from recado.events.models import EventAudience
from recado.events.places import place_at, time_of
from recado.events.service import record
from recado.kit import new_id
from recado.kit.clock import now_ms, use_clock
from recado.kit.tickets import TICKET_S
from recado.mailbox.noting import keep_numbering
from recado.projects.service import Role, revoke_key
from tests.api.conftest import Api, Tenant, arrive
from tests.mailbox.support import eventually

LIMIT_S = 60


@pytest_asyncio.fixture
async def live(api: Api, place_of_tenants: tuple[str, dict[str, Tenant]]) -> AsyncIterator[Api]:
    """The API with what numbers and reads events; somebody has looked at them before."""
    for tenant in place_of_tenants[1].values():
        assert (await api.get("/events", tenant.keys[Role.READ])).status == 200
    tasks = [asyncio.create_task(keep_numbering(api.runtime.mailbox)), asyncio.create_task(api.runtime.feed.run())]
    yield api
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def note(api: Api, of: Tenant, name: str, **where: Any) -> str:
    async with api.runtime.database.project(of.project_id) as session:
        return (await record(session, name, {"n": 1}, **where)).id


@contextlib.asynccontextmanager
async def streaming(
    api: Api, key: str | None, query: str = "", **headers: str
) -> AsyncGenerator[aiohttp.ClientResponse]:
    sent = headers if key is None else {"X-API-Key": key, **headers}
    async with (
        asyncio.timeout(LIMIT_S),
        api.session.get(f"{api.url}/api/v1/events/stream{query}", headers=sent) as response,
    ):
        yield response


async def frames(response: aiohttp.ClientResponse, count: int) -> list[dict[str, Any]]:
    """The next `count` events, as a browser understands them."""
    found: list[dict[str, Any]] = []
    fields: dict[str, str] = {}
    while len(found) < count:
        line = (await response.content.readline()).decode()
        assert line, f"the stream ended after {len(found)} events"
        name, colon, value = line.rstrip("\n").partition(": ")
        if colon:
            fields[name] = value
        elif "data" in fields:
            event = json.loads(fields["data"])
            assert (fields["id"], fields["event"]) == (event["id"], event["name"])
            found.append(event)
            fields = {}
    return found


async def ids(response: aiohttp.ClientResponse, count: int) -> list[str]:
    return [event["id"] for event in await frames(response, count)]


async def test_events_come_as_they_happen(live: Api, ours: Tenant) -> None:
    last = await note(live, ours, "before")
    async with streaming(live, ours.keys[Role.READ], f"?after={last}") as response:
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"
        await arrive(live.runtime, ours.project_id, ours.line_id, "wamid.2")
        (event,) = await frames(response, 1)
    assert event["name"] == "message.received"
    assert (event["conversation_id"], event["line_id"]) == (ours.conversation_id, ours.line_id)
    assert set(event["data"]) == {"message_id"}
    assert "hola" not in json.dumps(event)
    listed = (await live.get("/events?limit=1", ours.keys[Role.READ])).json["items"]
    assert listed == [event]


async def test_who_comes_back_misses_nothing_and_sees_nothing_twice(live: Api, ours: Tenant, monkeypatch: Any) -> None:
    monkeypatch.setattr(feeds, "PAGE", 3)  # so that what was missed takes some pages
    key = ours.keys[Role.READ]
    made = [await note(live, ours, "step", conversation_id=ours.conversation_id)]
    seen = list(made)
    for _ in range(4):
        made += [await note(live, ours, "step", conversation_id=ours.conversation_id) for _ in range(5)]
        async with streaming(live, key, f"?after={new_id()}", **{"Last-Event-ID": seen[-1]}) as response:
            made += [await note(live, ours, "step") for _ in range(2)]
            seen += await ids(response, 4)  # and gone in the middle
    async with streaming(live, key, f"?after={seen[-1]}") as response:
        seen += await ids(response, len(made) - len(seen))
    assert seen == made


async def leave_for(api: Api, days: int) -> None:
    """Nobody looks for so long; the clocks stay as they are."""
    async with api.runtime.database.system() as session:
        row = (await session.scalars(select(EventAudience))).one()
        row.until_ms -= days * 24 * 3_600_000


async def test_who_comes_back_after_a_time_in_which_nothing_was_kept_is_told(live: Api, ours: Tenant) -> None:
    key = ours.keys[Role.READ]
    while_ago_ms = now_ms() - 1_000
    with use_clock(lambda: while_ago_ms):
        before = await note(live, ours, "before")
        await leave_for(live, days=8)
        await arrive(live.runtime, ours.project_id, ours.line_id, "wamid.2")  # and nobody is told of it
        during = await note(live, ours, "during")
    for after in (before, during, before):
        refused = await live.get(f"/events/stream?after={after}", key)
        assert (refused.status, refused.code) == (404, "events_not_kept")
    with pytest.raises(aiohttp.WSServerHandshakeError) as denied:
        await live.session.ws_connect(f"{live.url}/api/v1/events/ws?after={before}", headers={"X-API-Key": key})
    assert denied.value.status == 404
    since = await note(live, ours, "since")
    later = await note(live, ours, "later")
    async with streaming(live, key, f"?after={since}") as response:
        assert await ids(response, 1) == [later]


async def test_who_comes_back_within_the_week_misses_nothing(live: Api, ours: Tenant) -> None:
    last = await note(live, ours, "before")
    await leave_for(live, days=6)
    await arrive(live.runtime, ours.project_id, ours.line_id, "wamid.2")
    for _ in range(2):  # the audience is renewed at the first
        async with streaming(live, ours.keys[Role.READ], f"?after={last}") as response:
            assert [event["name"] for event in await frames(response, 1)] == ["message.received"]


async def test_events_of_messages_are_kept_from_the_first_look_on(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.READ]
    await arrive(api.runtime, ours.project_id, ours.line_id, "wamid.2")
    assert (await api.get("/events", key)).json["items"] == []
    await arrive(api.runtime, ours.project_id, ours.line_id, "wamid.3")
    assert [event["name"] for event in (await api.get("/events", key)).json["items"]] == ["message.received"]


async def test_two_processes_tell_the_same_story(live: Api, ours: Tenant) -> None:
    """What one process's listener saw last is where it goes on at another's."""
    second = feeds.Feed(live.runtime.database, _nobody)
    reading = asyncio.create_task(second.run())
    wanted = feeds.Wanted(ours.project_id)
    made = [await note(live, ours, "step")]
    after = await live.runtime.feed.place_of(wanted, made[0])
    async with asyncio.timeout(LIMIT_S), second.listen(wanted, after, "k") as (listener, missed):
        made += [await note(live, ours, "step") for _ in range(3)]
        seen = [told.id async for page in missed for told in page]
        while len(seen) < 3:
            seen += [told.id for told in await listener.next(1)]
    assert seen == made[1:]
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)


async def _nobody(_keys: Any) -> frozenset[str]:
    return frozenset()


async def test_filters(live: Api, ours: Tenant) -> None:
    key = ours.keys[Role.READ]
    start = await note(live, ours, "start")
    here = {"conversation_id": ours.conversation_id, "line_id": ours.line_id}
    one = await note(live, ours, "job.finished", **here)
    two = await note(live, ours, "job.started")
    three = await note(live, ours, "alert.raised", conversation_id=new_id(), line_id=ours.line_id)
    for query, expected in (
        ("", [one, two, three]),
        ("&name=job.*", [one, two]),
        ("&name=alert.raised&name=job.finished", [one, three]),
        (f"&conversation_id={ours.conversation_id}", [one]),
        (f"&line_id={ours.line_id}", [one, three]),
    ):
        async with streaming(live, key, f"?after={start}{query}") as response:
            assert await ids(response, len(expected)) == expected


async def test_another_projects_events_are_never_seen(live: Api, ours: Tenant, theirs: Tenant) -> None:
    start = await note(live, ours, "start")
    foreign = await note(live, theirs, "secret")
    async with (
        streaming(live, ours.keys[Role.ADMIN], f"?after={start}") as behind,
        streaming(live, ours.keys[Role.ADMIN]) as living,
    ):
        await note(live, theirs, "secret")
        mine = await note(live, ours, "mine")
        assert await ids(behind, 1) == [mine]
        assert await ids(living, 1) == [mine]
    async with streaming(live, ours.keys[Role.ADMIN], f"?after={foreign}") as response:
        assert response.status == 404
        assert (await response.json())["code"] == "event_not_found"


async def test_a_ticket_stands_for_the_key_for_a_minute(live: Api, ours: Tenant) -> None:
    made = await live.post("/events/ticket", ours.keys[Role.READ])
    assert made.status == 201
    ticket = made.json["ticket"]
    assert ours.keys[Role.READ] not in ticket
    async with streaming(live, None, f"?ticket={ticket}") as response:
        assert response.status == 200
        mine = await note(live, ours, "mine")
        assert await ids(response, 1) == [mine]
    elsewhere = await live.get(f"/events?ticket={ticket}")
    assert (elsewhere.status, elsewhere.code) == (401, "no_api_key")
    for bad in ("x", ticket[:-4] + "AAAA"):
        refused = await live.get(f"/events/stream?ticket={bad}")
        assert (refused.status, refused.code) == (401, "bad_ticket")
    later_ms = now_ms() + (TICKET_S + 1) * 1000
    with use_clock(lambda: later_ms):
        assert (await live.get(f"/events/stream?ticket={ticket}")).code == "bad_ticket"


async def test_a_revoked_key_is_cut_off(live: Api, ours: Tenant) -> None:
    ticket = (await live.post("/events/ticket", ours.keys[Role.READ])).json["ticket"]
    async with streaming(live, ours.keys[Role.READ]) as response:
        await note(live, ours, "mine")
        await ids(response, 1)
        async with live.runtime.database.project(ours.project_id) as session:
            await revoke_key(session, ours.key_id)
        await live.runtime.feed.cut_revoked()
        assert await response.content.read() == b""
    assert (await live.get(f"/events/stream?ticket={ticket}")).code == "bad_api_key"


async def test_who_reads_too_slowly_is_cut_and_goes_on(live: Api, ours: Tenant, monkeypatch: Any) -> None:
    monkeypatch.setattr(feeds, "MAX_WAITING", 5)
    wanted = feeds.Wanted(ours.project_id, frozenset({"step"}))
    made = [await note(live, ours, "step")]
    feed = live.runtime.feed
    place = await feed.place_of(wanted, made[0])
    seen = list(made)
    async with asyncio.timeout(LIMIT_S):
        async with feed.listen(wanted, place, "k") as (listener, missed):
            assert [page async for page in missed] == []
            made += [await note(live, ours, "step") for _ in range(9)]
            while listener.cut is None:  # noqa: ASYNC110 # it takes nothing on purpose
                await asyncio.sleep(0.005)
            assert listener.cut == "too_slow"
            assert await listener.next(1) == []
        async with feed.listen(wanted, await feed.place_of(wanted, seen[-1]), "k") as (listener, missed):
            seen += [told.id async for page in missed for told in page]
            while len(seen) < len(made):
                seen += [told.id for told in await listener.next(1)]
    assert seen == made
    assert feed.listening == 0


async def test_the_end_of_the_server_ends_streams(live: Api, ours: Tenant) -> None:
    async with streaming(live, ours.keys[Role.READ]) as response:
        assert (await response.content.readline()).startswith(b"retry: ")
        live.runtime.feed.close()
        await response.content.read()
    refused = await live.get("/events/stream", ours.keys[Role.READ])
    assert (refused.status, refused.code) == (503, "overloaded")
    assert "retry-after" in refused.headers


async def test_no_project_takes_all_places(live: Api, ours: Tenant, theirs: Tenant, monkeypatch: Any) -> None:
    monkeypatch.setattr(feeds, "MAX_OF_PROJECT", 2)
    key = ours.keys[Role.READ]
    async with streaming(live, key) as one:
        await one.content.readline()
        async with streaming(live, key) as two:
            await two.content.readline()
            refused = await live.get("/events/stream", key)
            assert (refused.status, refused.code, refused.headers["retry-after"]) == (429, "too_many_listeners", "5")
            with pytest.raises(aiohttp.WSServerHandshakeError) as denied:
                await live.session.ws_connect(f"{live.url}/api/v1/events/ws", headers={"X-API-Key": key})
            assert denied.value.status == 429
            async with streaming(live, theirs.keys[Role.READ]) as other:
                assert (await other.content.readline()).startswith(b"retry: ")

        async def is_free() -> bool:
            async with streaming(live, key) as again:
                return again.status == 200

        await eventually(is_free)


async def test_who_only_reads_what_was_missed_takes_a_place(live: Api, ours: Tenant, monkeypatch: Any) -> None:
    monkeypatch.setattr(feeds, "MAX_LISTENERS", 1)
    feed, wanted = live.runtime.feed, feeds.Wanted(ours.project_id)
    async with feed.listen(wanted, await feed.place_now(ours.project_id), "k"):  # and takes no page
        assert (await live.get("/events/stream", ours.keys[Role.READ])).code == "overloaded"


async def test_a_websocket_tells_the_same(live: Api, ours: Tenant, theirs: Tenant) -> None:
    address = f"{live.url}/api/v1/events/ws"
    start = await note(live, ours, "start")
    first = await note(live, ours, "job.started")
    ticket = (await live.post("/events/ticket", ours.keys[Role.READ])).json["ticket"]
    async with (
        asyncio.timeout(LIMIT_S),
        live.session.ws_connect(f"{address}?after={start}&ticket={ticket}&name=job.*") as socket,
    ):
        assert (await socket.receive_json())["id"] == first
        await socket.send_str("what?")
        await socket.send_json({"type": "ping"})
        assert await socket.receive_json() == {"type": "pong"}
        await note(live, theirs, "job.started")
        await note(live, ours, "other")
        second = await note(live, ours, "job.finished")
        assert (await socket.receive_json())["id"] == second
        live.runtime.feed.close()
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 1013


async def test_a_websocket_that_is_sent_bytes_says_why_it_closes(live: Api, ours: Tenant) -> None:
    headers = {"X-API-Key": ours.keys[Role.READ]}
    async with (
        asyncio.timeout(LIMIT_S),
        live.session.ws_connect(f"{live.url}/api/v1/events/ws", headers=headers) as socket,
    ):
        await socket.send_bytes(b"{}")
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 1003


@pytest.mark.parametrize("query", ["", "?after=0192f0c1-2d3e-7abc-8def-0123456789ab"])
async def test_a_websocket_is_refused_before_it_opens(live: Api, ours: Tenant, query: str) -> None:
    headers = {"X-API-Key": ours.keys[Role.READ]} if query else {}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with live.session.ws_connect(f"{live.url}/api/v1/events/ws{query}", headers=headers):
            raise AssertionError("it opened")
    assert refused.value.status == (404 if query else 401)


async def first_id(response: aiohttp.ClientResponse) -> str:
    """Where a browser would come back to that was given no event yet."""
    while not (line := (await response.content.readline()).decode()).startswith("id: "):
        assert line, "the stream ended"
    return line.removeprefix("id: ").rstrip("\n")


@pytest.mark.parametrize("query", ["", "?name=step"])
async def test_who_is_cut_before_the_first_event_misses_nothing_either(live: Api, ours: Tenant, query: str) -> None:
    key = ours.keys[Role.READ]
    async with streaming(live, key, query) as response:
        place = await first_id(response)
    made = [await note(live, ours, "step") for _ in range(2)]
    for again in (place, made[0]):
        async with streaming(live, key, query, **{"Last-Event-ID": again}) as response:
            expected = made if again == place else made[1:]
            assert await ids(response, len(expected)) == expected


async def test_a_comment_tells_how_far_a_listener_is(live: Api, ours: Tenant, theirs: Tenant, monkeypatch: Any) -> None:
    """Also past events that it did not want, but never by those of others."""
    monkeypatch.setattr(streams, "BEAT_S", 0.05)
    key = ours.keys[Role.READ]
    async with streaming(live, key, "?name=step") as response:
        began = await first_id(response)
        other = await note(live, ours, "other")
        place = began
        while place == began:
            place = await first_id(response)
        assert place == other
        await note(live, theirs, "step")
        made = await note(live, ours, "step")
        assert await ids(response, 1) == [made]
        assert await first_id(response) == made
    async with streaming(live, key, **{"Last-Event-ID": place}) as response:
        assert await ids(response, 1) == [made]


async def test_from_the_list_to_the_stream_nothing_is_skipped(api: Api, ours: Tenant, theirs: Tenant) -> None:
    """Also by who comes for the first time, when what the list shows is from before anything was kept."""
    key = ours.keys[Role.READ]
    long_ago_ms = now_ms() - 60_000
    with use_clock(lambda: long_ago_ms):
        before = await note(api, ours, "before")
    await api.runtime.mailbox.number_events()
    page = (await api.get("/events", key)).json
    assert [event["id"] for event in page["items"]] == [before]
    assert (await api.get(f"/events/stream?after={before}", key)).code == "events_not_kept"
    made = [await note(api, ours, "since")]
    await note(api, theirs, "theirs")
    await api.runtime.mailbox.number_events()
    second = (await api.get("/events", key)).json
    assert second["listen_after"] == made[0]
    made.append(await note(api, ours, "later"))
    await api.runtime.mailbox.number_events()
    reading = asyncio.create_task(api.runtime.feed.run())
    try:
        for listed, expected in ((page, made), (second, made[1:])):
            async with streaming(api, key, f"?after={listed['listen_after']}") as response:
                assert await ids(response, len(expected)) == expected
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def test_a_place_from_before_anything_was_kept_is_told(live: Api, ours: Tenant) -> None:
    key = ours.keys[Role.READ]
    since_ms = time_of((await live.get("/events", key)).json["listen_after"])
    assert since_ms is not None
    for after, code in ((place_at(since_ms - 1), "events_not_kept"), (place_at(0), "events_not_kept")):
        refused = await live.get(f"/events/stream?after={after}", key)
        assert (refused.status, refused.code) == (404, code)
    for after in (place_at(since_ms), place_at(2**48 - 1)):
        async with streaming(live, key, f"?after={after}") as response:
            assert response.status == 200
    assert (time_of(new_id()), time_of(ours.line_id)) == (None, None)
