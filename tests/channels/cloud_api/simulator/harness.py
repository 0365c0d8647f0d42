"""A business that the simulator talks to: it checks every signature, keeps what came, and answers as told."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web

from recado.channels.cloud_api.simulator import App, Number, Simulator, SimulatorConfig

Json = dict[str, Any]
SECRET, TOKEN, VERIFY, NUMBER, DISPLAY = "secret", "token", "verify", "123456", "15551112222"
ANA, LUIS = "51987654321", "51987654322"
WAIT_S = 30


class Business:
    """Answers 200, unless `answer` says otherwise for a body. `items` holds what came, well signed, in order."""

    def __init__(self) -> None:
        self.bodies: list[Json] = []
        self.badly_signed = 0
        self.in_flight: dict[str, int] = {}
        self.overlaps = 0
        self.url = ""
        self.answer: Callable[[Json], Awaitable[int]] = self._ok
        self._came = asyncio.Condition()

    async def _ok(self, _: Json) -> int:
        return 200

    async def webhook(self, request: web.Request) -> web.Response:
        raw = await request.read()
        good = "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        if request.headers.get("X-Hub-Signature-256") != good:
            self.badly_signed += 1
            return web.Response(status=401)
        body: Json = json.loads(raw)
        people = {person_of(item) for item in items_of(body)}
        self.overlaps += sum(self.in_flight.get(person, 0) > 0 for person in people)
        for person in people:
            self.in_flight[person] = self.in_flight.get(person, 0) + 1
        try:
            status = await self.answer(body)
        finally:
            for person in people:
                self.in_flight[person] -= 1
        if status == 200:
            async with self._came:
                self.bodies.append(body)
                self._came.notify_all()
        return web.Response(status=status)

    async def handshake(self, request: web.Request) -> web.Response:
        query = request.query
        if query.get("hub.mode") == "subscribe" and query.get("hub.verify_token") == VERIFY:
            return web.Response(text=query["hub.challenge"])
        return web.Response(status=403)

    @property
    def items(self) -> list[Json]:
        return [item for body in self.bodies for item in items_of(body)]

    @property
    def texts(self) -> list[str]:
        return [item["text"]["body"] for item in self.items if item.get("type") == "text"]

    @property
    def statuses(self) -> list[tuple[str, str]]:
        return [(item["id"], item["status"]) for item in self.items if "status" in item]

    async def until(self, met: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S), self._came:
            await self._came.wait_for(met)


def items_of(body: Json) -> list[Json]:
    """Messages, statuses and values of other fields, in their order."""
    found: list[Json] = []
    for entry in body["entry"]:
        for change in entry["changes"]:
            value = change["value"]
            if change["field"] != "messages":
                found.append({"field": change["field"], **value})
            found += value.get("messages", [])
            found += value.get("statuses", [])
    return found


def person_of(item: Json) -> str:
    return str(item.get("from_user_id") or item.get("recipient_user_id") or item.get("recipient_id"))


class Client:
    """Calls the simulator, as a business and as a test."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.session = session

    async def call(self, method: str, path: str, body: object = None, **query: Any) -> Any:
        """A call of /simulator that must work."""
        status, answer = await self.try_call(method, path, body, **query)
        assert status == 200, answer
        return answer

    async def try_call(self, method: str, path: str, body: object = None, **query: Any) -> tuple[int, Any]:
        url = f"{self.url}/simulator/{path}"
        async with self.session.request(method, url, json=body, params=query) as answer:
            return answer.status, await answer.json()

    async def inject(self, text: str, person: str = ANA, **more: Any) -> Any:
        return await self.call("POST", "inject", {"from": person, "text": text, **more})

    async def graph(self, body: object, number: str = NUMBER, token: str | None = TOKEN) -> tuple[int, Json]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{self.url}/v24.0/{number}/messages"
        async with self.session.post(url, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def send(self, text: str, person: str = ANA, **more: Any) -> str:
        """A text that is accepted. Returns its id."""
        status, answer = await self.graph(text_body(text, person) | more)
        assert status == 200, answer
        return answer["messages"][0]["id"]

    async def idle(self) -> None:
        answer = await self.call("GET", "idle", wait_s=WAIT_S)
        assert answer["idle"], answer

    async def stats(self) -> Any:
        return await self.call("GET", "stats")


def text_body(text: str, person: str = ANA) -> Json:
    to = {"recipient": person} if "." in person else {"to": person}
    return {"messaging_product": "whatsapp", **to, "type": "text", "text": {"body": text}}


@asynccontextmanager
async def business_server() -> AsyncGenerator[Business]:
    business = Business()
    app = web.Application()
    app.add_routes([web.post("/webhook", business.webhook), web.get("/webhook", business.handshake)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    business.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"
    try:
        yield business
    finally:
        await runner.cleanup()


@asynccontextmanager
async def world(**settings: Any) -> AsyncGenerator[tuple[Client, Business]]:
    """A simulator with one number, and its business. Pauses between tries are short."""
    async with business_server() as business:
        app = App((business.url,), SECRET, VERIFY, TOKEN)
        values: Json = {"retry_initial_s": 0.01, "retry_max_s": 0.05, "app": app, "numbers": (number(),), **settings}
        simulator = Simulator(SimulatorConfig(**values))
        await simulator.start()
        try:
            async with aiohttp.ClientSession() as session:
                yield Client(simulator.url, session), business
        finally:
            await simulator.stop()


def number(phone_number_id: str = NUMBER, display: str = DISPLAY) -> Number:
    return Number(phone_number_id, display, "waba1")
