"""Turns with a local model, from a person's phone and back, each part a process of its own. Whatever happens to the
model, everybody is answered, and once."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psutil
import pytest

from tests.brain.llm.scenes import UNKNOWN
from tests.cli.terminal import Installation, free_port
from tests.model.server import Server, eventually, running_server
from tests.scenarios.town import Town

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
BUSY = "recado_model_slots_busy"


@contextmanager
def model(file: Path, folder: Path, port: int) -> Generator[Server]:
    """The Model API with the tiny model, on a port that outlives it."""
    folder.mkdir(exist_ok=True)
    with running_server(file, folder, port, N_CTX="16384", RECADO_MODEL_SLOTS="2") as server:
        yield server


def fell_back(reason: str) -> str:
    return f'recado_model_fallbacks_total{{reason="{reason}"}}'


ANSWERED = 'recado_model_answers_total{outcome="right"}'


async def test_a_model_answers_what_it_is_for_and_only_that(place: Town, model_file: Path, tmp_path: Path) -> None:
    port = free_port()
    with model(model_file, tmp_path / "model", port), place.recado(f"http://127.0.0.1:{port}"):
        ruled = await place.ask("rules", UNKNOWN)
        # What it says is nonsense, which no rule would say.
        assert await place.ask("hybrid", UNKNOWN) != ruled
        assert await place.ask("model", UNKNOWN) != ruled
        await place.until(2, ANSWERED)
        # Neither what the rules are sure of, nor what is urgent, nor a project without budget costs a call.
        for text in ("hola", "no puedo respirar, ayuda!"):
            assert await place.ask("hybrid", text) == await place.ask("rules", text)
        assert await place.ask("poor", UNKNOWN) == ruled
        await place.until(1, fell_back("over_budget"))
        assert await place.metric(ANSWERED) == 2
        assert await place.metric('recado_model_tokens_total{direction="in"}') > 1_000


async def test_a_model_that_is_too_slow_makes_nobody_wait_for_it(place: Town, model_file: Path, tmp_path: Path) -> None:
    port = free_port()
    with (
        model(model_file, tmp_path / "model", port) as server,
        place.recado(f"http://127.0.0.1:{port}", RECADO_MODEL_TIMEOUT_S="1"),
    ):
        ruled = await place.ask("rules", UNKNOWN)
        (engine,) = psutil.Process(server.program.process.pid).children()
        engine.suspend()
        assert await place.ask("model", UNKNOWN) == ruled
        await place.until(1, fell_back("timeout"))
        engine.resume()
        await server.until(BUSY, 0)  # the turn left, and its slot is free


async def test_kill_9_in_mid_answer_and_a_new_start(place: Town, model_file: Path, tmp_path: Path) -> None:
    port = free_port()
    people = 4  # as many failures in a row as the breaker bears
    with place.recado(f"http://127.0.0.1:{port}"):
        ruled = await place.ask("rules", UNKNOWN)
        with model(model_file, tmp_path / "model", port) as server:
            (engine,) = psutil.Process(server.program.process.pid).children()
            engine.suspend()  # or it might be ready before the blow
            asked = [await place.write("model", UNKNOWN) for _ in range(people)]
            await server.until(BUSY, 2)
            os.kill(server.program.process.pid, signal.SIGKILL)
            engine.resume()
            await asyncio.to_thread(engine.wait, 60)  # nobody is there for whom to go on
            for person in asked:
                assert await place.answer("model", person) == ruled
            # With its last word it may say that its engine is gone, which dies with the first of its threads.
            await place.until(people, fell_back("unreachable"), fell_back("failed"))
        assert await place.metric(ANSWERED) == 0
        with model(model_file, tmp_path / "model", port):
            assert await place.ask("model", UNKNOWN) != ruled
        for person in asked:
            assert await place.answers("model", person) == [ruled]


@asynccontextmanager
async def slow_hub() -> AsyncGenerator[str]:
    """A hub whose answer never ends, a space at a time: what comes from it loads for as long as the test wants."""

    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.1)

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def test_a_model_that_is_still_loading(place: Town, model_file: Path, tmp_path: Path) -> None:
    port = free_port()
    with place.recado(f"http://127.0.0.1:{port}"):
        ruled = await place.ask("rules", UNKNOWN)
        async with slow_hub() as hub:
            variables = {"MODEL_NAME": "ana/clinic", "MODEL_CACHE_DIR": str(tmp_path), "HF_ENDPOINT": hub}
            loading = Installation(tmp_path, PORT=str(port), **variables)
            with loading.running("model", until="is loading"):
                assert await place.ask("model", UNKNOWN) == ruled
                await place.until(1, fell_back("busy"))
        with model(model_file, tmp_path / "model", port):

            async def answered() -> bool:
                return await place.ask("model", UNKNOWN) != ruled

            await eventually(answered)  # it is asked again when the time is over that it wanted to be left alone
