"""One case from its empty database to its verdict."""

import asyncio
import contextlib
import json
import math
import shutil
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, Literal

from recado.db import Database
from tests.chaos.asking import Api
from tests.chaos.attachments import Attachments
from tests.chaos.blows import Meter, plan
from tests.chaos.cases import FAULTS, KEYS, MEDIA_FAULTS, REORDER, Case, Scale, stream
from tests.chaos.checker import Verdict, judge
from tests.chaos.deeds import Deeds
from tests.chaos.fleet import APP_SECRET, Fleet
from tests.chaos.killer import Killer
from tests.chaos.pauses import Pause, asked, pause_of_upgrade
from tests.chaos.people import Written, line_addresses, slices, write
from tests.chaos.postgres import MortalPostgres
from tests.chaos.programs import ChaosError, Program, python
from tests.chaos.receiver import Post, read_posts
from tests.chaos.rows import dump, on_lines, open_sides, open_work, read_all, stored
from tests.chaos.sides import Sides, is_aside, judge_sides
from tests.chaos.simulator import Seen, SimulatorClient, seen
from tests.chaos.takeover import Takeover, first_answers_s

# Longer than everything that a message may have to wait for: a lease, a few rounds of back-off, a reconciliation.
STALLED_S = 90.0
# Webhooks and statuses that are still under way when the last answer has been seen.
_IDLE_WITHIN_S = 60.0
_POLL_S = 0.1
# What the receiver of webhooks wrote down.
POSTS = "posts.jsonl"
# Meta's errors that are faults on order; any other means that Recado sent something wrong.
_ORDERED_ERRORS = frozenset({"130429", "131000", "131016", "2"})
# 503: not stored, come again. 401: a bad signature on order. "none": there was nobody to answer.
_EXPECTED_ANSWERS = frozenset({"200", "401", "503", "none"})


@dataclass(slots=True)
class Result:
    """What came out of one case. `notes` are lines of the logs that tell of errors nobody expected."""

    case: Case
    verdict: Verdict
    takeovers: list[Takeover]
    first_answers_s: list[float]
    kills: int
    crashes: int
    seconds: float
    starts_s: list[float]
    stops_s: list[float]
    pause: Pause
    pause_limit_s: float
    faults: dict[str, int]
    notes: list[str]
    evidence: Path | None = None

    @property
    def late(self) -> list[str]:
        return [f"{takeover.victim}: {text}" for takeover in self.takeovers for text in takeover.late]

    @property
    def paused_too_long(self) -> bool:
        """Also if nobody can tell: people write during every upgrade."""
        seconds = math.inf if self.pause.seconds is None else self.pause.seconds
        return seconds > self.pause_limit_s

    @property
    def ok(self) -> bool:
        return not (self.verdict.violations or self.late or self.paused_too_long)


@dataclass(slots=True)
class _Progress:
    """How far the run is, as the people see it."""

    total: int
    written: int = 0
    answered: set[str] = field(default_factory=set[str])
    written_ms: dict[str, int] = field(default_factory=dict[str, int])
    entries: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    moved_s: float = field(default_factory=time.monotonic)
    sides: int = 0
    starts: int = 0

    def meter(self, name: Literal["written", "answered"]) -> int:
        return self.written if name == "written" else len(self.answered)

    @property
    def owed(self) -> int:
        return self.written - len(self.answered)

    @property
    def stalled(self) -> bool:
        return time.monotonic() - self.moved_s > STALLED_S

    def moved(self) -> None:
        self.moved_s = time.monotonic()


@dataclass(slots=True)
class Run:
    """One case under way, with everything that it started."""

    case: Case
    scale: Scale
    seed: int
    folder: Path
    database: Database
    simulator: SimulatorClient
    fleet: Fleet
    killer: Killer
    deeds: Deeds
    progress: _Progress
    first: list[Written]
    second: list[Written]

    async def carry_out(self) -> None:
        """Everything is written, killed and answered, or nothing has moved for `STALLED_S`."""
        blows, first_lives_s = plan(self.case, self.scale, self.seed)
        self.deeds.attachments.hold(blow.at - 1 for blow in blows if blow.meter == "files")
        await self.fleet.prepare(first_lives_s)
        await self.simulator.connect(self.fleet.callback_urls, APP_SECRET)
        await self.simulator.set_faults({**FAULTS, **MEDIA_FAULTS}, self.seed)
        await self.fleet.start_all()
        await self.deeds.prepare()
        self.progress.moved()
        reader = asyncio.create_task(self._read())
        writer = asyncio.create_task(self._write())
        killer = asyncio.create_task(self.killer.run(blows))
        deeds = asyncio.create_task(
            self.deeds.run(self.first, lambda: self.progress.written, self.progress.answered), name="deeds"
        )
        ending = asyncio.create_task(self._wait_for_the_end(writer, killer, deeds))
        tasks = (reader, writer, killer, deeds, ending)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in tasks:
            if not task.cancelled() and (error := task.exception()):
                raise error

    # --- the people -----------------------------------------------------------------------------------

    async def _write(self) -> None:
        random = stream(self.seed, "slices")
        await self._write_half(self.first, random)
        # What is still on its way must not be overtaken either.
        while await stored(self.database) < len(self.first):  # noqa: ASYNC110 # another process's count
            await asyncio.sleep(_POLL_S)
        await self.simulator.set_faults({**FAULTS, **MEDIA_FAULTS, **REORDER})
        await self.killer.upgrading.wait()
        await self._write_half(self.second, random)

    async def _write_half(self, messages: Sequence[Written], random: Random) -> None:
        for group in slices(messages, random):
            await self._wait_for_room()
            at_ms = round(time.time() * 1000)
            await self.simulator.write(group)
            self.progress.written_ms.update((message.text, at_ms) for message in group)
            self.progress.written += len(group)
            await asyncio.sleep(random.choice((0.0, 0.01, 0.05)))

    async def _wait_for_room(self) -> None:
        """People who are owed too much wait with their next message."""
        while self.progress.owed > self.scale.waiting:  # noqa: ASYNC110 # a count, not an event
            await asyncio.sleep(0.01)

    async def _read(self) -> None:
        """Follow what reaches the phones; ends only when it is cancelled."""
        cursor = ""
        while True:
            entries, cursor, _ = await self.simulator.entries(cursor, wait_s=0.5)
            for entry in entries:
                if entry["direction"] == "out":
                    self.progress.entries.append(entry)
                    if not is_aside(seen(entry).text):
                        self.progress.answered.add(seen(entry).text)
                    self.progress.moved()

    # --- the end --------------------------------------------------------------------------------------

    async def _wait_for_the_end(self, *programme: "asyncio.Task[None]") -> None:
        """Returns by raising `_Ended`, so that the tasks that never end are ended too."""
        while not self.progress.stalled:
            await asyncio.sleep(_POLL_S)
            self.fleet.raise_if_any_ended()
            if self.progress.starts != (starts := sum(member.program.starts for member in self.fleet.members)):
                self.progress.starts = starts  # on a machine that has much to do a start takes its time
                self.progress.moved()
            if not all(task.done() for task in programme) or len(self.progress.answered) < self.progress.total:
                continue
            if await self._is_quiet() and await self.simulator.idle(_IDLE_WITHIN_S) and await self._is_quiet():
                break
        raise _Ended

    async def _is_quiet(self) -> bool:
        """What is owed to programs takes its time, but it becomes less."""
        left = await open_sides(self.database)
        if left != self.progress.sides:
            self.progress.sides = left
            self.progress.moved()
        return left == 0 and await open_work(self.database) == 0

    async def judge(self) -> tuple[Verdict, list[Takeover], dict[str, Any]]:
        takeovers = await self.killer.takeovers()
        await self.killer.close()
        await self.fleet.close()
        stats = await self.simulator.stats()
        came = [seen(entry) for entry in await self.simulator.transcript() if entry["direction"] == "out"]
        answers = [one for one in came if not is_aside(one.text)]
        written = [*self.first, *self.second][: self.progress.written]
        found = await read_all(self.database, self.folder / "data" / "media")
        talked = on_lines(found, line_addresses(self.scale.lines))
        talked = replace(talked, outbox=tuple(row for row in talked.outbox if not is_aside(row.text)))
        verdict = judge(written, answers, talked, _unexpected(stats))
        posts = read_posts(self.folder / POSTS)
        judge_sides(verdict, await self._sides(written, posts, came), came, found)
        if len(written) < self.progress.total or self.fleet.kills < self.scale.kills:
            verdict.add("unfinished", "", f"only {len(written)} messages were written, {self.fleet.kills} kills done")
        return verdict, takeovers, stats

    async def _sides(self, written: Sequence[Written], posts: Sequence[Post], came: Sequence[Seen]) -> Sides:
        deeds, files = self.deeds, self.deeds.attachments
        contents = {name: await self.simulator.sha256_of(name) for name in {one.file for one in came if one.file}}
        return Sides(
            written=written,
            notices=deeds.notices,
            ticks=deeds.ticks,
            questions=deeds.questions,
            posts=posts,
            broken=self.killer.broken_ms,
            uploads=files.uploads,
            attachments=files.sent,
            contents=contents,
        )

    def answers(self) -> list[Seen]:
        """What phones got as answers, repetitions included."""
        return [one for one in map(seen, self.progress.entries) if not is_aside(one.text)]

    def pause(self) -> Pause:
        """What people noticed of the upgrade."""
        answers = self.answers()
        answered_ms: dict[str, int] = {}
        for one in answers:
            answered_ms[one.text] = min(one.at_ms, answered_ms.get(one.text, one.at_ms))
        persons = {message.text: message.person for message in (*self.first, *self.second)}
        waited = asked(self.progress.written_ms, persons, answered_ms)
        killer, answers_ms = self.killer, [one.at_ms for one in answers]
        return pause_of_upgrade(waited, answers_ms, killer.upgrade_ms, killer.broken_ms, killer.held_up)


class _Ended(Exception):
    """Not an error: the run is over."""


def _unexpected(stats: dict[str, Any]) -> dict[str, int]:
    found = {
        # 200s in all, less those for webhooks with a good signature.
        "badly signed webhooks taken": int(stats["webhook_answers"].get("200", 0)) - int(stats["webhooks_delivered"]),
        "failed statuses": int(stats["statuses"]["failed"]),
        "webhooks never taken": int(stats["pending_webhooks"]),
    }
    found |= {f"Graph error {code}": n for code, n in stats["graph_errors"].items() if code not in _ORDERED_ERRORS}
    answers: dict[str, int] = stats["webhook_answers"]
    found |= {f"webhooks answered {code}": n for code, n in answers.items() if code not in _EXPECTED_ANSWERS}
    return found


# --- around it --------------------------------------------------------------------------------------------


async def run_case(case: Case, scale: Scale, seed: int, folder: Path, postgres: MortalPostgres | None) -> Result:
    """Run one case in `folder` (made by the caller) and judge it. The evidence of a failure stays in the folder."""
    began_s = time.monotonic()
    async with _made(case, scale, seed, folder, postgres) as run:
        try:
            with contextlib.suppress(_Ended):
                await run.carry_out()
            verdict, takeovers, stats = await run.judge()
        except ChaosError:
            with contextlib.suppress(Exception):  # a database that is away must not hide what broke off
                await _keep(run, None)
            raise
        answers_ms = [(one.line, one.at_ms) for one in run.answers()]
        result = Result(
            case=case,
            verdict=verdict,
            takeovers=takeovers,
            first_answers_s=first_answers_s(takeovers, answers_ms),
            kills=run.fleet.kills,
            crashes=run.killer.crashes,
            seconds=time.monotonic() - began_s,
            starts_s=run.fleet.starts_s,
            stops_s=run.killer.stops_s,
            pause=run.pause(),
            pause_limit_s=case.pause_limit_s + scale.pause_slack_s,
            faults={name: int(count) for name, count in stats["faults"].items()},
            notes=_notes(folder),
        )
        if result.pause.seconds is None:
            result.notes.append(f"no pause could be measured at the upgrade: {result.pause.people} people waited")
        if not result.ok:
            await _keep(run, result)
            result.evidence = folder
    return result


@contextlib.asynccontextmanager
async def _made(
    case: Case, scale: Scale, seed: int, folder: Path, postgres: MortalPostgres | None
) -> AsyncGenerator[Run]:
    """A run with its simulator and its database, all of it ended when the block is left."""
    url = f"sqlite:///{folder / 'recado.db'}" if postgres is None else postgres.url()
    numbers = [part for line in line_addresses(scale.lines) for part in ("--number", line)]
    options = ("--port", 0, "--seed", seed, "--retry-initial-s", 0.1, "--retry-max-s", 1.0, *numbers)
    program = Program("simulator", python("recado.channels.cloud_api.simulator", *options), {}, folder)
    options = ("--log", folder / POSTS, "--seed", seed, "--hangs", scale.hangs)
    receiver = Program("receiver", python("tests.chaos.receiver", *options), {}, folder)
    program.start()
    receiver.start()
    try:
        receiver_url = (await receiver.wait_until_said("receiver ready on")).rpartition(" ")[2]
        ready = await program.wait_until_said("simulator ready on")
        simulator = SimulatorClient(ready.rpartition(" ")[2])
        database = Database(url)
        env = {
            "RECADO_DATA_DIR": str(folder / "data"),
            "RECADO_DATABASE_URL": url,
            "RECADO_CLOUD_API_BASE_URL": simulator.url,
            "RECADO_RECONCILE_AFTER_S": str(scale.reconcile_after_s),
            "RECADO_WEBHOOK_NETWORKS": "127.0.0.0/8",
            "AI_ASSISTANTS_API_KEYS": ",".join(f"{project}:{key}" for project, key in KEYS.items()),
            "AI_ASSISTANTS_RATE_LIMIT": "100000/60",
        }
        fleet = Fleet(case, scale, env, folder, database)
        first, second = write(scale, seed)
        progress = _Progress(scale.messages)
        api = Api(fleet)
        files = Attachments(api, database, scale, seed)
        deeds = Deeds(api, database, scale, seed, receiver_url, files)

        def meter(name: Meter) -> int:
            return len(files.sent) if name == "files" else progress.meter(name)

        victims = stream(seed, f"{case.key}/victims")
        killer = Killer(fleet, database, postgres, victims, meter, scale, files.let_go)
        try:
            yield Run(case, scale, seed, folder, database, simulator, fleet, killer, deeds, progress, first, second)
        finally:
            await api.close()
            await killer.close()
            await fleet.close()
            await database.close()
            await simulator.close()
    finally:
        program.stop()
        receiver.stop()


async def _keep(run: Run, result: Result | None) -> None:
    """Everything that tells what happened: texts, transcript, rows, violations; the logs are there already."""
    kept: dict[str, Any] = {
        "written": [asdict(message) for message in (*run.first, *run.second)],
        "transcript": await run.simulator.transcript(),
        "stats": await run.simulator.stats(),
        "rows": await dump(run.database),
    }
    if result is not None:
        kept["violations"] = [asdict(violation) for violation in result.verdict.violations]
        kept["late"] = result.late
        kept["takeovers"] = [asdict(takeover) for takeover in result.takeovers]
    for name, value in kept.items():
        (run.folder / f"{name}.json").write_text(json.dumps(value, indent=1, ensure_ascii=False, default=str))
    shutil.rmtree(run.folder / "data", ignore_errors=True)  # the key of the secrets


def _notes(folder: Path) -> list[str]:
    """Errors in the logs of Recado's processes; of a traceback also what was raised."""
    found: dict[str, int] = {}
    for log in sorted(folder.glob("*.log")):
        lines = log.read_text(errors="replace").splitlines()
        for number, line in enumerate(lines):
            if "Traceback" in line or "_defect" in line or "[error" in line:
                text = f"{log.stem}: {line[line.find('[') :].strip() if '[' in line else line.strip()}"
                if "Traceback" in line:
                    text += f" {_raised(lines[number + 1 :])}"
                found[text] = found.get(text, 0) + 1
    return [f"{text} ({count} times)" for text, count in found.items()]


def _raised(after: list[str]) -> str:
    """What ends the traceback whose first line is before these."""
    return next((line.strip() for line in after if line and not line.startswith(" ")), "")
