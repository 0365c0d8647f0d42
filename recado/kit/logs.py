"""Structured logs, for people or machines, without message text, phone numbers or secrets.

Two nets, because people make mistakes: fields whose names say that they hold such things are dropped, and digits that
look like a phone number are masked wherever they stand.
"""

import logging
import re
import sys
import traceback
from asyncio import CancelledError
from collections.abc import Iterable, Mapping, MutableMapping
from contextvars import ContextVar
from typing import Any, Literal, TextIO, cast

import structlog
from structlog.typing import Processor

from recado.errors import RecadoError
from recado.kit.logfile import SharedLogFile

PRIVATE_FIELDS = frozenset(
    {
        "address", "addresses", "answer", "api_key", "authorization", "body", "caption", "contact_name", "content",
        "email", "from", "header", "headers", "input", "key", "message", "messages", "name", "params", "password",
        "payload", "phone", "query", "question", "raw", "recipient", "secret", "secrets", "sender", "send_to", "text",
        "to", "token", "url", "username", "value", "wa_id",
    }
)  # fmt: skip
# E.164 has at most 15 digits; shorter than 8 is no number that can be called from abroad. Digits inside ids have
# letters or dashes around them.
_PHONE = re.compile(r"(?<![\w-])\+?\d(?:[ -]?\d){7,14}(?![\w-])")
MASK = "[number]"
# What can be said of an error in a few words: where it came from.
_FRAMES = 8

EventDict = MutableMapping[str, Any]


# What the current task works on, by ids. A plain variable, because it is set for every message.
_ABOUT: ContextVar[tuple[tuple[str, str], ...]] = ContextVar("recado_about", default=())


def about(*ids: tuple[str, str]) -> None:
    """Name what this task works on, as `("conversation_id", id)`, in everything that it logs from now on."""
    _ABOUT.set(ids)


def add_ids(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The ids of what is worked on, where the event does not name them itself."""
    for name, value in _ABOUT.get():
        event.setdefault(name, value)
    return event


def configure_logging(
    level: str = "INFO",
    form: Literal["text", "json"] | str = "text",
    to: TextIO | None = None,
    handler: logging.Handler | None = None,
) -> None:
    """Send all logs, those of libraries too, to `to` (standard error) or `handler`, one event a line.

    May be called again.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        add_ids,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        explain_error,
        redact,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    stream = to or sys.stderr
    colors = handler is None and stream.isatty()
    handler = handler or logging.StreamHandler(stream)
    handler.addFilter(_is_worth_telling)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, structlog.stdlib.ExtraAdder(), _first_line, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(form, colors)],
        )
    )
    root = logging.getLogger()
    for before in root.handlers:
        if isinstance(before, SharedLogFile) and before is not handler:
            before.close()
    root.handlers[:] = [handler]
    root.setLevel(level)
    calm_libraries(level)


def _renderer(form: str, colors: bool) -> Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)


def calm_libraries(level: str) -> None:
    """Keep the libraries from writing what people wrote, keys and statements, at any level of ours."""
    # Its access log has addresses with their queries; the gate writes ours.
    access = logging.getLogger("uvicorn.access")
    access.handlers.clear()
    access.propagate = False
    access.disabled = True
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    # At these levels they write statements with their parameters, or requests with what is asked of a model.
    names = ("sqlalchemy", "aiosqlite", "asyncio", "aiohttp", "alembic")
    clients = ("openai", "anthropic", "google_genai", "httpx", "httpx2", "httpcore", "httpcore2")
    for name in (*names, *clients):
        logging.getLogger(name).setLevel("ERROR" if level == "ERROR" else "WARNING")


def _is_worth_telling(record: logging.LogRecord) -> bool:
    """Not that a stop came while a connection was given back to its pool, which then closes it: that is no error."""
    error = record.exc_info[1] if record.exc_info else None
    return not (isinstance(error, CancelledError) and record.name.startswith("sqlalchemy.pool"))


def _first_line(_logger: Any, _method: str, event: EventDict) -> EventDict:
    # asyncio, for one, writes the whole error and its words below.
    event["event"] = str(event["event"]).split("\n", 1)[0]
    return event


def redact(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Drop private fields and mask numbers; a last step before rendering."""
    for field in list(event):
        if field.lower() in PRIVATE_FIELDS:
            event[field] = "[private]"
        elif not field.startswith("_"):
            event[field] = _masked(event[field])
    return event


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return _PHONE.sub(MASK, value)
    if isinstance(value, Mapping):
        items = cast("Mapping[Any, Any]", value)
        return {k: "[private]" if str(k).lower() in PRIVATE_FIELDS else _masked(v) for k, v in items.items()}
    if hasattr(value, "_fields"):  # a named tuple is told by its class, as any object
        return f"<{type(value).__name__}>"
    if isinstance(value, list | tuple | set | frozenset):
        parts = cast("Iterable[Any]", value)
        return [_masked(one) for one in parts]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _PHONE.sub(MASK, str(value)) if isinstance(value, BaseException) else f"<{type(value).__name__}>"


def explain_error(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """In place of a traceback: the error's class and code and where it came from.

    An error's words may repeat what a person wrote (validation and database errors do), so only those of our own
    errors and of the operating system are kept.
    """
    info: Any = event.pop("exc_info", None)
    error = cast("tuple[Any, BaseException | None, Any]", info)[1] if isinstance(info, tuple) else info
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        for field, value in place_of(error).items():
            event.setdefault(field, value)
    return event


def place_of(error: BaseException) -> dict[str, Any]:
    """What may be logged of any error: `error` (its class), `at` (where), and `reason` if its words are safe."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    found: dict[str, Any] = {
        "error": type(error).__qualname__,
        "at": " > ".join(f"{_short(frame.filename)}:{frame.lineno}" for frame in frames),
    }
    if isinstance(error, RecadoError):
        found["code"] = error.code
    elif isinstance(error, OSError) and error.strerror:
        found["reason"] = error.strerror
    return found


def _short(filename: str) -> str:
    return "/".join(filename.rsplit("/", 2)[-2:])
