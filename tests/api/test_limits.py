"""How often the API may be called: by an address, a key and a project; by several processes together."""

import asyncio
import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from starlette.types import Scope

from recado.kit import rates
from recado.kit.allowing import parse_networks
from recado.kit.peers import client_of
from recado.projects.service import Role
from recado.settings import Settings
from tests.api.conftest import Answer, Api, Tenant, make_tenant, serving
from tests.databases import Databases
from tests.redis_server import RedisServer


def settings(databases: Databases, folder: Path, **chosen: object) -> Settings:
    return Settings.model_validate({"database_url": databases.create("sqlite"), "data_dir": folder, **chosen})


def refused(answer: Answer, by: str, rate: tuple[int, int]) -> None:
    """Check that a refusal says all that a client needs."""
    amount, per_s = rate
    assert (answer.status, answer.code) == (429, "rate_limited")
    wait_s = int(answer.headers["retry-after"])
    assert 1 <= wait_s <= per_s
    assert answer.headers["ratelimit-policy"] == f'"{by}";q={amount};w={per_s}'
    assert answer.headers["ratelimit"] == f'"{by}";r=0;t={wait_s}'
    assert answer.headers["x-request-id"]


async def test_a_key_and_a_project_have_limits_of_their_own(databases: Databases, tmp_path: Path) -> None:
    async with serving(settings(databases, tmp_path, limit_per_key="3/600", limit_per_project="4/600")) as api:
        ours, theirs = await make_tenant(api.runtime, "ours"), await make_tenant(api.runtime, "theirs")
        for _ in range(3):
            assert (await api.get("/contacts", ours.keys[Role.READ])).status == 200
        refused(await api.get("/contacts", ours.keys[Role.READ]), "key", (3, 600))
        assert (await api.get("/contacts", ours.keys[Role.AGENT])).status == 200
        refused(await api.get("/contacts", ours.keys[Role.ADMIN]), "project", (4, 600))
        assert (await api.get("/contacts", theirs.keys[Role.READ])).status == 200  # another project is not touched
        assert (await api.get("/contacts")).status == 401
        counted = (await api.call("GET", "/metrics")).body.decode()
        assert 'recado_rate_limited_total{by="key"} 1.0' in counted
        assert 'recado_rate_limited_total{by="project"} 1.0' in counted


async def test_an_address_is_limited_before_its_key_is_looked_at(databases: Databases, tmp_path: Path) -> None:
    async with serving(settings(databases, tmp_path, limit_per_address="3/600")) as api:
        for _ in range(3):
            assert (await api.get("/contacts", "a guessed key")).status == 401
        refused(await api.get("/contacts", "a guessed key"), "address", (3, 600))
        for path in ("/health", "/ready", "/metrics"):  # machines ask there all the time
            assert (await api.call("GET", path)).status != 429
        # Providers have a gate of their own: what they bring must not be lost to somebody else's flood.
        assert (await api.call("POST", "/webhooks/whatsapp", data=b"{}")).status == 401


async def test_what_comes_by_a_websocket_counts_and_so_does_opening_one(databases: Databases, tmp_path: Path) -> None:
    async with serving(settings(databases, tmp_path, limit_per_key="3/600", limit_per_address="9/600")) as api:
        ours = await make_tenant(api.runtime, "ours")
        url, key = f"{api.url}/api/v1/events/ws", {"X-API-Key": ours.keys[Role.READ]}
        async with api.session.ws_connect(url, headers=key) as socket:
            for _ in range(2):
                await socket.send_json({"type": "ping"})
                assert await socket.receive_json(timeout=60) == {"type": "pong"}
            await socket.send_json({"type": "ping"})
            end = await socket.receive(timeout=60)
            assert (end.type, end.data, end.extra) == (aiohttp.WSMsgType.CLOSE, 1008, "rate_limited")
        assert await opened(api, url, key) == 429
        refused(await api.get("/contacts", ours.keys[Role.READ]), "key", (3, 600))
        # The address has used 1 + 3 + 1 + 1; what has no key counts, too.
        assert [await opened(api, url, {}) for _ in range(4)] == [401, 401, 401, 429]


async def opened(api: Api, url: str, headers: dict[str, str]) -> int:
    """The status with which a WebSocket is refused."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        async with api.session.ws_connect(url, headers=headers):
            pass
    return caught.value.status


async def test_behind_a_trusted_proxy_each_client_counts_for_itself(databases: Databases, tmp_path: Path) -> None:
    chosen = settings(databases, tmp_path, limit_per_address="2/600", trusted_proxies="127.0.0.1,10.0.0.0/8")
    async with serving(chosen) as api:
        for client in ("203.0.113.1", "203.0.113.2"):
            for _ in range(2):
                assert (await api.get("/contacts", headers={"X-Forwarded-For": client})).status == 401
        limited = await api.get("/contacts", headers={"X-Forwarded-For": "203.0.113.9, 203.0.113.1, 10.1.2.3"})
        refused(limited, "address", (2, 600))


async def test_a_client_cannot_name_itself(databases: Databases, tmp_path: Path) -> None:
    async with serving(settings(databases, tmp_path, limit_per_address="2/600")) as api:
        named = [{"X-Forwarded-For": f"203.0.113.{n}"} for n in range(3)]
        assert [(await api.get("/contacts", headers=one)).status for one in named] == [401, 401, 429]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("198.51.100.7", "203.0.113.1", "198.51.100.7"),  # no proxy of ours: what it says is worth nothing
        ("10.0.0.1", "203.0.113.1", "203.0.113.1"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.1, 10.0.0.2", "203.0.113.1"),
        ("10.0.0.1", "6.6.6.6, not an address, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::ffff:10.0.0.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::99", "203.0.113.1", "2001:db8:1:2::/64"),
        ("10.0.0.1", ", ".join(["10.0.0.9"] * 30), "10.0.0.9"),
        ("10.0.0.1", "203.0.113.1:5555", "203.0.113.1"),  # as some proxies write it
        ("10.0.0.1", "6.6.6.6:1, 203.0.113.1:5555, 10.0.0.2:443", "203.0.113.1"),
        ("10.0.0.1", "[2001:db8:1:2::7]:443", "2001:db8:1:2::/64"),
        ("10.0.0.1", "[2001:db8:1:2::7]", "2001:db8:1:2::/64"),
        ("10.0.0.1", "[::ffff:203.0.113.1]:443", "203.0.113.1"),
        ("10.0.0.1", "203.0.113.1:here", "10.0.0.1"),
        ("10.0.0.1", "[203.0.113.1", "10.0.0.1"),
    ],
)
def test_whose_address_it_is(peer: str, forwarded: str, client: str) -> None:
    scope: Scope = {"client": (peer, 4711), "headers": [(b"x-forwarded-for", forwarded.encode())]}
    assert client_of(scope, parse_networks("10.0.0.0/8")) == client


def test_a_unix_socket_has_no_address() -> None:
    assert client_of({"client": None, "headers": []}, ()) == "-"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("limit_per_key", "60"), ("limit_per_key", "0/60"), ("limit_per_key", "1/0"), ("limit_per_address", "many/60"),
        ("limits_url", "memcached://x"), ("limits_url", "redis://"), ("trusted_proxies", "proxy.example"),
        ("trusted_proxies", "10.0.0.1/8"), ("cors_origins", "*"), ("cors_origins", "https://x.example/"),
        ("hsts_s", -1),
    ],
)  # fmt: skip
def test_settings_that_make_no_sense(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=field):
        Settings.model_validate({field: value})


# --- Redis ------------------------------------------------------------------------------------------------


async def test_two_servers_on_one_redis_share_a_limit(
    databases: Databases, tmp_path: Path, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "REDIS_LIMIT_S", 20.0)  # a Redis that is slow stops nobody, but here none may pass
    chosen = settings(databases, tmp_path, limits_url=redis.url, limit_per_key="10/600")
    async with serving(chosen) as one, serving(chosen) as other:
        ours = await make_tenant(one.runtime, "ours")
        asked = [api.get("/contacts", ours.keys[Role.READ]) for api in (one, other) for _ in range(10)]
        answers = await asyncio.gather(*asked)
        assert sorted(answer.status for answer in answers) == 10 * [200] + 10 * [429]
        refused(next(answer for answer in answers if answer.status == 429), "key", (10, 600))


async def test_a_redis_that_is_gone_stops_nobody(
    databases: Databases, tmp_path: Path, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "REDIS_LIMIT_S", 20.0)  # while it is there, none may pass because it is slow
    chosen = settings(databases, tmp_path, limits_url=redis.url, limit_per_key="3/600")
    async with serving(chosen) as api:
        ours = await make_tenant(api.runtime, "ours")
        assert await statuses(api, ours, 4) == [200, 200, 200, 429]
        redis.kill()
        assert await statuses(api, ours, 4) == 4 * [200]
        counted = (await api.call("GET", "/metrics")).body.decode()
        unchecked = re.search(r"^recado_rate_unchecked_total (\d+)", counted, re.MULTILINE)
        assert unchecked is not None
        assert int(unchecked[1]) >= 4


async def test_a_redis_that_hangs_stops_nobody(databases: Databases, tmp_path: Path, redis: RedisServer) -> None:
    async with serving(settings(databases, tmp_path, limits_url=redis.url, limit_per_key="3/600")) as api:
        ours = await make_tenant(api.runtime, "ours")
        assert await statuses(api, ours, 1) == [200]
        redis.freeze()
        began_s = asyncio.get_running_loop().time()
        assert await statuses(api, ours, 10) == 10 * [200]
        assert asyncio.get_running_loop().time() - began_s < 60  # many times its limit: the machine may be slow


async def statuses(api: Api, of: Tenant, times: int) -> list[int]:
    return [(await api.get("/contacts", of.keys[Role.READ])).status for _ in range(times)]
