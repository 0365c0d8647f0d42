"""Live events: one reader a process, which hands every event to all who listen.

The order is that of `Event.position`, which never skips (`recado.mailbox.noting`): whoever has seen one event has been
given all that come before it. A listener that names the last event it saw is first given what it missed, in pages at
its own pace, and joins the living at the very place where the pages end. Wake-ups are hints; a look every moment stands
behind them.
"""

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence, Set
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import Database
from recado.errors import NotFound, Unavailable, retry_after
from recado.events import audiences
from recado.events.models import Event
from recado.events.places import place_at, time_of
from recado.events.schemas import EventOut
from recado.events.service import events_between, last_event, last_position, name_matches
from recado.kit.wakeup import Bell

# Events that one look reads.
PAGE = 500
# How many events may wait for one listener. One that falls behind further is cut, and resumes by id.
MAX_WAITING = 1_000
# Of one process: about 40 KB each.
MAX_LISTENERS = 5_000
# Of one project: two that take all they may leave a fifth to the others.
MAX_OF_PROJECT = 2_000
# Where no hint comes, as from another process on SQLite.
LOOK_S = 0.25
# What was made before somebody came may be committed so much later.
COMMITS_MS = 10_000
# How often to look for the position of an event that somebody knows already.
NUMBERED_LOOKS = 8
# How soon the listeners of a revoked key are cut.
KEYS_EVERY_S = 30.0
# What somebody does who cannot go on where they were.
_AFRESH = "Read what was missed, GET /events and the conversations, and listen after its `listen_after`"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events of a project; None: all. A name that ends in ".*" stands for all that begin so."""

    project_id: str
    names: frozenset[str] | None = None
    conversation_id: str | None = None
    line_id: str | None = None

    def takes(self, event: Event) -> bool:
        return (
            event.project_id == self.project_id
            and self.conversation_id in (None, event.conversation_id)
            and self.line_id in (None, event.line_id)
            and (self.names is None or name_matches(event.name, self.names))
        )


@dataclass(frozen=True, slots=True)
class Told:
    """An event as it goes out: made once, however many listen. `text` is `EventOut` as JSON on one line, `frame` the
    same as a server-sent event.
    """

    id: str
    name: str
    position: int
    text: str
    frame: bytes

    @classmethod
    def of(cls, event: Event) -> "Told":
        text = EventOut.model_validate(event).model_dump_json()
        frame = f"id: {event.id}\nevent: {event.name}\ndata: {text}\n\n".encode()
        return cls(event.id, event.name, event.position or 0, text, frame)


@dataclass(frozen=True, slots=True)
class Place:
    """Behind the event with this position; `id` names it to whoever comes back."""

    position: int
    id: str


class Listener:
    """One who listens. `next` gives what came; after `cut` is set nothing more comes."""

    def __init__(self, wanted: Wanted, key_id: str) -> None:
        self.wanted = wanted
        self.key_id = key_id
        self.after = 0
        # What to go on after that has been given all up to here.
        self.stands_at = ""
        self.cut: str | None = None
        self._waiting: deque[Told] = deque()
        self._wake: asyncio.Future[None] | None = None

    def put(self, event: Event, told: Told) -> None:
        if told.position <= self.after or self.wanted.project_id != event.project_id:
            return
        self.stands_at = event.id
        if not self.wanted.takes(event):
            return
        if len(self._waiting) >= MAX_WAITING:
            self.end("too_slow")
            return
        self._waiting.append(told)
        self._ring()

    def end(self, why: str) -> None:
        self.cut = self.cut or why
        self._ring()

    def _ring(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    async def next(self, timeout_s: float) -> list[Told]:
        """What came since, in order; empty after `timeout_s` in which nothing did, or when it was cut."""
        if not self._waiting and self.cut is None:
            self._wake = asyncio.get_running_loop().create_future()
            timer = asyncio.get_running_loop().call_later(timeout_s, self._ring)
            try:
                await self._wake
            finally:
                timer.cancel()
                self._wake = None
        if self.cut is not None:
            self._waiting.clear()  # it asks again after the last one it was given
        came = list(self._waiting)
        self._waiting.clear()
        return came


class Feed:
    """The living events of one process. `run` reads them; `revoked` says which of some keys are no more."""

    def __init__(self, database: Database, revoked: Callable[[Set[str]], Awaitable[Set[str]]]) -> None:
        self.bell = Bell()
        self._database = database
        self._revoked = revoked
        self._listeners: set[Listener] = set()
        # By project: those who listen, and those who still read what they missed.
        self._inside: Counter[str] = Counter()
        self._position: int | None = None
        self._closed = False

    @property
    def listening(self) -> int:
        """How many listen now."""
        return len(self._listeners)

    # --- the reader -----------------------------------------------------------------------------------

    async def run(self) -> None:
        keys = asyncio.create_task(self._watch_keys(), name="event-keys")
        try:
            while True:
                read = 0
                try:
                    read = await self._look()
                except Exception as error:  # whatever it was: the next look reads on from the same place
                    log.warning("events_not_read", error=type(error).__name__)
                if read < PAGE:
                    await self.bell.wait(LOOK_S)
        finally:
            keys.cancel()
            self.close()

    async def _look(self) -> int:
        if not self._inside.total():
            self._position = None  # nobody is there for whom to read
        if self._position is None:
            return 0
        found = await self._read(self._position, PAGE)
        for event in found:
            told = Told.of(event)
            for listener in self._listeners:
                listener.put(event, told)
        if found:
            self._position = found[-1].position
        return len(found)

    async def _read(self, after: int, limit: int) -> Sequence[Event]:
        async with self._database.system(read_only=True) as session:
            return await events_between(session, after, None, limit)

    async def _watch_keys(self) -> None:
        while True:
            await asyncio.sleep(KEYS_EVERY_S)
            await self.cut_revoked()
            try:
                await self.attend(*{listener.wanted.project_id for listener in self._listeners})
            except Exception as error:  # there are days left for it
                log.warning("audience_not_renewed", error=type(error).__name__)

    async def cut_revoked(self) -> None:
        """End the listeners whose key is no more."""
        try:
            gone = await self._revoked({listener.key_id for listener in self._listeners})
        except Exception as error:  # asked again soon
            log.warning("keys_not_checked", error=type(error).__name__)
            return
        for listener in self._listeners:
            if listener.key_id in gone:
                listener.end("key_revoked")

    def close(self) -> None:
        """End all listeners: they resume elsewhere."""
        self._closed = True
        for listener in self._listeners:
            listener.end("closing")

    # --- listening ------------------------------------------------------------------------------------

    async def place_of(self, wanted: Wanted, after: str | None) -> Place:
        """The place after which to listen: of the event with the id `after`, the one that `after` names, or now.

        Raises `NotFound` (`event_not_found`) for an event that is not, or no longer, there, or after which those of
        messages were not noted for a time (`events_not_kept`); `Unavailable` (`overloaded`, `too_many_listeners`,
        `event_not_numbered`).
        """
        if self._closed or self._inside.total() >= MAX_LISTENERS:
            raise Unavailable("Too many listen here", code="overloaded", verdict=retry_after(5.0))
        if self._inside[wanted.project_id] >= MAX_OF_PROJECT:
            says = f"At most {MAX_OF_PROJECT} of a project listen here"
            raise Unavailable(says, code="too_many_listeners", verdict=retry_after(5.0), status=429)
        await self.attend(wanted.project_id)
        if after is None:
            return await self.place_now(wanted.project_id)
        for _ in range(NUMBERED_LOOKS):
            async with self._database.project(wanted.project_id, read_only=True) as session:
                place = await _place_after(session, wanted.project_id, after)
            if place is not None:
                return place
            await asyncio.sleep(LOOK_S)  # it has just happened, and is numbered within moments
        raise Unavailable("This event has just happened", code="event_not_numbered", verdict=retry_after(1.0))

    async def place_now(self, project_id: str) -> Place:
        """Behind all that has happened in a project; somebody attends."""
        async with self._database.project(project_id, read_only=True) as session:
            since_ms = await audiences.noted_since(session, project_id) or 0
            newest = await last_event(session)
        if newest is None or newest.created_ms < since_ms:
            # After none that is older could anybody go on, nor need they: nothing has happened since.
            return Place(newest.position or 0 if newest else 0, place_at(since_ms))
        return Place(newest.position or 0, newest.id)

    async def attend(self, *project_ids: str) -> None:
        """Somebody looks at the events of these projects."""
        for project_id in project_ids:
            async with self._database.project(project_id, read_only=True) as session:
                fresh = await audiences.is_fresh(session, project_id)
            if not fresh:
                async with self._database.project(project_id) as session:
                    await audiences.attend(session, [project_id])

    @contextlib.asynccontextmanager
    async def listen(self, wanted: Wanted, after: Place, key_id: str) -> AsyncGenerator[tuple[Listener, "Missed"]]:
        """Listen to what is `wanted` and comes behind `after`: read all of the missed first, then `next`."""
        listener = Listener(wanted, key_id)
        listener.after, listener.stands_at = after.position, after.id
        self._inside[wanted.project_id] += 1
        try:
            yield listener, Missed(self, listener)
        finally:
            self._inside[wanted.project_id] -= 1
            self._listeners.discard(listener)

    async def missed(self, listener: Listener) -> AsyncIterator[list[Told]]:
        """Pages of what happened before the listener joined. When it ends, the listener has joined."""
        while not self._closed:
            if self._position is None:
                async with self._database.system(read_only=True) as session:
                    position = await last_position(session)
                self._position = position if self._position is None else self._position
            if listener.after >= self._position and not self._closed:
                self._listeners.add(listener)  # nothing can come between this look and this line
                return
            until = self._position
            page = await self._page(listener, until)
            listener.after = page[-1].position or until if len(page) == PAGE else until
            listener.stands_at = page[-1].id if page else listener.stands_at
            yield [Told.of(event) for event in page if listener.wanted.takes(event)]
        listener.end("closing")

    async def _page(self, listener: Listener, until: int) -> Sequence[Event]:
        wanted = listener.wanted
        statement = select(Event).where(Event.position > listener.after, Event.position <= until)
        if wanted.conversation_id is not None:
            statement = statement.where(Event.conversation_id == wanted.conversation_id)
        async with self._database.project(wanted.project_id, read_only=True) as session:
            return (await session.scalars(statement.order_by(Event.position).limit(PAGE))).all()


async def _place_after(session: AsyncSession, project_id: str, after: str) -> Place | None:
    """The place that `after` names; None if it is an event that is not numbered yet. Raises as `Feed.place_of` does."""
    since_ms = await audiences.noted_since(session, project_id)
    at_ms, event = time_of(after), None
    if at_ms is None:
        event = await session.get(Event, after)
        if event is None:
            raise NotFound("There is no such event, or it is no longer kept. " + _AFRESH, code="event_not_found")
        at_ms = event.created_ms
    if since_ms is None or at_ms < since_ms:
        says = "Nobody looked for a week since, or had yet: events of messages were not kept. " + _AFRESH
        raise NotFound(says, code="events_not_kept")
    if event is None:
        last = await last_event(session, before_ms=at_ms - COMMITS_MS)
        return Place(last.position or 0 if last else 0, after)
    return None if event.position is None else Place(event.position, event.id)


@dataclass(frozen=True, slots=True)
class Missed:
    """What a listener missed, in pages."""

    feed: Feed
    listener: Listener

    def __aiter__(self) -> AsyncIterator[list[Told]]:
        return self.feed.missed(self.listener)
