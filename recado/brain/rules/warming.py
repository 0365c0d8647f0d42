"""What the first messages would wait for, done before they come: weights are read, and grammars compiled."""

import asyncio
import datetime as dt

from recado.brain.rules.understanding import understand
from recado.brain.rules.when import compiling
from recado.decisions import Language

# Messages that touch what most messages touch; their language is guessed, as it is of a first message.
_TYPICAL: tuple[tuple[Language, str], ...] = (
    ("es", "Hola, buenas tardes, quiero una cita para mi hija Ana el lunes a las 5, mi número es 987 654 321. Gracias"),
    ("en", "Hi, can I move my appointment from Monday to next Tuesday at 5? My name is Ann. Thanks"),
)
# A start has other things to do, and some processes only live so long.
_AFTER_S = 1.0
_NOW = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)


async def warm(after_s: float = _AFTER_S) -> None:
    """Once in a process, beside its work: half a second or so of one core, in a thread and in short steps, so that it
    ends soon after it is cancelled. A message that comes meanwhile does for itself what is not done yet."""
    await asyncio.sleep(after_s)
    for language, text in _TYPICAL:
        await asyncio.to_thread(understand, text, now=_NOW)
        await asyncio.to_thread(understand, text, now=_NOW, language=language)
    for step in compiling.steps():
        await asyncio.to_thread(step)
