"""Recado's processes of one case: which ids they have in the database, and who is ready to work."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from recado.db import Database
from recado.kit.ports import free_port
from tests.chaos.cases import BRAINS, Case, Kind, Scale
from tests.chaos.people import line_addresses, project_of
from tests.chaos.programs import HOST, RECADO, STOP_WITHIN_S, ChaosError, Program, python
from tests.chaos.rows import held_by, processes
from tests.chaos.takeover import Able

APP_SECRET = "secret"
WEBHOOK_PATH = "/webhooks/whatsapp"
_SEEN_WITHIN_S = 20.0
_START_AGAIN_S = 0.3
_POLL_S = 0.02


@dataclass(slots=True)
class Member:
    """One process. `owners` are the ids that its last life had in the database (usually one)."""

    kind: Kind
    program: Program
    port: int
    arguments: tuple[str, ...] = ()
    ready: bool = False
    owners: set[str] = field(default_factory=set[str])


class Fleet:
    """Starts, kills and watches the processes of a case."""

    def __init__(self, case: Case, scale: Scale, env: Mapping[str, str], folder: Path, database: Database) -> None:
        self.case = case
        self.scale = scale
        self.able = Able()
        self.kills = 0
        self.starts_s: list[float] = []
        self.database_up = True
        self.members = [_member(n, kind, env, folder) for n, kind in enumerate(case.processes)]
        self._env = env
        self._folder = folder
        self._database = database
        self._database_back_s = 0.0
        self._known: set[str] = set()
        self._starting = asyncio.Lock()
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2))

    @property
    def callback_urls(self) -> list[str]:
        return [f"http://{HOST}:{m.port}{WEBHOOK_PATH}" for m in self.members if m.port]

    @property
    def ready(self) -> list[Member]:
        return [member for member in self.members if member.ready]

    # --- setting up -----------------------------------------------------------------------------------

    async def prepare(self, start_kills: list[float]) -> None:
        """Make the database and the lines. Each of `start_kills` is how long a first start lives before its end."""
        first = ["up", "--port", str(free_port()), "--no-demo"] if self.case.processes[0] == "up" else ["db", "migrate"]
        for lived_s in start_kills:
            await self._kill_first_start(self._recado("first-start", *first), lived_s)
        for n, line in enumerate(line_addresses(self.scale.lines)):
            await self._command(
                "line", "add", "cloud-api", "--project", project_of(line, self.scale.lines),
                "--brain", BRAINS[n % len(BRAINS)],
                "--phone-number-id", line, "--access-token", "t", "--app-secret", APP_SECRET, "--verify-token", "v",
                "--max-per-second", "100000",
            )  # fmt: skip

    async def _kill_first_start(self, program: Program, lived_s: float) -> None:
        """Shorter and shorter until it is met alive: `db migrate` ends by itself."""
        while True:
            program.start()
            await asyncio.sleep(lived_s)
            if program.alive:
                program.kill(group=True)
                self.kills += 1
                return
            lived_s *= 0.7

    async def _command(self, *arguments: str) -> None:
        await self._recado("command", *arguments).finish()

    def _recado(self, name: str, *arguments: str) -> Program:
        return Program(name, [str(RECADO), *arguments], self._env, self._folder)

    # --- starting and killing -------------------------------------------------------------------------

    async def start_all(self) -> None:
        for member in self.members:
            await self.start(member)

    async def start(self, member: Member) -> None:
        """Start a process and return when it is ready. One starts after the other, so that ids are told apart."""
        async with self._starting:
            member.owners = set()
            while True:
                asked_s = time.monotonic()
                member.program.start()
                try:
                    await self._wait_until_ready(member)
                    break
                except ChaosError:
                    # Without a database a process may end at once: whatever looks after it starts it again.
                    if member.program.alive or self._had_a_database_since(asked_s):
                        raise
                await asyncio.sleep(_START_AGAIN_S)
            self.starts_s.append(time.monotonic() - asked_s)
            member.ready = True
            self.tell_able()

    async def _wait_until_ready(self, member: Member) -> None:
        if member.port:
            await member.program.wait_until_answers(f"http://{HOST}:{member.port}/health", self._http)
        else:
            await member.program.wait_until_said("worker runs")
        await self._learn_ids(member)

    async def start_and_kill(self, member: Member, lived_s: float) -> float:
        """Start a process and kill it so long after, whether it was ready or not; the moment of its death."""
        async with self._starting:
            member.owners = set()
            while True:
                asked_s = time.monotonic()
                member.program.start()
                await asyncio.sleep(lived_s)
                if member.program.alive:
                    break
                if self._had_a_database_since(asked_s):
                    raise ChaosError(f"{member.program.name} ended by itself\n{member.program.tail()}")
                await asyncio.sleep(_START_AGAIN_S)
            killed_s = member.program.kill(group=False)
            self.kills += 1
            await self._note_new(member)
            return killed_s

    def kill(self, member: Member, *, group: bool) -> float:
        """`kill -9`; the moment of its death."""
        killed_s = member.program.kill(group=group)
        self.kills += 1
        member.ready = False
        self.tell_able()
        return killed_s

    async def migrate_as_later_release(self) -> None:
        """The next release changes the database while this one works. A process that is alone does so at its start."""
        if len(self.members) > 1:
            await Program("migration", later_release("db", "migrate"), self._env, self._folder).finish()

    async def exchange(self, member: Member) -> float:
        """Stop a process as operators do and start the later release in its place; the seconds that the stop took."""
        member.ready = False
        self.tell_able()
        took_s = await member.program.finish_politely(STOP_WITHIN_S)
        left = await held_by(self._database, sorted(member.owners))
        if left.holdings or left.sending:
            raise ChaosError(f"{member.program.name} stopped and kept {left}")
        member.program.become(later_release(*member.arguments))
        await self.start(member)
        return took_s

    def tell_database(self, *, up: bool) -> None:
        """Note that the database goes down on purpose, or is back."""
        self._database_back_s = time.monotonic() if up else self._database_back_s
        self.database_up = up
        self.tell_able()

    def _had_a_database_since(self, at_s: float) -> bool:
        return self.database_up and self._database_back_s < at_s

    def tell_able(self) -> None:
        """Note whether there is somebody to take work over."""
        self.able.set(self.database_up and any(member.kind != "api" for member in self.ready))

    async def _learn_ids(self, member: Member) -> None:
        until = time.monotonic() + _SEEN_WITHIN_S
        while time.monotonic() < until:
            if await self._note_new(member):
                return
            await asyncio.sleep(_POLL_S)
        raise ChaosError(f"{member.program.name} gave no sign of life\n{member.program.tail()}")

    async def _note_new(self, member: Member) -> bool:
        """Ids that appeared since the last look are those of the process that was started last."""
        new = await processes(self._database) - self._known
        member.owners |= new
        self._known |= new
        return bool(new)

    def raise_if_any_ended(self) -> None:
        """A process that ends by itself is a defect."""
        for member in self.ready:
            if not member.program.alive:
                raise ChaosError(f"{member.program.name} ended by itself\n{member.program.tail()}")

    async def close(self) -> None:
        for member in self.members:
            member.program.stop()
        await self._http.close()


def _member(n: int, kind: Kind, env: Mapping[str, str], folder: Path) -> Member:
    port = 0 if kind == "worker" else free_port()
    arguments = {
        "up": ["up", "--port", str(port), "--no-demo"],
        "api": ["api", "--port", str(port)],
        "worker": ["worker"],
    }[kind]
    return Member(kind, Program(f"{kind}-{n}", [str(RECADO), *arguments], env, folder), port, tuple(arguments))


def later_release(*arguments: str) -> list[str]:
    return python("tests.upgrade.newer", *arguments)
