"""`make test-api`: a real `recado up` on each database, called without a key, with one, and with another project's.

Ends with 1 if Schemathesis finds anything.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.databases import KINDS, Databases
from tests.fuzz.running import CALLERS, fuzz

SECONDS = 60


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=SECONDS, help="for all runs together")
    parser.add_argument("--database", choices=KINDS, action="append", help="only this one")
    parser.add_argument("--caller", choices=CALLERS, action="append", help="only this one")
    parser.add_argument("--seed", type=int, help="repeat what was generated with it")
    chosen = parser.parse_args()
    kinds, callers = chosen.database or KINDS, chosen.caller or CALLERS
    each_s = max(1, chosen.seconds // (len(kinds) * len(callers)))
    found = 0
    with tempfile.TemporaryDirectory() as folder:
        databases = Databases(Path(folder))
        try:
            for kind in kinds:
                place = Path(folder) / kind
                place.mkdir()
                found += fuzz(place, databases.create(kind), callers, ["--max-time", str(each_s)], chosen.seed)
        finally:
            databases.close()
    runs = len(kinds) * len(callers)
    sys.stdout.write(f"{found} of {runs} runs found something\n" if found else f"{runs} runs found nothing\n")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
