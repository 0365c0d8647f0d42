"""Brains that answer what they got: for tests, benchmarks and trying out a line."""

import asyncio
from typing import assert_never

from recado.decisions import MAX_REPLIES, Context, Decision
from recado.messages import (
    MAX_OUT_TEXT,
    Choice,
    Contacts,
    Deleted,
    Edited,
    FormReply,
    InboundContent,
    Location,
    Media,
    Order,
    OutText,
    Reaction,
    System,
    Text,
    Unsupported,
)

_QUIET = Decision()


def echo_text(content: InboundContent) -> str:
    """The words of a content; one without words is its kind in brackets, such as `[image]`. Never blank."""
    match content:
        case Text() | Edited() | Order() | System():
            said = content.text
        case Choice():
            said = content.title
        case Media():
            said = content.caption or ("[voice]" if content.voice else f"[{content.media}]")
        case Location():
            said = content.name
        case FormReply():
            said = content.body
        case Reaction():
            said = content.emoji
        case Contacts():
            said = ", ".join(shared.name for shared in content.contacts)
        case Deleted() | Unsupported():
            said = None
        case _:
            assert_never(content)
    said = (said or "")[:MAX_OUT_TEXT]
    return said if said.strip() else f"[{content.type}]"


class EchoBrain:
    """Answers exactly the text it got: one reply per pending message, in order."""

    name = "echo"

    async def decide(self, context: Context) -> Decision:
        return echo(context)


class SlowEchoBrain:
    """Echoes after `delay_s` seconds, as a brain that calls a model would."""

    name = "slow-echo"

    def __init__(self, delay_s: float = 1.0) -> None:
        self._delay_s = delay_s

    async def decide(self, context: Context) -> Decision:
        await asyncio.sleep(self._delay_s)
        return echo(context)


def echo(context: Context) -> Decision:
    """One reply per message. Should there be more messages than replies fit, the last reply holds the rest."""
    if context.handed_over:
        return _QUIET
    texts = [echo_text(message.content) for message in context.messages]
    if len(texts) > MAX_REPLIES:
        texts[MAX_REPLIES - 1 :] = ["\n".join(texts[MAX_REPLIES - 1 :])[:MAX_OUT_TEXT]]
    return Decision(replies=tuple(OutText(text=text) for text in texts))
