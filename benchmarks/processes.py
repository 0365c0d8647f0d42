"""Child processes of a benchmark: each in a session of its own, ended by its process group, whatever happens."""

import contextlib
import ctypes
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from benchmarks.wire import HOST, OK

REPOSITORY = Path(__file__).resolve().parent.parent
# Recado stops cleanly within 5 s; who takes longer is killed.
STOP_WITHIN_S = 6.0
READY_WITHIN_S = 90.0
POLL_S = 0.02
TAIL_LINES = 15
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class BenchmarkError(Exception):
    """A process did not start, did not get ready or ended with an error; says why, with the end of its log."""


def _die_with_parent() -> None:
    """Linux: the kernel ends the child when the benchmark itself is killed with no chance to tidy up (prctl(2))."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    name: str
    log: Path
    process: subprocess.Popen[bytes]
    stop_within_s: float = STOP_WITHIN_S

    @property
    def group(self) -> int:
        return self.process.pid

    def wait(self, within_s: float) -> int:
        """Its exit status; ends it and raises `BenchmarkError` when it takes longer."""
        try:
            return self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            self.stop()
            raise BenchmarkError(f"{self.name} took longer than {within_s:.0f} s\n{self.tail()}") from None

    def tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join("    " + line for line in lines[-TAIL_LINES:])

    def stop(self) -> None:
        """End the group: politely first, then surely, also when only its leader has ended."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(self.stop_within_s)
        self._signal(signal.SIGKILL)
        self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.group, number)


@contextlib.contextmanager
def running(name: str, argv: list[str], folder: Path, env: dict[str, str] | None = None) -> Generator[Child]:
    """Start it from the repository's root, with its output in `folder`; ended when the block is left."""
    log = folder / f"{name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            argv,
            cwd=REPOSITORY,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 (no threads here)
        )
    child = Child(name, log, process)
    try:
        yield child
    finally:
        child.stop()


def module(name: str, *arguments: object) -> list[str]:
    """The command line of one of the benchmark's own programs."""
    return [sys.executable, "-m", f"benchmarks.{name}", *(str(argument) for argument in arguments)]


def finish(name: str, argv: list[str], folder: Path, within_s: float, env: dict[str, str] | None = None) -> int:
    """Run it to its end and return its exit status."""
    with running(name, argv, folder, env) as child:
        return child.wait(within_s)


def wait_until_ready(child: Child, port: int, path: str, any_answer: bool = False) -> None:
    """Until GET answers 200 (or at all); raises `BenchmarkError` when it ended or took too long."""
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        if child.process.poll() is not None:
            raise BenchmarkError(f"{child.name} ended with {child.process.returncode}\n{child.tail()}")
        connection = http.client.HTTPConnection(HOST, port, timeout=2)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", path)
            if any_answer or connection.getresponse().status == OK:
                return
        time.sleep(POLL_S)
    raise BenchmarkError(f"{child.name} was not ready within {READY_WITHIN_S:.0f} s\n{child.tail()}")


def stop_on_sigterm() -> None:
    """Let SIGTERM unwind the stack as Ctrl-C does, so that every child is ended."""

    def leave(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
