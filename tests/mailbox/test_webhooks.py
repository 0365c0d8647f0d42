"""Webhooks that are odd, broken, too large, repeated or cut off: the right answer, and nothing is lost."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from recado.channels.cloud_api.channel import CloudApiChannel
from recado.channels.contract import Received
from recado.errors import Unavailable
from recado.kit import new_id
from recado.mailbox.driver import DatabaseDown
from recado.mailbox.receive import MAX_BODY_BYTES, UNSIGNED_TOLD_S, WebhookApp
from recado.mailbox.service import Mailbox
from recado.messages import Address, InboundMessage, Person, StatusUpdate, System, Text
from tests.mailbox.support import FakeDirectory, Shop, World, apply, lane
from tests.mailbox.test_receive import OddChannel, cloud_api, delivery, ids, post, sign

WRONG_SHAPES: list[dict[str, Any]] = [
    {},
    {"object": 7},
    {"object": "page", "entry": "x"},
    {"object": "whatsapp_business_account", "entry": {}},
    {"object": "whatsapp_business_account", "entry": [7, None, {"changes": [None, {"value": []}]}]},
    {
        "object": "whatsapp_business_account",
        "entry": [{"changes": [{"field": "messages", "value": {"messages": 1}}]}],
    },
]


async def call(
    app: WebhookApp,
    events: Sequence[dict[str, Any]] = (),
    *,
    method: str = "POST",
    headers: Sequence[tuple[bytes, bytes]] = (),
    query: bytes = b"",
) -> tuple[int, bytes]:
    """Status and body of the answer to a request that comes in these pieces; then the client is gone."""
    left = list(events)
    answers: list[Any] = []

    async def receive() -> Any:
        return left.pop(0) if left else {"type": "http.disconnect"}

    async def send(event: Any) -> None:
        answers.append(event)

    await app({"type": "http", "method": method, "headers": list(headers), "query_string": query}, receive, send)
    start, body = answers
    return start["status"], body["body"]


def piece(body: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def signed(shop: Shop, body: bytes, *more: tuple[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    return [(b"x-hub-signature-256", sign(shop, body).encode()), *more]


# --- bodies --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("declared", [str(MAX_BODY_BYTES + 1), "many", "-1"])
async def test_a_body_that_says_it_is_too_large_is_not_read(mailbox: Mailbox, shop: Shop, declared: str) -> None:
    app = cloud_api(mailbox, shop)
    headers = signed(shop, b"", (b"content-length", declared.encode()))
    assert await call(app, [], headers=headers) == (413, b"body_too_large")


async def test_a_body_that_grows_too_large_is_cut(world: World, mailbox: Mailbox, shop: Shop) -> None:
    chunk = b" " * 65_536
    events = [piece(chunk, more=True) for _ in range(MAX_BODY_BYTES // len(chunk) + 1)]
    assert await call(cloud_api(mailbox, shop), events, headers=signed(shop, b"")) == (413, b"body_too_large")
    assert await ids(world) == []


async def test_a_body_of_just_the_largest_size_is_taken(world: World, mailbox: Mailbox, shop: Shop) -> None:
    body = delivery((shop, "large"))
    body += b" " * (MAX_BODY_BYTES - len(body))
    headers = signed(shop, body, (b"content-length", str(len(body)).encode()))
    assert (await call(cloud_api(mailbox, shop), [piece(body)], headers=headers))[0] == 200
    assert await ids(world) == ["large"]


@pytest.mark.parametrize("chunks", [2, 7, 10_000])
async def test_a_body_in_chunks_is_one_body(world: World, mailbox: Mailbox, shop: Shop, chunks: int) -> None:
    body = delivery((shop, "1"), (shop, "2"))
    assert await post(cloud_api(mailbox, shop), body, sign(shop, body), chunks) == 200
    assert await ids(world) == ["1", "2"]


@pytest.mark.parametrize("pieces", [0, 1, 3])
async def test_a_client_that_goes_away_midway_leaves_nothing(
    world: World, mailbox: Mailbox, shop: Shop, pieces: int
) -> None:
    body = delivery((shop, "1"))
    events = [piece(body[n * 20 : (n + 1) * 20], more=True) for n in range(pieces)]
    assert await call(cloud_api(mailbox, shop), events, headers=signed(shop, body)) == (400, b"body_incomplete")
    assert await ids(world) == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"nothing", b"[]", b"1", b"null", b'"x"', b"\xff\xfe{}", b'{"object": "\xff\xfe"}', b"{}{}"]
)
async def test_what_is_no_json_object_is_400_although_it_is_well_signed(
    world: World, mailbox: Mailbox, shop: Shop, body: bytes
) -> None:
    status, code = await call(cloud_api(mailbox, shop), [piece(body)], headers=signed(shop, body))
    assert (status, code) in [(400, b"body_not_json"), (400, b"body_not_an_object")]
    assert not await world.rows("SELECT 1 FROM unrouted")


async def test_what_is_well_signed_and_cannot_be_read_is_told_once_a_minute(
    mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider delivers it again and again, and gives up in the end."""
    app, now_s = cloud_api(mailbox, shop), 1000.0
    monkeypatch.setattr("recado.mailbox.receive.monotonic", lambda: now_s)
    body = b'{"secreto": "\xff"}'
    with capture_logs() as logs:
        for _ in range(3):
            assert (await call(app, [piece(body)], headers=signed(shop, body)))[0] == 400
        now_s += UNSIGNED_TOLD_S
        assert (await call(app, [piece(body)], headers=signed(shop, body)))[0] == 400
    told = [(log["status"], log["code"], log["count"]) for log in logs if log["event"] == "webhook_refused"]
    assert told == [(400, "body_not_json", 1), (400, "body_not_json", 3)]
    assert "secreto" not in str(logs)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe{}"])
async def test_what_is_not_signed_is_401_whatever_it_is(
    world: World, mailbox: Mailbox, shop: Shop, body: bytes
) -> None:
    headers = signed(shop, b"another body")
    assert await call(cloud_api(mailbox, shop), [piece(body)], headers=headers) == (401, b"signature_wrong")


async def test_wrong_signatures_are_told_once_a_minute_without_what_was_in_them(
    mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, now_s = cloud_api(mailbox, shop), 1000.0
    monkeypatch.setattr("recado.mailbox.receive.monotonic", lambda: now_s)
    body = delivery((shop, "secreto"))
    with capture_logs() as logs:
        assert await call(app, headers=[]) == (401, b"signature_missing")
        for _ in range(2):
            assert await post(app, body, sign(shop, b"another body")) == 401
        told = [log for log in logs if log["event"] == "webhook_refused"]
        assert [(log["count"], log["line_ids"]) for log in told] == [(1, [])]
        now_s += UNSIGNED_TOLD_S
        for _ in range(2):
            assert await post(app, body, sign(shop, b"another body")) == 401
    told = [log for log in logs if log["event"] == "webhook_refused"]
    assert [(log["count"], log["line_ids"]) for log in told] == [(1, []), (3, [shop.line_id])]
    assert {(log["log_level"], log["status"], log["code"]) for log in told[1:]} == {("warning", 401, "signature_wrong")}
    assert not [word for word in ("secreto", shop.line.address) if word in str(logs)]


@pytest.mark.parametrize("body", WRONG_SHAPES)
async def test_wrong_shapes_are_kept_for_people_to_see(
    world: World, mailbox: Mailbox, shop: Shop, body: dict[str, Any]
) -> None:
    raw = json.dumps(body).encode()
    assert await post(cloud_api(mailbox, shop), raw, sign(shop, raw)) == 200
    assert (await world.one("SELECT body FROM unrouted"))["body"] == raw.decode()


# --- characters --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        pytest.param(r"a\ud83d b", "a\N{REPLACEMENT CHARACTER} b"),
        pytest.param(r"\udc00", "\N{REPLACEMENT CHARACTER}"),
        (r"\ud83d\ude00", "😀"),
        (r"a\u0000b", "a\N{REPLACEMENT CHARACTER}b"),
        (r"\uffff\ufffe", "\uffff\ufffe"),
        ("ñandú 👩‍👩‍👧", "ñandú 👩‍👩‍👧"),
    ],
)
async def test_odd_characters_in_a_text_are_stored(
    world: World, mailbox: Mailbox, shop: Shop, written: str, kept: str
) -> None:
    body = delivery((shop, "odd")).replace(b'"hola"', f'"{written}"'.encode())
    assert await post(cloud_api(mailbox, shop), body, sign(shop, body)) == 200
    assert json.loads((await world.one("SELECT body FROM inbox"))["body"])["content"]["text"] == kept


async def test_odd_characters_in_names_and_ids_are_stored_and_recognised_again(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    body = delivery((shop, "wamid.NUL")).replace(b"wamid.NUL", rb"wamid.\u0000").replace(b'"Ana"', rb'"A\u0000\ud83da"')
    app = cloud_api(mailbox, shop)
    for _ in range(2):
        assert await post(app, body, sign(shop, body)) == 200
    assert len(await ids(world)) == 1
    name = (await world.one("SELECT name FROM contacts"))["name"]
    assert "\x00" not in name
    assert name.startswith("A")


async def test_odd_characters_of_a_stranger_are_kept_unrouted(world: World, mailbox: Mailbox, shop: Shop) -> None:
    body = delivery(("4711", "x")).replace(b'"hola"', b'"\x00\\u0000\\ud83d"')
    status = await post(cloud_api(mailbox, shop), body, sign(shop, body))
    assert status in (200, 400)
    assert len(await world.rows("SELECT 1 FROM unrouted")) == (status == 200)


async def test_odd_characters_of_a_change_of_number_and_of_a_status_are_stored(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    old, new = Address(kind="phone", value="1\x002"), Address(kind="phone", value="51999000009")
    content = System(event="number_changed", previous=(old,))
    message = InboundMessage(
        provider_message_id="m\x00", sender=Person(addresses=(new,), name="A\x00"), sent_ms=1, content=content
    )
    status = StatusUpdate(
        provider_message_id="s\x00", status="failed", at_ms=1, client_id=new_id(), error_code="1", error_text="x\x00"
    )
    channel = OddChannel([Received(shop.line.address, (message,), (status,))], [shop.line.address])
    app = WebhookApp("fake", channel, FakeDirectory([shop]), mailbox)
    assert await post(app, b"{}", sign(shop, b"{}")) == 200
    assert len(await ids(world)) == 1


# --- signatures ------------------------------------------------------------------------------------------------------


async def test_a_replayed_delivery_is_answered_200_and_changes_nothing(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    app = cloud_api(mailbox, shop)
    body = delivery((shop, "1"))
    signature = sign(shop, body)
    for _ in range(3):
        assert await post(app, body, signature) == 200
    assert await ids(world) == ["1"]
    assert (await world.one("SELECT last_seq FROM conversations"))["last_seq"] == 1


async def test_a_replayed_signature_does_not_fit_another_body(world: World, mailbox: Mailbox, shop: Shop) -> None:
    signature = sign(shop, delivery((shop, "1")))
    assert await post(cloud_api(mailbox, shop), delivery((shop, "2")), signature) == 401
    assert await ids(world) == []


async def test_a_line_without_a_secret_believes_nothing(world: World, mailbox: Mailbox, shop: Shop) -> None:
    dict.clear(shop.line.secrets)  # type: ignore[arg-type]
    dict.update(shop.line.secrets, app_secret="")  # type: ignore[call-overload]
    body = delivery((shop, "1"))
    assert await post(cloud_api(mailbox, shop), body, sign(shop, body)) == 401


# --- the database is down ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [DatabaseDown("gone"), Unavailable("too much"), ZeroDivisionError("a defect")])
async def test_what_was_not_stored_is_503_and_the_repetition_is_stored(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    app = cloud_api(mailbox, shop)
    body = delivery((shop, "1"), ("4711", "stray"))

    async def down(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(mailbox.driver, "run", down)
        assert await post(app, body, sign(shop, body)) == 503
    assert await ids(world) == []
    assert await post(app, body, sign(shop, body)) == 200
    assert await ids(world) == ["1"]
    assert len(await world.rows("SELECT 1 FROM unrouted")) == 1


# --- the rest ------------------------------------------------------------------------------------------------------


async def test_the_handshake_gives_the_challenge_back_for_a_token_of_ours_only(mailbox: Mailbox, shop: Shop) -> None:
    dict.update(shop.line.secrets, verify_token="our token ñ")  # type: ignore[call-overload]
    app = cloud_api(mailbox, shop)
    base = b"hub.mode=subscribe&hub.challenge=1158201444"
    cases = [
        (base + b"&hub.verify_token=our+token+%C3%B1", (200, b"1158201444")),
        (base + b"&hub.verify_token=another", (403, b"wrong_verify_token")),
        (base + b"&hub.verify_token=", (400, b"not_a_subscription")),
        (base, (400, b"not_a_subscription")),
        (b"hub.mode=other&hub.verify_token=x", (400, b"not_a_subscription")),
        (b"\xff=%ff&&=", (400, b"not_a_subscription")),
        (b"", (400, b"not_a_subscription")),
    ]
    for query, expected in cases:
        assert await call(app, method="GET", query=query) == expected
    assert app.refused == len(cases) - 1


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", "PATCH"])
async def test_other_methods_are_405(mailbox: Mailbox, shop: Shop, method: str) -> None:
    assert await call(cloud_api(mailbox, shop), method=method) == (405, b"method_not_allowed")


async def test_messages_and_statuses_of_one_body_are_all_stored(world: World, mailbox: Mailbox, shop: Shop) -> None:
    road = await lane(mailbox, shop)
    (ours,) = await road.add("hola")
    await road.head()
    message = InboundMessage(
        provider_message_id="new",
        sender=Person(addresses=(Address(kind="phone", value="51999000001"),)),
        sent_ms=1,
        content=Text(text="hola"),
    )
    statuses = (
        StatusUpdate(provider_message_id="wamid.1", status="sent", at_ms=1, client_id=ours),
        StatusUpdate(provider_message_id="wamid.1", status="delivered", at_ms=1, client_id="not one of ours"),
        StatusUpdate(provider_message_id="wamid.1", status="read", at_ms=1, client_id=None),
    )
    # The channel names the line in its parts only.
    channel = OddChannel([Received(shop.line.address, (message,), statuses, notices=({"a": 1},)), Received("")])
    app = WebhookApp("fake", channel, FakeDirectory([shop]), mailbox)
    assert await post(app, b"{}", sign(shop, b"{}")) == 200
    assert len(await ids(world)) == 2
    assert (await world.message(ours))["state"] == "sent"
    assert len(await world.rows("SELECT 1 FROM unrouted")) == 1
    await apply(mailbox)


async def test_a_delivery_of_nothing_that_is_known_is_kept(world: World, mailbox: Mailbox, shop: Shop) -> None:
    app = WebhookApp("fake", OddChannel(), FakeDirectory([shop]), mailbox)
    assert await post(app, b"{}", sign(shop, b"{}")) == 200
    row = await world.one("SELECT line_address, body FROM unrouted")
    assert list(row.values()) == [None, "{}"]
    assert CloudApiChannel().line_addresses({}) in ((), [])
