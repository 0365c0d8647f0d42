"""The channels of a process."""

import pytest

from recado.channels.contract import Line, Outgoing, Sent
from recado.channels.registry import ChannelRegistry
from recado.errors import BadInput
from recado.messages import OutContent


class Silent:
    """A channel that only counts how often it was closed."""

    window_s: int | None = None
    contact_pace: tuple[int, float] | None = None

    def __init__(self, name: str, *, breaks: bool = False) -> None:
        self.name = name
        self.closed = 0
        self._breaks = breaks

    def split(self, content: OutContent) -> tuple[OutContent, ...]:
        return (content,)

    async def send(self, line: Line, outgoing: Outgoing, fence: int) -> Sent:
        return Sent(f"{line.id}/{outgoing.client_id}/{fence}")

    async def close(self) -> None:
        self.closed += 1
        if self._breaks:
            raise OSError("cannot close")


def test_channels_are_known_by_name() -> None:
    one = Silent("one")
    registry = ChannelRegistry([one, Silent("two")])
    assert registry.names == {"one", "two"}
    assert registry.get("one") is one
    assert len(list(registry)) == 2
    with pytest.raises(BadInput, match="one, two"):
        registry.get("three")


def test_a_name_is_used_once() -> None:
    with pytest.raises(ValueError, match="one"):
        ChannelRegistry([Silent("one"), Silent("one")])


async def test_all_are_closed_once_also_when_one_fails() -> None:
    channels = [Silent("one"), Silent("two", breaks=True), Silent("three")]
    registry = ChannelRegistry(channels)
    with pytest.raises(OSError, match="cannot close"):
        await registry.close()
    await registry.close()
    assert [channel.closed for channel in channels] == [1, 1, 1]
