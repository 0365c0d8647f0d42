"""Each fault does what it says, and nothing is ever lost by one."""

import asyncio
from collections import Counter

import aiohttp
import pytest

from recado.channels.cloud_api.simulator import ConfigError, Faults
from tests.channels.cloud_api.simulator.harness import ANA, WAIT_S, Business, Client, Json, text_body, world

pytestmark = pytest.mark.asyncio

TEXTS = [f"m{n}" for n in range(40)]


async def inject_all(client: Client, *people: str) -> None:
    await client.call("POST", "inject", [{"from": person, "text": text} for text in TEXTS for person in people])
    await client.idle()


async def test_duplicates() -> None:
    async with world() as (client, business):
        await client.call("PUT", "faults", {"duplicate": 1.0})

        async def slowly(_: Json) -> int:
            await asyncio.sleep(0.005)
            return 200

        business.answer = slowly
        await inject_all(client, ANA)
        counted = Counter(business.texts)
        assert set(counted) == set(TEXTS)
        assert min(counted.values()) >= 2
        assert business.overlaps > 0  # some copies come at the same time


async def test_batches_keep_the_order_of_each_person() -> None:
    async with world() as (client, business):
        await client.call("PUT", "faults", {"batch": 1.0})
        people = [f"5190000{n:04}" for n in range(5)]
        await inject_all(client, *people)
        assert len(business.bodies) < len(TEXTS) * len(people) / 2
        for person in people:
            texts = [item["text"]["body"] for item in business.items if item["from"] == person]
            assert texts == TEXTS
        assert business.overlaps == 0
        shapes = Counter((len(b["entry"]), len(b["entry"][0]["changes"])) for b in business.bodies)
        assert any(entries > 1 for entries, _ in shapes)
        assert any(changes > 1 for _, changes in shapes)
        assert any(len(b["entry"][0]["changes"][0]["value"]["messages"]) > 1 for b in business.bodies)


async def test_reordering() -> None:
    async with world() as (client, business):
        await client.call("PUT", "faults", {"reorder": 0.5, "delay_max_s": 0.05})
        await inject_all(client, ANA)
        assert sorted(business.texts) == sorted(TEXTS)
        assert business.texts != TEXTS


async def test_only_statuses_are_reordered() -> None:
    async with world() as (client, business):
        await client.call("PUT", "faults", {"reorder_statuses": 0.5, "delay_max_s": 0.05})
        await inject_all(client, ANA)
        for text in TEXTS:
            await client.send(text)
        await client.idle()
        assert business.texts == TEXTS
        states: dict[str, list[str]] = {}
        for message_id, status in business.statuses:
            states.setdefault(message_id, []).append(status)
        assert {tuple(sorted(s)) for s in states.values()} == {("delivered", "sent")}
        assert ["delivered", "sent"] in states.values()


@pytest.mark.parametrize("fault", ["drop", "lose_ack", "delay"])
async def test_drops_lost_answers_and_delays_keep_the_order(fault: str) -> None:
    async with world() as (client, business):
        await client.call("PUT", "faults", {fault: 0.5, "delay_max_s": 0.02})
        await inject_all(client, ANA)
        assert list(dict.fromkeys(business.texts)) == TEXTS
        assert (len(business.texts) > len(TEXTS)) is (fault == "lose_ack")
        stats = await client.stats()
        assert stats["faults"][fault] > 5
        assert (stats["webhook_retries"] > 5) is (fault != "delay")


async def test_bad_signatures_come_first_and_good_ones_after() -> None:
    async with world() as (client, business):
        await client.call("PUT", "faults", {"bad_signature": 1.0})
        await inject_all(client, ANA)
        assert business.texts == TEXTS
        assert business.badly_signed == len(TEXTS)
        assert (await client.stats())["bad_signatures_refused"] == len(TEXTS)


@pytest.mark.parametrize(("fault", "statuses"), [("too_many_requests", {429}), ("server_error", {500, 503})])
async def test_refused_graph_calls(fault: str, statuses: set[int]) -> None:
    async with world() as (client, _):
        await client.inject("hola")
        await client.call("PUT", "faults", {fault: 1.0})
        for _ in range(5):
            status, answer = await client.graph(text_body("x"))
            assert status in statuses
            assert answer["error"]["code"] in (130429, 131000, 131016, 2)
        assert (await client.stats())["accepted"] == 0


async def test_a_connection_that_is_cut_before_acceptance() -> None:
    async with world() as (client, _):
        await client.inject("hola")
        await client.call("PUT", "faults", {"connection_reset": 1.0})
        with pytest.raises(aiohttp.ClientError):
            await client.graph(text_body("x"))
        assert (await client.stats())["accepted"] == 0


async def test_accepted_then_no_answer() -> None:
    async with world() as (client, business):
        await client.inject("hola")
        await client.call("PUT", "faults", {"accepted_then_timeout": 1.0, "hold_s": 60})
        sending = asyncio.create_task(client.graph(text_body("x") | {"biz_opaque_callback_data": "d"}))
        async with asyncio.timeout(WAIT_S):
            while (await client.stats())["accepted"] == 0:  # noqa: ASYNC110 # another process counts
                await asyncio.sleep(0.01)
        assert not sending.done()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await client.call("PUT", "faults", {"accepted_then_timeout": 1.0, "hold_s": 0.0})
        with pytest.raises(aiohttp.ClientError):
            await client.graph(text_body("y"))
        await client.idle()
        assert (await client.stats())["accepted"] == 2
        assert [item["biz_opaque_callback_data"] for item in business.items if "biz_opaque_callback_data" in item] == [
            "d",
            "d",
        ]


async def test_lost_statuses() -> None:
    async with world() as (client, business):
        await client.inject("hola")
        await client.call("PUT", "faults", {"lost_statuses": 1.0})
        await client.send("x")
        await client.idle()
        assert business.statuses == []


async def test_slow_answers() -> None:
    async with world() as (client, _):
        await client.inject("hola")
        await client.call("PUT", "faults", {"graph_delay": 1.0, "delay_max_s": 0.01})
        await client.send("x")
        assert (await client.stats())["faults"]["graph_delay"] == 1


async def one_run(business: Business, client: Client, seed: int) -> tuple[list[str], dict[str, int]]:
    faults = {"duplicate": 0.3, "drop": 0.3, "bad_signature": 0.2, "delay": 0.2, "delay_max_s": 0.01}
    await client.call("PUT", "faults", {**faults, "seed": seed})
    await inject_all(client, ANA)
    return business.texts, (await client.stats())["faults"]


async def test_the_same_seed_makes_the_same_faults() -> None:
    found: list[dict[str, int]] = []
    for seed in (7, 7, 8):
        async with world() as (client, business):
            _, faults = await one_run(business, client, seed)
            found.append(faults)
    assert found[0] == found[1]
    assert found[0] != found[2]


async def test_everything_at_once_loses_nothing() -> None:
    everything = dict.fromkeys(("duplicate", "batch", "reorder", "drop", "lose_ack", "delay", "bad_signature"), 0.2)
    async with world() as (client, business):
        await client.call("PUT", "faults", {**everything, "delay_max_s": 0.02})
        people = [f"5190000{n:04}" for n in range(5)]
        await inject_all(client, *people)
        assert {(item["from"], item["text"]["body"]) for item in business.items} == {
            (person, text) for person in people for text in TEXTS
        }


async def test_faults_are_checked() -> None:
    for values in ({"nonsense": 0.5}, {"drop": 1.5}, {"drop": -1}, {"drop": "x"}):
        with pytest.raises(ConfigError):
            Faults().changed(values)
    async with world() as (client, _):
        status, answer = await client.try_call("PUT", "faults", {"nonsense": 1})
        assert status == 400
        assert "nonsense" in answer["error"]
