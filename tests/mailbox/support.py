"""What the tests of the mailbox share: small people, lines and processes, a scripted channel and brain, no waiting."""

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, TypeVar, cast

import pytest
from sqlalchemy import text

from recado import messages
from recado.channels.contract import Line, Outgoing, Sent
from recado.conversations.turn import Turns
from recado.db import Database
from recado.decisions import AssistantFacts, Context, Decision
from recado.kit import new_id, now_ms
from recado.kit.ids import is_id
from recado.mailbox import outbox, senders
from recado.mailbox.claims import Claim, NewOut, TurnCommit
from recado.mailbox.driver import Driver, Priority
from recado.mailbox.inbox import Stored
from recado.mailbox.outbox import Mark, Status, ToSend
from recado.mailbox.people import Arrival
from recado.mailbox.postgres import PostgresDriver
from recado.mailbox.sender import Sender
from recado.mailbox.service import Mailbox
from recado.mailbox.sql import Query
from recado.mailbox.sqlite import SqliteDriver
from recado.messages import Address, InboundMessage, OutContent, OutText, Person, System, Text

T = TypeVar("T")
Names = tuple[tuple[str, str], ...]
ANA: Names = (("phone", "51999000001"),)
BETO: Names = (("phone", "51999000002"),)


WENT = {f"message.{what}" for what in ("received", "sent", "delivered", "read")}
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)


async def eventually(check: Callable[[], T | Awaitable[T]], within_s: float = 60.0) -> T:
    """What `check` gives as soon as it is true; fails after `within_s`."""
    until_s = time.monotonic() + within_s
    while True:
        found: Any = check()
        value = cast(T, await found if isawaitable(found) else found)
        if value:
            return value
        assert time.monotonic() < until_s, f"still not true after {within_s} s: {check}"
        await asyncio.sleep(0.005)


async def hearing(world: "World", how_many: int) -> bool:
    """Whether so many drivers hear of what others do, on PostgreSQL."""
    sql = (  # idle: it has been told that it listens
        "SELECT pid FROM pg_stat_activity"
        " WHERE datname = current_database() AND query ILIKE 'LISTEN%' AND state = 'idle'"
    )
    return len(await world.rows(sql)) == how_many


def person(n: int) -> Names:
    """The number of one of many people."""
    return (("phone", f"5190000{n:05d}"),)


def content(words: str) -> str:
    """A text to send, as the outbox keeps it."""
    return OutText(text=words).model_dump_json()


def out(words: str = "ok", out_id: str | None = None) -> NewOut:
    return NewOut(out_id or new_id(), content(words))


@dataclass(frozen=True, slots=True)
class Shop:
    """A line of a project."""

    project_id: str
    line: Line

    @property
    def line_id(self) -> str:
        return self.line.id

    def arrival(
        self,
        provider_message_id: str,
        who: Names = ANA,
        *,
        words: str = "hola",
        name: str | None = None,
        sent_ms: int | None = None,
        settle_ms: int = 0,
        previous: Names = (),
    ) -> Arrival:
        """One message that comes in on this line."""
        addresses = tuple(Address.model_validate({"kind": kind, "value": value}) for kind, value in who)
        at_ms = now_ms() if sent_ms is None else sent_ms
        old = tuple(Address.model_validate({"kind": kind, "value": value}) for kind, value in previous)
        message = InboundMessage(
            provider_message_id=provider_message_id,
            sender=Person(addresses=addresses, name=name),
            sent_ms=at_ms,
            content=System(event="number_changed", previous=old) if previous else Text(text=words),
        )
        body = message.model_dump_json(exclude_none=True)
        return Arrival(
            self.project_id,
            self.line_id,
            provider_message_id,
            who,
            name,
            at_ms,
            body,
            settle_ms,
            previous,
            not previous,
        )


async def waits_for_a_lock(database: Database) -> bool:
    """Whether some transaction of this PostgreSQL database is waiting for a row that another one has."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with database.system(read_only=True) as session:
        return await session.scalar(text(waiting)) is not None


class World:
    """One database as the tests see it: its rows, and as many processes on it as a test wants."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.is_sqlite = database.is_sqlite
        self._drivers: list[Driver] = []
        self._offset_ms = 0

    # --- rows -----------------------------------------------------------------------------------------

    async def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        """Rows as they are committed now."""
        async with self.database.system(read_only=True) as session:
            found = await session.execute(text(sql), self._values(values))
            return [
                {key: str(value) if isinstance(value, uuid.UUID) else value for key, value in row.items()}
                for row in found.mappings()
            ]

    async def one(self, sql: str, **values: Any) -> dict[str, Any]:
        (row,) = await self.rows(sql, **values)
        return row

    async def one_or_none(self, sql: str, **values: Any) -> dict[str, Any] | None:
        return next(iter(await self.rows(sql, **values)), None)

    async def execute(self, sql: str, **values: Any) -> None:
        async with self.database.system() as session:
            await session.execute(text(sql), self._values(values))

    def _values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """PostgreSQL wants ids as ids."""
        return {
            key: uuid.UUID(v) if not self.is_sqlite and isinstance(v, str) and is_id(v) else v
            for key, v in values.items()
        }

    async def conversation(self, conversation_id: str) -> dict[str, Any]:
        return await self.one("SELECT * FROM conversations WHERE id = :id", id=conversation_id)

    async def message(self, out_id: str) -> dict[str, Any]:
        return await self.one("SELECT * FROM outbox WHERE id = :id", id=out_id)

    async def states(self, conversation_id: str | None = None) -> list[str]:
        """The states of the outbox, in the order of the lane."""
        rows = await self.rows("SELECT state, conversation_id FROM outbox ORDER BY conversation_id, seq")
        return [row["state"] for row in rows if conversation_id in (None, row["conversation_id"])]

    async def events(self) -> list[str]:
        """What happened, but for messages that went their way."""
        return [
            row["name"] for row in await self.rows("SELECT name FROM events ORDER BY id") if row["name"] not in WENT
        ]

    async def somebody_waits_for_a_lock(self) -> None:
        """Returns once another transaction of this PostgreSQL database is waiting for a row."""

        await eventually(lambda: waits_for_a_lock(self.database))

    # --- lines ----------------------------------------------------------------------------------------

    async def shop(
        self, address: str | None = None, *, project_id: str | None = None, max_per_second: float = 100_000.0
    ) -> Shop:
        """A new line, of a new project unless one is given."""
        shop_id, project = new_id(), project_id or new_id()
        line = Line(
            shop_id, project, "fake", address or f"at {shop_id}", max_per_second, {"app_secret": f"secret of {shop_id}"}
        )
        await self.execute(
            "INSERT INTO lines (id, project_id, assistant_id, channel, address, name, max_per_second, secrets, config,"
            " created_ms) VALUES (:id, :project, :id, 'fake', :address, 'line', :rate, '{}', '{}', 0)",
            id=shop_id,
            project=project,
            address=line.address,
            rate=max_per_second,
        )
        return Shop(project, line)

    # --- processes ------------------------------------------------------------------------------------

    def driver(self, process_id: str | None = None) -> Driver:
        """A new way to the database, as another process would have it."""
        url = self.database.url
        made: Driver = (
            SqliteDriver(self.database.sqlite_path)
            if self.is_sqlite
            else PostgresDriver(url, url, process_id or new_id())
        )
        made.offset_ms = self._offset_ms
        self._drivers.append(made)
        return made

    def mailbox(self, driver: Driver | None = None) -> Mailbox:
        """The mailbox of a new process."""
        owner = new_id()
        return Mailbox(driver or self.driver(owner), owner)

    def advance(self, milliseconds: int) -> None:
        """Let the database's clock go on, for every process."""
        self._offset_ms += milliseconds
        for driver in self._drivers:
            driver.offset_ms = self._offset_ms

    async def close(self) -> None:
        for driver in self._drivers:
            await driver.close()


# --- steps of a process, one by one -------------------------------------------------------------------


async def claim(mailbox: Mailbox, size: int = 100) -> list[Claim]:
    return await mailbox.claim_turns(size)


async def claim_one(mailbox: Mailbox) -> Claim:
    (found,) = await mailbox.claim_turns(100)
    return found


async def answer(mailbox: Mailbox, held: Claim, *replies: NewOut, **more: Any) -> bool:
    """Settle a claim with these replies."""
    settled = held.messages[-1].seq if held.messages else held.settled_seq
    return await mailbox.commit_turn(TurnCommit(held, settled, tuple(replies), **more))


async def take_lines(mailbox: Mailbox, size: int = 100) -> dict[str, int]:
    """Lease what is free; line id -> fence."""
    await mailbox.driver.run(senders.add_missing, Priority.OTHER)
    abandoned = await mailbox.driver.run(lambda tx: senders.take_abandoned(tx, mailbox.owner), Priority.OTHER)
    free = await mailbox.driver.run(lambda tx: senders.take_lines(tx, mailbox.owner, size), Priority.OTHER)
    return abandoned | free


async def adopt(mailbox: Mailbox, fences: dict[str, int]) -> int:
    return await mailbox.driver.run(lambda tx: outbox.adopt_orphans(tx, fences), Priority.OTHER)


_LISTENED = Query(
    """
    INSERT INTO processes (id, kind, version, started_ms, beat_ms) VALUES (:id, 'api', '1', 0, {now})
    ON CONFLICT (id) DO UPDATE SET beat_ms = excluded.beat_ms
    """,
    scalars="id uuid",
)
LISTENER = new_id()


async def listen(mailbox: Mailbox) -> None:
    """Let it look as if a process had taken in statuses all the time until now."""
    await mailbox.driver.run(lambda tx: tx.fetch(_LISTENED, id=LISTENER), Priority.OTHER)


@asynccontextmanager
async def listening(mailbox: Mailbox) -> AsyncGenerator[None]:
    """Inside the block it looks as if a process took in statuses."""

    async def keep_listening() -> None:
        while True:
            await listen(mailbox)
            await asyncio.sleep(0.02)

    task = asyncio.create_task(keep_listening())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def reconcile(mailbox: Mailbox, line_ids: Iterable[str], after_ms: int = 30_000) -> int:
    """Somebody listened for statuses until now."""
    await listen(mailbox)
    return await reconcile_unheard(mailbox, line_ids, after_ms)


async def reconcile_unheard(mailbox: Mailbox, line_ids: Iterable[str], after_ms: int = 30_000) -> int:
    ids = list(line_ids)
    return await mailbox.driver.run(lambda tx: outbox.reconcile(tx, ids, after_ms), Priority.OTHER)


async def apply(mailbox: Mailbox, *statuses: Status) -> int:
    """How many rows the statuses changed."""
    return await mailbox.driver.run(lambda tx: outbox.apply_statuses(tx, statuses), Priority.INGEST)


async def stored(mailbox: Mailbox, *arrivals: Arrival) -> Sequence[Stored]:
    return await mailbox.store(arrivals)


@dataclass(slots=True)
class Lane:
    """One conversation with somebody who wrote once, and the process that sends there."""

    mailbox: Mailbox
    shop: Shop
    conversation_id: str
    fence: int = 0

    async def add(self, *words: str) -> list[str]:
        """Queue texts; their ids."""
        ids: list[str] = []
        for one in words:
            queued = await self.mailbox.enqueue(self.shop.project_id, self.conversation_id, [out(one)])
            ids.extend(queued.ids)
        return ids

    async def heads(self, size: int = 100) -> list[ToSend]:
        return await self.mailbox.claim_heads(self.shop.line_id, self.fence, size)

    async def head(self) -> ToSend:
        (found,) = await self.heads()
        return found

    async def mark(self, row: ToSend, state: str, **more: Any) -> bool:
        return await self.mailbox.mark(Mark(row.id, row.seq, self.fence, state, **more))

    async def send(self) -> str:
        """Send the head; its id."""
        row = await self.head()
        assert await self.mark(row, "sent", provider_message_id=f"wamid.{row.id}")
        return row.id

    async def send_as(self, provider_message_id: str) -> None:
        assert await self.mark(await self.head(), "sent", provider_message_id=provider_message_id)


async def lane(mailbox: Mailbox, shop: Shop, who: Names = ANA, *, settled: bool = True) -> Lane:
    """Somebody writes (and is answered with silence), and `mailbox` holds the line."""
    (first,) = await mailbox.store([shop.arrival(f"hello of {who}", who)])
    if settled:
        for held in await claim(mailbox):
            assert await answer(mailbox, held)
    fences = await take_lines(mailbox)
    return Lane(mailbox, shop, first.conversation_id, fences.get(shop.line_id, 0))


# --- the fake world outside ------------------------------------------------------------------------------


@dataclass
class FakeChannel:
    """A channel that takes everything, or does what `script` says. `sent` holds (line id, client id, text, fence)."""

    window_s: int | None = None
    contact_pace: tuple[int, float] | None = None
    script: Callable[[Outgoing], Awaitable[None]] | None = None
    sent: list[tuple[str, str, str, int]] = field(default_factory=list[tuple[str, str, str, int]])
    in_flight: int = 0
    most_in_flight: int = 0
    typing: list[str] = field(default_factory=list[str])

    @property
    def name(self) -> str:
        return "fake"

    def split(self, content: OutContent) -> tuple[OutContent, ...]:
        return (content,)

    async def send(self, line: Line, outgoing: Outgoing, fence: int) -> Sent:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if self.script is not None:
                await self.script(outgoing)
        finally:
            self.in_flight -= 1
        self.sent.append((line.id, outgoing.client_id, messages.words_of(outgoing.content), fence))
        return Sent(f"wamid.{outgoing.client_id}.{len(self.sent)}")

    async def mark_read(self, line: Line, provider_message_id: str, typing: bool) -> None:
        self.typing.append(provider_message_id)

    async def close(self) -> None: ...

    @property
    def texts(self) -> list[str]:
        return [words for _, _, words, _ in self.sent]


@dataclass
class FakeBrain:
    """Does what `script` says."""

    script: Callable[[Context], Awaitable[Decision]]
    contexts: list[Context] = field(default_factory=list[Context])

    @property
    def name(self) -> str:
        return "fake"

    async def decide(self, context: Context) -> Decision:
        self.contexts.append(context)
        return await self.script(context)


def words_of(message: InboundMessage) -> str:
    assert isinstance(message.content, Text)
    return message.content.text


async def echo(context: Context) -> Decision:
    """Answers each message with its own text."""
    return Decision(replies=tuple(OutText(text=words_of(message)) for message in context.messages))


@dataclass
class FakeDirectory:
    """Knows these lines; one assistant answers on all of them."""

    shops: list[Shop]
    facts: AssistantFacts = AssistantFacts("a", "Asistente", "es", "America/Lima", "fake")  # noqa: RUF009 # frozen

    def line(self, line_id: str) -> Line | None:
        return next((shop.line for shop in self.shops if shop.line_id == line_id), None)

    def assistant(self, line_id: str) -> AssistantFacts | None:
        return self.facts if self.line(line_id) else None

    def lines_of(self, channel: str) -> list[Line]:
        return [shop.line for shop in self.shops if shop.line.channel == channel]

    async def lines_at(self, channel: str, addresses: frozenset[str]) -> Mapping[str, Line]:
        return {line.address: line for line in self.lines_of(channel) if line.address in addresses}

    def settle_ms(self, line_id: str) -> int:
        return self.facts.settle_ms


def make_sender(mailbox: Mailbox, shops: list[Shop], channel: FakeChannel, reconcile_after_s: float = 30.0) -> Sender:
    return Sender(mailbox, FakeDirectory(shops), {"fake": channel}, reconcile_after_s)


def make_turns(mailbox: Mailbox, shops: list[Shop], brain: FakeBrain, channel: FakeChannel | None = None) -> Turns:
    return Turns(mailbox, FakeDirectory(shops), {"fake": brain}, {"fake": channel or FakeChannel()})


@asynccontextmanager
async def running(*parts: Turns | Sender) -> AsyncGenerator[None]:
    """These run inside the block and are stopped at its end; one that dies by itself fails the test."""
    tasks = [asyncio.create_task(part.run()) for part in parts]
    try:
        yield
        for task in tasks:
            assert not task.done(), task
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        assert error is None or isinstance(error, asyncio.CancelledError), error
