"""The turn: a conversation is claimed, the brain is asked, and all that follows is one commit.

No transaction is open while the brain thinks. Its actions are carried out as values (`acting`). The commit is guarded
by the epoch of the claim: whoever lost the lease commits nothing. Errors are tried again and end in a friendly text;
the deaths of processes are counted apart.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, cast

import structlog
from pydantic import TypeAdapter

from recado import kit
from recado.channels.contract import Channel, Line, MarksRead
from recado.conversations import acting, hearing, history, remembering, wishes
from recado.conversations.acting import Memory
from recado.conversations.hearing import Voice
from recado.conversations.recalling import Recall, recalled
from recado.conversations.remembering import Known
from recado.db import json_text
from recado.decisions import AssistantFacts, Brain, Context, Decision, Language, Said
from recado.errors import RecadoError, Unavailable
from recado.kit import new_id, randomness
from recado.kit.histograms import Histogram, age_s
from recado.kit.logs import about
from recado.kit.within import within
from recado.mailbox.claims import TURN_LEASE_MS, Claim, NewEvent, NewOut, TurnCommit
from recado.mailbox.service import Mailbox
from recado.mailbox.wishes import Wish
from recado.messages import OUT_CONTENT, InboundMessage, OutContent, OutText
from recado.skills import Skills

# Turns at the same time in one process; more wait in the database.
MAX_TURNS = 256
# The look behind the bell: how late a hint that was lost can make a turn.
POLL_S = 0.25
RENEW_S = TURN_LEASE_MS / 3000
# No brain may think longer than this; the deadline of a model is its own and shorter.
TURN_LIMIT_S = 60.0
# A person who waits this long sees that an answer is being written.
TYPING_AFTER_S = 0.5
# Failed turns of the same messages before the friendly text is sent in place of an answer.
MAX_FAILURES = 3
# How long a conversation waits on a line that this process does not know (the books are read every 3 s).
UNKNOWN_RETRY_S = 1.0
# Processes that died during a turn of the same messages before these are buried: one of them may be the cause.
MAX_CRASHES = 10
# How often a turn looks whether an audio is written down by now.
VOICE_LOOK_S = 0.5
BACKOFF_BASE_S = 0.5
BACKOFF_CAP_S = 5.0
# How long a stop waits for turns in work; then they are given back unanswered.
DRAIN_S = 1.5
# Messages among which the last one to the person is looked for.
LOOK_BACK = 10
# The events of a wish about mass messages; the same as when the network brings one.
STOPPED, RESUMED = "contact.marketing_stopped", "contact.marketing_resumed"

FALLBACK_TEXT: Mapping[Language, str] = {
    "es": "Disculpa, tuve un problema y no pude responderte. Por favor, intenta de nuevo más tarde.",
    "en": "Sorry, I had a problem and could not answer you. Please try again later.",
}

log = structlog.get_logger(__name__)
MESSAGE: TypeAdapter[InboundMessage] = TypeAdapter(InboundMessage)


class Directory(Protocol):
    """Where a turn finds the line of a conversation and who answers on it."""

    def line(self, line_id: str) -> Line | None: ...

    def assistant(self, line_id: str) -> AssistantFacts | None: ...


@dataclass(slots=True)
class TurnStats:
    """Counts since the start, for metrics."""

    settled: int = 0
    failed: int = 0
    fallbacks: int = 0
    buried: int = 0
    lost: int = 0
    took: Histogram = field(default_factory=Histogram)


@dataclass(slots=True)
class Turns:
    """Runs the turns of one process until `run` is cancelled."""

    mailbox: Mailbox
    directory: Directory
    brains: Mapping[str, Brain]
    channels: Mapping[str, Channel]
    skills: Skills = field(default_factory=Skills)
    recall: Recall | None = None
    voice: Voice | None = None
    max_turns: int = MAX_TURNS
    stats: TurnStats = field(default_factory=TurnStats)
    _running: dict[str, tuple[Claim, "asyncio.Task[None]"]] = field(
        default_factory=dict[str, tuple[Claim, "asyncio.Task[None]"]]
    )
    # Of those, the claims that are being given up, with what they leave or without: the database says what became of
    # them, and that nobody holds them any more is no loss.
    _ending: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    _claiming: "asyncio.Task[None] | None" = None
    _typing: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])

    async def run(self) -> None:
        """Claim and answer. On cancellation: finish what is in work, give back what takes too long."""
        self.mailbox.takes_turns = True
        self.mailbox.turns_bell.ring()  # what a dead process left is due already
        renewals = asyncio.create_task(self._renew_forever(), name="turn-leases")
        try:
            while True:
                await self._claim_what_is_due()
        finally:
            try:
                await self._stop()
            finally:
                renewals.cancel()
                await asyncio.gather(renewals, return_exceptions=True)

    async def _stop(self) -> None:
        self.mailbox.takes_turns = False  # what comes in from now on is told to others
        if self._claiming is not None:  # a claim on its way brings conversations that nobody else could take
            await asyncio.gather(self._claiming, return_exceptions=True)
        tasks = [task for _, task in self._running.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=DRAIN_S)
        late = [(claim, task) for claim, task in self._running.values() if not task.done()]
        for _, task in late:
            task.cancel()
        await asyncio.gather(*(task for _, task in late), return_exceptions=True)
        for claim, _ in late:
            with contextlib.suppress(RecadoError):  # then its lease ends by itself
                await self.mailbox.release_turn(claim, failed=False, delay_ms=0)
        if late:
            self.mailbox.hint_free_turns()

    # --- claims ---------------------------------------------------------------------------------------

    async def _claim_what_is_due(self) -> None:
        await self.mailbox.turns_bell.wait(POLL_S)
        room = self.max_turns - len(self._running)
        if room <= 0:
            return  # a turn that ends rings
        self._claiming = asyncio.create_task(self._claim(room))
        try:
            await asyncio.shield(self._claiming)
        except RecadoError as error:
            log.warning("turns_wait", code=error.code)
            await asyncio.sleep(POLL_S)
        except Exception:  # a defect in one round must not end the process's turns
            log.exception("turns_defect")
            await asyncio.sleep(POLL_S)

    async def _claim(self, room: int) -> None:
        claims = await self.mailbox.claim_turns(room)
        for claim in map(wishes.alone, claims):
            overtaken = self._running.get(claim.conversation_id)
            if overtaken is not None and overtaken[0].key not in self._ending:
                overtaken[1].cancel()  # its epoch is over: whatever it thinks up would be discarded
            task = asyncio.create_task(self._turn(claim))
            self._running[claim.conversation_id] = (claim, task)
        if len(claims) == room:
            self.mailbox.turns_bell.ring()  # there may be more

    async def _renew_forever(self) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            try:
                await self.renew()
            except RecadoError:
                continue  # the lease may still be ours at the next round; the commit is guarded anyway
            except Exception:  # nor may a defect end the renewals
                log.exception("renewals_defect")

    async def renew(self) -> None:
        """Extend the leases of the turns in work, and stop those that have lost theirs."""
        held = [(claim, task) for claim, task in self._running.values() if claim.key not in self._ending]
        if not held:
            return
        kept = await self.mailbox.renew_turns([claim for claim, _ in held])
        for claim, task in held:
            conversation = claim.conversation_id
            if claim.key in kept or claim.key in self._ending:  # that may have begun meanwhile
                continue
            if self._running.get(conversation) == (claim, task):
                log.info("turn_lost", conversation_id=conversation)
                task.cancel()

    # --- one turn -------------------------------------------------------------------------------------

    async def _turn(self, claim: Claim) -> None:
        about(
            ("conversation_id", claim.conversation_id),
            *((("message_id", claim.messages[-1].id),) if claim.messages else ()),
        )
        try:
            if claim.crashes > MAX_CRASHES:
                await self._bury(claim)
            else:
                await self._answer(claim)
        except asyncio.CancelledError:
            self.stats.lost += 1
            raise
        except Exception as error:  # every caught error is a failed turn
            await self._after_failure(claim, error)
        finally:
            self._ending.discard(claim.key)
            current = self._running.get(claim.conversation_id)
            if current is not None and current[0] is claim:
                del self._running[claim.conversation_id]
            if len(self._running) >= self.max_turns - 1:
                self.mailbox.turns_bell.ring()

    async def _answer(self, claim: Claim) -> None:
        line, facts = self.directory.line(claim.line_id), self.directory.assistant(claim.line_id)
        if line is None or facts is None or line.channel not in self.channels:
            # Not read yet, deleted, or nothing for this process: no fault of the turn.
            if line is None:
                await self.mailbox.close_line(claim.line_id)
            await self._release(claim, failed=False, delay_s=UNKNOWN_RETRY_S)
            return
        if not claim.messages:
            await self._commit(TurnCommit(claim, claim.settled_seq))
            return
        brain = self.brains.get(facts.brain)
        if brain is None:
            raise RecadoError(f"There is no brain called {facts.brain!r}", code="brain_unknown")
        messages = await self._heard(claim)
        if messages is None:
            await self._release(claim, failed=False, delay_s=VOICE_LOOK_S)
            return
        known = remembering.known(await self.mailbox.remembered(claim))
        now = kit.now()
        memory = remembering.begun(self.skills, now, facts, acting.recall(claim.state), known)
        if len(messages) == 1 and (said := wishes.said_in(messages[0])) is not None:
            asked = said.doubtful and await self._has_asked(claim, brain, memory)
            language = cast("Language | None", claim.language) or known.language or facts.language
            if not asked and (turn := await self._wish(claim, line, messages[0], said, language)) is not None:
                await self._commit(turn)
                return
        before = await self._said_before(claim, brain)
        context = self._context(now, claim, messages, facts, memory, known, before)
        if self.voice is not None and claim.mode != "person" and all(map(hearing.is_audio, messages)):
            asked = hearing.asking(context.language or facts.language)
            await self._commit(self._outcome(claim, line, context, memory, known, asked))
            return
        if facts.recalls and self.recall is not None:
            context = await recalled(self.recall, context)
        timer = asyncio.get_running_loop().call_later(TYPING_AFTER_S, self._show_typing, claim, line)
        try:
            with within(TURN_LIMIT_S):
                decision = await brain.decide(context)
        except Unavailable as error:
            # The brain's own trouble counts as a failed turn; only that of the database does not.
            raise RecadoError(error.message, code=error.code) from error
        finally:
            timer.cancel()
        await self._commit(self._outcome(claim, line, context, memory, known, decision))

    async def _heard(self, claim: Claim) -> tuple[InboundMessage, ...] | None:
        """The messages of a claim, audio as texts; None while one is still being written down."""
        messages = tuple(MESSAGE.validate_json(pending.body) for pending in claim.messages)
        ids = [one.id for message, one in zip(messages, claim.messages, strict=True) if hearing.is_audio(message)]
        if self.voice is None or not ids:
            return messages
        notes = await self.voice.notes(claim.project_id, ids)
        if claim.mode != "person" and any(note.waiting for note in notes.values()):
            return None
        return hearing.as_text(messages, claim.messages, notes)

    async def _wish(
        self,
        claim: Claim,
        line: Line,
        message: InboundMessage,
        said: wishes.Said,
        language: Language,
    ) -> TurnCommit | None:
        """What a wish about mass messages comes to; None if it is the brain's to answer: who gets them asks for them.

        It is confirmed while a person has the conversation, too: the machine has done it, and nobody else can say so.
        """
        before = await self.mailbox.wish_of(claim)
        if not said.stops and (before is None or not before.stops):
            return None
        at_ms = min(message.sent_ms, kit.now_ms())
        if wishes.is_late(before, at_ms):
            return TurnCommit(claim, claim.messages[-1].seq)
        data = {"contact_id": claim.contact_id, "line_ids": [line.id], "at_ms": at_ms}
        return TurnCommit(
            claim,
            claim.messages[-1].seq,
            out=new_out(self.channels[line.channel], (wishes.confirmed(said, language),), "turn"),
            events=(NewEvent(STOPPED if said.stops else RESUMED, json_text(data)),),
            wish=Wish(said.stops, at_ms),
        )

    async def _has_asked(self, claim: Claim, brain: Brain, memory: Memory) -> bool:
        """Whether a question of the brain stands, and is the last thing that the person was sent."""
        asks: Callable[[Mapping[str, Any], datetime], bool] | None = getattr(brain, "is_asking", None)
        if asks is None or not asks(memory.brain, kit.now()):
            return False
        sent = [one for one in await self.mailbox.recent(claim, LOOK_BACK) if one.origin is not None]
        return not sent or sent[-1].origin == "turn"

    async def _said_before(self, claim: Claim, brain: Brain) -> tuple[Said, ...]:
        """The history, for a brain that wants it. That the database does not answer is no fault of the turn."""
        wanted: int = getattr(brain, "wants_history", 0)
        return history.said(await self.mailbox.recent(claim, wanted)) if wanted > 0 else ()

    def _context(
        self,
        now: datetime,
        claim: Claim,
        messages: tuple[InboundMessage, ...],
        facts: AssistantFacts,
        memory: Memory,
        known: Known,
        before: tuple[Said, ...],
    ) -> Context:
        return Context(
            now=now,
            assistant=facts,
            messages=messages,
            contact_name=claim.contact_name or known.name,
            language=cast("Language | None", claim.language) or known.language,
            state=memory.brain,
            handed_over=claim.mode == "person",
            conversation_id=claim.conversation_id,
            history=before,
            allowed=acting.allowed_in(claim, facts.allowed, self.skills),
            facts=acting.told_by(self.skills, now, facts, memory),
        )

    def _outcome(
        self, claim: Claim, line: Line, context: Context, memory: Memory, known: Known, decision: Decision
    ) -> TurnCommit:
        came = acting.outcome_of(self.skills, context, memory, decision)
        decision = came.decision
        handed = (NewEvent("conversation.handed_over"),) if decision.hand_over and claim.mode != "person" else ()
        return TurnCommit(
            claim,
            claim.messages[-1].seq,
            out=new_out(self.channels[line.channel], decision.replies, "turn"),
            events=(*came.events, *handed),
            state=came.state,
            language=decision.language,
            mode="person" if decision.hand_over else None,
            learned=remembering.learned(known, decision, came.learned),
        )

    async def _release(self, claim: Claim, *, failed: bool, delay_s: float) -> None:
        self._ending.add(claim.key)
        await self.mailbox.release_turn(claim, failed=failed, delay_ms=round(delay_s * 1000))

    async def _commit(self, turn: TurnCommit) -> None:
        self._ending.add(turn.claim.key)
        if await self.mailbox.commit_turn(turn):
            self.stats.settled += 1
            if turn.out:
                self.stats.took.observe(age_s(turn.claim.messages[0].id))
        else:
            self.stats.lost += 1

    # --- what goes wrong ------------------------------------------------------------------------------

    async def _after_failure(self, claim: Claim, error: Exception) -> None:
        code = error.code if isinstance(error, RecadoError) else type(error).__name__
        log.warning("turn_failed", conversation_id=claim.conversation_id, code=code, failures=claim.failures + 1)
        try:
            if isinstance(error, Unavailable):  # the database, not the turn: nobody is told that it failed
                await self._release(claim, failed=False, delay_s=BACKOFF_BASE_S)
                return
            self.stats.failed += 1
            if claim.failures + 1 >= MAX_FAILURES and claim.messages:
                await self._give_up(claim, "turn.failed", code)
                self.stats.fallbacks += 1
            else:
                delay_s = randomness.full_jitter(claim.failures + 1, BACKOFF_BASE_S, BACKOFF_CAP_S)
                await self._release(claim, failed=True, delay_s=delay_s)
        except RecadoError as worse:
            # The lease ends by itself, and the conversation is claimed again.
            log.warning("turn_not_released", conversation_id=claim.conversation_id, code=worse.code)

    async def _bury(self, claim: Claim) -> None:
        self.stats.buried += 1
        log.error("turn_buried", conversation_id=claim.conversation_id, crashes=claim.crashes)
        await self._give_up(claim, "turn.buried", "process_died")

    async def _give_up(self, claim: Claim, event: str, code: str) -> None:
        """Settle with the friendly text (not while a person has the conversation), and leave the messages as dead."""
        line, facts = self.directory.line(claim.line_id), self.directory.assistant(claim.line_id)
        language = claim.language or (facts.language if facts else "es")
        text = OutText(text=FALLBACK_TEXT.get(cast(Language, language), FALLBACK_TEXT["es"]))
        out: tuple[NewOut, ...] = ()
        if line is not None and line.channel in self.channels and claim.messages and claim.mode != "person":
            out = new_out(self.channels[line.channel], (text,), "fallback")
        settled = claim.messages[-1].seq if claim.messages else claim.settled_seq
        await self._commit(TurnCommit(claim, settled, out, (NewEvent(event, json_text({"code": code})),), dead=True))

    # --- typing ---------------------------------------------------------------------------------------

    def _show_typing(self, claim: Claim, line: Line) -> None:
        channel = self.channels[line.channel]
        if claim.mode == "person" or not isinstance(channel, MarksRead):
            return
        task = asyncio.create_task(self._mark_read(channel, line, claim.messages[-1].provider_message_id))
        self._typing.add(task)
        task.add_done_callback(self._typing.discard)

    async def _mark_read(self, channel: MarksRead, line: Line, provider_message_id: str) -> None:
        try:
            await channel.mark_read(line, provider_message_id, typing=True)
        except RecadoError as error:
            log.info("typing_not_shown", line_id=line.id, code=error.code)


def new_out(
    channel: Channel, contents: Iterable[OutContent], origin: str, reply_to: str | None = None
) -> tuple[NewOut, ...]:
    """Rows for the outbox, one per message that the channel takes. The first answers the message `reply_to`."""
    parts = [part for content in contents for part in channel.split(content)]
    return tuple(
        NewOut(new_id(), OUT_CONTENT.dump_json(part).decode(), origin, None if n else reply_to)
        for n, part in enumerate(parts)
    )
