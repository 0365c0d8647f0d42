"""The audit log, to be read."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from recado.audit import service
from recado.audit.schemas import AuditOut
from recado.caller import Admin
from recado.kit.schemas import PageCut, PageOf, QuerySpan, Uuid

router = APIRouter(prefix="/audit", tags=["audit"])

OfKey = Annotated[Uuid | None, Query(description="Only what this key did.")]
OfAction = Annotated[
    str | None, Query(max_length=64, pattern=r"^[a-z_ -]+$", description="Only this, such as update_line.")
]
OfObject = Annotated[Uuid | None, Query(description="Only what was done to this object.")]
WithOutcome = Annotated[
    Literal["done", "asked", "unchanged", "refused"] | None, Query(description="Only what ended so.")
]


@router.get("")
async def list_audit(
    caller: Admin,
    cut: PageCut,
    span: QuerySpan,
    key_id: OfKey = None,
    action: OfAction = None,
    object_id: OfObject = None,
    outcome: WithOutcome = None,
) -> PageOf[AuditOut]:
    """Every change by a key or a command, and what keys were refused, newest first."""
    async with caller.reading() as session:
        page = await service.list_entries(
            session, cut, key_id=key_id, action=action, object_id=object_id, outcome=outcome, span=span
        )
        return PageOf[AuditOut].model_validate(page)
