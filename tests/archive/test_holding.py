"""What a restored installation does by itself: nothing that may have been done since its backup, unless it is told to
go on.
"""

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from recado.archive.backup import back_up
from recado.archive.holding import Held
from recado.archive.restore import Restored, restore
from recado.bulk.models import BulkRecipient
from recado.compat.callbacks import waiting as answers_waiting
from recado.compat.models import AnswerJob
from recado.db import Database
from recado.events.models import Event, EventPosition
from recado.jobs import claims, ticks
from recado.jobs.callbacks import waiting as callbacks_waiting
from recado.jobs.models import Job, JobCallback, Schedule
from recado.kit import new_id, now_ms
from recado.lookout import now_of
from recado.mailbox.models import Conversation, OutboxMessage
from recado.projects.models import Project
from recado.settings import Settings
from recado.webhooks import service as webhooks
from recado.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookPosition
from tests.archive.test_archive import quiet

MINUTE_MS = 60_000
KINDS = ("bulk_send", "other")
BULK, UNLISTED, OTHER, ENDED = (new_id() for _ in range(4))


async def fill(database: Database) -> None:
    """A bulk send whose process died half-way, one that is about to begin, another job, a tick that nobody has made a
    job of, and posts on their way.
    """
    project, line = new_id(), new_id()
    past_ms = now_ms() - 10 * MINUTE_MS
    order = {"line_id": line, "text": "hola", "contact_ids": [new_id() for _ in range(6)], "phones": ["34600000000"]}
    async with database.system() as session:
        session.add(Project(id=project, slug="clinica", name="C", created_ms=1))
        await session.flush()
    async with database.project(project) as session:
        at = {"due_ms": past_ms, "created_ms": past_ms}
        session.add_all(
            [
                Job(
                    id=BULK, kind="bulk_send", state="running", owner=new_id(), epoch=1, workflow_id="w", attempts=1,
                    input=json.dumps(order), **at,
                ),
                Job(id=UNLISTED, kind="bulk_send", input=json.dumps(order), **at),
                Job(id=OTHER, kind="other", input="{}", **at),
                Job(id=ENDED, kind="other", input="{}", state="succeeded", finished_ms=past_ms, **at),
                JobCallback(job_id=ENDED, url="https://a.example", secret="", due_ms=past_ms, created_ms=past_ms),
                JobCallback(job_id=OTHER, url="https://a.example", secret="", due_ms=None, created_ms=past_ms),
                Schedule(  # its next tick is far away, so that none falls into a test
                    name="S", kind="other", input="{}", cron="0 0 29 2 *", timezone="UTC", next_ms=past_ms,
                    created_ms=1,
                ),
                AnswerJob(
                    message_id=new_id(), given_conversation="g", callback_url="https://a.example",
                    callback_due_ms=past_ms, created_ms=1,
                ),
            ]
        )  # fmt: skip
        add_recipients(session, line, order["contact_ids"])
        endpoint = WebhookEndpoint(
            id=new_id(), url="https://a.example", secret="", events='["*"]', after_position=0, created_ms=1
        )
        events = [
            Event(id=new_id(), project_id=project, name="message.sent", data="{}", position=position, created_ms=1)
            for position in (1, 2, None)
        ]
        session.add_all([endpoint, *events, EventPosition(id=1, position=2), WebhookPosition(id=1, position=1)])
        session.add(
            WebhookDelivery(
                endpoint_id=endpoint.id, event_id=events[0].id, event="message.sent", position=1, due_ms=past_ms,
                until_ms=past_ms + webhooks.TRY_FOR_MS,
            )
        )  # fmt: skip


def add_recipients(session: AsyncSession, line: str, contact_ids: Sequence[str]) -> None:
    """One sent, one on its way, one whose message is in the outbox without a note of it, and two that wait."""
    places = (("queued", "sent"), ("queued", "sending"), ("waiting", "sent"), ("waiting", None), ("waiting", None))
    for place, ((state, message), contact_id) in enumerate(zip(places, contact_ids[:5], strict=True)):
        talk = Conversation(id=new_id(), line_id=line, contact_id=contact_id, send_to="[]", created_ms=1)
        recipient = BulkRecipient(
            job_id=BULK, place=place, contact_id=contact_id, conversation_id=talk.id, message_id=new_id(), state=state,
            created_ms=1,
        )  # fmt: skip
        session.add_all([talk, recipient])
        if message is not None:
            session.add(
                OutboxMessage(
                    id=recipient.message_id, line_id=line, conversation_id=talk.id, seq=1, body="{}", origin="bulk",
                    state=message, due_ms=1, created_ms=1,
                )
            )  # fmt: skip


@asynccontextmanager
async def restored(
    source: Database, url: str, folder: Path, *, resume: bool
) -> AsyncGenerator[tuple[Restored, Database]]:
    made = await back_up(Settings(database_url=source.url, data_dir=folder / "data"), folder / "backups", quiet)
    done = await restore(
        Settings(database_url=url, data_dir=folder / "new"), made.folder, quiet, resume=resume
    )  # fmt: skip
    target = Database(url)
    try:
        yield done, target
    finally:
        await target.close()


async def looks_due(database: Database) -> tuple[bool, ...]:
    """What a worker sees at its first look: jobs and schedules, callbacks of jobs, and of answers."""
    now = now_of(database)
    watched = claims.waiting(now, KINDS), callbacks_waiting(now), answers_waiting(now)
    async with database.system(read_only=True) as session:
        return tuple(bool(one) for one in (await session.execute(select(*watched))).one())


async def posts_due(database: Database) -> int:
    """Deliveries to be made, once what had happened is numbered and handed out."""
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE events SET position = 3 WHERE position IS NULL"))
        await connection.execute(text("UPDATE event_positions SET position = 3"))
    async with database.system() as session:
        await webhooks.hand_out(session)
    async with database.system(read_only=True) as session:
        return len((await session.scalars(select(WebhookDelivery).where(WebhookDelivery.state == "queued"))).all())


async def test_nothing_goes_out_by_itself(database: Database, empty_database_url: str, tmp_path: Path) -> None:
    await fill(database)
    began_ms = now_ms()
    async with restored(database, empty_database_url, tmp_path, resume=False) as (done, target):
        assert done.held == Held(unsent=1, unanswered=0, jobs=3, posts=4)
        assert await looks_due(target) == (False, False, False)
        assert await ticks.fire(target) == 0
        assert await claims.claim_due(target, new_id(), KINDS, 10) == []
        assert await claims.find_orphans(target, new_id(), (), ()) == []
        assert await posts_due(target) == 0
        async with target.system(read_only=True) as session:
            schedule = (await session.scalars(select(Schedule))).one()
            assert (schedule.next_ms or 0) > began_ms
            delivery = (await session.scalars(select(WebhookDelivery))).one()
            assert delivery.state == "dead"
            errors = (await session.scalars(select(JobCallback.error))).all()
            assert errors == ["restored", "restored"]
        # A person can still ask for them.
        async with target.project(delivery.project_id) as session:
            assert (await webhooks.replay(session, delivery.id)).state == "queued"
            assert await webhooks.replay_range(session, delivery.endpoint_id, None, None) == 3
        assert await posts_due(target) == 3


async def test_jobs_say_how_far_they_came(database: Database, empty_database_url: str, tmp_path: Path) -> None:
    await fill(database)
    async with restored(database, empty_database_url, tmp_path, resume=False) as (_, target):
        async with target.system(read_only=True) as session:
            jobs = {job.id: job for job in await session.scalars(select(Job))}
            states = await session.execute(
                select(BulkRecipient.state, BulkRecipient.code).order_by(BulkRecipient.place)
            )
            recipients = [tuple(row) for row in states]
        assert jobs[ENDED].state == "succeeded"
        left = [jobs[one] for one in (BULK, UNLISTED, OTHER)]
        assert {(job.state, job.error_code) for job in left} == {("failed", "restored")}
        assert jobs[BULK].finished_ms is not None
        waiting = ("waiting", None)
        assert recipients == [("sent", None), ("failed", "restored"), ("sent", None), waiting, waiting]
        # Two were not looked up yet.
        shown = {"total": 7, "waiting": 4, "queued": 0, "sent": 2, "failed": 1, "refused": 0, "skipped": 0}
        assert json.loads(jobs[BULK].progress) == {**shown, "codes": {"restored": 1}}
        assert json.loads(jobs[UNLISTED].progress)["waiting"] == 7


async def test_told_to_it_goes_on(database: Database, empty_database_url: str, tmp_path: Path) -> None:
    await fill(database)
    async with restored(database, empty_database_url, tmp_path, resume=True) as (done, target):
        assert done.held == Held()
        assert await looks_due(target) == (True, True, True)
        assert {held.id for held in await claims.claim_due(target, new_id(), KINDS, 10)} == {UNLISTED, OTHER}
        assert BULK in {held.id for held in await claims.find_orphans(target, new_id(), (), ())}
        assert await ticks.fire(target) == 1
        assert await posts_due(target) == 3
