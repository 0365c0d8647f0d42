"""Engines that hear: a small contract, the real one on faster-whisper, and one that answers as it is told."""

import asyncio
import contextlib
import json
import sys
from asyncio.subprocess import Process
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from recado.errors import PERMANENT, MediaError, SettingsError, retry_after

_AGAIN = retry_after(1)
# What the note itself is to blame for; the rest may go well another time.
OF_THE_NOTE = ("voice_too_long", "voice_unreadable")


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said (empty: nothing), and in which language (ISO 639-1) as far as the engine can tell."""

    text: str
    language: str | None = None


class Engine(Protocol):
    """Hears audio. One instance serves a process."""

    async def hear(self, audio: Path) -> Heard:
        """What an audio file says. Raises `MediaError` (`voice_too_long`, `voice_unreadable`).

        Whoever is cancelled here leaves nothing behind that hears on.
        """
        ...

    async def close(self) -> None:
        """Give back what it holds; a note begins anew."""
        ...


class WhisperEngine:
    """Implements `Engine` with faster-whisper. `model` is a folder or a name that the library fetches.

    The model (200 MB to 3 GB) is loaded at the first note, and hears one at a time. It has a process of its own, for a
    thread cannot be ended: not when a worker stops, nor when a note takes too long.
    """

    def __init__(self, model: str) -> None:
        """Raises `SettingsError` without the extra `voice`."""
        if find_spec("faster_whisper") is None:
            raise SettingsError("RECADO_VOICE_MODEL needs: make setup EXTRAS=voice (or pip install 'recado[voice]')")
        self._model = model
        self._process: Process | None = None
        self._loaded = False
        self._one = asyncio.Lock()

    async def hear(self, audio: Path) -> Heard:
        async with self._one:
            await self._load()
            try:
                said = await self._ask(str(audio))
            except BaseException:  # it must not go on beside the next one
                await self.close()
                raise
        if code := said.get("code"):
            raise MediaError(
                "The note cannot be heard", code=code, verdict=PERMANENT if code in OF_THE_NOTE else _AGAIN
            )
        return Heard(said["text"] or "", said["language"])

    async def close(self) -> None:
        process, self._process, self._loaded = self._process, None, False
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await process.communicate()

    async def _load(self) -> None:
        """Who is cut short here leaves it loading: to fetch a large model may take longer than a note has time."""
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "recado.voice.whisper_process", self._model),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,  # what libraries say may repeat what was said
            )
        if self._loaded:
            return
        try:
            if code := (await self._answer()).get("code"):
                raise MediaError("The model cannot be loaded", code=code, verdict=_AGAIN)
        except MediaError:
            await self.close()
            raise
        self._loaded = True

    async def _ask(self, audio: str) -> dict[str, str | None]:
        assert self._process is not None and self._process.stdin is not None  # noqa: S101, PT018 # `_load` did it
        self._process.stdin.write(audio.encode() + b"\n")
        return await self._answer()

    async def _answer(self) -> dict[str, str | None]:
        assert self._process is not None and self._process.stdout is not None  # noqa: S101, PT018 # `_load` did it
        line = await self._process.stdout.readline()
        if not line:
            raise MediaError("The process that hears has ended", code="voice_engine_ended", verdict=_AGAIN)
        return json.loads(line)


class FakeEngine:
    """Implements `Engine` for tests and demos: `answer` gets the content of the file."""

    def __init__(self, answer: Callable[[bytes], Heard]) -> None:
        self._answer = answer
        self.heard = 0

    async def hear(self, audio: Path) -> Heard:
        self.heard += 1
        return self._answer(await asyncio.to_thread(audio.read_bytes))

    async def close(self) -> None: ...


def open_engine(voice_model: str) -> Engine | None:
    """The engine of the setting RECADO_VOICE_MODEL; None if voice notes are not heard."""
    return WhisperEngine(voice_model) if voice_model else None
