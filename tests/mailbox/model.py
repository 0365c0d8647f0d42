"""The mailbox as it should be, in memory: what `test_state_machine.py` compares the databases with.

Times are milliseconds of the database's clock, which stands still during a step.
"""

from dataclasses import dataclass, field

from recado.mailbox.claims import MAX_MESSAGES_PER_TURN, TURN_LEASE_MS
from recado.mailbox.inbox import SETTLE_LIMIT
from recado.mailbox.outbox import MAX_REPEATED_ATTEMPTS
from recado.mailbox.senders import SENDER_LEASE_MS
from recado.messages import DELIVERY_RANK

ACTIVE = ("queued", "sending", "unknown")
FAILED = DELIVERY_RANK["failed"]


@dataclass
class In:
    """A message that came in. `turns` counts the turns that settled it since it came or was retried."""

    provider_id: str
    seq: int
    dead: bool = False
    turns: int = 0


@dataclass
class Out:
    """A message that goes out. `retries` counts how often a person had it sent again."""

    id: str
    line: str
    seq: int
    due_ms: int
    state: str = "queued"
    delivery: int = 0
    attempts: int = 0
    fence: int = 0
    repeated: bool = False
    provider_id: str | None = None
    unknown_ms: int = 0
    retired: list[str] = field(default_factory=list[str])
    tries: list[str] = field(default_factory=list[str])
    retries: int = 0


@dataclass
class Talk:
    """A conversation: its messages, its lane and its turn lease."""

    id: str
    line: str
    inbox: dict[str, In] = field(default_factory=dict[str, In])
    lane: dict[str, Out] = field(default_factory=dict[str, Out])
    called: list[int] = field(default_factory=list[int])  # the places of the rows that were tried, in that order
    last_seq: int = 0
    settled_seq: int = 0
    mode: str = "assistant"
    owner: str | None = None
    epoch: int = 0
    failures: int = 0
    crashes: int = 0
    wake_ms: int | None = None
    first_ms: int | None = None
    due_ms: int | None = None

    # --- inbox and turns --------------------------------------------------------------------------------

    def pending(self) -> list[In]:
        return sorted((one for one in self.inbox.values() if one.seq > self.settled_seq), key=lambda one: one.seq)

    def arrive(self, provider_id: str, settle_ms: int, now_ms: int) -> None:
        self.last_seq += 1
        self.inbox[provider_id] = In(provider_id, self.last_seq)
        if self.first_ms is None:
            self.first_ms = now_ms
        self.due_ms = min(now_ms + settle_ms, self.first_ms + SETTLE_LIMIT * settle_ms)
        if self.owner is None:
            self.wake_ms = max(self.wake_ms or 0, self.due_ms) if self.failures else self.due_ms

    def is_due(self, now_ms: int) -> bool:
        return self.wake_ms is not None and self.wake_ms <= now_ms

    def claim(self, owner: str, now_ms: int) -> list[str]:
        """The messages of the turn."""
        self.owner, self.epoch, self.crashes = owner, self.epoch + 1, self.crashes + 1
        self.wake_ms, self.first_ms, self.due_ms = now_ms + TURN_LEASE_MS, None, None
        return [one.provider_id for one in self.pending()[:MAX_MESSAGES_PER_TURN]]

    def holds(self, owner: str, epoch: int) -> bool:
        return (self.owner, self.epoch) == (owner, epoch)

    def settle(self, provider_ids: list[str], out_ids: list[str], dead: bool, now_ms: int) -> None:
        for provider_id in provider_ids:
            message = self.inbox[provider_id]
            message.turns += 1
            message.dead = message.dead or dead
            self.settled_seq = max(self.settled_seq, message.seq)
        for out_id in out_ids:
            self.queue(out_id, now_ms)
        self.failures = 0
        self._free(now_ms)

    def fail(self, delay_ms: int, now_ms: int) -> None:
        self.owner, self.failures, self.crashes, self.wake_ms = None, self.failures + 1, 0, now_ms + delay_ms

    def set_mode(self, mode: str, now_ms: int) -> None:
        self.mode, self.epoch, self.failures = mode, self.epoch + 1, 0
        self._free(now_ms)

    def revive(self, message: In, now_ms: int) -> None:
        """A person lets a message that was given up be answered again, as the newest."""
        self.last_seq += 1
        message.seq, message.dead, message.turns = self.last_seq, False, 0
        self.due_ms = now_ms if self.due_ms is None else self.due_ms
        if self.owner is None:
            self.wake_ms = now_ms

    def _free(self, now_ms: int) -> None:
        self.owner, self.crashes = None, 0
        self.wake_ms = (now_ms if self.due_ms is None else self.due_ms) if self.pending() else None

    # --- the lane -------------------------------------------------------------------------------------------

    def queue(self, out_id: str, now_ms: int) -> None:
        self.last_seq += 1
        self.lane[out_id] = Out(out_id, self.line, self.last_seq, now_ms)

    def head(self, now_ms: int) -> Out | None:
        """The row that may be sent now."""
        first = min((row for row in self.lane.values() if row.state in ACTIVE), key=lambda row: row.seq, default=None)
        return first if first is not None and first.state == "queued" and first.due_ms <= now_ms else None

    def call(self, row: Out, fence: int) -> str:
        """A try begins; the id that the provider would give it."""
        row.state, row.attempts, row.fence = "sending", row.attempts + 1, fence
        row.tries.append(f"wamid.{row.id}.{len(row.tries)}")
        self.called.append(row.seq)
        return row.tries[-1]

    def retry(self, row: Out, now_ms: int) -> None:
        self.last_seq += 1
        row.state, row.seq, row.due_ms, row.attempts, row.delivery = "queued", self.last_seq, now_ms, 0, 0
        row.retired.append(row.provider_id or "")
        row.provider_id = None
        row.retries += 1


def mark(
    row: Out, seq: int, fence: int, state: str, provider_id: str | None, delay_ms: int, counts: bool, now_ms: int
) -> bool:
    """What became of a try; False if that is no news any more."""
    ours = row.state == "sending" and row.fence == fence
    if (row.seq, row.state, row.fence, state) == (seq, "dead", fence, "sent") and row.provider_id not in (
        None,
        provider_id,
    ):
        row.retired.append(row.provider_id or "")
        row.state, row.provider_id, row.delivery = "sent", provider_id, 0
        return True
    if row.seq != seq or (not ours and not (row.state == "unknown" and state == "sent")):
        return False
    row.state, row.due_ms, row.unknown_ms = state, now_ms + delay_ms, now_ms
    row.provider_id = row.provider_id or provider_id
    row.attempts -= not counts
    return True


def status(row: Out, provider_id: str, rank: int, by_client: bool) -> bool:
    """A status of the provider; False if it changes nothing."""
    known = provider_id not in row.retired if by_client else provider_id == row.provider_id
    if not known or row.delivery >= rank or row.attempts == 0:
        return False
    row.delivery = rank
    if row.state != "dropped":
        row.state = "dead" if rank == FAILED else "sent"
    row.provider_id = row.provider_id or provider_id
    return True


def orphan(row: Out, fence: int, now_ms: int) -> bool:
    """The line has a new owner, under `fence`."""
    if row.state != "sending" or row.fence >= fence:
        return False
    row.state, row.unknown_ms = "unknown", now_ms
    return True


def reconcile(row: Out, after_ms: int, now_ms: int) -> bool:
    """No status came for too long."""
    if row.state != "unknown" or row.unknown_ms + after_ms > now_ms:
        return False
    again = row.attempts < MAX_REPEATED_ATTEMPTS
    row.state, row.repeated, row.due_ms = "queued" if again else "dead", row.repeated or again, now_ms
    return True


@dataclass
class LineLease:
    """Who sends on a line."""

    owner: str | None = None
    epoch: int = 0
    until_ms: int = 0

    def take(self, owner: str, now_ms: int) -> int:
        self.owner, self.epoch, self.until_ms = owner, self.epoch + 1, now_ms + SENDER_LEASE_MS
        return self.epoch
