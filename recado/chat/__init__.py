"""A phone in the terminal: writes to an assistant through the Cloud API simulator, over HTTP only."""

import asyncio
import os
import sys
from dataclasses import dataclass

from recado.chat.phone import Phone
from recado.chat.pipe import Pipe
from recado.chat.talk import Talk
from recado.chat.words import Language
from recado.kit.languages import language_of_machine


@dataclass(frozen=True, slots=True)
class Options:
    """Who writes to whom. `line` None is the simulator's first; `wait_s` is for input that is no terminal."""

    simulator: str
    phone: str
    name: str
    line: str | None = None
    language: Language | None = None
    wait_s: float = 5.0
    json_lines: bool = False


def run_chat(options: Options) -> int:
    """Chat until the person leaves or the input ends. Returns the exit code. Raises `RecadoError`."""
    try:
        return asyncio.run(_chat(options))
    except KeyboardInterrupt:
        return 130


async def _chat(options: Options) -> int:
    language = options.language or language_of_machine()
    async with Phone(options.simulator, options.phone, options.name, options.line) as phone:
        if options.json_lines or not (sys.stdin.isatty() and sys.stdout.isatty()):
            return await Pipe(phone, language, options.wait_s, json_lines=options.json_lines).run()
        colour = "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
        await Talk(phone, language, colour=colour).run()
        return 0


__all__ = ["Options", "run_chat"]
