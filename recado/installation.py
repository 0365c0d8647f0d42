"""Makes what is missing in an installation: projects, assistants, lines and keys. The same again changes nothing.

Each function is one transaction of its own, for the command line and the start of `recado up`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from recado.assistants.models import Assistant
from recado.assistants.service import create_assistant, find_assistant, update_assistant
from recado.channels.models import LineRow
from recado.channels.service import DEFAULT_MAX_PER_SECOND, create_line, find_line, update_line
from recado.db import Database
from recado.demo import DemoProject
from recado.errors import Conflict
from recado.kit.crypto import SecretBox
from recado.knowledge.service import NewEntry, add_entries
from recado.migrate import migrate
from recado.projects.models import Project
from recado.projects.service import add_known_key, create_project, find_project
from recado.settings import Settings

_KEYS_VARIABLE = "AI_ASSISTANTS_API_KEYS"


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line as a person asks for it: where it is connected, and with what secrets."""

    channel: str
    address: str
    secrets: Mapping[str, str]
    max_per_second: float = DEFAULT_MAX_PER_SECOND
    name: str | None = None


@dataclass(frozen=True, slots=True)
class EnsuredLine:
    """What stands now. `created` is false if the line was there already (and was brought up to date)."""

    project_id: str
    assistant_id: str
    line_id: str
    created: bool


async def ensure_line(
    settings: Settings,
    database: Database,
    box: SecretBox,
    line: NewLine,
    *,
    project: str,
    brain: str,
    brains: Collection[str],
    assistant: str | None = None,
) -> EnsuredLine:
    """Make the database, the project, the assistant and the line, as far as they are missing.

    `project` and `assistant` are slugs; the assistant is called like its brain unless given. A line that is there gets
    these secrets, rate and assistant. Raises what the services raise, above all `Conflict` (`line_exists`) if the line
    belongs to another project.
    """
    await migrate(settings)
    project_id = await _ensure_project(database, project, project)
    async with database.project(project_id) as session:
        who = await _ensure_assistant(session, assistant or brain, brain, brains)
        row, created = await _ensure_line(session, box, line, who.id)
    return EnsuredLine(project_id, who.id, row.id, created)


async def ensure_demo(
    database: Database, box: SecretBox, demo: DemoProject, line: NewLine, *, brains: Collection[str]
) -> EnsuredLine:
    """Store the demo and its line. What a person has changed in it since stays as it is."""
    project_id = await _ensure_project(database, demo.slug, demo.name)
    async with database.project(project_id) as session:
        who = await find_assistant(session, demo.assistant_slug) or await _add_demo(session, demo, brains)
        found = await find_line(session, line.channel, line.address)
        if found is not None:
            await update_line(session, box, found.id, secrets=line.secrets)
            return EnsuredLine(project_id, found.assistant_id, found.id, created=False)
        row, _ = await _ensure_line(session, box, line, who.id)
    return EnsuredLine(project_id, who.id, row.id, created=True)


async def ensure_keys(database: Database, pairs: Sequence[tuple[str, str]]) -> None:
    """Make the keys of `AI_ASSISTANTS_API_KEYS`, (project slug, key) pairs, and their projects. They are admins.

    A key that was revoked stays revoked. Raises `Conflict` (`key_of_other_project`), `BadInput` (`bad_slug`).
    """
    for slug, token in pairs:
        try:
            await _ensure_key(database, slug, token)
        except Conflict as conflict:
            if conflict.code not in ("project_exists", "key_exists"):
                raise
            await _ensure_key(database, slug, token)  # another process was just making it, and now it is there


async def _ensure_key(database: Database, slug: str, token: str) -> None:
    project_id = await _ensure_project(database, slug, slug)
    async with database.system() as session:
        try:
            await add_known_key(session, project_id, token, _KEYS_VARIABLE)
        except Conflict as conflict:
            if conflict.code == "key_of_other_project":
                says = f"{_KEYS_VARIABLE}: the key of {slug} opens another project already: give each its own"
                raise Conflict(says, code=conflict.code) from None
            raise


async def _add_demo(session: AsyncSession, demo: DemoProject, brains: Collection[str]) -> Assistant:
    who = await create_assistant(
        session,
        slug=demo.assistant_slug,
        name=demo.assistant_name,
        brain=demo.brain,
        brains=brains,
        language=demo.language,
        timezone=demo.timezone,
    )
    entries = [NewEntry(e.topic, e.language, e.question, e.answer, e.keywords) for e in demo.entries]
    await add_entries(session, who.id, entries)
    return who


async def _ensure_project(database: Database, slug: str, name: str) -> str:
    async with database.system() as session:
        found: Project | None = await find_project(session, slug)
        return (found or await create_project(session, slug, name)).id


async def _ensure_assistant(session: AsyncSession, slug: str, brain: str, brains: Collection[str]) -> Assistant:
    found = await find_assistant(session, slug)
    if found is None:
        return await create_assistant(session, slug=slug, name=slug, brain=brain, brains=brains)
    if found.brain != brain:
        return await update_assistant(session, found.id, brains=brains, brain=brain)
    return found


async def _ensure_line(session: AsyncSession, box: SecretBox, line: NewLine, assistant_id: str) -> tuple[LineRow, bool]:
    found = await find_line(session, line.channel, line.address)
    if found is not None:
        changed = await update_line(
            session,
            box,
            found.id,
            assistant_id=assistant_id,
            name=line.name,
            max_per_second=line.max_per_second,
            secrets=line.secrets,
        )
        return changed, False
    made = await create_line(
        session,
        box,
        assistant_id=assistant_id,
        channel=line.channel,
        address=line.address,
        name=line.name,
        max_per_second=line.max_per_second,
        secrets=line.secrets,
    )
    return made, True
