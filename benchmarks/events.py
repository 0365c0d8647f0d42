"""`make bench-events`: many listeners on one process, and how long an event takes to reach each.

    python -m benchmarks.events [--listeners 1000] [--events 40] [--write docs/benchmarks.md]

`recado up --no-demo` on SQLite. The listeners are sockets in a process of their own (`--listen`); the time of an event
is from the request that makes it (a conversation changes hands) to the last byte of its frame at each listener, all on
one machine's monotonic clock. Ends with 1 when a target is missed, or an event did not reach each listener once, in
order.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from benchmarks.document import write_part
from benchmarks.machine import describe
from benchmarks.processes import (
    BenchmarkError,
    running,
    stop_on_sigterm,
    wait_until_ready,
)
from benchmarks.procfs import pss_mb
from benchmarks.results import as_markdown, as_text
from benchmarks.subjects import RECADO, recado_env
from benchmarks.workplace import say, workplace
from recado.db import Database
from recado.kit import now_ms
from recado.kit.ports import free_port
from recado.mailbox.models import Conversation
from recado.projects.service import Role, create_key, create_project

# What the product promises.
LISTENERS = 1_000
P95_MS = 250.0
MORE_MB = 100.0
EVERY_S = 0.5
HOST = "127.0.0.1"
# Sockets that are opened at the same time.
OPENING = 50
LIMIT_S = 180.0


# --- the listeners' process -------------------------------------------------------------------------------


async def _listen(
    port: int, key: str, events: int, opening: asyncio.Semaphore, ready: asyncio.Semaphore
) -> list[list[str | int]]:
    """One listener: [id, when (ns)] of each event."""
    async with opening:
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(f"GET /api/v1/events/stream HTTP/1.1\r\nHost: {HOST}\r\nX-API-Key: {key}\r\n\r\n".encode())
        while not (await reader.readline()).startswith(b"retry: "):
            if reader.at_eof():
                raise BenchmarkError("a listener was refused")
    ready.release()
    seen: list[list[str | int]] = []
    named = ""
    while len(seen) < events:
        line = await reader.readline()
        if line.startswith(b"id: "):
            named = line[4:].decode().strip()
        elif line.startswith(b"data: "):  # without, an id is a place
            seen.append([named, time.monotonic_ns()])
        elif not line:
            break
    writer.close()
    return seen


async def listen(port: int, key: str, listeners: int, events: int) -> None:
    """Say "ready" when all listen; then print what each saw, as JSON."""
    opening, ready = asyncio.Semaphore(OPENING), asyncio.Semaphore(0)
    async with asyncio.timeout(LIMIT_S):
        tasks = [asyncio.create_task(_listen(port, key, events, opening, ready)) for _ in range(listeners)]
        for _ in range(listeners):
            await ready.acquire()
        print("ready", flush=True)
        print(json.dumps(await asyncio.gather(*tasks)), flush=True)


# --- the benchmark ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    listeners: int
    p50_ms: float
    p95_ms: float
    worst_ms: float
    before_mb: float
    with_mb: float
    correct: bool

    @property
    def met(self) -> bool:
        return self.correct and self.p95_ms < P95_MS and self.with_mb - self.before_mb < MORE_MB


async def _prepare(url: str) -> tuple[str, str]:
    """A key and a conversation to give from hand to hand."""
    database = Database(url)
    async with database.system() as session:
        project = await create_project(session, "bench", "Bench")
        _, token = await create_key(session, project.id, "bench", Role.ADMIN)
        ids = [str(uuid.uuid4()) for _ in range(3)]
        session.add(
            Conversation(
                id=ids[0], project_id=project.id, line_id=ids[1], contact_id=ids[2], send_to="[]", created_ms=now_ms()
            )
        )
    await database.close()
    return token, ids[0]


async def _make_events(port: int, key: str, conversation: str, events: int) -> list[int]:
    """When each event was asked for (ns)."""
    asked: list[int] = []
    async with aiohttp.ClientSession(headers={"X-API-Key": key}) as session:
        for n in range(events):
            await asyncio.sleep(EVERY_S)
            asked.append(time.monotonic_ns())
            way = "take-back" if n % 2 else "hand-over"
            url = f"http://{HOST}:{port}/api/v1/conversations/{conversation}/{way}"
            async with session.post(url) as response:
                if response.status != 200:
                    raise BenchmarkError(f"{way} was answered with {response.status}: {await response.text()}")
    return asked


def measure(folder: Path, listeners: int, events: int) -> Outcome:
    """One run on an empty database."""
    url, port = f"sqlite:///{folder / 'bench.db'}", free_port()
    env = recado_env(folder, url, free_port())
    subprocess.run([str(RECADO), "db", "migrate"], env={**env, "PATH": ""}, check=True, capture_output=True)
    key, conversation = asyncio.run(_prepare(url))
    with running("recado", [str(RECADO), "up", "--port", str(port), "--no-demo"], folder, env) as child:
        wait_until_ready(child, port, "/ready")
        asyncio.run(_make_events(port, key, conversation, 2))  # warm
        before_mb = pss_mb([child.group])
        argv = [sys.executable, "-m", "benchmarks.events", f"--listen={port}", f"--key={key}"]
        argv += [f"--listeners={listeners}", f"--events={events}"]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as load:
            assert load.stdout is not None
            if load.stdout.readline() != "ready\n":
                raise BenchmarkError(f"the listeners did not get ready\n{child.tail()}")
            asked = asyncio.run(_make_events(port, key, conversation, events))
            seen: list[list[tuple[str, int]]] = json.loads(load.stdout.readline())
            with_mb = pss_mb([child.group])
    took = sorted((at - asked[n]) / 1e6 for one in seen for n, (_, at) in enumerate(one))
    correct = len({tuple(event for event, _ in one) for one in seen}) == 1 and len(took) == listeners * events
    return Outcome(listeners, took[len(took) // 2], took[int(len(took) * 0.95)], took[-1], before_mb, with_mb, correct)


def table(outcomes: Sequence[Outcome]) -> list[list[str]]:
    head = [
        "listeners",
        "p50 ms",
        "p95 ms",
        "worst ms",
        "MB without",
        "MB with",
        "more MB",
        "each once, in order",
        "target",
    ]
    return [
        head,
        *(
            [
                *(str(one.listeners), f"{one.p50_ms:.0f}", f"{one.p95_ms:.0f}", f"{one.worst_ms:.0f}"),
                *(f"{one.before_mb:.0f}", f"{one.with_mb:.0f}", f"{one.with_mb - one.before_mb:.0f}"),
                *("yes" if one.correct else "NO", "met" if one.met else "MISSED"),
            ]
            for one in outcomes
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.events", description="Listeners of live events on one process.")
    parser.add_argument("--listeners", type=int, default=LISTENERS)
    parser.add_argument("--events", type=int, default=40)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the table into this page")
    parser.add_argument("--listen", type=int, metavar="PORT", help=argparse.SUPPRESS)
    parser.add_argument("--key", help=argparse.SUPPRESS)
    given = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, given.listeners + 1_000), most))
    if given.listen:
        asyncio.run(listen(given.listen, given.key, given.listeners, given.events))
        return
    stop_on_sigterm()
    try:
        with workplace(False) as bench:
            outcomes = [measure(bench.new_folder("events"), given.listeners, given.events)]
            machine = describe(bench.folder)
    except BenchmarkError as error:
        sys.exit(str(error))
    rows = table(outcomes)
    say(machine)
    print(f"\n{as_text(rows)}")
    if given.write:
        command = ["python", "-m", "benchmarks.events", *sys.argv[1:]]
        write_part(given.write, "events", "Listeners of live events", machine, command, as_markdown(rows))
    sys.exit(0 if all(one.met for one in outcomes) else 1)


if __name__ == "__main__":
    main()
