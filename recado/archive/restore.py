"""`recado restore`: an installation from a backup, in an empty place.

What was on its way when the backup was made may have arrived since, what was not answered yet may have been answered,
and a job may have ended: nothing of it is done by itself a second time (`recado.archive.holding`); unless whoever
restores knows that Recado was stopped before the backup.
"""

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path

from recado.archive.copying import Report, fill, snapshot
from recado.archive.holding import Held, hold
from recado.archive.manifest import DATABASE, MEDIA, Manifest, damages, read_manifest
from recado.archive.place import refuse_used
from recado.archive.scratch import restore_folder
from recado.archive.tables import count_of, kept_tables
from recado.db import Database
from recado.errors import BadInput, Conflict, RecadoError
from recado.kit.acting import unnoted
from recado.kit.crypto import has_key, secret_box
from recado.kit.private import PRIVATE, make_private
from recado.media.folder import sync_folder
from recado.media.store import CHUNK_BYTES, open_store
from recado.migrate import migrate
from recado.migrations import REVISIONS
from recado.privacy.again import erase_again, not_known, refuse_without_key
from recado.privacy.erasing import Eraser
from recado.privacy.ledger import LEDGER, Entry, read_ledger, write_ledger
from recado.settings import Settings

# Whose rows a database gets that a restore fills.
_MARK = "restore"
# Among the media until all is restored: those that are there may be written again.
_UNFINISHED = ".restoring"


@dataclass(frozen=True, slots=True)
class Restored:
    """`held` is what was given up, to be looked at by people; `erased` counts those who were erased again, and is None
    where there was no list of erasures.
    """

    manifest: Manifest
    held: Held
    messages: int
    erased: int | None


async def restore(
    settings: Settings,
    folder: Path,
    report: Report,
    *,
    resume: bool,
    erasures: Path | None = None,
    key_lost: bool = False,
) -> Restored:
    """Restore the backup in `folder` to the database and data folder of the settings, which must be empty.

    With `resume` the installation goes on where the backup was made. Whoever was erased since (by the list `erasures`,
    or the one in the data folder) is erased again, before anybody sees them; that takes the secret key, unless it is
    said that `key_lost`. Raises `NotFound` (`no_backup`), `BadInput` (`bad_backup`, `damaged_backup`, `bad_ledger`),
    `Conflict` (`key_missing`, `not_empty`, `still_running`, `database_too_new`, `target_in_use`), `RecadoError`
    (`database_too_new`), `Unavailable` (`media_store_unavailable`).
    One that is interrupted can be begun again.
    """
    manifest = await asyncio.to_thread(_proven, folder)
    database = Database(settings.resolved_database_url)
    try:
        await refuse_used(database)
        await _refuse_files(settings.data_dir / MEDIA)
        entries = await _listed_erasures(settings, erasures)
        parent = database.sqlite_path.parent if database.is_sqlite else Path(tempfile.gettempdir())
        with restore_folder(parent) as place:
            working = place / DATABASE
            make_private(working)
            await asyncio.to_thread(shutil.copyfile, folder / DATABASE, working)
            await migrate(f"sqlite:///{working}")
            if entries and not key_lost:
                await _refuse_without_key(working, settings, entries)
            held = Held() if resume else await _hold(working)
            messages = await _messages(working, manifest)
            await _restore_media(folder, settings, manifest)
            erased = await _erase_again(working, settings, entries)
            if database.is_sqlite:
                await refuse_used(database)  # somebody may have come meanwhile
                await database.close()
                await asyncio.to_thread(_put, working, database.sqlite_path)
            else:
                await _fill(working, settings, report)
        (settings.data_dir / MEDIA / _UNFINISHED).unlink(missing_ok=True)
    finally:
        await database.close()
    return Restored(manifest, held, messages, erased)


async def _listed_erasures(settings: Settings, given: Path | None) -> list[Entry] | None:
    """None where there is no list."""
    path = given or settings.data_dir / LEDGER
    return await asyncio.to_thread(read_ledger, path) if await asyncio.to_thread(path.exists) else None


async def _refuse_without_key(working: Path, settings: Settings, entries: Sequence[Entry]) -> None:
    there = await asyncio.to_thread(has_key, settings.secret_key, settings.data_dir)
    box = secret_box(settings.secret_key, settings.data_dir) if there else None
    database = Database(f"sqlite:///{working}")
    try:
        refuse_without_key(await not_known(database, entries), box)
    finally:
        await database.close()


async def _erase_again(working: Path, settings: Settings, entries: Sequence[Entry] | None) -> int | None:
    if not entries:
        return None if entries is None else 0
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    # Also whom this backup does not know.
    await asyncio.to_thread(write_ledger, settings.data_dir / LEDGER, entries)
    database, store = Database(f"sqlite:///{working}"), open_store(settings.media_url, settings.data_dir)
    try:
        if not await not_known(database, entries):
            return 0
        # The key that this installation has from now on, for the messages that a provider repeats: if the old one is
        # lost and there is no new one yet, it is made here.
        box = secret_box(settings.secret_key, settings.data_dir)
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


async def _refuse_files(media: Path) -> None:
    if await asyncio.to_thread(_has_files, media):
        raise Conflict(f"{media} holds files already. Name another folder in RECADO_DATA_DIR.", code="not_empty")


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir()) and not (folder / _UNFINISHED).exists()


async def _hold(working: Path) -> Held:
    database = Database(f"sqlite:///{working}")
    try:
        with unnoted():  # the restore is
            return await hold(database)
    finally:
        await database.close()


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
    # What an older file left would be worked into this one.
    for beside in ("-wal", "-shm", "-journal"):
        target.with_name(target.name + beside).unlink(missing_ok=True)
    working.replace(target)
    sync_folder(target.parent)


async def _fill(working: Path, settings: Settings, report: Report) -> None:
    source, database = Database(f"sqlite:///{working}"), Database(settings.resolved_direct_url)
    try:
        async with snapshot(source) as reading:
            await fill(reading, database, _MARK, report)
    finally:
        await database.close()
        await source.close()


async def _restore_media(folder: Path, settings: Settings, manifest: Manifest) -> None:
    """Files go to where the installation looks for them from now on."""
    media = [file.path for file in manifest.files if file.path.startswith(f"{MEDIA}/")]
    if settings.media_url:
        await _put_in_bucket(folder, settings, media)
    else:
        await asyncio.to_thread(_copy_media, folder, settings.data_dir, media)


async def _put_in_bucket(folder: Path, settings: Settings, media: Sequence[str]) -> None:
    store = open_store(settings.media_url, settings.data_dir)
    try:
        for path in media:
            await store.put(path.removeprefix(f"{MEDIA}/"), _chunks(folder / path))
    finally:
        await store.close()


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk


def _copy_media(folder: Path, data_dir: Path, media: Sequence[str]) -> None:
    if not media:
        return
    # Whatever became of the backup's modes on its way: what people sent is for this user only, as where it was kept.
    (data_dir / MEDIA).mkdir(mode=0o700, parents=True, exist_ok=True)
    (data_dir / MEDIA / _UNFINISHED).touch()
    for path in media:
        target = data_dir / path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / path).open("rb") as reading, target.open("wb") as writing:
            os.fchmod(writing.fileno(), PRIVATE)
            shutil.copyfileobj(reading, writing, CHUNK_BYTES)
            writing.flush()
            os.fsync(writing.fileno())
