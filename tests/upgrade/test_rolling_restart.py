"""Processes restarted one after the other while people write and programs ask: nobody notices."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from recado.assistants.service import create_assistant
from recado.channels.service import create_line
from recado.db import Database
from recado.kit.crypto import SecretBox
from recado.kit.ports import free_port
from recado.projects.service import create_project
from tests.chaos.checker import judge
from tests.chaos.fleet import APP_SECRET, WEBHOOK_PATH
from tests.chaos.people import Written
from tests.chaos.programs import HOST, RECADO, STOP_WITHIN_S, Program, python
from tests.chaos.rows import Found, held_by, processes, read_all
from tests.chaos.simulator import SimulatorClient, seen
from tests.databases import Databases
from tests.upgrade.fronting import Balancer

KEY, SECRET_KEY = "key-of-the-clinic", "a-key-for-these-tests-only"
LINE = "100200300"
PEOPLE, PROGRAMS = 6, 3
# Generous, for machines with much else to do; a lease that had to run out would add 5 s to what it takes.
ANSWER_WITHIN_S = 20.0


@dataclass(slots=True)
class Talk:
    """What people write and get, each the next message when the last one was answered."""

    simulator: SimulatorClient
    written: list[Written] = field(default_factory=list[Written])
    answered: dict[str, asyncio.Event] = field(default_factory=dict[str, asyncio.Event])
    slowest_s: float = 0.0

    async def person(self, n: int, until: asyncio.Event) -> None:
        for number in itertools.count(1):
            text = f"persona {n} mensaje {number}"
            message = Written(f"wamid.{n}.{number}", str(51_900_000_000 + n), LINE, number, text, ordered=True)
            self.written.append(message)
            arrived = self.answered[text] = asyncio.Event()
            began_s = time.monotonic()
            await self.simulator.write([message])
            await asyncio.wait_for(arrived.wait(), 2 * ANSWER_WITHIN_S)
            self.slowest_s = max(self.slowest_s, time.monotonic() - began_s)
            if until.is_set():
                return

    async def listen(self) -> None:
        cursor = ""
        while True:
            entries, cursor, _ = await self.simulator.entries(cursor, wait_s=1.0)
            for entry in entries:
                if entry["direction"] == "out" and (arrived := self.answered.get(seen(entry).text)):
                    arrived.set()


async def ask(balancer: Balancer, n: int, until: asyncio.Event) -> None:
    """A program that asks one question after the other, and looks around."""
    for number in itertools.count(1):
        words = f"programa {n} pregunta {number}"
        answer = await balancer.ask("POST", f"/v1/conversations/programa-{n}/messages", KEY, {"text": words})
        if answer is not None and answer["response_text"] != words:
            balancer.refused.append(f"{words} was answered {answer}")
        await balancer.ask("GET", "/api/v1/lines", KEY)
        if until.is_set():
            return


async def populate(database: Database) -> None:
    async with database.system() as session:
        project = await create_project(session, "clinica", "Clínica")
    async with database.project(project.id) as session:
        echo = await create_assistant(session, slug="echo", name="Echo", brain="echo", brains={"echo"})
        secrets = {"access_token": "t", "app_secret": APP_SECRET, "verify_token": "v"}
        box = SecretBox([SECRET_KEY])
        await create_line(
            session, box, assistant_id=echo.id, channel="cloud-api", address=LINE, secrets=secrets, max_per_second=1000
        )


@dataclass(slots=True)
class Place:
    """Two processes on one database, a balancer before them, and WhatsApp."""

    database: Database
    programs: list[Program]
    balancer: Balancer
    talk: Talk
    media: Path

    async def start(self) -> None:
        for program in self.programs:
            program.start()
        await self.balancer.until(lambda: len(self.balancer.ready) == len(self.programs))

    async def restart(self, n: int) -> None:
        """As an operator behind a balancer does: told to stop, out of its turn, ended with nothing kept, and back."""
        program, address = self.programs[n], self.balancer.addresses[n]
        before = await processes(self.database)
        program.terminate()
        await self.balancer.until(lambda: address not in self.balancer.ready)
        await program.finish_politely(STOP_WITHIN_S)
        gone = before - await processes(self.database)
        assert len(gone) == 1
        left = await held_by(self.database, sorted(gone))
        assert (left.holdings, left.sending) == ((), 0)
        program.start()
        await self.balancer.until(lambda: address in self.balancer.ready)


@asynccontextmanager
async def place(database_url: str, folder: Path) -> AsyncGenerator[Place]:
    options = ("--port", 0, "--number", LINE, "--retry-initial-s", 0.05, "--retry-max-s", 0.5)
    provider = Program("simulator", python("recado.channels.cloud_api.simulator", *options), {}, folder)
    provider.start()
    simulator = SimulatorClient((await provider.wait_until_said("simulator ready on")).rpartition(" ")[2])
    env = {
        "RECADO_DATABASE_URL": database_url,
        "RECADO_DATA_DIR": str(folder / "data"),
        "RECADO_SECRET_KEY": SECRET_KEY,
        "RECADO_CLOUD_API_BASE_URL": simulator.url,
        "RECADO_STOP_WAIT_S": "60",  # a second signal ends it, when the balancer has seen what /ready says
        "AI_ASSISTANTS_API_KEYS": f"clinica:{KEY}",
        "AI_ASSISTANTS_RATE_LIMIT": "100000/60",
    }

    async def send_to(ready: Sequence[str]) -> None:
        await simulator.connect([f"{address}{WEBHOOK_PATH}" for address in ready], APP_SECRET)

    ports = [free_port() for _ in range(2)]
    programs = [Program(f"up-{n}", [str(RECADO), "up", "--port", str(n), "--no-demo"], env, folder) for n in ports]
    balancer = Balancer([f"http://{HOST}:{port}" for port in ports], send_to)
    made = Place(Database(database_url), programs, balancer, Talk(simulator), folder / "data" / "media")
    tasks = [asyncio.create_task(balancer.run()), asyncio.create_task(made.talk.listen())]
    try:
        yield made
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for program in programs:
            if program.alive:
                program.kill(group=True)  # told to stop, it would wait for the balancer to look away
        provider.stop()
        await balancer.close()
        await simulator.close()
        await made.database.close()


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_rolling_restart_refuses_loses_and_delays_nothing(databases: Databases, tmp_path: Path) -> None:
    url = databases.create("postgresql")
    async with place(url, tmp_path) as here:
        await populate(here.database)
        await here.start()
        until = asyncio.Event()
        async with asyncio.TaskGroup() as flow:
            for n in range(PEOPLE):
                flow.create_task(here.talk.person(n, until))
            for n in range(PROGRAMS):
                flow.create_task(ask(here.balancer, n, until))
            for n in range(len(here.programs)):
                await here.restart(n)
            until.set()
        assert await here.talk.simulator.idle(ANSWER_WITHIN_S)
        assert here.balancer.refused == []
        assert here.talk.slowest_s < ANSWER_WITHIN_S
        came = [seen(one) for one in await here.talk.simulator.transcript() if one["direction"] == "out"]
        found = await read_all(here.database, here.media)
    people = {talk.id for talk in found.talks if talk.line == LINE}
    verdict = judge(here.talk.written, came, _of(found, people), {})
    assert (verdict.violations, verdict.repeats) == ([], 0)
    asked = Counter(row.text for row in found.inbox if row.conversation not in people)
    assert asked == Counter(row.text for row in found.outbox if row.conversation not in people)
    assert set(asked.values()) == {1}
    assert len(asked) == here.balancer.answered["POST"]
    databases.drop(url)


def _of(found: Found, conversations: set[str]) -> Found:
    return replace(
        found,
        inbox=tuple(row for row in found.inbox if row.conversation in conversations),
        outbox=tuple(row for row in found.outbox if row.conversation in conversations),
        talks=tuple(talk for talk in found.talks if talk.id in conversations),
    )
