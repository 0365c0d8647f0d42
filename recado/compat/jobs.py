"""Answers that are asked for later. A job is a row that names its message: how far it is, the turn's own rows say, so
that nothing needs to be resumed after a restart.

A question without a name that was not answered in time leaves such a row, too, under an id made of its words: whoever
sends it again, as its client was told to, gets the answer of that message, and it is not said twice.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.channels.contract import Answer
from recado.compat.models import AnswerJob
from recado.compat.questions import Question
from recado.db import json_text
from recado.errors import Unavailable
from recado.kit import new_id
from recado.kit.crypto import SecretBox
from recado.mailbox import answers
from recado.mailbox.answers import Handed, HandedOut
from recado.mailbox.driver import Priority, Tx
from recado.mailbox.inbox import Stored
from recado.mailbox.people import Arrival
from recado.mailbox.service import Mailbox
from recado.mailbox.sql import Query

Status = Literal["pending", "running", "succeeded", "failed"]
FAILED_TEXT = "The assistant could not answer"
GONE_TEXT = "The message was removed"

_ADD = Query(
    """
    INSERT INTO answer_jobs (id, project_id, message_id, given_conversation, given_message, callback_url, callback_key,
        callback_due_ms, created_ms)
    SELECT i.id, i.project_id, i.message_id, i.conversation, i.message, i.url, i.key,
        CASE WHEN i.url IS NULL THEN NULL ELSE {now} END, {now}
    FROM {rows} WHERE true
    ON CONFLICT (message_id) DO NOTHING
    """,
    rows="id uuid, project_id uuid, message_id uuid, conversation text, message text, url text, key text",
)
# For a job that was started without one: the first callback that names a job holds.
_ADD_CALLBACK = Query(
    """
    UPDATE answer_jobs SET callback_url = i.url, callback_key = i.key, callback_due_ms = {now} FROM {rows}
    WHERE answer_jobs.id = i.id AND answer_jobs.callback_url IS NULL
    """,
    rows="id uuid, url text, key text",
)
# Programs that are told to come again do so within minutes; later, the same words of a person are new ones.
REPEAT_WITHIN_MS = 600_000
_OWE = Query(
    """
    INSERT INTO answer_jobs (id, project_id, message_id, given_conversation, created_ms)
    SELECT i.id, i.project_id, i.message_id, i.conversation, {now} FROM {rows}
    WHERE EXISTS (
        SELECT 1 FROM inbox m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.id = i.message_id AND c.send_to <> '[]'
    )
    ON CONFLICT (id) DO UPDATE SET message_id = excluded.message_id, created_ms = excluded.created_ms
    """,
    rows="id uuid, project_id uuid, message_id uuid, conversation text",
)
_OWED = Query(
    """
    SELECT message_id FROM answer_jobs
    WHERE id = :id AND project_id = :project_id AND created_ms > {now} - :within_ms
    """,
    scalars="id uuid, project_id uuid, within_ms bigint",
)
_PAY = Query("DELETE FROM answer_jobs WHERE id = :id", scalars="id uuid")
_ID_OF = Query("SELECT id FROM answer_jobs WHERE message_id = :message_id", scalars="message_id uuid")


@dataclass(frozen=True, slots=True)
class Callback:
    """Where a job is posted when it is done, and with which key."""

    url: str
    key: str


@dataclass(frozen=True, slots=True)
class Job:
    """How far an answer is. `answer` is there once it succeeded, `error_text` if it failed."""

    id: str
    status: Status
    conversation: str
    message: str | None
    answer: Answer | None
    error_text: str | None


async def renew_keys(session: AsyncSession, box: SecretBox, *, lost: bool = False) -> int:
    """Encrypt the keys of callbacks that are still due with the box's first key; how many that changed.

    Raises `RecadoError` (`secret_unreadable`) if one fits no key; with `lost` it is given up (`SecretBox.renew`).
    """
    due = select(AnswerJob).where(AnswerJob.callback_due_ms.is_not(None), AnswerJob.callback_key.is_not(None))
    changed = 0
    for row in await session.scalars(due.order_by(AnswerJob.id).with_for_update()):
        renewed = box.renew(row.callback_key or "", row.id, lost=lost)
        if renewed != row.callback_key:
            row.callback_key = renewed
            changed += 1
    await session.flush()
    return changed


async def start(
    mailbox: Mailbox, box: SecretBox, arrival: Arrival, question: Question, callback: Callback | None
) -> str:
    """Store a message and its job in one commit; the job's id, the same for the same message.

    A job that has a callback keeps that one.
    """
    job_id = new_id()
    key = box.encrypt(callback.key, job_id) if callback else None

    async def also(tx: Tx, stored: Stored) -> str:
        message_id = stored.message_id or await answers.find(tx, arrival.line_id, arrival.provider_message_id)
        if message_id is None:
            raise Unavailable("The message was removed meanwhile", code="message_gone")
        url = callback.url if callback else None
        row = (job_id, arrival.project_id, message_id, question.conversation, question.message_id, url, key)
        await tx.fetch(_ADD, [row])
        ((found,),) = await tx.fetch(_ID_OF, message_id=message_id)
        if callback is not None and found != job_id:
            await tx.fetch(_ADD_CALLBACK, [(found, callback.url, box.encrypt(callback.key, found))])
        return found

    return await mailbox.store_with(arrival, also)


def id_of_words(project_id: str, question: Question) -> str:
    """The same for the same words of the same person. With a time of zero, so that it ages as other ids (UUIDv8)."""
    said = json_text([project_id, question.who.kind, question.who.value, question.text])
    digits = hashlib.sha256(said.encode()).hexdigest()
    return f"00000000-0000-8{digits[:3]}-8{digits[3:6]}-{digits[6:18]}"


async def owe(mailbox: Mailbox, project_id: str, question: Question, message_id: str) -> None:
    """Remember that somebody was told to send these words again; not of a message that was erased meanwhile, nor of
    somebody who was cut off to be erased.
    """
    row = (id_of_words(project_id, question), project_id, message_id, question.conversation)
    await mailbox.driver.run(lambda tx: tx.fetch(_OWE, [row]), Priority.INGEST)


async def owed(mailbox: Mailbox, project_id: str, question: Question) -> str | None:
    """The message that somebody said in these words and was told to send again, if there is one."""
    job_id = id_of_words(project_id, question)
    rows = await mailbox.driver.run(
        lambda tx: tx.fetch(_OWED, id=job_id, project_id=project_id, within_ms=REPEAT_WITHIN_MS),
        Priority.INGEST,
        atomic=False,
    )
    return rows[0][0] if rows else None


async def pay(mailbox: Mailbox, project_id: str, question: Question) -> None:
    """They have the answer: the same words are new ones from now on."""
    job_id = id_of_words(project_id, question)
    await mailbox.driver.run(lambda tx: tx.fetch(_PAY, id=job_id), Priority.INGEST, atomic=False)


async def find(session: AsyncSession, job_id: str) -> AnswerJob | None:
    """The project's job."""
    return await session.get(AnswerJob, job_id)


async def look(mailbox: Mailbox, row: AnswerJob) -> Handed | None:
    """What became of a job's message. An answer brings what the team wrote before it; the text of a failure has no
    place for that: the next answer does.
    """
    found = await mailbox.look_for_answers([row.message_id])
    handed = found[0] if found else None
    return await mailbox.with_words(handed) if handed is not None and handed.standing == "answered" else handed


def job_of(row: AnswerJob, handed: Handed | None, answer_of: Callable[[Sequence[HandedOut]], Answer]) -> Job:
    """How far a job is, by what became of its message."""
    status, answer, error = _standing(handed, answer_of)
    return Job(row.id, status, row.given_conversation, row.given_message, answer, error)


def _standing(
    handed: Handed | None, answer_of: Callable[[Sequence[HandedOut]], Answer]
) -> tuple[Status, Answer | None, str | None]:
    if handed is None:
        return "failed", None, GONE_TEXT
    match handed.standing:
        case "answered":
            return "succeeded", answer_of(handed.out), None
        case "given_up":
            return "failed", None, answer_of(handed.out).text or FAILED_TEXT
        case "running" | "pending":
            return handed.standing, None, None
