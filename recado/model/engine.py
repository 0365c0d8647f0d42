"""What stands behind the Model API: an engine is one loaded model that writes text, in a fixed number of slots.

The server decides who gets a slot and when, how long it may take, and closes an answer that was cut; an engine only
computes. A slot keeps what it has read (its prefix cache), so a conversation that comes back to its slot
is read faster.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """`engine` is "llama.cpp" or "transformers"; `revision` the commit of a model from a hub; `context_tokens` are
    those of one slot, prompt and answer together."""

    model: str
    revision: str | None
    engine: str
    slots: int
    context_tokens: int


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """Its text is data, whatever it says: special tokens written in it are read as plain text where the engine can."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Generation:
    """What to write. `schema` is a JSON schema: the text is then always a beginning of a JSON value that is valid by
    it, and all of one when it ended with "stop". `own_schema`: it is of our making, and known to be one that a text can
    be held to. Temperature 0 takes the likeliest token. `stop` texts are not given out."""

    messages: Sequence[ChatMessage]
    max_tokens: int
    temperature: float = 0.7
    top_p: float = 1.0
    seed: int | None = None
    schema: Mapping[str, Any] | None = None
    stop: Sequence[str] = ()
    own_schema: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens. `cached_tokens` of the prompt were known to the slot already."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the text. The last one, which may be empty, says why it ended: "stop" at the end of the text or a stop
    text, "length" when `max_tokens` or the context were used up."""

    text: str
    finish: Literal["stop", "length"] | None = None
    usage: Usage = field(default_factory=Usage)


class Engine(Protocol):
    """One loaded model."""

    @property
    def info(self) -> EngineInfo: ...

    def generate(self, generation: Generation, slot: int) -> AsyncGenerator[Piece]:
        """Write in slot 0 ... `info.slots` - 1; the server never uses a slot twice at a time.

        `aclose()` (or cancelling the task that reads) stops the work soon, and returns when the slot is free.
        Never blocks the loop. Raises `BadInput` (`context_length_exceeded`: the prompt leaves no room for an answer;
        `bad_schema`: a schema that the engine cannot hold a text to) and `Unavailable` (`engine_failed`).
        """
        ...

    async def close(self) -> None:
        """Give the memory back. Only called when no slot is in use."""
        ...


Progress = Callable[[int], None]
"""Told the percentage of a download or a load, 0 to 100, from the event loop's thread."""


@dataclass(frozen=True, slots=True)
class Located:
    """A model on this machine's disk: a `.gguf` file, or the folder of a transformers model. `model` is its name for
    people and clients."""

    path: Path
    model: str
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """`context_tokens` of one slot; `threads` None: by the number of cores; `device` "auto", "cpu", "cuda"...;
    without `reuse_prefix` every prompt is read anew (to measure what reuse is worth)."""

    slots: int
    context_tokens: int
    threads: int | None = None
    device: str = "auto"
    reuse_prefix: bool = True


OpenEngine = Callable[[Located, EngineLimits, Progress], Awaitable[Engine]]
"""Loads a model, off the loop. Raises `NotFound` or `BadInput` (`model_not_found`, `bad_model`) saying what to do."""
Locate = Callable[[str, str | None, Progress], Awaitable[Located]]
"""Finds a model by path or hub id and revision; downloads it when it is not here yet."""
