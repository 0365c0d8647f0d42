"""What programs ask of Recado during a run, beside what people write: sends to many, schedules, webhooks, answers."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import text

from recado.db import Database, database_now_ms
from tests.chaos.asking import Api, whenever_it_is_up
from tests.chaos.attachments import Attachments
from tests.chaos.cases import NEIGHBOUR, PROJECT, Scale, stream
from tests.chaos.people import Written, line_addresses, project_of
from tests.chaos.receiver import CALLBACK, JOB_CALLBACK
from tests.chaos.rows import last_ticks

# What the texts of sends to many begin with; no person writes so.
NOTICE = "aviso"
WEBHOOK_SECRET = "secret-of-the-receiver"
JOB_SECRETS = {PROJECT: "secret-of-its-jobs", NEIGHBOUR: "secret-of-the-others-jobs"}
# What a schedule's cron says: no tick of it falls into a run. Its ticks are set by hand.
_NEVER = "0 0 29 2 *"
_POLL_S = 0.05
_TICKS_POLL_S = 0.25
# Sends to many begin between these parts of the run; schedules are made with the first of them.
_SEND_FROM, _SEND_TO = 0.3, 0.75
_SCHEDULES_WITHIN_S = 6.0
# Questions are asked between these parts of the run.
_ASK_FROM, _ASK_TO = 0.1, 0.9
# Their numbers when they come by a gateway: nobody else's.
_ASKERS = 51_800_000_000


@dataclass(frozen=True, slots=True)
class Notice:
    """A text for some people of one line (`people` are numbers), each to get it once. `job_id`: "" for a schedule's."""

    text: str
    line: str
    people: tuple[str, ...]
    job_id: str
    project: str = PROJECT


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick of a schedule, at `due_ms` on the database's clock; its job sends a notice."""

    schedule_id: str
    due_ms: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a program, in a conversation of its own, whose answer is to be posted. `message` is the program's
    own name of it.
    """

    text: str
    conversation: str
    job_id: str
    project: str = PROJECT
    message: str | None = None


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

    api: Api
    database: Database
    scale: Scale
    seed: int
    receiver_url: str
    attachments: Attachments
    notices: list[Notice] = field(default_factory=list[Notice])
    ticks: list[Tick] = field(default_factory=list[Tick])
    questions: list[Asked] = field(default_factory=list[Asked])
    _lines: dict[str, str] = field(default_factory=dict[str, str])

    async def prepare(self) -> None:
        """Webhooks of two projects, before anything happens. Each gets what came in for it, and what its jobs did."""
        for project in (PROJECT, NEIGHBOUR):
            asked = {
                "url": f"{self.receiver_url}/{project}",
                "events": ["message.received", "media.*", "job.*"],
                "secret": WEBHOOK_SECRET,
            }
            await self.api.ask("POST", "webhooks", asked, project=project)
            for line in (await self.api.ask("GET", "lines", project=project))["items"]:
                self._lines[line["address"]] = line["id"]

    async def run(self, first: list[Written], written: Callable[[], int], answered: Collection[str]) -> None:
        """Everything, at its time. Whoever gets a notice has written before: else WhatsApp would refuse it."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._ask_for_answers(written))
            group.create_task(self.attachments.run(first, written, answered))
            await self._send_and_plan(group, first, written, answered)

    async def _ask_for_answers(self, written: Callable[[], int]) -> None:
        for n in range(self.scale.questions):
            part = _ASK_FROM + (_ASK_TO - _ASK_FROM) * n / self.scale.questions
            while written() < self.scale.messages * part:  # noqa: ASYNC110 # a count, not an event
                await asyncio.sleep(_POLL_S)
            self.questions.append(await self._ask_later(n))

    async def _ask_later(self, n: int) -> Asked:
        """Every third is the neighbour's, every second one comes by a gateway."""
        project = NEIGHBOUR if n % 3 == 2 else PROJECT
        words, where = f"pregunta {n} de un programa", f"{self.receiver_url}{CALLBACK}/{project}"
        asked = {"text": words, "callback_url": where}
        if n % 2 == 0:
            path, conversation, message = f"/v1/async/conversations/programa-{n}/messages", f"programa-{n}", None
        else:
            path, number, message = "/v1/async/channels/whatsapp/gateway/inbound", str(_ASKERS + n), f"pregunta-{n}"
            conversation = f"whatsapp:{number}"
            asked |= {"message_id": message, "from_number": number, "timestamp_iso": "2026-11-21T12:00:00+00:00"}
        job = await self.api.ask("POST", path, asked, key=f"question-{n}", project=project)
        return Asked(words, conversation, job["job_id"], project, message or f"question-{n}")

    async def _send_and_plan(
        self, group: asyncio.TaskGroup, first: list[Written], written: Callable[[], int], answered: Collection[str]
    ) -> None:
        random = stream(self.seed, "deeds")
        lines = line_addresses(self.scale.lines)
        for n in range(self.scale.sends):
            part = _SEND_FROM + (_SEND_TO - _SEND_FROM) * n / self.scale.sends
            while written() < self.scale.messages * part:  # noqa: ASYNC110 # a count, not an event
                await asyncio.sleep(_POLL_S)
            line = lines[n % len(lines)]
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
        project = project_of(line, self.scale.lines)
        callback = {"url": f"{self.receiver_url}{JOB_CALLBACK}/{project}", "secret": JOB_SECRETS[project]}
        asked = {"text": words, "phones": people, "callback": callback}
        job = await self.api.ask("POST", f"lines/{self._lines[line]}/bulk", asked, key=key, project=project)
        self.notices.append(Notice(words, line, tuple(people), job["id"], project))

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
            made = partial(self._made_before, words[0])
            schedule = await self.api.ask("POST", "schedules", asked, found=made)
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

        return await whenever_it_is_up(set_tick)

    async def _made_before(self, name: str) -> dict[str, Any] | None:
        async def look() -> dict[str, Any] | None:
            async with self.database.engine.connect() as connection:
                asked = text("SELECT id FROM schedules WHERE name = :name")
                row = (await connection.execute(asked, {"name": name})).first()
            return None if row is None else {"id": str(row[0])}

        return await whenever_it_is_up(look)
