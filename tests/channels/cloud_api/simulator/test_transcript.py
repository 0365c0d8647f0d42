"""Transcript and events: cursors, waiting, resuming."""

import asyncio

import pytest

from tests.channels.cloud_api.simulator.harness import ANA, LUIS, NUMBER, world

pytestmark = pytest.mark.asyncio


async def test_the_transcript_is_read_in_pages() -> None:
    async with world() as (client, _):
        await client.call("POST", "inject", [{"from": ANA, "text": str(n)} for n in range(7)])
        await client.inject("other", LUIS)
        seen: list[str] = []
        cursor, more = "", True
        while more:
            page = await client.call("GET", "transcript", phone_number_id=NUMBER, wa_id=ANA, after=cursor, limit=3)
            seen += [entry["content"]["text"]["body"] for entry in page["entries"]]
            cursor, more = page["cursor"], page["more"]
        assert seen == [str(n) for n in range(7)]
        assert len((await client.call("GET", "transcript"))["entries"]) == 8


async def test_a_reader_waits_for_what_comes() -> None:
    async with world() as (client, _):
        reader = asyncio.create_task(client.call("GET", "transcript", wa_id=ANA, wait_s=10))
        await client.inject("not for this reader", LUIS)
        await client.inject("hola", ANA)
        found = await reader
        assert [entry["content"]["text"]["body"] for entry in found["entries"]] == ["hola"]
        assert (await client.call("GET", "transcript", wa_id=ANA, after=found["cursor"]))["entries"] == []


async def test_events_show_messages_and_ticks_in_order() -> None:
    async with world(auto_read=True) as (client, _):
        await client.inject("hola")
        start = (await client.call("GET", "health"))["cursor"]
        sent = await client.send("hola")
        await client.idle()
        found = await client.call("GET", "events", wa_id=ANA, after=start)
        assert [(e["kind"], e.get("status")) for e in found["events"]] == [
            ("message", None),
            ("status", "sent"),
            ("status", "delivered"),
            ("status", "read"),
        ]
        assert found["events"][0]["message"]["id"] == sent
        assert (await client.call("GET", "events", after=found["cursor"]))["events"] == []
        assert (await client.call("GET", "events", after="latest"))["events"] == []


async def test_a_cursor_of_another_life_means_from_the_beginning() -> None:
    async with world() as (client, _):
        await client.inject("hola")
        cursor = (await client.call("GET", "health"))["cursor"]
        await client.call("POST", "reset", {})
        assert (await client.call("GET", "transcript"))["entries"] == []
        await client.inject("again")
        found = await client.call("GET", "transcript", after=cursor)
        assert [entry["content"]["text"]["body"] for entry in found["entries"]] == ["again"]


async def test_the_same_id_is_injected_once() -> None:
    async with world() as (client, business):
        first = await client.inject("hola", id="wamid.mine")
        second = await client.inject("hola", id="wamid.mine")
        await client.idle()
        assert (first["new"], second["new"]) == (True, False)
        assert business.texts == ["hola"]


async def test_the_oldest_are_forgotten() -> None:
    async with world(max_entries=20) as (client, business):
        await client.call("POST", "inject", [{"from": ANA, "text": str(n)} for n in range(100)])
        await client.idle()
        assert len(business.texts) == 100
        entries = (await client.call("GET", "transcript", phone_number_id=NUMBER, wa_id=ANA))["entries"]
        assert 20 <= len(entries) <= 22
        assert entries[-1]["content"]["text"]["body"] == "99"


async def test_statuses_of_what_was_forgotten_end() -> None:
    async with world(max_entries=5, status_delay_s=2.0) as (client, business):
        await client.inject("hola")
        forgotten = await client.send("forgotten")
        await client.call("POST", "inject", [{"from": ANA, "text": str(n)} for n in range(20)])
        await client.idle()
        assert len(business.texts) == 21
        assert forgotten not in {message_id for message_id, _ in business.statuses}
