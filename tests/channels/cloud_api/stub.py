"""A Graph API that answers exactly what a test says, byte by byte, also badly."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

HANG = b"hang"
CUT = b"cut"
DRIP = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"


@dataclass
class Call:
    head: str
    body: dict[str, Any]
    connection: int


@dataclass
class Stub:
    """`answer` says what the next call gets: bytes of HTTP, HANG (none, ever), CUT (the connection closes) or DRIP."""

    answer: Callable[[Call], bytes]
    port: int = 0
    calls: list[Call] = field(default_factory=list[Call])
    connections: int = 0
    called: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.add(asyncio.create_task(self._serve(reader, writer)))

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        connection = self.connections
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next(
                    int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length")
                )
                body = json.loads(await reader.readexactly(length))
                call = Call(head, body, connection)
                self.calls.append(call)
                self.called.set()
                answer = self.answer(call)
                if answer == HANG:
                    await asyncio.sleep(30)
                if answer == CUT:
                    return
                writer.write(answer)
                await writer.drain()
                while answer == DRIP:
                    writer.write(b"x")
                    await writer.drain()
                    await asyncio.sleep(0.05)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


def http(status: int, body: Any = None, *, length: int | None = None, headers: str = "") -> bytes:
    """An HTTP answer; `length` claims another length than the body has."""
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length or len(data)}\r\n"
    return f"{head}{headers}\r\n".encode() + data


def accepted(call: Call) -> bytes:
    answer = {
        "messaging_product": "whatsapp",
        "contacts": [{"input": call.body.get("to"), "wa_id": call.body.get("to")}],
        "messages": [{"id": "wamid.sent"}],
    }
    return http(200, answer)


@asynccontextmanager
async def running(answer: Callable[[Call], bytes] = accepted) -> AsyncGenerator[Stub]:
    stub = Stub(answer)
    server = await asyncio.start_server(stub.connected, "127.0.0.1", 0)
    stub.port = server.sockets[0].getsockname()[1]
    try:
        yield stub
    finally:
        server.close()
        await stub.stop()
