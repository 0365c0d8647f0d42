"""What other rooms use of the mailbox: grouped writes, claims, and the bells that say there is work."""

import contextlib
import itertools
from collections.abc import Awaitable, Callable, Collection, Container, Sequence
from typing import TypeVar

from recado.errors import BadInput, Conflict, NotFound, Unavailable, retry_after
from recado.kit.batching import Batcher
from recado.kit.wakeup import Bell
from recado.mailbox import answers, claims, closing, inbox, lanes, memories, noting, outbox, recent, senders, wishes
from recado.mailbox.answers import Handed, Words, Writer
from recado.mailbox.auditing import Objects, audited
from recado.mailbox.claims import Claim, NewEvent, NewOut, TurnCommit
from recado.mailbox.driver import DatabaseDown, Driver, Priority, Tx
from recado.mailbox.erased import ForgetsErased
from recado.mailbox.inbox import Stored
from recado.mailbox.lanes import MAX_WAITING_PER_LANE, Queued, ToOne
from recado.mailbox.memories import NOTHING, Remembered
from recado.mailbox.outbox import Mark, Status, ToSend
from recado.mailbox.people import Arrival
from recado.mailbox.recent import Recent
from recado.mailbox.senders import PROCESS_DEAD_AFTER_MS
from recado.mailbox.wishes import Wish

R = TypeVar("R")

# Items of one commit: enough to share its cost, little enough that it stays within some milliseconds.
MAX_BATCH = 256
# Webhooks that wait for a commit hold a connection each; beyond this the provider is asked to come back.
MAX_WAITING = 20_000

# The column holds 255, with the number of the part.
MAX_KEY = 200

TURNS_TOPIC = "turns"
SENDS_TOPIC = "sends"
LINES_TOPIC = "lines"
EVENTS_TOPIC = "events"
WORDS_TOPIC = "words"


class Mailbox:
    """The mailbox of one process. `owner` is the process's id, under which it holds leases."""

    def __init__(self, driver: Driver, owner: str) -> None:
        self.driver = driver
        self.owner = owner
        self.turns_bell = Bell()
        self.sends_bell = Bell()
        self.lines_bell = Bell()
        self.events_bell = Bell()
        self._event_hints: list[Callable[[], None]] = []
        self._word_hints: list[Callable[[str], None]] = []
        self.answers_bell = Bell()
        self.lines_to_send: set[str] = set()
        # What this process does itself, it does not tell others; their slow look finds it if this one cannot keep up.
        self.takes_turns = False
        # What was erased and may come again is stored by nobody who knows of it.
        self.erased: ForgetsErased | None = None
        self.sends_on: Container[str] = ()
        self._arrivals = Batcher(self._store, max_batch=MAX_BATCH, max_waiting=MAX_WAITING)
        self._statuses = Batcher(self._apply, max_batch=MAX_BATCH, max_waiting=MAX_WAITING)
        self._turns = Batcher(self._commit, max_batch=MAX_BATCH, max_waiting=MAX_WAITING)
        self._marks = Batcher(self._mark, max_batch=MAX_BATCH, max_waiting=MAX_WAITING)
        driver.on_notify(self._heard)

    def _heard(self, topic: str) -> None:
        if topic == TURNS_TOPIC:
            self.turns_bell.ring()
        elif topic == LINES_TOPIC:
            self.lines_bell.ring()
        elif topic == EVENTS_TOPIC:
            self._tell_of_events()
        elif topic.startswith(WORDS_TOPIC + ":"):
            self._tell_of_words(topic.removeprefix(WORDS_TOPIC + ":"))
        else:
            self.hint_send(topic.removeprefix(SENDS_TOPIC + ":"))

    def hint_send(self, line_id: str) -> None:
        """There may be something to send on this line, or to hand out."""
        self.lines_to_send.add(line_id)
        self.sends_bell.ring()
        self.answers_bell.ring()

    def _ring_for_turns(self) -> None:
        if self.takes_turns:
            self.turns_bell.ring()
        else:
            self.driver.notify(TURNS_TOPIC)

    def _ring_for_sends(self, line_id: str) -> None:
        if line_id in self.sends_on:
            self.hint_send(line_id)
        else:
            self.driver.notify(f"{SENDS_TOPIC}:{line_id}")

    # --- inbox ----------------------------------------------------------------------------------------

    async def store(self, arrivals: Sequence[Arrival]) -> Sequence[Stored]:
        """Store messages that came in; returns after the commit. Raises `DatabaseDown`, `Unavailable`,
        `WasErased`.
        """
        return await self._arrivals.submit(arrivals)

    async def _store(self, batch: Sequence[Sequence[Arrival]]) -> list[Sequence[Stored]]:
        flat = [arrival for arrivals in batch for arrival in arrivals]
        tries = itertools.count()
        stored = await self.driver.run(
            lambda tx: inbox.store_arrivals(tx, flat, look_first=next(tries) > 0, erased=self.erased), Priority.INGEST
        )
        self._ring_for_turns()
        self.events_bell.ring()
        results = iter(stored)
        return [[next(results) for _ in arrivals] for arrivals in batch]

    async def store_with(self, arrival: Arrival, also: Callable[[Tx, Stored], Awaitable[R]]) -> R:
        """Store one message and do something more in the same commit; what `also` gives.

        Raises what `also` raises, and then nothing is stored, `WasErased` or `DatabaseDown`.
        """

        async def work(tx: Tx) -> R:
            (stored,) = await inbox.store_arrivals(tx, [arrival], erased=self.erased)
            return await also(tx, stored)

        done = await self.driver.run(work, Priority.INGEST)
        self._ring_for_turns()
        self.events_bell.ring()
        return done

    async def asked(self, line_id: str, provider_message_id: str) -> str | None:
        """The id of a message that came in, by what its sender calls it."""
        return await self.driver.run(
            lambda tx: answers.find(tx, line_id, provider_message_id), Priority.INGEST, atomic=False
        )

    async def look_for_answers(self, message_ids: Sequence[str]) -> list[Handed]:
        """What became of messages that came in; those that are not there are left out."""
        return await self.driver.run(lambda tx: answers.look(tx, message_ids), Priority.INGEST, atomic=False)

    async def with_words(self, handed: Handed) -> Handed:
        """An answer that stands, with the words that waited for one: they belong to it from now on."""
        return await self.driver.run(lambda tx: answers.with_words(tx, handed), Priority.INGEST, atomic=False)

    async def places(self, writers: Collection[Writer]) -> dict[Writer, tuple[str, int]]:
        """The conversation of each of these people on the line, and how far it reaches; who has none is left out."""
        return await self.driver.run(lambda tx: answers.places(tx, writers), Priority.INGEST, atomic=False)

    async def words(self, project_id: str, conversation_id: str, after_seq: int | None) -> Words | None:
        """What was written after a position without being asked; None: what waits of it. None if there is no
        conversation.
        """
        return await self.driver.run(
            lambda tx: answers.words(tx, project_id, conversation_id, after_seq), Priority.INGEST, atomic=False
        )

    def on_words(self, hint: Callable[[str], None]) -> None:
        """Call `hint` in the loop when somebody may have written in a conversation without being asked, by this process
        or another: with its id.
        """
        self._word_hints.append(hint)

    def _tell_of_words(self, conversation_id: str) -> None:
        for hint in self._word_hints:
            hint(conversation_id)

    async def hand_out(self, out_ids: Sequence[str]) -> None:
        """Whoever wrote has got these messages."""
        await self.driver.run(lambda tx: answers.hand_out(tx, out_ids), Priority.MARK, atomic=False)
        self.events_bell.ring()

    async def apply_statuses(self, statuses: Sequence[Status]) -> None:
        """Apply delivery statuses; returns after the commit."""
        await self._statuses.submit(statuses)

    async def _apply(self, batch: Sequence[Sequence[Status]]) -> list[None]:
        flat = [status for statuses in batch for status in statuses]
        atomic = not outbox.applied_alone(flat)
        await self.driver.run(lambda tx: outbox.apply_statuses(tx, flat), Priority.INGEST, atomic=atomic)
        self.events_bell.ring()
        return [None] * len(batch)

    async def retry_inbox(self, project_id: str, message_id: str) -> None:
        """Answer a message whose turn was given up. Raises `NotFound`."""
        work = audited(
            lambda tx: inbox.retry_dead(tx, project_id, message_id), project_id, _if_done("inbox", message_id)
        )
        if not await self.driver.run(work, Priority.OTHER):
            raise NotFound("There is no message with this id that was given up in this project")
        self._ring_for_turns()

    async def drop_inbox(self, project_id: str, message_id: str) -> None:
        """Leave a message whose turn was given up unanswered for good. Raises `NotFound`."""
        work = audited(
            lambda tx: inbox.drop_dead(tx, project_id, message_id), project_id, _if_done("inbox", message_id)
        )
        if not await self.driver.run(work, Priority.OTHER):
            raise NotFound("There is no message with this id that was given up in this project")

    # --- turns ----------------------------------------------------------------------------------------

    async def claim_turns(self, size: int) -> list[Claim]:
        return await self.driver.run(lambda tx: claims.claim_turns(tx, self.owner, size), Priority.TURN, atomic=False)

    async def renew_turns(self, held: Sequence[Claim]) -> set[tuple[str, int]]:
        return await self.driver.run(lambda tx: claims.renew_turns(tx, self.owner, held), Priority.MARK, atomic=False)

    async def commit_turn(self, turn: TurnCommit) -> bool:
        """Settle a turn with everything it leaves; False if its lease was lost, and then nothing was written."""
        return await self._turns.submit(turn)

    async def _commit(self, turns: Sequence[TurnCommit]) -> list[bool]:
        done = await self.driver.run(lambda tx: claims.commit_turns(tx, self.owner, turns), Priority.TURN)
        lines = {t.claim.line_id for t, held in zip(turns, done, strict=True) if held and t.out}
        for line_id in lines:
            self._ring_for_sends(line_id)
        self.turns_bell.ring()  # what came in meanwhile may be due now
        if any(t.events for t in turns):
            self.events_bell.ring()
        self.answers_bell.ring()
        return done

    async def recent(self, claim: Claim, limit: int) -> list[Recent]:
        """What was said before the messages of a claim, oldest first."""
        return await self.driver.run(lambda tx: recent.read_recent(tx, claim, limit), Priority.TURN, atomic=False)

    async def remembered(self, claim: Claim) -> Remembered:
        """What is remembered of the person of a claim."""
        if not claim.knows_person:
            return NOTHING
        return await self.driver.run(
            lambda tx: memories.remembered(tx, claim.contact_id, merged=claim.merged), Priority.TURN, atomic=False
        )

    async def wish_of(self, claim: Claim) -> Wish | None:
        """What the person of a claim said last about mass messages."""
        return await self.driver.run(lambda tx: wishes.newest(tx, claim.contact_id), Priority.TURN, atomic=False)

    async def forget(self, project_id: str, contact_ids: Sequence[str]) -> None:
        """Forget what is remembered of a person, and what their conversations have kept; turns in work begin anew.

        `contact_ids` are all contacts of the person.
        """
        work = audited(
            lambda tx: memories.forget(tx, project_id, contact_ids),
            project_id,
            lambda _: _changed("contact", contact_ids),
        )
        await self.driver.run(work, Priority.OTHER)
        self._ring_for_turns()

    async def release_turn(self, claim: Claim, *, failed: bool, delay_ms: int) -> bool:
        return await self.driver.run(
            lambda tx: claims.release_turn(tx, self.owner, claim, failed=failed, delay_ms=delay_ms), Priority.TURN
        )

    async def set_mode(self, project_id: str, conversation_id: str, mode: str, event: NewEvent | None = None) -> None:
        """Give a conversation to a `person` or back to the `assistant`, with an event of it. Raises `NotFound`."""
        work = audited(
            lambda tx: claims.set_mode(tx, project_id, conversation_id, mode, event),
            project_id,
            _if_done("conversation", conversation_id),
        )
        if not await self.driver.run(work, Priority.OTHER):
            raise NotFound("There is no such conversation in this project")
        self._ring_for_turns()
        self.events_bell.ring()

    # --- outbox ---------------------------------------------------------------------------------------

    async def claim_heads(self, line_id: str, fence: int, size: int) -> list[ToSend]:
        return await self.driver.run(
            lambda tx: outbox.claim_heads(tx, self.owner, line_id, fence, size), Priority.TURN, atomic=False
        )

    async def mark(self, mark: Mark) -> bool:
        """Record what became of a try; False if the row was settled by somebody else meanwhile."""
        return await self._marks.submit(mark)

    async def _mark(self, marks: Sequence[Mark]) -> list[bool]:
        atomic = not outbox.marks_alone(marks)
        marked = await self.driver.run(lambda tx: outbox.mark(tx, marks), Priority.MARK, atomic=atomic)
        self.events_bell.ring()
        return [m.id in marked for m in marks]

    async def enqueue(
        self, project_id: str, conversation_id: str, out: Sequence[NewOut], key: str | None = None
    ) -> Queued:
        """Queue messages at the end of a conversation's lane, once per idempotency key.

        Raises `NotFound` (also `media_not_found`: a file that is to go with them), `Conflict` (the key was used for
        something else), `Unavailable` (the lane is full).
        """

        async def work(tx: Tx) -> Queued:
            if key is not None and (found := await lanes.find_by_key(tx, project_id, key, len(out))):
                if [row[1:] for row in found] != [(conversation_id, one.body) for one in out]:
                    raise Conflict("This Idempotency-Key was used for another message", code="idempotency_conflict")
                return Queued(tuple(row[0] for row in found), None, repeated=True)
            if await lanes.waiting_in_lane(tx, conversation_id) + len(out) > MAX_WAITING_PER_LANE:
                raise Unavailable(
                    "Too many messages wait in this conversation", code="lane_full", verdict=retry_after(60)
                )
            queued = await lanes.enqueue(tx, project_id, conversation_id, out, key)
            if queued is None:
                raise NotFound("There is no such conversation in this project")
            return queued

        if not out:
            raise BadInput("There is nothing to send")
        if key is not None and len(key) > MAX_KEY:
            raise BadInput(f"An idempotency key has at most {MAX_KEY} characters")
        queued = await self.driver.run(
            audited(work, project_id, lambda done: None if done.repeated else ("message", done.ids, "created")),
            Priority.OTHER,
        )
        if queued.line_id:
            self._ring_for_sends(queued.line_id)
            if queued.line_id not in self.sends_on:  # what is sent there is told by nobody else
                self._tell_of_words(conversation_id)
                self.driver.notify(f"{WORDS_TOPIC}:{conversation_id}")
        return queued

    async def enqueue_many(self, project_id: str, line_id: str, messages: Sequence[ToOne]) -> dict[str, str]:
        """Queue messages to many people on one line, each once per key; key -> id of its first part, those that were
        queued with it before too. A key is missing if its conversation is not on this line.
        """
        if any(len(one.key) > MAX_KEY for one in messages):
            raise BadInput(f"An idempotency key has at most {MAX_KEY} characters")
        queued = await self.driver.run(lambda tx: lanes.enqueue_many(tx, project_id, line_id, messages), Priority.OTHER)
        self._ring_for_sends(line_id)
        return queued

    async def retry(self, project_id: str, message_id: str) -> None:
        """Queue a dead message again, at the end of its lane. Raises `NotFound`."""
        work = audited(
            lambda tx: lanes.retry_dead(tx, project_id, message_id), project_id, _if_done("message", message_id)
        )
        line_id = await self.driver.run(work, Priority.OTHER)
        if line_id is None:
            raise NotFound("There is no dead message with this id in this project")
        self._ring_for_sends(line_id)

    async def drop(self, project_id: str, message_id: str) -> None:
        """Give up a dead or queued message for good. Raises `NotFound`."""
        work = audited(lambda tx: lanes.drop(tx, project_id, message_id), project_id, _if_done("message", message_id))
        line_id = await self.driver.run(work, Priority.OTHER)
        if line_id is None:
            raise NotFound("There is no dead or queued message with this id in this project")
        self._ring_for_sends(line_id)

    async def close_line(self, line_id: str) -> None:
        """Settle and drop what waits on a line that was deleted; one that is there is left alone."""
        await self.driver.run(lambda tx: closing.close_line(tx, line_id), Priority.OTHER)

    # --- senders --------------------------------------------------------------------------------------

    def hint_free_turns(self) -> None:
        """Other processes may take conversations that this one, which takes no more, gave back."""
        self.driver.notify(TURNS_TOPIC)

    def hint_free_lines(self) -> None:
        """Other processes may take lines that this one gave back."""
        self.driver.notify(LINES_TOPIC)

    # --- events ---------------------------------------------------------------------------------------

    def on_events(self, hint: Callable[[], None]) -> None:
        """Call `hint` in the loop when there may be new events with a position, of this process or another."""
        self._event_hints.append(hint)

    def _tell_of_events(self) -> None:
        for hint in self._event_hints:
            hint()

    async def number_events(self) -> int:
        """Give what happened its place in the order that listeners follow; how many events got one."""
        if not await self.driver.run(noting.is_any_waiting, Priority.OTHER, atomic=False):
            return 0
        numbered = await self.driver.run(noting.number, Priority.OTHER)
        if numbered:
            self._tell_of_events()
            self.driver.notify(EVENTS_TOPIC)
        return numbered

    async def beat(self, kind: str, version: str) -> None:
        await self.driver.run(lambda tx: senders.beat(tx, self.owner, kind, version), Priority.MARK)

    async def stop_working(self) -> None:
        """Say that this process takes no more work: what it gives back from now on is for others."""
        await self.driver.run(lambda tx: senders.stop_working(tx, self.owner), Priority.MARK)

    async def set_right(self) -> int:
        """What a clock put off that was ahead, and is right again, is answered and sent now; how many messages. What
        living processes are at stays theirs. Two processes may do so at a time.
        """
        await self.driver.run(claims.wake_lost, Priority.OTHER)
        total = 0
        while moved := await self.driver.run(outbox.set_right, Priority.OTHER):
            total += moved
        return total

    async def living_workers(self) -> int:
        return await self.driver.run(senders.living_workers, Priority.OTHER)

    async def living(self, dead_after_ms: int = PROCESS_DEAD_AFTER_MS) -> frozenset[str]:
        """The ids of the processes that gave a sign of life lately."""
        return await self.driver.run(lambda tx: senders.living(tx, dead_after_ms), Priority.OTHER)

    async def drain(self) -> None:
        """Wait until every write that was asked for is done."""
        for batcher in (self._arrivals, self._statuses, self._turns, self._marks):
            await batcher.drain()

    async def close(self) -> None:
        """Finish the writes, say good-bye and close the database."""
        await self.drain()
        with contextlib.suppress(DatabaseDown):  # then the others find out by themselves
            await self.driver.run(lambda tx: senders.leave(tx, self.owner), Priority.OTHER)
        await self.driver.close()


def _changed(kind: str, ids: Sequence[str]) -> Objects:
    return kind, ids, "changed"


def _if_done(kind: str, one: str) -> Callable[[object], Objects | None]:
    """For the audit log: this object was changed, if the result says that anything was."""
    return lambda result: _changed(kind, (one,)) if result else None
