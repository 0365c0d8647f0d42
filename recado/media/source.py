"""A file on its way in, as the room gets it from a channel."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

EXPIRED = "media_expired"
"""The code of an error that says: the provider does not know the file any more, or does not show it to the line."""


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """What the provider says of a file (`sha256` in hex), and its bytes in pieces."""

    chunks: AsyncIterator[bytes]
    mime_type: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None


class Source(Protocol):
    """The far side of one line."""

    def fetch(self, media_id: str) -> AbstractAsyncContextManager[IncomingFile]:
        """The file that the provider calls so. Raises `RecadoError`, whose verdict decides."""
        ...
