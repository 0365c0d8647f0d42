"""The server that dies on purpose."""

import asyncio
import os
import signal

import psutil
import psycopg
import pytest

from tests.chaos.postgres import MortalPostgres
from tests.mailbox.support import eventually


@pytest.mark.slow
async def test_a_killed_connection_is_over_when_the_server_has_recovered() -> None:
    server = MortalPostgres()
    try:
        with await asyncio.to_thread(psycopg.connect, server.url("postgres")) as ours:
            backend = psutil.Process(ours.info.backend_pid)
            os.kill(server.pid, signal.SIGSTOP)  # it hears late of it, as on a busy machine
            killing = asyncio.create_task(server.kill_backend())
            await eventually(lambda: backend.status() == psutil.STATUS_ZOMBIE)
            assert not killing.done()
            os.kill(server.pid, signal.SIGCONT)
            assert await killing
        with await asyncio.to_thread(psycopg.connect, server.url("postgres")) as ours:
            assert ours.execute("SELECT 1").fetchone() == (1,)
    finally:
        server.stop()
