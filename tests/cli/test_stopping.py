"""How processes stop: told to balancers first, with everything handed over, and surely."""

import contextlib
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.cli.terminal import Installation, free_port
from tests.databases import Databases

# One that may not take longer than a second to stop.
HURRIED = (
    "import sys, recado.main as m; m.STOP_WITHIN_S = 1.0; from recado.cli import main; sys.argv[0] = 'recado'; main()"
)


def answer(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as found:  # loopback
            return found.status, found.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.slow
def test_ready_says_no_before_the_stop_and_a_second_signal_hurries_it(installation: Installation) -> None:
    installation.environment["RECADO_STOP_WAIT_S"] = "60"
    port = free_port()
    with installation.running("up", "--port", str(port), "--no-demo", until="Stop ") as program:
        assert answer(port, "/ready")[0] == 200
        program.process.send_signal(signal.SIGTERM)
        ends_s = time.monotonic() + 60.0
        while (found := answer(port, "/ready"))[0] == 200:
            assert time.monotonic() < ends_s
        assert "This process stops: ask another one" in found[1]
        assert answer(port, "/api/v1/openapi.json")[0] == 200, "it serves on"
        assert program.stop(signal.SIGTERM) == 0


def backends(url: str) -> list[int]:
    """The processes of the server that serve a database, but the one that is asked."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            asked = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            return [int(row[0]) for row in connection.execute(text(asked))]
    finally:
        engine.dispose()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="stops the server's processes for a while")
def test_a_database_that_hangs_does_not_hold_a_stop_up(databases: Databases, tmp_path: Path) -> None:
    url = databases.create("postgresql")
    installation = Installation(tmp_path, RECADO_DATABASE_URL=url)
    held: list[int] = []
    try:
        with installation.running("worker", until="worker runs", program=(sys.executable, "-c", HURRIED)) as program:
            held = backends(url)
            assert held
            for pid in held:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
            assert program.stop(signal.SIGTERM) == 1
            assert "stop_forced" in program.output
    finally:
        for pid in held:
            with contextlib.suppress(ProcessLookupError):  # one that served somebody who has gone
                os.kill(pid, signal.SIGCONT)
        databases.drop(url)
