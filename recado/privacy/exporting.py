"""What is known of one person, as a zip that is made while it is sent: JSON for programs, a page for people, the files.

However much there is, some rows and one piece of a file are in memory at a time. The records are those that each room
declares (`recado.personal`); docs/guides/privacy.en.md describes them. `format` in person.json grows when they change.
"""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from dataclasses import dataclass
from typing import IO, cast

from recado.db import Database, json_text
from recado.errors import NotFound
from recado.kit.clock import now
from recado.mailbox.personal import files_in, files_sent
from recado.media.models import Media
from recado.media.personal import file_name
from recado.media.store import Store
from recado.personal import Holding, Person, Reading, Record, read_rows
from recado.privacy.declared import HOLDINGS
from recado.privacy.page import BEGIN, END, message_of
from recado.privacy.people import person_of

FORMAT = 1
# What waits to be sent before more is made.
FLUSH_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Export:
    """The export of one person of a project. Raises what the database and the store raise."""

    database: Database
    store: Store
    project_id: str
    person: Person

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The bytes of the zip."""
        sink = _Sink()
        with zipfile.ZipFile(cast("IO[bytes]", sink), "w", zipfile.ZIP_DEFLATED) as archive:
            for name, lines in self._texts():
                with archive.open(name, "w", force_zip64=True) as entry:
                    async for line in lines:
                        entry.write(line.encode())
                        if sink.waiting >= FLUSH_BYTES:
                            yield sink.take()
                yield sink.take()
            async for row in self._files():
                async for chunk in self._file(archive, sink, row):
                    yield chunk
        yield sink.take()

    async def _files(self) -> AsyncIterator[Media]:
        """What they sent, and what was sent to them alone."""
        async for row in read_rows(self._read(), Media, Media.contact_id.in_(self.person.contact_ids)):
            yield row
        async for row in files_sent(self._read(), self.person):
            yield row

    def _read(self) -> Reading:
        return lambda: self.database.project(self.project_id, read_only=True)

    def _texts(self) -> Iterable[tuple[str, AsyncIterator[str]]]:
        yield "person.json", self._about()
        for holding in HOLDINGS:
            if holding.export is not None and holding.name is not None:
                yield f"{holding.name}.json", _array(holding.export(self._read(), self.person))
        yield "index.html", self._page()

    async def _about(self) -> AsyncIterator[str]:
        about = {
            "format": FORMAT,
            "made_at": now().isoformat(),
            "project_id": self.project_id,
            "contact_id": self.person.contact_ids[0],
            "addresses": [{"kind": kind, "value": value} for kind, value in self.person.addresses],
        }
        yield json.dumps(about, ensure_ascii=False, indent=1)

    async def _page(self) -> AsyncIterator[str]:
        yield BEGIN
        messages = _named("messages")
        came = {row["message_id"]: row async for row in _records(_named("files"), self._read(), self.person)}
        went = {row["id"]: row async for row in _records(_named("files_sent"), self._read(), self.person)}
        async for message in _records(messages, self._read(), self.person):
            if message["direction"] == "in":
                files = [came[message["id"]]] if message["id"] in came else []
            else:
                files = [went[one] for one in files_in(json_text(message["content"])) if one in went]
            yield message_of(message, files)
        yield END

    async def _file(self, archive: zipfile.ZipFile, sink: "_Sink", row: Media) -> AsyncIterator[bytes]:
        if row.state != "stored" or row.store_key is None:
            return
        chunks = self.store.read(row.store_key)
        try:
            first = await anext(chunks, b"")
        except NotFound:  # it went meanwhile
            return
        # Pictures and voices are compressed already.
        about = zipfile.ZipInfo(file_name(row), now().timetuple()[:6])
        with archive.open(about, "w", force_zip64=True) as entry:
            await asyncio.to_thread(entry.write, first)
            yield sink.take()
            async for chunk in chunks:
                await asyncio.to_thread(entry.write, chunk)
                yield sink.take()


async def export_of(database: Database, store: Store, project_id: str, contact_id: str) -> Export:
    """The export of whoever this contact is, all that were merged with it too. Raises `NotFound`."""
    async with database.project(project_id, read_only=True) as session:
        return Export(database, store, project_id, await person_of(session, contact_id))


def _named(name: str) -> Holding:
    return next(holding for holding in HOLDINGS if holding.name == name)


async def _records(holding: Holding, read: Reading, person: Person) -> AsyncIterator[Record]:
    if holding.export is not None:
        async for record in holding.export(read, person):
            yield record


async def _array(records: AsyncIterator[Record]) -> AsyncIterator[str]:
    """A JSON list, one record a line."""
    before = "[\n"
    async for record in records:
        yield before + json.dumps(record, ensure_ascii=False)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


class _Sink(io.RawIOBase):
    """Where the zip is written to: it cannot be gone back in, and what was written is taken away piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self.waiting = 0

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview", /) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        self._parts.append(bytes(data))
        self.waiting += len(self._parts[-1])
        return len(self._parts[-1])

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._parts)
        self._parts.clear()
        self.waiting = 0
        return taken
