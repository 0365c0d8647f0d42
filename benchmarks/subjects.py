"""Starting what is measured, each with the stub it sends to, and putting a load on it."""

import contextlib
import itertools
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from benchmarks import control
from benchmarks.cases import Case
from benchmarks.payloads import ACCESS_TOKEN, APP_SECRET, VERIFY_TOKEN, WEBHOOK_PATH, line_ids
from benchmarks.postgres import Server
from benchmarks.processes import REPOSITORY, BenchmarkError, finish, module, running, wait_until_ready
from benchmarks.procfs import cpu_s, pss_mb
from benchmarks.verdict import Report
from benchmarks.wire import HOST
from recado.kit.ports import free_port

RECADO = REPOSITORY / ".venv/bin/recado"
PYWA_PYTHON = REPOSITORY / ".venv/bench/bin/python"
COMMAND_WITHIN_S = 60.0
# It keeps nothing, so there is nothing to wait for; overloaded, it does not end by itself.
PYWA_STOP_WITHIN_S = 0.5
# A bench must not meet the pacing of lines; that of contacts (a burst of 45) is not met with 10 messages each.
MAX_PER_SECOND = 100_000
# Enough to open every connection and cache on the way; these people never come again.
WARM_UP_PEOPLE = 64
FIRST_MEASURED_PERSON = 1_000_000

_serial = itertools.count(1)


@dataclass(frozen=True)
class Bench:
    """Where a benchmark keeps its files, and the PostgreSQL server it may use."""

    folder: Path
    postgres: Server | None

    def new_folder(self, name: str) -> Path:
        folder = self.folder / f"{next(_serial):03d}-{name}"
        folder.mkdir()
        return folder


@dataclass(frozen=True)
class Subject:
    """Something that answers webhooks on `ports` and sends to the stub on `stub`."""

    folder: Path
    ports: list[int]
    stub: int
    lines: int
    groups: list[int]


@dataclass(frozen=True)
class Sample:
    """One measurement: what the load saw, and what the subject (not its database server) used meanwhile."""

    report: Report
    cpu_ms_per_message: float
    pss_mb: float
    postgres_cpu_ms_per_message: float = 0.0


@contextlib.contextmanager
def started(bench: Bench, case: Case) -> Generator[Subject]:
    """The subject of a case with a fresh stub and an empty database, ready for a load."""
    with new_database(bench, case) as (folder, url):
        prepare(case, folder, url)
        with on_database(case, folder, url) as subject:
            yield subject


@contextlib.contextmanager
def new_database(bench: Bench, case: Case) -> Generator[tuple[Path, str]]:
    """A folder and the URL of an empty database for one start."""
    folder = bench.new_folder(case.name)
    if case.database != "postgresql":
        yield folder, f"sqlite:///{folder / 'bench.db'}"
        return
    if bench.postgres is None:
        raise BenchmarkError("this case needs PostgreSQL")
    name = f"bench_{folder.name[:3]}"
    bench.postgres.settle()
    try:
        yield folder, bench.postgres.create(name)
    finally:
        bench.postgres.drop(name)


@contextlib.contextmanager
def on_database(case: Case, folder: Path, url: str) -> Generator[Subject]:
    """The subject of a case on a database that `prepare` has seen; it may hold messages already."""
    ports = [free_port() for _ in range(case.processes)]
    stub = free_port()
    statuses = [f"--statuses=http://{HOST}:{port}{WEBHOOK_PATH}" for port in ports] if case.statuses else []
    with contextlib.ExitStack() as stack:
        child = stack.enter_context(
            running("stub", module("stub", "--port", stub, "--app-secret", APP_SECRET, *statuses), folder)
        )
        wait_until_ready(child, stub, "/control/counts")
        if case.subject == "bare":
            groups = [_start_bare(stack, folder, ports[0], stub, url)]
        elif case.subject == "pywa":
            groups = [_start_pywa(stack, folder, ports[0], stub)]
        else:
            groups = _start_recado(stack, folder, ports, recado_env(folder, url, stub))
        yield Subject(folder, ports, stub, case.lines, groups)


def _start_bare(stack: contextlib.ExitStack, folder: Path, port: int, stub: int, url: str) -> int:
    argv = module("bare", "--port", port, "--database", url, "--graph", stub)
    child = stack.enter_context(running("bare", argv, folder))
    wait_until_ready(child, port, "/")
    return child.group


def _start_pywa(stack: contextlib.ExitStack, folder: Path, port: int, stub: int) -> int:
    if not PYWA_PYTHON.exists():
        raise BenchmarkError("pywa is not installed: make setup-bench")
    argv = [str(PYWA_PYTHON), "-m", "benchmarks.pywa_bot", "--port", str(port), "--graph", str(stub)]
    child = stack.enter_context(running("pywa", argv, folder))
    child.stop_within_s = PYWA_STOP_WITHIN_S
    wait_until_ready(child, port, WEBHOOK_PATH, any_answer=True)
    return child.group


def recado_env(folder: Path, url: str, stub: int) -> dict[str, str]:
    """What every command of one start gets; processes that share a database share the folder of its keys too."""
    return {
        "RECADO_DATA_DIR": str(folder / "data"),
        "RECADO_DATABASE_URL": url,
        "RECADO_CLOUD_API_BASE_URL": f"http://{HOST}:{stub}",
    }


def prepare(case: Case, folder: Path, url: str) -> None:
    """Make the database and its lines; needed once, and by Recado only."""
    if case.subject == "recado":
        for line in line_ids(case.lines):
            add_line(folder, recado_env(folder, url, free_port()), line, case.brain)


def _start_recado(stack: contextlib.ExitStack, folder: Path, ports: list[int], env: dict[str, str]) -> list[int]:
    groups: list[int] = []
    for n, port in enumerate(ports):
        argv = [str(RECADO), "up", "--port", str(port), "--no-demo"]
        child = stack.enter_context(running(f"recado-{n}", argv, folder, env))
        wait_until_ready(child, port, "/ready")
        groups.append(child.group)
    return groups


def add_line(folder: Path, env: dict[str, str], line: str, brain: str) -> None:
    argv = [str(RECADO), "line", "add", "cloud-api", "--project", "bench", "--brain", brain]
    argv += ["--phone-number-id", line, "--access-token", ACCESS_TOKEN, "--app-secret", APP_SECRET]
    argv += ["--verify-token", VERIFY_TOKEN, "--max-per-second", str(MAX_PER_SECOND)]
    if finish("line-add", argv, folder, COMMAND_WITHIN_S, env) != 0:
        raise BenchmarkError("recado line add failed:\n" + (folder / "line-add.log").read_text()[-2000:])


@dataclass(frozen=True)
class Traffic:
    """What to put on a subject; see `benchmarks.load`."""

    people: int
    messages: int = 10
    rate: float | None = None
    within_s: float = 60.0
    people_step: int = 1


def load(subject: Subject, traffic: Traffic, first_person: int = FIRST_MEASURED_PERSON) -> Report:
    """One load, by a process of its own; the stub starts from nothing."""
    control.clear(subject.stub)
    answer = subject.folder / "load.json"
    answer.unlink(missing_ok=True)
    argv = module("load", "--stub", subject.stub, "--lines", subject.lines, "--first-person", first_person)
    argv += ["--people", str(traffic.people), "--people-step", str(traffic.people_step)]
    argv += ["--messages", str(traffic.messages), "--json", str(answer)]
    argv += ["--within", str(traffic.within_s), *(f"--target={port}" for port in subject.ports)]
    if traffic.rate is not None:
        argv.append(f"--rate={traffic.rate}")
    paced_s = traffic.people * traffic.messages / traffic.rate if traffic.rate else 0.0
    with running("load", argv, subject.folder) as child:
        child.wait(paced_s + 3 * traffic.within_s + COMMAND_WITHIN_S)
        if not answer.exists():
            raise BenchmarkError(f"the load broke off\n{child.tail()}")
    return TypeAdapter(Report).validate_json(answer.read_bytes())


def warm_up(subject: Subject, rate: float | None = None) -> None:
    """A short load that is not measured, but must be answered correctly."""
    report = load(subject, Traffic(WARM_UP_PEOPLE, 2, rate), first_person=0)
    if not report.correct:
        raise BenchmarkError(f"wrong while warming up: {report}")


def measure(bench: Bench, subject: Subject, traffic: Traffic, first_person: int = FIRST_MEASURED_PERSON) -> Sample:
    """A load, with what the subject used during it."""
    database = [bench.postgres.pid] if bench.postgres else []
    before_s, database_before_s = cpu_s(subject.groups), cpu_s(database)
    report = load(subject, traffic, first_person)
    messages = traffic.people * traffic.messages
    return Sample(
        report,
        round((cpu_s(subject.groups) - before_s) * 1000 / messages, 3),
        pss_mb(subject.groups),
        round((cpu_s(database) - database_before_s) * 1000 / messages, 3),
    )
