"""What a load found: figures, and whether each person got exactly the echo of their texts, in order."""

import itertools
from dataclasses import dataclass, field

from benchmarks.dispatch import Webhook
from benchmarks.payloads import person_and_number, phone_of, text_of
from benchmarks.stub import Counts, Record
from benchmarks.wire import OK


@dataclass(frozen=True)
class Spread:
    """Milliseconds."""

    p50: float
    p95: float
    p99: float
    max: float


@dataclass(frozen=True)
class Report:
    messages: int
    acknowledged: int
    refused: dict[str, int]
    replies: int
    replies_per_s: float
    wall_s: float
    drain_s: float
    acknowledgement_ms: Spread
    reply_ms: Spread
    lost: int
    doubled: int
    misordered: int
    strange: int
    statuses_missed: int
    statuses_late_s: float

    @property
    def correct(self) -> bool:
        return not (
            self.lost or self.doubled or self.misordered or self.strange or self.refused or self.statuses_missed
        )


@dataclass
class Check:
    """Compares what reached the stub with what was sent."""

    lost: int = 0
    doubled: int = 0
    misordered: int = 0
    strange: int = 0
    reply_latencies_s: list[float] = field(default_factory=list[float])
    last_reply_at: float = 0.0

    def person(self, person: int, sent: list[Webhook], got: list[tuple[float, str]]) -> None:
        due = {webhook.number: webhook.due_at for webhook in sent}
        first: dict[int, float] = {}
        for at, text in got:
            whose = person_and_number(text)
            if whose is None or whose[0] != person or whose[1] not in due or text != text_of(*whose):
                self.strange += 1
            elif whose[1] in first:
                self.doubled += 1
            else:
                first[whose[1]] = at
        self.lost += len(due.keys() - first.keys())
        order = list(first)
        self.misordered += sum(later < earlier for earlier, later in itertools.pairwise(order))
        self.reply_latencies_s.extend(at - due[number] for number, at in first.items())
        self.last_reply_at = max(self.last_reply_at, *first.values(), 0.0)


def spread(seconds: list[float]) -> Spread:
    """The usual percentiles, by nearest rank; zeros when there is nothing."""
    if not seconds:
        return Spread(0.0, 0.0, 0.0, 0.0)
    ordered = sorted(seconds)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 2)

    return Spread(at(0.50), at(0.95), at(0.99), at(1.0))


def judge(webhooks: list[Webhook], record: Record, counts: Counts) -> Report:
    """`record` is what the stub took since this load began: only its people may be in it."""
    sent: dict[int, list[Webhook]] = {}
    for webhook in webhooks:
        sent.setdefault(webhook.person, []).append(webhook)
    check = Check()
    for person, theirs in sent.items():
        check.person(person, theirs, record.get(phone_of(person), []))
    known = {phone_of(person) for person in sent}
    check.strange += sum(len(got) for phone, got in record.items() if phone not in known)
    refused: dict[str, int] = {}
    for webhook in webhooks:
        if webhook.status != OK:
            refused[str(webhook.status)] = refused.get(str(webhook.status), 0) + 1
    replies = len(check.reply_latencies_s)
    wall_s = check.last_reply_at - min(webhook.due_at for webhook in webhooks) if replies else 0.0
    answered = [webhook.latency_s for webhook in webhooks if webhook.status == OK]
    return Report(
        messages=len(webhooks),
        acknowledged=len(answered),
        refused=refused,
        replies=replies,
        replies_per_s=round(replies / wall_s, 1) if wall_s > 0 else 0.0,
        wall_s=round(wall_s, 3),
        drain_s=round(check.last_reply_at - max(webhook.due_at for webhook in webhooks), 3) if replies else 0.0,
        acknowledgement_ms=spread(answered),
        reply_ms=spread(check.reply_latencies_s),
        lost=check.lost,
        doubled=check.doubled,
        misordered=check.misordered,
        strange=check.strange,
        statuses_missed=counts["statuses_due"] - counts["statuses_taken"],
        statuses_late_s=round(max(0.0, counts["last_status_at"] - check.last_reply_at), 3),
    )
