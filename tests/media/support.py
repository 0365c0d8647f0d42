"""A simulator in a process of its own, a line on it, and workers that fetch from it."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import select

from recado.channels.cloud_api.channel import CloudApiChannel
from recado.channels.contract import Line
from recado.db import Database
from recado.kit import new_id
from recado.mailbox.people import Arrival, ArrivedFile
from recado.mailbox.service import Mailbox
from recado.media.fetching import Fetcher
from recado.media.folder import FolderStore
from recado.media.limits import digest_in_hex
from recado.media.models import Media
from recado.media.outgoing import OutgoingMedia
from recado.media.source import IncomingFile
from recado.media.work import MediaWork
from recado.messages import Address, InboundMessage, Person
from recado.messages import Media as MediaContent
from tests.contracts.providers import NUMBER, TOKEN
from tests.mailbox.support import World

Json = dict[str, Any]
PHONE = "51999000001"


@dataclass(frozen=True)
class LineSource:
    channel: CloudApiChannel
    line: Line

    def fetch(self, media_id: str) -> AbstractAsyncContextManager[IncomingFile]:
        return self.channel.fetch_media(self.line, media_id)


@dataclass(frozen=True)
class Sources:
    """Where files of lines come from."""

    by_line: Mapping[str, LineSource]

    def source(self, line_id: str) -> LineSource | None:
        return self.by_line.get(line_id)


@dataclass
class Place:
    """One line on the simulator, with its database and its store."""

    world: World
    url: str
    http: aiohttp.ClientSession
    line: Line
    store: FolderStore
    channel: CloudApiChannel
    mailbox: Mailbox

    @property
    def database(self) -> Database:
        return self.world.database

    async def call(self, method: str, path: str, body: Json | None = None) -> Json:
        async with self.http.request(method, f"{self.url}/simulator/{path}", json=body) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return answer

    async def write(self, form: str, **value: Any) -> str:
        """A person sends a file; the message is stored as a webhook would store it. Its id."""
        made = await self.call("POST", "inject", {"from": PHONE, form: value})
        entry = (await self.call("GET", "transcript"))["entries"][-1]
        assert entry["id"] == made["id"]
        kind = entry["type"]
        part = entry["content"][kind]
        voice = bool(part.get("voice"))
        content = MediaContent(
            media=kind, media_id=part["id"], mime_type=part["mime_type"], sha256=part["sha256"], voice=voice
        )
        person = Person(addresses=(Address(kind="phone", value=PHONE),))
        message = InboundMessage(provider_message_id=made["id"], sender=person, sent_ms=1, content=content)
        digest = digest_in_hex(part["sha256"])
        file = ArrivedFile(kind, voice, part["id"], part["mime_type"], digest, part.get("filename"))
        arrival = Arrival(
            self.line.project_id,
            self.line.id,
            made["id"],
            (("phone", PHONE),),
            "Ana",
            entry["at_ms"],
            message.model_dump_json(),
            file=file,
        )
        (stored,) = await self.mailbox.store([arrival])
        assert stored.message_id is not None
        return stored.message_id

    def fetcher(self, **more: Any) -> Fetcher:
        work = MediaWork(self.database, new_id())
        return Fetcher(work, self.store, Sources({self.line.id: LineSource(self.channel, self.line)}), **more)

    async def rows(self) -> list[Media]:
        async with self.database.project(self.line.project_id, read_only=True) as session:
            return list((await session.scalars(select(Media).order_by(Media.id))).all())

    async def row(self) -> Media:
        (row,) = await self.rows()
        return row

    async def make_due(self) -> None:
        """Let every wait and every lease be over."""
        await self.world.execute("UPDATE media SET due_ms = 0 WHERE due_ms IS NOT NULL")

    async def content(self, row: Media) -> bytes:
        assert row.store_key is not None
        return b"".join([chunk async for chunk in self.store.read(row.store_key)])


@asynccontextmanager
async def place(world: World, url: str, folder: Path) -> AsyncGenerator[Place]:
    shop = await world.shop()
    line = Line(shop.line_id, shop.project_id, "cloud-api", NUMBER, 80, {"access_token": TOKEN})
    store = FolderStore(folder / "media")
    channel = CloudApiChannel(url, connect_timeout_s=20.0, media=OutgoingMedia(world.database, store))
    async with aiohttp.ClientSession() as http:
        made = Place(world, url, http, line, store, channel, world.mailbox())
        await made.call("POST", "reset", {})
        yield made
        await channel.close()


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(content), 100_000):
        yield content[at : at + 100_000]
