"""`recado restore`: an installation from a backup, in an empty place.

What was on its way when the backup was made may have arrived since, and what was not answered yet may have been
answered: nothing of it is sent or answered by itself a second time. It is given up, where people see it and can retry
it one by one; unless whoever restores knows that Recado was stopped before the backup.
"""

import asyncio
import os
import shutil
import sqlite3
import tempfile
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path

from recado.archive.copying import Report, compare_rows, copy_rows, snapshot
from recado.archive.manifest import DATABASE, MEDIA, Manifest, damages, read_manifest
from recado.archive.tables import count_of, kept_tables
from recado.db import Database
from recado.errors import BadInput, Conflict, RecadoError
from recado.kit.crypto import SecretBox, new_token, secret_box
from recado.kit.private import make_private
from recado.media.store import open_store
from recado.migrate import check, migrate
from recado.migrations import REVISIONS
from recado.privacy.again import erase_again
from recado.privacy.erasing import Eraser
from recado.privacy.ledger import LEDGER, read_ledger
from recado.settings import Settings

_HELD_CODE = "restored"
_HELD_TEXT = "Restored from a backup: it may have been sent already"
_HOLD_OUTBOX = """
    UPDATE outbox SET state = 'dead', error_code = ?, error_text = ?, unknown_ms = NULL
    WHERE state IN ('queued', 'sending', 'unknown')
"""
_HOLD_INBOX = """
    UPDATE inbox SET dead = true
    WHERE seq > (SELECT c.settled_seq FROM conversations c WHERE c.id = inbox.conversation_id)
"""
_SETTLE = """
    UPDATE conversations SET settled_seq = last_in_seq, first_pending_ms = NULL, pending_due_ms = NULL, wake_ms = NULL,
        owner = NULL, epoch = epoch + 1, failures = 0, crashes = 0
    WHERE settled_seq < last_in_seq
"""


@dataclass(frozen=True, slots=True)
class Restored:
    """`unsent` and `unanswered` count the messages that were given up, to be looked at by people; `erased` the people
    who were erased again.
    """

    manifest: Manifest
    unsent: int
    unanswered: int
    messages: int
    erased: int


async def restore(
    settings: Settings, folder: Path, report: Report, *, resume: bool, erasures: Path | None = None
) -> Restored:
    """Restore the backup in `folder` to the database and data folder of the settings, which must be empty.

    With `resume` the installation goes on where the backup was made. Whoever was erased since (by the list `erasures`,
    or the one in the data folder) is erased again, before anybody sees them. Raises `NotFound` (`no_backup`),
    `BadInput` (`bad_backup`, `damaged_backup`, `bad_ledger`), `Conflict` (`not_empty`), `RecadoError`
    (`database_too_new`).
    """
    manifest = await asyncio.to_thread(_proven, folder)
    database = Database(settings.resolved_database_url)
    try:
        await _refuse_used(database, settings.data_dir / MEDIA)
        parent = database.sqlite_path.parent if database.is_sqlite else Path(tempfile.gettempdir())
        with tempfile.TemporaryDirectory(prefix=".recado-restore-", dir=parent) as place:
            working = Path(place) / DATABASE
            make_private(working)
            await asyncio.to_thread(shutil.copyfile, folder / DATABASE, working)
            await migrate(Settings(database_url=f"sqlite:///{working}"))
            unsent, unanswered = (0, 0) if resume else await asyncio.to_thread(_hold, working)
            messages = await _messages(working, manifest)
            await asyncio.to_thread(_restore_media, folder, settings.data_dir, manifest)
            erased = await _erase_again(working, settings, erasures)
            if database.is_sqlite:
                await asyncio.to_thread(_put, working, database.sqlite_path)
            else:
                await _fill(working, settings, database, report)
    finally:
        await database.close()
    return Restored(manifest, unsent, unanswered, messages, erased)


async def _erase_again(working: Path, settings: Settings, given: Path | None) -> int:
    entries = await asyncio.to_thread(read_ledger, given or settings.data_dir / LEDGER)
    if not entries:
        return 0
    # Without the key, which may be put back later, people are found by the ids of their contacts alone.
    has_key = bool(settings.secret_key) or await asyncio.to_thread((settings.data_dir / "secret.key").exists)
    box = secret_box(settings.secret_key, settings.data_dir) if has_key else SecretBox([new_token("none")])
    database, store = Database(f"sqlite:///{working}"), open_store(settings.media_url, settings.data_dir)
    try:
        # As the first time, its many commits are not in the audit log.
        again = erase_again(Eraser(database, store, box, settings.data_dir), entries)
        return await asyncio.create_task(again, context=Context())
    finally:
        await store.close()
        await database.close()


def _proven(folder: Path) -> Manifest:
    manifest = read_manifest(folder)
    if manifest.revision not in REVISIONS:
        raise RecadoError(
            f"A newer Recado ({manifest.recado}) made this backup. Install that version, and restore with it.",
            code="database_too_new",
        )
    if wrong := next(damages(folder, manifest), None):
        raise BadInput(f"The backup is damaged: {wrong}. Restore another one.", code="damaged_backup")
    return manifest


async def _refuse_used(database: Database, media: Path) -> None:
    if (not database.is_sqlite or database.sqlite_path.exists()) and (await check(database)).current is not None:
        async with snapshot(database) as connection:
            used = [table.name for table in kept_tables() if await count_of(connection, table)]
        if used:
            raise Conflict(
                f"The database holds an installation already ({used[0]} has rows). Name an empty one in "
                "RECADO_DATABASE_URL (or RECADO_DATA_DIR).",
                code="not_empty",
            )
    if await asyncio.to_thread(_has_files, media):
        raise Conflict(f"{media} holds files already. Name another folder in RECADO_DATA_DIR.", code="not_empty")


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _hold(path: Path) -> tuple[int, int]:
    """Give up what may have happened already; (messages that were to be sent, messages that were to be answered)."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        unsent = connection.execute(_HOLD_OUTBOX, (_HELD_CODE, _HELD_TEXT)).rowcount
        unanswered = connection.execute(_HOLD_INBOX).rowcount
        connection.execute(_SETTLE)
        connection.execute("COMMIT")
    finally:
        connection.close()
    return unsent, unanswered


async def _messages(path: Path, manifest: Manifest) -> int:
    """Counts what was restored, against what was backed up; the number of messages."""
    working = Database(f"sqlite:///{path}")
    try:
        async with snapshot(working) as connection:
            counts = {table.name: await count_of(connection, table) for table in kept_tables()}
    finally:
        await working.close()
    if any(counts.get(name, 0) < rows for name, rows in manifest.rows.items()):
        raise BadInput("The backup is damaged: rows are missing. Restore another one.", code="damaged_backup")
    return counts["inbox"] + counts["outbox"]


def _put(working: Path, target: Path) -> None:
    """The file in its place, whole or not at all."""
    connection = sqlite3.connect(working, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=DELETE")
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    finally:
        connection.close()
    if found != "ok":
        raise BadInput(f"The backup is damaged: {found}. Restore another one.", code="damaged_backup")
    with working.open("rb") as file:
        os.fsync(file.fileno())
    for beside in ("-wal", "-shm"):
        target.with_name(target.name + beside).unlink(missing_ok=True)
    working.replace(target)


async def _fill(working: Path, settings: Settings, database: Database, report: Report) -> None:
    await migrate(settings)
    source = Database(f"sqlite:///{working}")
    try:
        async with snapshot(source) as reading:
            await copy_rows(reading, database, report)
            await compare_rows(reading, database, report)
    finally:
        await source.close()


def _restore_media(folder: Path, data_dir: Path, manifest: Manifest) -> None:
    for file in manifest.files:
        if file.path.startswith(f"{MEDIA}/"):
            target = data_dir / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(folder / file.path, target)
