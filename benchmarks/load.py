"""The people of a benchmark: sends their webhooks, waits for their replies at the stub and checks each one.

    python -m benchmarks.load --target 8000 --stub 9000 --people 300 --messages 10 [--rate 500]

Without --rate it goes as fast as its connections are answered (closed loop); with it, webhooks are due at fixed times
and every latency counts from then. Prints a `Report` as JSON; ends with 1 when anything was lost, doubled or
misordered.
"""

import argparse
import asyncio
import dataclasses
import gc
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import uvloop

from benchmarks import control
from benchmarks.dispatch import Dispatcher, Webhook
from benchmarks.payloads import APP_SECRET, WEBHOOK_PATH, line_ids, signature_header, text_webhook
from benchmarks.stub import Counts
from benchmarks.verdict import Report, judge
from benchmarks.wire import OK, Link, post

POLL_S = 0.05
# A provider opens as many as it has webhooks for. With 32, commits were so small that two processes could not have more
# work than one; twice as many as these make the rates of one process no higher.
CONNECTIONS = 64
# After the last reply: long enough to see a reply that was sent twice.
QUIET_S = 0.3


@dataclass(frozen=True)
class Load:
    """What to send. A person writes on one line; the first numbers of all people come first, then their second ones."""

    targets: list[int]
    stub: int
    people: int = 300
    messages: int = 10
    connections: int = CONNECTIONS
    lines: int = 1
    first_person: int = 0
    people_step: int = 1
    rate: float | None = None
    within_s: float = 60.0
    secret: str = APP_SECRET


def build(load: Load) -> list[Webhook]:
    """All webhooks, signed, in the order in which they go out."""
    run = os.urandom(6).hex()
    lines = line_ids(load.lines)
    people = range(load.first_person, load.first_person + load.people * load.people_step, load.people_step)
    webhooks: list[Webhook] = []
    for number in range(load.messages):
        for person in people:
            body = text_webhook(lines[person % load.lines], person, number, run)
            webhooks.append(Webhook(person, number, post(WEBHOOK_PATH, body, signature_header(body, load.secret))))
    return webhooks


async def wait_for_replies(load: Load, expected: int) -> None:
    """Until the stub has taken as many as were sent, at most `within_s`, and a moment more for doubles."""
    deadline = time.monotonic() + load.within_s
    while time.monotonic() < deadline:
        if (await asyncio.to_thread(control.counts, load.stub))["messages"] >= expected:
            break
        await asyncio.sleep(POLL_S)
    await asyncio.sleep(QUIET_S)


async def wait_for_statuses(load: Load) -> Counts:
    """Until the subject answered every status webhook, at most `within_s`."""
    deadline = time.monotonic() + load.within_s
    while True:
        counts = await asyncio.to_thread(control.counts, load.stub)
        answered = counts["statuses_taken"] + counts["statuses_refused"]
        if answered >= counts["statuses_due"] or time.monotonic() > deadline:
            return counts
        await asyncio.sleep(POLL_S)


async def run(load: Load) -> Report:
    webhooks = build(load)
    links = [Link(load.targets[n % len(load.targets)]) for n in range(load.connections)]
    await asyncio.gather(*(link.open() for link in links))
    gc.freeze()
    await Dispatcher(links).send_all(webhooks, load.rate, load.within_s)
    await wait_for_replies(load, sum(webhook.status == OK for webhook in webhooks))
    counts = await wait_for_statuses(load)
    report = judge(webhooks, await asyncio.to_thread(control.record, load.stub), counts)
    for link in links:
        link.close()
    return report


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.load", description="People who write, and check what they get.")
    parser.add_argument("--target", type=int, action="append", required=True, metavar="PORT", help="may repeat")
    parser.add_argument("--stub", type=int, required=True, metavar="PORT")
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--messages", type=int, default=10, help="of each person")
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    parser.add_argument("--lines", type=int, default=1)
    parser.add_argument("--first-person", type=int, default=0)
    parser.add_argument("--people-step", type=int, default=1, help="from one person's number to the next one's")
    parser.add_argument("--rate", type=float, help="webhooks a second; without it, as fast as it goes")
    parser.add_argument("--within", type=float, default=60.0, help="seconds to wait for the last answers")
    parser.add_argument("--app-secret", default=APP_SECRET)
    parser.add_argument("--json", type=Path, help="write the report here instead of printing it")
    return parser


def main() -> None:
    given = arguments().parse_args()
    load = Load(
        targets=given.target,
        stub=given.stub,
        people=given.people,
        messages=given.messages,
        connections=given.connections,
        lines=given.lines,
        first_person=given.first_person,
        people_step=given.people_step,
        rate=given.rate,
        within_s=given.within,
        secret=given.app_secret,
    )
    report = uvloop.run(run(load))
    text = json.dumps(dataclasses.asdict(report), indent=1)
    if given.json:
        given.json.write_text(text)
    else:
        print(text)
    sys.exit(0 if report.correct else 1)


if __name__ == "__main__":
    main()
