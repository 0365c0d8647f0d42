"""What waits in the database and how the installation is, counted for all projects: as expensive as what waits."""

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from recado.brain.llm.budget import MICROS
from recado.db import Database, database_now_ms
from recado.jobs.models import Job
from recado.jobs.service import count_by_state
from recado.kit import now
from recado.mailbox.models import Conversation, InboxMessage, OutboxMessage, Process, Unrouted
from recado.mailbox.queries import LISTED_STATES, gave_sign_since, given_up, in_state, is_to_be_sent, lines_by_sender
from recado.mailbox.senders import PROCESS_DEAD_AFTER_MS
from recado.media.models import Media
from recado.media.stuck import stuck_files
from recado.usage.models import ModelUsage
from recado.webhooks.models import WebhookDelivery, WebhookEndpoint

Moment = InstrumentedAttribute[int] | InstrumentedAttribute[int | None]
KINDS = ("up", "api", "worker")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Read at every scrape, by partial indexes. Ages are in seconds."""

    waiting: dict[str, float]
    oldest_pending_s: float
    outbox_overdue_s: dict[str, float]
    jobs: dict[str, int]
    job_overdue_s: float
    processes: dict[tuple[str, str], float]
    lines: dict[str, int]


@dataclass(frozen=True, slots=True)
class Stored:
    """What changes slowly or is dearer to count."""

    database_bytes: int
    unrouted: int
    webhook_endpoints: dict[str, float]
    media_stuck: dict[str, int]
    media_oldest_s: float
    model_today: dict[str, float] = field(default_factory=dict[str, float])


async def read_waiting(database: Database) -> Waiting:
    """One moment of it."""
    async with database.system(read_only=True) as session:
        now_ms = await database_now_ms(session)
        return Waiting(
            await _counts(session),
            _age_s(now_ms, await session.scalar(_oldest_pending())),
            {
                "queued": _age_s(now_ms, await _least(session, OutboxMessage.due_ms, is_to_be_sent())),
                "unknown": _age_s(now_ms, await _least(session, OutboxMessage.unknown_ms, in_state("unknown"))),
            },
            await count_by_state(session),
            _age_s(now_ms, await _least(session, Job.due_ms, Job.state == "pending")),
            await _processes(session, now_ms),
            await lines_by_sender(session, now_ms),
        )


async def read_stored(database: Database) -> Stored:
    """The sizes and sums."""
    async with database.system(read_only=True) as session:
        files = await stuck_files(session)
        return Stored(
            await _size(database, session),
            await session.scalar(select(func.count(Unrouted.id))) or 0,
            await _endpoints(session),
            {"pending": files.pending, "failed": files.failed},
            _age_s(await database_now_ms(session), files.oldest_ms),
            await _model_today(session),
        )


async def _counts(session: AsyncSession) -> dict[str, float]:
    counts: dict[str, float] = {}
    pending = select(func.count(Conversation.id)).where(Conversation.wake_ms.is_not(None))
    counts["conversations"] = await session.scalar(pending) or 0
    for state in LISTED_STATES:
        outbox = select(func.count()).select_from(OutboxMessage).where(in_state(state))
        counts[f"outbox_{state}"] = await session.scalar(outbox) or 0
    dead = select(func.count()).select_from(InboxMessage).where(given_up())
    counts["inbox_dead"] = await session.scalar(dead) or 0
    counts["media"] = await session.scalar(select(func.count(Media.id)).where(Media.due_ms.is_not(None))) or 0
    deliveries = select(func.count(WebhookDelivery.id)).where(WebhookDelivery.state == "queued")
    counts["webhooks_out"] = await session.scalar(deliveries) or 0
    return counts


def _oldest_pending() -> Select[int]:
    unanswered = and_(InboxMessage.conversation_id == Conversation.id, InboxMessage.seq > Conversation.settled_seq)
    oldest = select(func.min(InboxMessage.created_ms)).select_from(Conversation).join(InboxMessage, unanswered)
    return oldest.where(Conversation.wake_ms.is_not(None))


async def _least(session: AsyncSession, column: Moment, where: ColumnElement[bool]) -> int | None:
    return await session.scalar(select(func.min(column)).where(where))


def _age_s(now_ms: int, then_ms: int | None) -> float:
    return 0.0 if then_ms is None else max(0.0, (now_ms - then_ms) / 1000)


async def _processes(session: AsyncSession, now_ms: int) -> dict[tuple[str, str], float]:
    alive = case((gave_sign_since(now_ms - PROCESS_DEAD_AFTER_MS, now_ms), "alive"), else_="silent")
    rows = await session.execute(select(Process.kind, alive, func.count()).group_by(Process.kind, alive))
    none = {(kind, state): 0.0 for kind in KINDS for state in ("alive", "silent")}
    return none | {(kind, state): float(count) for kind, state, count in rows}


async def _size(database: Database, session: AsyncSession) -> int:
    if not database.is_sqlite:
        return await session.scalar(select(func.pg_database_size(func.current_database()))) or 0
    path = database.sqlite_path
    parts = (path, path.with_name(path.name + "-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())


async def _endpoints(session: AsyncSession) -> dict[str, float]:
    state = case(
        (WebhookEndpoint.active.is_(False), "off"),
        (WebhookEndpoint.paused_ms.is_not(None), "off"),
        (WebhookEndpoint.failing_since_ms.is_not(None), "failing"),
        else_="active",
    )
    rows = await session.execute(select(state, func.count()).select_from(WebhookEndpoint).group_by(state))
    return {"active": 0.0, "failing": 0.0, "off": 0.0} | {one: float(count) for one, count in rows}


async def _model_today(session: AsyncSession) -> dict[str, float]:
    columns = {
        "calls": ModelUsage.calls,
        "refused": ModelUsage.refused,
        "tokens_in": ModelUsage.tokens_in,
        "tokens_out": ModelUsage.tokens_out,
        "cost": ModelUsage.cost_micros,
    }
    sums = select(*map(func.sum, columns.values())).where(ModelUsage.day == f"{now():%Y-%m-%d}")
    row = (await session.execute(sums)).one()
    today = {name: float(value or 0) for name, value in zip(columns, row, strict=True)}
    return today | {"cost": today["cost"] / MICROS}
