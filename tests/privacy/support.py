"""A project with somebody in every table, somebody else beside them, and the same number in another project."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select, text, update

from recado.bulk.models import BulkRecipient
from recado.compat.models import AnswerJob
from recado.contacts.models import Fact
from recado.contacts.service import find_by_address, merge
from recado.db import Database
from recado.events.service import record
from recado.jobs import service as jobs
from recado.jobs.models import Job, Schedule
from recado.kit import new_id, now_ms
from recado.kit.crypto import SecretBox
from recado.mailbox.claims import NewOut
from recado.mailbox.models import Conversation, InboxMessage, OutboxMessage, Unrouted
from recado.media.folder import FolderStore
from recado.media.models import Media
from recado.media.service import upload
from recado.media.store import Store, key_of
from recado.messages import Address
from recado.privacy.erasing import Eraser
from recado.privacy.models import Erasure
from recado.privacy.service import ask_erasure
from recado.projects.service import create_project
from recado.webhooks.models import WebhookDelivery, WebhookEndpoint
from tests.mailbox.support import Shop, World

ANA, ANA_TOO, BETO = "51911111111", "51922222222", "51933333333"
NAME = "Ana Quispe-Zárate"
# What stands only in what is Ana's, besides her name and numbers.
WORDS = ("texto-7319", "respuesta-7319", "hecho-7319", "estado-7319", "dicho-7319", "contenido-7319", "archivo-7319",
         "clave-7319", "recibido-7319", "enviado-7319", "perdido-7319")  # fmt: skip
TRACES = (NAME, ANA_TOO, *WORDS)


async def _bytes(content: bytes) -> AsyncIterator[bytes]:
    yield content


@dataclass
class Life:
    """What the tests look at. `project` is the one in which Ana is erased, `elsewhere` knows her first number, too."""

    world: World
    box: SecretBox
    folder: Path
    project: str
    elsewhere: str
    shop: Shop
    ana: str
    bucket: Store | None = None

    @property
    def database(self) -> Database:
        return self.world.database

    @property
    def store(self) -> Store:
        return self.bucket or FolderStore(self.folder / "media")

    def eraser(self) -> Eraser:
        """The eraser of a new process."""
        return Eraser(self.database, self.store, self.box, self.folder)

    async def contact(self, phone: str, project: str | None = None) -> str:
        async with self.database.project(project or self.project, read_only=True) as session:
            found = await find_by_address(session, Address(kind="phone", value=phone))
        assert found is not None
        return found.id

    async def address_of(self, project: str) -> str:
        """That of the project's line."""
        (line,) = await self.world.rows("SELECT address FROM lines WHERE project_id = :p", p=project)
        return line["address"]

    async def ask(self) -> str:
        async with self.database.project(self.project) as session:
            return (await ask_erasure(session, self.box, self.ana, "test")).id

    async def erase(self) -> Erasure:
        """Ana is gone."""
        erasure = await self.ask()
        assert await self.eraser().work_on(self.project, erasure)
        return await self.erasure(erasure)

    async def erasure(self, erasure_id: str) -> Erasure:
        async with self.database.project(self.project, read_only=True) as session:
            return await session.get_one(Erasure, erasure_id)

    async def everything(self) -> dict[str, list[str]]:
        """The rows of every table there is, the library's too, as texts."""
        async with self.database.engine.connect() as connection:
            names = await connection.run_sync(_tables)
            rows = {name: (await connection.execute(text(f"SELECT * FROM {name}"))).all() for name in names}  # noqa: S608 # its own names
        return {name: [repr(tuple(row)) for row in found] for name, found in rows.items()}

    async def found(self, *needles: str) -> dict[str, list[str]]:
        """Where the texts stand: in which tables, and in which files."""
        tables = {
            name: [needle for needle in needles if any(needle in row for row in rows)]
            for name, rows in (await self.everything()).items()
        }
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        if self.database.is_sqlite:
            files += self.database.sqlite_path.parent.glob(self.database.sqlite_path.name + "*")
        raw = {path.name: found for path, found in zip(files, in_files(files, needles), strict=True)}
        return {name: found for name, found in {**tables, **raw}.items() if found}


def _tables(connection: Any) -> list[str]:
    inspector = inspect(connection)
    schemas = [None] if connection.dialect.name == "sqlite" else ["public", "dbos"]
    return [f'"{schema}"."{name}"' if schema else f'"{name}"' for schema in schemas
            if schema is None or schema in inspector.get_schema_names()
            for name in inspector.get_table_names(schema)]  # fmt: skip


_LOOK = """
import json, sys
paths, needles = json.load(sys.stdin)
json.dump([[needle for needle in needles if needle.encode() in open(path, "rb").read()] for path in paths], sys.stdout)
"""


def in_files(paths: Sequence[Path], needles: Sequence[str]) -> list[list[str]]:
    """For each file, which texts stand in its raw bytes. Another process reads it: the locks are this one's."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LOOK],
        input=json.dumps([[str(path) for path in paths], needles]), capture_output=True, text=True, check=True,
        timeout=90,
    )  # fmt: skip
    return json.loads(done.stdout)


async def live(world: World, box: SecretBox, folder: Path, bucket: Store | None = None) -> Life:
    """Let everybody live for a while. Files are kept in a folder if there is no `bucket`."""
    async with world.database.system() as session:
        project = (await create_project(session, "clinica", "Clínica")).id
        elsewhere = (await create_project(session, "otra", "Otra")).id
    shop, other = await world.shop(project_id=project), await world.shop(project_id=elsewhere)
    await world.execute("UPDATE lines SET channel = 'cloud-api'")
    mailbox = world.mailbox()
    for number, phone in enumerate((ANA, ANA_TOO, BETO)):
        mine = phone != BETO
        for n in range(3):
            words = f"texto-7319 número {n}" if mine else f"de Beto {n}"
            who = (("phone", phone),)
            prefix = "recibido-7319" if mine else "de-beto"
            await mailbox.store(
                [shop.arrival(f"{prefix}.{number}.{n}", who, words=words, name=NAME if mine else "Beto")]
            )
    await mailbox.store([other.arrival("elsewhere", (("phone", ANA),), words="en otro lugar", name="Ana")])
    life = Life(world, box, folder, project, elsewhere, shop, "", bucket)
    life.ana = await life.contact(ANA)
    async with life.database.project(project) as session:
        await merge(session, await life.contact(ANA_TOO), life.ana)
    for phone in (ANA, ANA_TOO, BETO):
        await _more(life, mailbox, phone)
    return life


async def _more(life: Life, mailbox: Any, phone: str) -> None:
    mine = phone != BETO
    mark = "7319" if mine else "otro"  # no id has these letters
    contact = await life.contact(phone)
    async with life.database.project(life.project) as session:
        conversation = (await session.scalars(select(Conversation).where(Conversation.contact_id == contact))).one()
    content = _bytes(f"enviado-{mark}".encode())
    file = await upload(life.database, life.store, life.project, "image/png", f"archivo-{mark}.png", content, 1000)
    image = {"type": "media", "media": "image", "media_id": file.id}
    template = {"type": "template", "name": "foto", "header_media": {"media": "image", "media_id": file.id}}
    by_window = {"type": "by_window", "inside": image, "outside": {"type": "template", "name": "hola"}}
    sent_as = {ANA: template, ANA_TOO: by_window}
    bodies = [{"type": "text", "text": f"respuesta-{mark}"}, sent_as.get(phone, image)]
    out = [NewOut(new_id(), json.dumps(body, separators=(",", ":"))) for body in bodies]
    await mailbox.enqueue(life.project, conversation.id, out, f"clave-{mark}-{phone}")
    media_id = new_id()
    await life.store.put(key_of(life.project, media_id), _bytes(f"contenido-{mark}".encode() * 10))
    async with life.database.project(life.project) as session:
        await session.execute(
            update(Conversation).where(Conversation.id == conversation.id)
            .values(state=json.dumps({"forms": f"estado-{mark}"}), language="es")
        )  # fmt: skip
        first = (
            await session.scalars(
                select(InboxMessage).where(InboxMessage.conversation_id == conversation.id).order_by(InboxMessage.seq)
            )
        ).first()
        assert first is not None
        sent = (
            await session.scalars(select(OutboxMessage).where(OutboxMessage.conversation_id == conversation.id))
        ).first()
        assert sent is not None
        sent.state, sent.provider_message_id = "unknown", f"enviado-{mark}.{phone}"
        session.add(
            Fact(contact_id=contact, name="dato", value=json.dumps(f"hecho-{mark}"), created_ms=1, updated_ms=1)
        )
        session.add(
            Media(
                id=media_id, line_id=life.shop.line_id, conversation_id=conversation.id, contact_id=contact,
                message_id=first.id, kind="audio", voice=True, state="stored", mime_type="audio/ogg",
                filename=f"archivo-{mark}.ogg", size_bytes=10, store_key=key_of(life.project, media_id),
                transcript=f"dicho-{mark}", hearing="done", created_ms=now_ms(), stored_ms=now_ms(),
            )
        )  # fmt: skip
        happened = await record(session, "message.received", {"message_id": first.id}, conversation_id=conversation.id)
        await record(session, "contact.opted_out", {"contact_id": contact})
        endpoint = WebhookEndpoint(url="https://example.com", secret="s", events="[]", after_position=0)
        session.add(endpoint)
        await session.flush()
        session.add(
            WebhookDelivery(
                endpoint_id=endpoint.id, event_id=happened.id, event=happened.name, position=1, due_ms=1, until_ms=1,
                log=json.dumps([{"excerpt": f"recibido-{mark}"}]),
            )
        )  # fmt: skip
        order = {
            "line_id": life.shop.line_id,
            "text": "oferta",
            "contact_ids": [contact],
            "phones": [phone, "34600000009"],
        }
        job = await jobs.submit(session, "bulk_send", order)
        session.add(
            BulkRecipient(
                job_id=job.id, place=0, contact_id=contact, conversation_id=conversation.id, message_id=sent.id,
                state="queued", created_ms=1,
            )
        )  # fmt: skip
        session.add(
            Schedule(
                name="s", kind="bulk_send", input=json.dumps(order), cron="0 9 * * *", timezone="UTC", created_ms=1
            )
        )
        session.add(
            AnswerJob(message_id=first.id, given_conversation=f"whatsapp:{phone}", given_message=f"clave-{mark}",
                      callback_url="https://example.com", callback_due_ms=1, created_ms=1)
        )  # fmt: skip
        session.add(stray(delivery((life.shop.line.address, phone, f"perdido-{mark}"))))


def delivery(*written: tuple[str, str, str]) -> dict[str, Any]:
    """What the Cloud API delivers at once: messages as (line's address, phone number, words)."""
    changes = [
        {
            "field": "messages",
            "value": {
                "metadata": {"phone_number_id": at},
                "contacts": [{"wa_id": phone}],
                "messages": [{"from": phone, "id": words, "timestamp": "1", "type": "text", "text": {"body": words}}],
            },
        }
        for at, phone, words in written
    ]
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}


def stray(body: dict[str, Any], *, at_ms: int = 1) -> Unrouted:
    """A delivery that nobody could be given, as it is kept."""
    address = body["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"]
    return Unrouted(channel="cloud-api", line_address=address, digest=new_id(), body=json.dumps(body), created_ms=at_ms)


def differences(before: dict[str, list[str]], after: dict[str, list[str]], of: Sequence[str]) -> dict[str, list[str]]:
    """Rows that speak of `of` and are not the same any more."""
    return {
        name: lost
        for name, rows in before.items()
        if (lost := [row for row in rows if any(one in row for one in of) and row not in after[name]])
    }


__all__ = ["ANA", "ANA_TOO", "BETO", "NAME", "TRACES", "WORDS", "Job", "Life", "differences", "live"]
