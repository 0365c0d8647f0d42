"""The engine on llama.cpp when the process of it dies: a tiny model, really killed."""

import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from recado.model.engine import ChatMessage, EngineLimits, Generation, Located
from recado.model.llama import LlamaCpp, open_llama
from tests.model.tiny import write_tiny_model

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


@pytest.mark.parametrize("window", [64, 512])  # shorter and longer than the prompts
async def test_what_conversations_share_is_read_once_also_by_a_model_that_sees_a_window_only(
    tmp_path: Path, window: int
) -> None:
    model = write_tiny_model(tmp_path / "gemma.gguf", layers=7, window=window)  # the sixth layer sees everything
    one = await open_llama(Located(model, "gemma"), EngineLimits(1, 2048, 1), lambda _percent: None)
    shared = ChatMessage("system", "la consulta cuesta ochenta soles. " * 12)
    read: list[tuple[int, int]] = []
    try:
        for asked in ("hola", "abren los sabados? " * 8, "donde estan? " * 12):
            talk = Generation((shared, ChatMessage("user", asked)), 4, 0.0)
            *_, last = [piece async for piece in one.generate(talk, 0)]
            assert last.usage is not None
            read.append((last.usage.prompt_tokens, last.usage.cached_tokens))
    finally:
        await one.close()
    (all_of_it, _), *later = read
    assert all(cached > all_of_it - 24 for _, cached in later), read
