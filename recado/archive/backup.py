"""`recado backup`: a copy of database and media that belongs together, made while Recado works.

Whatever the installation's database is, the copy is a SQLite file: it can be looked into, and restored to either kind.
The key that encrypts secrets is never in it.
"""

import asyncio
import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recado import __version__
from recado.archive.calm import Calm
from recado.archive.copying import Report, snapshot
from recado.archive.filling import Filling, pace
from recado.archive.manifest import DATABASE, MEDIA, Manifest, StoredFile, describe, write_manifest
from recado.archive.scratch import backup_folder, finished
from recado.archive.spooling import Spool, spool
from recado.archive.tables import count_of, kept_tables
from recado.db import Database
from recado.errors import BadInput, RecadoError
from recado.kit.clock import now
from recado.kit.private import make_private
from recado.kit.sqlite import LOG_BYTES
from recado.kit.stamps import stamp
from recado.media.folder import PARTS, sync_folder
from recado.migrate import check, migrate, require_same
from recado.privacy.ledger import LEDGER, list_erased
from recado.settings import LAST_BACKUP, Settings

# Pages of one step: about as much as a slice of `Calm` writes.
_STEP_BYTES = 1 << 20
_BLOCK_BYTES = 1 << 20
# While a copy reads, SQLite's log grows by what people write, and has to be worked off afterwards. Beyond this the copy
# goes on without pauses.
_LOG_BYTES = 3 * LOG_BYTES  # the first of them is there in the best of days


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup. What the installation keeps in a bucket is not in it."""

    folder: Path
    manifest: Manifest
    has_bucket: bool

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.manifest.files)


async def back_up(settings: Settings, into: Path, report: Report) -> Made:
    """Make a backup in a new folder below `into`. Recado may be working meanwhile.

    Raises `BadInput` (`backup_into_media`), `Conflict` (`database_not_migrated`, `database_too_new`), `RecadoError`
    (`backup_failed`) when the copy is not sound; and `BadInput` (`bad_ledger`), `RecadoError` (`erasures_not_listed`)
    when it is, and the list of erasures beside it is not.
    """
    media = settings.data_dir / MEDIA
    await asyncio.to_thread(_refuse_inside, into, media)
    database = Database(settings.resolved_database_url)
    folder = into / f"recado-{now():%Y%m%dT%H%M%SZ}"
    partial = folder.with_name(folder.name + ".partial")
    try:
        state = await check(database)
        require_same(state)
        with backup_folder(partial):
            rows = await _copy_database(database, partial / DATABASE, report)
            files = await asyncio.to_thread(_finish_files, media, partial)
            manifest = Manifest(
                recado=__version__,
                revision=state.head,
                made_at=now().isoformat(),
                source="sqlite" if database.is_sqlite else "postgresql",
                rows=rows,
                files=files,
            )
            await asyncio.to_thread(_finish, partial, folder, manifest)
            await _list_erased(database, settings.data_dir)
            with contextlib.suppress(OSError):  # the backup is there; that only metrics do not know of it is bearable
                await asyncio.to_thread(stamp, settings.data_dir / LAST_BACKUP, now())
    finally:
        await database.close()
    return Made(folder, manifest, bool(settings.media_url))


def _refuse_inside(into: Path, media: Path) -> None:
    if into.resolve().is_relative_to(media.resolve()):
        raise BadInput(
            f"{into} lies in the folder of media, which a backup copies: name another one", code="backup_into_media"
        )


async def _list_erased(database: Database, data_dir: Path) -> None:
    """Whoever brings the list away with the backup has all who were erased, whichever machine did it."""
    try:
        await asyncio.to_thread(data_dir.mkdir, parents=True, exist_ok=True)
        await list_erased(database, data_dir / LEDGER)
    except OSError as error:
        told = f"The backup is made, but the list of erasures that belongs to it could not be written: {error}"
        raise RecadoError(told, code="erasures_not_listed") from error


async def _copy_database(database: Database, to: Path, report: Report) -> dict[str, int]:
    """A sound copy of the database in a file of its own; the rows of each table."""
    if database.is_sqlite:
        await asyncio.to_thread(_copy_pages, database.sqlite_path, to, report)
    else:
        await _copy_rows(database, to, report)
    await asyncio.to_thread(_seal, to)
    copied = Database(f"sqlite:///{to}")
    try:
        async with snapshot(copied) as connection:
            counts = {table.name: await count_of(connection, table) for table in kept_tables()}
    finally:
        await copied.close()
    await asyncio.to_thread(_without_journal, to)
    return counts


async def _copy_rows(database: Database, to: Path, report: Report) -> None:
    await migrate(f"sqlite:///{to}")
    spools = await spool(database, to.parent, report)
    await asyncio.to_thread(_fill, to, spools, report)


def _fill(path: Path, spools: list[Spool], report: Report) -> None:
    with contextlib.closing(Filling(path)) as filling:
        for n, one in enumerate(spools, 1):
            filling.add(one.table, one.rows())
            one.remove()
            report("write", n, len(spools))
        filling.finish()


def _copy_pages(source: Path, to: Path, report: Report) -> None:
    """SQLite's own backup, inside one read transaction: writers neither wait for it nor make it begin again."""
    make_private(to)
    reading = sqlite3.connect(source, isolation_level=None)
    target = sqlite3.connect(to, isolation_level=None)
    log = source.with_name(source.name + "-wal")
    try:
        target.execute("PRAGMA synchronous=OFF")  # synced here, a little at a time
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on it sees nothing newer
        (page_bytes,) = reading.execute("PRAGMA page_size").fetchone()
        with Calm(to) as calm:

            def progress(_status: int, remaining: int, total: int) -> None:
                report("copy", total - remaining, total)
                calm(rest=_size_of(log) < _LOG_BYTES)

            reading.backup(target, pages=max(1, _STEP_BYTES // page_bytes), progress=progress, sleep=0)
        reading.execute("COMMIT")
        # What came in meanwhile is worked off here, and not in the next commit of somebody's message. The copy is whole
        # where that cannot be, as on a full disk.
        with contextlib.suppress(sqlite3.OperationalError):
            reading.execute("PRAGMA wal_checkpoint(PASSIVE)")
    finally:
        reading.close()
        target.close()


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _seal(path: Path) -> None:
    """Proven sound, and without what belongs to one machine only. Raises `RecadoError` (`backup_failed`)."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        with Calm(path) as calm:
            pace(connection, calm)
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'processes'").fetchone():
                connection.execute("DELETE FROM processes")
    finally:
        connection.close()
    if found != ["ok"]:
        raise RecadoError(f"The copy of the database is not sound: {found[0]}", code="backup_failed")


def _without_journal(path: Path) -> None:
    """One file, with nothing beside it."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=DELETE")
    finally:
        connection.close()


def _finish_files(media: Path, folder: Path) -> tuple[StoredFile, ...]:
    """Copy the media, and describe all files."""
    files = [describe(folder, folder / DATABASE)]
    for source in _files_below(media):
        target = folder / MEDIA / source.relative_to(media)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            _copy_file(source, target)
        except FileNotFoundError:  # erased meanwhile
            continue
        files.append(describe(folder, target))
    return tuple(files)


def _files_below(folder: Path) -> Iterator[Path]:
    """Whole files only, and no marks of our own, whose names begin with a dot."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if Path(root, name) != folder / PARTS)
        yield from (Path(root) / name for name in sorted(names) if not name.startswith("."))


def _copy_file(source: Path, target: Path) -> None:
    with source.open("rb") as reading, target.open("wb", buffering=0) as writing, Calm(target) as calm:
        while block := reading.read(_BLOCK_BYTES):
            writing.write(block)
            calm()
    shutil.copystat(source, target)


def _finish(partial: Path, folder: Path, manifest: Manifest) -> None:
    write_manifest(partial, manifest)
    finished(partial)
    partial.rename(folder)
    sync_folder(folder.parent)
