"""Where the content of files is kept: a small contract, a folder by default, or a bucket.

A file is there whole or not at all. Keys are made by `key_of`, so that a project's files lie together.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from recado.errors import SettingsError

# What passes through memory at a time: enough that the hand-over to a thread costs little.
CHUNK_BYTES = 256 * 1024


class Store(Protocol):
    """Keeps files. One instance serves a process; it is closed once.

    Raises `NotFound` (`media_content_missing`) for what is not there, `Unavailable` (`media_store_unavailable`) when
    the place does not answer or has no room.
    """

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        """Keep a file under `key`, in place of one that was there. If `chunks` raises, nothing is kept or changed."""
        ...

    def read(self, key: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `stop` (the end), in pieces."""
        ...

    async def delete(self, key: str) -> None:
        """Remove a file, with what was half written of it; one that is not there is no error."""
        ...

    async def sweep(self) -> None:
        """Remove what was half written long ago by processes that died; to be called now and then."""
        ...

    async def close(self) -> None: ...


def key_of(project_id: str, media_id: str) -> str:
    """Where a file is kept. The last two digits spread them over folders of bearable size."""
    return f"{project_id}/{media_id[-2:]}/{media_id}"


def open_store(media_url: str, data_dir: Path) -> Store:
    """The store of the setting RECADO_MEDIA_URL; empty is the folder `media` in the data folder."""
    # Imported when chosen: a bucket's library takes 30 MB.
    if not media_url:
        from recado.media.folder import FolderStore

        return FolderStore(data_dir / "media")
    from recado.media.bucket import BucketStore

    parts = urlsplit(media_url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    try:
        return BucketStore(parts.netloc, parts.path.strip("/"), query.get("endpoint"), query.get("region"))
    except ImportError:
        raise SettingsError(
            "RECADO_MEDIA_URL names a bucket, which needs: make setup EXTRAS=s3 (or pip install 'recado[s3]')"
        ) from None
