"""Audio as a turn sees it: text, still to be waited for, or not to be had."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from recado.db import Database, database_now_ms
from recado.media.models import Media

# Messages behind a note wait for it no longer than this, counted from its arrival: a person looks at the phone.
WAIT_MS = 30_000


@dataclass(frozen=True, slots=True)
class Note:
    """`text` is None while nothing is written down; `waiting`: it is worth while to come back in a moment."""

    text: str | None
    waiting: bool


class VoiceNotes:
    """The audio of all projects for the turns of a process. `listens`: somebody writes them down."""

    def __init__(self, database: Database, *, listens: bool) -> None:
        self._database = database
        self._listens = listens

    async def notes(self, project_id: str, message_ids: Collection[str]) -> dict[str, Note]:
        """Message id -> its note."""
        async with self._database.project(project_id, read_only=True) as session:
            now_ms = await database_now_ms(session)
            rows = await session.scalars(
                select(Media).where(
                    Media.message_id.in_(message_ids), Media.message_id.is_not(None), Media.state != "deleting"
                )
            )
            return {row.message_id: self._note(row, now_ms) for row in rows if row.message_id is not None}

    def _note(self, row: Media, now_ms: int) -> Note:
        coming = row.state == "pending" or (row.state == "stored" and row.hearing == "pending")
        return Note(row.transcript, self._listens and coming and now_ms - row.created_ms < WAIT_MS)
