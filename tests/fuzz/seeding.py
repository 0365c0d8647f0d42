"""Two projects with everything in them, every text of which says whose it is."""

from dataclasses import dataclass

from sqlalchemy import select

from recado.assistants.service import create_assistant
from recado.channels.service import create_line
from recado.kit import new_id, now_ms
from recado.knowledge.service import NewEntry, add_entries
from recado.mailbox.claims import NewOut
from recado.mailbox.models import Conversation, InboxMessage
from recado.mailbox.people import Arrival
from recado.messages import Address, InboundMessage, Person, Text
from recado.projects.service import Role, create_key, create_project
from recado.runtime import Runtime, open_runtime
from recado.settings import Settings

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
    }
    return Seeded(admin, ids, (mark, f"mark-of-{name}", number))


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
