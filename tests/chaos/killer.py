"""Carries out the plan of a run: kills, restarts, and watches who takes over what the dead held."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from recado.db import Database
from tests.chaos.blows import Blow, Meter
from tests.chaos.cases import Scale
from tests.chaos.fleet import Fleet, Member
from tests.chaos.postgres import MortalPostgres
from tests.chaos.rows import Held, held_by, held_up, sending_files, wait_until_up
from tests.chaos.takeover import Takeover, watch

_POLL_S = 0.002
_RETRY_S = 0.02
# A file waits behind what else is for the person.
_FILE_WITHIN_S = 2.0


@dataclass(slots=True)
class Killer:
    """`meters` tell how far the run is; `random` picks the victims, `let_file_go` has the file sent that a kill is to
    meet. `upgrading` is set when the upgrade begins; `held_up` are the people whose answers then wait for an outcome
    that is not known.
    """

    fleet: Fleet
    database: Database
    postgres: MortalPostgres | None
    random: Random
    meters: Callable[[Meter], int]
    scale: Scale
    let_file_go: Callable[[int], None]
    crashes: int = 0
    stops_s: list[float] = field(default_factory=list[float])
    broken_ms: list[int] = field(default_factory=list[int])
    upgrade_ms: tuple[int, int] = (0, 0)
    upgrading: asyncio.Event = field(default_factory=asyncio.Event)
    held_up: set[str] = field(default_factory=set[str])
    _recoveries: list["asyncio.Task[None]"] = field(default_factory=list["asyncio.Task[None]"])
    _watches: list["asyncio.Task[Takeover]"] = field(default_factory=list["asyncio.Task[Takeover]"])

    async def run(self, blows: list[Blow]) -> None:
        """All blows, and every victim on its feet again."""
        for blow in blows:
            if blow.meter == "files":
                self.let_file_go(blow.at - 1)
            while self.meters(blow.meter) < blow.at:
                self._raise_failures()
                await asyncio.sleep(_POLL_S)
            if blow.meter == "files":
                await self._sending_files(_FILE_WITHIN_S)
            await asyncio.sleep(blow.jitter_s)
            if blow.kind == "database":
                await self._strike_database(blow)
            elif blow.kind == "upgrade":
                await self._upgrade()
            else:
                await self._strike(blow)
        await asyncio.gather(*self._recoveries)

    async def takeovers(self) -> list[Takeover]:
        """What became of everything that the victims held."""
        return list(await asyncio.gather(*self._watches))

    async def close(self) -> None:
        tasks: list[asyncio.Task[Any]] = [*self._recoveries, *self._watches]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _raise_failures(self) -> None:
        for task in self._recoveries:
            if task.done() and not task.cancelled() and (error := task.exception()):
                raise error
        self.fleet.raise_if_any_ended()

    # --- processes ------------------------------------------------------------------------------------

    async def _strike(self, blow: Blow) -> None:
        wanted = 2 if blow.kind == "two" else 1
        while len(self.fleet.ready) < wanted:
            self._raise_failures()
            await asyncio.sleep(_RETRY_S)
        senders = await self._sending_files(0.0) if blow.meter == "files" else []
        others = [member for member in self.fleet.ready if member not in senders]
        victims = [*senders, *self.random.sample(others, len(others))][:wanted]
        killed = [(victim, self.fleet.kill(victim, group=blow.group)) for victim in victims]
        for victim, killed_s in killed:
            self._watch(victim, killed_s, await held_by(self.database, sorted(victim.owners)))
            self._recoveries.append(asyncio.create_task(self._recover(victim, blow)))

    async def _sending_files(self, within_s: float) -> list[Member]:
        """Who sends on a line on which a file is on its way, waiting for that."""
        until_s = time.monotonic() + within_s
        while True:
            owners = await sending_files(self.database)
            found = [member for member in self.fleet.ready if member.owners & owners]
            if found or time.monotonic() >= until_s:
                return found
            await asyncio.sleep(_RETRY_S)

    async def _recover(self, victim: Member, blow: Blow) -> None:
        await asyncio.sleep(blow.pause_s)
        if blow.kind == "start":
            killed_s = await self.fleet.start_and_kill(victim, blow.lived_s)
            self._watch(victim, killed_s, await held_by(self.database, sorted(victim.owners)))
            await asyncio.sleep(blow.pause_s / 2)
        await self.fleet.start(victim)

    def _watch(self, victim: Member, killed_s: float, held: Held) -> None:
        self.broken_ms.append(round(killed_s * 1000))
        watching = watch(self.database, self.fleet.able, victim.program.name, killed_s, held, self.scale.slack_s)
        self._watches.append(asyncio.create_task(watching))

    async def _upgrade(self) -> None:
        """Every process in turn becomes that of a later release. Those that were killed before are up again first, and
        what they held is taken: the pause is to tell of the exchange.
        """
        await asyncio.gather(*self._recoveries)
        await asyncio.gather(*self._watches)
        await self._wait_for_room()
        self.held_up = await held_up(self.database)
        self.upgrading.set()
        began_ms = round(time.time() * 1000)
        await self.fleet.migrate_as_later_release()
        for member in self.fleet.members:
            self.stops_s.append(await self.fleet.exchange(member))
        self.upgrade_ms = (began_ms, round(time.time() * 1000))

    async def _wait_for_room(self) -> None:
        """Until people may write: if all that they are owed waits for outcomes that are not known, nobody does."""
        until_s = time.monotonic() + self.scale.room_within_s
        while time.monotonic() < until_s:
            if self.meters("written") - self.meters("answered") <= self.scale.waiting / 2:
                return
            await asyncio.sleep(_RETRY_S)

    # --- the database ---------------------------------------------------------------------------------

    async def _strike_database(self, blow: Blow) -> None:
        if self.postgres is None:
            return
        self.crashes += 1
        self.broken_ms.append(round(time.time() * 1000))
        self.fleet.tell_database(up=False)
        if not (blow.group and await self.postgres.kill_backend()):
            await self.postgres.crash(blow.pause_s)
        await wait_until_up(self.database)
        self.fleet.tell_database(up=True)
