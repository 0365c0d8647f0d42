"""The WebSocket of a conversation: what a person writes comes in as frames, answers go out as frames."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, cast

import structlog
from fastapi import APIRouter, Path, Query, WebSocket
from pydantic import ValidationError
from starlette.websockets import WebSocketDisconnect

from recado.audit.door import Refusals, act_of
from recado.caller import Caller
from recado.compat.door import BAD_KEY, TOO_MANY, Limit, caller_of
from recado.compat.keys import OpenKeys
from recado.compat.questions import Question, in_chat
from recado.compat.schemas import MAX_ID, Frame, FrameIn
from recado.compat.service import Asking, Taken
from recado.compat.talks import Ear, OpenTalks
from recado.compat.waiting import AnswerLate
from recado.errors import RecadoError
from recado.kit import now
from recado.kit.acting import acting
from recado.kit.parts import find_part
from recado.mailbox.answers import Handed, HandedOut, Words

# RFC 6455, 7.4.1: 1008 is a violation of policy.
POLICY = 1008
# IANA, WebSocket Close Code Number Registry: 1012 is a service that restarts. Clients come back.
RESTART = 1012
# Where somebody waits for an answer that is late, it is looked for so often.
LATE_LOOK_S = 1.0
# Where nobody does, the bell is enough; this is no more than a limit.
IDLE_S = 600.0
# After a look for which the database did not answer.
RETRY_S = 1.0
# Questions of one socket that wait for their answers; more is a mistake of its program.
MAX_OPEN = 16

router = APIRouter(prefix="/v1/ws")
log = structlog.get_logger(__name__)

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
    """One open socket. All that is said to the person is said by `_tell`, so that it comes in order."""

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
        self._talks = find_part(socket.app, OpenTalks)
        self._questions: set[asyncio.Task[None]] = set()
        # What was said and is being noted.
        self._noting: set[asyncio.Task[None]] = set()
        # Messages whose answers are to be said here, and those of them of which it was said that they are late.
        self._owed: set[str] = set()
        self._late: dict[str, Question] = {}
        # Up to where words were said, in which conversation.
        self._said: tuple[str, int] | None = None

    async def run(self) -> None:
        """Until the other side leaves, its key is closed, or this process stops."""
        with self._talks.hear(self._caller.project_id, in_chat(self._conversation, "", self._customer).who) as ear:
            telling = asyncio.create_task(self._tell(ear))
            hearing, closed = asyncio.create_task(self._hear(ear)), asyncio.create_task(self._revoked.wait())
            leaving = asyncio.create_task(ear.leaving.wait())
            try:
                await asyncio.wait((hearing, telling, closed, leaving), return_when=asyncio.FIRST_COMPLETED)
                if ear.leaving.is_set() and not self._revoked.is_set() and not hearing.done():
                    await self._leave(ear, telling)
            finally:
                tasks = (hearing, telling, closed, leaving, *self._questions)
                for task in tasks:
                    task.cancel()  # what was stored is answered all the same
                await asyncio.gather(*tasks, *self._noting, return_exceptions=True)
        if self._revoked.is_set():
            with suppress(WebSocketDisconnect, RuntimeError):  # it left at the same moment
                await _refuse(self._socket, self._conversation, BAD_KEY)
        else:
            for task in (hearing, telling):
                if not task.cancelled():
                    task.result()

    async def _leave(self, ear: Ear, telling: "asyncio.Task[None]") -> None:
        """Say the last that there is: those whose answers are not there are told to ask again."""
        if self._questions:
            await asyncio.wait(tuple(self._questions))  # nobody waits any more: they are told so now
        ear.bell.ring()
        await asyncio.wait((telling,))
        with suppress(WebSocketDisconnect, RuntimeError):  # it left at the same moment
            await self._socket.close(RESTART)

    # --- what is said to the person -------------------------------------------------------------------

    async def _tell(self, ear: Ear) -> None:
        """Say answers and words as they come, until this process stops."""
        while True:
            await ear.bell.wait(LATE_LOOK_S if self._owed else IDLE_S)
            is_last = ear.leaving.is_set() and not self._questions
            try:
                while await self._say_what_came(ear):
                    pass
            except (WebSocketDisconnect, RuntimeError):
                return  # it left while it was told
            except RecadoError as error:
                log.info("talk_waits", code=error.code)
                if not is_last:
                    await asyncio.sleep(RETRY_S)
                    ear.bell.ring()
            if is_last:
                return

    async def _say_what_came(self, ear: Ear) -> bool:
        """Say what is there, in the order in which it was written; True if there is more."""
        if not ear.looked or (self._owed and ear.conversation_id is None):
            await self._talks.find(ear)
        words = await self._words(ear)
        due, more = await self._due(ear, words)
        came = {out for one in due if (out := one.out)} | {(one,) for one in (words.out if words else ())}
        in_order = sorted(came, key=lambda out: out[0].seq)
        for out in in_order:
            if text := self._asks.answer_of(out).text:
                await self._say("assistant_message", text)
        if words is not None and ear.conversation_id is not None:
            self._said = ear.conversation_id, words.last_seq
        # To its end, for many a client leaves with its answer.
        noting = asyncio.create_task(self._note(in_order, [self._late.pop(one.message_id, None) for one in due]))
        self._noting.add(noting)
        noting.add_done_callback(self._noting.discard)
        await asyncio.shield(noting)
        return more

    async def _note(self, said: Sequence[tuple[HandedOut, ...]], questions: Sequence[Question | None]) -> None:
        with suppress(RecadoError):  # said they are: what is not noted is there for whoever asks again
            await self._asks.said(self._caller.project_id, said, questions)

    async def _words(self, ear: Ear) -> Words | None:
        """What was written to the person since the last look and answers nothing; at first, what waits of it."""
        if ear.conversation_id is None:
            return None
        after_seq = 0 if ear.is_new else None  # of a conversation that began since, all
        if self._said is not None:
            after_seq = self._said[1] if self._said[0] == ear.conversation_id else None
        return await self._asks.mailbox.words(self._caller.project_id, ear.conversation_id, after_seq)

    async def _due(self, ear: Ear, words: Words | None) -> tuple[list[Handed], bool]:
        """The answers that stand, owed no longer, and whether there are some that may come after words not read yet."""
        asked = tuple(self._owed)
        found = await self._asks.mailbox.look_for_answers(asked) if asked else ()
        self._owed -= set(asked) - {one.message_id for one in found}  # these were erased
        stand = [one for one in found if one.standing in ("answered", "given_up")]
        due = [
            one
            for one in stand
            if words is None
            or not one.out
            or one.conversation_id != ear.conversation_id
            or one.out[-1].seq <= words.last_seq
        ]
        self._owed.difference_update(one.message_id for one in due)
        return due, len(due) < len(stand)

    # --- what the person says -------------------------------------------------------------------------

    async def _hear(self, ear: Ear) -> None:
        try:
            while not self._revoked.is_set():
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                await self._take(ear, cast("str | None", message.get("text")))
        except (WebSocketDisconnect, RuntimeError):
            return  # it left while it was answered

    async def _take(self, ear: Ear, text: str | None) -> None:
        try:
            frame = FrameIn.model_validate_json(text or "")
        except ValidationError:
            await self._say("error", error="This is no frame: {type, text}")
            return
        if frame.type == "ping":
            await self._say("pong")
        elif frame.type == "user_message":
            await self._question(ear, frame)
        elif frame.type != "pong":
            await self._say("error", error="Send user_message or ping")

    async def _question(self, ear: Ear, frame: FrameIn) -> None:
        if await self._is_refused():
            return
        if not frame.text or not frame.text.strip():
            await self._say("error", error="text is missing")
        elif max(len(self._questions), len(self._owed)) >= MAX_OPEN or await self._limit.take(self._caller) is not None:
            await self._say("error", error=TOO_MANY)
        else:
            task = asyncio.create_task(self._answer(ear, frame.text, frame.message_id))
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

    async def _answer(self, ear: Ear, text: str, message_id: str | None) -> None:
        question = in_chat(self._conversation, text, self._customer, message_id)
        project_id = self._caller.project_id
        try:
            taken = await self._asks.take(project_id, question)
            self._owed.add(taken.message_id)
            await self._answer_of(project_id, question, taken)
        except RecadoError as error:
            await self._say("error", error=error.message)
            return
        ear.bell.ring()

    async def _answer_of(self, project_id: str, question: Question, taken: Taken) -> None:
        """Wait until the answer stands, or raise what became of that. One that is late is said all the same."""
        try:
            await self._asks.answer(project_id, question, taken)
        except AnswerLate:
            if taken.message_id not in self._owed:  # it was said while this was written down
                await self._asks.said(project_id, (), [question])
                return
            self._late[taken.message_id] = question
            raise
        except RecadoError:
            self._owed.discard(taken.message_id)
            raise

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
