"""The mailbox of a process that traces: as any other, and it notes what it did for which message."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from recado.mailbox.claims import Claim, TurnCommit
from recado.mailbox.driver import Driver, Tx
from recado.mailbox.inbox import Stored
from recado.mailbox.outbox import Mark, Status, ToSend
from recado.mailbox.people import Arrival
from recado.mailbox.service import Mailbox
from recado.messages import DELIVERY_RANK
from recado.tracing.noting import REQUEST_NS, InWork, Notes, TurnInWork
from recado.tracing.spans import (
    RECEIVE,
    ByOurId,
    ByProviderId,
    Place,
    Span,
    Unplaced,
    Value,
    now_ns,
    out_key,
    send_key,
    turn_key,
)

R = TypeVar("R")

_STATUS = {rank: name for name, rank in DELIVERY_RANK.items()}
_FAILED = DELIVERY_RANK["failed"]


class TracedMailbox(Mailbox):
    """A mailbox that notes spans. `turns` are those that this process has claimed."""

    def __init__(self, driver: Driver, owner: str, notes: Notes) -> None:
        super().__init__(driver, owner)
        self.turns: InWork[TurnInWork] = InWork()
        self._notes = notes
        self._sends: InWork[tuple[int, ToSend]] = InWork()

    # --- inbox ----------------------------------------------------------------------------------------

    async def store(self, arrivals: Sequence[Arrival]) -> Sequence[Stored]:
        began_ns = now_ns()
        stored = await super().store(arrivals)
        self._received(arrivals, stored, began_ns)
        return stored

    async def store_with(self, arrival: Arrival, also: Callable[[Tx, Stored], Awaitable[R]]) -> R:
        began_ns = now_ns()
        seen: list[Stored] = []

        async def noted(tx: Tx, stored: Stored) -> R:
            seen[:] = [stored]  # a commit that is tried again stores it anew
            return await also(tx, stored)

        done = await super().store_with(arrival, noted)
        self._received([arrival], seen, began_ns)
        return done

    def _received(self, arrivals: Sequence[Arrival], stored: Sequence[Stored], began_ns: int) -> None:
        end_ns, request_ns = now_ns(), REQUEST_NS.get()
        for arrival, one in zip(arrivals, stored, strict=False):
            if one.message_id is None:  # it was stored before, and traced then
                continue
            start_ns = began_ns if request_ns is None else request_ns
            about = _about(arrival.project_id, arrival.line_id, one.conversation_id)
            self._notes.add(Span(one.message_id, "receive", RECEIVE, None, start_ns, end_ns, about, outside=True))
            self._notes.add(Span(one.message_id, "store", "store", RECEIVE, began_ns, end_ns))

    async def apply_statuses(self, statuses: Sequence[Status]) -> None:
        began_ns = now_ns()
        await super().apply_statuses(statuses)
        end_ns = now_ns()
        for status in statuses:
            which = (
                ByProviderId(status.line_id, status.provider_message_id)
                if status.client_id is None
                else ByOurId(status.client_id)
            )
            self._notes.add(Unplaced(which, lambda place, status=status: [_status(place, status, began_ns, end_ns)]))

    # --- turns ----------------------------------------------------------------------------------------

    async def claim_turns(self, size: int) -> list[Claim]:
        claims = await super().claim_turns(size)
        start_ns = now_ns()
        for claim in claims:
            self.turns.begin(claim.conversation_id, TurnInWork(claim, start_ns))
        return claims

    async def commit_turn(self, turn: TurnCommit) -> bool:
        began_ns = now_ns()
        held = await super().commit_turn(turn)
        work = self._ended(turn.claim)
        if work is not None and turn.claim.messages:
            outcome = ("given_up" if turn.dead else "settled") if held else "lost"
            key = turn_key(turn.settled_seq) if held else _failed_key(turn.claim)
            self._turn(work, key, outcome, len(turn.out), (began_ns, now_ns()))
        return held

    async def release_turn(self, claim: Claim, *, failed: bool, delay_ms: int) -> bool:
        released = await super().release_turn(claim, failed=failed, delay_ms=delay_ms)
        work = self._ended(claim)
        if work is not None and failed and claim.messages:
            self._turn(work, _failed_key(claim), "failed", 0, None)
        return released

    def _ended(self, claim: Claim) -> TurnInWork | None:
        work = self.turns.get(claim.conversation_id)
        if work is None or work.claim.epoch != claim.epoch:
            return None  # overtaken: what is in work now is a later turn
        ended = self.turns.end(claim.conversation_id)
        return None if ended is None else replace(ended, claim=claim)  # it may have taken fewer messages

    def _turn(self, work: TurnInWork, key: str, outcome: str, replies: int, commit_ns: tuple[int, int] | None) -> None:
        """A turn stands in the traces of all messages that it took, what it did in that of the newest."""
        claim, end_ns = work.claim, now_ns()
        newest = claim.messages[-1].id
        about = _about(claim.project_id, claim.line_id, claim.conversation_id) | {
            "recado.turn.outcome": outcome,
            "recado.turn.messages": len(claim.messages),
            "recado.turn.replies": replies,
            "recado.turn.failures": claim.failures,
        }
        error = None if outcome == "settled" else outcome
        for message in claim.messages:
            links = () if message.id == newest else ((newest, key),)
            self._notes.add(Span(message.id, "turn", key, RECEIVE, work.start_ns, end_ns, about, error, links=links))
        for one in work.thoughts:
            parent = one.parent or key
            self._notes.add(
                Span(newest, one.name, one.key, parent, one.start_ns, one.end_ns, one.attributes, one.error)
            )
        if commit_ns is not None:
            self._notes.add(Span(newest, "commit", f"commit:{claim.epoch}", key, *commit_ns))

    # --- outbox ---------------------------------------------------------------------------------------

    async def claim_heads(self, line_id: str, fence: int, size: int) -> list[ToSend]:
        rows = await super().claim_heads(line_id, fence, size)
        start_ns = now_ns()
        for row in rows:
            self._sends.begin(row.id, (start_ns, row))
        return rows

    async def mark(self, mark: Mark) -> bool:
        called_ns = now_ns()
        marked = await super().mark(mark)
        begun = self._sends.end(mark.id)
        if begun is not None:
            times = (begun[0], called_ns, now_ns())
            self._notes.add(Unplaced(ByOurId(mark.id), lambda place: _sent(place, begun[1], mark, times)))
        return marked

    async def hand_out(self, out_ids: Sequence[str]) -> None:
        began_ns = now_ns()
        await super().hand_out(out_ids)
        end_ns = now_ns()
        for out_id in out_ids:
            self._notes.add(Unplaced(ByOurId(out_id), lambda place: _handed_out(place, began_ns, end_ns)))


def _sent(place: Place, row: ToSend, mark: Mark, times_ns: tuple[int, int, int]) -> list[Span]:
    """A try: from its claim, over what the provider said, to the commit of what became of it."""
    claimed_ns, called_ns, end_ns = times_ns
    about: dict[str, Value] = {
        **_about(row.project_id, row.line_id, row.conversation_id),
        "recado.out_id": row.id,
        "recado.send.attempt": row.attempts,
        "recado.send.outcome": mark.state,
        "recado.send.repeated": row.repeated,
    }
    error = None if mark.state == "sent" else mark.error_code
    spans: list[Span] = []
    if row.attempts == 1 and mark.counts:
        spans.append(_waited(place, claimed_ns))
    # A try that does not count gives its number back.
    key = send_key(row.id, row.attempts) if mark.counts else f"{send_key(row.id, row.attempts)}:{claimed_ns}"
    spans.append(Span(place.message_id, "send", key, out_key(row.id), claimed_ns, end_ns, about, error, outside=True))
    spans.append(Span(place.message_id, "mark", f"mark:{key}", key, called_ns, end_ns))
    return spans


def _handed_out(place: Place, began_ns: int, end_ns: int) -> list[Span]:
    about: dict[str, Value] = {"recado.out_id": place.id, "recado.send.outcome": "handed_out"}
    key = send_key(place.id, 1)
    return [
        _waited(place, began_ns),
        Span(place.message_id, "send", key, out_key(place.id), began_ns, end_ns, about, outside=True),
    ]


def _waited(place: Place, until_ns: int) -> Span:
    """The way through the outbox; the database's clock, which wrote the beginning, may be another one."""
    start_ns = min(place.created_ms * 1_000_000, until_ns)
    about: dict[str, Value] = {"recado.out_id": place.id}
    return Span(place.message_id, "outbox", out_key(place.id), place.turn, start_ns, until_ns, about)


def _status(place: Place, status: Status, began_ns: int, end_ns: int) -> Span:
    about: dict[str, Value] = {"recado.out_id": place.id, "recado.status": _STATUS[status.rank]}
    parent = send_key(place.id, max(1, place.attempts))
    key = f"status:{place.id}:{place.attempts}:{status.rank}"
    error = (status.error_code or "failed") if status.rank == _FAILED else None
    return Span(place.message_id, "status", key, parent, began_ns, end_ns, about, error, outside=True)


def _failed_key(claim: Claim) -> str:
    return f"turn:failed:{claim.epoch}"


def _about(project_id: str, line_id: str, conversation_id: str) -> dict[str, Value]:
    return {
        "recado.project_id": project_id,
        "recado.line_id": line_id,
        "recado.conversation_id": conversation_id,
    }
