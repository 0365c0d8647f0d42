"""A conversation at a terminal."""

import asyncio
import codecs
import contextlib
import os
import signal
from collections.abc import Sequence

from recado.chat.commands import HELP
from recado.chat.phone import Phone
from recado.chat.screen import Screen
from recado.chat.sending import Outgoing
from recado.chat.story import Change, Message, Story, Tick, unread
from recado.chat.words import Language, say
from recado.errors import BadInput
from recado.kit import now_ms

SHOWN_AT_START = 20
# Meta shows that somebody types for at most 25 s:
# https://developers.facebook.com/documentation/business-messaging/whatsapp/typing-indicators
_TYPING_S = 25.0
_LOOK_EVERY_S = 2.0
# A message that the business has not read for so long is looked after.
_UNREAD_MS = 4_000
_LEAVE = ("/salir", "/quit", "/exit")


class Talk:
    """One person at one terminal; `run` returns when they leave."""

    def __init__(self, phone: Phone, language: Language, *, colour: bool) -> None:
        self._phone = phone
        self._language: Language = language
        self._story = Story()
        self._colour = colour
        self._left = asyncio.Event()
        self._typing_ends: asyncio.TimerHandle | None = None
        self._told_waiting = False

    async def run(self) -> None:
        self._story.begin(await self._phone.open())
        self._outgoing = Outgoing(self._phone, self._story, self._language, self._show)
        with Screen(self._language, self._phone.business, colour=self._colour) as screen:
            self._screen = screen
            screen.notice(f"{self._phone.name} +{self._phone.number} → {self._phone.business} ({self._phone.line})")
            screen.notice(say(self._language, "hint"))
            screen.show(*self._story.messages[-SHOWN_AT_START:])
            await self._until_left()
        print(say(self._language, "bye"))  # noqa: T201 # a terminal program's last word

    async def _until_left(self) -> None:
        loop = asyncio.get_running_loop()
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        loop.add_reader(0, lambda: self._typed(decoder))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._left.set)
        loop.add_signal_handler(signal.SIGWINCH, self._resized)
        tasks = [asyncio.create_task(work) for work in (self._listen(), self._outgoing.run(), self._look_after())]
        leaving = asyncio.create_task(self._left.wait())
        try:
            done, _ = await asyncio.wait([leaving, *tasks], return_when=asyncio.FIRST_COMPLETED)
        finally:
            loop.remove_reader(0)
            for task in (leaving, *tasks):
                task.cancel()
            await asyncio.gather(leaving, *tasks, return_exceptions=True)
        for task in done:
            task.result()

    def _typed(self, decoder: codecs.IncrementalDecoder) -> None:
        data = b""
        with contextlib.suppress(OSError):
            data = os.read(0, 4096)
        lines = self._screen.editor.feed(decoder.decode(data))
        for line in lines:
            self._entered(line.strip())
        if not data or self._screen.editor.closed:
            self._left.set()
        self._screen.prompt()

    def _entered(self, line: str) -> None:
        if line in _LEAVE:
            self._left.set()
        elif line.lower() in HELP:
            for row in say(self._language, "help").splitlines():
                self._screen.notice(row)
        elif line:
            try:
                self._screen.show(self._outgoing.write(line))
            except BadInput as error:
                self._screen.notice(error.message)

    def _resized(self) -> None:
        self._screen.again(self._story.messages[-SHOWN_AT_START:])

    async def _listen(self) -> None:
        await self._phone.read()
        async for event in self._phone.events():
            if isinstance(event, str):
                self._screen.notice(say(self._language, event))
                continue
            changes = self._story.apply(event)
            self._show(changes)
            if any(unread(change) for change in changes):
                await self._phone.read()

    def _show(self, changes: Sequence[Change]) -> None:
        for change in changes:
            match change:
                case Change("new", Message() as message):
                    self._set_typing(self._screen.typing and message.mine)
                    self._screen.show(message)
                case Change("tick", Message() as message):
                    self._screen.tick(message)
                case _:
                    self._set_typing(True)

    def _set_typing(self, on: bool) -> None:
        if self._typing_ends is not None:
            self._typing_ends.cancel()
            self._typing_ends = None
        if on:
            self._typing_ends = asyncio.get_running_loop().call_later(_TYPING_S, self._set_typing, False)
        if self._screen.typing != on:
            self._screen.typing = on
            self._screen.prompt()

    async def _look_after(self) -> None:
        """Say it once if the business does not take what was written: it may be down."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            late = now_ms() - _UNREAD_MS
            owing = any(m.mine and m.tick is Tick.SENT and m.at_ms < late for m in self._story.messages[-5:])
            if not owing or await self._phone.owed() == 0:
                self._told_waiting = False
            elif not self._told_waiting:
                self._told_waiting = True
                self._screen.notice(say(self._language, "waits"))
