"""Assistants. Nothing here commits: the caller's block does. Sessions are a project's."""

import zoneinfo
from collections.abc import Collection
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

# Waiting longer than this for a person to finish would look like silence.
MAX_SETTLE_MS = 60_000
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


async def get_assistant(session: AsyncSession, assistant_id: str) -> Assistant:
    """The assistant. Raises `NotFound` (`assistant_not_found`)."""
    assistant = await session.get(Assistant, assistant_id)
    if assistant is None:
        raise NotFound("There is no such assistant", code="assistant_not_found")
    return assistant


async def list_assistants(session: AsyncSession, cut: Cut = FIRST) -> Page[Assistant]:
    """The project's assistants, oldest first."""
    return await read_page(session, select(Assistant), Assistant, cut)


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
