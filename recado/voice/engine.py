"""Engines that hear: a small contract, the real one on faster-whisper, and one that answers as it is told."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from recado.errors import MediaError, SettingsError

# What is longer is asked for as text: on two cores a small model needs about a third of the time that was spoken.
MAX_SPOKEN_S = 180.0


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said (empty: nothing), and in which language (ISO 639-1) as far as the engine can tell."""

    text: str
    language: str | None = None


class Engine(Protocol):
    """Hears audio. One instance serves a process."""

    async def hear(self, audio: Path) -> Heard:
        """What an audio file says. Raises `MediaError` (`voice_too_long`, `voice_unreadable`)."""
        ...


class WhisperEngine:
    """Implements `Engine` with faster-whisper. `model` is a folder or a name that the library fetches.

    The model (200 MB to 3 GB) is loaded at the first note, and hears one at a time, in a thread.
    """

    def __init__(self, model: str) -> None:
        """Raises `SettingsError` without the extra `voice`."""
        if find_spec("faster_whisper") is None:
            raise SettingsError("RECADO_VOICE_MODEL needs: pip install 'recado[voice]'")
        self._name = model
        self._model: Any = None
        self._one = asyncio.Lock()

    async def hear(self, audio: Path) -> Heard:
        async with self._one:
            return await asyncio.to_thread(self._hear, audio)

    def _hear(self, audio: Path) -> Heard:
        if self._model is None:
            self._model = import_module("faster_whisper").WhisperModel(self._name, device="auto", compute_type="int8")
        try:
            # Segments are heard while they are walked through: what is too long costs nothing yet.
            segments, about = self._model.transcribe(str(audio), vad_filter=True, condition_on_previous_text=False)
        except (ValueError, OSError, RuntimeError) as error:  # also what its decoder says of a broken file
            raise MediaError(f"The audio cannot be read ({type(error).__name__})", code="voice_unreadable") from None
        if about.duration > MAX_SPOKEN_S:
            raise too_long()
        return Heard(" ".join(one.text.strip() for one in segments).strip(), about.language)


class FakeEngine:
    """Implements `Engine` for tests and demos: `answer` gets the content of the file."""

    def __init__(self, answer: Callable[[bytes], Heard]) -> None:
        self._answer = answer
        self.heard = 0

    async def hear(self, audio: Path) -> Heard:
        self.heard += 1
        return self._answer(await asyncio.to_thread(audio.read_bytes))


def too_long() -> MediaError:
    """The note is longer than any engine should hear."""
    return MediaError(f"The note is longer than {MAX_SPOKEN_S:.0f} s", code="voice_too_long")


def open_engine(voice_model: str) -> Engine | None:
    """The engine of the setting RECADO_VOICE_MODEL; None if voice notes are not heard."""
    return WhisperEngine(voice_model) if voice_model else None
