"""People: user ids, hidden numbers, new numbers."""

import pytest

from tests.channels.cloud_api.simulator.harness import ANA, LUIS, NUMBER, Json, world

pytestmark = pytest.mark.asyncio

USER_ID = "PE.13491208655302741"


async def test_a_person_known_only_by_a_user_id() -> None:
    async with world() as (client, business):
        phone = {"user_id": USER_ID, "name": "Eva", "username": "eva.q"}
        assert (await client.call("POST", "phones", phone))["wa_id"] is None
        await client.inject("hola", USER_ID)
        sent = await client.send("hola Eva", USER_ID)
        await client.idle()
        value = business.bodies[0]["entry"][0]["changes"][0]["value"]
        assert value["contacts"] == [{"profile": {"name": "Eva", "username": "eva.q"}, "user_id": USER_ID}]
        assert "from" not in value["messages"][0]
        assert value["messages"][0]["from_user_id"] == USER_ID
        states = [item for item in business.items if "status" in item]
        assert [(s["id"], s["recipient_user_id"], "recipient_id" in s) for s in states] == [(sent, USER_ID, False)] * 2
        found = await client.call("GET", "transcript", wa_id=USER_ID)
        assert [(e["direction"], e["user_id"], e["wa_id"]) for e in found["entries"]] == [
            ("in", USER_ID, None),
            ("out", USER_ID, None),
        ]


async def test_the_answer_to_a_send_names_the_user_id() -> None:
    async with world() as (client, _):
        await client.inject("hola", USER_ID)
        body = {"messaging_product": "whatsapp", "recipient": USER_ID, "type": "text", "text": {"body": "x"}}
        _, answer = await client.graph(body)
        assert answer["contacts"] == [{"input": USER_ID, "user_id": USER_ID}]
        _, answer = await client.graph(body | {"to": ANA})
        assert answer["contacts"] == [{"input": ANA, "wa_id": ANA}]


async def test_a_hidden_number_shows_only_where_the_business_used_it() -> None:
    async with world() as (client, business):
        phone: Json = await client.call("POST", "phones", {"wa_id": ANA, "hide_number": True, "username": "ana"})
        await client.inject("hola")
        by_id = await client.send("by id", phone["user_id"])
        by_number = await client.send("by number", ANA)
        await client.idle()
        assert "from" not in business.items[0]
        shown = {item["id"]: item.get("recipient_id") for item in business.items if "status" in item}
        assert shown == {by_id: None, by_number: ANA}


async def test_before_user_ids() -> None:
    async with world() as (client, business):
        await client.call("POST", "phones", {"wa_id": ANA, "user_id": None, "name": "Ana"})
        await client.inject("hola")
        await client.idle()
        assert "from_user_id" not in business.items[0]
        assert business.bodies[0]["entry"][0]["changes"][0]["value"]["contacts"] == [
            {"profile": {"name": "Ana"}, "wa_id": ANA}
        ]


async def test_a_new_number_is_told_to_those_who_know_the_person() -> None:
    async with world() as (client, business):
        old = await client.inject("hola")
        new = await client.call("POST", "phones/number", {"from": ANA, "wa_id": LUIS})
        await client.inject("soy yo", LUIS)
        await client.idle()
        number, user_id, update, text = business.items[1:]
        assert number["system"]["type"] == "user_changed_number"
        assert (number["from"], number["system"]["wa_id"]) == (ANA, LUIS)
        assert user_id["system"]["type"] == "user_changed_user_id"
        assert (user_id["from_user_id"], user_id["system"]["user_id"]) == (old["user_id"], new["user_id"])
        assert update["field"] == "user_id_update"
        assert update["user_id_update"][0]["user_id"] == {"previous": old["user_id"], "current": new["user_id"]}
        assert (text["from"], text["from_user_id"]) == (LUIS, new["user_id"])
        assert "contacts" not in business.bodies[1]["entry"][0]["changes"][0]["value"]
        entries = (await client.call("GET", "transcript", phone_number_id=NUMBER, wa_id=LUIS))["entries"]
        assert [entry["type"] for entry in entries] == ["text", "system", "system", "text"]


async def test_a_number_that_goes_to_another_person_is_another_person() -> None:
    async with world() as (client, _):
        first = await client.inject("soy Ana", ANA)
        await client.inject("soy Luis", LUIS)
        await client.call("POST", "phones/number", {"from": LUIS, "wa_id": ANA, "user_id": "PE.5"})
        later = await client.inject("soy Luis", ANA)
        assert later["user_id"] == "PE.5" != first["user_id"]
        assert len((await client.call("GET", "transcript", wa_id=first["user_id"]))["entries"]) == 1


async def test_a_person_reads() -> None:
    async with world() as (client, business):
        await client.inject("hola")
        sent = await client.send("hola")
        await client.idle()
        assert await client.call("POST", "read", {"phone_number_id": NUMBER, "from": ANA}) == {"read": 1}
        assert await client.call("POST", "read", {"phone_number_id": NUMBER, "from": ANA}) == {"read": 0}
        await client.idle()
        assert business.statuses == [(sent, "sent"), (sent, "delivered"), (sent, "read")]


@pytest.mark.parametrize(
    "body",
    [
        {"from": ANA},
        {"from": "x", "text": "hola"},
        {"text": "hola"},
        {"from": ANA, "text": "a", "image": {}},
        {"from": ANA, "text": "a", "phone_number_id": "unknown"},
        {"from": ANA, "message": {"text": "no type"}},
    ],
)
async def test_wrong_injections_say_why(body: Json) -> None:
    async with world() as (client, _):
        status, answer = await client.try_call("POST", "inject", [{"from": ANA, "text": "good"}, body])
        assert status == 400
        assert "message 1 of the list" in answer["error"]
        status, answer = await client.try_call("POST", "inject", body)
        assert status == 400
        assert answer["error"]
