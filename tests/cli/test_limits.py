"""Two processes, one Redis, one limit."""

import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.cli.terminal import Installation, free_port
from tests.redis_server import RedisServer

KEY = "a-key-of-this-test-only"
# A Redis that is slow stops nobody, but here none may pass.
PATIENT = (
    "import sys, recado.kit.rates as r; r.REDIS_LIMIT_S = 20.0; "
    "from recado.cli import main; sys.argv[0] = 'recado'; main()"
)
LIMIT = 6


@pytest.mark.slow
def test_two_processes_on_one_redis_share_a_limit(tmp_path: Path) -> None:
    redis = RedisServer(tmp_path)
    try:
        installation = Installation(
            tmp_path,
            RECADO_LIMITS_URL=redis.url,
            RECADO_LIMIT_PER_KEY=f"{LIMIT}/600",
            AI_ASSISTANTS_API_KEYS=f"clinic:{KEY}",
        )
        one, other = free_port(), free_port()
        program = (sys.executable, "-c", PATIENT)
        with (
            installation.running("up", "--no-demo", "--port", str(one), until="Stop ", program=program),
            installation.running("api", "--port", str(other), until="API runs on", program=program),
        ):
            found = [status(port) for _ in range(LIMIT) for port in (one, other)]
        assert found == LIMIT * [200] + LIMIT * [429]
    finally:
        redis.stop()


def status(port: int) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", "/api/v1/contacts", headers={"X-API-Key": KEY})
        return connection.getresponse().status
    finally:
        connection.close()
