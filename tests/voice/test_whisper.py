"""Whisper in its own process: what it takes, and that it can be ended. The package faster_whisper is a stand-in."""

import asyncio
import io
import itertools
import os
import sys
import wave
from pathlib import Path

import pytest

from recado.errors import MediaError
from recado.kit import new_id
from recado.media.work import MediaWork
from recado.voice.engine import Heard, WhisperEngine
from recado.voice.listening import MAX_ATTEMPTS, Listener
from recado.voice.whisper_process import MAX_SPOKEN_S, RATE, gathered
from tests.mailbox.support import eventually, on_sqlite
from tests.media.support import Place
from tests.media.test_fetching import run_until

# It hears how long the audio was. A model that is a path says there which process hears, and does not end.
FASTER_WHISPER = """
import os, time
from types import SimpleNamespace

class WhisperModel:
    def __init__(self, name, device, compute_type):
        self.name = name
        if name == "broken":
            raise ValueError(name)

    def transcribe(self, samples, vad_filter, condition_on_previous_text):
        print("libraries print")
        if self.name == "crashing":
            os._exit(9)
        if self.name == "failing":
            raise RuntimeError("no memory")
        if self.name.startswith("/"):
            open(self.name, "a").write(f"{os.getpid()}\\n")
            time.sleep(600)
        return iter([SimpleNamespace(text=f" {len(samples) / 16_000:.0f} segundos ")]), SimpleNamespace(language="es")
"""


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "packages"
    folder.mkdir()
    (folder / "faster_whisper.py").write_text(FASTER_WHISPER)
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)


def silence(seconds: int) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setparams((1, 1, 8_000, 0, "NONE", ""))
        for _ in range(seconds):
            file.writeframes(b"\x80" * 8_000)
    return content.getvalue()


async def refused(engine: WhisperEngine, audio: bytes) -> str:
    with pytest.raises(MediaError) as caught:
        await engine.hear(audio)
    return caught.value.code


def pids(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_no_more_is_decoded_than_may_be_heard() -> None:
    second = bytes(2 * RATE)
    assert len(gathered(itertools.repeat(second, round(MAX_SPOKEN_S)))) == 2 * RATE * MAX_SPOKEN_S
    with pytest.raises(MediaError, match="longer than"):
        gathered(itertools.repeat(second))  # which has no end


async def test_a_long_note_is_refused_and_the_next_one_heard() -> None:
    engine = WhisperEngine("small")
    assert await engine.hear(silence(20)) == Heard("20 segundos", "es")
    assert await refused(engine, silence(3_600)) == "voice_too_long"
    assert await refused(engine, b"hola") == "voice_unreadable"
    assert await engine.hear(silence(21)) == Heard("21 segundos", "es")
    await engine.close()


async def test_a_model_that_cannot_be_loaded() -> None:
    engine = WhisperEngine("broken")
    for _ in range(2):
        assert await refused(engine, silence(1)) == "voice_model_unusable"


async def test_a_note_that_ends_the_process_leaves_the_worker_alive() -> None:
    engine = WhisperEngine("crashing")
    for _ in range(2):
        assert await refused(engine, silence(1)) == "voice_engine_ended"


async def test_only_what_the_note_is_to_blame_for_is_for_good() -> None:
    engine = WhisperEngine("failing")
    for seconds, permanent in ((1, False), (round(MAX_SPOKEN_S) + 1, True)):
        with pytest.raises(MediaError) as caught:
            await engine.hear(silence(seconds))
        assert caught.value.verdict.permanent is permanent
    await engine.close()


async def test_one_note_at_a_time_is_heard_also_after_one_was_cut_short(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    engine = WhisperEngine(str(begun))
    for count in (1, 2):
        task = asyncio.create_task(engine.hear(silence(1)))
        await eventually(lambda: len(pids(begun)) == count)  # noqa: B023 # it is waited for here
        task.cancel()
        await asyncio.wait([task])
        with pytest.raises(ProcessLookupError):
            os.kill(pids(begun)[-1], 0)


@on_sqlite
async def test_a_stop_ends_what_is_heard_and_gives_the_note_back(at: Place, tmp_path: Path) -> None:
    await at.write("voice", size_bytes=5000)
    await run_until(at, at.fetcher(listens=True), "stored")
    row = await at.row()
    await at.make_due()
    assert row.store_key is not None
    kept = next(path for path in (tmp_path / "media").rglob("*") if path.is_file())
    kept.write_bytes(silence(1))
    begun = tmp_path / "begun"
    listener = Listener(MediaWork(at.database, new_id()), at.store, WhisperEngine(str(begun)))
    for count in range(1, MAX_ATTEMPTS + 3):
        task = asyncio.create_task(listener.run())
        await eventually(lambda: len(pids(begun)) == count)  # noqa: B023 # it is waited for here
        task.cancel()
        await asyncio.wait([task])
        row = await at.row()
        assert (row.hearing, row.attempts, row.owner) == ("pending", 0, None)
        with pytest.raises(ProcessLookupError):
            os.kill(pids(begun)[-1], 0)
