"""The engine on llama.cpp when the process of it dies: a tiny model, really killed."""

import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest_asyncio

from recado.model.engine import ChatMessage, EngineLimits, Generation, Located
from recado.model.llama import LlamaCpp, open_llama

SHORT = Generation((ChatMessage("user", "hola"),), 4, 0.0)


@pytest_asyncio.fixture
async def engine(tiny_model: Path) -> AsyncIterator[LlamaCpp]:
    before = psutil.Process().children()
    one = await open_llama(Located(tiny_model, "tiny"), EngineLimits(1, 2048, 1), lambda _percent: None)
    yield one
    await one.close()
    assert [child for child in psutil.Process().children() if child not in before] == []


def kill_unheard() -> None:
    """Kill the engine's process. It has ended on return; nobody has told the event loop so far."""
    (process,) = [child for child in psutil.Process().children() if "recado.model.llama_process" in child.cmdline()]
    process.send_signal(signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):  # somebody waited for it before us: it has ended too
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)


async def test_a_request_just_after_its_death_is_answered_by_the_next_one(engine: LlamaCpp) -> None:
    kill_unheard()
    pieces = [piece async for piece in engine.generate(SHORT, 0)]
    assert pieces[-1].finish is not None
