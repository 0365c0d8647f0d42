"""What this room holds of a person: the questions whose answers somebody asked for later."""

from sqlalchemy import ColumnElement, select

from recado.compat.models import AnswerJob
from recado.mailbox.models import InboxMessage
from recado.personal import Aging, Person, Record, rows_of


def _of(person: Person) -> ColumnElement[bool]:
    mine = select(InboxMessage.id).where(InboxMessage.conversation_id.in_(person.conversation_ids))
    return AnswerJob.message_id.in_(mine)


def answer_is_owed(message_id: ColumnElement[str]) -> ColumnElement[bool]:
    """True for a message whose answer is still to be posted to somebody."""
    return message_id.in_(select(AnswerJob.message_id).where(AnswerJob.callback_due_ms.is_not(None)))


def _question(row: AnswerJob) -> Record:
    return {
        "id": row.id,
        "message_id": row.message_id,
        "given_conversation": row.given_conversation,
        "given_message": row.given_message,
        "created_ms": row.created_ms,
    }


HOLDINGS = (rows_of(AnswerJob, _of, name="asked_later", record=_question),)
AGINGS = (Aging("messages", AnswerJob, lambda: AnswerJob.callback_due_ms.is_(None)),)
