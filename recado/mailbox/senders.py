"""Sender leases: each line is sent on by one process at a time, under an epoch (the fence) that only grows.

Lines are shared evenly by the living workers. A dead worker's lines are free as soon as its leases end.
"""

from collections.abc import Sequence
from typing import NamedTuple

from recado.kit.clock import WRONG_CLOCK_MS
from recado.mailbox.driver import Tx
from recado.mailbox.sql import Query

SENDER_LEASE_MS = 5_000
# A process that gave no sign of life for so long is not counted when lines are shared.
PROCESS_DEAD_AFTER_MS = 4_000
_ALIVE_NOW = f"beat_ms > {{now}} - :dead_ms AND beat_ms < {{now}} + {WRONG_CLOCK_MS}"
# Lines taken over in one round: far more than a process holds.
MAX_ABANDONED = 1_000
# Rows of processes that are long gone are removed.
PROCESS_FORGOTTEN_AFTER_MS = 3_600_000

_ADD_MISSING = Query(
    """
    INSERT INTO senders (line_id, project_id)
    SELECT l.id, l.project_id FROM lines l
    WHERE NOT EXISTS (SELECT 1 FROM senders s WHERE s.line_id = l.id)
    ON CONFLICT (line_id) DO NOTHING
    """
)
_COUNT = Query(
    f"""
    SELECT (SELECT count(*) FROM senders), count(*), coalesce(sum(CASE WHEN id < :owner THEN 1 ELSE 0 END), 0),
        (SELECT min({{greatest}}(lease_until_ms - {{now}}, 0)) FROM senders
         WHERE owner <> :owner AND lease_until_ms <= {{now}} + {WRONG_CLOCK_MS})
    FROM processes WHERE kind IN ('up', 'worker') AND {_ALIVE_NOW}
    """,
    scalars="dead_ms bigint, owner uuid",
)


def _take(which: str) -> Query:
    return Query(
        f"""
        WITH free AS MATERIALIZED (
            SELECT line_id FROM senders
            WHERE {which} AND (lease_until_ms <= {{now}} OR lease_until_ms > {{now}} + {WRONG_CLOCK_MS})
            ORDER BY line_id LIMIT :size {{skip_locked}}
        )
        UPDATE senders SET owner = :owner, epoch = epoch + 1, lease_until_ms = {{now}} + {SENDER_LEASE_MS}
        FROM free WHERE senders.line_id = free.line_id
        RETURNING senders.line_id, epoch
        """,
        scalars="size bigint, owner uuid",
    )


_TAKE_FREE = _take("owner IS NULL")
_TAKE_ABANDONED = _take("owner IS NOT NULL")
_RENEW = Query(
    f"""
    UPDATE senders SET lease_until_ms = {{now}} + {SENDER_LEASE_MS} FROM {{rows}}
    WHERE senders.line_id = i.line_id AND senders.epoch = i.epoch AND owner = :owner
    RETURNING senders.line_id
    """,
    rows="line_id uuid, epoch bigint",
    scalars="owner uuid",
)
_RELEASE = Query(
    """
    UPDATE senders SET owner = NULL, lease_until_ms = 0 FROM {rows}
    WHERE senders.line_id = i.line_id AND senders.epoch = i.epoch AND owner = :owner
    """,
    rows="line_id uuid, epoch bigint",
    scalars="owner uuid",
)
_BEAT = Query(
    f"""
    INSERT INTO processes (id, kind, version, started_ms, beat_ms) VALUES (:id, :kind, :version, {{now}}, {{now}})
    ON CONFLICT (id) DO UPDATE SET beat_ms = excluded.beat_ms, started_ms = CASE
        WHEN processes.beat_ms < {{now}} - :dead_ms OR processes.beat_ms > {{now}} + {WRONG_CLOCK_MS} THEN {{now}}
        ELSE processes.started_ms END
    """,
    scalars="id uuid, kind text, version text, dead_ms bigint",
)
_FORGET = Query("DELETE FROM processes WHERE beat_ms < {now} - :after_ms", scalars="after_ms bigint")
_STOP = Query("UPDATE processes SET kind = 'stopping' WHERE id = :id", scalars="id uuid")
_LEAVE = Query("DELETE FROM processes WHERE id = :id", scalars="id uuid")
_ALIVE = Query(
    f"SELECT count(*) FROM processes WHERE kind IN ('up', 'worker') AND {_ALIVE_NOW}",
    scalars="dead_ms bigint",
)

_LIVING = Query(f"SELECT id FROM processes WHERE {_ALIVE_NOW}", scalars="dead_ms bigint")


async def beat(tx: Tx, process_id: str, kind: str, version: str) -> None:
    """Say that this process lives. One that was not heard of for long, as when the database was away, begins anew, and
    so does one whose clock was put back.
    """
    await tx.fetch(_BEAT, id=process_id, kind=kind, version=version, dead_ms=PROCESS_DEAD_AFTER_MS)
    await tx.fetch(_FORGET, after_ms=PROCESS_FORGOTTEN_AFTER_MS)


async def stop_working(tx: Tx, process_id: str) -> None:
    """Say that this process takes no more work, so that its share of the lines is free at once. It still lives."""
    await tx.fetch(_STOP, id=process_id)


async def leave(tx: Tx, process_id: str) -> None:
    """Say that this process ends."""
    await tx.fetch(_LEAVE, id=process_id)


async def living_workers(tx: Tx) -> int:
    """How many workers gave a sign of life lately."""
    (row,) = await tx.fetch(_ALIVE, dead_ms=PROCESS_DEAD_AFTER_MS)
    return int(row[0])


async def living(tx: Tx, dead_after_ms: int) -> frozenset[str]:
    """The ids of the processes that gave a sign of life within this time."""
    return frozenset(str(row[0]) for row in await tx.fetch(_LIVING, dead_ms=dead_after_ms))


async def add_missing(tx: Tx) -> None:
    """Give every line its place among the leases."""
    await tx.fetch(_ADD_MISSING)


class Share(NamedTuple):
    """How many lines a worker should hold: an even part; the oldest workers have one more where it does not divide. And
    in how many milliseconds the first lease of somebody else ends, if it is not renewed: 0 if it has ended meanwhile
    (None: nobody else has one).
    """

    lines: int
    lease_ends_in_ms: int | None


async def fair_share(tx: Tx, owner: str) -> Share:
    """The share of this worker."""
    ((lines, workers, older, ends_in_ms),) = await tx.fetch(_COUNT, dead_ms=PROCESS_DEAD_AFTER_MS, owner=owner)
    each, rest = divmod(int(lines), max(1, int(workers)))
    return Share(each + (int(older) < rest), ends_in_ms)


async def take_lines(tx: Tx, owner: str, size: int) -> dict[str, int]:
    """Lease up to `size` lines that nobody wants; line id -> fence."""
    if size <= 0:
        return {}
    return {row[0]: row[1] for row in await tx.fetch(_TAKE_FREE, size=size, owner=owner)}


async def take_abandoned(tx: Tx, owner: str) -> dict[str, int]:
    """Lease lines whose owner let its lease end: it is dead or cut off. Whose share they are is settled later."""
    return {row[0]: row[1] for row in await tx.fetch(_TAKE_ABANDONED, size=MAX_ABANDONED, owner=owner)}


async def renew_lines(tx: Tx, owner: str, fences: dict[str, int]) -> set[str]:
    """Extend leases; the lines that are still ours."""
    return {row[0] for row in await tx.fetch(_RENEW, sorted(fences.items()), owner=owner)}


async def release_lines(tx: Tx, owner: str, fences: Sequence[tuple[str, int]]) -> None:
    """Give lines back, so that another worker can take them at once."""
    await tx.fetch(_RELEASE, list(fences), owner=owner)
