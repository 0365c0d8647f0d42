"""The simulator's own API, as far as a run needs it: people write, and what they see is read back."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.chaos.people import Written
from tests.chaos.programs import ChaosError

_PAGE = 1000
_TIMEOUT = aiohttp.ClientTimeout(total=90)


@dataclass(frozen=True, slots=True)
class Seen:
    """A message that reached a person's phone. `statuses` are (name, milliseconds since 1970), `file` is what the
    simulator calls the file of the message ("": none), and `text` its words then.
    """

    id: str
    person: str
    line: str
    text: str
    client_id: str | None
    at_ms: int
    statuses: tuple[tuple[str, int], ...]
    file: str = ""


class SimulatorClient:
    """Calls a running simulator at `url`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = aiohttp.ClientSession(timeout=_TIMEOUT)

    async def close(self) -> None:
        await self._http.close()

    async def connect(self, callback_urls: Sequence[str], app_secret: str) -> None:
        await self._call("PUT", "app", {"callback_url": list(callback_urls), "app_secret": app_secret})

    async def set_faults(self, faults: Mapping[str, float], seed: int | None = None) -> None:
        await self._call("PUT", "faults", {**faults, **({} if seed is None else {"seed": seed})})

    async def write(self, messages: Sequence[Written]) -> None:
        """People write these, in this order."""
        await self._call("POST", "inject", {"messages": [message.injection() for message in messages]})

    async def entries(self, after: str = "", wait_s: float = 0.0) -> tuple[list[dict[str, Any]], str, bool]:
        """(messages after the cursor, the new cursor, whether there are more)."""
        query = f"transcript?after={after}&limit={_PAGE}&wait_s={wait_s}"
        page = await self._call("GET", query, None)
        return page["entries"], page["cursor"], page["more"]

    async def transcript(self) -> list[dict[str, Any]]:
        """All messages of both directions, in their order."""
        found: list[dict[str, Any]] = []
        cursor, more = "", True
        while more:
            page, cursor, more = await self.entries(cursor)
            found += page
        return found

    async def stats(self) -> dict[str, Any]:
        return await self._call("GET", "stats", None)

    async def sha256_of(self, file: str) -> str:
        """Of the bytes of a file, in hex; "" if there is none of this name."""
        async with self._http.get(f"{self.url}/v1.0/{file}", headers={"Authorization": "Bearer t"}) as answer:
            return str((await answer.json())["sha256"]) if answer.status == 200 else ""

    async def idle(self, wait_s: float) -> bool:
        """Whether no webhook is owed any more, waiting for it."""
        return bool((await self._call("GET", f"idle?wait_s={wait_s}", None))["idle"])

    async def _call(self, method: str, path: str, body: object) -> dict[str, Any]:
        url = f"{self.url}/simulator/{path}"
        for _ in range(3):
            async with self._http.request(method, url, json=body) as answer:
                if answer.status == 200:
                    return await answer.json()
                if answer.status != 503:
                    raise ChaosError(f"The simulator answered {answer.status} to {path}: {await answer.text()}")
            await asyncio.sleep(1)
        raise ChaosError(f"The simulator is overloaded: {path}")


def seen(entry: Mapping[str, Any]) -> Seen:
    """A transcript's entry of direction "out"."""
    part: Mapping[str, Any] = entry["content"].get(entry["type"], {})
    return Seen(
        id=entry["id"],
        person=entry["wa_id"] or "",
        line=entry["phone_number_id"],
        text=part.get("body") or part.get("caption", ""),
        client_id=entry["biz_opaque_callback_data"],
        at_ms=entry["at_ms"],
        statuses=tuple((status["status"], status["at_ms"]) for status in entry["statuses"]),
        file=part.get("id", ""),
    )
