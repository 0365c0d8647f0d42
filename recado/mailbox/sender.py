"""Sending: takes the heads of the lanes of the lines that this process holds, paces them, marks what became of them.

A send slot is held until its mark is committed, so that a crash leaves at most as many unknown outcomes as there are
slots. Every wait is bounded: bells are hints, a slow look behind them makes them unnecessary for correctness.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from pydantic_core import from_json

from recado.channels.contract import Channel, Line, Outgoing, PreparesSends
from recado.errors import OutcomeUnknown, RecadoError, SendError, SendRefused
from recado.kit import randomness
from recado.kit.histograms import Histogram, age_s
from recado.kit.logs import about
from recado.mailbox import outbox, senders
from recado.mailbox.driver import DatabaseDown, Priority, Tx
from recado.mailbox.outbox import MAX_ATTEMPTS, WINDOW_CLOSED, Mark, ToSend
from recado.mailbox.pacing import Bucket, ContactPaces
from recado.mailbox.senders import PROCESS_DEAD_AFTER_MS, SENDER_LEASE_MS
from recado.mailbox.service import Mailbox
from recado.messages import OUT_CONTENT, Address, OutByWindow, OutTemplate

# Calls in flight per process. At 100 ms a call this is 640 messages a second; at most so many unknowns after a crash.
MAX_SLOTS = 64
# The look behind the bells: how late a hint that was lost can make a message.
POLL_S = 0.25
RENEW_S = SENDER_LEASE_MS / 3000
# Back-off of tries that surely did not reach the provider: 1, 2, 4 ... at most 300 s, with full jitter.
BACKOFF_BASE_S = 1.0
BACKOFF_CAP_S = 300.0
# How long a stop waits for calls in flight and their marks.
DRAIN_S = 1.5
# One write that fails is tried again after so long, until it is committed: its slot is held.
MARK_RETRY_S = 0.5

log = structlog.get_logger(__name__)


class Lines(Protocol):
    """Where the sender finds the lines of its rows."""

    def line(self, line_id: str) -> Line | None: ...


@dataclass(slots=True)
class _Held:
    """A line that this process sends on, under `fence`, until `until_s` (loop time) unless it is renewed."""

    fence: int
    until_s: float
    bucket: Bucket | None = None
    paused_until_s: float = 0.0
    in_flight: int = 0
    leaving: bool = False
    timer: asyncio.TimerHandle | None = None
    served_s: float = 0.0  # when it last had slots (loop time)
    taken_s: float = 0.0  # when it became ours

    def ring_after(self, wait_s: float, ring: Callable[[], None]) -> None:
        """Ring once after `wait_s`, in place of an earlier appointment."""
        if self.timer is not None:
            self.timer.cancel()
        self.timer = asyncio.get_running_loop().call_later(wait_s, ring)


@dataclass(slots=True)
class SenderStats:
    """Counts since the start, for metrics."""

    sent: int = 0
    retried: int = 0
    unknown: int = 0
    dead: int = 0
    reconciled: int = 0
    took: Histogram = field(default_factory=Histogram)
    by_line: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    errors: dict[str, int] = field(default_factory=dict[str, int])

    def tried(self, line_id: str, mark: Mark) -> None:
        """Count a try of a line. What was only put off, as by pacing, is none."""
        if mark.state == "sent":
            self.took.observe(age_s(mark.id))
        elif mark.error_code is not None:
            self.errors[mark.error_code] = self.errors.get(mark.error_code, 0) + 1
        else:
            return
        key = (line_id, "retried" if mark.state == "queued" else mark.state)
        self.by_line[key] = self.by_line.get(key, 0) + 1


@dataclass(slots=True)
class Sender:
    """Sends for one process until `run` is cancelled."""

    mailbox: Mailbox
    lines: Lines
    channels: Mapping[str, Channel]
    reconcile_after_s: float
    stats: SenderStats = field(default_factory=SenderStats)
    _held: dict[str, _Held] = field(default_factory=dict[str, _Held])
    _paces: ContactPaces = field(default_factory=ContactPaces)
    _sends: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])
    _claims: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])
    _doubtful: dict[str, int] = field(default_factory=dict[str, int])
    _taking: "asyncio.Task[list[str]] | None" = None
    _stopping: bool = False
    _renewed_s: float = 0.0
    _look_at_s: float = 0.0
    _ends_in_s: float = POLL_S
    # To ask a runtime protocol of an object takes microseconds, a part of what a message may cost.
    _prepares: dict[str, PreparesSends] = field(init=False)

    def __post_init__(self) -> None:
        self._prepares = {
            name: channel for name, channel in self.channels.items() if isinstance(channel, PreparesSends)
        }

    async def run(self) -> None:
        """Hold leases and send. On cancellation: stop claiming, finish what is in flight, give the lines back."""
        self.mailbox.sends_on = self._held
        tasks = [
            asyncio.create_task(_forever(self._keep_leases), name="sender-leases"),
            asyncio.create_task(_forever(self._send_what_is_ready), name="sender-claims"),
        ]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._stop()

    async def _stop(self) -> None:
        self._stopping = True  # what a claim on its way still brings goes back unsent
        await asyncio.gather(*self._claims, return_exceptions=True)
        if self._sends:
            await asyncio.wait(self._sends, timeout=DRAIN_S)
        late = list(self._sends)
        for task in late:
            task.cancel()  # its row stays `sending`: the next owner finds it and waits for a status
        await asyncio.gather(*late, return_exceptions=True)
        if self._taking is not None:
            await asyncio.gather(self._taking, return_exceptions=True)
        fences = [*((line_id, held.fence) for line_id, held in self._held.items()), *self._doubtful.items()]
        with contextlib.suppress(DatabaseDown):  # then the leases end by themselves
            await self._release(fences)

    # --- leases ---------------------------------------------------------------------------------------

    async def _keep_leases(self) -> None:
        """Renew what is held, take a fair share of what is free, give back what is too much, settle the unknown.

        Free lines are looked for at every round, so that those of a dead process wait for little but its lease;
        the rest is due at a third of it.
        """
        asked_s = asyncio.get_running_loop().time()
        if self._doubtful:
            await self._release(list(self._doubtful.items()))
            self._doubtful.clear()
        renewing = asked_s - self._renewed_s >= RENEW_S
        if renewing:
            await self._renew(asked_s)
            self._renewed_s = asked_s
        taken = await self._take_share(asked_s)
        if renewing or taken:
            await self._settle_unknown()
        for line_id in taken:
            self.mailbox.hint_send(line_id)
        # The living renew theirs long before: whose lease ends is dead, and people wait for nothing else.
        await self.mailbox.lines_bell.wait(min(POLL_S, self._ends_in_s))

    async def _renew(self, asked_s: float) -> None:
        owner, driver = self.mailbox.owner, self.mailbox.driver
        fences = {line_id: held.fence for line_id, held in self._held.items()}
        await driver.run(senders.add_missing, Priority.OTHER)
        kept = await driver.run(lambda tx: senders.renew_lines(tx, owner, fences), Priority.MARK)
        for line_id, fence in fences.items():
            held = self._held.get(line_id)
            if held is None or held.fence != fence:
                continue  # given up meanwhile
            if line_id in kept:
                held.until_s = asked_s + SENDER_LEASE_MS / 1000
            else:
                log.warning("line_lost", line_id=line_id)
                del self._held[line_id]

    async def _take_share(self, asked_s: float) -> list[str]:
        """Hold as many lines as is fair; the ones newly taken."""
        owner = self.mailbox.owner
        taken = await self._take(lambda tx: senders.take_abandoned(tx, owner), asked_s)
        share, ends_in_ms = await self.mailbox.driver.run(lambda tx: senders.fair_share(tx, owner), Priority.OTHER)
        self._ends_in_s = POLL_S if ends_in_ms is None else ends_in_ms / 1000
        await self._give_back_excess(share, asked_s)
        staying = sum(not held.leaving for held in self._held.values())
        if staying < share:
            taken += await self._take(lambda tx: senders.take_lines(tx, owner, share - staying), asked_s)
        return taken

    async def _take(self, work: Callable[[Tx], Awaitable[dict[str, int]]], asked_s: float) -> list[str]:
        """The lines that `work` leases, held from its commit on: a stop that comes meanwhile gives them back."""

        async def take() -> list[str]:
            taken = await self.mailbox.driver.run(work, Priority.MARK)
            for line_id, fence in taken.items():
                self._held[line_id] = _Held(fence, asked_s + SENDER_LEASE_MS / 1000, taken_s=asked_s)
            return list(taken)

        self._taking = asyncio.create_task(take())
        return await asyncio.shield(self._taking)

    async def _give_back_excess(self, share: int, now_s: float) -> None:
        """What was taken over is kept until the dead are no longer counted: else it would go back and forth."""
        staying = [held for held in self._held.values() if not held.leaving]
        settled = [held for held in staying if now_s - held.taken_s > PROCESS_DEAD_AFTER_MS / 1000]
        for held in settled[: max(0, len(staying) - share)]:
            held.leaving = True
        idle = [(line_id, h.fence) for line_id, h in self._held.items() if h.leaving and not h.in_flight]
        if idle:
            await self._release(idle)  # a stop that comes meanwhile does it again
            for line_id, _ in idle:
                self._held.pop(line_id, None)

    async def _release(self, fences: list[tuple[str, int]]) -> None:
        await self.mailbox.driver.run(lambda tx: senders.release_lines(tx, self.mailbox.owner, fences), Priority.OTHER)
        self.mailbox.hint_free_lines()

    async def _settle_unknown(self) -> None:
        fences = {line_id: held.fence for line_id, held in self._held.items()}
        orphans = await self.mailbox.driver.run(lambda tx: outbox.adopt_orphans(tx, fences), Priority.OTHER)
        after_ms = round(self.reconcile_after_s * 1000)
        again = await self.mailbox.driver.run(lambda tx: outbox.reconcile(tx, list(fences), after_ms), Priority.OTHER)
        if orphans or again:
            self.stats.unknown += orphans
            self.stats.reconciled += again
            log.info("outcomes_unknown", found=orphans, queued_again=again)

    # --- claims ---------------------------------------------------------------------------------------

    async def _send_what_is_ready(self) -> None:
        await self.mailbox.sends_bell.wait(POLL_S)
        ready, self.mailbox.lines_to_send = self.mailbox.lines_to_send, set()
        now_s = asyncio.get_running_loop().time()
        if now_s >= self._look_at_s:
            # Also while bells ring all the time: other lines may have work that nobody rang for.
            self._look_at_s = now_s + POLL_S
            held = list(self._held)
            ready |= await self.mailbox.driver.run(lambda tx: outbox.due_lines(tx, held), Priority.TURN)
        # The one that waited longest first, so that no line is always the one for which there is no slot left.
        lines = sorted(
            (line_id for line_id in ready if line_id in self._held), key=lambda one: self._held[one].served_s
        )
        room = MAX_SLOTS - len(self._sends)
        if room < len(lines):
            # The others wait for a slot that is freed: that rings.
            self.mailbox.lines_to_send.update(lines[room:])
            lines = lines[: max(0, room)]
        for line_id in lines:
            task = asyncio.create_task(self._claim(line_id, room // len(lines)))
            self._claims.add(task)
            task.add_done_callback(self._claims.discard)
        if claims := list(self._claims):
            # A stop must not cut a claim off: what was claimed would look as if it were on its way.
            await asyncio.shield(asyncio.wait(claims))
            await asyncio.gather(*claims)  # raises what one of them raised

    async def _claim(self, line_id: str, slots: int) -> None:
        """Claim up to `slots` heads of this line's lanes, as many as there are tokens for, and send them."""
        loop = asyncio.get_running_loop()
        held, line = self._held.get(line_id), self.lines.line(line_id)
        if held is None:
            return  # it was given back, or taken, since this claim was made a task
        if line is None:
            await self.mailbox.close_line(line_id)
            return
        if line.channel not in self.channels or held.leaving or loop.time() >= held.until_s:
            return
        bucket = self._bucket(held, line)
        wait_s = max(held.paused_until_s - loop.time(), bucket.wait_s(loop.time()))
        if wait_s > 0:
            held.ring_after(wait_s, lambda: self.mailbox.hint_send(line_id))
            return
        held.served_s = loop.time()
        size = min(slots, bucket.available(loop.time()))
        bucket.take(size, loop.time())
        held.in_flight += 1  # the claim itself: the line is not given back meanwhile
        try:
            rows = await self.mailbox.claim_heads(line_id, held.fence, size)
        except Exception:
            # It may have been committed unheard. Under a new lease its rows are found, and their outcome is unknown.
            if self._held.pop(line_id, None) is not None:
                self._doubtful[line_id] = held.fence
            raise
        finally:
            held.in_flight -= 1
        bucket.give_back(size - len(rows))
        for row in rows:
            self._sends.add(asyncio.create_task(self._send(row, line, held)))

    def _bucket(self, held: _Held, line: Line) -> Bucket:
        if held.bucket is None or held.bucket.rate != line.max_per_second:
            # A burst of a tenth of a second: the provider counts per second.
            burst = max(1.0, line.max_per_second / 10)
            held.bucket = Bucket(line.max_per_second, burst, asyncio.get_running_loop().time())
        return held.bucket

    # --- one message ----------------------------------------------------------------------------------

    async def _send(self, row: ToSend, line: Line, held: _Held) -> None:
        held.in_flight += 1
        about(("conversation_id", row.conversation_id), ("message_id", row.id))
        try:
            mark = await self._try(row, line, held)
            self.stats.tried(line.id, mark)
            await self._commit(mark)
        finally:
            held.in_flight -= 1
            self._sends -= {asyncio.current_task()}  # free before the bell rings for it
            self.mailbox.hint_send(line.id)
            if held.leaving and not held.in_flight:
                self.mailbox.lines_bell.ring()  # it can be given back now

    async def _try(self, row: ToSend, line: Line, held: _Held) -> Mark:
        """One try, and what is to be recorded of it. Never raises."""
        loop = asyncio.get_running_loop()
        channel = self.channels[line.channel]
        is_open = _window_is_open(row, channel)
        try:
            if self._stopping or loop.time() >= held.until_s:
                return Mark(row.id, row.seq, held.fence, "queued", counts=False)  # the next owner sends it
            outgoing = _outgoing(row, is_open)
            if (prepares := self._prepares.get(line.channel)) is not None:
                if not await self._prepared(prepares, line, outgoing):
                    return Mark(row.id, row.seq, held.fence, "queued", counts=False)
                if self._stopping or loop.time() >= held.until_s:
                    return Mark(row.id, row.seq, held.fence, "queued", counts=False)
            # Last, so that a try which was put off before it takes nothing of the person's pace.
            if channel.contact_pace and (
                wait_s := self._paces.take(row.conversation_id, channel.contact_pace, loop.time())
            ):
                return Mark(row.id, row.seq, held.fence, "queued", delay_ms=round(wait_s * 1000), counts=False)
            sent = await channel.send(line, outgoing, held.fence)
        except OutcomeUnknown as error:
            self.stats.unknown += 1
            return Mark(row.id, row.seq, held.fence, "unknown", error_code=error.code, error_text=error.message)
        except SendError as error:
            if is_open and error.code == WINDOW_CLOSED and _has_template(row):
                return self._by_template(row, held, error)
            return self._after_refusal(row, held, error)
        except Exception:  # a defect must not stop the lane's owner; the bytes may have left
            self.stats.unknown += 1
            log.exception("send_defect", message_id=row.id)
            return Mark(row.id, row.seq, held.fence, "unknown", error_code="internal_error")
        self.stats.sent += 1
        return Mark(row.id, row.seq, held.fence, "sent", provider_message_id=sent.provider_message_id)

    async def _prepared(self, channel: PreparesSends, line: Line, outgoing: Outgoing) -> bool:
        """Let the channel do what may take long; False if a stop cut it off, for nothing has left yet."""
        try:
            await channel.prepare(line, outgoing)
        except asyncio.CancelledError:
            if not self._stopping:
                raise
            return False
        return True

    def _by_template(self, row: ToSend, held: _Held, error: SendError) -> Mark:
        """The provider says that its window is closed, and took nothing: the template follows, from the same place."""
        self.stats.retried += 1
        log.info("window_was_closed", message_id=row.id)
        return Mark(row.id, row.seq, held.fence, "queued", error_code=error.code, error_text=error.message)

    def _after_refusal(self, row: ToSend, held: _Held, error: SendError) -> Mark:
        wait_s = error.verdict.retry_after_s
        if wait_s is None or (row.attempts >= MAX_ATTEMPTS and error.counts):
            self.stats.dead += 1
            return Mark(row.id, row.seq, held.fence, "dead", error_code=error.code, error_text=error.message)
        self.stats.retried += 1
        if error.pauses_line:
            held.paused_until_s = max(held.paused_until_s, asyncio.get_running_loop().time() + wait_s)
        if error.counts:
            wait_s = max(wait_s, randomness.full_jitter(row.attempts, BACKOFF_BASE_S, BACKOFF_CAP_S))
        delay_ms = round(wait_s * 1000)
        return Mark(
            row.id, row.seq, held.fence, "queued", None, delay_ms, error.code, error.message, counts=error.counts
        )

    async def _commit(self, mark: Mark) -> None:
        """Write a mark, however long it takes: its slot is held meanwhile."""
        while True:
            try:
                await self.mailbox.mark(mark)
                return
            except RecadoError as error:
                log.warning("mark_waits", message_id=mark.id, code=error.code)
            except Exception:  # the database refuses these texts, whatever they are: the outcome alone must do
                log.exception("mark_refused", message_id=mark.id)
                mark = mark._replace(provider_message_id=None, error_text=None)
            await asyncio.sleep(MARK_RETRY_S)


def _window_is_open(row: ToSend, channel: Channel) -> bool:
    if row.error_code == WINDOW_CLOSED:
        return False  # the provider said so: it knows better
    if channel.window_s is None:
        return True
    return row.since_last_in_ms is not None and row.since_last_in_ms <= channel.window_s * 1000


def _has_template(row: ToSend) -> bool:
    return isinstance(OUT_CONTENT.validate_json(row.body), OutByWindow)


def _outgoing(row: ToSend, window_is_open: bool) -> Outgoing:
    content = OUT_CONTENT.validate_json(row.body)
    if isinstance(content, OutByWindow):
        content = content.inside if window_is_open else content.outside
    if not window_is_open and not isinstance(content, OutTemplate):
        raise SendRefused(
            "The person did not write within the last 24 hours; outside that window WhatsApp takes approved templates "
            "only",
            code="outside_window",
        )
    to = tuple([Address(kind=kind, value=value) for kind, value in from_json(row.send_to)])
    if not to:
        raise SendRefused("The person has no address on this channel any more", code="no_address")
    return Outgoing(row.id, to, content, row.reply_to, row.language)


async def _forever(step: Callable[[], Awaitable[None]]) -> None:
    """Run `step` again and again; an error is logged and the next round comes after a moment."""
    while True:
        try:
            await step()
        except RecadoError as error:
            log.warning("sender_waits", code=error.code)
            await asyncio.sleep(MARK_RETRY_S)
        except Exception:  # a defect in one round must not end the process's sending
            log.exception("sender_defect")
            await asyncio.sleep(MARK_RETRY_S)
