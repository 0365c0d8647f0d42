"""Whatever is sent, the answer is a problem of the right kind, and never a 5xx."""

import asyncio
import contextlib
import http.client
import io
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from recado.kit.gate import MAX_BODY_BYTES
from recado.mailbox.receive import MAX_BODY_BYTES as LARGEST_WEBHOOK_BYTES
from recado.projects.service import Role
from tests.api.conftest import Api, Tenant

JSON = {"Content-Type": "application/json"}
SEND = "/conversations/{}/messages"


async def post_bytes(api: Api, of: Tenant, data: Any, path: str = "/contacts", headers: Any = JSON) -> Any:
    return await api.post(path, of.keys[Role.ADMIN], data=data, headers=headers)


@pytest.mark.parametrize(
    "data",
    [b"{", b"not json", b'{"name": "\xff"}', b'{"name": "\xed\xa0\x80"}', b"[" * 100_000, b"1" * 5_000, b"\x00"],
    ids=["cut", "words", "utf8", "surrogate-utf8", "deep", "long-number", "nul"],
)
async def test_what_is_no_json_is_refused(api: Api, ours: Tenant, data: bytes) -> None:
    answer = await post_bytes(api, ours, data)
    assert (answer.status, answer.code) in ((400, "bad_json"), (400, "bad_request"), (422, "bad_input"))


@pytest.mark.parametrize(
    "body",
    [
        [],
        "x",
        7,
        None,
        {},
        {"name": 7, "addresses": []},
        {"name": "x", "addresses": "51999888777"},
        {"name": "x", "addresses": [{"kind": "email", "value": "a@b.c"}]},
        {"name": "x", "addresses": [{"kind": "phone", "value": "+51 999"}]},
        {"name": "x\x00", "addresses": [{"kind": "phone", "value": "1"}]},
        {"name": "x", "addresses": [{"kind": "bsuid", "value": "a\x00"}]},
        {"name": "\ud800", "addresses": [{"kind": "phone", "value": "1"}]},
        {"name": "x", "addresses": [{"kind": "phone", "value": "1"}], "admin": True},
        {"name": "x" * 300, "addresses": [{"kind": "phone", "value": "1"}]},
    ],
)
async def test_wrong_shapes_are_told_field_by_field(api: Api, ours: Tenant, body: Any) -> None:
    answer = await post_bytes(api, ours, json.dumps(body).encode())
    assert (answer.status, answer.code) == (422, "bad_input")
    assert answer.json["errors"]
    assert all(error["pointer"].startswith("body") for error in answer.json["errors"])


@pytest.mark.parametrize(
    "content",
    [
        None,
        "hola",
        {"type": "video"},
        {"text": "hola"},
        {"type": "text", "text": ""},
        {"type": "text", "text": "x" * 70_000},
        {"type": "text", "text": "x", "extra": 1},
        {"type": "buttons", "text": "x", "buttons": [{"id": str(n), "title": "t"} for n in range(4)]},
        {"type": "buttons", "text": "x", "buttons": [{"id": "1", "title": "t" * 21}]},
        {"type": "list", "text": "x", "button": "b", "rows": []},
    ],
)
async def test_contents_that_whatsapp_would_not_take_are_refused(api: Api, ours: Tenant, content: Any) -> None:
    answer = await api.post(SEND.format(ours.conversation_id), ours.keys[Role.AGENT], {"content": content})
    assert (answer.status, answer.code) == (422, "bad_input")


async def test_odd_texts_that_are_texts_are_taken(api: Api, ours: Tenant) -> None:
    for text in ("\x00", "👩‍👩‍👧‍👦", "\u202e", "'; DROP TABLE inbox; --", "\ufffe"):
        sent = await api.post(
            SEND.format(ours.conversation_id), ours.keys[Role.AGENT], {"content": {"type": "text", "text": text}}
        )
        assert sent.status == 202, sent.body
        newest = await api.get(SEND.format(ours.conversation_id) + "?limit=1", ours.keys[Role.READ])
        assert newest.json["items"][0]["content"]["text"] == text


async def test_a_body_that_is_too_large_is_refused(api: Api, ours: Tenant) -> None:
    declared = await post_bytes(api, ours, io.BytesIO(b" " * (MAX_BODY_BYTES + 1)))
    assert (declared.status, declared.code) == (413, "body_too_large")

    async def chunks() -> Any:
        for _ in range(17):
            yield b" " * 65_536

    streamed = await post_bytes(api, ours, chunks())
    assert (streamed.status, streamed.code) == (413, "body_too_large")


async def test_who_sends_all_of_it_first_is_told_too(api: Api, ours: Tenant) -> None:
    """Many clients, and programs in front, look for an answer only then; the connection must not be cut meanwhile."""
    parts = [b" " * 1_000_000] * 16

    def post(body: Any) -> tuple[int, Any, int]:
        headers = {"X-API-Key": ours.keys[Role.ADMIN]}
        with contextlib.closing(http.client.HTTPConnection(urlsplit(api.url).netloc, timeout=60.0)) as connection:
            connection.request("POST", "/api/v1/contacts", body, headers)
            with connection.getresponse() as refusal:
                told = json.loads(refusal.read())["code"]
            connection.request("GET", "/api/v1/contacts", headers=headers)
            with connection.getresponse() as after:
                return refusal.status, told, after.status

    assert await asyncio.to_thread(post, b"".join(parts)) == (413, "body_too_large", 200)
    assert await asyncio.to_thread(post, iter(parts)) == (413, "body_too_large", 200)


@pytest.mark.parametrize(
    ("path", "size_bytes", "named", "status"),
    [
        ("/api/v1/contacts", MAX_BODY_BYTES + 1, {}, 413),
        ("/api/v1/contacts", 100, {}, 401),
        ("/webhooks/whatsapp", LARGEST_WEBHOOK_BYTES + 1, {"X-Hub-Signature-256": "sha256=00"}, 413),
        ("/webhooks/whatsapp", 100, {}, 401),
    ],
)
async def test_who_asks_first_and_is_answered_need_not_send_it(
    api: Api, path: str, size_bytes: int, named: dict[str, str], status: int
) -> None:
    """And no request follows on that connection: it would stand where the body is waited for."""
    body = io.BytesIO(b" " * size_bytes)
    async with api.session.post(api.url + path, data=body, headers=JSON | named, expect100=True) as answer:
        assert (answer.status, answer.headers.get("Connection"), body.tell()) == (status, "close", 0)


async def test_who_asks_first_and_is_told_to_go_on_may_go_on_after_it(api: Api, ours: Tenant) -> None:
    async with api.session.post(
        f"{api.url}/api/v1/contacts", data=b"{}", headers=JSON | {"X-API-Key": ours.keys[Role.ADMIN]}, expect100=True
    ) as answer:
        assert (answer.status, answer.headers.get("Connection")) == (422, None)


async def test_another_content_type_is_told(api: Api, ours: Tenant) -> None:
    for headers in ({"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}):
        answer = await post_bytes(api, ours, b'{"name": "secret-words"}', headers=headers)
        assert (answer.status, answer.code) == (422, "bad_input")
        assert b"secret-words" not in answer.body
        assert "application/json" in answer.json["errors"][0]["message"]


async def test_secrets_are_never_repeated(api: Api, ours: Tenant) -> None:
    body: dict[str, Any] = {"assistant_id": 7, "channel": "cloud-api", "address": "1", "secrets": {"BAD": "hush-hush"}}
    for secrets in ({"BAD NAME": "hush-hush"}, {"app_secret": ["hush-hush"]}, "hush-hush", {"app_secret": ""}):
        answer = await api.post("/lines", ours.keys[Role.ADMIN], body | {"secrets": secrets})
        assert answer.code == "bad_input"
        assert b"hush-hush" not in answer.body


async def test_secrets_of_a_line_go_in_and_not_out(api: Api, ours: Tenant) -> None:
    admin = ours.keys[Role.ADMIN]
    body = {
        "assistant_id": ours.assistant_id,
        "channel": "cloud-api",
        "address": "4711",
        "secrets": {"app_secret": "hush-hush", "verify_token": "v"},
    }
    made = await api.post("/lines", admin, body)
    assert (made.status, made.json["secrets"]) == (201, ["app_secret", "verify_token"])
    line = api.runtime.directory.line(made.json["id"])
    assert line is not None
    assert line.secrets["app_secret"] == "hush-hush"
    changed = await api.call(
        "PATCH", f"/api/v1/lines/{made.json['id']}", admin, {"secrets": {"app_secret": "hush-new"}}
    )
    listed = await api.get("/lines", admin)
    for answer in (made, changed, listed):
        assert b"hush" not in answer.body
    line = api.runtime.directory.line(made.json["id"])
    assert line is not None
    assert dict(line.secrets) == {"app_secret": "hush-new", "verify_token": "v"}
    assert (await api.post("/lines", admin, body)).code == "line_exists"
    assert (await api.post("/lines", admin, body | {"channel": "fax", "address": "1"})).code == "bad_channel"


async def test_addresses_and_methods_that_do_not_exist(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.READ]
    assert (await api.get("/nothing", key)).code == "not_found"
    assert (await api.call("GET", "/nothing")).code == "not_found"
    assert (await api.get("/projects/", key)).code == "not_found"
    wrong = await api.call("DELETE", "/api/v1/projects", key)
    assert (wrong.status, wrong.code, wrong.headers["allow"]) == (405, "method_not_allowed", "GET, HEAD, OPTIONS")
    wrong = await api.call("PUT", f"/api/v1/assistants/{ours.assistant_id}", key)
    assert (wrong.status, wrong.headers["allow"]) == (405, "DELETE, GET, HEAD, OPTIONS, PATCH")
    for path in ("/lines/x", "/lines/..", "/lines/" + ours.line_id.upper(), "/conversations/1/messages"):
        assert (await api.get(path, key)).status in (404, 422)
    assert (await api.get("/assistants?unknown=1", key)).code == "bad_input"


async def test_conflicts_and_rules_have_their_codes(api: Api, ours: Tenant) -> None:
    admin = ours.keys[Role.ADMIN]
    new = {"slug": "clinic", "name": "Again"}
    assert (await api.post("/assistants", admin, new)).code == "assistant_exists"
    assert (await api.post("/assistants", admin, new | {"slug": "a", "brain": "none"})).code == "bad_brain"
    assert (await api.post("/assistants", admin, new | {"slug": "a", "timezone": "Mars/One"})).code == "bad_timezone"
    for wrong in (-1, 60_001, "5", 5.5, True):
        answer = await api.post("/assistants", admin, new | {"slug": "a", "settle_ms": wrong})
        assert answer.code == "bad_input", wrong
    for wrong in (0, -1, "80", True, 10**400):
        path = f"/api/v1/lines/{ours.line_id}"
        assert (await api.call("PATCH", path, admin, {"max_per_second": wrong})).code == "bad_input", wrong


async def test_every_answer_has_a_request_id(api: Api, ours: Tenant) -> None:
    for headers, expected in (({"X-Request-Id": "mine-1"}, "mine-1"), ({"X-Request-Id": "no good"}, None), ({}, None)):
        for path in ("/health", "/nothing", "/api/v1/projects"):
            got = (await api.call("GET", path, headers=headers)).headers["x-request-id"]
            assert got == expected if expected else len(got) == 36
