"""The list of erasures beside the database: a backup is older than some of them, and restoring it applies them again.

One JSON object a line. It names nobody: ids of contacts that are gone, and keyed digests.
"""

import asyncio
import fcntl
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from recado.db import Database
from recado.errors import BadInput
from recado.kit.private import write_private
from recado.privacy.models import Erasure

LEDGER = "erasures.jsonl"


@dataclass(frozen=True, slots=True)
class Entry:
    """One erasure: whose data went, and when."""

    id: str
    project_id: str
    contact_ids: tuple[str, ...]
    marks: tuple[str, ...]
    asked_by: str
    created_ms: int


def entry_of(row: Erasure) -> Entry:
    """What the list keeps of an erasure."""
    contact_ids, marks = json.loads(row.contact_ids), json.loads(row.marks)
    return Entry(row.id, row.project_id, tuple(contact_ids), tuple(marks), row.asked_by, row.created_ms)


async def list_erased(database: Database, path: Path) -> None:
    """Put everybody in the list who was erased from this database, also by processes on other machines.

    Raises `BadInput` (`bad_ledger`).
    """
    # Without a person: there is nothing left to erase, and the marks are complete.
    carried_out = select(Erasure).where(Erasure.person == "")
    async with database.system(read_only=True) as session:
        entries = [entry_of(row) for row in await session.scalars(carried_out)]
    if set(entries).difference(await asyncio.to_thread(read_ledger, path)):
        await asyncio.to_thread(write_ledger, path, entries)


def write_ledger(path: Path, entries: Iterable[Entry]) -> None:
    """Put the list in its place, whole or not at all. Entries that are in the file alone stay.

    Only one writer at a time: workers and commands erase, too.
    """
    with write_private(path.with_name(f"{path.name}.lock")) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # ends with the process
        known = {entry.id: entry for entry in (*read_ledger(path), *entries)}
        part = path.with_name(f"{path.name}.part")
        with write_private(part) as file:
            for _, entry in sorted(known.items()):
                file.write(json.dumps({name: getattr(entry, name) for name in Entry.__slots__}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)


def read_ledger(path: Path) -> list[Entry]:
    """The erasures of the list; none if there is no file. Raises `BadInput` (`bad_ledger`)."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    try:
        found = [json.loads(line) for line in lines if line.strip()]
        return [
            Entry(
                str(one["id"]), str(one["project_id"]), tuple(one["contact_ids"]), tuple(one["marks"]),
                str(one["asked_by"]), int(one["created_ms"]),
            )
            for one in found
        ]  # fmt: skip
    except (ValueError, KeyError, TypeError):
        raise BadInput(f"{path} is no list of erasures", code="bad_ledger") from None
