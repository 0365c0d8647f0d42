"""The WebSocket of a conversation: what a person writes comes in as frames, answers go out as frames."""

import asyncio
from contextlib import suppress
from typing import Annotated, cast

from fastapi import APIRouter, Path, Query, WebSocket
from pydantic import ValidationError
from starlette.websockets import WebSocketDisconnect

from recado.audit.door import Refusals, act_of
from recado.caller import Caller
from recado.compat.door import BAD_KEY, TOO_MANY, Limit, caller_of
from recado.compat.keys import OpenKeys
from recado.compat.questions import in_chat
from recado.compat.schemas import MAX_ID, Frame, FrameIn
from recado.compat.service import Asking
from recado.errors import RecadoError
from recado.kit import now
from recado.kit.acting import acting
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
    database, refusals = find_part(socket.app, Asking).database, find_part(socket.app, Refusals)
    await socket.accept()
    try:
        caller = await caller_of(socket.scope, secret or socket.headers.get("x-api-key"), database, refusals)
    except RecadoError as error:
        await _refuse(socket, conversation, error.message)
        return
    act = act_of(caller, socket.scope)
    if "agent" not in caller.may:
        await refusals.note(act, caller.project_id, "forbidden")
        await _refuse(socket, conversation, "This needs a key with the role agent")
        return
    if await find_part(socket.app, Limit).take(caller) is not None:  # opening it is a request like any other
        await _refuse(socket, conversation, TOO_MANY)
        return
    with acting(act), find_part(socket.app, OpenKeys).use(caller.key_id) as revoked:
        await Talk(socket, conversation, customer or None, caller, revoked).run()


class Talk:
    """One open socket."""

    def __init__(
        self, socket: WebSocket, conversation: str, customer: str | None, caller: Caller, revoked: asyncio.Event
    ) -> None:
        self._socket = socket
        self._conversation = conversation
        self._customer = customer
        self._caller = caller
        self._revoked = revoked
        self._asks = find_part(socket.app, Asking)
        self._limit = find_part(socket.app, Limit)
        self._keys = find_part(socket.app, OpenKeys)
        self._questions: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until the other side leaves, or its key is closed."""
        hearing, closed = asyncio.create_task(self._hear()), asyncio.create_task(self._revoked.wait())
        try:
            await asyncio.wait((hearing, closed), return_when=asyncio.FIRST_COMPLETED)
        finally:
            tasks = (hearing, closed, *self._questions)
            for task in tasks:
                task.cancel()  # what was stored is answered all the same
            await asyncio.gather(*tasks, return_exceptions=True)
        if self._revoked.is_set():
            with suppress(WebSocketDisconnect, RuntimeError):  # it left at the same moment
                await _refuse(self._socket, self._conversation, BAD_KEY)
        else:
            hearing.result()

    async def _hear(self) -> None:
        try:
            while not self._revoked.is_set():
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                await self._take(cast("str | None", message.get("text")))
        except (WebSocketDisconnect, RuntimeError):
            return  # it left while it was answered

    async def _take(self, text: str | None) -> None:
        try:
            frame = FrameIn.model_validate_json(text or "")
        except ValidationError:
            await self._say("error", error="This is no frame: {type, text}")
            return
        if frame.type == "ping":
            await self._say("pong")
        elif frame.type == "user_message":
            await self._question(frame)
        elif frame.type != "pong":
            await self._say("error", error="Send user_message or ping")

    async def _question(self, frame: FrameIn) -> None:
        if await self._is_refused():
            return
        if not frame.text or not frame.text.strip():
            await self._say("error", error="text is missing")
        elif len(self._questions) >= MAX_OPEN or await self._limit.take(self._caller) is not None:
            await self._say("error", error=TOO_MANY)
        else:
            task = asyncio.create_task(self._answer(frame.text, frame.message_id))
            self._questions.add(task)
            task.add_done_callback(self._questions.discard)

    async def _is_refused(self) -> bool:
        """True if nothing is taken any more, or not now: the other side was told, or will be at the end."""
        try:
            if await self._keys.is_revoked(self._caller.key_id):
                self._revoked.set()
        except RecadoError as error:
            await self._say("error", error=error.message)
            return True
        return self._revoked.is_set()

    async def _answer(self, text: str, message_id: str | None) -> None:
        question = in_chat(self._conversation, text, self._customer, message_id)
        try:
            handed = await self._asks.wait(self._caller.project_id, question)
        except RecadoError as error:
            await self._say("error", error=error.message)
            return
        answer = self._asks.answer_of(handed.out)
        if answer.text:
            await self._say("assistant_message", answer.text)
        with suppress(RecadoError):  # whoever asks again gets the same
            await self._asks.hand_out(handed)

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
