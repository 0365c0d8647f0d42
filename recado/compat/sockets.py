"""The WebSocket of a conversation: what a person writes comes in as frames, answers go out as frames."""

import asyncio
from typing import Annotated, cast

from fastapi import APIRouter, Path, Query, WebSocket
from pydantic import ValidationError
from starlette.websockets import WebSocketDisconnect

from recado.caller import Caller
from recado.compat.door import TOO_MANY, Limit, caller_of
from recado.compat.questions import in_chat
from recado.compat.schemas import MAX_ID, Frame
from recado.compat.service import Asking
from recado.errors import RecadoError
from recado.kit import now
from recado.kit.parts import find_part

# RFC 6455, 7.4.1: 1008 is a violation of policy.
POLICY = 1008
# Questions of one socket that wait for their answers; more is a mistake of its program.
MAX_OPEN = 16

router = APIRouter(prefix="/v1/ws")

Conversation = Annotated[str, Path(min_length=1, max_length=MAX_ID)]
Secret = Annotated[str | None, Query(alias="api_key")]
Customer = Annotated[str | None, Query(alias="customer_id", max_length=MAX_ID)]


@router.websocket("/conversations/{conversation}")
async def talk(socket: WebSocket, conversation: Conversation, secret: Secret = None, customer: Customer = None) -> None:
    """Frames both ways until one side leaves. A bad key gets an error frame, and then the end."""
    asks, limit = find_part(socket.app, Asking), find_part(socket.app, Limit)
    await socket.accept()
    try:
        caller = await caller_of(asks.database, secret or socket.headers.get("x-api-key"))
    except RecadoError as error:
        await _refuse(socket, conversation, error.message)
        return
    if "agent" not in caller.may:
        await _refuse(socket, conversation, "This needs a key with the role agent")
        return
    if not await limit.take(caller.project_id):  # opening it is a request like any other
        await _refuse(socket, conversation, TOO_MANY)
        return
    await Talk(socket, conversation, customer or None, caller, asks, limit).run()


class Talk:
    """One open socket."""

    def __init__(
        self, socket: WebSocket, conversation: str, customer: str | None, caller: Caller, asks: Asking, limit: Limit
    ) -> None:
        self._socket = socket
        self._conversation = conversation
        self._customer = customer
        self._caller = caller
        self._asks = asks
        self._limit = limit
        self._questions: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        try:
            while True:
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                await self._take(cast("str | None", message.get("text")))
        except (WebSocketDisconnect, RuntimeError):
            return  # it left while it was answered
        finally:
            for task in self._questions:
                task.cancel()  # what was stored is answered all the same
            await asyncio.gather(*self._questions, return_exceptions=True)

    async def _take(self, text: str | None) -> None:
        try:
            frame = Frame.model_validate_json(text or "")
        except ValidationError:
            await self._say("error", error="This is no frame: {type, text}")
            return
        if frame.type == "ping":
            await self._say("pong")
        elif frame.type == "user_message":
            await self._question(frame)
        elif frame.type != "pong":
            await self._say("error", error="Send user_message or ping")

    async def _question(self, frame: Frame) -> None:
        if not frame.text or not frame.text.strip():
            await self._say("error", error="text is missing")
        elif len(self._questions) >= MAX_OPEN or not await self._limit.take(self._caller.project_id):
            await self._say("error", error=TOO_MANY)
        else:
            task = asyncio.create_task(self._answer(frame.text, frame.message_id))
            self._questions.add(task)
            task.add_done_callback(self._questions.discard)

    async def _answer(self, text: str, message_id: str | None) -> None:
        question = in_chat(self._conversation, text, self._customer, message_id)
        try:
            answer = await self._asks.ask(self._caller.project_id, question)
        except RecadoError as error:
            await self._say("error", error=error.message)
            return
        if answer.text:
            await self._say("assistant_message", answer.text)

    async def _say(self, kind: str, text: str | None = None, *, error: str | None = None) -> None:
        await _send(self._socket, self._conversation, kind, text, error)


async def _refuse(socket: WebSocket, conversation: str, error: str) -> None:
    await _send(socket, conversation, "error", None, error)
    await socket.close(POLICY)


async def _send(socket: WebSocket, conversation: str, kind: str, text: str | None, error: str | None) -> None:
    frame = Frame.model_validate(
        {
            "type": kind,
            "text": text,
            "conversation_id": conversation,
            "error": error,
            "timestamp": now().isoformat(),
        }
    )
    await socket.send_text(frame.model_dump_json())
