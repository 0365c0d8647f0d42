"""What was said before, as a brain gets it."""

from collections.abc import Sequence

from recado.brain.echo import echo_text
from recado.decisions import Said
from recado.kit.clock import from_ms
from recado.mailbox.recent import Recent
from recado.messages import OUT_CONTENT, InboundMessage, words_of

# A brain needs the gist of what was said, not a pasted document.
MAX_SAID = 2_000


def said(messages: Sequence[Recent]) -> tuple[Said, ...]:
    """The words of messages, in their order, long ones cut."""
    return tuple(_said(message) for message in messages)


def _said(message: Recent) -> Said:
    at = from_ms(message.created_ms)
    if message.origin is None:
        content = InboundMessage.model_validate_json(message.body).content
        return Said("contact", echo_text(content)[:MAX_SAID], at)
    text = words_of(OUT_CONTENT.validate_json(message.body))
    return Said("agent" if message.origin == "api" else "assistant", text[:MAX_SAID], at)
