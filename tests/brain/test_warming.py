"""What is done before the first message comes: it need not be done for it, and it can be broken off."""

import asyncio
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest

from recado.brain.rules.warming import warm
from recado.brain.rules.when import exclusions, resolve, resolver

# In a process of its own: in this one, other tests have long compiled everything.
_COUNTS_WHAT_A_MESSAGE_COMPILES = """
import asyncio, re
from datetime import UTC, datetime
from recado.brain.rules.warming import warm
from recado.brain.rules.when import grammar, resolve

asyncio.run(warm(0, rest=0))
compiled = []
kept = grammar.Alphabet.compile
grammar.Alphabet.compile = lambda *given: compiled.append(given) or kept(*given)
for language in ("es", "en"):
    resolve("el 15 de enero a las 5, not on may 3rd, in two weeks", now=datetime.now(UTC), language=language)
print(len(compiled))
"""


def test_a_first_message_compiles_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _COUNTS_WHAT_A_MESSAGE_COMPILES], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "0"


async def test_it_can_be_broken_off() -> None:
    task = asyncio.create_task(warm(0))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert resolve("mañana", now=datetime(2026, 1, 5, tzinfo=UTC), language="es").date == date(2026, 1, 6)


def test_a_step_taken_twice_changes_nothing() -> None:
    for grammar in (exclusions.GRAMMAR, resolver.MENTIONS):
        for _ in range(2):
            next(grammar.compiling())()
    assert resolve("hoy", now=datetime(2026, 1, 5, tzinfo=UTC), language="es").date == date(2026, 1, 5)


async def test_what_cannot_be_done_ahead_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("the weights cannot be read")

    monkeypatch.setattr("recado.brain.rules.warming.understand", broken)
    await warm(0, rest=0)
