"""Retention, exports and erasures as people ask for them, and the guide that tells how."""

import asyncio
import contextlib
import json
import re
import signal
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from recado.channels.contract import Line
from recado.db import Database
from recado.kit import new_id
from recado.mailbox.service import Mailbox
from recado.mailbox.sqlite import SqliteDriver
from recado.media.store import key_of
from recado.personal import BATCH
from recado.projects.service import get_by_slug
from tests.cli.terminal import Installation
from tests.guides.reader import REPOSITORY
from tests.mailbox.support import Shop
from tests.privacy.support import in_files

PROJECT, NUMBER = "clinica-norte", "51987654321"
TEXT = "me duele la rodilla"
LINE = new_id()


def database_of(installation: Installation) -> str:
    return f"sqlite:///{installation.folder / 'data' / 'recado.db'}"


async def ana_writes(url: str, messages: int, prefix: str) -> None:
    """So many messages came from Ana."""
    database = Database(url)
    async with database.system(read_only=True) as session:
        project = await get_by_slug(session, PROJECT)
    mailbox = Mailbox(SqliteDriver(database.sqlite_path), new_id())
    shop = Shop(project.id, Line(LINE, project.id, "fake", "fake", 1.0, {}))
    who = (("phone", NUMBER),)
    arrivals = [shop.arrival(f"{prefix}.{n}", who, words=f"{TEXT} {n}", name="Ana") for n in range(messages)]
    for start in range(0, messages, 250):
        await mailbox.store(arrivals[start : start + 250])
    await mailbox.close()
    await database.close()


@pytest.fixture
def clinic(installation: Installation) -> Installation:
    """A project with Ana, who wrote."""
    installation.ok("db", "migrate")
    installation.ok("project", "create", PROJECT)
    asyncio.run(ana_writes(database_of(installation), 3, "first"))
    return installation


@pytest.mark.parametrize("page", ["privacy.en.md", "privacy.es.md"])
def test_the_guide_tells_of_every_record_of_an_export(clinic: Installation, page: str) -> None:
    broken = unreadable_file(clinic)
    assert "media" in clinic.refused("contact", "export", PROJECT, NUMBER, "--to", "ana.zip")
    assert [*clinic.folder.glob("ana.zip*")] == []
    broken.rmdir()
    assert "index.html" in clinic.ok("contact", "export", PROJECT, f"+{NUMBER}", "--to", "ana.zip")
    assert [path.name for path in clinic.folder.glob("ana.zip*")] == ["ana.zip"]
    assert "there already" in clinic.refused("contact", "export", PROJECT, NUMBER, "--to", "ana.zip")
    assert (clinic.folder / "ana.zip").stat().st_mode & 0o077 == 0
    text = (REPOSITORY / "docs" / "guides" / page).read_text("utf-8")
    told = dict(re.findall(r"^\| `(\w+)\.json` \| (.*) \|$", text, re.MULTILINE))
    with zipfile.ZipFile(clinic.folder / "ana.zip") as archive:
        assert TEXT in archive.read("index.html").decode()
        names = {name.removesuffix(".json") for name in archive.namelist() if name.endswith(".json")}
        assert told.keys() == names
        for name in ("contacts", "addresses", "conversations", "messages"):
            for key in json.loads(archive.read(f"{name}.json"))[0]:
                assert f"`{key}`" in told[name], (name, key)


def unreadable_file(installation: Installation) -> Path:
    """A file of Ana's whose content cannot be read: it is a folder."""
    media_id = new_id()
    with contextlib.closing(sqlite3.connect(installation.folder / "data" / "recado.db")) as connection, connection:
        contact, project = connection.execute("SELECT id, project_id FROM contacts").fetchone()
        connection.execute(
            "INSERT INTO media (id, project_id, contact_id, kind, state, store_key, created_ms)"
            " VALUES (?, ?, ?, 'image', 'stored', ?, 1)",
            (media_id, project, contact, key_of(project, media_id)),
        )
    folder = installation.folder / "data" / "media" / key_of(project, media_id)
    folder.mkdir(parents=True)
    return folder


def test_retention_is_shown_before_it_is_said(clinic: Installation) -> None:
    days = ("--messages", "365", "--logs", "30")
    assert "Would go now: nothing" in clinic.ok("project", "retention", PROJECT, *days, "--dry-run")
    assert clinic.json("project", "retention", PROJECT)["messages"] is None
    assert clinic.json("project", "retention", PROJECT, *days)["messages"] == 365
    kept = clinic.json("project", "retention", PROJECT, "--messages", "keep")
    assert (kept["messages"], kept["media"], kept["logs"]) == (None, None, 30)


def test_nothing_is_erased_without_the_number_typed_again(clinic: Installation) -> None:
    done = clinic.run("contact", "erase", PROJECT, NUMBER, typed="51987654322\n")
    assert done.returncode == 1
    assert "nothing was erased" in done.stderr
    assert "No: nobody" in clinic.ok("contact", "erased", PROJECT, NUMBER)
    assert "no contact with this id, number or address" in clinic.refused("contact", "erase", PROJECT, "34600", "--yes")
    assert "8 to 36500 days" in clinic.refused("project", "retention", PROJECT, "--messages", "7")


# `recado`, but it is killed when it has erased some of the messages: from outside that moment is easily missed.
KILLED = """
import os, signal, sys
from recado.cli import main
from recado.privacy.erasing import Eraser

batch, left = Eraser._batch, 3

async def until_killed(self, held, person, holding):
    global left
    more = await batch(self, held, person, holding)
    left -= holding.table == "inbox"
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return more

Eraser._batch = until_killed
sys.argv[0] = "recado"
main()
"""


def test_an_erasure_whose_process_was_killed_is_finished_by_the_next(clinic: Installation) -> None:
    many = 5 * BATCH
    asyncio.run(ana_writes(database_of(clinic), many - 3, "more"))
    database = clinic.folder / "data" / "recado.db"
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, "contact", "erase", PROJECT, NUMBER, "--yes"], cwd=clinic.folder,
        env=clinic.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=90,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL
    assert count(database) == 2 * BATCH
    receipt = clinic.json("contact", "erase", PROJECT, NUMBER, "--yes")
    assert receipt["counts"]["inbox"] == many
    assert receipt["traces"] == 0
    assert count(database) == 0
    files = [path for path in (database, database.with_name("recado.db-wal")) if path.exists()]
    assert in_files(files, [TEXT, NUMBER]) == [[] for _ in files]


def count(path: Path) -> int:
    """How many messages are stored."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT count(*) FROM inbox").fetchone()[0]
