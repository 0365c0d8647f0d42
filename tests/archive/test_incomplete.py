"""A database that got only a part of an installation: nothing starts on it, and what filled it can be done again."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import psycopg
import pytest

from recado.archive.backup import Made, back_up
from recado.archive.copying import copy_installation
from recado.archive.manifest import DATABASE
from recado.archive.restore import restore
from recado.archive.scratch import backup_folder, restore_folder
from recado.db import Database
from recado.doctor import examine
from recado.errors import RecadoError
from recado.migrate import check, migrate, require_same, wait_until_migrated
from recado.settings import Settings
from tests.archive.test_archive import everything, fill, quiet
from tests.cli.terminal import RECADO, Installation
from tests.databases import Databases
from tests.mailbox.support import eventually

WAITS_FOR_OUTBOX = "SELECT count(*) FROM pg_locks WHERE relation = 'outbox'::regclass AND NOT granted"


async def made_of(url: str, folder: Path) -> Made:
    """A backup, with a file."""
    database = Database(url)
    await fill(database)
    await database.close()
    (folder / "data" / "media" / "p").mkdir(parents=True)
    (folder / "data" / "media" / "p" / "photo").write_bytes(b"photo")
    return await back_up(Settings(database_url=url, data_dir=folder / "data"), folder / "backups", quiet)


async def killed_half_way(installation: Installation, url: str, backup: Path) -> None:
    """A restore that has written some tables, ended by SIGKILL. Who reads the outbox keeps it from going on."""
    with psycopg.connect(url) as reader, psycopg.connect(url, autocommit=True) as looking:
        reader.execute("LOCK TABLE outbox IN SHARE MODE")
        process = await asyncio.create_subprocess_exec(
            *RECADO, "restore", str(backup), env=installation.environment, cwd=installation.folder
        )
        try:
            await eventually(lambda: _count(looking))
            assert process.returncode is None
        finally:
            process.kill()
        assert await process.wait() == -signal.SIGKILL


def _count(looking: "psycopg.Connection[tuple[object, ...]]") -> bool:
    row = looking.execute(WAITS_FOR_OUTBOX).fetchone()
    return row is not None and row[0] != 0


@pytest.mark.slow
async def test_nothing_starts_on_half_a_restore_and_it_can_be_repeated(databases: Databases, tmp_path: Path) -> None:
    source, target = databases.create("postgresql"), databases.create("postgresql")
    made = await made_of(source, tmp_path)
    (tmp_path / "new").mkdir()
    (tmp_path / "tmp").mkdir()
    installation = Installation(tmp_path / "new", RECADO_DATABASE_URL=target, TMPDIR=str(tmp_path / "tmp"))
    await killed_half_way(installation, target, made.folder)
    assert list((tmp_path / "tmp").glob(".recado-restore-*/*.db"))

    for command in (("up", "--port", "1"), ("api", "--port", "1"), ("worker",), ("db", "migrate"), ("line", "list")):
        assert "holds only a part of an installation" in installation.refused(*command)
    assert "recado restore" in installation.run("db", "check").stdout

    assert "Restored 24 messages" in installation.ok("restore", "--resume", str(made.folder))
    assert not list((tmp_path / "tmp").glob(".recado-restore-*"))
    restored, original = Database(target), Database(source)
    assert (await check(restored)).usable
    found = await everything(restored)
    assert found.pop("audit_entries")  # that it was restored
    expected = await everything(original)
    assert found == {name: rows for name, rows in expected.items() if name in found}
    await restored.close()
    await original.close()
    media = tmp_path / "new" / "data" / "media"
    assert [path.name for path in media.rglob("*")] == ["p", "photo"]
    for url in (source, target):
        databases.drop(url)


async def test_nothing_works_with_half_a_copy(
    database: Database, empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(database)

    def stop(stage: str, done: int, _total: int) -> None:
        if stage == "copy" and done > 4:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await copy_installation(database, empty_database_url, stop)
    target = Database(empty_database_url)
    settings = Settings(database_url=empty_database_url, data_dir=tmp_path)
    for refused in (wait_until_migrated(target), migrate(settings)):
        with pytest.raises(RecadoError) as error:
            await refused
        assert error.value.code == "database_incomplete"
    state = await check(target)
    assert not state.usable
    with pytest.raises(RecadoError, match="only a part"):
        require_same(state)
    monkeypatch.setenv("RECADO_DATABASE_URL", empty_database_url)
    monkeypatch.setenv("RECADO_DATA_DIR", str(tmp_path))
    assert any("only a part of an installation" in one.says for one in await examine(1, ask_providers=False))
    await copy_installation(database, empty_database_url, quiet)
    assert (await check(target)).usable
    await target.close()


KILLED = """
import asyncio, os, pathlib, signal, sys
from recado.archive import backup, restore
from recado.settings import Settings

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

what, url, data, folder = sys.argv[1:]
restore._hold = die
settings = Settings(database_url=url, data_dir=data)
if what == "backup":
    asyncio.run(backup.back_up(settings, pathlib.Path(folder), die))
else:
    asyncio.run(restore.restore(settings, pathlib.Path(folder), lambda *_: None, resume=False))
"""


async def killed(what: str, url: str, data: Path, folder: Path) -> None:
    """A process that died in the middle of this."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, what, url, str(data), str(folder))
    assert await process.wait() == -signal.SIGKILL


async def test_what_dead_processes_left_is_removed_and_nothing_of_living_ones(
    databases: Databases, tmp_path: Path
) -> None:
    url = databases.create("sqlite")
    made = await made_of(url, tmp_path)
    new = Settings(database_url=f"sqlite:///{tmp_path}/new/new.db", data_dir=tmp_path / "new")
    backups = tmp_path / "others"
    await killed("backup", url, tmp_path / "data", backups)
    await killed("restore", str(new.database_url), new.data_dir, made.folder)
    (dead_backup,) = backups.glob("*.partial")
    (dead_restore,) = new.data_dir.glob(".recado-restore-*")
    assert (dead_backup / DATABASE).exists()
    assert (dead_restore / DATABASE).exists()

    (backups / "mine.partial").mkdir()
    young = backups / "recado-20260101T000000Z.partial"  # just made, not locked yet; or on a disk without locks
    silent = backups / "recado-20250101T000000Z.partial"
    for folder in (young, silent):
        folder.mkdir()
    os.utime(silent, (0, 0))
    living = backups / "recado-20260101T000001Z.partial"
    with restore_folder(new.data_dir) as restoring, backup_folder(living):
        assert not dead_restore.exists()
        assert sorted(backups.glob("*.partial")) == sorted([backups / "mine.partial", young, living])
        await restore(new, made.folder, quiet, resume=False)
        assert list(new.data_dir.glob(".recado-restore-*")) == [restoring]
        again = await back_up(Settings(database_url=url, data_dir=tmp_path / "data"), backups, quiet)
        assert living.exists()
    assert sorted(one.name for one in again.folder.iterdir()) == sorted(one.name for one in made.folder.iterdir())
    databases.drop(url)


async def test_an_interrupted_restore_of_files_goes_on(databases: Databases, tmp_path: Path) -> None:
    url = databases.create("sqlite")
    made = await made_of(url, tmp_path)
    new = Settings(database_url=f"sqlite:///{tmp_path}/new.db", data_dir=tmp_path / "new")
    (tmp_path / "new" / "media").mkdir(parents=True)
    (tmp_path / "new" / "media" / ".restoring").touch()
    (tmp_path / "new" / "media" / "p").mkdir()
    (tmp_path / "new" / "media" / "p" / "photo").write_bytes(b"ph")
    databases.drop(url)
    await restore(new, made.folder, quiet, resume=False)
    assert [path.name for path in (tmp_path / "new" / "media").iterdir()] == ["p"]
    assert (tmp_path / "new" / "media" / "p" / "photo").read_bytes() == b"photo"
