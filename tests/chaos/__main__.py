"""Kills Recado at random points while people write, and proves that nothing was lost, doubled or mixed up.

    python -m tests.chaos                        all cases, 10,000 messages and 50 kills each
    python -m tests.chaos --case sqlite-1 --messages 1000 --kills 10 --seed 7

Ends with 1 if anything was wrong; what tells why is kept in a folder then.
"""

import argparse
import asyncio
import json
import secrets
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from types import FrameType

from benchmarks.document import write_part
from benchmarks.machine import describe
from benchmarks.results import as_markdown, as_text
from tests.chaos.cases import CASES, FULL, Case, Scale
from tests.chaos.postgres import MortalPostgres
from tests.chaos.programs import ChaosError
from tests.chaos.report import as_json, explanation, table
from tests.chaos.run import Result, run_case

_MEANING = """\
Every message is unique and answered by an echo. "Lost", "doubled", "misordered" and "wrong person" are counted from
what the simulated phones got, from what the database holds, and from what was written. Repeats are second sends of a
message whose first outcome was unknown and of which no status ever came; all of them are marked in the outbox. A
takeover is counted from the kill to the commit with which a living process takes the last thing that the dead one held;
where no worker was left, from the kill or from 5 s (a lease) before one was ready again, whichever is later. "Too late"
is over 5.5 s, for a job over 10 s. "Next answer" is counted from the kill to the next answer that any phone got on a
line of the dead one on which something waited, without that grace: it holds the starts of processes, servers that are
down, and what waits for an outcome that is not known (a process must have listened for statuses for 30 s before it
sends again, and here few live so long). "Start" is how long a process took to be ready.
Besides: every tenth message is a picture, which must be kept once with its bytes; sends to many reach each person once;
schedules have one job for each of their ticks. Programs of two projects upload files and send each to three people, who
get it once with its bytes; every third kill meets a file that is uploaded to WhatsApp or sent. Each job ends once, and
whoever asked for it is told of its end with its result; what a program asks is stored and answered once, and the answer
posted to it: to its project only, signed, with one id and the same words each time. A receiver of webhooks and
callbacks that answers 500, cuts connections or hangs gets every event of its project and none of another, signed, the
same each time, in order but for what a dead process had claimed.
In the middle, when all that was killed is up and what it held is taken over, a later release migrates the database and
every process is stopped (SIGTERM, exit 0, nothing kept) and comes back as that release. "Stop" is how long that took,
"pause" the longest time in which three people or more waited and no phone got an answer, from the begin of the exchange
to its end, or until the first answer after it or the next kill. Who then waits for an outcome that is not known does
not count. It is at most 5.5 s where another process goes on (a stop must be no worse than a kill), 10 s where the only
one is exchanged.
Faults throughout: duplicates, batches, reordering, drops, delays, lost acknowledgements, bad signatures, 429, 500, cut
connections, accepted and then silence, lost statuses, uploads that are not answered."""


def main() -> int:
    options = _options()
    signal.signal(signal.SIGTERM, _leave)
    scale = replace(FULL, messages=options.messages, kills=options.kills)
    wanted = [case for case in CASES if not options.case or case.key in options.case]
    _say(f"seed {options.seed}")
    folder = Path(tempfile.mkdtemp(prefix="recado-chaos-"))
    machine = describe(folder)
    results = [result for case in wanted if (result := _run(case, scale, options.seed, folder)) is not None]
    _tidy(folder)
    rows = table(results)
    _say(as_text(rows))
    if options.json:
        answer = {"seed": options.seed, "machine": machine, "cases": [as_json(result) for result in results]}
        print(json.dumps(answer, indent=1))  # noqa: T201 # what was asked for
    if options.write:
        command = ["make", "chaos"]
        body = f"Seed {options.seed}.\n\n{as_markdown(rows)}\n\n{_MEANING}"
        write_part(options.write, "chaos", "Chaos", machine, command, body)
    return 0 if len(results) == len(wanted) and all(result.ok for result in results) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--case", action="append", choices=[case.key for case in CASES], help="only this; repeatable")
    parser.add_argument("--messages", type=int, default=FULL.messages, help="for each case")
    parser.add_argument("--kills", type=int, default=FULL.kills, help="for each case")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.add_argument("--write", type=Path, help="put the table into this page")
    return parser.parse_args()


def _run(case: Case, scale: Scale, seed: int, folder: Path) -> Result | None:
    """One case, with a PostgreSQL server of its own where it needs one; None if it could not be carried out."""
    _say(f"{case.name}: {scale.messages} messages, {scale.kills} kills")
    place = folder / case.key
    place.mkdir()
    postgres = MortalPostgres() if case.database == "postgresql" else None
    try:
        result = asyncio.run(run_case(case, scale, seed, place, postgres))
    except ChaosError as error:
        _say(f"{case.name} broke off: {error}\n  evidence: {place}")
        return None
    finally:
        if postgres is not None:
            postgres.stop()
    _say(as_text(table([result])))
    for note in result.notes:
        _say(f"  note: {note}")
    if not result.ok:
        _say(explanation(result))
    else:
        _remove(place)
    return result


def _remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()


def _tidy(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()


def _say(text: str) -> None:
    """Progress goes to stderr, so that stdout holds results only."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 # a program's output


def _leave(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
