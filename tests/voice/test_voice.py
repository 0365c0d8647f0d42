"""Voice notes are written down and answered as text, in order; without ears the assistant asks for text."""

import asyncio
import hashlib
import json
import os
import sys
from pathlib import Path

import pytest

from recado.brain.echo import EchoBrain
from recado.conversations.hearing import ASK_FOR_TEXT
from recado.conversations.turn import Turns
from recado.kit import new_id
from recado.media.work import MediaWork
from recado.voice.engine import Engine, FakeEngine, Heard, WhisperEngine
from recado.voice.listening import MAX_ATTEMPTS, Listener
from recado.voice.service import WAIT_MS, VoiceNotes
from recado.voice.whisper_process import too_long
from tests.mailbox.support import FakeDirectory, Shop, eventually, on_sqlite
from tests.media.support import PHONE, Place
from tests.media.test_fetching import run_until


async def text(at: Place, words: str) -> None:
    arrival = Shop(at.line.project_id, at.line).arrival(new_id(), (("phone", PHONE),), words=words)
    await at.mailbox.store([arrival])


def turns(at: Place, *, listens: bool) -> Turns:
    return Turns(
        at.mailbox,
        FakeDirectory([Shop(at.line.project_id, at.line)]),
        {"fake": EchoBrain()},
        {"cloud-api": at.channel},
        voice=VoiceNotes(at.database, listens=listens),
    )


async def replies(at: Place) -> list[str]:
    rows = await at.world.rows("SELECT body FROM outbox ORDER BY seq")
    return [json.loads(row["body"])["text"] for row in rows]


async def hear(at: Place, engine: Engine) -> None:
    await run_until(at, at.fetcher(listens=True), "stored")
    await at.make_due()
    await listen(at, engine)


async def listen(at: Place, engine: Engine) -> None:
    task = asyncio.create_task(Listener(MediaWork(at.database, new_id()), at.store, engine).run())

    async def done() -> bool:
        return all(row.hearing in ("done", "failed") for row in await at.rows())

    await eventually(done)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def says(words: str) -> FakeEngine:
    return FakeEngine(lambda _content: Heard(words, "es"))


async def answered(at: Place, working: Turns, count: int) -> list[str]:
    task = asyncio.create_task(working.run())

    async def enough() -> list[str]:
        found = await replies(at)
        return found if len(found) >= count else []

    try:
        return await eventually(enough)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_note_is_answered_as_text_in_its_place(at: Place) -> None:
    await text(at, "uno")
    await at.write("voice", size_bytes=5000)
    await text(at, "tres")
    task = asyncio.create_task((working := turns(at, listens=True)).run())
    await eventually(lambda: _claims(at))
    assert await replies(at) == []
    engine = says("dos")
    await hear(at, engine)
    found = await eventually(lambda: replies(at))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert found == ["uno", "dos", "tres"]
    assert (engine.heard, working.stats.failed) == (1, 0)
    row = await at.row()
    assert (row.hearing, row.transcript, row.transcript_language) == ("done", "dos", "es")
    assert await at.world.events() == ["media.stored", "voice.heard"]


async def _claims(at: Place) -> bool:
    """The turn looked, and found that it must wait."""
    (row,) = await at.world.rows("SELECT epoch, owner FROM conversations")
    return row["epoch"] >= 1 and row["owner"] is None


@on_sqlite
async def test_the_audio_that_is_heard_is_the_one_that_came(at: Place) -> None:
    await at.write("voice", size_bytes=300_000)
    found: list[str] = []

    def listen(content: bytes) -> Heard:
        found.append(hashlib.sha256(content).hexdigest())
        return Heard("hola")

    await hear(at, FakeEngine(listen))
    assert found == [(await at.row()).sha256]


@on_sqlite
async def test_nobody_waits_longer_than_the_bound(at: Place) -> None:
    await at.write("voice", size_bytes=5000)
    await text(at, "hola?")
    await at.world.execute("UPDATE media SET created_ms = created_ms - :wait", wait=WAIT_MS)
    assert await answered(at, turns(at, listens=True), 2) == ["[voice]", "hola?"]


@on_sqlite
async def test_an_audio_that_is_no_voice_note_is_heard_too(at: Place) -> None:
    """One that was forwarded, or sent as a file."""
    await at.write("audio", size_bytes=5000)
    await hear(at, says("la plaga está en el lote dos"))
    row = await at.row()
    assert (row.kind, row.voice, row.hearing) == ("audio", False, "done")
    assert await answered(at, turns(at, listens=True), 1) == ["la plaga está en el lote dos"]


@on_sqlite
@pytest.mark.parametrize(("form", "listens"), [("voice", True), ("voice", False), ("audio", True), ("audio", False)])
async def test_who_cannot_hear_asks_for_text(at: Place, form: str, listens: bool) -> None:
    await at.write(form, size_bytes=5000)
    if listens:

        def refuse(_content: bytes) -> Heard:
            raise too_long()

        await hear(at, FakeEngine(refuse))
        assert (await at.row()).error_code == "voice_too_long"
    assert await answered(at, turns(at, listens=listens), 1) == [ASK_FOR_TEXT["es"]]


DYING = """
import asyncio, os, sys
from pathlib import Path
from recado.db import Database
from recado.kit import new_id
from recado.media.folder import FolderStore
from recado.media.work import MediaWork
from recado.voice.engine import FakeEngine
from recado.voice.listening import Listener

url, folder = sys.argv[1:]
work = MediaWork(Database(url), new_id())
engine = FakeEngine(lambda _: os._exit(9))
asyncio.run(Listener(work, FolderStore(Path(folder)), engine).run())
"""


async def test_a_note_that_ends_every_process_is_given_up(at: Place, tmp_path: Path) -> None:
    """And no copy of it is left anywhere, which an erasure would not find."""
    await at.write("voice", size_bytes=5000)
    await run_until(at, at.fetcher(listens=True), "stored")
    (tmp_path / "temporary").mkdir()
    for _ in range(MAX_ATTEMPTS):
        await at.make_due()
        command = [sys.executable, "-c", DYING, at.database.url, str(tmp_path / "media")]
        environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
        process = await asyncio.create_subprocess_exec(*command, env=environment)
        assert await process.wait() == 9
        assert [*(tmp_path / "temporary").rglob("*")] == []
    await at.make_due()
    engine = says("hola")
    await listen(at, engine)
    row = await at.row()
    assert (row.hearing, row.error_code, engine.heard) == ("failed", "voice_process_ended", 0)
    assert await at.world.events() == ["media.stored", "voice.failed"]
    assert await answered(at, turns(at, listens=True), 1) == [ASK_FOR_TEXT["es"]]


@on_sqlite
async def test_silence_is_no_text(at: Place) -> None:
    await at.write("voice", size_bytes=5000)
    await hear(at, says("  "))
    assert ((await at.row()).hearing, (await at.row()).error_code) == ("failed", "voice_silent")


@pytest.mark.skipif("RECADO_TEST_VOICE_MODEL" not in os.environ, reason="RECADO_TEST_VOICE_MODEL names no model")
async def test_a_real_engine_hears_a_real_note() -> None:
    """RECADO_TEST_VOICE_NOTE is an audio file that says "hola" somewhere."""
    note = await asyncio.to_thread(Path(os.environ["RECADO_TEST_VOICE_NOTE"]).read_bytes)
    engine = WhisperEngine(os.environ["RECADO_TEST_VOICE_MODEL"])
    heard = await engine.hear(note)
    await engine.close()
    assert "hola" in heard.text.lower()
