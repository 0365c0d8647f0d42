"""The job of a bulk send.

Each recipient has a row, and their message an id and a key, before the first try: however often a process dies, what
was queued is found again by its key. Only what the line sends within a moment is queued ahead, so that answers to
people do not wait behind the bulk, and a cancelled send stops soon.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recado.bulk import listing, queries
from recado.bulk.schemas import Order
from recado.bulk.service import refuse_handed_out
from recado.bulk.wording import Wording
from recado.channels.contract import Channel
from recado.channels.models import LineRow
from recado.channels.service import get_line, without_secrets
from recado.conversations.turn import new_out
from recado.db import Database, database_now_ms
from recado.errors import RecadoError
from recado.jobs.kinds import JobCancelled, Run
from recado.mailbox.lanes import ToOne
from recado.mailbox.service import Mailbox

# Recipients that are looked up in one commit.
LIST_BATCH = 500
# Where contacts and conversations may have to be made: some statements each.
MAKE_BATCH = 50
# How often the queue is filled up, and how far ahead. Where nothing has changed, as on a line that stands still, the
# next look comes later, but soon enough for somebody who cancels.
ROUND_S = 0.5
MAX_ROUND_S = 2.0
ROUND_GROWTH = 1.5
AHEAD_S = 2.0
MIN_AHEAD = 20
# Of a fast line, too: one commit stays within some tens of milliseconds.
MAX_AHEAD = 1_000
# A cancelled send waits so long for what it had queued, so that its counts are right.
CANCEL_SETTLE_S = 5.0


@dataclass(frozen=True, slots=True)
class BulkSend:
    """Carries out the jobs of kind `bulk_send`."""

    database: Database
    mailbox: Mailbox
    channels: Mapping[str, Channel]

    async def run(self, run: Run) -> dict[str, Any]:
        """Send, and give the counts.

        Raises `NotFound` (`line_not_found`), `RecadoError` (`bad_channel`) or `SendRefused` (`handed_out`, a template).
        """
        order = Order.model_validate(run.input)
        await run.step("list", lambda: self._list(run, order))
        try:
            await run.progress(await self._counts(run))  # it may have been asked to stop while it was put off
            await run.step("queue", lambda: self._queue(run, order))
            await run.step("settle", lambda: self._settle(run))
        except JobCancelled:
            await self._settle_cancelled(run)
            raise
        return await self._counts(run)

    # --- steps ------------------------------------------------------------------------------------------

    async def _list(self, run: Run, order: Order) -> None:
        total = len(order.recipients())
        async with self.database.project(run.project_id, read_only=True) as session:
            self._channel_of(await get_line(session, order.line_id))  # before anybody is made a contact for it
            first = await listing.how_many(session, run.id)
        size = LIST_BATCH if order.template is None else MAKE_BATCH
        while first < total:
            async with self.database.project(run.project_id) as session:
                # Anew each time: whoever was erased meanwhile is named no more, and the others keep their places.
                order = await queries.lock_order(session, run.id)
                batch = order.recipients()[first : first + size]
                await listing.note(session, run.id, order, first, batch)
            first += len(batch)
            await run.progress({"total": total, "listed": first})

    async def _queue(self, run: Run, order: Order) -> None:
        pace = _Pace()
        while True:
            left = await self._fill_up(run, order)
            counts = await self._counts(run)
            await run.progress(counts)
            if not left:
                return
            await pace.wait(run, counts)

    async def _settle(self, run: Run) -> None:
        pace = _Pace()
        while True:
            await self._look_at_sent(run)
            counts = await self._counts(run)
            await run.progress(counts)
            if not counts["queued"]:
                return
            await pace.wait(run, counts)

    async def _settle_cancelled(self, run: Run) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CANCEL_SETTLE_S):
                while True:
                    await self._look_at_sent(run)
                    counts = await self._counts(run)
                    with contextlib.suppress(JobCancelled):
                        await run.progress(counts)
                    if not counts["queued"]:
                        return
                    await asyncio.sleep(ROUND_S)

    # --- rounds -----------------------------------------------------------------------------------------

    async def _fill_up(self, run: Run, order: Order) -> bool:
        """Queue as many as the line sends within a moment; True if there are more."""
        await self._look_at_sent(run)
        async with self.database.project(run.project_id, read_only=True) as session:
            line = await get_line(session, order.line_id)
            queued = (await queries.by_state(session, run.id)).get("queued", 0)
            ahead = min(MAX_AHEAD, max(MIN_AHEAD, round(line.max_per_second * AHEAD_S)))
            due = await queries.due(session, run.id, ahead - queued)
            now_ms = await database_now_ms(session)
        channel = self._channel_of(line)
        outcomes: defaultdict[tuple[str, str | None], list[str]] = defaultdict(list)
        messages: list[ToOne] = []
        wording = Wording(order, channel, without_secrets(line))
        for one in due:
            is_open = channel.window_s is None or (
                one.last_in_ms is not None and now_ms - one.last_in_ms <= channel.window_s * 1000
            )
            content, state, code = await wording.of(one, is_open)
            outcomes[state, code].append(one.id)
            if content is not None and one.conversation_id is not None:
                first, *rest = new_out(channel, (content,), "bulk")
                out = (first._replace(id=one.message_id), *rest)
                messages.append(ToOne(one.conversation_id, f"bulk:{run.id}:{one.contact_id}", out))
        if messages:
            await self.mailbox.enqueue_many(run.project_id, line.id, messages)
        await self._mark(run, outcomes)
        return queued >= ahead or len(due) == ahead - queued

    def _channel_of(self, line: LineRow) -> Channel:
        channel = self.channels.get(line.channel)
        if channel is None:
            raise RecadoError(f"There is no channel {line.channel!r} in this process", code="bad_channel")
        refuse_handed_out(channel)
        return channel

    async def _mark(self, run: Run, outcomes: Mapping[tuple[str, str | None], list[str]]) -> None:
        async with self.database.project(run.project_id) as session:
            for (state, code), ids in outcomes.items():
                await queries.mark(session, ids, state, code)

    async def _look_at_sent(self, run: Run) -> None:
        """Note what became of the messages that were queued."""
        async with self.database.project(run.project_id, read_only=True) as session:  # looking takes no write lock
            if not await queries.any_over(session, run.id):
                return
        async with self.database.project(run.project_id) as session:
            await queries.settle(session, run.id)

    async def _counts(self, run: Run) -> dict[str, Any]:
        async with self.database.project(run.project_id, read_only=True) as session:
            return await queries.counts(session, run.id)


@dataclass(slots=True)
class _Pace:
    """The waits between looks: longer and longer while nothing changes."""

    _seen: dict[str, Any] | None = None
    _wait_s: float = ROUND_S

    async def wait(self, run: Run, counts: dict[str, Any]) -> None:
        self._wait_s = min(self._wait_s * ROUND_GROWTH, MAX_ROUND_S) if counts == self._seen else ROUND_S
        self._seen = counts
        await run.wait(self._wait_s)
