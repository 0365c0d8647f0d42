"""The processes of a run: started, killed at will and started again, and surely ended with it."""

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import aiohttp

from tests.cli.forking import Forked, Parent

HOST = "127.0.0.1"
REPOSITORY = Path(__file__).resolve().parents[2]
RECADO = REPOSITORY / ".venv/bin/recado"
START_WITHIN_S = 90.0
# Recado's own limit is 9 s, and its exit code says whether it had to be hurried; the interpreter ends after that.
STOP_WITHIN_S = 30.0
_POLL_S = 0.01
_TAIL_BYTES = 3000
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def loaded(_: Sequence[str]) -> Parent | None:
    """Who has loaded a command of Recado already, so that it need not load all by itself. Nobody, but in short runs."""
    return None


class ChaosError(Exception):
    """The run itself could not go on: a process did not start, or the simulator did not answer."""


class Program:
    """One process in a session of its own. Its output is added to `log` at every start."""

    def __init__(self, name: str, argv: Sequence[str], env: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.starts = 0
        self._argv = list(argv)
        self._env = {**os.environ, **env}
        self._process: subprocess.Popen[bytes] | Forked | None = None
        self._log_start = 0

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        self.starts += 1
        with self.log.open("ab") as output:
            output.write(f"--- start {self.starts} at {time.time():.3f}\n".encode())
            output.flush()
            self._log_start = output.tell()
            if self._argv[0] == str(RECADO) and (parent := loaded(self._argv[1:])):
                files = [Path(os.devnull), self.log, self.log]
                self._process = parent.start(self._argv[1:], REPOSITORY, self._env, files)
                return
            self._process = subprocess.Popen(
                self._argv,
                cwd=REPOSITORY,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent(),  # noqa: PLW1509 # one prepared call, and no threads here
            )

    def kill(self, *, group: bool) -> float:
        """`kill -9`, of the process or of its whole group; the moment after which it surely did nothing more."""
        assert self._process is not None
        if group:
            _signal_group(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()
        return time.time()

    def become(self, argv: Sequence[str]) -> None:
        """Be another program from the next start on."""
        self._argv = list(argv)

    def terminate(self) -> None:
        """SIGTERM, and no waiting."""
        assert self._process is not None
        self._process.terminate()

    async def finish_politely(self, within_s: float) -> float:
        """SIGTERM, and the seconds until it has ended with 0. Raises `ChaosError` if it does not."""
        assert self._process is not None
        began_s = time.monotonic()
        self._process.terminate()
        while self._process.poll() is None and time.monotonic() < began_s + within_s:  # noqa: ASYNC110 # a process
            await asyncio.sleep(_POLL_S)
        if self._process.poll() != 0:
            raise ChaosError(f"{self.name} did not stop within {within_s:.0f} s, or not well\n{self.tail()}")
        return time.monotonic() - began_s

    def stop(self) -> None:
        """End the group: politely, then surely. May be called at any time."""
        if self._process is None:
            return
        _signal_group(self._process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_WITHIN_S)
        _signal_group(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def output(self) -> str:
        """What it said since its last start."""
        with self.log.open("rb") as file:
            file.seek(self._log_start)
            return file.read().decode(errors="replace")

    async def finish(self, within_s: float = START_WITHIN_S) -> None:
        """Run it to its end. Raises `ChaosError` if it fails or takes longer."""
        self.start()
        assert self._process is not None
        until = time.monotonic() + within_s
        while self._process.poll() is None:
            if time.monotonic() > until:
                self.stop()
                raise ChaosError(f"{self.name} took longer than {within_s:.0f} s\n{self.tail()}")
            await asyncio.sleep(_POLL_S)
        if self._process.returncode != 0:
            raise ChaosError(f"{self.name} ended with {self._process.returncode}\n{self.tail()}")

    async def wait_until_said(self, words: str, within_s: float = START_WITHIN_S) -> str:
        """The line of its output with `words`. Raises `ChaosError` if it ends or takes longer."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            for line in self.output().splitlines(keepends=True):
                if words in line and line.endswith("\n"):
                    return line.strip()
            self._raise_if_ended()
            await asyncio.sleep(_POLL_S)
        raise ChaosError(f"{self.name} was not ready within {within_s:.0f} s\n{self.tail()}")

    async def wait_until_answers(self, url: str, http: aiohttp.ClientSession) -> None:
        """Return when GET answers 200. Raises `ChaosError` if it ends or takes too long."""
        until = time.monotonic() + START_WITHIN_S
        while time.monotonic() < until:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
                async with http.get(url) as answer:
                    if answer.status == 200:
                        return
            self._raise_if_ended()
            await asyncio.sleep(_POLL_S)
        raise ChaosError(f"{self.name} was not ready within {START_WITHIN_S:.0f} s\n{self.tail()}")

    def _raise_if_ended(self) -> None:
        if not self.alive:
            code = self._process.returncode if self._process is not None else None
            raise ChaosError(f"{self.name} ended with {code}\n{self.tail()}")

    def tail(self) -> str:
        return self.log.read_bytes()[-_TAIL_BYTES:].decode(errors="replace")


def python(module: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", module, *(str(argument) for argument in arguments)]


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _die_with_parent() -> Callable[[], None] | None:
    """Linux: the kernel ends the child when the run itself is killed with no chance to tidy up (prctl(2))."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
