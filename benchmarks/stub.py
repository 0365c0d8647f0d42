"""The Graph side of a benchmark: takes every send, remembers what reached whom and when, can report statuses back.

    python -m benchmarks.stub --port 9000 [--statuses http://127.0.0.1:8000/webhooks/whatsapp --app-secret secret]

GET /control/counts and /control/record tell what came (see `Counts` and `Record`); DELETE /control forgets it.
Times are CLOCK_MONOTONIC, one clock for all processes of a machine.
"""

import argparse
import asyncio
import json
import os
import re
import signal
import time
from collections import deque
from typing import Any, TypedDict, cast
from urllib.parse import urlsplit

import uvloop

from benchmarks.payloads import APP_SECRET, STATUSES, phone_in, signature_header, status_webhook
from benchmarks.wire import HOST, OK, Link, Request, ServerConnection, post

MESSAGES_PATH = re.compile(r"/v\d+\.\d+/(\d+)/messages$")
STATUS_LINKS = 8
STATUS_GAP_S = 0.05


class Counts(TypedDict):
    messages: int
    reads: int
    refused: int
    statuses_due: int
    statuses_taken: int
    statuses_refused: int
    last_status_at: float


# Per recipient, in order of arrival: time, text.
Record = dict[str, list[tuple[float, str]]]


class StatusPoster:
    """Posts sent, delivered and read for each message, one status a webhook, as Meta does."""

    def __init__(self, urls: list[str], secret: str) -> None:
        self.due = self.taken = self.refused = 0
        self.last_at = 0.0
        self._secret = secret
        self._path = urlsplit(urls[0]).path
        ports = [urlsplit(url).port or 80 for url in urls]
        self._idle = [Link(ports[n % len(ports)]) for n in range(STATUS_LINKS * len(ports))]
        self._queue: deque[bytes] = deque()

    def report(self, line: str, phone: str, wamid: str, opaque: str | None) -> None:
        loop = asyncio.get_running_loop()
        self.due += len(STATUSES)
        for step, status in enumerate(STATUSES):
            loop.call_later(step * STATUS_GAP_S, self._post, line, phone, wamid, status, opaque)

    def _post(self, line: str, phone: str, wamid: str, status: str, opaque: str | None) -> None:
        body = status_webhook(line, phone, wamid, status, opaque)
        self._queue.append(post(self._path, body, signature_header(body, self._secret)))
        self._pump()

    def _pump(self) -> None:
        while self._queue and self._idle:
            link = self._idle.pop()
            link.send(self._queue.popleft(), lambda status, link=link: self._answered(link, status))

    def _answered(self, link: Link, status: int) -> None:
        self.last_at = time.monotonic()
        if status == OK:
            self.taken += 1
        else:
            self.refused += 1
        self._idle.append(link)
        self._pump()


class Stub:
    """Answers as the Graph API does; never slow, never wrong."""

    def __init__(self, statuses: StatusPoster | None) -> None:
        self._statuses = statuses
        self._serial = 0
        # Meta never repeats an id, and a database may have met an earlier stub.
        self._run = os.urandom(5).hex()
        self.clear()

    def clear(self) -> None:
        self._record: Record = {}
        self._messages = self._reads = self._refused = 0

    def handle(self, connection: ServerConnection, request: Request) -> None:
        path = request.path.partition("?")[0]
        if request.method == b"POST" and (sending := MESSAGES_PATH.match(path)):
            try:
                call: dict[str, Any] = json.loads(request.body)
            except ValueError:
                self._refuse(connection)
            else:
                self._messages_call(connection, sending[1], call)
        elif path.startswith("/control"):
            self._control(connection, request.method, path)
        else:
            self._refuse(connection)

    def _messages_call(self, connection: ServerConnection, line: str, call: dict[str, Any]) -> None:
        if call.get("status") == "read":
            self._reads += 1
            connection.reply(b'{"success":true}')
            return
        phone = phone_in(call)
        text = cast("dict[str, Any]", call.get("text") or {}).get("body")
        if not phone or not isinstance(text, str):
            self._refuse(connection)
            return
        self._serial += 1
        self._messages += 1
        self._record.setdefault(phone, []).append((time.monotonic(), text))
        wamid = f"wamid.{phone}{self._run}{self._serial:08d}"
        connection.reply(
            b'{"messaging_product":"whatsapp","contacts":[{"input":"%s","wa_id":"%s"}],"messages":[{"id":"%s"}]}'
            % (phone.encode(), phone.encode(), wamid.encode())
        )
        if self._statuses is not None:
            self._statuses.report(line, phone, wamid, call.get("biz_opaque_callback_data"))

    def _refuse(self, connection: ServerConnection) -> None:
        self._refused += 1
        connection.reply(
            b'{"error":{"message":"(#100) Invalid parameter","type":"OAuthException","code":100,"fbtrace_id":"stub"}}',
            b"400 Bad Request",
        )

    def _control(self, connection: ServerConnection, method: bytes, path: str) -> None:
        if method == b"DELETE":
            self.clear()
        connection.reply(json.dumps(self._record if path == "/control/record" else self._counts()).encode())

    def _counts(self) -> Counts:
        statuses = self._statuses
        return {
            "messages": self._messages,
            "reads": self._reads,
            "refused": self._refused,
            "statuses_due": statuses.due if statuses else 0,
            "statuses_taken": statuses.taken if statuses else 0,
            "statuses_refused": statuses.refused if statuses else 0,
            "last_status_at": statuses.last_at if statuses else 0.0,
        }


async def serve(port: int, status_urls: list[str], secret: str) -> None:
    stub = Stub(StatusPoster(status_urls, secret) if status_urls else None)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(lambda: ServerConnection(stub.handle), HOST, port)
    await stop.wait()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.stub", description="A Graph API that takes everything.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--statuses", action="append", default=[], metavar="URL", help="report statuses here")
    parser.add_argument("--app-secret", default=APP_SECRET)
    arguments = parser.parse_args()
    uvloop.run(serve(arguments.port, arguments.statuses, arguments.app_secret))


if __name__ == "__main__":
    main()
