"""Who is doing something now: a key's request, a command, or the program itself. What changes rows asks here, so that
no service has to pass it on (`recado.audit` makes entries of it).
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

Actor = Literal["key", "command", "system"]


@dataclass(frozen=True, slots=True)
class Doing:
    """What is done: the operation or command, and the object that it names, if it names one."""

    action: str
    object_kind: str | None = None
    object_id: str | None = None


@dataclass(slots=True, eq=False)
class Act:
    """One request or command. `doing` is asked when a change is noted: a request's route is known no earlier.

    `name` is the key's, or the user's of the operating system. `entries` counts what was noted. It has an end, so that
    work which a request began in the background is not taken for the request's.
    """

    actor: Actor
    doing: Callable[[], Doing]
    key_id: str | None = None
    name: str | None = None
    role: str | None = None
    request_id: str | None = None
    entries: int = 0
    ended: bool = False


# In a session's `info`: something is about to be done elsewhere, to an object (kind, id), which is noted.
ASKING = "asking"
_ACT: ContextVar[Act | None] = ContextVar("act", default=None)


def current_act() -> Act | None:
    """The act that this task works for; None for what the program does by itself."""
    act = _ACT.get()
    return None if act is None or act.ended else act


@contextmanager
def acting(act: Act) -> Generator[Act]:
    """What this task does in the block is done by `act`."""
    token = _ACT.set(act)
    try:
        yield act
    finally:
        act.ended = True
        _ACT.reset(token)


@contextmanager
def unnoted() -> Generator[None]:
    """What this task does in the block is a part of something larger, which is noted as a whole."""
    token = _ACT.set(None)
    try:
        yield
    finally:
        _ACT.reset(token)
