"""What this room holds of a person: the questions whose answers somebody asked for later."""

from sqlalchemy import ColumnElement, select

from recado.compat.models import AnswerJob
from recado.mailbox.models import InboxMessage
from recado.personal import Aging, Person, rows_of


def _of(person: Person) -> ColumnElement[bool]:
    mine = select(InboxMessage.id).where(InboxMessage.conversation_id.in_(person.conversation_ids))
    return AnswerJob.message_id.in_(mine)


def answer_is_owed(message_id: ColumnElement[str]) -> ColumnElement[bool]:
    """True for a message whose answer is still to be posted to somebody."""
    return message_id.in_(select(AnswerJob.message_id).where(AnswerJob.callback_due_ms.is_not(None)))


HOLDINGS = (rows_of(AnswerJob, _of),)
AGINGS = (Aging("messages", AnswerJob, lambda: AnswerJob.callback_due_ms.is_(None)),)
