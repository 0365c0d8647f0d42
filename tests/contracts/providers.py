"""The far side of each channel, as the contract suite sees it: people with phones, and a network that may fail.

A new channel joins the suite with a provider of its own here.
"""

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, Protocol

import aiohttp
from aiohttp import web
from pydantic_core import from_json

from recado.channels.cloud_api import CloudApiChannel
from recado.channels.contract import Channel, Line, Received, ReceivesWebhooks
from recado.messages import Address

WAIT_S = 60.0


@dataclass(frozen=True)
class Arrival:
    """A message that reached a person's phone."""

    client_id: str
    provider_message_id: str
    person: str
    text: str
    reply_to: str | None


class Provider(Protocol):
    """Steers the far side. A person is a number ("59170000001") or, for one who shows none, a user id ("BO.1")."""

    @property
    def channel(self) -> Channel: ...

    @property
    def line(self) -> Line: ...

    async def write(self, person: str, text: str) -> str:
        """A person writes a text; its provider message id."""
        ...

    async def choose(self, person: str, choice_id: str) -> None:
        """A person chooses a button or row that was offered last."""
        ...

    async def arrivals(self) -> list[Arrival]:
        """All that reached any phone, in order."""
        ...

    async def refuse_next(self) -> None:
        """The next send is refused for good."""
        ...

    async def lose_next_answer(self, accepted: bool) -> None:
        """The connection of each send breaks without an answer, after or before the message was taken, until `heal`."""
        ...

    async def heal(self) -> None: ...

    async def offer_template(self, name: str, language: str, body: str) -> None:
        """The provider has approved a template; nothing where there are none."""
        ...

    async def received(self, enough: Callable[[list[Received]], bool]) -> list[Received]:
        """What the channel made of all that came in so far, once that is enough. Raises TimeoutError."""
        ...


# --- Cloud API --------------------------------------------------------------------------------------

SECRET, TOKEN, NUMBER = "app-secret", "access-token", "106540352242922"
WABA = f"1{NUMBER}"
LOOPBACK = (ip_network("127.0.0.0/8"),)
Json = dict[str, Any]


@contextmanager
def cloud_api_simulator() -> Generator[str]:
    """The URL of a simulator in a process of its own: the suite knows it by HTTP only."""
    command = [sys.executable, "-m", "recado.channels.cloud_api.simulator", "--port", "0", "--watch-parent"]
    command += ["--number", NUMBER, "--app-secret", SECRET, "--access-token", TOKEN, "--auto-read"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()
            assert "ready on " in ready, ready
            yield ready.split("ready on ")[1].strip()
        finally:
            process.terminate()


class CloudApiProvider:
    """Implements `Provider` over the simulator's API, and takes its webhooks as a business would."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url
        self._session = session
        # The simulator is another process, and may take its time on a busy machine.
        self.channel = CloudApiChannel(url, connect_timeout_s=20.0, answer_timeout_s=20.0, networks=LOOPBACK)
        secrets = {"access_token": TOKEN, "app_secret": SECRET, "verify_token": "verify"}
        self.line = Line("line", "project", self.channel.name, NUMBER, 80, secrets, {"waba_id": WABA})
        self.bodies: list[Json] = []
        self.refused_signatures = 0
        self._came = asyncio.Condition()

    async def handshake(self, request: web.Request) -> web.Response:
        return web.Response(text=request.query["hub.challenge"])

    async def webhook(self, request: web.Request) -> web.Response:
        raw = await request.read()
        if not self.channel.signature_is_valid(SECRET, raw, request.headers.get("X-Hub-Signature-256")):
            self.refused_signatures += 1
            return web.Response(status=401)
        async with self._came:
            self.bodies.append(from_json(raw))
            self._came.notify_all()
        return web.Response()

    async def call(self, method: str, path: str, body: Json | list[Json] | None = None) -> Json:
        async with self._session.request(method, f"{self._url}/simulator/{path}", json=body) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return answer

    async def write(self, person: str, text: str) -> str:
        return (await self.call("POST", "inject", {"from": person, "text": text}))["id"]

    async def choose(self, person: str, choice_id: str) -> None:
        await self.call("POST", "inject", {"from": person, "button_reply": {"id": choice_id}})

    async def arrivals(self) -> list[Arrival]:
        entries = (await self.call("GET", "transcript"))["entries"]
        return [_arrival(entry) for entry in entries if entry["direction"] == "out"]

    async def refuse_next(self) -> None:
        await self.call("POST", "refuse", {"code": 131026, "times": 1})

    async def lose_next_answer(self, accepted: bool) -> None:
        fault = "accepted_then_timeout" if accepted else "connection_reset"
        await self.call("PUT", "faults", {fault: 1.0, "hold_s": 0.2})

    async def heal(self) -> None:
        await self.call("PUT", "faults", {})

    async def offer_template(self, name: str, language: str, body: str) -> None:
        await self.call("POST", "templates", {"name": name, "language": language, "body": body})

    async def received(self, enough: Callable[[list[Received]], bool]) -> list[Received]:
        def converted() -> list[Received]:
            return [received for body in self.bodies for received in self.channel.convert(body)]

        async with asyncio.timeout(WAIT_S), self._came:
            await self._came.wait_for(lambda: enough(converted()))
        return converted()


def _arrival(entry: Json) -> Arrival:
    content: Json = entry["content"]
    kind = content["type"]
    text = (
        content["text"]["body"] if kind == "text" else content.get("interactive", {}).get("body", {}).get("text", kind)
    )
    return Arrival(
        client_id=entry["biz_opaque_callback_data"],
        provider_message_id=entry["id"],
        person=entry["wa_id"] or entry["user_id"],
        text=text,
        reply_to=content.get("context", {}).get("message_id"),
    )


@asynccontextmanager
async def cloud_api(url: str) -> AsyncGenerator[CloudApiProvider]:
    async with aiohttp.ClientSession() as session:
        provider = CloudApiProvider(url, session)
        app = web.Application()
        app.router.add_post("/webhook", provider.webhook)
        app.router.add_get("/webhook", provider.handshake)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        await provider.call("POST", "reset", {})
        await provider.call("PUT", "app", {"callback_url": f"http://{host}:{port}/webhook"})
        try:
            yield provider
        finally:
            await provider.call("PUT", "app", {"callback_url": None})
            await provider.channel.close()
            await runner.cleanup()


def phone(number: str) -> Address:
    return Address(kind="phone", value=number)


def as_webhooks(channel: Channel) -> ReceivesWebhooks:
    assert isinstance(channel, ReceivesWebhooks)
    return channel
