"""`recado backup`: a copy of database and media that belongs together, made while Recado works.

Whatever the installation's database is, the copy is a SQLite file: it can be looked into, and restored to either kind.
The key that encrypts secrets is never in it.
"""

import asyncio
import contextlib
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from recado import __version__
from recado.archive.copying import Report, copy_rows, snapshot
from recado.archive.manifest import DATABASE, MEDIA, Manifest, StoredFile, describe, write_manifest
from recado.archive.tables import count_of, kept_tables
from recado.db import Database
from recado.errors import RecadoError
from recado.kit.clock import now
from recado.kit.private import make_private
from recado.kit.stamps import stamp
from recado.migrate import check, migrate, require_same
from recado.settings import LAST_BACKUP, Settings

# The disk is shared with people's messages, each of which waits for a sync: so much is written at a time, synced, and
# followed by a pause as long as it took (measured: docs/benchmarks.md).
STEP_BYTES = 4 << 20
MIN_PAUSE_S = 0.005


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup."""

    folder: Path
    manifest: Manifest

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.manifest.files)


async def back_up(settings: Settings, into: Path, report: Report) -> Made:
    """Make a backup in a new folder below `into`. Recado may be working meanwhile.

    Raises `Conflict` (`database_not_migrated`, `database_too_new`), `RecadoError` (`backup_failed`) when the
    copy is not sound.
    """
    database = Database(settings.resolved_database_url)
    folder = into / f"recado-{now():%Y%m%dT%H%M%SZ}"
    partial = folder.with_name(folder.name + ".partial")
    try:
        state = await check(database)
        require_same(state)
        partial.mkdir(parents=True, mode=0o700)
        try:
            rows = await _copy_database(database, partial / DATABASE, report)
            files = await asyncio.to_thread(_finish_files, settings.data_dir / MEDIA, partial)
            manifest = Manifest(
                recado=__version__,
                revision=state.head,
                made_at=now().isoformat(),
                source="sqlite" if database.is_sqlite else "postgresql",
                rows=rows,
                files=files,
            )
            await asyncio.to_thread(_finish, partial, folder, manifest)
            with contextlib.suppress(OSError):  # the backup is there; that only metrics do not know of it is bearable
                await asyncio.to_thread(stamp, settings.data_dir / LAST_BACKUP, now())
        except BaseException:
            await asyncio.to_thread(shutil.rmtree, partial, ignore_errors=True)
            raise
    finally:
        await database.close()
    return Made(folder, manifest)


async def _copy_database(database: Database, to: Path, report: Report) -> dict[str, int]:
    """A sound copy of the database in a file of its own; the rows of each table."""
    if database.is_sqlite:
        await asyncio.to_thread(_copy_pages, database.sqlite_path, to, report)
    else:
        await migrate(Settings(database_url=f"sqlite:///{to}"))
    copied = Database(f"sqlite:///{to}")
    try:
        if not database.is_sqlite:
            async with snapshot(database) as reading:
                await copy_rows(reading, copied, report)
        async with snapshot(copied) as connection:
            counts = {table.name: await count_of(connection, table) for table in kept_tables()}
    finally:
        await copied.close()
    await asyncio.to_thread(_seal, to)
    return counts


def _copy_pages(source: Path, to: Path, report: Report) -> None:
    """SQLite's own backup, inside one read transaction: writers neither wait for it nor make it begin again."""
    make_private(to)
    reading = sqlite3.connect(source, isolation_level=None)
    target = sqlite3.connect(to, isolation_level=None)
    try:
        target.execute("PRAGMA synchronous=OFF")  # synced here, a little at a time
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on it sees nothing newer
        (page_bytes,) = reading.execute("PRAGMA page_size").fetchone()
        descriptor = os.open(to, os.O_RDWR)
        try:
            calm = _calmly(descriptor)

            def progress(_status: int, remaining: int, total: int) -> None:
                report("copy", total - remaining, total)
                calm()

            reading.backup(target, pages=max(1, STEP_BYTES // page_bytes), progress=progress, sleep=0)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        reading.execute("COMMIT")
    finally:
        reading.close()
        target.close()


def _calmly(descriptor: int) -> Callable[[], None]:
    """To call after each step: its bytes are on the disk, and others had their turn."""
    began_s = time.monotonic()

    def calm() -> None:
        nonlocal began_s
        os.fdatasync(descriptor)
        time.sleep(max(MIN_PAUSE_S, time.monotonic() - began_s))
        began_s = time.monotonic()

    return calm


def _seal(path: Path) -> None:
    """One file without a journal beside it, proven sound. Raises `RecadoError` (`backup_failed`)."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=DELETE")
        found = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
        has_processes = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'processes'").fetchone()
        if has_processes:
            connection.execute("DELETE FROM processes")
    finally:
        connection.close()
    if found != ["ok"]:
        raise RecadoError(f"The copy of the database is not sound: {found[0]}", code="backup_failed")


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
    """Whole files only: what is being written has a name that begins with a dot."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(root) / name for name in sorted(names) if not name.startswith("."))


def _copy_file(source: Path, target: Path) -> None:
    with source.open("rb") as reading, target.open("wb") as writing:
        calm = _calmly(writing.fileno())
        while block := reading.read(STEP_BYTES):
            writing.write(block)
            writing.flush()
            calm()
    shutil.copystat(source, target)


def _finish(partial: Path, folder: Path, manifest: Manifest) -> None:
    write_manifest(partial, manifest)
    partial.rename(folder)
    descriptor = os.open(folder.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
