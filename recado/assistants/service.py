"""Assistants. Nothing here commits: the caller's block does. Sessions are a project's."""

import zoneinfo
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import get_args

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from recado.assistants.config import Config, changed, stored
from recado.assistants.models import Assistant
from recado.db import add_unique
from recado.decisions import Language
from recado.errors import BadInput, Conflict, NotFound
from recado.kit.names import check_slug, check_text
from recado.kit.pages import FIRST, Cut, Page, read_page
from recado.kit.spans import ALWAYS, Span

# Waiting longer than this for a person to finish would look like silence.
MAX_SETTLE_MS = 60_000
# What another room does before an assistant goes.
Step = Callable[[AsyncSession, str], Awaitable[None]]
LANGUAGES: frozenset[str] = frozenset(get_args(Language))


async def create_assistant(
    session: AsyncSession,
    *,
    slug: str,
    name: str,
    brain: str,
    brains: Collection[str],
    language: Language = "es",
    timezone: str = "America/Lima",
    settle_ms: int = 0,
    config: Config | None = None,
) -> Assistant:
    """Add an assistant; `brains` are the ones there are.

    Raises `BadInput` (`bad_slug`, `bad_text`, `bad_brain`, `bad_timezone`, `bad_language`, `bad_settle_ms`,
    `bad_config`) or `Conflict` (`assistant_exists`).
    """
    assistant = Assistant(
        slug=check_slug(slug),
        name=check_text(name, "name"),
        brain=_check_brain(brain, brains),
        language=_check_language(language),
        timezone=_check_timezone(timezone),
        settle_ms=_check_settle(settle_ms),
        config=stored(config or Config()),
    )
    await add_unique(session, assistant, Conflict(f"There is already an assistant {slug!r}", code="assistant_exists"))
    return assistant


async def find_assistant(session: AsyncSession, slug: str) -> Assistant | None:
    return await session.scalar(select(Assistant).where(Assistant.slug == slug))


async def get_assistant(session: AsyncSession, assistant_id: str, *, stays: bool = False) -> Assistant:
    """The assistant; `stays`: nobody may delete it before the transaction ends.

    Raises `NotFound` (`assistant_not_found`).
    """
    lock = {"read": True, "key_share": True} if stays else None
    assistant = await session.get(Assistant, assistant_id, with_for_update=lock)
    if assistant is None:
        raise NotFound("There is no such assistant", code="assistant_not_found")
    return assistant


async def list_assistants(
    session: AsyncSession, cut: Cut = FIRST, *, slug: str | None = None, brain: str | None = None, span: Span = ALWAYS
) -> Page[Assistant]:
    """The project's assistants, oldest first."""
    statement = select(Assistant).where(*span.of(Assistant.created_ms))
    if slug is not None:
        statement = statement.where(Assistant.slug == slug)
    if brain is not None:
        statement = statement.where(Assistant.brain == brain)
    return await read_page(session, statement, Assistant, cut)


async def update_assistant(
    session: AsyncSession,
    assistant_id: str,
    *,
    brains: Collection[str],
    name: str | None = None,
    brain: str | None = None,
    language: Language | None = None,
    timezone: str | None = None,
    settle_ms: int | None = None,
    config: Config | None = None,
) -> Assistant:
    """Change what is given, also within `config`. Raises as `create_assistant` does, and `NotFound`."""
    assistant = await get_assistant(session, assistant_id)
    if name is not None:
        assistant.name = check_text(name, "name")
    if brain is not None:
        assistant.brain = _check_brain(brain, brains)
    if language is not None:
        assistant.language = _check_language(language)
    if timezone is not None:
        assistant.timezone = _check_timezone(timezone)
    if settle_ms is not None:
        assistant.settle_ms = _check_settle(settle_ms)
    if config is not None:
        assistant.config = stored(changed(assistant.config, config))
    await session.flush()
    await bump_version(session, assistant_id)
    return assistant


async def delete_assistant(session: AsyncSession, assistant: Assistant, steps: Sequence[Step]) -> None:
    """Remove an assistant. `steps` remove what belongs to it, and raise where something still needs it."""
    await session.refresh(assistant, with_for_update=True)  # no line is given to it meanwhile
    for step in steps:
        await step(session, assistant.id)
    await session.delete(assistant)
    await session.flush()


async def bump_version(session: AsyncSession, assistant_id: str) -> None:
    """Tell every cache that the assistant, or what it knows, has changed. Raises `NotFound`.

    Counted by the database: two writers at once must not arrive at the same number.
    """
    assistant = await get_assistant(session, assistant_id)
    bump = update(Assistant).where(Assistant.id == assistant_id).values(version=Assistant.version + 1)
    await session.execute(bump, execution_options={"synchronize_session": False})
    await session.refresh(assistant, ["version"])


def _check_brain(brain: str, brains: Collection[str]) -> str:
    if brain not in brains:
        raise BadInput(f"There is no brain {brain!r}. There are: {', '.join(sorted(brains))}", code="bad_brain")
    return brain


def _check_language(language: str) -> str:
    if language not in LANGUAGES:
        raise BadInput(f"The language must be one of {', '.join(sorted(LANGUAGES))}", code="bad_language")
    return language


def _check_timezone(timezone: str) -> str:
    try:
        zoneinfo.ZoneInfo(timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput(f"There is no time zone {timezone!r}. Example: America/Lima", code="bad_timezone") from None
    return timezone


def _check_settle(settle_ms: int) -> int:
    if not 0 <= settle_ms <= MAX_SETTLE_MS:
        raise BadInput(f"settle_ms must be from 0 to {MAX_SETTLE_MS}", code="bad_settle_ms")
    return settle_ms
