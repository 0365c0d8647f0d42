"""Templates at hand for sends: read when they are needed, remembered for some seconds."""

import time
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from recado.channels.contract import Line
from recado.channels.service import WABA_ID
from recado.channels.templates import service
from recado.channels.templates.values import Template
from recado.db import Database
from recado.errors import SendError, retry_after

# How late a send notices that a template was paused. A bulk of one template reads the database this rarely.
KEEP_S = 3.0
MAX_KEPT = 1_000
_RETRY_S = 2.0

Key = tuple[str, str, str]


class TemplateShelf:
    """Finds kept templates by line and name. One belongs to one event loop."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._kept: dict[Key, tuple[float, list[Template]]] = {}

    async def find(self, line: Line, name: str) -> list[Template]:
        """The template in all its languages; empty if the line's account has none of this name.

        Raises `SendError` (to be tried again) if the database cannot be read.
        """
        waba_id = line.config.get(WABA_ID)
        if not waba_id:
            return []
        key = (line.project_id, str(waba_id), name)
        kept = self._kept.get(key)
        if kept is not None and self._clock() - kept[0] < KEEP_S:
            return kept[1]
        if len(self._kept) >= MAX_KEPT:
            self._kept.clear()
        read_s = self._clock()
        try:
            async with self._database.project(line.project_id, read_only=True) as session:
                found = await service.find(session, str(waba_id), name)
        except (SQLAlchemyError, OSError):
            # Nothing has left: not the unknown outcome that another error of a send would be.
            raise SendError(
                "The database cannot be read", code="unavailable", verdict=retry_after(_RETRY_S), counts=False
            ) from None
        if found:  # what is missing may be there in a moment, when somebody synchronises because of it
            self._kept[key] = (read_s, found)
        return found
