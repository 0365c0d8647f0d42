"""`recado api` and `recado worker` as two processes, `kill -9` in between: the same request gives the one answer."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.cli.terminal import Installation, free_port
from tests.compat.conftest import KEY, OTHER_KEY
from tests.compat.test_jobs import listening

GATEWAY = "channels/whatsapp/gateway/inbound"
API, WORKER = "API runs on", "worker runs"
# One that never comes to an answer, however long it takes to kill it.
THINKS = (
    "import sys; from recado.brain.echo import SlowEchoBrain as slow; slow.__init__.__defaults__ = (3600.0,);"
    " from recado.cli import main; sys.argv[0] = 'recado'; main()"
)


def delivered(message_id: str, **more: object) -> dict[str, object]:
    body = {"message_id": message_id, "from_number": "51987654321", "timestamp_iso": "2026-11-21T12:00:00Z"}
    return body | {"text": f"say {message_id}"} | more


def _unfinished(body: Any) -> bool:
    """True for a job that is on its way."""
    return body.get("status") in ("pending", "running")


class Old:
    """A client of contract C that tries again until it is answered."""

    def __init__(self, port: int, http: aiohttp.ClientSession) -> None:
        self._url = f"http://127.0.0.1:{port}"
        self._http = http

    async def call(self, method: str, path: str, json: object = None) -> tuple[int, Any]:
        headers = {"X-API-Key": KEY}
        async with self._http.request(method, f"{self._url}{path}", json=json, headers=headers) as answer:
            return answer.status, await answer.json()

    async def until(self, status: int, method: str, path: str, json: object = None) -> Any:
        async with asyncio.timeout(60):
            while True:
                try:
                    found, body = await self.call(method, path, json)
                except aiohttp.ClientError:
                    found, body = 0, None
                if found == status and not _unfinished(body):
                    return body
                await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_the_worker_and_then_the_api_are_killed_in_the_middle(tmp_path: Path, database_url: str) -> None:
    port = free_port()
    installation = Installation(
        tmp_path,
        RECADO_DATABASE_URL=database_url,
        AI_ASSISTANTS_API_KEYS=f"clinic:{KEY},farm:{OTHER_KEY}",
        AI_ASSISTANTS_RATE_LIMIT="10000/60",
        RECADO_ANSWER_LIMIT_S="0.5",
        RECADO_WEBHOOK_NETWORKS="127.0.0.1/32",
    )
    connector = aiohttp.TCPConnector(force_close=True)  # while a process starts, nobody keeps connections alive
    async with aiohttp.ClientSession(connector=connector) as http, listening() as listener:
        old = Old(port, http)
        with installation.running("api", "--port", str(port), until=API) as api:
            (assistant,) = (await old.call("GET", "/api/v1/assistants"))[1]["items"]
            await old.call("PATCH", f"/api/v1/assistants/{assistant['id']}", {"brain": "slow-echo"})
            with installation.running("worker", until=WORKER, program=(sys.executable, "-c", THINKS)) as worker:
                # Taken, and not answered within the limit.
                assert (await old.call("POST", f"/v1/{GATEWAY}", delivered("m1")))[0] == 504
                later = delivered("m2", callback_url=listener.url)
                (job_id,) = (await old.until(202, "POST", f"/v1/async/{GATEWAY}", later)).values()
                worker.kill()
            assert (await old.call("GET", f"/v1/jobs/{job_id}"))[1]["status"] in ("pending", "running")
            api.kill()
        with (
            installation.running("worker", until=WORKER),
            installation.running("api", "--port", str(port), until=API),
        ):
            first = await old.until(200, "POST", f"/v1/{GATEWAY}", delivered("m1"))
            again = await old.until(200, "POST", f"/v1/{GATEWAY}", delivered("m1"))
            assert first == again
            assert "say m1" in first["response_text"]
            job = await old.until(200, "GET", f"/v1/jobs/{job_id}")
            assert job["status"] == "succeeded"
            assert "say m2" in job["response_text"]
            assert (await old.until(202, "POST", f"/v1/async/{GATEWAY}", later))["job_id"] == job_id
            async with asyncio.timeout(60):
                await listener.came.wait()
            # One message each came in, and each was answered once.
            conversations = (await old.call("GET", "/api/v1/conversations"))[1]["items"]
            assert len(conversations) == 1
            path = f"/api/v1/conversations/{conversations[0]['id']}/messages"
            messages = (await old.call("GET", path))[1]["items"]
            assert [one["direction"] for one in messages].count("in") == 2
            said = [one["content"]["text"] for one in messages if one["direction"] == "out"]
            assert sum("say m1" in text for text in said) == 1
            assert sum("say m2" in text for text in said) == 1
