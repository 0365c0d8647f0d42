"""Which line a message is on and who answers there: the two books behind one face, for receiving, turns and sending."""

import asyncio
from collections.abc import Mapping

from recado.assistants.book import AssistantBook
from recado.channels.book import LineBook
from recado.channels.contract import Line
from recado.decisions import AssistantFacts


class Directory:
    """Lines and assistants as last seen; the books keep themselves fresh."""

    def __init__(self, lines: LineBook, assistants: AssistantBook) -> None:
        self.lines = lines
        self.assistants = assistants

    async def refresh(self) -> None:
        """Look at the database now."""
        await self.lines.refresh()
        await self.assistants.refresh()

    async def keep_fresh(self) -> None:
        """Look again every few seconds, until cancelled."""
        await asyncio.gather(self.lines.keep_fresh(), self.assistants.keep_fresh())

    def line(self, line_id: str) -> Line | None:
        """The line, if it can be used."""
        loaded = self.lines.get(line_id)
        return loaded.line if loaded is not None and loaded.usable else None

    def assistant(self, line_id: str) -> AssistantFacts | None:
        """Who answers on this line."""
        loaded = self.lines.get(line_id)
        return self.assistants.get(loaded.assistant_id) if loaded is not None else None

    def settle_ms(self, line_id: str) -> int:
        """How long the assistant of this line waits for more messages."""
        facts = self.assistant(line_id)
        return facts.settle_ms if facts is not None else 0

    def lines_of(self, channel: str) -> list[Line]:
        """The usable lines of a channel."""
        return [loaded.line for loaded in self.lines.of_channel(channel) if loaded.usable]

    async def lines_at(self, channel: str, addresses: frozenset[str]) -> Mapping[str, Line]:
        """The usable lines at these addresses; looks once more in the database if one is not known."""
        if any(self.lines.at(channel, address) is None for address in addresses):
            await self.lines.refresh_after_miss()
        found = {address: self.lines.at(channel, address) for address in addresses}
        return {address: loaded.line for address, loaded in found.items() if loaded is not None and loaded.usable}
