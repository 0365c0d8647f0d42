"""Events: what happened, as a list and as it happens."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, WebSocket
from starlette.responses import Response

from recado.caller import Caller, Reader
from recado.errors import RecadoError
from recado.events import service
from recado.events.feed import Feed, Wanted
from recado.events.schemas import EventOut, EventPage, Ticket
from recado.events.streams import EventStream, talk
from recado.kit.crypto import SecretBox
from recado.kit.ids import UUID_PATTERN
from recado.kit.openapi import problems
from recado.kit.parts import part
from recado.kit.problems import problem_of
from recado.kit.schemas import PageCut, QuerySpan, Uuid
from recado.kit.tickets import seal_ticket

router = APIRouter(prefix="/events", tags=["events"])

MAX_NAMES = 20
NAME = r"^[a-z_.]{1,64}(\.\*)?$"

EventName = Annotated[str | None, Query(max_length=64, pattern=r"^[a-z_.]+$", description="Only events of this name.")]
OfConversation = Annotated[Uuid | None, Query(description="Only events of this conversation.")]
OfLine = Annotated[Uuid | None, Query(description="Only events of this line.")]
Names = Annotated[
    list[Annotated[str, Query(pattern=NAME)]] | None,
    Query(
        alias="name", max_length=MAX_NAMES, description="Only these names; message.* is all that begin so. Repeat it."
    ),
]
After = Annotated[
    Uuid | None,
    Query(description="The id of the last event that was seen, or `listen_after` of the list: go on after it."),
]
LastEventId = Annotated[str | None, Header(pattern=UUID_PATTERN, description="As `after`; what browsers send.")]
TheFeed = Annotated[Feed, Depends(part(Feed))]
# Read by `RequireKey`; here it is described.
TicketQuery = Annotated[
    str | None, Query(alias="ticket", max_length=512, description="From POST /events/ticket, instead of a key.")
]


@router.get("")
async def list_events(
    caller: Reader,
    feed: TheFeed,
    cut: PageCut,
    span: QuerySpan,
    name: EventName = None,
    conversation_id: OfConversation = None,
    line_id: OfLine = None,
) -> EventPage:
    """What happened in the project, newest first.

    Events of messages (`message.received`, `.sent`, `.delivered`, `.read`) are kept from the first look at a project's
    events on, here or in a stream, or its first webhook, until a week after the last; that a message failed always is.

    To go on from here, listen `after` the `listen_after` of the first page: of what is not in the list, nothing is
    skipped (what has just happened may be in both).
    """
    await feed.attend(caller.project_id)
    place = await feed.place_now(caller.project_id)
    async with caller.reading() as session:
        page = await service.list_events(
            session, cut, name=name, conversation_id=conversation_id, line_id=line_id, span=span
        )
    items = [EventOut.model_validate(event) for event in page.items]
    return EventPage(items=items, next_cursor=page.next_cursor, listen_after=place.id)


@router.post("/ticket", status_code=201)
async def create_ticket(caller: Reader, box: Annotated[SecretBox, Depends(part(SecretBox))]) -> Ticket:
    """A ticket for `ticket=`, where a browser cannot send a header. It opens streams for a minute, each as often as
    needed, and stands for the key that asked.
    """
    ticket, until_ms = seal_ticket(box, caller.key_id)
    return Ticket.model_validate({"ticket": ticket, "expires_at": until_ms})


@router.get(
    "/stream",
    status_code=200,
    response_class=EventStream,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}, **problems(404)},
)
async def stream_events(
    caller: Reader,
    feed: TheFeed,
    name: Names = None,
    conversation_id: OfConversation = None,
    line_id: OfLine = None,
    after: After = None,
    last_event_id: LastEventId = None,
    _ticket: TicketQuery = None,
) -> Response:
    """What happens, as it happens (server-sent events): `id`, `event` with the name, `data` with the event as JSON.

    Nothing is skipped and nothing comes twice for who goes on `after` the last id. Where that cannot be kept the answer
    is 404: the event is no longer there (`event_not_found`), or those of messages were not kept for a time since, for
    nobody had looked yet or for a week (`events_not_kept`). Then listen without `after`, and read what was missed.

    The beginning of the stream, and a comment every 15 seconds, have an `id` without an event, too: where a listener
    stands for whom nothing has happened, to go on after. Who reads too slowly is cut, and goes on in the same way.
    """
    wanted = _wanted(caller, name, conversation_id, line_id)
    return EventStream(feed, wanted, await feed.place_of(wanted, last_event_id or after), caller.key_id)


@router.websocket("/ws")
async def socket_of_events(
    websocket: WebSocket,
    name: Names = None,
    conversation_id: OfConversation = None,
    line_id: OfLine = None,
    after: After = None,
    _ticket: TicketQuery = None,
) -> None:
    """The same as JSON messages. `{"type": "ping"}` is answered with `{"type": "pong"}`."""
    caller: Any = getattr(websocket.state, "caller", None)
    feed: Feed = websocket.app.state.parts[Feed]
    assert isinstance(caller, Caller)  # noqa: S101 # `RequireKey` let it through
    wanted = _wanted(caller, name, conversation_id, line_id)
    try:
        place = await feed.place_of(wanted, after)
    except RecadoError as error:
        await websocket.send_denial_response(problem_of(error))
        return
    await websocket.accept()
    async with feed.listen(wanted, place, caller.key_id) as (listener, missed):
        await talk(websocket, listener, missed)


def _wanted(caller: Caller, names: list[str] | None, conversation_id: str | None, line_id: str | None) -> Wanted:
    return Wanted(caller.project_id, frozenset(names) if names else None, conversation_id, line_id)
