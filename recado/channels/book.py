"""All lines in memory, for the processes that receive and send."""

from collections.abc import Sequence

import structlog

from recado.channels.service import LoadedLine, load_lines
from recado.db import Database
from recado.kit.crypto import SecretBox
from recado.kit.picture import Picture

_log = structlog.get_logger(__name__)


class LineBook(Picture):
    """Lines by id and by (channel, address), kept as fresh as `recado.kit.picture` says."""

    def __init__(self, database: Database, box: SecretBox) -> None:
        super().__init__()
        self._database = database
        self._box = box
        self._by_id: dict[str, LoadedLine] = {}
        self._by_address: dict[tuple[str, str], LoadedLine] = {}

    def get(self, line_id: str) -> LoadedLine | None:
        """The line as last seen; None if there was none."""
        return self._by_id.get(line_id)

    def at(self, channel: str, address: str) -> LoadedLine | None:
        """The line that the provider calls `address`, as last seen."""
        return self._by_address.get((channel, address))

    def of_channel(self, channel: str) -> Sequence[LoadedLine]:
        """All lines of a channel, oldest first."""
        return [loaded for loaded in self._by_id.values() if loaded.line.channel == channel]

    def all(self) -> Sequence[LoadedLine]:
        """All lines, oldest first; those with a `problem` too."""
        return list(self._by_id.values())

    async def _load(self) -> None:
        async with self._database.system(read_only=True) as session:
            loaded = await load_lines(session, self._box)
        for line in loaded:
            before = self._by_id.get(line.line.id)
            if line.problem is not None and (before is None or before.usable):
                _log.error("line_unusable", line_id=line.line.id, problem=line.problem)
        self._by_id = {line.line.id: line for line in loaded}
        self._by_address = {(line.line.channel, line.line.address): line for line in loaded}
