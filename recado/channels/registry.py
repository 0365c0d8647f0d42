"""The channels of a process, by name."""

from collections.abc import Iterable, Iterator

from recado.channels.contract import Channel
from recado.errors import BadInput


class ChannelRegistry:
    """Holds one instance of each channel; `close` closes them all, once."""

    def __init__(self, channels: Iterable[Channel] = ()) -> None:
        self._channels: dict[str, Channel] = {}
        for channel in channels:
            if channel.name in self._channels:
                raise ValueError(f"two channels are called {channel.name}")
            self._channels[channel.name] = channel

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._channels)

    def get(self, name: str) -> Channel:
        """The channel. Raises `BadInput` (`bad_channel`) that names those there are."""
        channel = self._channels.get(name)
        if channel is None:
            known = ", ".join(sorted(self._channels)) or "none"
            raise BadInput(f"There is no channel {name!r}. There are: {known}", code="bad_channel")
        return channel

    def __iter__(self) -> Iterator[Channel]:
        return iter(tuple(self._channels.values()))

    async def close(self) -> None:
        """Close every channel, also after one that fails; the first failure is raised at the end."""
        failures: list[Exception] = []
        while self._channels:
            _, channel = self._channels.popitem()
            try:
                await channel.close()
            except Exception as error:  # the others must be closed all the same
                failures.append(error)
        if failures:
            raise failures[0]
