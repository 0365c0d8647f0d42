"""Follows a page as a person would: in one shell, in a folder like a clone of the repository, with real processes."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import recado
from tests.cli.terminal import free_port
from tests.guides.page import Step, matches

REPOSITORY = Path(recado.__file__).parent.parent
# The ports that pages name; each stands for a free one.
PORTS = ("8000", "8001", "8080", "8090", "8091", "9000")
# Folders of a server that pages name; each is below the reader's own folder.
FOLDERS = ("/var/lib/recado", "/var/backups/recado")
POSTGRESQL = "postgresql://recado:password@localhost:5432/recado"
STEP_LIMIT_S = 120.0
STOP_LIMIT_S = 10.0
# `make` does not set up again: the environment belongs to the repository of these tests.
PRELUDE = """
set -E -o pipefail
make() { command make --no-print-directory --assume-old=.venv/.runtime --assume-old=.venv/.dev "$@"; }
trap 'FAILED="$FAILED$? from $BASH_COMMAND; "' ERR
"""


class Reader:
    """One shell, one folder. `database_url` is what stands for the PostgreSQL address of the pages.

    With `clone` the folder has what git has of the repository, and the program is run from there.
    """

    def __init__(self, folder: Path, database_url: str | None = None, *, clone: bool = False) -> None:
        self.folder = folder
        self._program = folder if clone else REPOSITORY
        self._logs = folder / ".logs"
        self._ports = {port: str(free_port()) for port in PORTS}
        self._means = dict(self._ports) | {path: f"{folder}{path}" for path in FOLDERS}
        if database_url is not None:
            self._means[POSTGRESQL] = database_url
        self._furnish()
        self._shell = subprocess.Popen(
            [shutil.which("bash") or "/bin/bash", "--noprofile", "--norc"],
            cwd=folder,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self._say(PRELUDE)

    def follow(self, step: Step) -> None:
        """Do what a step says. Raises `AssertionError` for another exit code or other lines than the page has."""
        if step.needs is not None:
            return
        if step.name is not None:
            (self.folder / step.name).write_text(self._here(step.body), encoding="utf-8")
            return
        if step.stops:
            self.stop()
        code, failed, printed = self._run(step)
        told = f"line {step.line}:\n{step.body}\nprinted:\n{printed}"
        if step.fails:
            assert code == 1, f"it ended with {code}, not with 1, {told}"
        else:
            assert not failed, f"{failed} {told}"
        if step.shown is not None:
            assert matches(step.shown, printed), f"the page shows:\n{step.shown}\nfor {told}"

    def stop(self) -> None:
        """Ctrl-C in every terminal, and wait until all has ended."""
        listed = self._logs / "running"
        pids = [int(pid) for pid in listed.read_text().split()] if listed.exists() else []
        listed.unlink(missing_ok=True)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGINT)
        limit = time.monotonic() + STOP_LIMIT_S
        for pid in pids:
            while _living(pid):
                assert time.monotonic() < limit, f"{pid} did not stop"
                time.sleep(0.02)

    def close(self) -> None:
        """End all that the page has started, however it went."""
        listed = self._logs / "running"
        for pid in listed.read_text().split() if listed.exists() else []:
            with suppress(ProcessLookupError):
                os.killpg(int(pid), signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.killpg(self._shell.pid, signal.SIGKILL)
        self._shell.communicate()

    def _furnish(self) -> None:
        for path in (".venv/bin", "var/lib", "var/backups", ".logs"):
            (self.folder / path).mkdir(parents=True)
        shutil.copy(Path(__file__).with_name("recado.sh"), self.folder / ".venv/bin/recado")
        (self.folder / ".venv/bin/recado").chmod(0o755)
        (self.folder / ".venv/bin/python").symlink_to(sys.executable)
        for name in tracked() if self._program == self.folder else ():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, self.folder / name)
        for name in ("Makefile", "requirements", "pyproject.toml", "deploy"):
            if not (self.folder / name).exists():
                (self.folder / name).symlink_to(REPOSITORY / name)
        for name in (".runtime", ".dev"):
            (self.folder / ".venv" / name).touch()

    def _environment(self) -> Mapping[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        return kept | {
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(self._program),
            "GUIDE_PYTHON": sys.executable,
            "GUIDE_LOGS": str(self._logs),
            # Whatever a page does, nothing of it reaches Meta: the simulator of the page does.
            "RECADO_CLOUD_API_BASE_URL": f"http://127.0.0.1:{self._ports['8090']}",
            **{f"GUIDE_{port}": here for port, here in self._ports.items()},
        }

    def _run(self, step: Step) -> tuple[int, str, str]:
        """Exit code of the last command, what failed on the way, and all that was printed."""
        script, typed, output = self.folder / ".step.sh", self.folder / ".typed", self.folder / ".output"
        script.write_text(self._here(step.body), encoding="utf-8")
        typed.write_text("".join(f"{line}\n" for line in step.typed), encoding="utf-8")
        self._say(f"FAILED=; . {script} <{typed} >{output} 2>&1; echo \"$? $FAILED\" | tr '\\n' ' '; echo")
        timer = threading.Timer(STEP_LIMIT_S, self._shell.kill)
        timer.start()
        assert self._shell.stdout is not None
        told = self._shell.stdout.readline()
        timer.cancel()
        printed = self._there(output.read_text(encoding="utf-8", errors="replace"))
        assert told, (
            f"the shell ended or took longer than {STEP_LIMIT_S} s at line {step.line}:\n{step.body}\n{printed}"
        )
        code, _, failed = told.strip().partition(" ")
        return int(code), self._there(failed), printed

    def _say(self, text: str) -> None:
        assert self._shell.stdin is not None
        self._shell.stdin.write(text + "\n")
        self._shell.stdin.flush()

    def _here(self, text: str) -> str:
        """The page's text with this reader's ports and folders."""
        whole = "|".join(rf"(?<![\w./]){re.escape(known)}(?!\w)" for known in self._means)
        ports = "|".join(rf"(?<=127\.0\.0\.1:){port}(?!\d)" for port in self._ports)
        return re.sub(f"{whole}|{ports}", lambda found: self._means[found[0]], text)

    def _there(self, text: str) -> str:
        """What was printed, as the page would have it."""
        for known, here in self._means.items():
            text = text.replace(here, known)
        return text


def tracked() -> list[str]:
    """What a clone of the repository would have, were everything committed."""
    listed = [shutil.which("git") or "git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(listed, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split("\0") if name and (REPOSITORY / name).is_file()]


def _living(pid: int) -> bool:
    """True while a process runs; one that has ended and that nobody asked about is none."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
