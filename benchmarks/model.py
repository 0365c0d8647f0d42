"""The Model API on a random tiny model: 2,000 hostile requests, reuse of prefixes, and the server's overhead.

`make bench-model`. It ends with 1 when a goal is missed.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import aiohttp
import uvloop

from benchmarks.document import write_part
from benchmarks.machine import describe
from recado.errors import RecadoError
from recado.kit.logs import configure_logging
from recado.model import places
from recado.model.bench import CONVERSATIONS, Figures, measure
from recado.model.settings import ModelSettings
from recado.wire import read
from tests.model.hostile import requests
from tests.model.server import running_server
from tests.model.tiny import write_tiny_model

ANSWERS = 2_000
AT_ONCE = 8
CONTEXT_TOKENS = 2048
# Hostile contexts are long, in tokens of a byte each.
ANSWER_CONTEXT_TOKENS = 8192
WIDTH = 256
# The goals.
GAIN = 2.0
OVERHEAD_MS = 5.0


async def ask_all(url: str, count: int) -> Counter[str]:
    """How the answers of so many requests turned out."""
    outcomes: Counter[str] = Counter()
    bodies = iter(requests(count, seed=2026))
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(timeout=timeout) as http:

        async def client() -> None:
            for body in bodies:
                async with http.post(f"{url}/chat", json=body) as response:
                    outcomes[_outcome(response.status, await response.json())] += 1

        await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    return outcomes


def _outcome(status: int, answer: dict[str, str]) -> str:
    if status != 200:
        return str(status)
    try:
        read(answer["content"])
    except RecadoError:
        return "invalid"
    return "valid"


def _report(outcomes: Counter[str], took_s: float, figures: Figures) -> str:
    reused, anew, overhead = figures.reused, figures.read_anew, figures.overhead
    assert overhead is not None  # a GGUF
    return "\n".join(
        [
            (
                f"Llamas of 2 layers and 64 (answers) or {WIDTH} dimensions with random weights, which write nonsense: "
                "all form in their answers is the grammar's. One thread, no GPU."
            ),
            "",
            "| what | measured | goal |",
            "|---|---|---|",
            (
                f"| hostile requests of `/chat` with a valid answer | {outcomes['valid']:,} of {outcomes.total():,} "
                f"({outcomes.total() / took_s:.1f}/s) | all |"
            ),
            (
                f"| {CONVERSATIONS} conversations with one long system prompt | {reused.answers_per_s:.1f} answers/s; "
                f"{anew.answers_per_s:.1f} without reuse of prefixes: x {figures.gain:.1f} | x {GAIN:g} |"
            ),
            (
                f"| time that the server adds to llama.cpp's own | {overhead.added_ms:.1f} ms a request (medians "
                f"{overhead.server_ms:.1f} and {overhead.bare_ms:.1f}) | {OVERHEAD_MS:g} ms |"
            ),
            f"| tokens read, known to the cache | {reused.read_per_s:,.0f}/s, {reused.cached:.0%} | |",
            f"| tokens written | {reused.written_per_s:,.0f}/s | |",
            f"| time in the queue, mean | {reused.queue_ms:.1f} ms | |",
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.model")
    parser.add_argument("--answers", type=int, default=ANSWERS)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="also write the figures into this page")
    asked = parser.parse_args()
    configure_logging("WARNING")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = write_tiny_model(folder / "tiny.gguf")
        # Wide enough that reading costs more than its share of the bookkeeping, as with real models.
        wider = write_tiny_model(folder / "wider.gguf", width=WIDTH)
        settings = ModelSettings(path=str(wider), context_tokens=CONTEXT_TOKENS, threads=1)
        figures = uvloop.run(measure(settings, places.locator(settings), places.open_engine))
        print("\n".join(figures.lines()), flush=True)
        variables = {
            "N_CTX": str(ANSWER_CONTEXT_TOKENS),
            "N_THREADS": "1",
            "RECADO_MODEL_SLOTS": str(AT_ONCE),
            "RECADO_MODEL_DEADLINE_S": "600",
        }
        with running_server(model, folder, **variables) as server:
            began_s = time.perf_counter()
            outcomes = asyncio.run(ask_all(server.url, asked.answers))
            took_s = time.perf_counter() - began_s
        print(dict(outcomes))
        machine = describe(folder)
    if asked.write:
        report = _report(outcomes, took_s, figures)
        write_part(asked.write, "model", "Model API", machine, ["make", "bench-model"], report)
    assert figures.overhead is not None
    reached = outcomes["valid"] == asked.answers and figures.gain >= GAIN and figures.overhead.added_ms < OVERHEAD_MS
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
