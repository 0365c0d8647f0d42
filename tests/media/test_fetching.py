"""What people send is fetched and kept: whole, once, and also when things go wrong."""

import asyncio
import base64
import hashlib
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from recado.errors import NotFound
from recado.kit import new_id, now_ms
from recado.media.fetching import BACKOFF_CAP_S, MAX_TRIES_EXPIRED, Fetcher
from recado.media.folder import FolderStore
from recado.media.limits import MB, digest_in_hex
from recado.media.service import delete_media, get_media, media_of_messages, remove_deleted
from recado.media.stuck import KEPT_BY_PROVIDER_MS, failed_ids, fetch_again, stuck_files
from recado.media.work import MediaWork
from recado.metrics.waiting import read_stored
from tests.mailbox.support import eventually, on_sqlite
from tests.media.support import LineSource, Place, Sources


async def run_until(place: Place, fetcher: Fetcher, *states: str) -> None:
    """Let a worker work until every file is in one of these states."""
    task = asyncio.create_task(fetcher.run())

    async def settled() -> bool:
        return all(row.state in states and row.owner is None for row in await place.rows())

    try:
        await eventually(settled)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_file_is_fetched_and_kept(place: Place) -> None:
    message_id = await place.write("document", size_bytes=700_000, mime_type="application/zip", filename="planos.zip")
    row = await place.row()
    assert (row.state, row.message_id, row.kind, row.filename) == ("pending", message_id, "document", "planos.zip")
    announced = row.sha256
    await run_until(place, place.fetcher(), "stored")
    row = await place.row()
    assert (row.size_bytes, row.mime_type, row.attempts, row.due_ms) == (700_000, "application/zip", 0, None)
    assert row.sha256 == announced == hashlib.sha256(await place.content(row)).hexdigest()
    assert await place.world.events() == ["media.stored"]
    async with place.database.project(place.line.project_id, read_only=True) as session:
        assert [one.id for one in (await media_of_messages(session, [message_id])).values()] == [row.id]
        assert row.contact_id is not None


async def test_a_repeated_delivery_makes_no_second_file(place: Place) -> None:
    await place.write("image", id="77")
    rows = await place.rows()
    assert len(rows) == 1


@pytest.mark.parametrize("fault", ["media_cut", "media_corrupt"])
async def test_a_bad_download_is_tried_again_and_nothing_half_is_kept(place: Place, tmp_path: Path, fault: str) -> None:
    await place.write("image", size_bytes=300_000)
    await place.call("PUT", "faults", {fault: 1.0})
    fetcher = place.fetcher()
    task = asyncio.create_task(fetcher.run())
    await eventually(lambda: fetcher.stats.retried)

    async def refused() -> bool:
        return (await place.row()).error_code is not None

    await eventually(refused)
    row = await place.row()
    assert row.state == "pending"
    assert row.error_code in ("media_unreachable", "media_digest_wrong")
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == []
    await place.call("PUT", "faults", {})
    await place.make_due()
    await eventually(lambda: fetcher.stats.stored)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (await place.row()).state == "stored"


@on_sqlite
@pytest.mark.parametrize(
    ("form", "value", "largest", "code"),
    [
        ("image", {"size_bytes": 5 * MB + 1}, 100 * MB, "media_too_large"),
        ("document", {"size_bytes": MB + 1}, MB, "media_too_large"),
        ("image", {"mime_type": "application/pdf"}, MB, "media_type_refused"),
    ],
)
async def test_what_is_too_large_or_no_such_file_is_refused(
    place: Place, form: str, value: dict[str, object], largest: int, code: str
) -> None:
    await place.write(form, **value)
    await run_until(place, place.fetcher(largest_bytes=largest), "refused")
    assert (await place.row()).error_code == code
    assert await place.world.events() == ["media.refused"]


async def grow_old(place: Place) -> None:
    """The provider has the file no longer."""
    await place.world.execute(
        "UPDATE media SET provider_media_id = '1', created_ms = created_ms - :age", age=KEPT_BY_PROVIDER_MS + 1
    )


@pytest.mark.parametrize(("trouble", "code"), [("line", "access_token_invalid"), ("store", "media_store_unavailable")])
async def test_it_is_tried_for_as_long_as_the_provider_has_it(
    place: Place, tmp_path: Path, trouble: str, code: str
) -> None:
    await place.write("image", size_bytes=1000)
    await place.world.execute("UPDATE media SET attempts = 40")
    fetcher = place.fetcher()
    if trouble == "line":
        line = replace(place.line, secrets={"access_token": "old"})
        fetcher.lines = Sources({line.id: LineSource(place.channel, line)})
    else:
        (tmp_path / "full").write_bytes(b"")  # where the folder should be
        fetcher.store = FolderStore(tmp_path / "full")
    task = asyncio.create_task(fetcher.run())

    async def put_off() -> bool:
        row = await place.row()
        return row.owner is None and row.attempts == 41

    await eventually(put_off)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    row = await place.row()
    assert (row.state, row.error_code) == ("pending", code)
    assert row.due_ms is not None
    assert row.due_ms - now_ms() <= BACKOFF_CAP_S * 1000
    await place.make_due()
    await run_until(place, place.fetcher(), "stored")


@on_sqlite
async def test_what_the_provider_knows_no_longer_is_tried_for_an_hour_and_not_for_a_week(place: Place) -> None:
    """As a file whose message came days late. It might be the token, so the first answer does not decide."""
    await place.write("image")
    await place.world.execute(
        "UPDATE media SET provider_media_id = '1', attempts = :tries", tries=MAX_TRIES_EXPIRED - 2
    )
    task = asyncio.create_task(place.fetcher().run())

    async def put_off() -> bool:
        row = await place.row()
        return row.owner is None and (row.state, row.error_code) == ("pending", "media_expired")

    await eventually(put_off)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with place.database.system(read_only=True) as session:
        assert (await stuck_files(session)).errors == {"media_expired": 1}
    await place.make_due()
    await run_until(place, place.fetcher(), "failed")
    assert (await place.row()).error_code == "media_expired"
    async with place.database.system() as session:  # and that is seen, and can be undone
        assert await failed_ids(session) == [(await place.row()).id]


async def test_files_of_a_line_that_was_deleted_are_given_up(place: Place) -> None:
    await place.write("image")
    fetcher = place.fetcher()
    fetcher.lines = Sources({})
    task = asyncio.create_task(fetcher.run())

    async def put_off() -> bool:  # this process does not know the line, but it is there
        row = await place.row()
        return row.owner is None and (row.state, row.error_code) == ("pending", "line_unknown")

    await eventually(put_off)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await place.world.execute("DELETE FROM lines WHERE id = :id", id=place.line.id)
    await place.make_due()
    await run_until(place, fetcher, "failed")
    row = await place.row()
    assert (row.error_code, row.due_ms) == ("line_deleted", None)
    assert await place.world.events() == ["media.failed"]
    async with place.database.system() as session:
        assert await failed_ids(session) == []


@on_sqlite
async def test_it_is_given_up_in_the_end(place: Place) -> None:
    await place.write("image")
    await grow_old(place)
    await run_until(place, place.fetcher(), "failed")
    assert await place.world.events() == ["media.failed"]


async def test_what_was_given_up_is_counted_and_can_be_fetched_again(place: Place) -> None:
    await place.write("image", size_bytes=1000)
    row = await place.row()
    waiting = await read_stored(place.database)
    assert (waiting.media_stuck, waiting.media_oldest_s >= 0) == ({"pending": 1, "failed": 0}, True)
    await grow_old(place)
    fetcher = place.fetcher()
    await run_until(place, fetcher, "failed")
    stored = await read_stored(place.database)
    assert (stored.media_stuck, stored.media_oldest_s) == ({"pending": 0, "failed": 1}, 0)
    await place.world.execute("UPDATE media SET provider_media_id = :id", id=row.provider_media_id)
    async with place.database.system() as session:
        assert await failed_ids(session) == [row.id]
        assert await fetch_again(session, [row.id, new_id()]) == {row.id}
    await run_until(place, place.fetcher(), "stored")
    async with place.database.system() as session:
        assert (await fetch_again(session, [row.id]), await failed_ids(session)) == (set(), [])
    assert (await read_stored(place.database)).media_stuck == {"pending": 0, "failed": 0}


async def test_two_workers_never_have_one_file(place: Place) -> None:
    for _ in range(6):
        await place.write("image", size_bytes=10)
    first, second = MediaWork(place.database, new_id()), MediaWork(place.database, new_id())
    taken = await asyncio.gather(*(work.claim("keep", 2) for work in (first, second, first, second)))
    ids = [job.id for jobs in taken for job in jobs]
    assert len(ids) == len(set(ids)) == 6
    job = [*taken[0], *taken[2]][0]  # one of the four found nothing left, and any of them may be that one
    assert await first.renew([job]) == {job.id}
    await place.make_due()
    await second.claim("keep", 6)
    assert await first.renew([job]) == set()
    assert not await first.settle(job, {"state": "stored"})


async def test_deleted_means_gone_with_its_content(place: Place) -> None:
    await place.write("image", size_bytes=1000)
    fetcher = place.fetcher()
    await run_until(place, fetcher, "stored")
    row = await place.row()
    async with place.database.project(place.line.project_id) as session:
        assert await delete_media(session, [row.id, new_id()]) == 1
    async with place.database.project(place.line.project_id, read_only=True) as session:
        with pytest.raises(NotFound):
            await get_media(session, row.id)
    assert await remove_deleted(place.database, place.store, place.line.project_id) == 1
    assert await place.rows() == []
    with pytest.raises(NotFound):
        await place.content(row)


@on_sqlite
async def test_a_worker_removes_what_was_deleted(place: Place) -> None:
    await place.write("image", size_bytes=1000)
    await run_until(place, place.fetcher(), "stored")
    row = await place.row()
    async with place.database.project(place.line.project_id) as session:
        await delete_media(session, [row.id])
    fetcher = place.fetcher()
    await run_until(place, fetcher, "gone")
    assert await place.rows() == []
    with pytest.raises(NotFound):
        await place.content(row)


CHILD = """
import asyncio, sys
from pathlib import Path
from recado.channels.cloud_api.channel import CloudApiChannel
from recado.channels.contract import Line
from recado.db import Database
from recado.kit import new_id
from recado.media.fetching import Fetcher
from recado.media.folder import FolderStore
from recado.media.work import MediaWork
from recado.metrics.waiting import read_stored
from tests.contracts.providers import NUMBER, TOKEN
from tests.media.support import LineSource, Sources

url, simulator, folder, line_id, project_id = sys.argv[1:]
line = Line(line_id, project_id, "cloud-api", NUMBER, 80, {"access_token": TOKEN})

async def main():
    source = LineSource(CloudApiChannel(simulator), line)
    work = MediaWork(Database(url), new_id())
    await Fetcher(work, FolderStore(Path(folder)), Sources({line_id: source})).run()

asyncio.run(main())
"""


async def test_who_dies_in_the_middle_of_a_file_leaves_no_half_of_it(place: Place, tmp_path: Path) -> None:
    message_id = await place.write("audio", size_bytes=2 * MB)
    await place.call("PUT", "faults", {"media_pause_s": 0.2})
    folder = tmp_path / "media"
    command = [place.database.url, place.url, str(folder), place.line.id, place.line.project_id]
    with subprocess.Popen(  # noqa: ASYNC220 # it must be killed, and nothing is waited for
        [sys.executable, "-c", CHILD, *command]
    ) as process:

        def begun() -> bool:
            return any(path.stat().st_size for path in folder.glob("parts/*"))

        try:
            await eventually(begun)
        finally:
            os.kill(process.pid, signal.SIGKILL)
    row = await place.row()
    assert row.state == "pending"
    assert [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "parts"] == []
    await place.call("PUT", "faults", {})
    await place.make_due()
    await run_until(place, place.fetcher(), "stored")
    row = await place.row()
    assert (row.message_id, row.size_bytes, row.epoch) == (message_id, 2 * MB, 2)
    assert len(await place.content(row)) == 2 * MB


def test_digests_are_read_in_both_spellings() -> None:
    raw = hashlib.sha256(b"content")
    assert digest_in_hex(base64.b64encode(raw.digest()).decode()) == raw.hexdigest()
    assert digest_in_hex(raw.hexdigest().upper()) == raw.hexdigest()
    assert digest_in_hex("nonsense") is None
    assert digest_in_hex(None) is None
