"""The erasure of one person, step by step. Every step bears to be begun again: a process that dies leaves the rest to
the next one, and what was counted stays counted.

1. The person is taken off the lists of bulk sends: what goes by one of them finds nobody by that number once it is cut
   off, and would make somebody new of it.
2. The cut, one commit: the person loses name and addresses, what waits for them is settled and dropped, turns in work
   are discarded. From here on nothing is sent to them, and whoever writes from their number is somebody new.
3. What some process is sending at this moment ends by itself.
4. All tables are swept in small commits, the conversations and contacts last: as empty shells they catch what another
   process was just storing.
5. Files go, the list of erasures is written, then the database's own files are cleaned (`recado.privacy.scrubbing`),
   and the receipt is closed.
"""

import asyncio
import json
import time
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from recado.contacts.personal import forget_names
from recado.db import Database, database_now_ms, json_text
from recado.errors import Unavailable, retry_after
from recado.events.service import record
from recado.kit import new_id
from recado.kit.crypto import SecretBox
from recado.mailbox.personal import being_sent, provider_ids, silence
from recado.media.service import deleting_soon, remove_deleted
from recado.media.store import Store
from recado.personal import BATCH, Holding, Person
from recado.privacy.declared import HOLDINGS, LISTS
from recado.privacy.ledger import LEDGER, list_erased
from recado.privacy.models import ErasedMessage, Erasure
from recado.privacy.people import as_text, from_text, marks_of, purpose_of, seen_again
from recado.privacy.scrubbing import scrub, wait_for_older

LEASE_MS = 10_000
# A send in work has a limit of its own; a file that is uploaded before it may take longer, and is waited for again.
SENDS_LIMIT_S = 60.0
FILES_LIMIT_S = 30.0
LOOK_S = 0.1
# Others write between two batches, at least so long.
MIN_PAUSE_S = 0.005
# A provider delivers again for seven days (https://developers.facebook.com/docs/graph-api/webhooks/getting-started),
# and one more for its delay and ours.
REDELIVERED_MS = 8 * 24 * 3_600_000
SHELLS = frozenset({"conversations", "contacts"})

R = TypeVar("R")


class LeaseLost(Exception):
    """Another process goes on with this erasure."""


@dataclass(frozen=True, slots=True)
class _Held:
    """An erasure that this process works on under `epoch`."""

    id: str
    project_id: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Eraser:
    """Carries out erasures for one process. `data_dir` is where the list of them is kept."""

    database: Database
    store: Store
    box: SecretBox
    data_dir: Path

    async def work_on(self, project_id: str, erasure_id: str) -> bool:
        """Carry an erasure out to its end; False if another process has it, or it is done.

        Raises `Unavailable` where it has to wait: it stays running, and is gone on with when its lease is over.
        """
        held = await self._claim(project_id, erasure_id)
        if held is None:
            return False
        try:
            await self._take_off_lists(held)
            person = await self._cut(held)
            if person is not None:
                await self._sweep_all(held, person)
            await self._finish(held, person)
        except LeaseLost:
            return False
        return True

    async def _claim(self, project_id: str, erasure_id: str) -> _Held | None:
        async with self.database.project(project_id) as session:
            now_ms = await database_now_ms(session)
            claimed = await session.scalars(
                update(Erasure)
                .where(Erasure.id == erasure_id, Erasure.state == "running", Erasure.lease_until_ms <= now_ms)
                .values(epoch=Erasure.epoch + 1, lease_until_ms=now_ms + LEASE_MS)
                .returning(Erasure.epoch)
                .execution_options(synchronize_session=False)
            )
            epoch = claimed.first()
        return None if epoch is None else _Held(erasure_id, project_id, epoch)

    async def _note(self, session: AsyncSession, held: _Held, counts: Mapping[str, int] | None = None) -> Erasure:
        """The row, ours: its lease begins anew, and what went in this commit is counted in it. Raises `LeaseLost`."""
        row = await session.scalar(select(Erasure).where(Erasure.id == held.id).with_for_update())
        if row is None or row.epoch != held.epoch or row.state != "running":
            raise LeaseLost
        row.lease_until_ms = await database_now_ms(session) + LEASE_MS
        if counts:
            total: dict[str, int] = json.loads(row.counts)
            for table, count in counts.items():
                total[table] = total.get(table, 0) + count
            row.counts = json_text(total)
        return row

    # --- steps ------------------------------------------------------------------------------------------

    async def _take_off_lists(self, held: _Held) -> None:
        async with self.database.project(held.project_id, read_only=True) as session:
            row = await session.get_one(Erasure, held.id)
            if not row.person or row.cut_ms is not None:
                return
            person = await seen_again(session, from_text(row.person))
        await self._sweep(held, person, LISTS)

    async def _cut(self, held: _Held) -> Person | None:
        """Cut the person off; who it is, or None if nothing of them is left but to clean up."""
        async with self.database.project(held.project_id) as session:
            row = await self._note(session, held)
            if not row.person:
                return None
            person = from_text(row.person)
            if row.cut_ms is not None:
                return await seen_again(session, person)
            person = await seen_again(session, person)
            now_ms = await database_now_ms(session)
            session.add_all(await self._redeliverable(session, held, person, now_ms))
            # Contacts before conversations, as whoever stores a message locks them.
            await self._note(session, held, {"addresses": await forget_names(session, person.contact_ids)})
            await silence(session, person)
            row.person = as_text(person)
            row.contact_ids = json_text(person.contact_ids)
            row.marks = json_text(sorted({*json.loads(row.marks), *marks_of(self.box, held.project_id, person)}))
            row.cut_ms = now_ms
        return person

    async def _redeliverable(
        self, session: AsyncSession, held: _Held, person: Person, now_ms: int
    ) -> Sequence[ErasedMessage]:
        known = await provider_ids(session, person, now_ms - REDELIVERED_MS)
        until_ms = now_ms + REDELIVERED_MS
        return [
            ErasedMessage(
                id=new_id(), line_id=line_id, digest=self.box.mark(provider_id, purpose_of(line_id)),
                until_ms=until_ms, created_ms=now_ms,
            )
            for line_id, provider_id in known
        ]  # fmt: skip

    async def _sweep_all(self, held: _Held, person: Person) -> None:
        # Who began to store a message before the cut has not seen that it is erased, and would find it new if it were
        # gone (`recado.mailbox.erased`).
        await self._keeping(held, wait_for_older(self.database))
        await self._wait_for_sends(held, person)
        await self._sweep(held, person, [one for one in HOLDINGS if one.table not in SHELLS])
        await self._keeping(held, wait_for_older(self.database))
        async with self.database.project(held.project_id) as session:
            await self._note(session, held)
            person = await seen_again(session, person)
            await silence(session, person)
        await self._wait_for_sends(held, person)
        await self._sweep(held, person, HOLDINGS)
        await self._remove_files(held)

    async def _wait_for_sends(self, held: _Held, person: Person) -> None:
        loop = asyncio.get_running_loop()
        until_s = loop.time() + SENDS_LIMIT_S
        while True:
            async with self.database.project(held.project_id, read_only=True) as session:
                if not await being_sent(session, person):
                    return
            if loop.time() >= until_s:
                raise Unavailable(
                    "A message to this person is still being sent", code="still_sending", verdict=retry_after(10)
                )
            async with self.database.project(held.project_id) as session:
                await self._note(session, held)
            await asyncio.sleep(LOOK_S)

    async def _sweep(self, held: _Held, person: Person, holdings: Sequence[Holding]) -> None:
        for holding in holdings:
            while await self._batch(held, person, holding):
                pass

    async def _batch(self, held: _Held, person: Person, holding: Holding) -> bool:
        """Take away some rows; False if there are none left."""
        async with self.database.project(held.project_id, read_only=True) as session:
            ids = await holding.find(session, person, BATCH)
        if not ids:
            return False
        began_s = time.monotonic()
        async with self.database.project(held.project_id) as session:
            count = await holding.remove(session, person, ids)
            await self._note(session, held, {holding.table: count})
        await asyncio.sleep(max(MIN_PAUSE_S, time.monotonic() - began_s))
        return count > 0

    async def _remove_files(self, held: _Held) -> None:
        """The content of the files, also of one that a process was just writing."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + FILES_LIMIT_S
        while True:
            await remove_deleted(self.database, self.store, held.project_id)
            async with self.database.project(held.project_id) as session:
                await self._note(session, held)
                if not await deleting_soon(session):
                    return
            if loop.time() >= until_s:
                raise Unavailable("A file is still being written", code="media_busy", verdict=retry_after(10))
            await asyncio.sleep(LOOK_S)

    async def _finish(self, held: _Held, person: Person | None) -> None:
        async with self.database.project(held.project_id) as session:
            row = await self._note(session, held)
            row.person = ""
            tables = {"erasures", *json.loads(row.counts)}
        # Before it is done: what is done is not looked at again, and who is not in the list comes back with a backup.
        await list_erased(self.database, self.data_dir / LEDGER)
        scrubbed = await self._keeping(held, scrub(self.database, held.project_id, tables, person))
        async with self.database.project(held.project_id) as session:
            row = await self._note(session, held)
            row.state, row.done_ms = "done", await database_now_ms(session)
            row.scrubbed, row.traces = scrubbed.how, scrubbed.traces
            await record(session, "contact.erased", {"erasure_id": row.id})

    async def _keeping(self, held: _Held, work: Coroutine[None, None, R]) -> R:
        """Do what takes long, and keep the lease meanwhile."""
        task = asyncio.create_task(work)
        try:
            while not (await asyncio.wait([task], timeout=LEASE_MS / 3000))[0]:
                async with self.database.project(held.project_id) as session:
                    await self._note(session, held)
            return task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
