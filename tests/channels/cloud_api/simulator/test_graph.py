"""The Graph side answers as Meta documents it."""

from typing import Any

import aiohttp
import pytest

from tests.channels.cloud_api.simulator.harness import (
    ANA,
    DISPLAY,
    LUIS,
    NUMBER,
    TOKEN,
    Client,
    Json,
    number,
    text_body,
    world,
)

pytestmark = pytest.mark.asyncio


def buttons(count: int = 3, title: str = "Si", body: str = "?", same_id: bool = False) -> Json:
    replies = [{"type": "reply", "reply": {"id": "b" if same_id else f"b{n}", "title": title}} for n in range(count)]
    interactive = {"type": "button", "body": {"text": body}, "action": {"buttons": replies}}
    return {"messaging_product": "whatsapp", "to": ANA, "type": "interactive", "interactive": interactive}


def rows(counts: tuple[int, ...] = (10,), title: str = "Fila", description: str = "d", button: str = "Ver") -> Json:
    sections = [
        {"title": f"S{s}", "rows": [{"id": f"{s}-{n}", "title": title, "description": description} for n in range(c)]}
        for s, c in enumerate(counts)
    ]
    action = {"button": button, "sections": sections}
    interactive = {"type": "list", "body": {"text": "?"}, "action": action}
    return {"messaging_product": "whatsapp", "to": ANA, "type": "interactive", "interactive": interactive}


ACCEPTED: list[Json] = [
    text_body("hola"),
    text_body("x" * 4096),
    text_body("hola") | {"to": "+51 987-654-321"},
    text_body("hola") | {"biz_opaque_callback_data": "x" * 512, "context": {"message_id": "wamid.x"}},
    buttons(),
    buttons(3, "x" * 20, "x" * 1024),
    rows(),
    rows((4, 6), "x" * 24, "x" * 72, "x" * 20),
    {"messaging_product": "whatsapp", "to": ANA, "type": "image", "image": {"link": "https://x/y.jpg"}},
    {"messaging_product": "whatsapp", "to": ANA, "type": "reaction", "reaction": {"message_id": "w", "emoji": "!"}},
    {"messaging_product": "whatsapp", "to": ANA, "type": "location", "location": {"latitude": 1, "longitude": 2}},
    {
        "messaging_product": "whatsapp",
        "to": ANA,
        "type": "template",
        "template": {"name": "t", "language": {"code": "es"}},
    },
]


@pytest.mark.parametrize("body", ACCEPTED)
async def test_accepted(body: Json) -> None:
    async with world() as (client, _):
        await client.call("POST", "templates", {"name": "t", "body": "Hola"})
        status, answer = await client.graph(body)
        assert status == 200, answer
        assert answer["messaging_product"] == "whatsapp"
        assert answer["contacts"] == [{"input": body["to"], "wa_id": ANA}]
        assert answer["messages"][0]["id"].startswith("wamid.")
        assert answer["messages"][0].get("message_status") == ("accepted" if body["type"] == "template" else None)


REFUSED: list[tuple[Json, int, str]] = [
    ({}, 100, "messaging_product"),
    (text_body("x") | {"messaging_product": "x"}, 100, "messaging_product"),
    ({"messaging_product": "whatsapp", "type": "text", "text": {"body": "x"}}, 100, "to"),
    (text_body("x") | {"to": "no number"}, 131009, "phone"),
    (text_body("x") | {"to": DISPLAY}, 131021, "sender"),
    (text_body("x", "PE.99"), 131009, "business-scoped"),
    (text_body("x") | {"type": "nonsense"}, 100, "type must be one of"),
    (text_body(""), 100, "text['body']"),
    (text_body("x" * 4097), 100, "4096"),
    (text_body("x") | {"biz_opaque_callback_data": "x" * 513}, 100, "512"),
    (buttons(0), 131009, "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3"),
    (buttons(4), 131009, "Invalid buttons count"),
    (buttons(1, "x" * 21), 131009, "Button title length invalid. Min length: 1, Max length: 20"),
    (buttons(2, same_id=True), 131009, "unique"),
    (buttons(body="x" * 1025), 131009, "Body text length invalid. Min length: 1, Max length: 1024"),
    (rows((6, 5)), 131009, "Total row count exceed max allowed count: 10"),
    (rows(title="x" * 25), 131009, "Row title is too long. Max length is 24"),
    (rows(description="x" * 73), 131009, "Row description is too long. Max length is 72"),
    (rows(button="x" * 21), 131009, "Button text length invalid"),
    ({"messaging_product": "whatsapp", "to": ANA, "type": "image", "image": {}}, 100, "image"),
    ({"messaging_product": "whatsapp", "to": ANA, "type": "template", "template": {"name": "t"}}, 100, "language"),
    (
        text_body("x") | {"type": "image", "image": {"link": "https://x/y", "filename": "y"}},
        100,
        'Unexpected key "filename" on param "image".',
    ),
]


@pytest.mark.parametrize(("body", "code", "text"), REFUSED)
async def test_refused_with_a_true_error_body(body: Json, code: int, text: str) -> None:
    async with world() as (client, business):
        status, answer = await client.graph(body)
        error = answer["error"]
        assert (status, error["code"], error["type"]) == (400, code, "OAuthException")
        assert text in error["message"] + error.get("error_data", {}).get("details", "")
        assert error["fbtrace_id"].startswith("A")
        await client.idle()
        assert business.bodies == []


async def uploaded(client: Client, mime_type: str, of: str = NUMBER) -> str:
    form = aiohttp.FormData({"messaging_product": "whatsapp", "type": mime_type})
    form.add_field("file", b"content", filename="f", content_type=mime_type)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with client.session.post(f"{client.url}/v24.0/{of}/media", data=form, headers=headers) as answer:
        return (await answer.json())["id"]


def with_header(name: str, parameter: Json | None) -> Json:
    template: Json = {"name": name, "language": {"code": "es"}}
    if parameter is not None:
        template["components"] = [{"type": "header", "parameters": [parameter]}]
    return {"messaging_product": "whatsapp", "to": ANA, "type": "template", "template": template}


async def test_the_file_of_a_templates_header_is_looked_at() -> None:
    async with world(numbers=(number(), number("777", "15551113333"))) as (client, _):
        for name, shape in (("foto", "IMAGE"), ("factura", "DOCUMENT"), ("texto", "TEXT")):
            header = {"format": shape, "text": "Aviso"} if shape == "TEXT" else {"format": shape}
            components = [{"type": "HEADER", **header}, {"type": "BODY", "text": "Hola"}]
            await client.call("POST", "templates", {"phone_number_id": NUMBER, "name": name, "components": components})
        png, pdf, theirs = [
            await uploaded(client, *what) for what in (("image/png",), ("application/pdf",), ("image/png", "777"))
        ]
        link: Json = {"link": "https://x.bo/a"}
        for name, kind, file in (
            ("foto", "image", {"id": png}), ("foto", "image", link),
            ("factura", "document", {"id": pdf, "filename": "f.pdf"}), ("factura", "document", link),
        ):  # fmt: skip
            status, answer = await client.graph(with_header(name, {"type": kind, kind: file}))
            assert status == 200, answer

        def image(**file: Any) -> Json:
            return {"type": "image", "image": file}

        place = "template['components'][0]['parameters'][0]['image']"
        unknown = f"(#100) Param {place}['id'] is not a valid whatsapp business account media attachment ID"
        for name, parameter, code, says in (
            ("foto", None, 132012, "header: Format mismatch, expected IMAGE, received UNKNOWN"),
            ("foto", {"type": "text", "text": "a"}, 132012, "expected IMAGE, received TEXT"),
            ("foto", {"type": "document", "document": link}, 132012, "expected IMAGE, received DOCUMENT"),
            ("texto", image(**link), 132012, "header: Format mismatch, expected TEXT, received IMAGE"),
            ("foto", {"type": "image"}, 100, f"The parameter {place}['id'] or {place}['link'] is required."),
            ("foto", image(link="a.png"), 100, f"Param {place}['link'] is not a valid URI."),
            ("foto", image(**link, filename="a"), 100, f'Unexpected key "filename" on param "{place}".'),
            ("foto", image(id="1003383421387256"), 100, unknown),
            ("foto", image(id=theirs), 100, unknown),
            ("foto", image(id=pdf), 131053, "Unsupported image mime type application/pdf"),
            ("gone", image(id="1"), 100, unknown),  # before the template is looked for
        ):
            status, answer = await client.graph(with_header(name, parameter))
            error = answer["error"]
            assert (status, error["code"]) == (400, code), answer
            assert says in error["message"] + error.get("error_data", {}).get("details", "")


async def test_tokens_and_unknown_numbers() -> None:
    async with world() as (client, _):
        status, answer = await client.graph(text_body("x"), token="wrong")
        assert (status, answer["error"]["code"]) == (401, 190)
        status, answer = await client.graph(text_body("x"), token=None)
        assert (status, answer["error"]["code"]) == (401, 104)
        status, answer = await client.graph(text_body("x"), number="999")
        assert (status, answer["error"]["code"], answer["error"]["error_subcode"]) == (400, 100, 33)
        assert answer["error"]["type"] == "GraphMethodException"


async def test_numbers_and_tokens_can_be_read() -> None:
    async with world() as (client, _):
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with client.session.get(f"{client.url}/v24.0/{NUMBER}", headers=headers) as answer:
            found = await answer.json()
        assert (found["id"], found["display_phone_number"], found["quality_rating"]) == (NUMBER, DISPLAY, "GREEN")
        url = f"{client.url}/v24.0/{NUMBER}?fields=verified_name"
        async with client.session.get(url, headers=headers) as answer:
            assert await answer.json() == {"verified_name": "Recado", "id": NUMBER}
        for token, valid in ((TOKEN, True), ("other", False)):
            async with client.session.get(f"{client.url}/debug_token?input_token={token}") as answer:
                assert (await answer.json())["data"]["is_valid"] is valid
        async with client.session.get(f"{client.url}/v24.0/1/nothing", headers=headers) as answer:
            assert answer.status == 400


async def statuses_of(client: Any, message_id: str) -> list[Json]:
    await client.idle()
    entries = (await client.call("GET", "transcript"))["entries"]
    return next(entry["statuses"] for entry in entries if entry["id"] == message_id)


async def test_statuses_carry_callback_data_price_and_user_id() -> None:
    async with world(auto_read=True) as (client, business):
        await client.inject("hola")
        sent = await client.send("hola", biz_opaque_callback_data="outbox-1")
        await client.idle()
        states = [item for item in business.items if "status" in item]
        assert [(s["id"], s["status"]) for s in states] == [(sent, "sent"), (sent, "delivered"), (sent, "read")]
        assert {s["biz_opaque_callback_data"] for s in states} == {"outbox-1"}
        assert {s["recipient_id"] for s in states} == {ANA}
        assert all(s["recipient_user_id"].startswith("PE.") for s in states)
        assert states[0]["pricing"]["pricing_model"] == "PMP"
        assert "pricing" not in states[2]


async def test_outside_the_window_a_text_is_accepted_and_then_fails() -> None:
    async with world() as (client, business):
        await client.inject("hola")
        await client.call("POST", "clock", {"advance_s": 24 * 3600 - 60})
        inside = await client.send("inside")
        await client.call("POST", "clock", {"advance_s": 120})
        outside = await client.send("outside", biz_opaque_callback_data="d")
        assert [s["status"] for s in await statuses_of(client, inside)] == ["sent", "delivered"]
        assert [s["status"] for s in await statuses_of(client, outside)] == ["failed"]
        failed = next(item for item in business.items if item.get("status") == "failed")
        assert failed["errors"][0]["code"] == 131047
        assert failed["errors"][0]["title"] == "Re-engagement message"
        assert failed["biz_opaque_callback_data"] == "d"
        assert "recipient_user_id" not in failed


async def test_an_unreachable_phone_fails_with_131026() -> None:
    async with world() as (client, _):
        await client.call("POST", "phones", {"wa_id": ANA, "reachable": False})
        await client.inject("hola")
        assert (await statuses_of(client, await client.send("hola")))[0]["error"]["code"] == 131026


async def test_errors_on_order() -> None:
    async with world() as (client, _):
        await client.inject("hola")
        for code, http in ((368, 403), (131031, 403), (131048, 400), (80007, 400), (131000, 500), (2, 503)):
            await client.call("POST", "refuse", {"code": code, "to": ANA})
            status, answer = await client.graph(text_body("x"))
            assert (status, answer["error"]["code"]) == (http, code)
        await client.call("POST", "refuse", {"code": 131049, "as": "status"})
        assert (await statuses_of(client, await client.send("x")))[0]["error"]["code"] == 131049
        assert (await statuses_of(client, await client.send("x")))[0]["status"] == "sent"


async def test_limits_are_enforced_only_on_demand() -> None:
    async with world(enforce_limits=True, pair_burst=3, throughput_per_s=5.0) as (client, _):
        await client.inject("hola")
        for _ in range(3):
            await client.send("x")
        status, answer = await client.graph(text_body("x"))
        assert (status, answer["error"]["code"]) == (400, 131056)
        await client.call("POST", "clock", {"advance_s": 6})
        await client.send("x")
        answers = [await client.graph(text_body("x", f"5190000000{n}")) for n in range(9)]
        assert (429, 130429) in {(status, answer.get("error", {}).get("code")) for status, answer in answers}
    async with world() as (client, _):
        await client.inject("hola")
        for _ in range(60):
            await client.send("x")


async def test_read_marks_and_typing() -> None:
    async with world() as (client, _):
        first = await client.inject("uno")
        second = await client.inject("dos")
        other = await client.inject("otro", LUIS)
        mark = {"messaging_product": "whatsapp", "status": "read", "message_id": second["id"]}
        assert await client.graph(mark | {"typing_indicator": {"type": "text"}}) == (200, {"success": True})
        found = await client.call("GET", "transcript", phone_number_id=NUMBER, wa_id=ANA)
        assert found["typing"] is True
        assert [entry["read_by_business"] for entry in found["entries"]] == [True, True]
        events = (await client.call("GET", "events", wa_id=ANA))["events"]
        assert [event["kind"] for event in events] == ["message", "message", "read", "typing"]
        assert events[2]["ids"] == [first["id"], second["id"]]
        await client.send("answer")
        found = await client.call("GET", "transcript", phone_number_id=NUMBER, wa_id=ANA)
        assert found["typing"] is False
        assert (await client.call("GET", "transcript", wa_id=LUIS))["entries"][0]["id"] == other["id"]
        status, answer = await client.graph(mark | {"message_id": "wamid.unknown"})
        assert (status, answer["error"]["code"]) == (400, 131009)
