"""The demo's other side: the Cloud API simulator, started beside Recado and ended with it."""

import asyncio
import json
import re
import sys
import urllib.request
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from recado.errors import RecadoError

DEMO_NUMBER_ID = "100000000000001"
DEMO_DISPLAY_NUMBER = "51999000111"
START_LIMIT_S = 15.0
STOP_LIMIT_S = 2.0
_READY = re.compile(r"simulator ready on (http://127\.0\.0\.1:\d+)")


@asynccontextmanager
async def simulator_beside(port: int, data: Path) -> AsyncGenerator[str]:
    """Run the simulator as a process of its own and give its URL. It ends with this process, however that ends.

    What its phones have seen stays in `data`. Raises `RecadoError` (`simulator_failed`) if it does not start.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "recado.channels.cloud_api.simulator", "--port", str(port), "--data", str(data), "--watch-parent"),
        *("--status-delay-s", "0.15"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C reaches Recado first; the simulator ends when its input does
    )
    try:
        yield await _ready(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(STOP_LIMIT_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _ready(process: asyncio.subprocess.Process) -> str:
    try:
        async with asyncio.timeout(START_LIMIT_S):
            while process.stdout is not None and (line := await process.stdout.readline()):
                if found := _READY.search(line.decode("utf-8", "replace")):
                    return found.group(1)
    except TimeoutError:
        pass
    raise RecadoError(
        "The Cloud API simulator did not start; is its port taken? Choose another with --simulator-port, "
        "or start without the demo: recado up --no-demo",
        code="simulator_failed",
    )


async def connect(simulator_url: str, callback_url: str, secrets: Mapping[str, str], verified_name: str) -> None:
    """Tell the simulator where its webhooks go and with which secrets, and give it the demo's number and name."""
    app = {"callback_url": callback_url, **secrets}
    await asyncio.to_thread(_call, "PUT", f"{simulator_url}/simulator/app", app)
    number = {
        "phone_number_id": DEMO_NUMBER_ID,
        "display_phone_number": DEMO_DISPLAY_NUMBER,
        "verified_name": verified_name,
    }
    await asyncio.to_thread(_call, "POST", f"{simulator_url}/simulator/numbers", number)


def _call(method: str, url: str, body: Mapping[str, Any]) -> None:
    request = urllib.request.Request(  # noqa: S310 # always http://127.0.0.1
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}, method=method
    )
    with urllib.request.urlopen(request, timeout=5):  # noqa: S310 # always http://127.0.0.1
        pass
