"""Exports: all that is kept of a person and nothing of anybody else, in bounded memory."""

import io
import json
import tracemalloc
import zipfile
from collections.abc import AsyncIterator
from html import unescape

import pytest
from pydantic import BaseModel
from sqlalchemy import select

from recado.media.models import Media
from recado.messages import (
    Choice,
    Contacts,
    FormReply,
    Location,
    Order,
    OrderItem,
    OutByWindow,
    OutTemplate,
    OutText,
    SharedContact,
    Unsupported,
)
from recado.privacy.exporting import export_of
from recado.privacy.page import message_of
from tests.privacy.support import ANA, ANA_TOO, BETO, NAME, Life

MB = 1024 * 1024


async def opened(life: Life) -> zipfile.ZipFile:
    export = await export_of(life.database, life.store, life.project, life.ana)
    return zipfile.ZipFile(io.BytesIO(b"".join([chunk async for chunk in export.chunks()])))


async def test_an_export_has_everything_of_the_person_and_nothing_of_others(life: Life) -> None:
    archive = await opened(life)
    assert archive.testzip() is None
    named = {name for name in archive.namelist() if not name.startswith("media/")}
    assert named == {
        "person.json", "contacts.json", "addresses.json", "facts.json", "conversations.json", "messages.json",
        "files.json", "files_sent.json", "events.json", "bulk_sends.json", "asked_later.json",
        "jobs.json", "schedules.json", "index.html",
    }  # fmt: skip
    read = {name: json.loads(archive.read(name)) for name in named if name.endswith(".json")}
    assert read["person.json"]["format"] == 1
    assert {one["value"] for one in read["person.json"]["addresses"]} == {ANA, ANA_TOO}
    assert [one["name"] for one in read["contacts.json"]] == [NAME, NAME]
    assert [one["value"] for one in read["facts.json"]] == ["hecho-7319"] * 2
    messages = read["messages.json"]
    assert [one["direction"] for one in messages] == ["in", "in", "in", "out", "out"] * 2
    assert [one["place"] for one in messages] == [1, 2, 3, 4, 5] * 2
    asked = {one["given_conversation"] for one in read["asked_later.json"]}
    assert asked == {f"whatsapp:{ANA}", f"whatsapp:{ANA_TOO}"}
    # Lists of whom to write to, by whichever of their names, without the others on them.
    for listed in (read["jobs.json"], read["schedules.json"]):
        assert [one["kind"] for one in listed] == ["bulk_send"] * 2
        assert {name for one in listed for name in one["named"]} >= {ANA, ANA_TOO, life.ana}
    files = [archive.read(one["file"]) for one in read["files.json"]]
    assert files == [b"contenido-7319" * 10] * 2
    # What was sent to them alone, in whatever content.
    sent = read["files_sent.json"]
    assert [archive.read(one["file"]) for one in sent] == [b"enviado-7319"] * 2
    page = archive.read("index.html").decode()
    for words in ("texto-7319 número 0", "respuesta-7319", "dicho-7319", "archivo-7319.ogg"):
        assert words in page
    for one in sent:
        assert page.count(f'<a href="{one["file"]}">archivo-7319.png</a>') == 1
    assert len([name for name in archive.namelist() if name.startswith("media/")]) == 4
    everything = b"".join(archive.read(name) for name in archive.namelist())
    for theirs in (BETO, "34600000009", "de Beto", "-otro", "en otro lugar"):
        assert theirs.encode() not in everything


async def test_what_people_write_runs_nowhere(life: Life) -> None:
    async with life.database.project(life.project) as session:
        row = (await session.scalars(select(Media).where(Media.contact_id == life.ana))).one()
        row.filename = row.transcript = "<script>alert(1)</script>"
    page = (await opened(life)).read("index.html")
    assert b"<script" not in page
    assert b"&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            Location(latitude=-12.05, longitude=-77.03, name="Casa", address="Av. Grau 7"),
            "Ubicación / Location\nCasa\nAv. Grau 7\n-12.05, -77.03",
        ),
        (
            Contacts(contacts=(SharedContact(name="Eva", phones=("+34600",), emails=("e@x.pe",)),)),
            "Contactos / Contact cards\nEva, +34600, e@x.pe",
        ),
        (
            FormReply(name="cita", body="Enviado", fields={"dia": "lunes", "dolor": {"donde": ["rodilla", "pie"]}}),
            "Answers of a form\ncita\nEnviado\ndia: lunes\ndolor donde: rodilla\ndolor donde: pie",
        ),
        (
            Unsupported(provider_type="encuesta", raw={"poll": {"name": "té"}}),
            "Recado does not know this kind of message\nprovider_type: encuesta\npoll name: té",
        ),
        (Order(text=None, items=(OrderItem(product_id="p1", quantity=2),)), "Pedido / Order\nitems product_id: p1\n"),
        (Choice(source="list", id="a", title="Mañana"), "Mañana"),
        (OutTemplate(name="cita", body=("Ana",)), "Plantilla / Template\nname: cita\nbody: Ana"),
        (
            OutByWindow(inside=OutText(text="hola"), outside=OutTemplate(name="cita")),
            "hola\n/\nPlantilla / Template\nname: cita",
        ),
    ],
)
def test_whatever_a_message_holds_is_shown_in_words(content: BaseModel, words: str) -> None:
    message = {"direction": "in", "at_ms": 0, "content": content.model_dump(mode="json")}
    page = unescape(message_of(message, ()))
    assert words in page
    assert "{" not in page


async def _zeros(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // MB):
        yield bytes(MB)


async def test_a_large_file_is_never_in_memory_as_a_whole(life: Life) -> None:
    async with life.database.project(life.project) as session:
        row = (await session.scalars(select(Media).where(Media.contact_id == life.ana))).one()
        assert row.store_key is not None
    await life.store.put(row.store_key, _zeros(64 * MB))
    export = await export_of(life.database, life.store, life.project, life.ana)
    tracemalloc.start()
    try:
        size = 0
        async for chunk in export.chunks():
            size += len(chunk)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 64 * MB
    assert most < 16 * MB
