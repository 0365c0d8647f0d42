"""Waits for the answers of messages: one look at the database for all who wait, after a bell or a moment."""

import asyncio
import contextlib
from collections.abc import Sequence
from contextvars import Context

import structlog

from recado.errors import RecadoError, Unavailable, retry_after
from recado.kit.problems import STOPPED_RETRY_S
from recado.mailbox.answers import Handed
from recado.mailbox.service import Mailbox

# The look behind the bells; on SQLite a worker in another process rings none here.
POLL_S = 0.05
# A stop waits so long for answers: longer than the turns of its own process may take then (`DRAIN_S` of turns).
LAST_ANSWERS_S = 2.0
# Requests that wait hold a connection and some kilobytes each.
MAX_WAITING = 2_000

log = structlog.get_logger(__name__)


class AnswerLate(Unavailable):
    """No answer within the limit. The message is stored and will be answered: send the same again."""

    code = "answer_late"
    status = 504


class Stopped(Unavailable):
    """This process stops. What was stored is answered all the same: ask again, another one or this one later."""

    code = "stopping"

    def __init__(self) -> None:
        super().__init__("This process stops: send the same again", verdict=retry_after(STOPPED_RETRY_S))


class Answers:
    """The answers that this process waits for. Nothing runs while nobody waits."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._closing = False
        self._waiting: dict[str, list[asyncio.Future[Handed]]] = {}
        self._looking: asyncio.Task[None] | None = None

    def check(self) -> None:
        """Raises `Unavailable` (`too_many_waiting`, `stopping`) if nobody can wait here any more."""
        if self._closing:
            raise Stopped
        if len(self._waiting) >= MAX_WAITING:
            raise Unavailable("Too many requests wait for answers", code="too_many_waiting", verdict=retry_after(5))

    async def close(self) -> None:
        """Let nobody wait any more: those who do get what comes within a moment, the others `Stopped`."""
        self._closing = True
        if waiting := [future for futures in self._waiting.values() for future in futures]:
            await asyncio.wait(waiting, timeout=LAST_ANSWERS_S)
        for future in waiting:
            if not future.done():
                future.set_exception(Stopped())

    async def of(self, message_id: str, limit_s: float) -> Handed:
        """What became of a message, once that stands. Whoever gets it says so with `Mailbox.hand_out`.

        Raises `AnswerLate` after `limit_s`, and as `check` does.
        """
        self.check()
        future: asyncio.Future[Handed] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(message_id, []).append(future)
        self._mailbox.answers_bell.ring()
        if self._looking is None or self._looking.done():
            # For all who wait, so in a context of its own: see `recado.kit.batching`.
            self._looking = asyncio.create_task(self._look(), name="answers", context=Context())
        try:
            async with asyncio.timeout(limit_s):
                return await future
        except TimeoutError:
            says = f"No answer within {limit_s:g} s. Send the same again, with the same message_id if it has one"
            raise AnswerLate(says, verdict=retry_after(1)) from None
        finally:
            self._leave(message_id, future)

    def _leave(self, message_id: str, future: "asyncio.Future[Handed]") -> None:
        others = self._waiting.get(message_id, [])
        with contextlib.suppress(ValueError):
            others.remove(future)
        if not others:
            self._waiting.pop(message_id, None)

    async def _look(self) -> None:
        while self._waiting:
            await self._mailbox.answers_bell.wait(POLL_S)
            try:
                self._tell(await self._mailbox.look_for_answers(list(self._waiting)))
            except RecadoError as error:
                log.warning("answers_wait", code=error.code)
                await asyncio.sleep(POLL_S)
            except Exception:  # a defect in one round must not leave everybody waiting
                log.exception("answers_defect")
                await asyncio.sleep(POLL_S)

    def _tell(self, found: Sequence[Handed]) -> None:
        for handed in found:
            if handed.standing in ("answered", "given_up"):
                for future in self._waiting.get(handed.message_id, ()):
                    if not future.done():
                        future.set_result(handed)
