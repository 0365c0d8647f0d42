"""Fills a database with the messages of a long life, without sending them one by one.

A message is what it is in every benchmark: a webhook that came in and the reply that went out, two rows. All rows are
those that Recado leaves after as many turns of the brain `echo`, written in the order of time.
"""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from sqlalchemy import text

from benchmarks.payloads import FIRST_LINE, phone_of, text_of, user_id_of
from benchmarks.processes import BenchmarkError
from recado.db import Database, json_text
from recado.kit import new_id, now_ms
from recado.kit.clock import use_clock
from recado.messages import DELIVERY_RANK, Address, InboundMessage, OutText, Person, Text

MESSAGES_EACH = 10
# The messages are spread evenly over the time before the last hour.
PERIOD_MS = 30 * 24 * 3_600_000
SILENT_MS = 3_600_000
ANSWERED_AFTER_MS = 400
# Messages of one transaction.
CHUNK = 20_000
SQLITE_FILL_PRAGMAS = ("PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "PRAGMA cache_size=-600000")

# What is not named here has its default.
COLUMNS = {
    "contacts": "id project_id name created_ms",
    "addresses": "id project_id kind value contact_id created_ms",
    "conversations": "id project_id line_id contact_id send_to last_seq last_in_seq settled_seq last_in_ms epoch "
    "created_ms",
    "inbox": "id project_id line_id conversation_id seq provider_message_id body created_ms",
    "outbox": "id project_id line_id conversation_id seq body origin state delivery attempts due_ms fence "
    "provider_message_id created_ms sent_ms",
    "senders": "line_id project_id epoch",
}
Chunk = dict[str, list[tuple[Any, ...]]]
# asyncpg publishes no types.
_asyncpg: Any = asyncpg


class Home(NamedTuple):
    """Where the messages belong."""

    project_id: str
    line_id: str


def people_for(messages: int) -> int:
    """How many people have written when so many messages are stored."""
    return max(1, messages // MESSAGES_EACH)


def prefill(database_url: str, messages: int) -> None:
    """Store this many settled messages in the project `bench`, on its first line.

    Person n (0 to `people_for(messages)` - 1) has the number `payloads.phone_of(n)` and wrote `MESSAGES_EACH` messages
    in the last 30 days; each was answered, sent and read, and nothing is due. The database has its schema, project,
    assistant and line, and no process uses it. Raises `BenchmarkError` when it has no such line.
    """
    home = asyncio.run(_find_home(database_url))
    if database_url.startswith("sqlite:"):
        _fill_sqlite(Path(database_url.removeprefix("sqlite:///")), _history(home, people_for(messages)))
    else:
        asyncio.run(_fill_postgres(database_url, _history(home, people_for(messages))))


async def _find_home(database_url: str) -> Home:
    database = Database(database_url)
    try:
        async with database.system(read_only=True) as session:
            query = "SELECT project_id, id FROM lines WHERE address = :address"
            found = (await session.execute(text(query), {"address": str(FIRST_LINE)})).first()
    finally:
        await database.close()
    if found is None:
        raise BenchmarkError(f"the database has no line {FIRST_LINE}")
    return Home(str(found[0]), str(found[1]))


# --- the rows ---------------------------------------------------------------------------------------------


def _history(home: Home, people: int) -> Iterator[Chunk]:
    """All rows by table: everybody's first messages, then everybody's second ones."""
    begin_ms = now_ms() - SILENT_MS - PERIOD_MS
    known: list[tuple[str, str]] = []
    chunk: Chunk = {table: [] for table in COLUMNS}
    chunk["senders"].append((home.line_id, home.project_id, 1))
    total = people * MESSAGES_EACH
    for n in range(total):
        number, person = divmod(n, people)
        at_ms = begin_ms + n * PERIOD_MS // total
        with use_clock(lambda at_ms=at_ms: at_ms):
            if number == 0:
                last_ms = begin_ms + ((MESSAGES_EACH - 1) * people + person) * PERIOD_MS // total
                known.append(_arrive(chunk, home, person, at_ms, last_ms))
            _echo(chunk, home, known[person][1], person, number, at_ms)
        if (n + 1) % CHUNK == 0 or n + 1 == total:
            yield chunk
            chunk = {table: [] for table in COLUMNS}


def _names(person: int) -> tuple[Address, Address]:
    phone = phone_of(person)
    return Address(kind="bsuid", value=user_id_of(phone)), Address(kind="phone", value=phone)


def _arrive(chunk: Chunk, home: Home, person: int, at_ms: int, last_ms: int) -> tuple[str, str]:
    """The rows of a new person, as they are after the last message; the ids of contact and conversation."""
    contact, names = new_id(), _names(person)
    chunk["contacts"].append((contact, home.project_id, f"Persona {person}", at_ms))
    chunk["addresses"] += [(new_id(), home.project_id, name.kind, name.value, contact, at_ms) for name in names]
    conversation = new_id()
    send_to = json_text([(name.kind, name.value) for name in names])
    last_seq = 2 * MESSAGES_EACH
    last = (last_seq, last_seq - 1, last_seq - 1, last_ms // 1000 * 1000, MESSAGES_EACH)
    chunk["conversations"].append((conversation, home.project_id, home.line_id, contact, send_to, *last, at_ms))
    return contact, conversation


def _echo(chunk: Chunk, home: Home, conversation: str, person: int, number: int, at_ms: int) -> None:
    """One message and its answer."""
    said = text_of(person, number)
    # As Meta's do, they begin with the person, not with the time.
    wamid = f"wamid.{person:08d}{os.urandom(6).hex()}{number:06d}"
    message = InboundMessage(
        provider_message_id=wamid,
        sender=Person(addresses=_names(person), name=f"Persona {person}"),
        sent_ms=at_ms // 1000 * 1000,
        content=Text(text=said),
    )
    body = message.model_dump_json(exclude_none=True)
    chunk["inbox"].append((new_id(), *home, conversation, 2 * number + 1, wamid, body, at_ms))
    answer = OutText(text=said).model_dump_json()
    sent_ms = at_ms + ANSWERED_AFTER_MS
    state = ("turn", "sent", DELIVERY_RANK["read"], 1, sent_ms, 1, wamid + "A", at_ms, sent_ms)
    chunk["outbox"].append((new_id(), *home, conversation, 2 * number + 2, answer, *state))


# --- writing them -----------------------------------------------------------------------------------------


def _fill_sqlite(path: Path, history: Iterator[Chunk]) -> None:
    import sqlite3  # the one that `recado` has put in place

    connection = sqlite3.connect(path, isolation_level=None)
    try:
        for pragma in SQLITE_FILL_PRAGMAS:
            connection.execute(pragma)
        for chunk in history:
            connection.execute("BEGIN")
            for table, rows in chunk.items():
                names = COLUMNS[table].split()
                places = ", ".join("?" * len(names))
                connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", rows)  # noqa: S608
            connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
    with path.open("rb") as file:
        os.fsync(file.fileno())


async def _fill_postgres(database_url: str, history: Iterator[Chunk]) -> None:
    connection = await _asyncpg.connect(database_url)
    try:
        for chunk in history:
            async with connection.transaction():
                for table, rows in chunk.items():
                    await connection.copy_records_to_table(table, records=rows, columns=COLUMNS[table].split())
        # What autovacuum has done long ago in a database that grew so large.
        await connection.execute("VACUUM (ANALYZE)")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
