"""Files that go out: uploaded once a line, sent by id or by link, uploaded anew when Meta has them no longer."""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from recado.channels.cloud_api.channel import CloudApiChannel
from recado.channels.cloud_api.media import FRESH_MS
from recado.channels.contract import Line, Outgoing
from recado.errors import BadInput, MediaError, SendError
from recado.kit import new_id
from recado.mailbox.claims import NewOut
from recado.mailbox.sender import MAX_SLOTS, Sender
from recado.media.limits import MB
from recado.media.models import Media
from recado.media.outgoing import OutgoingMedia, Uploaded
from recado.media.service import delete_media, upload
from recado.media.store import Store
from recado.messages import OUT_CONTENT, Address, OutMedia, OutTemplate, TemplateMedia
from tests.contracts.providers import NUMBER
from tests.mailbox.support import FakeDirectory, Shop, answer, claim, eventually, on_sqlite, out, person, running
from tests.media.support import PHONE, Place, pieces


async def kept(place: Place, mime_type: str = "image/png", size: int = 400_000, filename: str | None = None) -> Media:
    content = pieces(os.urandom(size))
    project_id = place.line.project_id
    return await upload(place.database, place.store, project_id, mime_type, filename, content, 100 * MB)


def outgoing(**content: Any) -> Outgoing:
    return Outgoing(new_id(), (Address(kind="phone", value=PHONE),), OutMedia(**content))


async def sent(place: Place) -> list[dict[str, Any]]:
    entries = (await place.call("GET", "transcript"))["entries"]
    return [entry["content"] for entry in entries if entry["direction"] == "out"]


async def uploads(place: Place) -> list[dict[str, Any]]:
    return await place.world.rows("SELECT provider_media_id, expires_ms - created_ms AS lives FROM media_uploads")


class HeldStore:
    """A store that begins to read its files when it may."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.begun = 0
        self.go_on = asyncio.Event()

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        await self._store.put(key, chunks)

    async def read(self, key: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        self.begun += 1
        await self.go_on.wait()
        async for chunk in self._store.read(key, start, stop):
            yield chunk

    async def delete(self, key: str) -> None:
        await self._store.delete(key)

    async def sweep(self) -> None:
        await self._store.sweep()

    async def close(self) -> None:
        await self._store.close()


class LosingUploads(OutgoingMedia):
    """Tells of an upload, and then the database is away."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.database, place.store)
        self._world = place.world

    async def uploaded(self, project_id: str, line_id: str, media_id: str) -> Uploaded | None:
        found = await super().uploaded(project_id, line_id, media_id)
        await self._world.execute("ALTER TABLE media_uploads RENAME TO away")
        return found


@asynccontextmanager
async def closing(channel: CloudApiChannel) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        await channel.close()


async def test_uploads_leave_places_to_what_other_lines_send(place: Place) -> None:
    row, store = await kept(place), HeldStore(place.store)
    busy = Shop(place.line.project_id, replace(place.line, max_per_second=100_000.0))
    quiet = await place.world.shop(project_id=busy.project_id)
    quiet = Shop(quiet.project_id, replace(quiet.line, channel="cloud-api", address=NUMBER, secrets=busy.line.secrets))
    channel = CloudApiChannel(place.url, media=OutgoingMedia(place.database, store))
    sender = Sender(place.mailbox, FakeDirectory([busy, quiet]), {"cloud-api": channel}, 30.0)
    await place.mailbox.store([busy.arrival(f"hola {n}", person(n)) for n in range(MAX_SLOTS)])
    for held in await claim(place.mailbox):
        file = OutMedia(media="image", media_id=row.id).model_dump_json()
        assert await answer(place.mailbox, held, NewOut(new_id(), file), out("Es el plano"))
    tried = "SELECT 1 FROM outbox WHERE state = 'sending' OR error_code = 'media_uploading'"

    async def all_tried() -> bool:
        return len(await place.world.rows(tried)) >= MAX_SLOTS

    async def entries() -> list[dict[str, Any]]:
        return (await place.call("GET", "transcript?limit=1000"))["entries"]

    async def all_arrived() -> bool:
        return len(await entries()) == 2 * MAX_SLOTS + 1

    async with closing(channel), running(sender):
        await eventually(lambda: store.begun)
        await eventually(all_tried)
        await place.mailbox.store([quiet.arrival("hola", person(500))])
        (held,) = await claim(place.mailbox)
        await answer(place.mailbox, held, out("Buenas"))
        await eventually(entries)
        assert [one["content"]["text"]["body"] for one in await entries()] == ["Buenas"]
        store.go_on.set()
        await eventually(all_arrived)
    assert store.begun == 1
    arrived = await entries()
    for n in range(MAX_SLOTS):
        ((_, number),) = person(n)
        assert [one["type"] for one in arrived if one["wa_id"] == number] == ["image", "text"]


async def test_a_file_is_uploaded_once_and_sent_by_its_id(place: Place) -> None:
    row = await kept(place)
    messages = [outgoing(media="image", media_id=row.id, caption="El plano") for _ in range(3)]
    await asyncio.gather(*(place.channel.prepare(place.line, one) for one in messages))
    for one in messages:
        await place.channel.send(place.line, one, 1)
    (made,) = await uploads(place)
    assert made["lives"] == 29 * 24 * 3600 * 1000
    parts = [content["image"] for content in await sent(place)]
    assert parts == [{"id": made["provider_media_id"], "caption": "El plano"}] * 3


async def at_meta(place: Place) -> str:
    """The id that Meta gave to a file which somebody else has uploaded on the line."""
    form = aiohttp.FormData({"messaging_product": "whatsapp", "type": "application/pdf"})
    form.add_field("file", b"%PDF-1.7", filename="f.pdf", content_type="application/pdf")
    headers = {"Authorization": f"Bearer {place.line.secrets['access_token']}"}
    async with place.http.post(f"{place.url}/v24.0/{place.line.address}/media", data=form, headers=headers) as answer:
        return (await answer.json())["id"]


async def test_the_header_of_a_template_takes_a_file_of_ours(place: Place) -> None:
    components = [{"type": "HEADER", "format": "DOCUMENT"}, {"type": "BODY", "text": "Su factura"}]
    await place.call("POST", "templates", {"name": "factura", "language": "es", "components": components})
    row = await kept(place, "application/pdf", 1000)
    metas = await at_meta(place)
    for media_id in (row.id, metas):
        header = TemplateMedia(media="document", media_id=media_id, filename="f.pdf")
        content = OutTemplate(name="factura", language="es", header_media=header)
        message = Outgoing(new_id(), (Address(kind="phone", value=PHONE),), content)
        await place.channel.prepare(place.line, message)
        await place.channel.send(place.line, message, 1)
    (made,) = await uploads(place)
    refused = OutTemplate(name="factura", language="es", header_media=TemplateMedia(media="document", media_id="12345"))
    with pytest.raises(SendError) as caught:
        await place.channel.send(place.line, replace(message, content=refused), 1)
    assert (caught.value.code, caught.value.verdict.permanent) == ("invalid_message", True)
    headers = [one["template"]["components"][0]["parameters"][0]["document"] for one in await sent(place)]
    ids = [made["provider_media_id"], metas]
    assert headers == [{"id": one, "filename": "f.pdf"} for one in ids]


@on_sqlite
async def test_an_upload_that_is_not_answered_is_made_again_and_no_message_left(place: Place) -> None:
    row = await kept(place, size=1_000)
    message = outgoing(media="image", media_id=row.id)
    await place.call("PUT", "faults", {"upload_cut": 1.0, "upload_pause_s": 0.01})
    with pytest.raises(SendError) as refused:
        await place.channel.prepare(place.line, message)
    assert (refused.value.code, refused.value.verdict.permanent) == ("media_upload_failed", False)
    assert (await uploads(place), await sent(place)) == ([], [])
    await place.call("PUT", "faults", {})
    await place.channel.prepare(place.line, message)
    await place.channel.send(place.line, message, 1)
    (made,), (content,) = await uploads(place), await sent(place)
    assert content["image"]["id"] == made["provider_media_id"]
    assert (await place.call("GET", "stats"))["faults"]["upload_cut"] >= 1


@on_sqlite
async def test_what_arrives_is_what_was_kept(place: Place) -> None:
    row = await kept(place, "application/pdf", 2 * MB + 1, "receta.pdf")
    await place.channel.prepare(place.line, outgoing(media="document", media_id=row.id))
    (made,) = await uploads(place)
    async with place.channel.fetch_media(place.line, made["provider_media_id"]) as file:
        assert (file.sha256, file.size_bytes, file.mime_type) == (row.sha256, 2 * MB + 1, "application/pdf")


async def test_an_id_that_meta_forgot_is_uploaded_anew(place: Place) -> None:
    components = [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Su foto"}]
    await place.call("POST", "templates", {"name": "foto", "language": "es", "components": components})
    row = await kept(place)
    alone = outgoing(media="image", media_id=row.id)
    header = TemplateMedia(media="image", media_id=row.id)
    above = replace(alone, content=OutTemplate(name="foto", language="es", header_media=header))
    for n, message in enumerate((alone, above)):
        await place.channel.prepare(place.line, message)
        await place.world.execute(
            "UPDATE media_uploads SET provider_media_id = '1', created_ms = created_ms - :age", age=FRESH_MS
        )
        with pytest.raises(SendError) as caught:
            await place.channel.send(place.line, message, 1)
        assert caught.value.code == "media_expired"
        assert not caught.value.verdict.permanent
        await place.channel.prepare(place.line, message)
        await place.channel.send(place.line, message, 1)
        assert len(await sent(place)) == n + 1


@on_sqlite
async def test_a_young_id_that_is_refused_is_not_uploaded_again_and_again(place: Place) -> None:
    row = await kept(place)
    message = outgoing(media="image", media_id=row.id)
    await place.channel.prepare(place.line, message)
    await place.world.execute("UPDATE media_uploads SET provider_media_id = '1'")
    with pytest.raises(SendError) as caught:
        await place.channel.send(place.line, message, 1)
    assert caught.value.verdict.permanent


async def test_a_database_that_is_away_for_a_moment_says_nothing_about_the_message(place: Place) -> None:
    row = await kept(place)
    message = outgoing(media="image", media_id=row.id)
    await place.channel.prepare(place.line, message)
    await place.world.execute(
        "UPDATE media_uploads SET provider_media_id = '1', created_ms = created_ms - :age", age=FRESH_MS
    )

    async def refused(what: Awaitable[Any]) -> None:
        with pytest.raises(SendError) as caught:
            await what
        assert (caught.value.code, caught.value.counts, caught.value.verdict.permanent) == ("unavailable", False, False)

    await place.world.execute("ALTER TABLE media RENAME TO away")
    await refused(place.channel.prepare(place.line, outgoing(media="image", media_id=new_id())))
    await place.world.execute("ALTER TABLE away RENAME TO media")
    await place.world.execute("ALTER TABLE media_uploads RENAME TO away")
    await refused(place.channel.prepare(place.line, message))
    await place.world.execute("ALTER TABLE away RENAME TO media_uploads")
    # The same where Meta refused an id: whether it is an old one cannot be told.
    channel = CloudApiChannel(place.url, media=LosingUploads(place))
    async with closing(channel):
        await refused(channel.send(place.line, message, 1))
    await place.world.execute("ALTER TABLE away RENAME TO media_uploads")
    assert await sent(place) == []


@on_sqlite
async def test_a_file_that_is_gone_or_anothers_is_refused_for_good(place: Place) -> None:
    row = await kept(place)
    theirs = Line(place.line.id, new_id(), "cloud-api", place.line.address, 80, place.line.secrets)
    gone = await kept(place)
    async with place.database.project(place.line.project_id) as session:
        await delete_media(session, [gone.id])
    for line, media_id in ((place.line, gone.id), (place.line, new_id()), (theirs, row.id)):
        with pytest.raises(SendError) as caught:
            await place.channel.prepare(line, outgoing(media="image", media_id=media_id))
        assert (caught.value.code, caught.value.verdict.permanent) == ("media_not_found", True)


@on_sqlite
async def test_links_and_voice_notes(place: Place) -> None:
    row = await kept(place, "audio/ogg", 1000)
    await place.channel.send(place.line, outgoing(media="voice", media_id=row.id), 1)
    link = "https://example.com/a.pdf"
    await place.channel.send(place.line, outgoing(media="document", link=link, caption="Hola", filename="a.pdf"), 1)
    voice, document = await sent(place)
    assert voice["type"] == "audio"
    assert voice["audio"]["voice"] is True
    assert document["document"] == {"link": link, "caption": "Hola", "filename": "a.pdf"}
    with pytest.raises(SendError) as caught:  # the simulator refuses it as Meta does
        await place.channel.send(place.line, outgoing(media="sticker", media_id=row.id), 1)
    assert (caught.value.code, caught.value.verdict.permanent) == ("media_failed", True)
    assert len(await sent(place)) == 2


@on_sqlite
@pytest.mark.parametrize(
    ("mime_type", "size", "code"),
    [
        ("application/x-sh", 10, "media_type_refused"),
        ("image/png", 5 * MB + 1, "media_too_large"),
        ("image/png", 0, "media_empty"),
    ],
)
async def test_what_cannot_be_sent_is_not_kept(place: Place, mime_type: str, size: int, code: str) -> None:
    with pytest.raises((MediaError, BadInput)) as caught:
        await kept(place, mime_type, size)
    assert caught.value.code == code
    assert [row.state for row in await place.rows()] in ([], ["deleting"])


@pytest.mark.parametrize(
    "content",
    [
        {"media": "image"},
        {"media": "image", "media_id": "x"},
        {"media": "image", "link": "http://example.com/a.png"},
        {"media": "image", "link": "https://example.com/a.png", "media_id": new_id()},
        {"media": "sticker", "link": "https://example.com/a.webp", "caption": "no"},
        {"media": "image", "link": "https://example.com/a.png", "filename": "a.png"},
        {"media": "image", "link": "https://example.com/a.png", "caption": "x" * 1025},
    ],
)
def test_contents_that_do_not_fit(content: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        OUT_CONTENT.validate_python({"type": "media", **content})
