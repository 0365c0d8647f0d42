"""What an assistant knows of the messages of one turn, where it knows too much to hold in memory."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace

from recado.decisions import Context, Entry
from recado.messages import Choice, Edited, InboundContent, Media, Order, Text

# (project, assistant, what was written, entries talked about before) -> the entries that a turn needs.
Recall = Callable[[str, str, Sequence[str], Sequence[str]], Awaitable[tuple[Entry, ...]]]


async def recalled(recall: Recall, context: Context) -> Context:
    """The context with the entries that its messages ask for, after those that are always held.

    Raises `Unavailable` if the database does not answer.
    """
    facts = context.assistant
    texts = [text for message in context.messages for text in _written(message.content) if text]
    # What the brain keeps of earlier turns may name entries that it answered from.
    before = [value for value in context.state.values() if isinstance(value, str)]
    found = await recall(facts.project_id, facts.id, texts, before)
    held = {entry.id for entry in facts.entries}
    entries = (*facts.entries, *(entry for entry in found if entry.id not in held))
    return replace(context, assistant=replace(facts, entries=entries))


def _written(content: InboundContent) -> Iterable[str | None]:
    match content:
        case Text() | Edited() | Order():
            return (content.text,)
        case Choice():
            return (content.title, content.description)
        case Media():
            return (content.caption,)
        case _:
            return ()
