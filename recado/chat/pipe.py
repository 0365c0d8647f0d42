"""A conversation without a terminal: lines from standard input, answers on standard output."""

import asyncio
import json
import sys
import threading
from collections.abc import Sequence
from typing import Any, TextIO

from recado.chat.commands import HELP
from recado.chat.looks import Look, as_json, status
from recado.chat.phone import Phone
from recado.chat.sending import Outgoing
from recado.chat.story import Change, Message, Story, Tick, unread
from recado.chat.words import Language, say
from recado.errors import BadInput

# When nothing new came for so long after an answer, the answer is complete.
QUIET_S = 1.0
# A line that the simulator does not take at once is tried again for so long, however short the wait for answers is.
HAND_OVER_S = 10.0
_WIDTH = 100


class Pipe:
    """Says each line, waits up to `wait_s` for its answer, and prints that; in JSON, everything as it happens."""

    def __init__(self, phone: Phone, language: Language, wait_s: float, *, json_lines: bool) -> None:
        self._phone = phone
        self._language: Language = language
        self._wait_s = wait_s
        self._json = json_lines
        self._story = Story()
        self._answers: list[Message] = []
        self._news = asyncio.Event()

    async def run(self) -> int:
        """0 if every line was answered, else 1."""
        self._story.begin(await self._phone.open())
        outgoing = Outgoing(self._phone, self._story, self._language, self._heard)
        tasks = [asyncio.create_task(self._listen()), asyncio.create_task(outgoing.run())]
        lines: asyncio.Queue[str | None] = asyncio.Queue()
        loop = asyncio.get_running_loop()
        threading.Thread(target=_read_lines, args=(sys.stdin, loop, lines), daemon=True).start()
        code = 0
        try:
            while (line := await lines.get()) is not None:
                if line.strip().lower() in HELP:
                    print(say(self._language, "help"), file=sys.stderr, flush=True)  # noqa: T201 # its output
                elif line.strip():
                    code = max(code, await self._say(outgoing, line.strip(), tasks))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return code

    async def _say(self, outgoing: Outgoing, line: str, tasks: "Sequence[asyncio.Task[None]]") -> int:
        try:
            mine = outgoing.write(line)
        except BadInput as error:
            print(error.message, file=sys.stderr, flush=True)  # noqa: T201 # its output
            return 1
        if self._json:
            self._emit(as_json(mine))
        await self._answered(mine)
        for task in tasks:
            if task.done():
                task.result()
        answers, self._answers = self._answers, []
        if not self._json:
            look = Look(self._language, self._phone.business, _WIDTH, colour=False)
            for message in answers:
                print(look.plain(message), flush=True)  # noqa: T201 # its output
        if mine.tick is Tick.FAILED:
            print(f"{say(self._language, 'refused')}: {mine.error}", file=sys.stderr)  # noqa: T201 # its output
        elif not answers:
            silence = say(self._language, "silence", seconds=f"{self._wait_s:g}")
            print(silence, file=sys.stderr, flush=True)  # noqa: T201 # its output
        return 0 if answers else 1

    async def _answered(self, mine: Message) -> None:
        """Return when an answer is complete, or after `wait_s` without one; not before the simulator has `mine`."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            limit = max(self._wait_s, HAND_OVER_S) if mine.tick is Tick.WAITING else self._wait_s
            left = began + limit - loop.time()
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), min(left, QUIET_S) if self._answers else left)
            except TimeoutError:
                return

    async def _listen(self) -> None:
        async for event in self._phone.events():
            if isinstance(event, str):
                print(say(self._language, event), file=sys.stderr, flush=True)  # noqa: T201 # its output
                continue
            changes = self._story.apply(event)
            self._heard(changes)
            if any(unread(change) for change in changes):
                await self._phone.read()

    def _heard(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if change.message is None:
                continue
            if change.kind == "new" and not change.message.mine:
                self._answers.append(change.message)
            if self._json:
                self._emit(_json_of(change, change.message))
            self._news.set()

    def _emit(self, value: dict[str, Any]) -> None:
        print(json.dumps(value, ensure_ascii=False), flush=True)  # noqa: T201 # its output


def _json_of(change: Change, message: Message) -> dict[str, Any]:
    if change.kind == "new":
        return as_json(message)
    return {"event": "status", "id": message.id, "status": status(message), "error": message.error}


def _read_lines(source: TextIO, loop: asyncio.AbstractEventLoop, lines: "asyncio.Queue[str | None]") -> None:
    """Standard input may be a file, a pipe or /dev/null: only a thread can wait for all of them."""
    try:
        for line in source:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, None)
    except RuntimeError:  # the loop has ended
        return
