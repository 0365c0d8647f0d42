"""Pages of a long list, by cursor. Ids grow with time, so the id of the last item is all that a cursor needs."""

import base64
import binascii
import uuid
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from recado.errors import BadInput

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


class HasId(Protocol):
    id: Mapped[str]


Item = TypeVar("Item")
Entity = TypeVar("Entity", bound=HasId)


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items, and where the next page begins: None after the last one."""

    items: tuple[Item, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """Which page: after `cursor` (None: the first), at most `limit` items.

    Raises `BadInput` (`bad_limit`, `bad_cursor`) for what is no page.
    """

    cursor: str | None = None
    limit: int = DEFAULT_LIMIT

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise BadInput(f"limit must be from 1 to {MAX_LIMIT}", code="bad_limit")
        if self.cursor is not None:
            decode_cursor(self.cursor)


FIRST = Cut()


def encode_cursor(last_id: str) -> str:
    """An opaque cursor: the 16 bytes of a UUID, 22 characters that are safe in a URL."""
    return base64.urlsafe_b64encode(uuid.UUID(last_id).bytes).decode().rstrip("=")


def decode_cursor(cursor: str) -> str:
    """The id inside. Raises `BadInput` (`bad_cursor`)."""
    try:
        return str(uuid.UUID(bytes=base64.b64decode(cursor.encode("ascii") + b"==", altchars=b"-_", validate=True)))
    except (ValueError, binascii.Error):
        raise BadInput("cursor must be the next_cursor of an earlier page", code="bad_cursor") from None


async def read_page(
    session: AsyncSession,
    statement: Select[Entity],
    entity: type[Entity],
    cut: Cut = FIRST,
    *,
    newest_first: bool = False,
) -> Page[Entity]:
    """One page of `statement`, which selects `entity` and has neither order nor limit."""
    order = entity.id.desc() if newest_first else entity.id.asc()
    if cut.cursor is not None:
        last = decode_cursor(cut.cursor)
        statement = statement.where(entity.id < last if newest_first else entity.id > last)
    found = (await session.scalars(statement.order_by(order).limit(cut.limit + 1))).all()
    items = tuple(found[: cut.limit])
    return Page(items, encode_cursor(str(items[-1].id)) if len(found) > cut.limit else None)
