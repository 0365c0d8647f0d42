"""What a send says to Meta, and what each way to fail means."""

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from recado.channels.cloud_api import CloudApiChannel
from recado.channels.cloud_api.ids import stable_id
from recado.channels.contract import Channel, Line, MarksRead, Outgoing, ReceivesWebhooks, Sent
from recado.errors import OutcomeUnknown, SendError, SendRefused
from recado.messages import Address, Button, OutButtons, OutContent, OutList, OutText, Row
from tests.channels.cloud_api.stub import CUT, DRIP, HANG, Call, Stub, accepted, http, running

TOKEN = "a-token"
LINE = Line("line", "project", "cloud-api", "106540352242922", 80, {"access_token": TOKEN})
PHONE = Address(kind="phone", value="59170000001")
USER_ID = Address(kind="bsuid", value="BO.123")
PARENT = Address(kind="parent_bsuid", value="BO.ENT.123")


def constant(answer: bytes) -> Callable[[Call], bytes]:
    return lambda _: answer


def outgoing(content: OutContent | None = None, to: tuple[Address, ...] = (PHONE,), **more: Any) -> Outgoing:
    return Outgoing("client-1", to, content or OutText(text="hola"), **more)


@asynccontextmanager
async def against(
    answer: Callable[[Call], bytes] = accepted, **options: float
) -> AsyncGenerator[tuple[Stub, CloudApiChannel]]:
    async with running(answer) as stub:
        channel = CloudApiChannel(stub.url, answer_timeout_s=options.get("answer_timeout_s", 20.0))
        try:
            yield stub, channel
        finally:
            await channel.close()


def test_it_is_a_channel_with_its_capabilities() -> None:
    channel: Channel = CloudApiChannel()
    assert isinstance(channel, MarksRead)
    assert isinstance(channel, ReceivesWebhooks)
    assert (channel.name, channel.window_s, channel.contact_pace) == ("cloud-api", 86_400, (45, 6.0))


BODIES: list[tuple[Outgoing, dict[str, Any]]] = [
    (outgoing(), {"to": "59170000001", "type": "text", "text": {"body": "hola"}}),
    (
        outgoing(OutText(text="https://x.bo", preview_links=True)),
        {"to": "59170000001", "type": "text", "text": {"body": "https://x.bo", "preview_url": True}},
    ),
    (
        outgoing(reply_to="wamid.before"),
        {
            "to": "59170000001",
            "context": {"message_id": "wamid.before"},
            "type": "text",
            "text": {"body": "hola"},
        },
    ),
    # Meta follows `to` when there are both, so only one is sent.
    (outgoing(to=(USER_ID, PARENT, PHONE)), {"to": "59170000001", "type": "text", "text": {"body": "hola"}}),
    (outgoing(to=(PARENT, USER_ID)), {"recipient": "BO.123", "type": "text", "text": {"body": "hola"}}),
    (outgoing(to=(PARENT,)), {"recipient": "BO.ENT.123", "type": "text", "text": {"body": "hola"}}),
    (
        outgoing(OutButtons(text="¿Qué día?", buttons=(Button(id="a", title="Hoy"), Button(id="b", title="Mañana")))),
        {
            "to": "59170000001",
            "type": "interactive",
            "interactive": {
                "type": "button",
                "body": {"text": "¿Qué día?"},
                "action": {
                    "buttons": [
                        {"type": "reply", "reply": {"id": "a", "title": "Hoy"}},
                        {"type": "reply", "reply": {"id": "b", "title": "Mañana"}},
                    ]
                },
            },
        },
    ),
    (
        outgoing(
            OutList(
                text="¿Qué necesita?",
                button="Ver",
                rows=(Row(id="a", title="Cita", description="Con el médico"), Row(id="b", title="Otro")),
                footer="Clínica",
            )
        ),
        {
            "to": "59170000001",
            "type": "interactive",
            "interactive": {
                "type": "list",
                "body": {"text": "¿Qué necesita?"},
                "action": {
                    "button": "Ver",
                    "sections": [
                        {
                            "rows": [
                                {"id": "a", "title": "Cita", "description": "Con el médico"},
                                {"id": "b", "title": "Otro"},
                            ]
                        }
                    ],
                },
                "footer": {"text": "Clínica"},
            },
        },
    ),
]


@pytest.mark.parametrize(("message", "body"), BODIES)
async def test_what_is_sent(message: Outgoing, body: dict[str, Any]) -> None:
    async with against() as (stub, channel):
        assert await channel.send(LINE, message, fence=1) == Sent("wamid.sent")
    (call,) = stub.calls
    common = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "biz_opaque_callback_data": "client-1",
    }
    assert call.body == common | body
    assert call.head.startswith("POST /v24.0/106540352242922/messages HTTP/1.1\r\n")
    assert f"Authorization: Bearer {TOKEN}\r\n" in call.head
    assert "Content-Type: application/json\r\n" in call.head


@pytest.mark.parametrize("typing", [True, False])
async def test_read_mark(typing: bool) -> None:
    async with against(lambda _: http(200, {"success": True})) as (stub, channel):
        await channel.mark_read(LINE, "wamid.1", typing)
    expected = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1"}
    assert stub.calls[0].body == expected | ({"typing_indicator": {"type": "text"}} if typing else {})


async def test_an_id_of_our_own_is_never_told_to_meta() -> None:
    own = stable_id({"type": "text"})
    async with against() as (stub, channel):
        await channel.mark_read(LINE, own, True)
        await channel.send(LINE, outgoing(reply_to=own), fence=1)
    assert ["context" in call.body for call in stub.calls] == [False]


async def test_connections_are_kept() -> None:
    async with against() as (stub, channel):
        for _ in range(5):
            await channel.send(LINE, outgoing(), fence=1)
    assert (stub.connections, len(stub.calls)) == (1, 5)


# The answer breaks off, but its status already says no.
HALF_A_NO = http(400, b"{", length=100)
REFUSED = {"error": {"message": "(#131047) Re-engagement message", "code": 131047}}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (http(400, REFUSED), "window_closed"),
        (http(200, REFUSED), "window_closed"),
        (http(500, {"error": {"code": 131016}}), "provider_unavailable"),
        (http(429, {"error": {"code": 130429}}), "rate_limited"),
        (http(429), "rate_limited"),
        (http(404, b"<html>"), "provider_unreachable"),
        (http(307, headers="Location: /elsewhere\r\n"), "provider_unreachable"),
        (HALF_A_NO, "provider_unreachable"),
    ],
)
async def test_a_refusal_means_not_taken(answer: bytes, code: str) -> None:
    async with against(lambda _: answer, answer_timeout_s=3.0 if answer is HALF_A_NO else 20.0) as (stub, channel):
        with pytest.raises(SendError) as error:
            await channel.send(LINE, outgoing(), fence=1)
    assert error.value.code == code
    assert len(stub.calls) == 1


@pytest.mark.parametrize(
    "answer",
    [
        HANG,
        CUT,
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"no http\r\n\r\n",
        http(200),
        http(200, b"<html>"),
        http(200, {"messages": []}),
        http(200, {"messages": [{"id": ""}]}),
        http(200, [1]),
        http(200, b'{"messages": [{"id"', length=100),
        http(500),
        http(502, b"<html>Bad gateway"),
        http(503, {"message": "a proxy's own"}),
        http(504),
    ],
)
async def test_once_the_bytes_have_left_silence_is_unknown(answer: bytes) -> None:
    async with against(lambda _: answer, answer_timeout_s=1.0) as (stub, channel):
        with pytest.raises(OutcomeUnknown):
            await channel.send(LINE, outgoing(), fence=1)
    assert len(stub.calls) == 1, "a POST is never repeated silently"


async def test_a_kept_connection_that_closes_is_unknown_and_never_repeated_silently() -> None:
    def once(call: Call) -> bytes:
        return accepted(call) if len(stub.calls) == 1 else CUT

    async with against(once) as (stub, channel):
        await channel.send(LINE, outgoing(), fence=1)
        with pytest.raises(OutcomeUnknown):
            await channel.send(LINE, outgoing(), fence=1)
        assert [call.connection for call in stub.calls] == [1, 1]
        stub.answer = accepted
        await channel.send(LINE, outgoing(), fence=1)


async def test_a_drip_does_not_hold_a_send_for_ever() -> None:
    async with running(lambda _: DRIP) as stub:
        channel = CloudApiChannel(stub.url, connect_timeout_s=20.0, answer_timeout_s=0.2)
        with pytest.raises(OutcomeUnknown):
            async with asyncio.timeout(30):
                await channel.send(LINE, outgoing(), fence=1)
        await channel.close()


async def unreachable(url: str, **options: float) -> SendError:
    channel = CloudApiChannel(url, **options)  # pyright: ignore[reportArgumentType]
    try:
        with pytest.raises(SendError) as error:
            await channel.send(LINE, outgoing(), fence=1)
    finally:
        await channel.close()
    assert error.value.code == "provider_unreachable"
    assert not error.value.verdict.permanent
    assert (error.value.counts, error.value.pauses_line) == (False, True)
    return error.value


async def test_a_refused_connection_means_not_taken() -> None:
    with socket.socket() as silent:  # it has the port, and does not listen
        silent.bind(("127.0.0.1", 0))
        await unreachable(f"http://127.0.0.1:{silent.getsockname()[1]}")


async def test_an_unknown_name_means_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_such_name(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)
    await unreachable("http://graph.invalid")


async def test_a_connection_that_does_not_come_about_means_not_taken() -> None:
    with socket.socket() as full:
        # Nobody accepts: once the queue is full, the system answers no further connection.
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        await unreachable(f"http://127.0.0.1:{port}", connect_timeout_s=0.3)
        for filler in fillers:
            filler.close()


async def test_a_server_without_tls_means_not_taken() -> None:
    async with running() as stub:
        await unreachable(stub.url.replace("http:", "https:"), connect_timeout_s=0.3)


async def test_waiting_for_a_free_connection_means_not_taken() -> None:
    async with running(lambda _: HANG) as stub:
        channel = CloudApiChannel(stub.url, connect_timeout_s=3.0, answer_timeout_s=30.0, max_connections=1)
        first = asyncio.create_task(channel.send(LINE, outgoing(), fence=1))
        await stub.called.wait()
        with pytest.raises(SendError):
            await channel.send(LINE, outgoing(), fence=1)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await channel.close()
    assert len(stub.calls) == 1


@pytest.mark.parametrize(
    ("line", "message", "code"),
    [
        (Line("l", "p", "cloud-api", "1", 80), outgoing(), "access_token_invalid"),
        (Line("l", "p", "cloud-api", "1", 80, {"access_token": "a\r\nX: b"}), outgoing(), "access_token_invalid"),
        (LINE, outgoing(to=()), "no_address"),
        (LINE, Outgoing("x" * 513, (PHONE,), OutText(text="hola")), "invalid_message"),
    ],
)
async def test_what_is_refused_before_the_call(line: Line, message: Outgoing, code: str) -> None:
    async with against() as (stub, channel):
        with pytest.raises(SendRefused) as error:
            await channel.send(line, message, fence=1)
    assert error.value.code == code
    assert stub.calls == []


async def test_a_closed_channel_sends_nothing() -> None:
    async with against() as (stub, channel):
        await channel.send(LINE, outgoing(), fence=1)
        await channel.close()
        await channel.close()
        with pytest.raises(SendError):
            await channel.send(LINE, outgoing(), fence=1)
    assert len(stub.calls) == 1


async def test_a_strange_line_address_stays_inside_its_path_segment() -> None:
    line = Line("l", "p", "cloud-api", "../1?x=#y", 80, {"access_token": TOKEN})
    async with against() as (stub, channel):
        await channel.send(line, outgoing(), fence=1)
    assert stub.calls[0].head.startswith("POST /v24.0/..%2F1%3Fx%3D%23y/messages ")


async def test_neither_logs_nor_errors_tell_secrets_or_numbers(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    for answer in (None, CUT, http(400, REFUSED), http(200, b"?")):
        async with against(constant(answer) if answer else accepted) as (_, channel):
            try:
                await channel.send(LINE, outgoing(OutText(text="un secreto")), fence=1)
            except (SendError, OutcomeUnknown) as error:
                said.append(str(error))
    text = caplog.text + repr(LINE) + "".join(said)
    for word in (TOKEN, "un secreto", PHONE.value):
        assert word not in text
