"""One post: what is signed, what is refused, what is kept of the answer."""

import asyncio
import gzip
import hashlib
import hmac
import json
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network

import pytest

from recado.events.models import Event
from recado.kit import new_id
from recado.kit import postman as posts
from recado.kit.destinations import is_allowed, is_web_address, leads_inwards
from recado.kit.postman import Postman
from recado.kit.signed import post_signed
from recado.webhooks.posting import body_of
from tests.mailbox.support import eventually
from tests.webhooks.receiver import receiving

LOOPBACK = (ip_network("127.0.0.0/8"),)
SECRET = "a secret of the receiver"
# A process that ends while a name is looked up that hangs.
ENDS = """
import asyncio, socket, threading
from recado.kit.postman import Postman

began = threading.Event()

def hang(*_, **__):
    began.set()
    threading.Event().wait(600)

socket.getaddrinfo = hang

async def main():
    postman = Postman(timeout_s=600)
    posting = asyncio.create_task(postman.post("http://hangs.example/", b"{}", {}))
    await asyncio.to_thread(began.wait)
    posting.cancel()
    await asyncio.gather(posting, return_exceptions=True)
    await postman.close()

asyncio.run(main())
"""


def test_the_body_is_that_of_the_contract() -> None:
    event = Event(id=new_id(), name="message.sent", data='{"message_id":"ñ"}', created_ms=1_700_000_000_123)
    event.conversation_id = "c"
    assert json.loads(body_of(event)) == {
        "id": event.id,
        "event": "message.sent",
        "timestamp": "2023-11-14T22:13:20.123Z",
        "data": {"conversation_id": "c", "message_id": "ñ"},
    }


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "172.16.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.1",
            "224.0.0.1",
        ),
        *(
            "::1",
            "fe80::1",
            "fe80::1%eth0",
            "fd00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "ff02::1",
        ),
        *("::", "255.255.255.255", "2001:db8::1"),
        *("fec0::1", "64:ff9b:1::a00:1", "::7f00:1", "::ffff:0:7f00:1", "2001:0:7f00:1::"),
    ],
)
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert not is_allowed(address, ())


def test_public_addresses_and_allowed_networks_are_not() -> None:
    for address in ("9.9.9.9", "2620:fe::fe", "::ffff:9.9.9.9", "64:ff9b::909:909"):
        assert is_allowed(address, ())
    assert is_allowed("127.0.0.1", LOOPBACK)
    assert is_allowed("::ffff:127.0.0.1", LOOPBACK)
    assert not is_allowed("10.0.0.1", LOOPBACK)


def test_an_address_is_looked_at_before_it_is_kept() -> None:
    for url in (
        "ftp://example.org/",
        "https://me:word@example.org/",
        "http:///x",
        "http://example.org:0/",
        "http://a b/",
    ):
        assert not is_web_address(url)
    assert is_web_address("https://example.org/done?x=1")
    for url in ("http://[64:ff9b::7f00:1]/", "http://127.0.0.1:8000/x", "http://[fe80::1%25eth0]/"):
        assert leads_inwards(url, ())
    assert not leads_inwards("http://example.com/", ())  # a name: looked at when it is used
    for url in (
        "http://localhost:1/",
        "http://n8n:5678/",
        "http://x.localhost/",
        "http://db.internal./",
        "http://a.local",
    ):
        assert leads_inwards(url, ()), url
    assert not leads_inwards("http://n8n:5678/", LOOPBACK)  # it may lead there
    assert not leads_inwards("http://localhost/", LOOPBACK)
    assert leads_inwards("http://localhost/", (ip_network("10.0.0.0/8"),))
    assert not leads_inwards("http://127.0.0.1/", LOOPBACK)


async def test_a_post_is_signed_over_its_raw_body() -> None:
    async with receiving() as receiver:
        postman = Postman(LOOPBACK)
        result = await post_signed(postman, receiver.url, SECRET, '{"a": "ñ"}'.encode())
        await postman.close()
    assert (result.status, result.error, result.taken) == (204, None, True)
    ((body, headers),) = receiver.posts
    expected = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["x-webhook-signature"] == "sha256=" + expected
    assert int(headers["x-webhook-timestamp"]) == result.at_ms // 1000
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
async def test_a_private_address_is_refused_when_the_connection_is_made(host: str) -> None:
    async with receiving() as receiver:
        postman = Postman()
        result = await post_signed(postman, receiver.url.replace("127.0.0.1", host), SECRET, b"{}")
        await postman.close()
    assert (result.status, result.error) == (None, "address_not_allowed")
    assert receiver.posts == []


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    async with receiving() as receiver:
        receiver.answer = lambda _: 307
        postman = Postman(LOOPBACK)
        result = await post_signed(postman, receiver.url, SECRET, b"{}")
        await postman.close()
    assert (result.status, result.taken, len(receiver.posts)) == (307, False, 1)


@pytest.mark.parametrize(
    ("said", "wait_s"),
    [
        ("0", 0), ("120", 120), (" 7 ", 7), ("99999999999999999999", posts.MAX_RETRY_AFTER_S),
        ("Fri, 01 Jan 2100 00:00:00 GMT", posts.MAX_RETRY_AFTER_S), ("Fri, 31 Dec 1999 23:59:59 GMT", 0),
        ("-1", None), ("1.5", None), ("soon", None), ("²", None), ("Fri, 99 Jan 9999 00:00:00 GMT", None),
    ],
)  # fmt: skip
async def test_how_long_a_receiver_wants_to_be_left_alone(said: str, wait_s: int | None) -> None:
    async with receiving() as receiver:
        receiver.answer, receiver.retry_after = lambda _: 503, said
        postman = Postman(LOOPBACK)
        result = await post_signed(postman, receiver.url, SECRET, b"{}")
        await postman.close()
    assert (result.status, result.retry_after_s) == (503, wait_s)


async def test_what_is_kept_of_an_answer_has_no_secret_and_no_control_characters() -> None:
    async with receiving() as receiver:
        receiver.answer = lambda _: 500
        postman = Postman(LOOPBACK)
        result = await post_signed(postman, receiver.url, SECRET, b"{}")
        await postman.close()
    assert result.excerpt == "no: *** [2J"


async def test_an_answer_is_never_unpacked() -> None:
    """Some kilobytes that would be megabytes, from whoever has set the address."""
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        packed = gzip.compress(b"a" * 10_000_000)
        head = f"HTTP/1.1 500 No\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
        writer.write(head.encode() + packed)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    postman = Postman(LOOPBACK)
    result = await post_signed(postman, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", SECRET, b"{}")
    await postman.close()
    server.close()
    await server.wait_closed()
    assert (result.status, result.error, result.excerpt) == (500, None, None)
    assert b"accept-encoding: identity\r\n" in asked[0].lower()


async def test_a_name_that_hangs_holds_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    began, over = threading.Event(), threading.Event()

    def hang(*_: object, **__: object) -> None:
        began.set()
        over.wait(60)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    postman = Postman(timeout_s=60)
    posting = asyncio.create_task(post_signed(postman, "http://hangs.example/", SECRET, b"{}"))
    await eventually(began.is_set)
    try:
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "done"), 20) == "done"
    finally:
        over.set()
    assert (await posting).error == "ClientConnectorDNSError"
    await postman.close()


async def test_a_name_that_hangs_does_not_keep_the_process_from_ending() -> None:
    ended = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", ENDS], timeout=60, check=False)
    assert ended.returncode == 0


async def test_who_gives_up_waiting_for_a_name_frees_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a dead name would get a thread more with each post."""
    asked: list[str] = []
    over = threading.Event()

    def hang(host: str, *_: object, **__: object) -> None:
        asked.append(host)
        over.wait(60)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    monkeypatch.setattr(posts, "MAX_LOOKUPS", 1)
    postman = Postman(timeout_s=0.2)

    async def post(host: str) -> str | None:
        return (await postman.post(f"http://{host}/", b"{}", {})).error

    try:
        while not asked:  # where it waits too long for its thread, too
            assert await post("first.example") == "timeout"
        assert await post("second.example") == "timeout"
        assert asked == ["first.example"]
    finally:
        over.set()

    async def is_free() -> bool:
        return await post("third.example") == "ClientConnectorDNSError"

    await eventually(is_free)
    await postman.close()


async def test_who_does_not_answer_is_given_up() -> None:
    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gone.wait()
        writer.close()

    gone = asyncio.Event()
    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    postman = Postman(LOOPBACK, timeout_s=0.2)
    result = await post_signed(postman, f"http://127.0.0.1:{port}/", SECRET, b"{}")
    assert (result.status, result.error) == (None, "timeout")
    gone.set()
    await postman.close()
    server.close()
    await server.wait_closed()


async def test_where_nobody_listens_it_is_refused() -> None:
    with socket.socket() as silent:  # it has the port, and does not listen
        silent.bind(("127.0.0.1", 0))
        refused = Postman(LOOPBACK)
        result = await post_signed(refused, f"http://127.0.0.1:{silent.getsockname()[1]}/", SECRET, b"{}")
        await refused.close()
    assert (result.status, result.error) == (None, "ClientConnectorError")
