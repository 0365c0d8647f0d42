"""Runs `recado` in processes that are forked from one which has loaded it: loading is most of what a start costs.

Each still is a process of its own, in a group of its own, with its own folder, environment, input and output, and
`kill -9` is what it always is. Only what is loaded is there before: so those who use this let the first start of each
command load everything itself.
"""

import atexit
import contextlib
import gc
import importlib
import io
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict, cast

REPOSITORY = Path(__file__).resolve().parents[2]
# What commands import when they run.
LOADED = (
    "recado.cli", "recado.installation", "recado.migrate", "recado.mailbox.service", "recado.doctor", "recado.main",
    "recado.worker", "recado.api", "alembic.command", "aiosqlite",
)  # fmt: skip
START_LIMIT_S = 90.0
_POLL_S = 0.005


class Order(TypedDict):
    """One start. `files` are its standard input, output and error; `ended` will be made with its exit code in it."""

    arguments: Sequence[str]
    cwd: str
    env: Mapping[str, str]
    files: Sequence[str]
    ended: str


class Forked:
    """One process, as `subprocess.Popen` shows them."""

    def __init__(self, pid: int, ended: Path) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended = ended

    def poll(self) -> int | None:
        """Its exit code, or the signal that ended it, negative; None while it runs."""
        if self.returncode is None and self._ended.exists():
            self.returncode = int(self._ended.read_text(encoding="ascii"))
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Raises `subprocess.TimeoutExpired`."""
        until_s = time.monotonic() + timeout if timeout is not None else float("inf")
        while (code := self.poll()) is None:
            if time.monotonic() > until_s:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
            time.sleep(_POLL_S)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Parent:
    """The process that is forked. When it ends, so does all that it has started."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._started = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.forking"],
            cwd=REPOSITORY,
            env={**os.environ, "LANG": "C.UTF-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        atexit.register(self.close)

    def run(
        self, arguments: Sequence[str], cwd: Path, env: Mapping[str, str], typed: str, limit_s: float
    ) -> "subprocess.CompletedProcess[str]":
        """What `subprocess.run` would answer. Raises `subprocess.TimeoutExpired`."""
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / name for name in ("stdin", "stdout", "stderr")]
            for path in files:
                path.write_text(typed if path.name == "stdin" else "", encoding="utf-8")
            process = self.start(arguments, cwd, env, files)
            try:
                code = process.wait(limit_s)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
            _, stdout, stderr = (path.read_text(encoding="utf-8") for path in files)
            return subprocess.CompletedProcess(["recado", *arguments], code, stdout, stderr)

    def start(self, arguments: Sequence[str], cwd: Path, env: Mapping[str, str], files: Sequence[Path]) -> Forked:
        """Start `recado`, its output added to what is in the files. Raises `subprocess.TimeoutExpired`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._started += 1
        ended = Path(self._folder.name) / str(self._started)
        order = Order(arguments=arguments, cwd=str(cwd), env=env, files=[str(path) for path in files], ended=str(ended))
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], START_LIMIT_S)[0]:
            self.close()
            raise subprocess.TimeoutExpired(" ".join(arguments), START_LIMIT_S)
        return Forked(int(self._process.stdout.readline()), ended)

    def close(self) -> None:
        """End it, and what it has started."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.poll() is None:
            try:
                self._process.wait(START_LIMIT_S)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._folder.cleanup()


def serve() -> None:
    """Fork for each order on standard input, print the process, and write down how each ended."""
    for module in LOADED:
        importlib.import_module(module)
    gc.freeze()
    ended, wake = os.pipe()
    for end in (ended, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, _woken)
    living: dict[int, str] = {}
    while True:
        ready = select.select([sys.stdin, ended], [], [])[0]
        if ended in ready:
            os.read(ended, 4096)
            _bury(living)
        if sys.stdin in ready:
            if not (line := sys.stdin.readline()):
                break
            order: Order = json.loads(line)
            if (child := os.fork()) == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                os.close(ended)
                os.close(wake)
                _become(order)
                return
            _lead(child)
            living[child] = order["ended"]
            print(child, flush=True)  # noqa: T201 # the protocol
    for child in living:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)


def _woken(*_: object) -> None:
    """What counts is written to the pipe by the interpreter."""


def _lead(child: int = 0) -> None:
    """A group of its own. Both sides say so, for neither knows who comes first."""
    with contextlib.suppress(ProcessLookupError):
        os.setpgid(child, child)


def _bury(living: dict[int, str]) -> None:
    while living:
        child, status = os.waitpid(-1, os.WNOHANG)
        if child == 0:
            return
        ended = Path(living.pop(child))
        written = ended.with_suffix(".new")
        written.write_text(str(os.waitstatus_to_exitcode(status)), encoding="ascii")
        written.rename(ended)


def _become(order: Order) -> None:
    """Run `recado` as `python -m recado` does; its end is the end of the process."""
    _lead()
    for number, path in enumerate(order["files"]):
        opened = os.open(path, os.O_RDWR | (os.O_APPEND if number else 0))
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    if os.environ.get("PYTHONUNBUFFERED"):  # a fresh interpreter would look by itself
        for stream in (sys.stdout, sys.stderr):
            cast(io.TextIOWrapper, stream).reconfigure(write_through=True)
    sys.argv = ["recado", *order["arguments"]]
    runpy.run_module("recado", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    serve()
