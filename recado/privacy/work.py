"""What a worker does for privacy: erasures that were asked for or left behind, and what has aged."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, exists, or_, select, update

from recado.audit.service import remove_older
from recado.channels.models import SeenNotice
from recado.db import Database, database_now_ms
from recado.errors import RecadoError
from recado.kit.logs import place_of
from recado.kit.wakeup import Bell
from recado.mailbox.models import Unrouted
from recado.personal import BATCH, first_id, remove_rows
from recado.privacy.aging import MIN_PAUSE_S, remove_aged
from recado.privacy.erasing import Eraser
from recado.privacy.models import Erasure, Retention
from recado.privacy.service import DAY_MS, days_of

# How late an erasure begins.
LOOK_S = 1.0
# How often a project is looked through for what has aged.
ROUND_MS = 3_600_000
# How often what half a download left behind is looked for.
SWEEP_S = 3600.0
# Providers deliver a notice again for a week, as they do messages (MIN_DAYS of `recado.privacy.service`).
NOTICE_DAYS = 8
# Between two parts of the audit log that go: others write meanwhile.
TRIM_PAUSE_S = 0.05

log = structlog.get_logger(__name__)


def waiting(now: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether there is an erasure that nobody is working on, or a project to look through."""
    erasure = and_(Erasure.state == "running", Erasure.lease_until_ms <= now)
    return or_(exists().where(erasure), exists().where(Retention.due_ms <= now))


@dataclass(slots=True)
class Keeper:
    """Works for one process until `run` is cancelled. Who rings `bell` may let it look by itself less often."""

    database: Database
    eraser: Eraser
    bell: Bell = field(default_factory=Bell)
    look_s: float = LOOK_S
    audit_days: int = 0
    unrouted_days: int = 0
    _trim_at_s: float = float("-inf")
    _deliveries_at_s: float = float("-inf")
    _sweep_at_s: float = float("-inf")

    async def run(self) -> None:
        while True:
            try:
                await self.erase_what_is_asked()
                await self.remove_what_has_aged()
                await self.trim_audit_log()
                await self.remove_old_deliveries()
                await self.sweep_files()
            except Exception as error:  # whatever it is, the next round comes
                log.warning("privacy_waits", **place_of(error))
            await self.bell.wait(self.look_s)

    async def erase_what_is_asked(self) -> int:
        """Carry out the erasures that nobody is working on; how many were done."""
        async with self.database.system(read_only=True) as session:
            now_ms = await database_now_ms(session)
            waiting = select(Erasure.project_id, Erasure.id).where(
                Erasure.state == "running", Erasure.lease_until_ms <= now_ms
            )
            found = (await session.execute(waiting.order_by(Erasure.id))).all()
        done = 0
        for project_id, erasure_id in found:
            try:
                if await self.eraser.work_on(project_id, erasure_id):  # else another process has it
                    done += 1
                    log.info("contact_erased", erasure_id=erasure_id, project_id=project_id)
            except RecadoError as error:
                log.warning("erasure_waits", erasure_id=erasure_id, code=error.code)
        return done

    async def trim_audit_log(self) -> None:
        """Now and then, remove the entries of the whole installation that are older than the setting says. That two
        processes do so at a time does no harm.
        """
        now_s = asyncio.get_running_loop().time()
        if not self.audit_days or now_s < self._trim_at_s:
            return
        removed = 0
        while True:
            async with self.database.system() as session:
                batch = await remove_older(session, self.audit_days)
            if not batch:
                break
            removed += batch
            await asyncio.sleep(TRIM_PAUSE_S)
        self._trim_at_s = now_s + ROUND_MS / 1000
        if removed:
            log.info("audit_trimmed", entries=removed, older_than_days=self.audit_days)

    async def remove_old_deliveries(self) -> None:
        """Now and then, remove what providers delivered long ago and what belongs to no project. That two processes do
        so at a time does no harm.
        """
        now_s = asyncio.get_running_loop().time()
        if now_s < self._deliveries_at_s:
            return
        gone = {"seen_notices": await _remove_everywhere(self.database, SeenNotice, NOTICE_DAYS)}
        if self.unrouted_days:
            gone["unrouted"] = await _remove_everywhere(self.database, Unrouted, self.unrouted_days)
        self._deliveries_at_s = now_s + ROUND_MS / 1000
        if any(gone.values()):
            log.info("old_deliveries_removed", **gone)

    async def sweep_files(self) -> None:
        """Now and then, remove parts of files that nobody will finish. Two processes may do so at a time."""
        now_s = asyncio.get_running_loop().time()
        if now_s >= self._sweep_at_s:
            await self.eraser.store.sweep()
            self._sweep_at_s = now_s + SWEEP_S

    async def remove_what_has_aged(self) -> None:
        """Look through the projects whose turn it is; each is one process's until the next round."""
        async with self.database.system(read_only=True) as session:
            now_ms = await database_now_ms(session)
            due = (await session.scalars(select(Retention.id).where(Retention.due_ms <= now_ms))).all()
        for project_id in due:
            async with self.database.project(project_id) as session:
                claimed = await session.scalars(
                    update(Retention)
                    .where(Retention.id == project_id, Retention.due_ms <= now_ms)
                    .values(due_ms=await database_now_ms(session) + ROUND_MS)
                    .returning(Retention)
                    .execution_options(synchronize_session=False)
                )
                row = claimed.first()
            if row is not None:
                gone = await remove_aged(self.database, project_id, days_of(row))
                if any(gone.values()):
                    log.info("aged_rows_removed", project_id=project_id, **gone)


async def _remove_everywhere(database: Database, model: type[Any], days: int) -> int:
    """Remove the rows of the whole installation that are older than so many days; how many went."""
    async with database.system(read_only=True) as session:
        before_ms = await database_now_ms(session) - days * DAY_MS
    old = (model.id < first_id(before_ms)) & (model.created_ms < before_ms)
    total = 0
    while True:
        async with database.system(read_only=True) as session:
            ids = (await session.scalars(select(model.id).where(old).order_by(model.id).limit(BATCH))).all()
        if not ids:
            return total
        began_s = time.monotonic()
        async with database.system() as session:
            total += await remove_rows(session, model, model.id.in_(ids))
        await asyncio.sleep(max(MIN_PAUSE_S, time.monotonic() - began_s))
