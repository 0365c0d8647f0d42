"""The simulator as a process: what it prints, how it ends, what it keeps when it is killed."""

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.channels.cloud_api.simulator.harness import (
    DISPLAY,
    NUMBER,
    SECRET,
    WAIT_S,
    Client,
    business_server,
)

pytestmark = pytest.mark.asyncio

# Who waits there waits for 30 s.
AT_ONCE_S = 25.0
COMMAND = (sys.executable, "-m", "recado.channels.cloud_api.simulator", "--port", "0", "--retry-max-s", "0.1")


@asynccontextmanager
async def process(*arguments: str) -> AsyncGenerator[tuple[asyncio.subprocess.Process, Client]]:
    started = await asyncio.create_subprocess_exec(
        *COMMAND, *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert started.stdout is not None
    try:
        line = (await asyncio.wait_for(started.stdout.readline(), WAIT_S)).decode()
        ready = re.fullmatch(r"simulator ready on (http://127\.0\.0\.1:\d+)\n", line)
        assert ready, line
        async with aiohttp.ClientSession() as session:
            yield started, Client(ready[1], session)
    finally:
        if started.returncode is None:
            started.kill()
        await started.communicate()


async def end(started: asyncio.subprocess.Process) -> float:
    """Seconds until it ended, in good order."""
    start = time.monotonic()
    assert await asyncio.wait_for(started.wait(), WAIT_S) == 0
    return time.monotonic() - start


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_at_once(number: signal.Signals) -> None:
    async with process("--number", NUMBER) as (started, client):
        waiting = asyncio.create_task(client.call("GET", "transcript", wait_s=30))
        await client.inject("answered to nobody")
        await waiting
        # A reader and a sender that get no answer must not hold it up.
        waiting = asyncio.create_task(client.call("GET", "events", after="latest", wait_s=30))
        await client.call("PUT", "faults", {"accepted_then_timeout": 1.0})
        sending = asyncio.create_task(client.send("x"))
        assert (await client.call("GET", "events", after="latest", wait_s=WAIT_S))["events"][0]["kind"] == "message"
        started.send_signal(number)
        assert await end(started) < AT_ONCE_S
        await asyncio.gather(waiting, sending, return_exceptions=True)


async def test_it_ends_with_its_parent() -> None:
    async with process("--watch-parent") as (started, _):
        assert started.stdin is not None
        started.stdin.close()
        assert await end(started) < AT_ONCE_S


async def test_everything_survives_a_kill(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    async with business_server() as business:
        app = ("--callback-url", business.url, "--app-secret", SECRET, "--number", f"{NUMBER}:{DISPLAY}")
        async with process(*data, *app) as (started, client):
            epoch = (await client.call("GET", "health"))["epoch"]
            await client.inject("delivered", name="Ana")
            await client.idle()
            await client.call("POST", "deliveries", {"paused": True})
            await client.inject("owed")
            sent = await client.send("answer", biz_opaque_callback_data="d")
            await client.call("POST", "clock", {"advance_s": 60})
            before = await client.call("GET", "transcript", limit=2)
            started.kill()
            await started.wait()
        with (tmp_path / "journal.jsonl").open("ab") as journal:
            journal.write(b'{"k":"message","s":99,"entry":{"torn')
        assert business.texts == ["delivered"]
        async with process(*data) as (_, client):
            await client.idle()
            assert business.texts == ["delivered", "owed"]
            assert business.statuses == [(sent, "sent"), (sent, "delivered")]
            assert (await client.call("GET", "health"))["epoch"] == epoch
            assert (await client.call("GET", "numbers"))["numbers"][0]["display_phone_number"] == DISPLAY
            assert (await client.call("GET", "phones"))["phones"][0]["name"] == "Ana"
            assert (await client.call("POST", "clock", {}))["offset_ms"] == 60_000
            after = await client.call("GET", "transcript", after=before["cursor"])
            assert [entry["id"] for entry in after["entries"]] == [sent]
            assert after["entries"][0]["status"] == "delivered"
            assert after["entries"][0]["biz_opaque_callback_data"] == "d"
            found = await client.call("GET", "events", after=before["cursor"])
            assert [event["kind"] for event in found["events"]] == ["message", "status", "status"]


async def test_statuses_that_were_to_come_come_after_a_kill(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path), "--number", NUMBER)
    async with business_server() as business:
        url = ("--callback-url", business.url, "--app-secret", SECRET)
        async with process(*data, *url, "--status-delay-s", "3600") as (started, client):
            await client.inject("hola")
            sent = await client.send("answer")
            started.kill()
            await started.wait()
        async with process(*data) as (_, client):
            await client.idle()
            assert business.statuses == [(sent, "sent"), (sent, "delivered")]


async def test_it_shares_no_code_with_the_rest() -> None:
    """Every import of the simulator stays inside it."""
    folder = Path(__file__).parents[4] / "recado/channels/cloud_api/simulator"
    own = "recado.channels.cloud_api.simulator"
    for path in folder.glob("*.py"):
        imports = re.findall(r"^\s*(?:from|import) (recado[\w.]*)", path.read_text(), re.MULTILINE)
        assert [name for name in imports if not name.startswith(own)] == [], path
    assert os.access(folder / "__main__.py", os.R_OK)
