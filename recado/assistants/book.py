"""All assistants in memory, for the processes that answer."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.assistants import config
from recado.assistants.models import Assistant
from recado.db import Database
from recado.decisions import AssistantFacts, Entry, Language
from recado.kit.picture import Picture


@dataclass(frozen=True, slots=True)
class Held:
    """The entries of an assistant that are held in memory; `complete` if those are all that it has."""

    entries: tuple[Entry, ...] = ()
    complete: bool = True


# What is held of several assistants, of any projects. One that has no entries may be missing.
EntriesLoader = Callable[[AsyncSession, Sequence[str]], Awaitable[Mapping[str, Held]]]
_NOTHING = Held()


class AssistantBook(Picture):
    """Assistant id -> facts, kept as fresh as `recado.kit.picture` says. Only what changed is read again."""

    def __init__(self, database: Database, load_entries: EntriesLoader) -> None:
        super().__init__()
        self._database = database
        self._load_entries = load_entries
        self._versions: dict[str, int] = {}
        self._facts: dict[str, AssistantFacts] = {}

    def get(self, assistant_id: str) -> AssistantFacts | None:
        """The assistant as last seen; None if there was none."""
        return self._facts.get(assistant_id)

    async def _load(self) -> None:
        async with self._database.system(read_only=True) as session:
            rows = await session.execute(select(Assistant.id, Assistant.version))
            versions: dict[str, int] = {row.id: row.version for row in rows}
            changed = [key for key, version in versions.items() if self._versions.get(key) != version]
            facts = await self._read(session, changed) if changed else {}
        # An entry that is newer than the version read with it does no harm: it is read again at the next look.
        self._facts = {
            key: facts.get(key) or self._facts[key] for key in versions if key in facts or key in self._facts
        }
        self._versions = {key: version for key, version in versions.items() if key in self._facts}

    async def _read(self, session: AsyncSession, assistant_ids: Sequence[str]) -> dict[str, AssistantFacts]:
        held = await self._load_entries(session, assistant_ids)
        rows = await session.scalars(select(Assistant).where(Assistant.id.in_(assistant_ids)))
        return {
            row.id: AssistantFacts(
                id=row.id,
                name=row.name,
                language=cast("Language", row.language),
                timezone=row.timezone,
                brain=row.brain,
                entries=held.get(row.id, _NOTHING).entries,
                recalls=not held.get(row.id, _NOTHING).complete,
                project_id=row.project_id,
                settle_ms=row.settle_ms,
                **config.facts(row.config),
            )
            for row in rows
        }
