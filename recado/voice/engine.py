"""Engines that hear: a small contract, the real one on faster-whisper, and one that answers as it is told."""

import asyncio
import contextlib
import json
import sys
from asyncio.subprocess import Process
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Protocol

from recado.errors import PERMANENT, MediaError, SettingsError, retry_after

_AGAIN = retry_after(1)
# What the note itself is to blame for; the rest may go well another time.
_OF_THE_NOTE = ("voice_too_long", "voice_unreadable")


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said (empty: nothing), and in which language (ISO 639-1) as far as the engine can tell."""

    text: str
    language: str | None = None


class Engine(Protocol):
    """Hears audio. One instance serves a process."""

    async def hear(self, audio: bytes) -> Heard:
        """What the content of an audio file says. Raises `MediaError` (`voice_too_long`, `voice_unreadable`).

        Whoever is cancelled here leaves nothing behind that hears on.
        """
        ...

    async def close(self) -> None:
        """Give back what it holds; a note begins anew."""
        ...


@dataclass(slots=True)
class _Hearing:
    """A process that hears, and both its pipes."""

    process: Process
    asks: asyncio.StreamWriter
    answers: asyncio.StreamReader
    loaded: bool = False

    async def answer(self) -> dict[str, str | None]:
        line = await self.answers.readline()
        if not line:
            raise MediaError("The process that hears has ended", code="voice_engine_ended", verdict=_AGAIN)
        return json.loads(line)

    async def ask(self, audio: bytes) -> dict[str, str | None]:
        """The content itself goes over: a copy on a disk would outlive whoever is killed here."""
        self.asks.writelines((b"%d\n" % len(audio), audio))
        return await self.answer()

    async def end(self) -> None:
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
        await self.process.communicate()


async def _start(model: str) -> _Hearing:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "recado.voice.whisper_process", model),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # what libraries say may repeat what was said
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("A process that was started with pipes has none")
    return _Hearing(process, process.stdin, process.stdout)


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
        self._hearing: _Hearing | None = None
        self._one = asyncio.Lock()

    async def hear(self, audio: bytes) -> Heard:
        async with self._one:
            hearing = await self._loaded()
            try:
                said = await hearing.ask(audio)
            except BaseException:  # it must not go on beside the next one
                await self.close()
                raise
        if code := said.get("code"):
            raise MediaError(
                "The note cannot be heard", code=code, verdict=PERMANENT if code in _OF_THE_NOTE else _AGAIN
            )
        return Heard(said["text"] or "", said["language"])

    async def close(self) -> None:
        hearing, self._hearing = self._hearing, None
        if hearing is not None:
            await hearing.end()

    async def _loaded(self) -> _Hearing:
        """Who is cut short here leaves it loading: to fetch a large model may take longer than a note has time."""
        if self._hearing is None:
            self._hearing = await _start(self._model)
        hearing = self._hearing
        if hearing.loaded:
            return hearing
        try:
            if code := (await hearing.answer()).get("code"):
                raise MediaError("The model cannot be loaded", code=code, verdict=_AGAIN)
        except MediaError:
            await self.close()
            raise
        hearing.loaded = True
        return hearing


class FakeEngine:
    """Implements `Engine` for tests and demos: `answer` gets the content of the file."""

    def __init__(self, answer: Callable[[bytes], Heard]) -> None:
        self._answer = answer
        self.heard = 0

    async def hear(self, audio: bytes) -> Heard:
        self.heard += 1
        return self._answer(audio)

    async def close(self) -> None: ...


def open_engine(voice_model: str) -> Engine | None:
    """The engine of the setting RECADO_VOICE_MODEL; None if audio is not heard."""
    return WhisperEngine(voice_model) if voice_model else None
