"""Runs `recado` in processes that are forked from one which has loaded it: loading is most of what a command costs.

Each command still has a process of its own, with its own folder, environment, input and output. Only what is loaded
is there before: so `tests.cli.terminal` lets the first call of each command load everything itself.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

REPOSITORY = Path(__file__).resolve().parents[2]
# What most commands import when they run.
LOADED = ("recado.cli", "recado.installation", "recado.migrate", "recado.mailbox.service", "recado.doctor")


class Order(TypedDict):
    """One command. `files` are its standard input, output and error."""

    arguments: Sequence[str]
    cwd: str
    env: Mapping[str, str]
    files: Sequence[str]


class Parent:
    """The process that is forked. It serves one command at a time."""

    def __init__(self) -> None:
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
        """What `subprocess.run` would answer. Raises `subprocess.TimeoutExpired`, and is of no use after that."""
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / name for name in ("stdin", "stdout", "stderr")]
            for path in files:
                path.write_text(typed if path.name == "stdin" else "", encoding="utf-8")
            order = Order(arguments=arguments, cwd=str(cwd), env=env, files=[str(path) for path in files])
            code = self._ask(json.dumps(order), limit_s)
            _, stdout, stderr = (path.read_text(encoding="utf-8") for path in files)
            return subprocess.CompletedProcess(["recado", *arguments], code, stdout, stderr)

    def _ask(self, order: str, limit_s: float) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(order + "\n")
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], limit_s)[0]:
            self.close()
            raise subprocess.TimeoutExpired(order, limit_s)
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End it, and the command that it may be waiting for."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()


def serve() -> None:
    """Fork for each order on standard input, and print the exit codes."""
    for module in LOADED:
        importlib.import_module(module)
    gc.freeze()
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            _become(json.loads(line))
            return
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201 # the protocol


def _become(order: Order) -> None:
    """Run `recado` as `python -m recado` does; its end is the end of the process."""
    for number, path in enumerate(order["files"]):
        opened = os.open(path, os.O_RDWR)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])
    sys.argv = ["recado", *order["arguments"]]
    runpy.run_module("recado", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    serve()
