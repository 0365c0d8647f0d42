"""Runs Schemathesis, a process of its own, against a Recado that is another."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from recado.api import OPENAPI_PATH
from recado.settings import Settings
from tests.cli.terminal import Installation, free_port
from tests.fuzz.seeding import NUMBERS, Seeded, seed

Caller = Literal["nobody", "ours", "theirs"]
# Nobody has no key; `ours` uses what is its own; `theirs` has a key of its own, and asks for what is ours.
CALLERS: tuple[Caller, ...] = ("nobody", "ours", "theirs")
ROOT = Path(__file__).parent.parent.parent
RUN_LIMIT_S = 300
# What a loaded machine would fail: an answer after 10 s, and inputs that are slow to make.
PATIENCE = ("--request-timeout", "60", "--suppress-health-check", "too_slow")
OFF = {f"RECADO_LIMIT_PER_{what}": "off" for what in ("ADDRESS", "KEY", "PROJECT")}


def fuzz(folder: Path, url: str, callers: Sequence[Caller], options: Sequence[str], seed_number: int | None) -> int:
    """Start a Recado on this database, empty until now, and call it; how many of the callers found something."""
    port, graph = free_port(), free_port()
    base = f"http://127.0.0.1:{graph}"
    installation = Installation(folder, RECADO_DATABASE_URL=url, RECADO_CLOUD_API_BASE_URL=base, **OFF)
    seeded = asyncio.run(seed(Settings(database_url=url, data_dir=folder / "data")))
    numbers = [part for number in NUMBERS.values() for part in ("--number", number)]
    simulate = ("simulate", "cloud-api", "--port", str(graph), *numbers)
    with (
        installation.running(*simulate, until="simulator ready"),
        installation.running("up", "--no-demo", "--port", str(port), until="Stop "),
    ):
        given = [*options, *([] if seed_number is None else ["--seed", str(seed_number)])]
        return sum(_run(folder, f"http://127.0.0.1:{port}", caller, seeded, given) != 0 for caller in callers)


def _run(folder: Path, url: str, caller: Caller, seeded: dict[str, Seeded], options: Sequence[str]) -> int:
    foreign = {"nobody": ("ours", "theirs"), "ours": ("theirs",), "theirs": ("ours",)}[caller]
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks",
        "FUZZ_IDS": json.dumps(seeded["ours"].ids),
        "FUZZ_FOREIGN": json.dumps([mark for name in foreign for mark in seeded[name].marks]),
        "FUZZ_KEEPS": str(int(caller == "ours")),
    }
    key = [] if caller == "nobody" else ["--header", f"X-API-Key: {seeded[caller].key}"]
    # Without a key everything is refused, and that is no acceptance of what is right.
    excluded = ["--exclude-checks", "positive_data_acceptance"]
    command = [Path(sys.executable).parent / "st", "run", url + OPENAPI_PATH, *key, *options, *excluded]
    done = subprocess.run(
        [*command, *PATIENCE, "--continue-on-failure", "--no-shrink", "--warnings", "off"],
        cwd=folder, env=environment, timeout=RUN_LIMIT_S, check=False,
    )  # fmt: skip
    return done.returncode
