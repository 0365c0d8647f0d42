"""What this room holds of a person: that they were among those whom a bulk send went to."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from recado.bulk.models import BulkRecipient
from recado.jobs.models import Job
from recado.jobs.service import ENDED
from recado.personal import Aging, Holding, Person, Record, rows_of

ERASED_CODE = "erased"


def _of(person: Person) -> ColumnElement[bool]:
    return BulkRecipient.contact_id.in_(person.contact_ids)


def _recipient(row: BulkRecipient) -> Record:
    return {"job_id": row.job_id, "message_id": row.message_id, "state": row.state, "created_ms": row.created_ms}


async def _remove(session: AsyncSession, person: Person, ids: Sequence[str]) -> int:
    """The line stays in its list, for the counts; nobody is named in it, and nothing more is sent for it."""
    open_ = BulkRecipient.state.in_(("waiting", "queued"))
    changed = await session.scalars(
        update(BulkRecipient)
        .where(BulkRecipient.id.in_(ids), _of(person))
        .values(
            contact_id=None, conversation_id=None, message_id=None,
            code=case((open_, ERASED_CODE), else_=BulkRecipient.code),
            state=case((open_, "refused"), else_=BulkRecipient.state),
        )
        .returning(BulkRecipient.id)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    return len(changed.all())


def is_counted(message_id: ColumnElement[str]) -> ColumnElement[bool]:
    """True for a message whose end a bulk send in work has not noted yet."""
    return message_id.in_(select(BulkRecipient.message_id).where(BulkRecipient.state == "queued"))


def _ended() -> ColumnElement[bool]:
    return exists().where(Job.id == BulkRecipient.job_id, Job.state.not_in(ENDED)).__invert__()


_ROWS = rows_of(BulkRecipient, _of, name="bulk_sends", record=_recipient)
HOLDINGS = (Holding("bulk_recipients", _ROWS.find, _remove, "bulk_sends", _ROWS.export),)
AGINGS = (Aging("logs", BulkRecipient, _ended),)
