"""What the person writes, on its way to the simulator: in order, each until it is taken."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from recado.chat.commands import Content, content_of
from recado.chat.phone import Phone
from recado.chat.story import Change, Choice, Message, Story, Tick
from recado.chat.words import Language
from recado.errors import BadInput
from recado.kit import new_id, now_ms


class Outgoing:
    """A queue to one phone. `changed` hears what became of each message."""

    def __init__(self, phone: Phone, story: Story, language: Language, changed: Callable[[list[Change]], None]) -> None:
        self._phone = phone
        self._language: Language = language
        self._story = story
        self._changed = changed
        self._waiting: asyncio.Queue[tuple[str, Mapping[str, Any]]] = asyncio.Queue()

    def write(self, text: str) -> Message:
        """Queue a text, or the choice or the command that it stands for. Returns it as it is shown. Raises `BadInput`
        for a command that cannot be done.
        """
        content = content_of(text, self._story, self._language) or _content(self._story.choice(text), text)
        # The id is made here, so that a second try after a lost answer is no second message.
        message_id = f"wamid.chat-{new_id()}"
        message = Message(message_id, True, content.kind, content.text, now_ms(), Tick.WAITING)
        self._story.write(message)
        self._waiting.put_nowait((message_id, content.body))
        return message

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            message_id, content = await self._waiting.get()
            try:
                await self._phone.write(message_id, content)
            except BadInput as error:
                self._changed(self._story.refused(message_id, error.message))
            else:
                self._changed(self._story.taken(message_id))


def _content(choice: Choice | None, text: str) -> Content:
    if choice is None:
        return Content("text", text, {"text": text})
    return Content("text", choice.title, {choice.reply: {"id": choice.id}})
