"""One contract for every place that keeps files."""

import asyncio
import os
import stat
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from recado.errors import NotFound, Unavailable
from recado.media.bucket import PART_BYTES, BucketStore
from recado.media.folder import FolderStore
from recado.media.store import Store, key_of, open_store
from tests.bucket_server import bucket_server, client_of
from tests.mailbox.support import eventually

PROJECT, MEDIA = "01990000-0000-7000-8000-000000000001", "01990000-0000-7000-8000-0000000000ab"
KEY = key_of(PROJECT, MEDIA)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with bucket_server() as url:
        yield url


@pytest.fixture(params=["folder", "bucket"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    if request.param == "folder":
        made: Store = FolderStore(tmp_path / "media")
    else:
        endpoint: str = request.getfixturevalue("endpoint")
        client_of(endpoint).create_bucket(Bucket=f"b-{tmp_path.name.replace('_', '-').lower()[:40]}")
        made = open_store(
            f"s3://b-{tmp_path.name.replace('_', '-').lower()[:40]}/some/where?endpoint={endpoint}", tmp_path
        )
    yield made
    await made.close()


async def pieces(content: bytes, size: int = 100_000, then: Exception | None = None) -> AsyncIterator[bytes]:
    for at in range(0, len(content), size):
        yield content[at : at + size]
    if then is not None:
        raise then


async def content_of(store: Store, start: int = 0, stop: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.read(KEY, start, stop)])


@pytest.mark.parametrize("size", [0, 1, 300_001, PART_BYTES, 2 * PART_BYTES + 12_345])
async def test_what_is_put_is_read_again(store: Store, size: int) -> None:
    content = os.urandom(size)
    await store.put(KEY, pieces(content))
    assert await content_of(store) == content


async def test_a_part_is_read(store: Store) -> None:
    content = os.urandom(600_000)
    await store.put(KEY, pieces(content))
    assert await content_of(store, 10) == content[10:]
    assert await content_of(store, 10, 300_010) == content[10:300_010]
    assert await content_of(store, 7, 7) == b""
    assert await content_of(store, 599_999) == content[-1:]


@pytest.mark.parametrize(
    ("size", "why"),
    [
        (50_000, ZeroDivisionError),
        (2 * PART_BYTES, ZeroDivisionError),
        (50_000, TimeoutError),
        (1, ConnectionResetError),
    ],
)
async def test_a_file_that_breaks_off_is_not_there(store: Store, size: int, why: type[Exception]) -> None:
    with pytest.raises(why):  # itself: it is not the store that fails
        await store.put(KEY, pieces(bytes(size), then=why()))
    with pytest.raises(NotFound) as caught:
        await content_of(store)
    assert caught.value.code == "media_content_missing"


async def test_a_file_that_breaks_off_leaves_the_one_before(store: Store) -> None:
    await store.put(KEY, pieces(b"old"))
    with pytest.raises(ZeroDivisionError):
        await store.put(KEY, pieces(b"new", then=ZeroDivisionError()))
    assert await content_of(store) == b"old"
    await store.put(KEY, pieces(b"newer"))
    assert await content_of(store) == b"newer"


async def test_deleting_twice_is_as_deleting_once(store: Store) -> None:
    await store.put(KEY, pieces(b"old"))
    await store.delete(KEY)
    await store.delete(KEY)
    with pytest.raises(NotFound):
        await content_of(store)


async def test_a_bucket_that_is_not_there_is_unavailable(endpoint: str) -> None:
    store = BucketStore("nowhere-at-all", endpoint=endpoint)
    with pytest.raises(Unavailable) as caught:
        await store.put(KEY, pieces(b"content"))
    assert caught.value.verdict.retry_after_s
    await store.close()


class Silent:
    """A bucket's client that begins a large file, and then says nothing more until it is `over`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.over = threading.Event()

    def create_multipart_upload(self, **_: Any) -> dict[str, str]:
        return {"UploadId": "1"}

    def upload_part(self, **_: Any) -> dict[str, str]:
        return self._hang("part")

    def abort_multipart_upload(self, **_: Any) -> dict[str, str]:
        return self._hang("abort")

    def _hang(self, what: str) -> dict[str, str]:
        self.asked.append(what)
        self.over.wait()
        raise ConnectionResetError

    def close(self) -> None: ...


async def test_a_bucket_that_says_nothing_more_holds_up_no_stop(endpoint: str) -> None:
    store, silent = BucketStore("some", endpoint=endpoint), Silent()
    store._client = silent  # pyright: ignore[reportPrivateUsage]
    try:
        putting = asyncio.create_task(store.put(KEY, pieces(bytes(2 * PART_BYTES))))
        await eventually(lambda: silent.asked == ["part"])
        putting.cancel()
        done, _ = await asyncio.wait([putting], timeout=30)
        assert done
        assert putting.cancelled()
        assert silent.asked == ["part", "abort"]
        # Nor does it take from others the threads of the loop.
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "free"), 30) == "free"
    finally:
        silent.over.set()
        await store.close()


# --- the folder -------------------------------------------------------------------------------------------


async def test_a_folder_is_nobody_elses(tmp_path: Path) -> None:
    await FolderStore(tmp_path / "media").put(KEY, pieces(b"content"))
    made = [*(tmp_path / "media").rglob("*"), tmp_path / "media"]
    assert {path.name for path in made} >= {PROJECT, MEDIA}
    assert [path for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def leave_parts(parts: Path) -> None:
    for name, age_s in (("old", 25 * 3600), ("young", 60)):
        (parts / name).write_bytes(b"half")
        before = (parts / name).stat().st_mtime - age_s
        os.utime(parts / name, (before, before))


async def test_old_parts_are_swept_away_and_young_ones_kept(tmp_path: Path) -> None:
    parts = tmp_path / "media" / "parts"
    store = FolderStore(tmp_path / "media")
    await store.sweep()  # of a folder that nothing was put into yet
    parts.mkdir(parents=True)
    leave_parts(parts)
    (parts / "gone").symlink_to("nowhere")  # as one that another process finishes between two looks
    await store.put(KEY, pieces(b"content"))
    assert sorted(path.name for path in parts.iterdir()) == ["gone", "young"]
    leave_parts(parts)  # while this process lives, whether it puts anything or not
    await store.sweep()
    assert sorted(path.name for path in parts.iterdir()) == ["gone", "young"]


async def test_a_file_goes_with_what_was_half_written_of_it(tmp_path: Path) -> None:
    store, parts = FolderStore(tmp_path / "media"), tmp_path / "media" / "parts"
    other = key_of(PROJECT, "01990000-0000-7000-8000-0000000000ac")

    async def deleting() -> AsyncIterator[bytes]:
        yield b"half"
        assert len([*parts.iterdir()]) == 1
        await store.delete(other)
        assert len([*parts.iterdir()]) == 1
        await store.delete(KEY)
        assert [*parts.iterdir()] == []

    with pytest.raises(Unavailable):
        await store.put(KEY, deleting())
    with pytest.raises(NotFound):
        await content_of(store)


async def test_a_key_cannot_leave_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="inside the store"):
        await FolderStore(tmp_path / "media").delete("../outside")
