"""What is traced, as values, and the ids that make all processes speak of the same trace.

A trace's id is the id of the message that came in, without its dashes (of a message that answers none: its own; of a
job: the job's). Span ids are derived from the trace's and a name that every process knows. So no column and no header
carries anything, and whether a trace is kept follows from its id alone.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Value = str | int | float | bool

# Of the last 56 bits of a UUIDv7 all are random, as W3C's Trace Context asks of them (level 2, section 3.2.2.3); the
# library's own sampler looks at 64, of which two are always 10.
RANDOM_BITS = 56


def now_ns() -> int:
    """Now, in nanoseconds since 1970, as OpenTelemetry counts."""
    return time.time_ns()


def trace_of(message_id: str) -> int:
    """The trace of a message or job, by its id."""
    return int(message_id.replace("-", ""), 16)


def span_of(trace: int, key: str) -> int:
    """The id of the span that is called `key` in a trace; never 0, which is no id."""
    digest = hashlib.blake2b(f"{trace:032x}/{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) or 1


def is_kept(trace: int, share: float) -> bool:
    """Whether a trace is among the `share` (0 to 1) of traces that are kept: the same in every process."""
    return trace & ((1 << RANDOM_BITS) - 1) < round(share * (1 << RANDOM_BITS))


@dataclass(frozen=True, slots=True)
class Span:
    """Something that was done for a message, between two moments in nanoseconds since 1970.

    `key` names it in its trace, `parent` is the key of the span that led to it. `error` is a code, never words.
    `links` are other traces and keys that belong to it. Attributes hold ids, counts and codes: nothing that was said,
    no number, no secret.
    """

    message_id: str
    name: str
    key: str
    parent: str | None
    start_ns: int
    end_ns: int
    attributes: dict[str, Value] = field(default_factory=dict[str, Value])
    error: str | None = None
    outside: bool = False
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """What the database knows of a message that goes out.

    `message_id` is the newest message that it answers (its own id if it answers none), whose turn settled up to
    `turn_seq`.
    """

    id: str
    message_id: str
    turn_seq: int | None
    created_ms: int
    attempts: int

    @property
    def turn(self) -> str | None:
        """The key of the turn that wrote it."""
        return None if self.turn_seq is None else turn_key(self.turn_seq)


@dataclass(frozen=True, slots=True)
class ByOurId:
    """A message that goes out, by its id."""

    id: str


@dataclass(frozen=True, slots=True)
class ByProviderId:
    """A message that went out, by what its provider calls it."""

    line_id: str
    id: str


@dataclass(frozen=True, slots=True)
class OfFile:
    """A message that came with a file, by the file's id."""

    id: str


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Spans of a message of which only another id is known yet."""

    which: ByOurId | ByProviderId | OfFile
    spans: Callable[[Place], Sequence[Span]]


def turn_key(settled_seq: int) -> str:
    """The key of the turn that settled a conversation up to there."""
    return f"turn:{settled_seq}"


def out_key(out_id: str) -> str:
    """The key of a message's way through the outbox."""
    return f"out:{out_id}"


def send_key(out_id: str, attempt: int) -> str:
    """The key of a try to send a message."""
    return f"send:{out_id}:{attempt}"


RECEIVE = "receive"
