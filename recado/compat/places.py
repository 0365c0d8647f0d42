"""Which line takes a project's questions, and who a customer is.

The project's oldest line on the channel `web`; if there is none, one is made with the project's oldest assistant.
"""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.assistants.service import create_assistant, list_assistants
from recado.channels.contract import Line
from recado.channels.models import LineRow
from recado.channels.service import create_line
from recado.channels.web import NAME as CHANNEL
from recado.contacts.service import create_contact, find_by_address, merge, resolve, same_person
from recado.db import Database
from recado.errors import PERMANENT, Conflict, Unavailable
from recado.kit.crypto import SecretBox
from recado.kit.pages import Cut
from recado.mailbox.directory import Directory
from recado.messages import Address

DEFAULT_BRAIN = "rules"
DEFAULT_ASSISTANT = "assistant"
# Another process may be making the same at the same time; after that it is there.
_TRIES = 3


async def line_of(database: Database, box: SecretBox, directory: Directory, project_id: str) -> Line:
    """The line that takes the project's questions. Raises `Conflict` (`no_assistant`), `Unavailable`."""
    found = next((line for line in directory.lines_of(CHANNEL) if line.project_id == project_id), None)
    if found is not None:
        return found
    await ensure_line(database, box, project_id)
    await directory.refresh()
    found = next((line for line in directory.lines_of(CHANNEL) if line.project_id == project_id), None)
    if found is None:
        raise Unavailable(
            "The project's web line cannot be used: recado doctor", code="line_unusable", verdict=PERMANENT
        )
    return found


async def ensure_line(database: Database, box: SecretBox, project_id: str, brains: Collection[str] = ()) -> None:
    """Make the project's web line if it has none. A project without an assistant gets one if `brains` are given.

    Raises `Conflict` (`no_assistant`).
    """
    for _ in range(_TRIES):
        try:
            async with database.project(project_id) as session:
                if await session.scalar(select(LineRow.id).where(LineRow.channel == CHANNEL).limit(1)) is None:
                    assistant_id = await _assistant(session, brains)
                    await create_line(
                        session,
                        box,
                        assistant_id=assistant_id,
                        channel=CHANNEL,
                        address=f"{CHANNEL}:{project_id}",
                        name="Web",
                    )
            return
        except Conflict as conflict:
            if conflict.code not in ("line_exists", "assistant_exists"):
                raise


async def _assistant(session: AsyncSession, brains: Collection[str]) -> str:
    found = (await list_assistants(session, Cut(limit=1))).items
    if found:
        return found[0].id
    if not brains:
        raise Conflict("This project has no assistant yet: make one with POST /api/v1/assistants", code="no_assistant")
    made = await create_assistant(
        session, slug=DEFAULT_ASSISTANT, name=DEFAULT_ASSISTANT, brain=DEFAULT_BRAIN, brains=brains
    )
    return made.id


async def is_linked(database: Database, project_id: str, who: Address, customer: Address) -> bool:
    """Whether whoever writes by `who` is known as this customer."""
    async with database.project(project_id, read_only=True) as session:
        writer, person = await find_by_address(session, who), await find_by_address(session, customer)
        if writer is None or person is None:
            return False
        return (await resolve(session, writer.id)).id == (await resolve(session, person.id)).id


async def link(database: Database, project_id: str, who: Address, customer: Address) -> None:
    """See that whoever writes by `who` is known as this customer. Nobody who is somebody else already is touched."""
    for _ in range(_TRIES):
        try:
            async with database.project(project_id) as session:
                await _link(session, who, customer)
            return
        except Conflict as conflict:
            if conflict.code != "address_taken":
                return


async def _link(session: AsyncSession, who: Address, customer: Address) -> None:
    writer = await find_by_address(session, who) or await create_contact(session, None, (who,))
    person = await find_by_address(session, customer) or await create_contact(session, None, (customer,))
    if (await resolve(session, writer.id)).id != (await resolve(session, person.id)).id and writer.alias_of is None:
        await merge(session, writer.id, person.id)


async def contacts_of(database: Database, project_id: str, customer: Address) -> list[str]:
    """The contacts that are this customer, the one that stands for them first; none if nobody is known by it."""
    async with database.project(project_id, read_only=True) as session:
        found = await find_by_address(session, customer)
        return await same_person(session, found.id) if found is not None else []
