"""What is kept on the disk is for its owner only, whatever the umask says."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from recado.db import Database
from tests.cli.terminal import Installation, line_arguments

NAMES = ("recado.db", "recado.db-wal", "recado.db-shm")


@pytest.fixture(autouse=True)
def careless() -> Iterator[None]:
    """A umask that forbids nothing; programs that are started have it, too."""
    before = os.umask(0)
    yield
    os.umask(before)


def exposed(folder: Path) -> list[str]:
    """The files that others could read; a folder that is closed closes what is in it."""
    found: list[str] = []
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if (Path(root) / name).stat().st_mode & 0o077]
        found += [name for name in names if stat.S_IMODE((Path(root) / name).stat().st_mode) & 0o077]
    return sorted(found)


async def test_the_database_with_its_log(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'recado.db'}")
    async with database.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE t (x)"))
        found = {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in NAMES}
    await database.close()
    assert found == dict.fromkeys(NAMES, 0o600)


def test_keys_logs_backups_and_what_is_restored(tmp_path: Path) -> None:
    data = tmp_path / "data"
    place = Installation(tmp_path, RECADO_LOG_FILE=str(data / "recado.log"))
    place.ok(*line_arguments("123456"))
    with place.running("worker", until="worker runs"):
        pass
    place.ok("backup", str(tmp_path / "backups"))
    (backup,) = (tmp_path / "backups").iterdir()
    assert {"recado.log", "recado.db", "secret.key"} <= {path.name for path in data.iterdir()}
    assert exposed(data) == []
    assert exposed(backup) == []
    other = Installation(tmp_path, RECADO_DATA_DIR=str(tmp_path / "other"))
    other.ok("restore", str(backup))
    assert exposed(tmp_path / "other") == []
