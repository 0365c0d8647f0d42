"""Messages that were erased and that their provider delivers once more: they are not new, and nobody wrote them now.

What a process knows of them it has seen a moment ago; meanwhile another one may have erased somebody. So whoever stores
a message looks once more, in that transaction and at no cost: the statement that numbers it tells whether there are
erasures that the process has not seen. What an erasure removes is known as erased before it is gone, and an erasure
waits for the transactions that are older than that.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from recado.errors import RecadoError
from recado.mailbox.driver import Tx
from recado.mailbox.people import Arrival
from recado.mailbox.sql import Query


class WasErased(RecadoError):
    """The message was erased, with whoever wrote it. It is not taken again, however often it is brought."""

    code = "message_erased"
    status = 410

    def __init__(self) -> None:
        super().__init__("This message was erased: do not send it again")


class ForgetsErased(Protocol):
    """Messages that were erased; false while there are none that may come again."""

    def __bool__(self) -> bool: ...

    def without(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """Those that are not known to have been erased."""
        ...

    def seen_until_ms(self) -> int:
        """Erasures whose messages may come again for longer than until then may not have been seen."""
        ...

    def marks(self, arrival: Arrival) -> Sequence[str]:
        """Under which digests a message may stand among the erased ones of its line."""
        ...

    def learn(self, found: Iterable[tuple[str, str]]) -> None:
        """These (line, digest) were erased. May be called in another thread."""
        ...

    async def refresh(self) -> None:
        """Look now."""
        ...


# A part of a statement: whether there is an erasure that may not have been seen.
NEWS = "EXISTS (SELECT 1 FROM erased_messages e WHERE e.until_ms > :erased_after)"
# What nobody's erasure is later than.
NEVER_MS = 1 << 60
_FIND = Query(
    "SELECT e.line_id, e.digest FROM {rows} JOIN erased_messages e ON e.line_id = i.line_id AND e.digest = i.digest",
    rows="line_id uuid, digest text",
)


async def refuse_erased(tx: Tx, arrivals: Sequence[Arrival], erased: ForgetsErased) -> None:
    """Raise `WasErased` if one of the messages was erased by now."""
    found = await tx.fetch(_FIND, [(one.line_id, mark) for one in arrivals for mark in erased.marks(one)])
    if found:
        erased.learn((line_id, digest) for line_id, digest in found)
        raise WasErased
