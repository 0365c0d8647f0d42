"""Two projects with everything in them, every text of which says whose it is."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy import select

from recado.assistants.service import create_assistant
from recado.bulk.service import KIND as BULK_SEND
from recado.channels.service import create_line
from recado.db import json_text
from recado.events.service import record
from recado.jobs import schedules
from recado.jobs import service as jobs
from recado.jobs.callbacks import call_back
from recado.kit import new_id, now_ms
from recado.kit.destinations import Destinations
from recado.knowledge.service import NewEntry, add_entries
from recado.mailbox.claims import NewOut
from recado.mailbox.models import Conversation, InboxMessage
from recado.mailbox.people import Arrival
from recado.main import job_kinds
from recado.media.service import upload
from recado.messages import Address, InboundMessage, Person, Text
from recado.privacy.models import Erasure
from recado.projects.service import Role, create_key, create_project
from recado.runtime import Runtime, open_runtime
from recado.settings import Settings
from recado.webhooks.models import WebhookDelivery
from recado.webhooks.service import add_endpoint

NUMBERS = {"ours": "51900000001", "theirs": "51900000002"}


@dataclass(frozen=True)
class Seeded:
    """A project: an admin's key, its ids by the names of the API's path parameters, and what only it knows."""

    key: str
    ids: dict[str, str]
    marks: tuple[str, ...]


async def seed(settings: Settings) -> dict[str, Seeded]:
    """Both projects, by name. No Recado runs on the database yet."""
    async with open_runtime(settings) as runtime:
        return {name: await _seed(runtime, name) for name in NUMBERS}


async def _seed(runtime: Runtime, name: str) -> Seeded:
    mark, number = f"MARK-OF-{name.upper()}", NUMBERS[name]
    async with runtime.database.system() as session:
        project = await create_project(session, f"mark-of-{name}", mark)
    async with runtime.database.project(project.id) as session:
        _, admin = await create_key(session, project.id, mark, Role.ADMIN)
        spare, _ = await create_key(session, project.id, mark, Role.READ)
        assistant = await create_assistant(
            session, slug=f"mark-of-{name}", name=mark, brain="rules", brains=runtime.brains.keys()
        )
        (entry,) = await add_entries(session, assistant.id, [NewEntry(mark, "es", mark, mark, (mark,))])
        line = await create_line(
            session,
            runtime.box,
            assistant_id=assistant.id,
            channel="cloud-api",
            address=number,
            name=mark,
            secrets={"app_secret": mark, "access_token": mark},
            config={"note": mark},
        )
    await runtime.directory.refresh()
    conversation_id, inbox_id, contact_id = await _arrive(runtime, project.id, line.id, mark, number)
    body = f'{{"type":"text","text":"{mark}"}}'
    queued = await runtime.mailbox.enqueue(project.id, conversation_id, [NewOut(new_id(), body, "api")])
    more = await _more(runtime, project.id, line.id, conversation_id, contact_id, mark, number)
    ids = {
        "project_id": project.id,
        "key_id": spare.id,
        "assistant_id": assistant.id,
        "entry_id": entry.id,
        "line_id": line.id,
        "contact_id": contact_id,
        "conversation_id": conversation_id,
        "message_id": queued.ids[0],
        "inbox_id": inbox_id,
        **more,
    }
    return Seeded(admin, ids, (mark, f"mark-of-{name}", number))


async def _more(
    runtime: Runtime, project_id: str, line_id: str, conversation_id: str, contact_id: str, mark: str, number: str
) -> dict[str, str]:
    """One of everything that comes after a conversation: work, a webhook with a delivery, a file, an erasure."""
    address = f"https://example.com/{mark}"
    order = {"line_id": line_id, "text": mark, "phones": [number]}
    async with runtime.database.project(project_id) as session:
        job = await jobs.submit(session, BULK_SEND, order)
        await call_back(session, runtime.box, Destinations(), job, address, f"secret-of-{mark}")
        job.state = "cancelled"  # nobody is to be written to
        schedule = await schedules.create(
            session, job_kinds(runtime), name=mark, kind=BULK_SEND, cron="0 0 29 2 *", timezone="UTC", given=order
        )
        webhook, _ = await add_endpoint(
            session, runtime.box, Destinations(), address, ["schedule.missed"], f"secret-of-{mark}"
        )
        event = await record(session, "seeded", {"text": mark}, conversation_id=conversation_id)
        delivery = WebhookDelivery(
            endpoint_id=webhook.id, event_id=event.id, event=event.name, position=0, state="dead", due_ms=0, until_ms=0
        )
        # A receipt: whoever is still to be erased would be gone before anybody asks.
        erasure = Erasure(
            state="done", asked_by=mark, contact_ids=json_text([contact_id]), marks="[]", person="", created_ms=now_ms()
        )
        session.add_all([delivery, erasure])
    file = await upload(runtime.database, runtime.store, project_id, "text/plain", f"{mark}.txt", _file(mark), 1000)
    return {
        "job_id": job.id,
        "schedule_id": schedule.id,
        "webhook_id": webhook.id,
        "delivery_id": delivery.id,
        "media_id": file.id,
        "erasure_id": erasure.id,
    }


async def _file(mark: str) -> AsyncIterator[bytes]:
    yield mark.encode()


async def _arrive(runtime: Runtime, project_id: str, line_id: str, mark: str, number: str) -> tuple[str, str, str]:
    """Let a message come in; the ids of its conversation, itself and its contact."""
    person = Person(addresses=(Address(kind="phone", value=number),), name=mark)
    message = InboundMessage(
        provider_message_id=f"wamid.{mark}", sender=person, sent_ms=now_ms(), content=Text(text=mark)
    )
    body = message.model_dump_json()
    arrival = Arrival(project_id, line_id, f"wamid.{mark}", (("phone", number),), mark, message.sent_ms, body)
    (stored,) = await runtime.mailbox.store([arrival])
    async with runtime.database.project(project_id) as session:
        inbox_id = await session.scalar(select(InboxMessage.id))
        conversation = await session.get(Conversation, stored.conversation_id)
        assert inbox_id is not None
        assert conversation is not None
        return stored.conversation_id, inbox_id, conversation.contact_id
