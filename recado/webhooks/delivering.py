"""Delivering: events become rows in order, rows are claimed with a lease and posted, and failures come again.

An endpoint is served by one process at a time, so that its order holds, and by a task of its own there, so that one
that hangs holds up no other; those that are slow leave places to the others. While the latest tries of an endpoint
fail, it rests: after each rest one delivery is tried, and all that waits behind it costs nothing. A worker that dies
in the middle leaves rows under its lease, on the database's clock; when its signs of life are missed, or at the latest
when the lease has run out, another one posts them again, with the same id.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import asdict, dataclass

import structlog
from sqlalchemy import ColumnElement, and_, exists, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import Database, database_now_ms, json_text
from recado.errors import RecadoError
from recado.events.models import EventPosition
from recado.events.service import Event, events_by_id, last_position
from recado.kit import randomness
from recado.kit.crypto import SecretBox
from recado.kit.destinations import Networks
from recado.kit.postman import Postman, Result
from recado.kit.signed import post_signed
from recado.kit.wakeup import Bell
from recado.tracing.posting import Followed, Told, TracedPosts
from recado.tracing.spans import now_ns
from recado.webhooks import service
from recado.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookPosition
from recado.webhooks.posting import body_of

# How long a claim lasts. All that was claimed is posted within it, or given back.
LEASE_MS = 60_000
CLAIM_ROWS = 20
# Endpoints that a process serves at the same time, and how many of them may be slow: those whose latest post took so
# long. A quarter is left to the others, however many are slow.
MAX_ENDPOINTS = 32
MAX_SLOW, SLOW_MS = 24, 1_000
# How long an endpoint keeps its place; what is left is claimed anew when the others have had theirs.
TURN_S = 5.0
# Endpoints that are known to be slow.
MAX_KNOWN = 1_000
# Behind the hints.
LOOK_S = 1.0
PRUNE_EVERY_S = 600.0
# How often the rows of dead processes are looked for.
RECOVER_S = 2.0
# Full jitter: the first tries come within seconds, later ones about twice an hour, for a day.
BACK_OFF_S, LONGEST_S = 5.0, 3_600.0
# An endpoint that takes neither of two events in a row rests before the next try, with full jitter, too: whatever waits
# for it, a receiver that is down gets one try in some minutes, and one that is back is found out within five. One event
# is no reason: many a receiver refuses a certain one, and takes all others.
REST_S, LONGEST_REST_S = 1.0, 300.0
# What a receiver says of an event, not of itself: it is there, and may take the next one.
OF_THE_EVENT = frozenset({400, 409, 413, 415, 422})
# Counted no further: the column ends at 32,767.
MAX_FAILURES = 10_000
# How long a stop waits for the posts on their way; then they are given back and made again.
DRAIN_S = 1.5
# Attempts that the log keeps.
MAX_LOG = 20
# The ids of the processes that live.
Living = Callable[[], Awaitable[frozenset[str]]]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ToPost:
    """A claimed delivery, tried until `until_ms`. `body` is None where its event is no longer kept."""

    id: str
    attempts: int
    until_ms: int
    body: bytes | None
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """What one endpoint gets now, in order."""

    project_id: str
    url: str
    secret: str
    rows: tuple[ToPost, ...]
    # The secret as it is kept: whether it was changed is seen without a key.
    sealed: str = ""

    def is_still(self, endpoint: WebhookEndpoint | None) -> bool:
        """True for an endpoint that is to get the rest as it was claimed."""
        if endpoint is None or not endpoint.active or endpoint.paused_ms is not None:
            return False
        return (endpoint.url, endpoint.secret) == (self.url, self.sealed)


class Deliverer:
    """Delivers webhooks for all projects until it is cancelled. Call `told` when events got their positions; who rings
    `bell` while something is `waiting` may let it look by itself less often than every `LOOK_S`.

    Without `living` the rows of dead processes wait until their lease has run out.
    """

    def __init__(
        self,
        database: Database,
        box: SecretBox,
        owner: str,
        networks: Networks = (),
        living: Living | None = None,
        look_s: float = LOOK_S,
        traced: TracedPosts | None = None,
    ) -> None:
        self.bell = Bell()
        self._database = database
        self._box = box
        self._owner = owner
        self._networks = networks
        self._serving: dict[str, asyncio.Task[None]] = {}
        # Those that are known to be slow, the latest last.
        self._slow: dict[str, None] = {}
        # The endpoint that had its turn last: of the slow ones, and of the others.
        self._last_slow: str | None = None
        self._last: str | None = None
        self._living = living
        self._look_s = look_s
        self._traced = traced
        self._listened_to = True
        self._prune_at_s = 0.0
        self._recover_at_s = 0.0
        self._stopping = False

    async def run(self) -> None:
        postman = Postman(self._networks)
        try:
            while True:
                handed = 0
                try:
                    handed = await self.hand_out()
                    await self._recover()
                    await self._start(postman)
                    await self._prune()
                except Exception as error:  # the database is away: what is due stays due
                    log.warning("webhooks_waiting", error=type(error).__name__)
                if not handed:
                    await self.bell.wait(self._look_s)
        finally:
            await self._stop()
            await postman.close()

    async def _stop(self) -> None:
        """Let the posts on their way end, and give the rest back: other processes go on at once."""
        self._stopping = True
        serving = list(self._serving.values())
        if serving:
            await asyncio.wait(serving, timeout=DRAIN_S)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    def told(self) -> None:
        """Look at what has happened, unless nobody wanted to hear of anything at the last look."""
        if self._listened_to:
            self.bell.ring()

    async def hand_out(self) -> int:
        """Make deliveries of what happened since the last look; how many events were looked at."""
        async with self._database.system(read_only=True) as session:
            place = await session.scalar(select(WebhookPosition.position))
            anybody = await session.scalar(select(WebhookEndpoint.id).where(_awake()).limit(1))
            self._listened_to = anybody is not None
            if not self._listened_to or (place or 0) >= await last_position(session):
                return 0
        async with self._database.system() as session:
            return await service.hand_out(session)

    async def _start(self, postman: Postman) -> None:
        room = MAX_ENDPOINTS - len(self._serving)
        if room <= 0:
            return
        # Each kind in its own round: a slow one that found no place is not passed over because quick ones had theirs.
        slow_room = min(room, MAX_SLOW - sum(endpoint_id in self._slow for endpoint_id in self._serving))
        slow = sorted(self._slow.keys() - self._serving.keys()) if slow_room > 0 else []
        # Both said before anything is awaited: meanwhile an endpoint may become one of the other kind.
        is_slow = WebhookEndpoint.id.in_(slow)
        is_other = WebhookEndpoint.id.not_in(sorted({*self._serving, *self._slow}))
        async with self._database.system(read_only=True) as session:
            due = await _due_endpoints(session, is_slow, self._last_slow, slow_room) if slow else ()
            others = await _due_endpoints(session, is_other, self._last, room - len(due))
        self._last_slow = due[-1] if due else self._last_slow
        self._last = others[-1] if others else self._last
        for endpoint_id in (*due, *others):
            task = asyncio.create_task(self._serve(endpoint_id, postman), name="webhook")
            self._serving[endpoint_id] = task
            task.add_done_callback(lambda _, endpoint_id=endpoint_id: self._served(endpoint_id))

    def _note_pace(self, endpoint_id: str, took_ms: int) -> None:
        self._slow.pop(endpoint_id, None)
        if took_ms >= SLOW_MS:
            self._slow[endpoint_id] = None
            if len(self._slow) > MAX_KNOWN:
                del self._slow[next(iter(self._slow))]

    def _served(self, endpoint_id: str) -> None:
        del self._serving[endpoint_id]
        self.bell.ring()  # there may be more for it

    async def _serve(self, endpoint_id: str, postman: Postman) -> None:
        try:
            async with self._database.system() as session:
                claimed = await claim(session, self._box, endpoint_id, self._owner)
            await self._post_all(endpoint_id, claimed, postman)
        except RecadoError as error:
            log.warning("webhook_not_served", webhook_id=endpoint_id, code=error.code)
            await asyncio.sleep(LOOK_S)
        except Exception as error:  # what was claimed is posted again when its lease has run out
            log.warning("webhook_not_served", webhook_id=endpoint_id, error=type(error).__name__)
            await asyncio.sleep(LOOK_S)

    async def _post_all(self, endpoint_id: str, claimed: Claimed, postman: Postman) -> None:
        loop = asyncio.get_running_loop()
        until_s = loop.time() + TURN_S
        left = list(claimed.rows)
        followed = await self._follow(left)
        try:
            while left and loop.time() < until_s and not self._stopping:
                row = left[0]
                if row.body is None:
                    result = Result(0, 0, None, "event_gone", None)
                else:
                    result = await self._post(postman, claimed, row, row.body, followed.get(row.id))
                    self._note_pace(endpoint_id, result.took_ms)
                async with self._database.project(claimed.project_id) as session:
                    endpoint = await settle(session, endpoint_id, self._owner, row, result)
                    ours = await still_ours(session, self._owner, [one.id for one in left[1:]])
                # What was taken away meanwhile, as by an erasure, is not posted.
                left = [one for one in left[1:] if one.id in ours]
                if not result.taken:
                    break  # the rest would most likely fail, too
                if not claimed.is_still(endpoint):
                    break  # switched off or changed meanwhile: the rest is claimed anew, if at all
        finally:
            if left:
                async with self._database.project(claimed.project_id) as session:
                    await release(session, self._owner, [row.id for row in left])

    async def _follow(self, rows: Sequence[ToPost]) -> dict[str, Followed]:
        """The deliveries that belong to a trace; none where nothing is traced."""
        if self._traced is None:
            return {}
        told = {row.id: Told(row.id, row.event.name, json.loads(row.event.data)) for row in rows if row.event}
        try:
            return await self._traced.follow(told)
        except Exception as error:  # they are posted all the same
            log.warning("webhooks_not_traced", error=type(error).__name__)
            return {}

    async def _post(self, postman: Postman, to: Claimed, row: ToPost, body: bytes, followed: Followed | None) -> Result:
        if self._traced is None or followed is None:
            return await post_signed(postman, to.url, to.secret, body)
        began_ns, attempt = now_ns(), row.attempts + 1
        result = await post_signed(postman, to.url, to.secret, body, followed.headers(attempt))
        self._traced.note(followed, attempt, began_ns, result.status, result.error)
        return result

    async def _recover(self) -> None:
        now_s = asyncio.get_running_loop().time()
        if self._living is None or now_s < self._recover_at_s:
            return
        self._recover_at_s = now_s + RECOVER_S
        lost = _held_by_others(await self._living() | {self._owner})
        async with self._database.system(read_only=True) as session:
            if await session.scalar(select(WebhookDelivery.id).where(lost).limit(1)) is None:
                return
        async with self._database.system() as session:
            freed = update(WebhookDelivery).where(lost).values(owner=None, lease_until_ms=0)
            await session.execute(freed.execution_options(synchronize_session=False))
        log.info("webhooks_taken_over")

    async def _prune(self) -> None:
        now_s = asyncio.get_running_loop().time()
        if now_s < self._prune_at_s:
            return
        async with self._database.system() as session:
            await service.keep_listening(session)
            gone = await service.prune(session)
        if gone < service.PRUNE_ROWS:
            self._prune_at_s = now_s + PRUNE_EVERY_S


def waiting(now: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether there is anything to do: events to hand out, or posts that are due (also if somebody holds them)."""
    position = func.coalesce(select(WebhookPosition.position).scalar_subquery(), 0)
    happened = and_(position < select(EventPosition.position).scalar_subquery(), exists().where(_awake()))
    return or_(happened, exists().where(_awake(), _rested(now), _has_due(now)))


def _awake() -> ColumnElement[bool]:
    return and_(WebhookEndpoint.active, WebhookEndpoint.paused_ms.is_(None))


def _rested(now: ColumnElement[int] | int) -> ColumnElement[bool]:
    """Whether an endpoint may be tried."""
    return or_(WebhookEndpoint.retry_ms.is_(None), WebhookEndpoint.retry_ms <= now)


# Said to the letter, not with a parameter: SQLite uses an index with a condition only then.
_QUEUED: ColumnElement[bool] = WebhookDelivery.state == literal_column("'queued'")


def _has_due(now: ColumnElement[int] | int) -> ColumnElement[bool]:
    """Whether something for an endpoint is due."""
    return exists().where(WebhookDelivery.endpoint_id == WebhookEndpoint.id, _QUEUED, WebhookDelivery.due_ms <= now)


def _held_by_others(living: Collection[str]) -> ColumnElement[bool]:
    of_nobody = and_(WebhookDelivery.owner.is_not(None), WebhookDelivery.owner.not_in(living))
    return and_(_QUEUED, of_nobody)


def _held(endpoint_id: ColumnElement[str] | str, now_ms: int) -> ColumnElement[bool]:
    """Whether a process is serving an endpoint: what comes after that must wait."""
    return (
        select(WebhookDelivery.id)
        .where(
            WebhookDelivery.endpoint_id == endpoint_id,
            WebhookDelivery.owner.is_not(None),
            WebhookDelivery.state == "queued",
            WebhookDelivery.lease_until_ms > now_ms,
        )
        .exists()
    )


async def _due_endpoints(
    session: AsyncSession, which: ColumnElement[bool], after: str | None, limit: int
) -> Sequence[str]:
    """Whose turn it is, round and round by id: one that hangs is due again at once, with all that waits there."""
    now_ms = await database_now_ms(session)
    free = ~_held(WebhookEndpoint.id.expression, now_ms)
    had_theirs = [] if after is None else [WebhookEndpoint.id <= after]
    can = (_awake(), _rested(now_ms), which)
    wanted = select(WebhookEndpoint.id).where(*can, _has_due(now_ms), free)
    return (await session.scalars(wanted.order_by(*had_theirs, WebhookEndpoint.id).limit(limit))).all()


async def claim(session: AsyncSession, box: SecretBox, endpoint_id: str, owner: str) -> Claimed:
    """Claim what is due for an endpoint, in order; nothing while it rests or another process serves it. Needs a system
    session.

    Where the latest try failed, it is one delivery: one that was tried least, for it may have been that one's fault.
    """
    endpoint = await session.get(WebhookEndpoint, endpoint_id, with_for_update={"key_share": True})
    now_ms = await database_now_ms(session)
    if endpoint is None or not endpoint.active or endpoint.paused_ms is not None:
        return Claimed("", "", "", ())
    is_resting = endpoint.retry_ms is not None and endpoint.retry_ms > now_ms
    if is_resting or await session.scalar(select(_held(endpoint_id, now_ms))):
        return Claimed("", "", "", ())
    # (+ 0: the way is the index in whose order they are, and it ends with the last that is claimed.)
    due = select(WebhookDelivery).where(
        WebhookDelivery.endpoint_id == endpoint_id, _QUEUED, WebhookDelivery.due_ms + 0 <= now_ms
    )
    in_order = due.order_by(WebhookDelivery.position).limit(CLAIM_ROWS)
    probe = due.order_by(WebhookDelivery.attempts, WebhookDelivery.position).limit(1)
    wanted = probe if endpoint.failures else in_order
    rows = (await session.scalars(wanted.with_for_update(skip_locked=True))).all()
    events = await events_by_id(session, [row.event_id for row in rows])
    for row in rows:
        row.owner, row.lease_until_ms = owner, now_ms + LEASE_MS
    bodies = {event_id: body_of(event) for event_id, event in events.items()}
    secret = box.decrypt(endpoint.secret, endpoint.id)
    claimed = tuple(
        ToPost(row.id, row.attempts, row.until_ms, bodies.get(row.event_id), events.get(row.event_id)) for row in rows
    )
    return Claimed(endpoint.project_id, endpoint.url, secret, claimed, endpoint.secret)


async def settle(
    session: AsyncSession, endpoint_id: str, owner: str, tried: ToPost, result: Result
) -> WebhookEndpoint | None:
    """Write down what became of a try, unless the row is no longer ours; the endpoint as it is now, if it is there. A
    project's session.
    """
    # Endpoint before delivery, as whoever removes both.
    wanted = select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id)
    endpoint = await session.scalar(wanted.with_for_update(key_share=True))
    row = await session.scalar(select(WebhookDelivery).where(WebhookDelivery.id == tried.id).with_for_update())
    if row is not None and endpoint is not None and row.owner == owner:
        await _settle(session, endpoint, row, tried, result)
    return endpoint


async def _settle(
    session: AsyncSession, endpoint: WebhookEndpoint, row: WebhookDelivery, tried: ToPost, result: Result
) -> None:
    now_ms = await database_now_ms(session)
    row.owner, row.lease_until_ms = None, 0
    row.log = json_text([*json.loads(row.log), asdict(result)][-MAX_LOG:])
    if result.taken:
        endpoint.failing_since_ms, endpoint.failures, endpoint.retry_ms = None, 0, None
    elif tried.body is not None:
        if result.status in OF_THE_EVENT:
            endpoint.failures, endpoint.retry_ms = 0, None
        else:
            _rest(endpoint, now_ms, again=tried.attempts > 0, asked_s=result.retry_after_s)
        await _pause_after_a_day(session, endpoint, now_ms)
    if row.until_ms != tried.until_ms:
        return  # a replay was asked for while this try was under way: it is still owed
    row.attempts += 1
    if result.taken:
        row.state, row.done_ms = "delivered", now_ms
        return
    if row.attempts == 1:  # it waited for the endpoint: its own day begins now
        row.until_ms = max(row.until_ms, now_ms + service.TRY_FOR_MS)
    delay_s = max(randomness.full_jitter(row.attempts, BACK_OFF_S, LONGEST_S), result.retry_after_s or 0)
    row.due_ms = now_ms + round(delay_s * 1000)
    if row.due_ms > row.until_ms or tried.body is None:
        row.state, row.done_ms = "dead", now_ms


def _rest(endpoint: WebhookEndpoint, now_ms: int, *, again: bool, asked_s: int | None) -> None:
    """An endpoint that fails rests for a while, and at least as long as it `asked`. That it does not take something
    `again` is no news: else a few events that it cannot take would hold up the others.
    """
    endpoint.failures = endpoint.failures if again else min(endpoint.failures + 1, MAX_FAILURES)
    rest_s = float(asked_s or 0)
    if endpoint.failures > 1:
        rest_s = max(rest_s, randomness.full_jitter(endpoint.failures - 1, REST_S, LONGEST_REST_S))
    if rest_s:
        endpoint.retry_ms = now_ms + round(rest_s * 1000)


async def _pause_after_a_day(session: AsyncSession, endpoint: WebhookEndpoint, now_ms: int) -> None:
    """What took nothing for a whole day is left alone until somebody looks at it."""
    since_ms = endpoint.failing_since_ms or now_ms
    endpoint.failing_since_ms = since_ms
    if now_ms - since_ms >= service.TRY_FOR_MS and endpoint.paused_ms is None:
        await service.pause(session, endpoint)
        log.warning("webhook_paused", webhook_id=endpoint.id)


async def still_ours(session: AsyncSession, owner: str, ids: Sequence[str]) -> frozenset[str]:
    """Those of the claimed deliveries that are there and nobody else's. A project's session."""
    if not ids:
        return frozenset()
    mine = select(WebhookDelivery.id).where(WebhookDelivery.id.in_(ids), WebhookDelivery.owner == owner)
    return frozenset(await session.scalars(mine))


async def release(session: AsyncSession, owner: str, ids: Sequence[str]) -> None:
    """Give back what was claimed and not tried. A project's session."""
    await session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.id.in_(ids), WebhookDelivery.owner == owner)
        .values(owner=None, lease_until_ms=0)
        .execution_options(synchronize_session=False)
    )
