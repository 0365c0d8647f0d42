"""The bare limit: what a program on this machine can do that keeps each message and does nothing else.

    python -m benchmarks.bare --port 8000 --database sqlite:////tmp/bare.db --graph 9000

Raw protocol, signature check, one insert a message in a grouped commit, 200, echo over keep-alive connections.
No turns, no retries, no second look: nothing that keeps its messages on this stack is likely to be faster.
"""

import argparse
import asyncio
import hmac
import json
import signal
import zlib
from collections import deque
from typing import Any

import uvloop

from benchmarks.bare_store import Row, open_store
from benchmarks.payloads import ACCESS_TOKEN, APP_SECRET, FIRST_LINE, WEBHOOK_PATH, signature
from benchmarks.wire import HOST, OK, Link, Request, ServerConnection, post

SENDERS = 32
TOKEN_HEADER = f"Authorization: Bearer {ACCESS_TOKEN}\r\n".encode()
GRAPH_PATH = f"/v24.0/{FIRST_LINE}/messages"


class Sender:
    """One connection to the Graph API and what waits for it; a person always has the same one, so order holds."""

    def __init__(self, port: int) -> None:
        self._link = Link(port)
        self._waiting: deque[bytes] = deque()
        self._busy = False

    def send(self, row: Row) -> None:
        call = {"messaging_product": "whatsapp", "to": row.phone, "type": "text", "text": {"body": row.text}}
        self._waiting.append(post(GRAPH_PATH, json.dumps(call).encode(), TOKEN_HEADER))
        if not self._busy:
            self._next(OK)

    def _next(self, _: int) -> None:
        self._busy = bool(self._waiting)
        if self._waiting:
            self._link.send(self._waiting.popleft(), self._next)


class Bare:
    def __init__(self, database: str, graph: int) -> None:
        self._store = open_store(database, self._committed)
        self._senders = [Sender(graph) for _ in range(SENDERS)]
        self._waiting: dict[str, ServerConnection] = {}

    def handle(self, connection: ServerConnection, request: Request) -> None:
        if request.path != WEBHOOK_PATH:
            connection.reply(b"{}")
        elif not hmac.compare_digest(request.signature, signature(request.body, APP_SECRET).encode()):
            connection.reply(b"{}", b"401 Unauthorized")
        else:
            payload: dict[str, Any] = json.loads(request.body)
            message = payload["entry"][0]["changes"][0]["value"]["messages"][0]
            row = Row(message["id"], message["from"], message["text"]["body"])
            self._waiting[row.id] = connection
            self._store.add(row)

    def _committed(self, row: Row) -> None:
        self._waiting.pop(row.id).reply(b"{}")
        self._senders[zlib.crc32(row.phone.encode()) % SENDERS].send(row)


async def serve(port: int, database: str, graph: int) -> None:
    bare = Bare(database, graph)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(lambda: ServerConnection(bare.handle), HOST, port)
    await stop.wait()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.bare", description="The bare limit of this machine.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", required=True, metavar="URL")
    parser.add_argument("--graph", type=int, required=True, metavar="PORT")
    given = parser.parse_args()
    uvloop.run(serve(given.port, given.database, given.graph))


if __name__ == "__main__":
    main()
