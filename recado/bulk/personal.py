"""What this room holds of a person: that they were among those whom a bulk send went to, and what it was to say."""

from collections.abc import Sequence

from pydantic import ValidationError
from sqlalchemy import ColumnElement, case, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from recado.bulk.models import BulkRecipient
from recado.bulk.schemas import Order
from recado.db import json_text
from recado.jobs.models import Job
from recado.jobs.service import ENDED
from recado.messages import OutLocation, OutTemplate, TemplateButton, TemplateMedia, TemplateValues
from recado.personal import NOBODYS_ID, NOBODYS_NUMBER, Aging, Holding, Person, Record, rows_of

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


# --- orders that were for nobody else ---------------------------------------------------------------------

# In the place of words that went: an order keeps its shape.
_GONE = "-"


def wordless(text: str) -> str:
    """What a job or a schedule is asked; an order in which nobody is named any more without what it said, too: that was
    for people who were erased, and for nobody else.
    """
    try:
        order = Order.model_validate_json(text)
    except ValidationError:  # of another kind, or not as this version has them
        return text
    if {*order.contact_ids, *order.phones} - {NOBODYS_ID, NOBODYS_NUMBER}:
        return text
    said = {"text": order.text and _GONE, "template": order.template and _unsaid(order.template)}
    return json_text(order.model_copy(update=said).as_input())


def _unsaid(template: OutTemplate) -> OutTemplate:
    media, place = template.header_media, template.header_location
    return template.model_copy(
        update={
            "header": _nothing(template.header),
            "header_media": media and TemplateMedia(media=media.media, media_id=NOBODYS_ID),
            "header_location": place and OutLocation(latitude=0, longitude=0, name=_GONE),
            "body": _nothing(template.body),
            "buttons": tuple(TemplateButton(index=b.index, kind=b.kind, value=_GONE) for b in template.buttons),
        }
    )


def _nothing(values: TemplateValues) -> TemplateValues:
    return dict.fromkeys(values, _GONE) if isinstance(values, dict) else (_GONE,) * len(values)


_ROWS = rows_of(BulkRecipient, _of, name="bulk_sends", record=_recipient)
HOLDINGS = (Holding("bulk_recipients", _ROWS.find, _remove, "bulk_sends", _ROWS.export),)
AGINGS = (Aging("logs", BulkRecipient, _ended),)
