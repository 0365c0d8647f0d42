"""One phone, over the simulator's HTTP API. It waits while the simulator is away, and loses nothing by that."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from types import TracebackType
from typing import Any, Literal, Self

import aiohttp

from recado.errors import BadInput, NotFound, RecadoError, Unavailable, retry_after

Json = dict[str, Any]

# The simulator answers at once, or when something happened: so long it may keep a reader waiting.
POLL_S = 20.0
_ANSWER_S = 10.0
RETRY_S = 0.3
_PAGE = 1000

Connection = Literal["lost", "back", "anew"]


class Phone:
    """The phone of `number` at the simulator on `url`, writing to one line of a business.

    Use it as an async context manager, then call `open` once.
    """

    def __init__(self, url: str, number: str, name: str, line: str | None) -> None:
        self.number = number
        self.name = name
        self.line = line or ""
        self.business = ""
        self._url = url.rstrip("/")
        self._epoch = ""
        self._cursor = ""

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ANSWER_S))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def open(self) -> list[Json]:
        """Find the line, switch the phone on, and return what was said so far.

        Raises `Unavailable` (no simulator there), `NotFound` (no such line), `BadInput` (no such phone number).
        """
        health = await self._call("GET", "health")
        self._epoch, self._cursor = health["epoch"], health["cursor"]
        await self._find_line()
        await self._switch_on()
        return await self._history()

    async def _find_line(self) -> None:
        numbers: list[Json] = (await self._call("GET", "numbers"))["numbers"]
        found = [n for n in numbers if not self.line or n["phone_number_id"] == self.line]
        if not found:
            there = ", ".join(n["phone_number_id"] for n in numbers)
            hint = f"There are: {there}" if there else "Start `recado up`, which connects its demo line"
            raise NotFound(f"The simulator knows no line {self.line}. {hint}".replace("  ", " "), code="line_not_found")
        self.line = found[0]["phone_number_id"]
        self.business = found[0].get("verified_name") or self.line

    async def _switch_on(self) -> None:
        await self._call("POST", "phones", {"wa_id": self.number, "name": self.name})

    async def _history(self) -> list[Json]:
        entries: list[Json] = []
        cursor, more = "", True
        while more:
            page = await self._call("GET", "transcript", after=cursor, limit=_PAGE, **self._who())
            entries += page["entries"]
            cursor, more = page["cursor"], page["more"]
        return entries

    async def write(self, message_id: str, content: Mapping[str, Any]) -> None:
        """Send a message; returns when the simulator has it, however long that takes. Raises `BadInput`."""
        body = {"from": self.number, "phone_number_id": self.line, "id": message_id, **content}
        while True:
            try:
                await self._call("POST", "inject", body)
                return
            except Unavailable:
                await asyncio.sleep(RETRY_S)

    async def read(self) -> None:
        """Open the chat: what the business wrote is read. Best effort."""
        try:
            await self._call("POST", "read", {"phone_number_id": self.line, "from": self.number})
        except RecadoError:
            return

    async def owed(self) -> int:
        """How many webhooks the business has not taken yet; 0 if nobody can say."""
        try:
            return int((await self._call("GET", "stats"))["pending_webhooks"])
        except RecadoError:
            return 0

    async def events(self) -> AsyncGenerator[Json | Connection]:
        """What happens from now on, forever; between it, when the simulator is `lost` and `back` (or began `anew`)."""
        there = True
        while True:
            try:
                if not there:
                    for word in await self._come_back():
                        yield word
                    there = True
                answer = await self._call("GET", "events", after=self._cursor, wait_s=POLL_S, **self._who())
            except Unavailable:
                if there:
                    there = False
                    yield "lost"
                await asyncio.sleep(RETRY_S)
                continue
            for event in answer["events"]:
                yield event
            self._cursor = answer["cursor"]

    async def _come_back(self) -> list[Connection]:
        epoch = (await self._call("GET", "health"))["epoch"]
        words: list[Connection] = ["back"] if epoch == self._epoch else ["back", "anew"]
        await self._switch_on()
        self._epoch = epoch
        return words

    def _who(self) -> dict[str, str]:
        return {"phone_number_id": self.line, "wa_id": self.number}

    async def _call(self, method: str, path: str, body: object = None, **query: str | float) -> Any:
        url = f"{self._url}/simulator/{path}"
        timeout = aiohttp.ClientTimeout(total=_ANSWER_S + float(query.get("wait_s", 0.0)))
        try:
            async with self._session.request(method, url, json=body, params=query, timeout=timeout) as answer:
                if answer.status >= 500:
                    raise Unavailable(f"The simulator answers {answer.status}", verdict=retry_after(RETRY_S))
                if answer.status != 200:
                    raise BadInput(_reason(await answer.text()))
                return await answer.json(content_type=None)
        except aiohttp.InvalidURL:
            raise BadInput(f"{self._url} is no address. Example: --simulator http://127.0.0.1:8090") from None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            raise Unavailable(
                f"No simulator answers on {self._url}. Start one: recado up (or make run). "
                "If it is elsewhere: --simulator URL",
                verdict=retry_after(RETRY_S),
            ) from None


def _reason(body: str) -> str:
    """What the simulator says of a wrong call: JSON `{"error": text}`."""
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return body[:200]
