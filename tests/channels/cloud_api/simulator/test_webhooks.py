"""Webhooks: signed, tried until taken, in order per person, and shaped as Meta's."""

import asyncio

import pytest

from recado.channels.cloud_api.simulator import App, ConfigError
from recado.channels.cloud_api.simulator.config import loopback_urls
from tests.channels.cloud_api.simulator.harness import (
    ANA,
    DISPLAY,
    LUIS,
    NUMBER,
    SECRET,
    VERIFY,
    WAIT_S,
    Json,
    business_server,
    world,
)

pytestmark = pytest.mark.asyncio


async def test_the_envelope_of_a_text() -> None:
    async with world() as (client, business):
        injected = await client.inject("hola", name="Ana", timestamp=1_700_000_000)
        await client.idle()
        assert business.bodies == [
            {
                "object": "whatsapp_business_account",
                "entry": [
                    {
                        "id": "waba1",
                        "changes": [
                            {
                                "value": {
                                    "messaging_product": "whatsapp",
                                    "metadata": {"display_phone_number": DISPLAY, "phone_number_id": NUMBER},
                                    "contacts": [
                                        {"profile": {"name": "Ana"}, "wa_id": ANA, "user_id": injected["user_id"]}
                                    ],
                                    "messages": [
                                        {
                                            "from": ANA,
                                            "from_user_id": injected["user_id"],
                                            "id": injected["id"],
                                            "timestamp": "1700000000",
                                            "type": "text",
                                            "text": {"body": "hola"},
                                        }
                                    ],
                                },
                                "field": "messages",
                            }
                        ],
                    }
                ],
            }
        ]


CONTENTS: list[tuple[Json, str, Json]] = [
    ({"image": {"caption": "c"}}, "image", {"caption": "c", "mime_type": "image/jpeg"}),
    ({"audio": {}}, "audio", {"voice": False}),
    ({"voice": {}}, "audio", {"voice": True, "mime_type": "audio/ogg; codecs=opus"}),
    ({"video": {}}, "video", {"mime_type": "video/mp4"}),
    ({"document": {"filename": "a.pdf"}}, "document", {"filename": "a.pdf"}),
    ({"sticker": {"animated": True}}, "sticker", {"animated": True}),
    ({"location": {"latitude": 1.5, "longitude": 2.5}}, "location", {"latitude": 1.5}),
    ({"button_reply": {"id": "b1", "title": "Si"}}, "interactive", {"type": "button_reply"}),
    ({"list_reply": {"id": "r1", "title": "Uno"}}, "interactive", {"list_reply": {"id": "r1", "title": "Uno"}}),
    ({"nfm_reply": {"response_json": "{}"}}, "interactive", {"type": "nfm_reply"}),
    ({"button": {"payload": "p", "text": "t"}}, "button", {"payload": "p", "text": "t"}),
    ({"reaction": {"message_id": "w", "emoji": "!"}}, "reaction", {"message_id": "w"}),
    ({"order": {"catalog_id": "1", "product_items": []}}, "order", {"catalog_id": "1"}),
    ({"edit": {"original_message_id": "w", "text": "x"}}, "edit", {"message": {"type": "text", "text": {"body": "x"}}}),
    ({"revoke": {"original_message_id": "w"}}, "revoke", {"original_message_id": "w"}),
    ({"unsupported": {"type": "poll"}}, "unsupported", {"type": "poll"}),
    ({"message": {"type": "new_thing", "new_thing": {"a": 1}}}, "new_thing", {"a": 1}),
]


@pytest.mark.parametrize(("content", "message_type", "part"), CONTENTS)
async def test_every_type_of_message(content: Json, message_type: str, part: Json) -> None:
    async with world() as (client, business):
        await client.call("POST", "inject", {"from": ANA, **content})
        await client.idle()
        message = business.items[0]
        assert message["type"] == message_type
        assert {name: message[message_type][name] for name in part} == part


async def test_context_forwards_and_referrals() -> None:
    async with world() as (client, business):
        await client.inject("answer", context_id="wamid.x")
        await client.inject("forward", forwarded=True)
        await client.inject("ad", referral={"source_type": "ad"})
        await client.idle()
        assert business.items[0]["context"] == {"from": DISPLAY, "id": "wamid.x"}
        assert business.items[1]["context"] == {"forwarded": True}
        assert business.items[2]["referral"] == {"source_type": "ad"}


async def test_a_choice_finds_what_was_offered() -> None:
    async with world() as (client, business):
        await client.inject("hola")
        reply = {"type": "reply", "reply": {"id": "yes", "title": "Si, claro"}}
        interactive = {"type": "button", "body": {"text": "?"}, "action": {"buttons": [reply]}}
        body = {"messaging_product": "whatsapp", "to": ANA, "type": "interactive", "interactive": interactive}
        _, answer = await client.graph(body)
        await client.call("POST", "inject", {"from": ANA, "button_reply": {"id": "yes"}})
        await client.idle()
        chosen = next(item for item in business.items if item.get("type") == "interactive")
        assert chosen["interactive"]["button_reply"] == {"id": "yes", "title": "Si, claro"}
        assert chosen["context"] == {"from": DISPLAY, "id": answer["messages"][0]["id"]}
        status, error = await client.try_call("POST", "inject", {"from": ANA, "button_reply": {"id": "no"}})
        assert status == 400
        assert "offered" in error["error"]


async def test_it_is_tried_until_answered_with_200() -> None:
    async with world() as (client, business):
        answers = iter([500, 401, 202, 302, 200])

        async def answer(_: Json) -> int:
            return next(answers)

        business.answer = answer
        await client.inject("hola")
        await client.idle()
        assert business.texts == ["hola"]
        stats = await client.stats()
        assert stats["webhook_retries"] == 4
        assert stats["webhook_answers"] == {"500": 1, "401": 1, "202": 1, "302": 1, "200": 1}
        assert stats["pending_webhooks"] == 0


async def test_one_person_waits_in_order_and_others_go_on() -> None:
    async with world() as (client, business):
        released = asyncio.Event()

        async def answer(body: Json) -> int:
            if "ana" in str(body) and not released.is_set():
                return 500
            await asyncio.sleep(0)
            return 200

        business.answer = answer
        items = [{"from": ANA, "text": f"ana {n}"} for n in range(30)]
        items += [{"from": LUIS, "text": f"luis {n}"} for n in range(30)]
        await client.call("POST", "inject", items)
        await business.until(lambda: len(business.texts) == 30)
        assert business.texts == [f"luis {n}" for n in range(30)]
        released.set()
        await client.idle()
        assert business.texts[30:] == [f"ana {n}" for n in range(30)]
        assert business.overlaps == 0


async def test_several_callback_urls_take_turns_and_a_dead_one_does_not_stop_them() -> None:
    async with world() as (client, business), business_server() as second:
        dead = "http://127.0.0.1:9/webhook"
        await client.call("PUT", "app", {"callback_url": [business.url, second.url, dead]})
        await client.call("POST", "inject", [{"from": f"5190000{n:04}", "text": str(n)} for n in range(60)])
        await client.idle()
        assert len(business.texts) + len(second.texts) == 60
        assert min(len(business.texts), len(second.texts)) > 10


async def test_where_nobody_listens_the_next_address_is_asked_at_once() -> None:
    async with world(retry_initial_s=30.0, retry_max_s=30.0) as (client, business):
        dead = ["http://127.0.0.1:9/webhook", "http://127.0.0.1:9/other"]
        await client.call("PUT", "app", {"callback_url": [*dead, business.url]})
        await client.call("POST", "inject", [{"from": f"5190000{n:04}", "text": str(n)} for n in range(6)])
        await client.idle()
        assert len(business.texts) == 6


async def test_a_number_may_have_its_own_secret_and_url() -> None:
    async with world() as (client, business), business_server() as other:
        values = {"phone_number_id": "777", "callback_url": other.url, "app_secret": "not it"}
        answer = await client.call("POST", "numbers", values)
        assert (answer["callback_url"], answer["has_app_secret"]) == ([other.url], True)
        assert "not it" not in str(await client.call("GET", "numbers"))
        await client.inject("hola", phone_number_id="777")
        await client.inject("hola", phone_number_id=NUMBER)
        await business.until(lambda: business.texts == ["hola"])
        assert other.texts == []
        await client.call("POST", "numbers", {"phone_number_id": "777", "app_secret": SECRET})
        await client.idle()
        assert other.texts == ["hola"]
        assert other.badly_signed >= 1


async def test_what_waits_for_a_callback_url_goes_once_there_is_one() -> None:
    async with world(app=App()) as (client, business):
        await client.inject("early")
        assert (await client.stats())["last_failure"]["reason"] == "no callback URL is set for this number"
        await client.call("PUT", "app", {"callback_url": business.url, "app_secret": SECRET})
        await client.idle()
        assert business.texts == ["early"]


async def test_paused_deliveries() -> None:
    async with world() as (client, business):
        await client.call("POST", "deliveries", {"paused": True})
        await client.inject("hola")
        assert (await client.call("GET", "idle"))["owed"] == 1
        assert business.texts == []
        await client.call("POST", "deliveries", {"paused": False})
        await client.idle()
        assert business.texts == ["hola"]


async def test_any_other_field_can_be_sent() -> None:
    async with world() as (client, business):
        value = {"phone_number_id": NUMBER, "field": "account_update", "value": {"event": "VERIFIED_ACCOUNT"}}
        await client.call("POST", "webhook", value)
        await client.idle()
        assert business.items[0]["field"] == "account_update"
        assert business.items[0]["event"] == "VERIFIED_ACCOUNT"


async def test_the_queue_is_bounded() -> None:
    async with world(max_pending=5) as (client, _):
        await client.call("POST", "deliveries", {"paused": True})
        for number in range(5):
            await client.inject(str(number))
        status, answer = await client.try_call("POST", "inject", {"from": ANA, "text": "one too many"})
        assert status == 503
        assert "wait already" in answer["error"]


async def test_the_verify_handshake() -> None:
    async with world() as (client, _):
        assert (await client.call("POST", "verify", {}))["ok"] is True
        answer = await client.call("POST", "verify", {"verify_token": VERIFY + "x"})
        assert (answer["ok"], answer["status"]) == (False, 403)


@pytest.mark.parametrize(
    "url",
    ["http://example.org/", "http://10.0.0.1/", "http://127.0.0.1.example.org/", "ftp://127.0.0.1/", "http://[::2]/"],
)
async def test_callback_urls_must_be_on_this_machine(url: str) -> None:
    async with world() as (client, _):
        for method, path, body in (
            ("PUT", "app", {"callback_url": url}),
            ("POST", "numbers", {"phone_number_id": "1", "callback_url": [url]}),
            ("POST", "verify", {"callback_url": url, "verify_token": "x"}),
        ):
            status, answer = await client.try_call(method, path, body)
            assert status == 400
            assert "callback_url" in answer["error"]


async def test_loopback_names() -> None:
    for url in ("http://localhost:1/x", "http://127.1.2.3/x", "https://[::1]:5/x"):
        assert loopback_urls(url) == (url,)
    with pytest.raises(ConfigError):
        loopback_urls("http://127.0.0.1:99999/")


async def test_many_people_at_once() -> None:
    async with world() as (client, business):
        people, each = 200, 5
        items = [{"from": f"5190000{p:04}", "text": f"{p}:{n}"} for n in range(each) for p in range(people)]
        answer = await client.call("POST", "inject", {"messages": items})
        assert len(set(answer["ids"])) == people * each
        assert (await client.call("GET", "idle", wait_s=WAIT_S))["idle"]
        for person in range(people):
            mine = [text for text in business.texts if text.startswith(f"{person}:")]
            assert mine == [f"{person}:{n}" for n in range(each)]
