"""The mailbox against a model of it: random work of two processes on each database, compared after every step.

`RECADO_STATE_MACHINE_SCALE=20` looks that many times further, and at random; without it a run is short and always the
same.
"""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Literal, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from recado.db import Database
from recado.errors import Conflict, NotFound
from recado.kit import new_id, now_ms
from recado.mailbox import senders, sqlite
from recado.mailbox.claims import Claim
from recado.mailbox.driver import Priority, Tx
from recado.mailbox.outbox import Mark, Status
from recado.mailbox.service import Mailbox
from recado.mailbox.sql import Query
from recado.messages import DELIVERY_RANK
from tests.databases import Databases, Kind
from tests.mailbox import model
from tests.mailbox.model import In, LineLease, Out, Talk
from tests.mailbox.support import Shop, World, adopt, answer, apply, out, person, reconcile, take_lines

T = TypeVar("T")
SCALE = int(os.environ.get("RECADO_STATE_MACHINE_SCALE", "0"))
EXAMPLES: dict[Kind, int] = {"sqlite": 150, "postgresql": 20}
STEPS = 60
SETTLE_MS, FAIL_MS, RETRY_MS, RECONCILE_MS = 4_000, 1_000, 3_000, 30_000
ADVANCES_MS = (1_000, 2_999, 5_000, 30_000)
LINES, PEOPLE, KEYS = 2, 3, 3
ORIGIN_MS = now_ms()

_TALKS = Query(
    "SELECT id, last_seq, settled_seq, mode, owner, epoch, failures, crashes, last_in_seq FROM conversations"
)
_INBOX = Query("SELECT id, conversation_id, provider_message_id, seq, dead FROM inbox")
_OUTBOX = Query(
    "SELECT id, conversation_id, seq, state, delivery, attempts, fence, repeated, provider_message_id FROM outbox"
)
_SENDERS = Query("SELECT line_id, owner, epoch FROM senders")


@dataclass
class Process:
    """One of the two processes, and what it has in hand. `crash` makes it forget."""

    mailbox: Mailbox
    claims: list[tuple[Claim, list[str]]] = field(default_factory=list[tuple[Claim, list[str]]])
    fences: dict[str, int] = field(default_factory=dict[str, int])
    calls: list[tuple[Out, int, int, str]] = field(default_factory=list[tuple[Out, int, int, str]])

    @property
    def owner(self) -> str:
        return self.mailbox.owner

    def crash(self) -> None:
        self.mailbox.owner = new_id()
        self.claims.clear()
        self.fences.clear()
        self.calls.clear()


@dataclass(frozen=True)
class Seen:
    """All rows at one moment."""

    talks: dict[str, Any]
    inbox: dict[str, Any]
    outbox: dict[str, Any]
    senders: dict[str, Any]


who = st.integers(0, 1)
any_number = st.integers(0, 1_000)


class Mailboxes(RuleBasedStateMachine):
    """Each rule does one thing to the database and to the model, and compares what it got."""

    databases: Databases
    kind: Kind

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.url = self.databases.create(self.kind)
        self.now_ms = ORIGIN_MS
        self.talks: dict[tuple[int, int], Talk] = {}
        self.leases: dict[str, LineLease] = {}
        self.keys: dict[str, tuple[str, list[str], list[str]]] = {}
        self.before: Seen | None = None
        self.retries: dict[str, int] = {}
        self.run(self._open())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    async def _open(self) -> None:
        self.database = Database(self.url)
        self.world = World(self.database)
        self.world.advance(self.now_ms)
        if not self.database.is_sqlite:
            await self._freeze_postgres()
        first = await self.world.shop()
        self.shops: list[Shop] = [first, await self.world.shop(project_id=first.project_id)]
        self.leases = {shop.line_id: LineLease() for shop in self.shops}
        self.processes = [Process(self.world.mailbox()) for _ in range(2)]
        await self.processes[0].mailbox.driver.run(senders.add_missing, Priority.OTHER)

    async def _freeze_postgres(self) -> None:
        """Let the server's clock stand still: it shows what the tests add to it."""
        name = (await self.world.one("SELECT current_database() AS name"))["name"]
        await self.world.execute("CREATE SCHEMA frozen")
        await self.world.execute(
            "CREATE FUNCTION frozen.now() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT timestamptz 'epoch' $$"
        )
        await self.world.execute(f'ALTER DATABASE "{name}" SET search_path = frozen, pg_catalog, public')

    def teardown(self) -> None:
        self.run(self._close())
        self.loop.close()
        self.databases.drop(self.url)

    async def _close(self) -> None:
        await self.world.close()
        await self.database.close()
        await self.loop.shutdown_default_executor()

    # --- small helps --------------------------------------------------------------------------------------

    @property
    def project_id(self) -> str:
        return self.shops[0].project_id

    def do(self, work: Awaitable[T]) -> T:
        async def one() -> T:
            return await work

        return self.run(one())

    def lines_of(self, process: Process) -> list[str]:
        """The lines that a process believes to hold, in an order that is always the same."""
        return [shop.line_id for shop in self.shops if shop.line_id in process.fences]

    def talk(self, conversation_id: str) -> Talk:
        return next(talk for talk in self.talks.values() if talk.id == conversation_id)

    def some_talk(self, number: int) -> Talk:
        return list(self.talks.values())[number % len(self.talks)]

    def one_with(self, by: int, what: Literal["claims", "fences", "calls"]) -> Process:
        """This process if it has some, else the other one."""
        return self.processes[by] if getattr(self.processes[by], what) else self.processes[1 - by]

    def rows(self) -> list[tuple[Talk, Out]]:
        return [(talk, row) for talk in self.talks.values() for row in talk.lane.values()]

    def dead_messages(self) -> list[tuple[Talk, In]]:
        return [(talk, one) for talk in self.talks.values() for one in talk.inbox.values() if one.dead]

    @initialize()
    def begin(self) -> None:
        """Two people wrote, were answered with two messages each, and the first process sends."""
        self.arrive(0, [(0, 0, 0), (0, 1, 0)], settles=False)
        self._claim(0)
        for _ in range(2):
            self._commit(0, 0, 2, dead=False)
        self._take_lines(0, adopts=False)

    # --- what may happen ------------------------------------------------------------------------------------

    @rule(
        by=who,
        number=any_number,
        what=st.sampled_from(("claim", "commit", "commit", "fail", "renew")),
        replies=st.integers(0, 2),
        dead=st.sampled_from((False, False, False, True)),
    )
    def turn(self, by: int, number: int, what: str, replies: int, dead: bool) -> None:
        if what == "claim" or not any(process.claims for process in self.processes):
            self._claim(by)
        elif what == "commit":
            self._commit(by, number, replies, dead)
        elif what == "fail":
            self._fail(by, number)
        else:
            self._renew_turns(by)

    @rule(
        by=who,
        number=any_number,
        claims=st.booleans(),
        outcome=st.sampled_from(("sent", "sent", "queued", "unknown", "dead", "paced")),
    )
    def send(self, by: int, number: int, claims: bool, outcome: str) -> None:
        if not any(process.fences for process in self.processes):
            self._take_lines(by, adopts=claims)
        elif claims or not any(process.calls for process in self.processes):
            self._claim_heads(by, number)
        else:
            self._mark(by, number, outcome)

    @rule(by=who, what=st.sampled_from(("take", "take and adopt", "adopt", "renew", "reconcile", "crash")))
    def lines(self, by: int, what: str) -> None:
        if what == "crash":
            self._crash(by)
        elif what.startswith("take") or not any(process.fences for process in self.processes):
            self._take_lines(by, adopts="adopt" in what)
        elif what == "adopt":
            self._adopt(by)
        elif what == "renew":
            self._renew_lines(by)
        else:
            self._reconcile(by)

    @rule(
        by=who,
        number=any_number,
        what=st.sampled_from(("enqueue", "retry", "retry", "drop", "person", "assistant", "revive", "leave")),
        parts=st.integers(1, 2),
        key=st.none() | st.integers(1, KEYS),
    )
    def people(self, by: int, number: int, what: str, parts: int, key: int | None) -> None:
        if what == "retry":
            self._retry(number, dead_first=True)
        elif what == "drop":
            self._drop(number)
        elif what in ("person", "assistant"):
            self._hand_over_or_back(number, what)
        elif what in ("revive", "leave") and self.dead_messages():
            self._decide_about_a_dead_message(number, again=what == "revive")
        else:
            self._enqueue(by, number, parts, key)

    @rule(step_ms=st.sampled_from(ADVANCES_MS))
    def advance(self, step_ms: int) -> None:
        self.now_ms += step_ms
        self.world.advance(step_ms)

    # --- the inbox ----------------------------------------------------------------------------------------

    @rule(
        by=who,
        deliveries=st.lists(
            st.tuples(st.integers(0, LINES - 1), st.integers(0, PEOPLE - 1), st.integers(0, 12)),
            min_size=1,
            max_size=4,
        ),
        settles=st.booleans(),
    )
    def arrive(self, by: int, deliveries: list[tuple[int, int, int]], settles: bool) -> None:
        """One delivery of some messages; the same numbers again are repetitions."""
        settle_ms = SETTLE_MS if settles else 0
        batch = [
            self.shops[line].arrival(f"{one} to {line} by {n}", person(n), settle_ms=settle_ms)
            for line, n, one in deliveries
        ]
        stored = self.do(self.processes[by].mailbox.store(batch))
        fresh: dict[tuple[int, int], list[str]] = {}
        for (line, n, _), arrival, kept in zip(deliveries, batch, stored, strict=True):
            key = (line, n)
            talk = self.talks.setdefault(key, Talk(kept.conversation_id, self.shops[line].line_id))
            assert kept.conversation_id == talk.id
            provider_id = arrival.provider_message_id
            new = provider_id not in talk.inbox and provider_id not in fresh.get(key, ())
            assert (kept.message_id is not None) == new
            if new:
                fresh.setdefault(key, []).append(provider_id)
        for key, provider_ids in fresh.items():
            for provider_id in provider_ids:
                self.talks[key].arrive(provider_id, settle_ms, self.now_ms)

    def _decide_about_a_dead_message(self, number: int, again: bool) -> None:
        dead = self.dead_messages()
        talk, message = dead[number % len(dead)]
        found = [i for i, row in self.look().inbox.items() if row[2] == message.provider_id]
        mailbox = self.processes[0].mailbox
        if again:
            self.do(mailbox.retry_inbox(self.project_id, found[0]))
            talk.revive(message, self.now_ms)
        else:
            self.do(mailbox.drop_inbox(self.project_id, found[0]))
            message.dead = False

    # --- turns --------------------------------------------------------------------------------------------

    def _claim(self, by: int) -> None:
        process = self.processes[by]
        due = {talk.id: talk for talk in self.talks.values() if talk.is_due(self.now_ms)}
        claimed = self.do(process.mailbox.claim_turns(100))
        assert {one.conversation_id for one in claimed} == set(due)
        for one in sorted(claimed, key=lambda one: list(due).index(one.conversation_id)):
            talk = due[one.conversation_id]
            expected = talk.claim(process.owner, self.now_ms)
            assert [message.provider_message_id for message in one.messages] == expected
            assert (one.epoch, one.failures, one.crashes) == (talk.epoch, talk.failures, talk.crashes)
            process.claims.append((one, expected))

    def _commit(self, by: int, number: int, replies: int, dead: bool) -> None:
        process, held, messages = self._take_claim(by, number)
        talk = self.talk(held.conversation_id)
        new = [out(f"reply {n}") for n in range(replies)]
        done = self.do(answer(process.mailbox, held, *new, dead=dead))
        assert done == talk.holds(process.owner, held.epoch)
        if done:
            talk.settle(messages, [one.id for one in new], dead, self.now_ms)

    def _fail(self, by: int, number: int) -> None:
        process, held, _ = self._take_claim(by, number)
        talk = self.talk(held.conversation_id)
        done = self.do(process.mailbox.release_turn(held, failed=True, delay_ms=FAIL_MS))
        assert done == talk.holds(process.owner, held.epoch)
        if done:
            talk.fail(FAIL_MS, self.now_ms)

    def _take_claim(self, by: int, number: int) -> tuple[Process, Claim, list[str]]:
        process = self.one_with(by, "claims")
        held, messages = process.claims.pop(number % len(process.claims))
        return process, held, messages

    def _renew_turns(self, by: int) -> None:
        process = self.one_with(by, "claims")
        held = [one for one, _ in process.claims]
        kept = self.do(process.mailbox.renew_turns(held))
        ours = [self.talk(c) for c, epoch in {one.key for one in held} if self.talk(c).holds(process.owner, epoch)]
        assert {c for c, _ in kept} == {talk.id for talk in ours}
        for talk in ours:
            talk.wake_ms = self.now_ms + model.TURN_LEASE_MS

    def _hand_over_or_back(self, number: int, mode: str) -> None:
        talk = self.some_talk(number)
        self.do(self.processes[0].mailbox.set_mode(self.project_id, talk.id, mode))
        talk.set_mode(mode, self.now_ms)

    # --- processes and time ---------------------------------------------------------------------------------

    def _crash(self, by: int) -> None:
        self.processes[by].crash()

    # --- lines ----------------------------------------------------------------------------------------------

    def _take_lines(self, by: int, adopts: bool) -> None:
        process = self.processes[by]
        free = [line for line, lease in self.leases.items() if lease.until_ms <= self.now_ms]
        taken = self.do(take_lines(process.mailbox))
        assert taken == {line: self.leases[line].take(process.owner, self.now_ms) for line in free}
        process.fences |= taken
        if adopts:
            self._adopt(by)

    def _adopt(self, by: int) -> None:
        process = self.one_with(by, "fences")
        found = self.do(adopt(process.mailbox, process.fences))
        expected = [
            model.orphan(row, process.fences[row.line], self.now_ms)
            for _, row in self.rows()
            if row.line in process.fences
        ]
        assert found == sum(expected)

    def _renew_lines(self, by: int) -> None:
        process = self.one_with(by, "fences")
        kept = self.do(
            process.mailbox.driver.run(lambda tx: senders.renew_lines(tx, process.owner, process.fences), Priority.MARK)
        )
        ours = {line for line, fence in process.fences.items() if self._owns(process, line, fence)}
        assert kept == ours
        process.fences = {line: process.fences[line] for line in ours}
        for line in ours:
            self.leases[line].until_ms = self.now_ms + model.SENDER_LEASE_MS

    def _owns(self, process: Process, line: str, fence: int) -> bool:
        return (self.leases[line].owner, self.leases[line].epoch) == (process.owner, fence)

    # --- the outbox -----------------------------------------------------------------------------------------

    def _claim_heads(self, by: int, number: int) -> None:
        process = self.one_with(by, "fences")
        line = self.lines_of(process)[number % len(process.fences)]
        fence = process.fences[line]
        talks = [talk for talk in self.talks.values() if talk.line == line] if self._owns(process, line, fence) else []
        heads = {row.id: (talk, row) for talk in talks if (row := talk.head(self.now_ms)) is not None}
        claimed = self.do(process.mailbox.claim_heads(line, fence, 100))
        assert {row.id for row in claimed} == set(heads)
        for found in sorted(claimed, key=lambda one: list(heads).index(one.id)):
            talk, row = heads[found.id]
            provider_id = talk.call(row, fence)
            assert (found.attempts, found.repeated) == (row.attempts, row.repeated)
            process.calls.append((row, row.seq, fence, provider_id))

    def _mark(self, by: int, number: int, what: str) -> None:
        process = self.one_with(by, "calls")
        row, seq, fence, provider_id = process.calls.pop(number % len(process.calls))
        state, counts = ("queued", False) if what == "paced" else (what, True)
        given = provider_id if state == "sent" else None
        delay_ms = RETRY_MS if state == "queued" else 0
        done = self.do(process.mailbox.mark(Mark(row.id, seq, fence, state, given, delay_ms, counts=counts)))
        assert done == model.mark(row, seq, fence, state, given, delay_ms, counts, self.now_ms)

    @precondition(lambda self: any(row.tries for _, row in self.rows()))
    @rule(
        number=any_number,
        which=st.integers(0, 3),
        ranks=st.lists(st.sampled_from(sorted(DELIVERY_RANK.values())), min_size=1, max_size=3),
        by_client=st.booleans(),
    )
    def statuses(self, number: int, which: int, ranks: list[int], by_client: bool) -> None:
        """Statuses of one try, in any order, some of them twice; the best of a delivery counts."""
        tried = [row for _, row in self.rows() if row.tries]
        row = tried[number % len(tried)]
        provider_id = row.tries[which % len(row.tries)]
        statuses = [Status(row.line, provider_id, row.id if by_client else None, rank) for rank in ranks]
        changed = self.do(apply(self.processes[0].mailbox, *statuses))
        assert changed == model.status(row, provider_id, max(ranks), by_client)

    def _reconcile(self, by: int) -> None:
        process = self.one_with(by, "fences")
        settled = self.do(reconcile(process.mailbox, process.fences, RECONCILE_MS))
        ours = [row for _, row in self.rows() if row.line in process.fences]
        assert settled == sum([model.reconcile(row, RECONCILE_MS, self.now_ms) for row in ours])

    def _enqueue(self, by: int, number: int, parts: int, key: int | None) -> None:
        talk = self.some_talk(number)
        new = [out(f"part {n}") for n in range(parts)]
        bodies, ids = [one.body for one in new], [one.id for one in new]
        name = None if key is None else f"key {key}"
        work = self.processes[by].mailbox.enqueue(self.project_id, talk.id, new, name)
        if name in self.keys:
            conversation, earlier, earlier_ids = self.keys[name]
            if (conversation, earlier) == (talk.id, bodies):
                queued = self.do(work)
                assert (list(queued.ids), queued.repeated) == (earlier_ids, True)
            else:
                with pytest.raises(Conflict):
                    self.do(work)
            return
        queued = self.do(work)
        assert (list(queued.ids), queued.repeated) == (ids, False)
        for out_id in ids:
            talk.queue(out_id, self.now_ms)
        if name is not None:
            self.keys[name] = (talk.id, bodies, ids)

    def _retry(self, number: int, dead_first: bool) -> None:
        rows = self.rows()
        rows = [one for one in rows if one[1].state == "dead"] * dead_first or rows
        talk, row = rows[number % len(rows)]
        work = self.processes[0].mailbox.retry(self.project_id, row.id)
        if row.state == "dead":
            self.do(work)
            talk.retry(row, self.now_ms)
        else:
            with pytest.raises(NotFound):
                self.do(work)

    def _drop(self, number: int) -> None:
        rows = self.rows()
        _, row = rows[number % len(rows)]
        work = self.processes[0].mailbox.drop(self.project_id, row.id)
        if row.state in ("dead", "queued"):
            self.do(work)
            row.state = "dropped"
        else:
            with pytest.raises(NotFound):
                self.do(work)

    # --- what always holds --------------------------------------------------------------------------------------

    def look(self) -> Seen:
        async def work(tx: Tx) -> Seen:
            found = [
                {row[0]: tuple(row) for row in await tx.fetch(query)} for query in (_TALKS, _INBOX, _OUTBOX, _SENDERS)
            ]
            return Seen(*found)

        return self.run(self.processes[0].mailbox.driver.run(work, Priority.OTHER))

    @invariant()
    def all_is_as_it_should_be(self) -> None:
        seen = self.look()
        self._check_inbox(seen)
        self._check_outbox(seen)
        self._check_lanes(seen)
        if self.before is not None:
            self._check_changes(self.before, seen)
        self.before = seen
        self.retries = {row.id: row.retries for _, row in self.rows()}

    def _check_inbox(self, seen: Seen) -> None:
        """Every message is stored once; what is pending is pending; nothing is settled twice."""
        stored = Counter((talk, provider_id) for _, talk, provider_id, _, _ in seen.inbox.values())
        expected = [(talk.id, provider_id) for talk in self.talks.values() for provider_id in talk.inbox]
        assert stored == Counter(expected)
        for talk in self.talks.values():
            _, last, settled, mode, owner, epoch, failures, crashes, last_in = seen.talks[talk.id]
            assert (last, settled, mode, owner, epoch) == (
                talk.last_seq,
                talk.settled_seq,
                talk.mode,
                talk.owner,
                talk.epoch,
            )
            assert (failures, crashes) == (talk.failures, talk.crashes)
            assert last_in == max(one.seq for one in talk.inbox.values())
            mine = [row for row in seen.inbox.values() if row[1] == talk.id]
            pending = sorted((row[3], row[2]) for row in mine if row[3] > settled)
            assert pending == [(one.seq, one.provider_id) for one in talk.pending()]
            for _, _, provider_id, seq, dead in mine:
                message = talk.inbox[provider_id]
                assert (seq, bool(dead)) == (message.seq, message.dead)
                assert message.turns == (seq <= settled)

    def _check_outbox(self, seen: Seen) -> None:
        """What turns and people wrote is there exactly once, in its state."""
        assert set(seen.outbox) == {row.id for _, row in self.rows()}
        for talk, row in self.rows():
            _, conversation, seq, state, delivery, attempts, fence, repeated, provider_id = seen.outbox[row.id]
            assert (conversation, seq, state, delivery) == (talk.id, row.seq, row.state, row.delivery)
            assert (attempts, fence, bool(repeated), provider_id) == (
                row.attempts,
                row.fence,
                row.repeated,
                row.provider_id,
            )

    def _check_lanes(self, seen: Seen) -> None:
        """One at a time in a lane, in order; a retried row has a new place, at the end."""
        on_the_way = Counter(row[1] for row in seen.outbox.values() if row[3] in ("sending", "unknown"))
        assert all(count == 1 for count in on_the_way.values())
        places = Counter((row[1], row[2]) for row in seen.outbox.values())
        places.update((row[1], row[3]) for row in seen.inbox.values())
        assert all(count == 1 for count in places.values())
        for talk in self.talks.values():
            assert talk.called == sorted(talk.called)

    def _check_changes(self, before: Seen, seen: Seen) -> None:
        """Nothing vanishes, and nothing goes back that only grows."""
        assert before.talks.keys() <= seen.talks.keys()
        assert before.inbox.keys() <= seen.inbox.keys()
        assert before.outbox.keys() <= seen.outbox.keys()
        for conversation, row in before.talks.items():
            now = seen.talks[conversation]
            assert (now[1] >= row[1], now[2] >= row[2], now[5] >= row[5]) == (True, True, True)
        for line, row in before.senders.items():
            assert seen.senders[line][2] >= row[2]
            assert seen.senders[line][1:] == (self.leases[line].owner, self.leases[line].epoch)
        retried = {row.id for _, row in self.rows() if row.retries > self.retries.get(row.id, 0)}
        for out_id, row in before.outbox.items():
            assert seen.outbox[out_id][4] >= row[4] or out_id in retried


@pytest.mark.timeout(300 + 60 * SCALE)  # a failure is made small first
def test_the_mailbox_does_what_its_model_does(
    databases: Databases, database_kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The clock stands still but for what the tests add to it.
    monkeypatch.setattr(sqlite, "time", SimpleNamespace(time_ns=lambda: 0, sleep=time.sleep))

    class OnThisDatabase(Mailboxes):
        pass

    OnThisDatabase.databases, OnThisDatabase.kind = databases, database_kind
    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=EXAMPLES[database_kind] * max(1, SCALE),
            stateful_step_count=STEPS,
            derandomize=SCALE == 0,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        ),
    )
