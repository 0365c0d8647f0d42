"""Runs `recado` as people do: a process of its own, with its own folder."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from recado.cli import recado
from recado.kit.ports import free_port
from tests.cli.forking import Forked, Parent

__all__ = ["RECADO", "Installation", "Program", "answer", "free_port", "line_arguments", "loaded"]

START_LIMIT_S = 90.0
RECADO = (sys.executable, "-m", "recado")
_called: set[str] = set()
_noted_in: Path | None = None
_parent: Parent | None = None


def loaded(arguments: Sequence[str]) -> Parent | None:
    """Who has loaded a command already; nobody at its first call, which loads what it needs by itself."""
    global _parent
    if _is_first_call(path(arguments)):
        return None
    _parent = _parent or Parent()
    return _parent


def share_first_calls(folder: Path) -> None:
    """Let the processes that run tests side by side, and share `folder`, have one first call of each command."""
    global _noted_in
    folder.mkdir(exist_ok=True)
    _noted_in = folder


def _is_first_call(command: str) -> bool:
    if command in _called:
        return False
    _called.add(command)
    if _noted_in is None:
        return True
    try:
        (_noted_in / f"recado {command}").touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def path(arguments: Sequence[str]) -> str:
    """The command that is meant: "outbox retry" of `outbox retry 0190b3f2...`."""
    found: click.Command = recado
    names: list[str] = []
    for name in arguments:
        if not isinstance(found, click.Group) or (inner := found.get_command(click.Context(found), name)) is None:
            break
        found = inner
        names.append(name)
    return " ".join(names)


class Installation:
    """One data folder. Commands run with nothing of this machine's own settings."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH", "TMPDIR") if name in os.environ}
        self.environment = {**kept, "RECADO_DATA_DIR": str(folder / "data"), "LANG": "C.UTF-8", **variables}

    def run(self, *arguments: str, typed: str = "", limit_s: float = 60.0) -> "subprocess.CompletedProcess[str]":
        """One command, to its end. The first call of each command loads what it needs, later ones find it loaded."""
        if parent := loaded(arguments):
            return parent.run(arguments, self.folder, self.environment, typed, limit_s)
        return subprocess.run(
            [*RECADO, *arguments],
            cwd=self.folder,
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=limit_s,
            check=False,
        )

    def ok(self, *arguments: str) -> str:
        """What a command that must work prints."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def json(self, *arguments: str) -> Any:
        return json.loads(self.ok(*arguments, "--json"))

    def refused(self, *arguments: str) -> str:
        """What a command that must end with 1 says on standard error: no traceback."""
        done = self.run(*arguments)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr

    @contextmanager
    def running(self, *arguments: str, until: str, program: Sequence[str] = RECADO) -> Generator["Program"]:
        """A process of `program`, from when it has printed `until`; it is stopped at the end if it still runs."""
        log = self.folder / f"{arguments[0]}.log"
        log.write_bytes(b"")
        environment = self.environment | {"PYTHONUNBUFFERED": "1"}
        if program == RECADO and (parent := loaded(arguments)):
            process = parent.start(arguments, self.folder, environment, [Path(os.devnull), log, log])
        else:
            with log.open("ab") as output:
                process = subprocess.Popen(
                    [*program, *arguments],
                    cwd=self.folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        running = Program(process, log)
        try:
            running.wait_for(until)
            yield running
        finally:
            running.kill()


class Program:
    """A process and its whole group."""

    def __init__(self, process: "subprocess.Popen[bytes] | Forked", log: Path) -> None:
        self.process = process
        self.log = log

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, text: str) -> None:
        limit = time.monotonic() + START_LIMIT_S
        while text not in self.output:
            assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.output}"
            assert time.monotonic() < limit, f"it never said {text!r}:\n{self.output}"
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGINT, within_s: float = 60.0) -> int:
        """Ask it to stop; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(within_s)

    def kill(self) -> None:
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it is just ending by itself
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def answer(port: int, path: str) -> tuple[int, str]:
    """What a process answers on this machine, whether it is well or not."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as found:  # loopback
            return found.status, found.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def line_arguments(phone_number_id: str = "123456", project: str = "bench", brain: str = "echo") -> Sequence[str]:
    secrets = ("--access-token", "t", "--app-secret", "secret", "--verify-token", "v")
    return ("line", "add", "cloud-api", "--project", project, "--brain", brain,
            "--phone-number-id", phone_number_id, *secrets, "--max-per-second", "100000")  # fmt: skip
