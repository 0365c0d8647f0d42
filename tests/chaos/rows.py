"""What the database says, read by plain SQL from outside the product's processes."""

import asyncio
import hashlib
import json
import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from recado.db import Database

_TABLES = (
    *("lines", "conversations", "inbox", "outbox", "senders", "processes", "events", "unrouted", "addresses"),
    *("media", "media_uploads", "jobs", "job_callbacks", "schedules", "bulk_recipients", "webhook_deliveries"),
    "answer_jobs",
)
_HIDDEN = frozenset({"secrets", "secret", "callback_key"})
# A server that recovers for longer than this on so little data is stuck.
_DOWN_AT_MOST_S = 60.0
_RETRY_S = 0.02


@dataclass(frozen=True, slots=True)
class In:
    """A row of the inbox."""

    conversation: str
    seq: int
    provider_id: str
    text: str
    dead: bool


@dataclass(frozen=True, slots=True)
class Out:
    """A row of the outbox."""

    id: str
    conversation: str
    seq: int
    text: str
    state: str
    repeated: bool
    provider_id: str | None


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation: which person on which line, and what is still open in it. `people` are the person's numbers."""

    id: str
    line: str
    people: tuple[str, ...]
    open: int
    owner: str | None


@dataclass(frozen=True, slots=True)
class File:
    """A file of a message that came in, named by it, or one that was uploaded, by its own id. `sha256` is what the row
    says, `kept_sha256` what lies in the store ("" if nothing).
    """

    name: str
    state: str
    sha256: str | None
    kept_sha256: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job. `key` is a hash of what makes it unique, `project` a slug, and `ends` how often an end of it was told."""

    id: str
    state: str
    key: str | None
    schedule_id: str | None
    project: str = ""
    result: Any = None
    ends: int = 1


@dataclass(frozen=True, slots=True)
class Event:
    """An event that a webhook carries out. `project` is a slug."""

    id: str
    name: str
    project: str
    position: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that a verdict needs of the database and the folder of files. `told` is for webhooks."""

    inbox: tuple[In, ...]
    outbox: tuple[Out, ...]
    talks: tuple[Talk, ...]
    unrouted: int
    events: tuple[str, ...]
    files: tuple[File, ...] = ()
    uploads: tuple[File, ...] = ()
    jobs: tuple[Job, ...] = ()
    told: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Holding:
    """Something that a process held when it died: a line to send on, a conversation to answer, a job to do."""

    kind: str  # "line", "turn" or "job"
    id: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Held:
    """What was in the hands of a process, or not done yet, at the moment of its death; `files` of those it was sending
    are messages with a file.
    """

    holdings: tuple[Holding, ...]
    sending: int
    waiting_lines: tuple[str, ...]
    files: int = 0


async def read_all(database: Database, media: Path) -> Found:
    """What the tables say, and the files in the folder `media`."""
    inbox = await _fetch(database, "SELECT conversation_id, seq, provider_message_id, body, dead FROM inbox")
    outbox = await _fetch(
        database, "SELECT id, conversation_id, seq, body, state, repeated, provider_message_id FROM outbox"
    )
    return Found(
        inbox=tuple(In(str(c), seq, pid, _in_text(body), bool(dead)) for c, seq, pid, body, dead in inbox),
        outbox=tuple(
            Out(str(i), str(c), seq, _out_text(body), state, bool(repeated), pid)
            for i, c, seq, body, state, repeated, pid in outbox
        ),
        talks=await _talks(database),
        unrouted=int((await _fetch(database, "SELECT count(*) FROM unrouted"))[0][0]),
        events=tuple(row[0] for row in await _fetch(database, "SELECT name FROM events ORDER BY id")),
        files=await _files(database, media),
        uploads=await _uploads(database, media),
        jobs=await _jobs(database),
        told=await _told(database),
    )


def on_lines(found: Found, lines: Collection[str]) -> Found:
    """What was said on the lines with these addresses."""
    ids = {talk.id for talk in found.talks if talk.line in lines}
    return replace(
        found,
        inbox=tuple(row for row in found.inbox if row.conversation in ids),
        outbox=tuple(row for row in found.outbox if row.conversation in ids),
        talks=tuple(talk for talk in found.talks if talk.id in ids),
    )


async def _files(database: Database, media: Path) -> tuple[File, ...]:
    rows = await _fetch(
        database,
        "SELECT i.provider_message_id, m.state, m.sha256, m.store_key FROM media m JOIN inbox i ON i.id = m.message_id",
    )
    return tuple(_file(media, *row) for row in rows)


async def _uploads(database: Database, media: Path) -> tuple[File, ...]:
    rows = await _fetch(database, "SELECT id, state, sha256, store_key FROM media WHERE message_id IS NULL")
    return tuple(_file(media, *row) for row in rows)


def _file(media: Path, name: object, state: str, sha256: str | None, key: str | None) -> File:
    return File(str(name), state, sha256, _sha256_of(media / key) if key else "")


async def _jobs(database: Database) -> tuple[Job, ...]:
    told = await _fetch(database, "SELECT data FROM events WHERE name = 'job.finished'")
    ends = Counter(str(json.loads(data)["job_id"]) for (data,) in told)
    rows = await _fetch(
        database,
        "SELECT j.id, j.state, j.key, j.schedule_id, p.slug, j.result FROM jobs j JOIN projects p "
        "ON p.id = j.project_id",
    )
    return tuple(
        Job(str(i), state, key, str(schedule) if schedule else None, slug, json.loads(result or "null"), ends[str(i)])
        for i, state, key, schedule, slug, result in rows
    )


def _sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


async def _told(database: Database) -> tuple[Event, ...]:
    """What the webhooks of the run want, after the first of them was made."""
    rows = await _fetch(
        database,
        "SELECT e.id, e.name, p.slug, e.position, e.created_ms FROM events e JOIN projects p ON p.id = e.project_id "
        "JOIN webhook_endpoints w ON w.project_id = e.project_id AND e.position > w.after_position "
        "WHERE e.name = 'message.received' OR e.name LIKE 'media.%' OR e.name LIKE 'job.%' ORDER BY e.position",
    )
    return tuple(Event(str(i), name, slug, position, at_ms) for i, name, slug, position, at_ms in rows)


def _in_text(body: str) -> str:
    content = json.loads(body).get("content", {})
    if content.get("type") == "media":
        return str(content.get("caption", ""))
    return str(content.get("text", "")) if content.get("type") == "text" else f"[{content.get('type')}]"


def _out_text(body: str) -> str:
    content = json.loads(body)
    offered: list[dict[str, str]] = content.get("buttons") or content.get("rows") or []
    said = str(content.get("text") or content.get("caption") or "")
    return "\n".join((said, *(f"- {choice['title']}" for choice in offered)))


async def _talks(database: Database) -> tuple[Talk, ...]:
    numbers: dict[str, list[str]] = {}
    for contact, value in await _fetch(database, "SELECT contact_id, value FROM addresses WHERE kind = 'phone'"):
        numbers.setdefault(str(contact), []).append(value)
    rows = await _fetch(
        database,
        "SELECT c.id, l.address, c.contact_id, c.last_in_seq - c.settled_seq, c.owner "
        "FROM conversations c JOIN lines l ON l.id = c.line_id",
    )
    return tuple(
        Talk(str(i), line, tuple(numbers.get(str(contact), ())), max(0, left), str(owner) if owner else None)
        for i, line, contact, left, owner in rows
    )


async def wait_until_up(database: Database) -> None:
    """Return when the database answers."""
    await _fetch(database, "SELECT 1")


async def stored(database: Database) -> int:
    """How many messages people wrote have come in."""
    asked = "SELECT count(*) FROM inbox i JOIN lines l ON l.id = i.line_id WHERE l.channel = 'cloud-api'"
    return int((await _fetch(database, asked))[0][0])


async def open_work(database: Database) -> int:
    """Messages that are not answered, and answers that are not sent."""
    rows = await _fetch(
        database,
        "SELECT (SELECT count(*) FROM conversations WHERE last_in_seq > settled_seq OR owner IS NOT NULL), "
        "(SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending', 'unknown'))",
    )
    return int(rows[0][0]) + int(rows[0][1])


async def open_sides(database: Database) -> int:
    """Files to be fetched, jobs to be done, events and ends of jobs to be posted."""
    rows = await _fetch(
        database,
        "SELECT (SELECT count(*) FROM media WHERE state = 'pending'), "
        "(SELECT count(*) FROM jobs WHERE state IN ('pending', 'running')), "
        "(SELECT count(*) FROM schedules WHERE last_ms IS NULL), "
        "(SELECT count(*) FROM events WHERE position IS NULL), "
        "(SELECT count(*) FROM webhook_deliveries WHERE state = 'queued'), "
        "(SELECT count(*) FROM answer_jobs WHERE callback_due_ms IS NOT NULL), "
        "(SELECT count(*) FROM job_callbacks WHERE done_ms IS NULL), "
        "(SELECT coalesce(max(position), 0) FROM event_positions) - (SELECT coalesce(max(position), 0) FROM "
        "webhook_positions)",
    )
    return sum(int(count) for count in rows[0])


async def last_ticks(database: Database) -> dict[str, int | None]:
    """By schedule, the last tick for which there is a job."""
    return {str(row[0]): row[1] for row in await _fetch(database, "SELECT id, last_ms FROM schedules")}


async def conversation_of(database: Database, line: str, person: str) -> str:
    """The conversation of a person (a number) on a line (its address)."""
    rows = await _fetch(
        database,
        "SELECT c.id FROM conversations c JOIN lines l ON l.id = c.line_id JOIN addresses a "
        "ON a.contact_id = c.contact_id WHERE l.address IN :line AND a.kind = 'phone' AND a.value IN :person",
        line=[line],
        person=[person],
    )
    return str(rows[0][0])


async def held_up(database: Database) -> set[str]:
    """People (their numbers) to whom nothing is sent because of an outcome that is not known."""
    return await _column(
        database,
        "SELECT a.value FROM outbox o JOIN conversations c ON c.id = o.conversation_id JOIN addresses a "
        "ON a.contact_id = c.contact_id WHERE o.state = 'unknown' AND a.kind = 'phone'",
    )


async def sending_files(database: Database) -> set[str]:
    """Processes (their ids) that send on a line on which a message with a file is on its way."""
    return await _column(
        database,
        "SELECT s.owner FROM senders s WHERE s.owner IS NOT NULL AND EXISTS (SELECT 1 FROM outbox o "
        "WHERE o.line_id = s.line_id AND o.state = 'sending' AND o.body LIKE '%\"media_id\"%')",
    )


async def processes(database: Database) -> set[str]:
    """Ids of all processes that ever gave a sign of life (lately)."""
    return await _column(database, "SELECT id FROM processes")


async def held_by(database: Database, owners: Sequence[str]) -> Held:
    """What these (dead) processes hold. Lines come by their address where something waits to be sent."""
    if not owners:
        return Held((), 0, ())  # it died before it had an id
    turns = await _fetch(
        database,
        "SELECT id, epoch FROM conversations WHERE CAST(owner AS varchar) IN :owners AND last_in_seq > settled_seq",
        owners=list(owners),
    )
    lines = await _fetch(
        database, "SELECT line_id, epoch FROM senders WHERE CAST(owner AS varchar) IN :owners", owners=list(owners)
    )
    counts = await _fetch(
        database,
        "SELECT l.address, sum(CASE WHEN o.state = 'sending' THEN 1 ELSE 0 END), "
        "sum(CASE WHEN o.state = 'queued' THEN 1 ELSE 0 END), "
        "sum(CASE WHEN o.state = 'sending' AND o.body LIKE '%\"media_id\"%' THEN 1 ELSE 0 END) "
        "FROM senders s JOIN lines l ON l.id = s.line_id JOIN outbox o ON o.line_id = s.line_id "
        "WHERE CAST(s.owner AS varchar) IN :owners AND o.state IN ('queued', 'sending') GROUP BY l.address",
        owners=list(owners),
    )
    holdings = [Holding("turn", str(i), epoch) for i, epoch in turns]
    jobs = await _fetch(
        database,
        "SELECT id, epoch FROM jobs WHERE CAST(owner AS varchar) IN :owners AND state = 'running'",
        owners=list(owners),
    )
    holdings += [Holding("line", str(i), epoch) for i, epoch in lines]
    holdings += [Holding("job", str(i), epoch) for i, epoch in jobs]
    sending, files = (sum(int(row[n]) for row in counts) for n in (1, 3))
    return Held(tuple(holdings), sending, tuple(row[0] for row in counts if row[2]), files)


async def epochs(database: Database, holdings: Sequence[Holding]) -> dict[Holding, tuple[int, bool]]:
    """(epoch now, whether it is free) of each."""
    found: dict[Holding, tuple[int, bool]] = {}
    for kind, query in (
        ("turn", "SELECT id, epoch, owner FROM conversations WHERE CAST(id AS varchar) IN :ids"),
        ("line", "SELECT line_id, epoch, owner FROM senders WHERE CAST(line_id AS varchar) IN :ids"),
        ("job", "SELECT id, epoch, owner FROM jobs WHERE CAST(id AS varchar) IN :ids"),
    ):
        wanted = {holding.id: holding for holding in holdings if holding.kind == kind}
        if wanted:
            for row, epoch, owner in await _fetch(database, query, ids=list(wanted)):
                found[wanted[str(row)]] = epoch, owner is None
    return found


async def dump(database: Database) -> dict[str, list[dict[str, Any]]]:
    """All rows of the tables that tell the story, for the evidence of a violation."""
    found: dict[str, list[dict[str, Any]]] = {}
    async with database.engine.connect() as connection:
        await connection.execution_options(read_only=True)
        for table in _TABLES:
            rows = (await connection.execute(text(f"SELECT * FROM {table}"))).mappings().all()  # noqa: S608 # ours
            found[table] = [{k: _plain(v) for k, v in row.items() if k not in _HIDDEN} for row in rows]
    return found


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | None) else str(value)


async def _fetch(database: Database, query: str, **lists: list[str]) -> list[Any]:
    """The rows of a query; waits for a server that is down on purpose."""
    parameters: list[Any] = [bindparam(name, expanding=True) for name in lists]
    statement = text(query).bindparams(*parameters)
    until = time.monotonic() + _DOWN_AT_MOST_S
    while True:
        try:
            async with database.engine.connect() as connection:
                await connection.execution_options(read_only=True)
                return list((await connection.execute(statement, lists)).all())
        except (SQLAlchemyError, OSError) as error:
            if time.monotonic() > until or isinstance(error, ProgrammingError):
                raise
            await asyncio.sleep(_RETRY_S)


async def _column(database: Database, query: str) -> set[str]:
    """What stands in the one column of a query."""
    return {str(row[0]) for row in await _fetch(database, query)}
