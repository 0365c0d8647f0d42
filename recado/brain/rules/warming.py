"""What the first messages would wait for, done before they come: weights are read, and grammars compiled."""

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Iterator
from functools import partial

import structlog

from recado.brain.rules.understanding import understand
from recado.brain.rules.when import compiling
from recado.decisions import Language
from recado.kit.logs import place_of

# Messages that touch what most messages touch; their language is guessed, as it is of a first message.
_TYPICAL: tuple[tuple[Language, str], ...] = (
    ("es", "Hola, buenas tardes, quiero una cita para mi hija Ana el lunes a las 5, mi número es 987 654 321. Gracias"),
    ("en", "Hi, can I move my appointment from Monday to next Tuesday at 5? My name is Ann. Thanks"),
)
# A start has other things to do, and some processes only live so long.
_AFTER_S = 1.0
# Whoever writes meanwhile shares the interpreter with this: it rests so many times as long as it works.
_REST = 9.0
_NOW = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)

log = structlog.get_logger(__name__)


async def warm(after_s: float = _AFTER_S, rest: float = _REST) -> None:
    """Once in a process, beside its work: half a second or so of one core, in a thread and in short steps over some ten
    seconds, so that nobody notices and it ends soon after it is cancelled. A message that comes meanwhile does for
    itself what is not done yet, and finds out by itself what cannot be done.
    """
    await asyncio.sleep(after_s)
    try:
        for step in (*compiling.steps(), *_reading()):
            began_s = time.monotonic()
            await asyncio.to_thread(step)
            await asyncio.sleep(rest * (time.monotonic() - began_s))
    except Exception as error:  # no reason for a process to end
        log.warning("brain_not_warm", **place_of(error))


def _reading() -> Iterator[Callable[[], object]]:
    for language, text in _TYPICAL:
        yield partial(understand, text, now=_NOW)
        yield partial(understand, text, now=_NOW, language=language)
