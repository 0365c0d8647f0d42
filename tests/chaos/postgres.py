"""A PostgreSQL server that dies by `kill -9` and comes back with what it had committed."""

import asyncio
import contextlib
import os
import signal
import time
from pathlib import Path

from recado.kit.local_postgres import LocalPostgres
from tests.chaos.programs import ChaosError

_RESTART_WITHIN_S = 30.0
_READY = "database system is ready to accept connections"


class MortalPostgres(LocalPostgres):
    """fsync is on: what it said was committed must be there after its death."""

    def __init__(self) -> None:
        super().__init__(fsync=True)

    async def kill_backend(self) -> bool:
        """`kill -9` of one of its connections: the server drops all of them and recovers. Returns when it has, for
        until it hears of that death the others go on working. False if there is none, or it had ended by itself.
        """
        starts = self._starts()
        for pid in self._children():
            if b"127.0.0.1" in _command_line(pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                return await self._recovered(starts)
        return False

    async def _recovered(self, starts: int) -> bool:
        until = time.monotonic() + _RESTART_WITHIN_S
        while time.monotonic() < until:
            if self._starts() > starts:
                return True
            await asyncio.sleep(0.02)
        return False

    def _starts(self) -> int:
        """How often it has been ready, since it was last begun."""
        return self._log.read_text(errors="replace").count(_READY)

    async def crash(self, pause_s: float) -> None:
        """`kill -9` of the whole server, and a new start after a pause."""
        pids = [self.pid, *self._children()]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
        await asyncio.sleep(pause_s)
        await self._start_again()

    async def _start_again(self) -> None:
        until = time.monotonic() + _RESTART_WITHIN_S
        while time.monotonic() < until:
            # Its log starts anew, so that it tells of this start only.
            self._process = self._spawn("postgres", "-D", str(self.folder / "data"), *self._options())
            while self._process.poll() is None and time.monotonic() < until:
                if self._starts():
                    return
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.2)
        raise ChaosError(f"PostgreSQL did not come back\n{self._log.read_text(errors='replace')[-2000:]}")

    def _options(self) -> list[str]:
        wanted = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200"}
        return ["-p", str(self.port), *(part for name, value in wanted.items() for part in ("-c", f"{name}={value}"))]

    def _children(self) -> list[int]:
        """Linux only; elsewhere nothing but the server itself is found."""
        found: list[int] = []
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{self.pid}/task").iterdir():
                found += [int(pid) for pid in (task / "children").read_text().split()]
        return found


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
