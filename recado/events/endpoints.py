"""Events: what happened."""

from typing import Annotated

from fastapi import APIRouter, Query

from recado.caller import Reader
from recado.events import service
from recado.events.schemas import EventOut
from recado.kit.schemas import PageCut, PageOf, QuerySpan, Uuid

router = APIRouter(prefix="/events", tags=["events"])

EventName = Annotated[str | None, Query(max_length=64, pattern=r"^[a-z_.]+$", description="Only events of this name.")]
OfConversation = Annotated[Uuid | None, Query(description="Only events of this conversation.")]


@router.get("")
async def list_events(
    caller: Reader, cut: PageCut, span: QuerySpan, name: EventName = None, conversation_id: OfConversation = None
) -> PageOf[EventOut]:
    """What happened in the project, newest first."""
    async with caller.reading() as session:
        page = await service.list_events(session, cut, name=name, conversation_id=conversation_id, span=span)
    return PageOf[EventOut].model_validate(page)
