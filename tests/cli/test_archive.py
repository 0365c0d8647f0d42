"""`recado backup`, `recado restore` and `recado db copy`, as people type them."""

import contextlib
import errno
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from recado.archive.manifest import read_manifest
from recado.cli.archive import files_told
from recado.errors import RecadoError
from recado.kit import new_id
from recado.kit.crypto import secret_box
from recado.privacy.ledger import Entry, write_ledger
from recado.privacy.people import purpose_of
from tests.cli.terminal import RECADO, Installation, line_arguments
from tests.cli.test_running import LIVING, Demo
from tests.databases import KINDS, Databases, Kind


@pytest.mark.slow
def test_a_backup_made_meanwhile_answers_in_an_empty_place(installation: Installation, tmp_path: Path) -> None:
    demo = Demo(installation)
    with demo.installation.running(*demo.command, until=LIVING) as program:
        assert "8:00" in demo.chat("hola, a que hora abren los sabados?\n")[1]
        made = installation.json("backup", str(tmp_path / "backups"))
        program.kill()
    assert made["rows"]["inbox"] == 1
    backup = Path(made["folder"])
    assert not list(backup.rglob("secret.key"))

    (tmp_path / "other").mkdir()
    new = Demo(Installation(tmp_path / "other"))
    told = new.installation.ok("restore", str(backup))
    assert "Restored 2 messages" in told
    assert "secret key" in told
    shutil.copy(installation.folder / "data" / "secret.key", tmp_path / "other" / "data" / "secret.key")
    with new.installation.running(*new.command, until=LIVING):
        assert "8:00" in new.chat("y los sabados, a que hora?\n")[1]
        assert len(new.installation.json("outbox", "list", "--state", "sent")) >= 2


def test_a_place_in_use_and_a_wrong_folder_are_told(installation: Installation, tmp_path: Path) -> None:
    installation.ok(*line_arguments())
    made = installation.json("backup", str(tmp_path / "backups"))
    assert "Name an empty one" in installation.refused("restore", made["folder"])
    assert "is no backup" in installation.refused("restore", str(tmp_path))
    (tmp_path / "file").touch()
    told = installation.refused("backup", str(tmp_path / "file" / "backups"))
    assert f"can be done again once that is mended: {tmp_path}/file" in told
    assert "RECADO_DATABASE_URL" not in told


# A SQLite file that may not grow, as on a full disk, and in which there is no room for one more entry.
FULL = """
import asyncio, sys
import recado.kit.sqlite as sqlite

sqlite.SQLITE_PRAGMAS += ("PRAGMA max_page_count=1",)
from sqlalchemy.exc import OperationalError
from recado.cli import acts, main, support

async def fill():
    with acts.acting_command():
        for _ in range(1000):
            try:
                await acts.announced(support.settings())
            except OperationalError:
                return

asyncio.run(fill())
sys.argv[0] = "recado"
main()
"""
# What PostgreSQL says of a full disk, https://www.postgresql.org/docs/current/errcodes-appendix.html
DISK_FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON audit_entries EXECUTE FUNCTION full_disk();
"""


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_keeps_a_backup_out_of_the_audit_log_and_nothing_more(
    installation: Installation, databases: Databases, kind: Kind, tmp_path: Path
) -> None:
    url = databases.create(kind)
    installation.environment["RECADO_DATABASE_URL"] = url
    installation.ok("project", "create", "clinica")
    if kind == "postgresql":
        with psycopg.connect(url) as connection:
            connection.execute(DISK_FULL)

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        program = [sys.executable, "-c", FULL] if kind == "sqlite" else RECADO
        environment, folder = installation.environment, installation.folder
        return subprocess.run(
            [*program, *arguments],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    done = run("backup", str(tmp_path / "backups"))
    assert done.returncode == 0, done.stderr
    assert "0 messages" in done.stdout
    assert "It is not in the audit log" in done.stdout
    assert "audit_entry_missing" in done.stderr
    (folder,) = (tmp_path / "backups").iterdir()
    assert read_manifest(folder).rows["projects"] == 1
    told = json.loads(run("backup", str(tmp_path / "more"), "--json").stdout)
    assert told["audited"] is False
    assert "backup" not in {entry["action"] for entry in installation.json("audit", "list")}
    refused = run("audit", "trim", "--older-than", "90")  # what is no backup waits until there is room
    assert (refused.returncode, refused.stdout) == (1, "")
    databases.drop(url)


def test_who_was_erased_since_is_erased_again_once_the_key_is_there(installation: Installation, tmp_path: Path) -> None:
    installation.ok(*line_arguments())
    made = installation.json("backup", str(tmp_path / "backups"))
    with contextlib.closing(sqlite3.connect(installation.folder / "data" / "recado.db")) as connection:
        (project,) = connection.execute("SELECT id FROM projects").fetchone()
    mark = secret_box("", installation.folder / "data").mark("phone:51987654321", purpose_of(project))
    entry = Entry(new_id(), project, (new_id(),), (mark,), "cli", 1)
    write_ledger(tmp_path / "list.jsonl", [entry])
    again = ("restore", made["folder"], "--erasures", str(tmp_path / "list.jsonl"))

    (tmp_path / "other").mkdir()
    new = Installation(tmp_path / "other")
    assert "First put it back" in new.refused(*again)
    new.environment["RECADO_SECRET_KEY"] = "another key for tests"
    assert "under another secret key" in new.refused(*again)
    del new.environment["RECADO_SECRET_KEY"]
    assert not (tmp_path / "other" / "data" / "recado.db").exists()
    (tmp_path / "other" / "data").mkdir(exist_ok=True)
    shutil.copy(installation.folder / "data" / "secret.key", tmp_path / "other" / "data" / "secret.key")
    assert new.ok(*again).splitlines()[-1] == "Before you start it: recado doctor"
    slug = new.json("project", "list")[0]["slug"]
    assert [one["id"] for one in new.json("contact", "erased", slug, "+51987654321")] == [entry.id]

    (tmp_path / "lost").mkdir()
    lost = Installation(tmp_path / "lost")
    assert "Restored" in lost.ok(*again, "--key-lost")
    assert (tmp_path / "lost" / "data" / "secret.key").exists()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "mended: No space left on device"),
        (PermissionError(errno.EACCES, "Permission denied", "/backups/a"), "mended: /backups/a: Permission denied"),
        (sqlite3.OperationalError("database or disk is full"), "mended: a disk is full"),
    ],
)
def test_what_is_wrong_with_a_disk_is_told(error: Exception, told: str) -> None:
    with pytest.raises(RecadoError, match=told), files_told():
        raise error


@pytest.mark.parametrize(
    "error", [ConnectionRefusedError(errno.ECONNREFUSED, "no"), sqlite3.OperationalError("locked")]
)
def test_what_is_wrong_with_a_database_is_not_said_of_a_disk(error: Exception) -> None:
    with pytest.raises(type(error)), files_told():
        raise error


def test_an_installation_moves_by_one_command(installation: Installation, databases: Databases, tmp_path: Path) -> None:
    installation.ok(*line_arguments())
    url = databases.create_empty("postgresql")
    told = installation.ok("db", "copy", "--to", url)
    assert "compared them" in told
    assert "***" in told  # where its password is
    installation.environment["RECADO_DATABASE_URL"] = url
    assert [one["address"] for one in installation.json("line", "list")] == ["123456"]
    assert "DIRECT" not in told
    installation.environment["RECADO_DATABASE_DIRECT_URL"] = url
    back = installation.ok("db", "copy", "--to", f"sqlite:///{tmp_path}/back.db")
    assert "RECADO_DATABASE_DIRECT_URL still names the old database" in back
    assert "--to: starts with neither" in installation.refused("db", "copy", "--to", "mysql://x")
    databases.drop(url)
