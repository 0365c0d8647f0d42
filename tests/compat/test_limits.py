"""How often /v1 may be asked: what its own limit and those of the whole API say, told in contract C's words."""

import asyncio
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from recado.kit import rates
from tests.compat.conftest import KEY, Answer, Client, serving, settings_of
from tests.databases import Databases
from tests.redis_server import RedisServer

WINDOW_S = 600
JOB = "/v1/jobs/none"


def refused(answer: Answer) -> bool:
    """True for a refusal; checks that it is the contract's."""
    if answer.status != 429:
        assert answer.status == 404
        return False
    assert answer.json == {"detail": "Rate limit exceeded"}
    assert 1 <= int(answer.headers["Retry-After"]) <= WINDOW_S
    return True


async def refusals(times: int, *clients: Client) -> int:
    answers = await asyncio.gather(*(client.get(JOB) for client in clients for _ in range(times)))
    return sum(map(refused, answers))


@pytest.mark.parametrize("setting", ["project_rate_limit", "limit_per_key", "limit_per_project"])
async def test_two_servers_on_one_redis_share_each_limit(
    databases: Databases, tmp_path: Path, redis: RedisServer, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setattr(rates, "REDIS_LIMIT_S", 20.0)  # a Redis that is slow stops nobody, but here none may pass
    chosen: dict[str, Any] = {setting: f"10/{WINDOW_S}", "limits_url": redis.url}
    settings = settings_of(databases.create("sqlite"), tmp_path, **chosen)
    async with serving(settings) as one, serving(settings) as other:
        assert await refusals(10, one, other) == 10


async def test_limits_of_the_api_hold_here_and_refusals_are_counted(databases: Databases, tmp_path: Path) -> None:
    chosen = {"project_rate_limit": f"5/{WINDOW_S}", "limit_per_key": f"3/{WINDOW_S}"}
    async with serving(settings_of(databases.create("sqlite"), tmp_path, **chosen)) as client:
        assert await refusals(6, client) == 3
        async with client.http.get(f"{client.url}/api/v1/contacts", headers={"X-API-Key": KEY}) as answer:
            assert answer.status == 429  # the key's requests are counted together
        async with client.http.get(f"{client.url}/metrics") as answer:
            counted = await answer.text()
        assert 'recado_rate_limited_total{by="key"} 3.0' in counted
        assert 'recado_rate_limited_total{by="v1"} 1.0' in counted


async def test_a_refusal_tells_how_much_of_the_window_is_left(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(databases.create("sqlite"), tmp_path, project_rate_limit=f"1/{WINDOW_S}")
    async with serving(settings) as client:
        assert await refusals(1, client) == 0
        later = SimpleNamespace(time=lambda: time.time() + 400, monotonic=time.monotonic)
        monkeypatch.setattr(rates, "time", later)
        answer = await client.get(JOB)
        assert refused(answer)
        assert int(answer.headers["Retry-After"]) <= WINDOW_S - 400
