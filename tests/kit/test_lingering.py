"""The answer of who refuses a body before it was read arrives, also where the connection ends with it."""

import asyncio

import pytest
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from recado.kit import lingering
from recado.kit.lingering import Lingering

CLOSES = [(b"connection", b"close"), (b"content-length", b"9")]
MORE = {"type": "http.request", "body": b"123", "more_body": True}
LAST = {"type": "http.request", "body": b"789", "more_body": False}


async def refuses(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers without reading, or, where the path says so, after all was read."""
    if scope["path"] == "/read":
        while (await receive()).get("more_body"):
            pass
    await Response("too large", 413)(scope, receive, send)


async def told(
    receive: Receive, headers: list[tuple[bytes, bytes]], path: str = "/", version: str = "1.1"
) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "http_version": version, "method": "POST", "path": path, "headers": headers}
    await Lingering(refuses)(scope, receive, send)
    return sent


@pytest.mark.parametrize(
    ("headers", "version"),
    [
        (CLOSES, "1.1"),
        ([(b"connection", b"Close, TE"), (b"transfer-encoding", b"chunked")], "1.1"),
        ([(b"content-length", b"9")], "1.0"),  # as nginx asks, unless told otherwise
    ],
)
async def test_the_answer_comes_first_and_the_end_when_the_rest_was_read(
    headers: list[tuple[bytes, bytes]], version: str
) -> None:
    coming = [MORE, MORE, LAST]

    async def receive() -> Message:
        return coming.pop(0)

    start, body, end = await told(receive, headers, version=version)
    assert (start["status"], body["body"], body["more_body"]) == (413, b"too large", True)
    assert (end["body"], end.get("more_body", False)) == (b"", False)
    assert not coming


@pytest.mark.parametrize(
    ("headers", "path"),
    [
        ([(b"content-length", b"9")], "/"),  # the connection stays: the server reads on by itself
        ([(b"connection", b"close")], "/"),
        ([(b"connection", b"close"), (b"content-length", b"0")], "/"),
        ([*CLOSES, (b"expect", b"100-continue")], "/"),  # it was told no, and sends nothing
        (CLOSES, "/read"),
    ],
)
async def test_nobody_waits_for_what_does_not_come(headers: list[tuple[bytes, bytes]], path: str) -> None:
    coming = [MORE, LAST] if path == "/read" else []

    async def receive() -> Message:
        return coming.pop(0)

    start, body = await told(receive, headers, path)
    assert (start["status"], body["body"]) == (413, b"too large")


async def test_a_silent_client_and_an_endless_one_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silence() -> Message:
        return await asyncio.get_running_loop().create_future()

    async def no_end() -> Message:
        await asyncio.sleep(0)
        return MORE

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    monkeypatch.setattr(lingering, "SILENCE_S", 0.01)
    assert len(await told(silence, CLOSES)) == 3
    monkeypatch.setattr(lingering, "SILENCE_S", 60.0)
    monkeypatch.setattr(lingering, "LINGER_S", 0.01)
    assert len(await told(no_end, CLOSES)) == 3
    assert len(await told(gone, CLOSES)) == 3
