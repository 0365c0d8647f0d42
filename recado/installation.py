"""Makes what is missing in an installation: projects, assistants, lines and keys. The same again changes nothing.

Each function is one transaction of its own, for the command line and the start of `recado up`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.assistants.models import Assistant
from recado.assistants.service import create_assistant, find_assistant, get_assistant, update_assistant
from recado.audit.noting import by_itself
from recado.channels.models import LineRow
from recado.channels.service import DEFAULT_MAX_PER_SECOND, create_line, find_line, update_line, with_account
from recado.compat.places import ensure_line as ensure_line_for_questions
from recado.db import Database
from recado.demo import DemoProject
from recado.errors import Conflict, NotFound
from recado.kit.crypto import SecretBox
from recado.knowledge.service import NewEntry, add_entries, index_entries
from recado.projects.models import Project
from recado.projects.service import add_known_key, create_project, find_project

# Of a new line whose brain is not said.
DEFAULT_BRAIN = "rules"
# So many other lines of an assistant are named.
_NAMED = 5
# Another process may just be making the project, and then the key; after that both are there.
_KEY_TRIES = 3
_KEYS_VARIABLE = "AI_ASSISTANTS_API_KEYS"


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line as a person asks for it: where it is connected, and with what secrets."""

    channel: str
    address: str
    secrets: Mapping[str, str]
    max_per_second: float | None = None  # None: what it has, DEFAULT_MAX_PER_SECOND for a new one
    name: str | None = None
    waba_id: str | None = None


@dataclass(frozen=True, slots=True)
class Answering:
    """Who shall answer on a line, as far as a person says so; None leaves what there is.

    `assistant` is a slug. `shared`: also an assistant that answers on other lines may be changed.
    """

    brain: str | None = None
    assistant: str | None = None
    settle_ms: int | None = None
    shared: bool = False


@dataclass(frozen=True, slots=True)
class EnsuredLine:
    """What stands now. `created` is false if the line was there already (and was brought up to date)."""

    project_id: str
    assistant_id: str
    line_id: str
    created: bool


async def ensure_line(
    database: Database,
    box: SecretBox,
    line: NewLine,
    *,
    project: str,
    answering: Answering,
    brains: Collection[str],
) -> EnsuredLine:
    """Make the project, the assistant and the line, as far as they are missing, in a database that is migrated.

    `project` is a slug; the assistant is called like its brain unless given. Of a line that is there only what is given
    changes: it keeps an assistant that has this brain. Raises what the services raise, above all `Conflict`
    (`line_exists`) if the line belongs to another project, (`assistant_shared`) as `change_line` does.
    """
    project_id = await _ensure_project(database, project, project)
    async with database.project(project_id) as session:
        found = await find_line(session, line.channel, line.address)
        who = await _who_answers(session, found, answering, brains)
        row, created = await _ensure_line(session, box, line, who.id)
    return EnsuredLine(project_id, who.id, row.id, created)


async def change_line(
    database: Database, box: SecretBox, line: NewLine, answering: Answering, *, brains: Collection[str]
) -> None:
    """Change what is given of a line, whosever it is. Without `answering.assistant` its own one gets the brain.

    Raises `NotFound` (`line_not_found`), `Conflict` (`assistant_shared`) if that would change how other lines answer,
    and what the services raise.
    """
    async with database.system(read_only=True) as session:
        found = await find_line(session, line.channel, line.address)
    if found is None:
        raise NotFound(f"There is no line {line.address!r}. Look: recado line list", code="line_not_found")
    async with database.project(found.project_id) as session:
        if answering.assistant is None:
            who = await get_assistant(session, found.assistant_id)
            await _change_assistant(session, who, found, answering, brains)
        else:
            who = await _who_answers(session, found, answering, brains)
        await _ensure_line(session, box, line, who.id)


async def ensure_demo(
    database: Database, box: SecretBox, demo: DemoProject, line: NewLine, *, brains: Collection[str]
) -> EnsuredLine:
    """Store the demo and its line. What a person has changed in it since stays as it is."""
    with by_itself():
        project_id = await _ensure_project(database, demo.slug, demo.name)
        async with database.project(project_id) as session:
            who = await find_assistant(session, demo.assistant_slug) or await _add_demo(session, demo, brains)
            found = await find_line(session, line.channel, line.address)
            if found is not None:
                await update_line(session, box, found.id, secrets=line.secrets)
                return EnsuredLine(project_id, found.assistant_id, found.id, created=False)
            row, _ = await _ensure_line(session, box, line, who.id)
    return EnsuredLine(project_id, who.id, row.id, created=True)


async def ensure_index(database: Database) -> None:
    """Let the search find entries that were stored by a version without it."""
    more = True
    while more:
        async with database.system() as session:
            more = await index_entries(session) > 0


async def ensure_keys(database: Database, pairs: Sequence[tuple[str, str]]) -> None:
    """Make the keys of `AI_ASSISTANTS_API_KEYS`, (project slug, key) pairs, and their projects. They are admins.

    A key that was revoked stays revoked. Raises `Conflict` (`key_of_other_project`), `BadInput` (`bad_slug`).
    """
    for slug, token in pairs:
        for _ in range(_KEY_TRIES):
            try:
                with by_itself():
                    await _ensure_key(database, slug, token)
                break
            except Conflict as conflict:
                if conflict.code not in ("project_exists", "key_exists"):
                    raise


async def ensure_web_lines(
    database: Database, box: SecretBox, slugs: Sequence[str], *, brains: Collection[str]
) -> None:
    """Give the projects a line on which programs ask, and one that has no assistant its first."""
    for slug in slugs:
        async with database.system(read_only=True) as session:
            project = await find_project(session, slug)
        if project is not None:
            with by_itself():
                await ensure_line_for_questions(database, box, project.id, brains)


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


async def _who_answers(
    session: AsyncSession, line: LineRow | None, answering: Answering, brains: Collection[str]
) -> Assistant:
    if line is not None and answering.assistant is None:
        who = await get_assistant(session, line.assistant_id)
        if answering.brain in (None, who.brain):
            await _change_assistant(session, who, line, answering, brains)
            return who
    brain = answering.brain or DEFAULT_BRAIN
    slug = answering.assistant or brain
    who = await find_assistant(session, slug)
    if who is None:
        settle_ms = answering.settle_ms or 0
        return await create_assistant(session, slug=slug, name=slug, brain=brain, brains=brains, settle_ms=settle_ms)
    await _change_assistant(session, who, line, answering, brains)
    return who


async def _change_assistant(
    session: AsyncSession, who: Assistant, line: LineRow | None, answering: Answering, brains: Collection[str]
) -> None:
    brain = answering.brain if answering.brain != who.brain else None
    settle_ms = answering.settle_ms if answering.settle_ms != who.settle_ms else None
    if brain is None and settle_ms is None:
        return
    if not answering.shared:
        await _refuse_shared(session, who, line)
    await update_assistant(session, who.id, brains=brains, brain=brain, settle_ms=settle_ms)


async def _refuse_shared(session: AsyncSession, who: Assistant, line: LineRow | None) -> None:
    """Raise `Conflict` (`assistant_shared`) if an assistant answers on other lines than this one."""
    others = select(LineRow.address).where(LineRow.assistant_id == who.id).order_by(LineRow.id).limit(_NAMED + 1)
    if line is not None:
        others = others.where(LineRow.id != line.id)
    found = list(await session.scalars(others))
    if found:
        named = ", ".join(found[:_NAMED]) + (" and more" if len(found) > _NAMED else "")
        raise Conflict(
            f"The assistant {who.slug!r} also answers on {named}. Give this line another one, which is made if it is "
            "missing: --assistant SLUG. Or change it for all of them: --shared",
            code="assistant_shared",
        )


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
            config=with_account(None, found.config, line.waba_id) if line.waba_id else None,
        )
        return changed, False
    made = await create_line(
        session,
        box,
        assistant_id=assistant_id,
        channel=line.channel,
        address=line.address,
        name=line.name,
        max_per_second=DEFAULT_MAX_PER_SECOND if line.max_per_second is None else line.max_per_second,
        secrets=line.secrets,
        config=with_account(None, {}, line.waba_id),
    )
    return made, True
