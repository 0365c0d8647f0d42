"""What the person writes, on its way to the simulator: in order, each until it is taken."""

import asyncio
from collections.abc import Callable
from typing import Any

from recado.chat.phone import Phone
from recado.chat.story import Change, Choice, Message, Story, Tick
from recado.errors import BadInput
from recado.kit import new_id, now_ms


class Outgoing:
    """A queue to one phone. `changed` hears what became of each message."""

    def __init__(self, phone: Phone, story: Story, changed: Callable[[list[Change]], None]) -> None:
        self._phone = phone
        self._story = story
        self._changed = changed
        self._waiting: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()

    def write(self, text: str) -> Message:
        """Queue a text, or the choice that it stands for. Returns it as it is shown."""
        choice = self._story.choice(text)
        # The id is made here, so that a second try after a lost answer is no second message.
        message_id = f"wamid.chat-{new_id()}"
        message = Message(message_id, True, "text", choice.title if choice else text, now_ms(), Tick.WAITING)
        self._story.write(message)
        self._waiting.put_nowait((message_id, _content(choice, text)))
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


def _content(choice: Choice | None, text: str) -> dict[str, Any]:
    return {choice.reply: {"id": choice.id}} if choice is not None else {"text": text}
