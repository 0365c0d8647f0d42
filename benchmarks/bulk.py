"""`make bench-bulk`: one bulk send to 10,000 people of the simulator, at the line's rate, killed twice on the way.

    python -m benchmarks.bulk [--people 10000] [--rate 200] [--database sqlite] [--kills 2] [--json FILE] [--write PAGE]

Real processes: `recado up` on SQLite, which is started again after each kill; `recado api` and three workers on
PostgreSQL, where the one that runs the job is killed and another goes on. Ends with 1 unless every
person got the message once, and a dead process's job went on within 10 s.
"""

import argparse
import asyncio
import dataclasses
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.bulk_stage import Stage, staged
from benchmarks.document import write_part
from benchmarks.machine import describe
from benchmarks.processes import BenchmarkError, stop_on_sigterm
from benchmarks.results import as_markdown, as_text
from benchmarks.workplace import say, workplace

TEXT = "Mañana abrimos a las 9."
# What the product promises.
RESUME_LIMIT_S = 10.0
# Without any progress for so long, the send is stuck.
STALLED_S = 60.0
_POLL_S = 0.05


@dataclass(slots=True)
class Report:
    """What came out. `resumed_s`: from each kill (on SQLite: from the new start) to the job's next progress."""

    people: int
    rate: float
    seconds: float = 0.0
    counts: dict[str, Any] = field(default_factory=dict[str, Any])
    missing: int = 0
    doubled: int = 0
    resumed_s: list[float] = field(default_factory=list[float])

    @property
    def correct(self) -> bool:
        return not self.missing and not self.doubled and self.counts.get("sent") == self.people

    @property
    def in_time(self) -> bool:
        return all(took < RESUME_LIMIT_S for took in self.resumed_s)


async def run_bulk(folder: Path, url: str, people: int, rate: float, kills: int, *, forget: bool = False) -> Report:
    """Send to `people` and kill the process that runs the job `kills` times, evenly spread.

    With `forget`, a killed process counts as dead at once, as if the time had passed.
    """
    async with staged(folder, url, people, rate) as stage:
        command = "up" if url.startswith("sqlite:") else "worker"
        if command == "worker":
            stage.start("api")
        for _ in range(kills + 1 if command == "worker" else 1):
            await stage.join(command)
        report = Report(people, rate)
        job = await stage.call("POST", f"/lines/{stage.line_id}/bulk", {"text": TEXT, "contact_ids": stage.contact_ids})
        began_s = time.monotonic()
        for kill in range(1, kills + 1):
            await _until(stage, job["id"], kill * people // (kills + 1))
            await _kill_and_replace(stage, job["id"], command, report, forget=forget)
        await _until(stage, job["id"], None)
        report.seconds = time.monotonic() - began_s
        ended = await stage.job(job["id"])
        report.counts = json.loads(ended.progress) if ended.state != "succeeded" else json.loads(ended.result or "{}")
        got = await stage.arrived()
        report.missing, report.doubled = people - len(got), got.total() - len(got)
    return report


async def _kill_and_replace(stage: Stage, job_id: str, command: str, report: Report, *, forget: bool) -> None:
    job = await stage.job(job_id)
    if job.owner not in stage.owners:
        raise BenchmarkError(f"The job is {job.state} and no process has it")
    before = _done(job.progress)
    await stage.kill(job.owner, forget=forget)
    at_s = time.monotonic()
    if not stage.owners:
        await stage.join(command)
        at_s = time.monotonic()
    await _until(stage, job_id, before + 1)
    report.resumed_s.append(time.monotonic() - at_s)
    say(f"killed at {before} of {report.people}, went on after {report.resumed_s[-1]:.1f} s")


def _done(progress: str) -> int:
    counts = json.loads(progress)
    return counts.get("sent", 0) + counts.get("failed", 0) + counts.get("queued", 0)


async def _until(stage: Stage, job_id: str, done: int | None) -> None:
    """Until so many are queued or more, or the job has ended."""
    moved_s, seen = time.monotonic(), -1
    while True:
        job = await stage.job(job_id)
        now_done = _done(job.progress)
        if job.state in ("succeeded", "failed", "cancelled"):
            if done is not None or job.state != "succeeded":
                raise BenchmarkError(f"The job {job.state} at {now_done} ({job.error_code})")
            return
        if done is not None and now_done >= done:
            return
        if now_done != seen:
            moved_s, seen = time.monotonic(), now_done
        if time.monotonic() - moved_s > STALLED_S:
            raise BenchmarkError(f"Nothing moved for {STALLED_S:.0f} s at {now_done}: {job.state} {job.progress}")
        await asyncio.sleep(_POLL_S)


def table(database: str, report: Report) -> list[list[str]]:
    """The result as rows."""
    head = ["database", "people", "line", "took", "a second", "lost", "doubled", "went on after a kill"]
    resumed = ", ".join(f"{took:.1f} s" for took in report.resumed_s) or "-"
    row = [
        database, str(report.people), f"{report.rate:.0f}/s", f"{report.seconds:.0f} s",
        f"{report.people / max(report.seconds, 0.001):.0f}", str(report.missing), str(report.doubled), resumed,
    ]  # fmt: skip
    return [head, row]


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.bulk", description="A bulk send under kills.")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=200.0, help="messages a second of the line")
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result here")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the table into this page")
    given = parser.parse_args()
    stop_on_sigterm()
    try:
        with workplace(given.database == "postgresql") as bench:
            url = f"sqlite:///{bench.folder / 'recado.db'}"
            if given.database == "postgresql":
                if bench.postgres is None:
                    raise BenchmarkError("There is no PostgreSQL to start here")
                url = bench.postgres.create("bulk")
            machine = describe(bench.folder)
            report = asyncio.run(run_bulk(bench.folder, url, given.people, given.rate, given.kills))
    except KeyboardInterrupt:
        sys.exit(130)
    except BenchmarkError as error:
        sys.exit(str(error))
    rows = table(given.database, report)
    judged = f"{'each once' if report.correct else 'WRONG'}; {report.counts}"
    print(f"{machine}\n\n{as_text(rows)}\n\n{judged}")
    if given.json:
        given.json.write_text(json.dumps({"machine": machine, **dataclasses.asdict(report)}, indent=1))
    if given.write:
        command = ["python", "-m", "benchmarks.bulk", *sys.argv[1:]]
        title = f"Bulk send under kills ({given.database})"
        write_part(given.write, f"bulk-{given.database}", title, machine, command, f"{as_markdown(rows)}\n\n{judged}")
    sys.exit(0 if report.correct and report.in_time else 1)


if __name__ == "__main__":
    main()
