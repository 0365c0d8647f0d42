"""What programs ask of Recado during a run, beside what people write: sends to many, schedules, webhooks, answers."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from recado.db import Database, database_now_ms
from tests.chaos.cases import KEYS, NEIGHBOUR, PROJECT, Scale, stream
from tests.chaos.fleet import Fleet
from tests.chaos.people import Written, line_addresses
from tests.chaos.programs import HOST, ChaosError
from tests.chaos.rows import last_ticks

T = TypeVar("T")
# What the texts of sends to many begin with; no person writes so.
NOTICE = "aviso"
WEBHOOK_SECRET = "secret-of-the-receiver"
# Where answers are posted that are asked for later.
CALLBACK = "/callback"
# What a schedule's cron says: no tick of it falls into a run. Its ticks are set by hand.
_NEVER = "0 0 29 2 *"
_ANSWER_WITHIN_S = 60.0
_RETRY_S = 0.1
_POLL_S = 0.05
_TICKS_POLL_S = 0.25
# The run begins with these after so many of its messages.
_FIRST, _SECOND = 0.3, 0.6
_SCHEDULES_WITHIN_S = 6.0
# Questions are asked between these parts of the run.
_ASK_FROM, _ASK_TO = 0.1, 0.9


@dataclass(frozen=True, slots=True)
class Notice:
    """A text for some people of one line (`people` are numbers), each to get it once."""

    text: str
    line: str
    people: tuple[str, ...]
    job_id: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick of a schedule, at `due_ms` on the database's clock; its job sends a notice."""

    schedule_id: str
    due_ms: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a program, in a conversation of its own, whose answer is to be posted."""

    text: str
    conversation: str
    job_id: str


@dataclass(slots=True)
class _Planned:
    """A schedule: what its ticks say, how long each waits, how many there were, and the one that is waited for."""

    id: str
    words: list[str]
    waits_s: list[float]
    ticks: int = 0
    tick: Tick | None = None


@dataclass(slots=True)
class Deeds:
    """Asks whichever process answers, and remembers what was asked."""

    fleet: Fleet
    database: Database
    scale: Scale
    seed: int
    receiver_url: str
    notices: list[Notice] = field(default_factory=list[Notice])
    ticks: list[Tick] = field(default_factory=list[Tick])
    questions: list[Asked] = field(default_factory=list[Asked])
    _lines: dict[str, str] = field(default_factory=dict[str, str])
    _http: aiohttp.ClientSession = field(
        default_factory=lambda: aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
    )

    async def close(self) -> None:
        await self._http.close()

    async def prepare(self) -> None:
        """Webhooks of two projects, before anything happens. Each gets what came in for it, and what its jobs did."""
        for project in (PROJECT, NEIGHBOUR):
            asked = {
                "url": f"{self.receiver_url}/{project}",
                "events": ["message.received", "media.*", "job.*"],
                "secret": WEBHOOK_SECRET,
            }
            await self._ask("POST", "webhooks", asked, project=project)
        for line in (await self._ask("GET", "lines"))["items"]:
            self._lines[line["address"]] = line["id"]

    async def run(self, first: list[Written], written: Callable[[], int], answered: Collection[str]) -> None:
        """Everything, at its time. Whoever gets a notice has written before: else WhatsApp would refuse it."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._ask_for_answers(written))
            await self._send_and_plan(group, first, written, answered)

    async def _ask_for_answers(self, written: Callable[[], int]) -> None:
        for n in range(self.scale.questions):
            part = _ASK_FROM + (_ASK_TO - _ASK_FROM) * n / self.scale.questions
            while written() < self.scale.messages * part:  # noqa: ASYNC110 # a count, not an event
                await asyncio.sleep(_POLL_S)
            words, conversation = f"pregunta {n} de un programa", f"programa-{n}"
            asked = {"text": words, "callback_url": f"{self.receiver_url}{CALLBACK}"}
            path = f"/v1/async/conversations/{conversation}/messages"
            job = await self._ask("POST", path, asked, key=f"question-{n}")
            self.questions.append(Asked(words, conversation, job["job_id"]))

    async def _send_and_plan(
        self, group: asyncio.TaskGroup, first: list[Written], written: Callable[[], int], answered: Collection[str]
    ) -> None:
        random = stream(self.seed, "deeds")
        for n, part in enumerate((_FIRST, _SECOND)):
            while written() < self.scale.messages * part:  # noqa: ASYNC110 # a count, not an event
                await asyncio.sleep(_POLL_S)
            line = line_addresses(self.scale.lines)[n]
            known = await self._known([one for one in first if one.line == line], answered)
            people = random.sample(sorted(known), min(len(known), self.scale.recipients))
            await self._send_to_many(f"{NOTICE} {n}: mañana abrimos a las 10", line, people, f"notice-{n}")
            if n == 0:
                group.create_task(self._plan(random.sample(sorted(known), len(known)), line))

    async def _known(self, first: list[Written], answered: Collection[str]) -> set[str]:
        """People who have got an answer: half of all, or as many as are wanted."""
        enough = max(1, min(self.scale.recipients, len({one.person for one in first}) // 2))
        while True:
            known = {one.person for one in first if one.text in answered}
            if len(known) >= enough:
                return known
            await asyncio.sleep(_POLL_S)

    async def _send_to_many(self, words: str, line: str, people: list[str], key: str) -> None:
        asked = {"text": words, "phones": people}
        job = await self._ask("POST", f"lines/{self._lines[line]}/bulk", asked, key=key)
        self.notices.append(Notice(words, line, tuple(people), job["id"]))

    async def _plan(self, people: list[str], line: str) -> None:
        random = stream(self.seed, "schedules")
        planned: list[_Planned] = []
        for n in range(self.scale.schedules):
            words = [f"{NOTICE} de agenda {n}, vez {tick}" for tick in range(self.scale.ticks)]
            waits_s = [random.uniform(0.1, _SCHEDULES_WITHIN_S / self.scale.ticks) for _ in words]
            # One person each: nobody may get so much that pacing holds the run up.
            phones = [people[n % len(people)]]
            order = {"line_id": self._lines[line], "text": words[0], "phones": phones}
            asked = {"name": words[0], "kind": "bulk_send", "cron": _NEVER, "timezone": "UTC", "input": order}
            schedule = await self._ask("POST", "schedules", asked, once=f"name = '{words[0]}'")
            self.notices += [Notice(each, line, tuple(phones), "") for each in words]
            planned.append(_Planned(schedule["id"], words, waits_s))
        await self._keep_ticking(planned)

    async def _keep_ticking(self, planned: list[_Planned]) -> None:
        """One tick of each after the other, with words of its own: a schedule knows its next one only."""
        done: Mapping[str, int | None] = {}
        while planned:
            for one in planned:
                if one.tick is None or done[one.id] == one.tick.due_ms:
                    await self._set_next_tick(one)
            planned = [one for one in planned if one.tick is not None]
            await asyncio.sleep(_TICKS_POLL_S)  # one look for all, and seldom: it takes from what is measured
            done = await last_ticks(self.database)

    async def _set_next_tick(self, one: _Planned) -> None:
        n = one.ticks
        if n == len(one.words):
            one.tick = None
            return
        one.tick = await self._set_tick(one.id, one.words[max(n - 1, 0)], one.words[n], one.waits_s[n])
        one.ticks += 1
        self.ticks.append(one.tick)

    async def _set_tick(self, schedule_id: str, before: str, words: str, in_s: float) -> Tick:
        """Crons know no seconds, and a run is short."""

        async def set_tick() -> Tick:
            async with self.database.system() as session:
                due_ms = await database_now_ms(session) + round(in_s * 1000)
                changed = text(
                    "UPDATE schedules SET next_ms = :due_ms, input = replace(input, :before, :words) "
                    "WHERE CAST(id AS varchar) = :id"
                )
                values = {"due_ms": due_ms, "before": before, "words": words, "id": schedule_id}
                await session.execute(changed, values)
            return Tick(schedule_id, due_ms)

        return await _whenever_it_is_up(set_tick)

    async def _ask(
        self, method: str, path: str, body: Any = None, *, key: str = "", project: str = PROJECT, once: str = ""
    ) -> dict[str, Any]:
        """Ask one process after the other until one answers. `once`: how to find what a lost answer has made."""
        headers = {"X-API-Key": KEYS[project], **({"Idempotency-Key": key} if key else {})}
        until_s = time.monotonic() + _ANSWER_WITHIN_S
        said = "nobody"
        tries = 0
        while time.monotonic() < until_s:
            for member in [one for one in self.fleet.ready if one.port]:
                if once and tries and (found := await self._made_before(once)):
                    return found
                tries += 1
                try:
                    where = path if path.startswith("/") else f"/api/v1/{path}"
                    url = f"http://{HOST}:{member.port}{where}"
                    async with self._http.request(method, url, json=body, headers=headers) as answer:
                        if answer.status < 300:
                            return await answer.json()
                        said = f"{answer.status} {await answer.text()}"
                        if answer.status < 500:
                            raise ChaosError(f"{method} {path} was answered {said}")
                except (aiohttp.ClientError, OSError, TimeoutError) as error:
                    said = type(error).__name__
            await asyncio.sleep(_RETRY_S)
        raise ChaosError(f"{method} {path} was not answered: {said}")

    async def _made_before(self, where: str) -> dict[str, Any] | None:
        async def look() -> dict[str, Any] | None:
            async with self.database.engine.connect() as connection:
                row = (await connection.execute(text(f"SELECT id FROM schedules WHERE {where}"))).first()  # noqa: S608 # ours
            return None if row is None else {"id": str(row[0])}

        return await _whenever_it_is_up(look)


async def _whenever_it_is_up(work: Callable[[], Awaitable[T]]) -> T:
    """Try until the database answers: its server is killed on purpose."""
    until_s = time.monotonic() + _ANSWER_WITHIN_S
    while True:
        try:
            return await work()
        except (SQLAlchemyError, OSError):
            if time.monotonic() >= until_s:
                raise
            await asyncio.sleep(_RETRY_S)
