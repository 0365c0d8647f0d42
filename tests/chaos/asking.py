"""How programs ask Recado during a run: one process after the other, until one answers."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
from sqlalchemy.exc import SQLAlchemyError

from tests.chaos.cases import KEYS, PROJECT
from tests.chaos.fleet import Fleet
from tests.chaos.programs import HOST, ChaosError

T = TypeVar("T")
_ANSWER_WITHIN_S = 60.0
_RETRY_S = 0.1


@dataclass(frozen=True, slots=True)
class Content:
    """A body that is no JSON."""

    data: bytes
    mime_type: str


@dataclass(slots=True)
class Api:
    """The API of whichever process answers, with the key of a project (a slug)."""

    fleet: Fleet
    _http: aiohttp.ClientSession = field(
        default_factory=lambda: aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
    )

    async def close(self) -> None:
        await self._http.close()

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str = "",
        project: str = PROJECT,
        found: Callable[[], Awaitable[dict[str, Any] | None]] | None = None,
    ) -> dict[str, Any]:
        """What was answered. `key` makes asking again harmless; `found` looks for what a lost answer may have made."""
        headers = {"X-API-Key": KEYS[project], **({"Idempotency-Key": key} if key else {})}
        given: dict[str, Any] = {"json": body}
        if isinstance(body, Content):
            given, headers["Content-Type"] = {"data": body.data}, body.mime_type
        until_s = time.monotonic() + _ANSWER_WITHIN_S
        said, tries = "nobody", 0
        while time.monotonic() < until_s:
            for member in [one for one in self.fleet.ready if one.port]:
                if found is not None and tries and (made := await found()):
                    return made
                tries += 1
                try:
                    url = f"http://{HOST}:{member.port}{path if path.startswith('/') else f'/api/v1/{path}'}"
                    async with self._http.request(method, url, headers=headers, **given) as answer:
                        if answer.status < 300:
                            return await answer.json()
                        said = f"{answer.status} {await answer.text()}"
                        if answer.status < 500:
                            raise ChaosError(f"{method} {path} was answered {said}")
                except (aiohttp.ClientError, OSError, TimeoutError) as error:
                    said = type(error).__name__
            await asyncio.sleep(_RETRY_S)
        raise ChaosError(f"{method} {path} was not answered: {said}")


async def whenever_it_is_up(work: Callable[[], Awaitable[T]]) -> T:
    """Try until the database answers: its server is killed on purpose."""
    until_s = time.monotonic() + _ANSWER_WITHIN_S
    while True:
        try:
            return await work()
        except (SQLAlchemyError, OSError):
            if time.monotonic() >= until_s:
                raise
            await asyncio.sleep(_RETRY_S)
