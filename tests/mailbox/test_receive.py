"""Webhooks: whatever comes in, nothing is lost and nothing is believed without a signature of its own."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from recado.channels.cloud_api.channel import CloudApiChannel
from recado.channels.contract import Received
from recado.kit.short_way import Answer
from recado.mailbox.receive import MAX_BODY_BYTES, WebhookApp
from recado.mailbox.service import Mailbox
from recado.messages import Address, InboundMessage, Person, Unsupported
from tests.mailbox.support import FakeDirectory, Shop, World, on_postgres


def sign(shop: Shop, body: bytes) -> str:
    return "sha256=" + hmac.new(shop.line.secrets["app_secret"].encode(), body, hashlib.sha256).hexdigest()


async def post(app: WebhookApp, body: bytes, signature: str | None, chunks: int = 1) -> int:
    """The status of the answer."""
    return (await answer(app, body, signature, chunks)).status


def headers_with(signature: str | None) -> list[tuple[bytes, bytes]]:
    signed = [] if signature is None else [(b"x-hub-signature-256", signature.encode())]
    return [(b"x-request-id", b"request-7"), *signed]


async def answer(app: WebhookApp, body: bytes, signature: str | None, chunks: int = 1) -> Answer:
    """What is answered by ASGI."""
    headers = headers_with(signature)
    size = -(-len(body) // chunks) or 1
    parts = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    events = [{"type": "http.request", "body": part, "more_body": n < len(parts)} for n, part in enumerate(parts, 1)]
    answers: list[Any] = []

    async def receive() -> Any:
        return events.pop(0) if events else {"type": "http.disconnect"}

    async def send(event: Any) -> None:
        answers.append(event)

    await app({"type": "http", "method": "POST", "headers": headers, "query_string": b""}, receive, send)
    start, end = answers
    told = [(name, value) for name, value in start["headers"] if name != b"content-length"]
    return Answer(start["status"], tuple(told), end["body"])


def delivery(*messages: tuple[Shop | str, str], who: str = "51999000001") -> bytes:
    """A body of the Cloud API with one change for each (line or its address, message id)."""
    changes = [
        {
            "field": "messages",
            "value": {
                "messaging_product": "whatsapp",
                "metadata": {"phone_number_id": at if isinstance(at, str) else at.line.address},
                "contacts": [{"wa_id": who, "profile": {"name": "Ana"}}],
                "messages": [
                    {"from": who, "id": one, "timestamp": "1700000000", "type": "text", "text": {"body": "hola"}}
                ],
            },
        }
        for at, one in messages
    ]
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}).encode()


def cloud_api(mailbox: Mailbox, *shops: Shop) -> WebhookApp:
    channel = CloudApiChannel()
    return WebhookApp("fake", channel, FakeDirectory(list(shops)), mailbox)


async def ids(world: World) -> list[str]:
    return [row["provider_message_id"] for row in await world.rows("SELECT provider_message_id FROM inbox ORDER BY id")]


@dataclass
class OddChannel:
    """Signed like the Cloud API; converts to whatever a test wants."""

    converted: Sequence[Received] = ()
    named: list[str] = field(default_factory=list[str])

    def line_addresses(self, payload: Mapping[str, Any]) -> Sequence[str]:
        return self.named

    def signature_is_valid(self, secret: str, body: bytes, signature: str | None) -> bool:
        return CloudApiChannel().signature_is_valid(secret, body, signature)

    def convert(self, payload: Mapping[str, Any]) -> tuple[Received, ...]:
        return tuple(self.converted)


async def test_a_line_believes_only_what_is_signed_with_its_own_secret(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    theirs = await world.shop()
    app = cloud_api(mailbox, shop, theirs)
    body = delivery((shop, "forged"))
    assert await post(app, body, sign(theirs, body)) in (200, 401)
    assert await ids(world) == []
    both = delivery((theirs, "own"), (shop, "forged too"))
    assert await post(app, both, sign(theirs, both)) == 200
    assert await ids(world) == ["own"]


async def test_what_comes_whole_means_the_same(world: World, mailbox: Mailbox, shop: Shop) -> None:
    app = cloud_api(mailbox, shop)
    good, later = delivery((shop, "first")), delivery((shop, "second"))
    statuses: list[int] = []
    for body, signature in (
        (good, sign(shop, good)),
        (later, None),
        (later, "sha256=" + "0" * 64),
        (b"{", sign(shop, b"{")),
        (b"[]", sign(shop, b"[]")),
        (b" " * (MAX_BODY_BYTES + 1), "sha256=" + "0" * 64),
        (later, sign(shop, later)),
    ):
        taken = await app.take(headers_with(signature), body)
        assert taken == await answer(app, body, signature)
        assert (b"x-request-id", b"request-7") in taken.headers
        statuses.append(taken.status)
    assert statuses == [200, 401, 401, 400, 400, 413, 200]
    assert await ids(world) == ["first", "second"]


async def test_a_body_with_many_lines_reaches_all_of_them(world: World, mailbox: Mailbox) -> None:
    first = await world.shop()
    shops = [first] + [await world.shop(project_id=first.project_id) for _ in range(34)]
    for shop in shops[1:]:
        dict.update(shop.line.secrets, first.line.secrets)  # pyright: ignore # one app, one secret
    body = delivery(*((shop, f"wamid.{n}") for n, shop in enumerate(shops)))
    assert await post(cloud_api(mailbox, *shops), body, sign(first, body)) == 200
    assert len(await ids(world)) == 35
    assert not await world.rows("SELECT 1 FROM unrouted")


@on_postgres  # SQLite keeps everything
@pytest.mark.parametrize("address", ["1\x002", "9" * 400])
async def test_an_odd_address_is_stored_unrouted(world: World, mailbox: Mailbox, shop: Shop, address: str) -> None:
    app = WebhookApp("fake", OddChannel([Received(address)]), FakeDirectory([shop]), mailbox)
    assert await post(app, b"{}", sign(shop, b"{}")) == 200
    assert len(await world.rows("SELECT 1 FROM unrouted")) == 1


@pytest.mark.parametrize("depth", [100, 190, 240, 900, 100_000])
async def test_deep_json_is_no_error(world: World, mailbox: Mailbox, shop: Shop, depth: int) -> None:
    body = delivery((shop, "deep")).replace(b'{"body": "hola"}', b"[" * depth + b"]" * depth)
    status = await post(cloud_api(mailbox, shop), body, sign(shop, body))
    assert status in (200, 400)
    assert len(await ids(world)) == (status == 200)


async def test_what_cannot_be_stored_is_503_and_never_500(world: World, mailbox: Mailbox, shop: Shop) -> None:
    sender = Person(addresses=(Address(kind="phone", value="51999000001"),))
    content = Unsupported(provider_type="odd", raw={"when": object()})
    message = InboundMessage(provider_message_id="odd", sender=sender, sent_ms=1, content=content)
    channel = OddChannel([Received(shop.line.address, (message,))], [shop.line.address])
    app = WebhookApp("fake", channel, FakeDirectory([shop]), mailbox)
    assert await post(app, b"{}", sign(shop, b"{}")) == 503
