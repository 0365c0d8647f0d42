"""How the deliveries of providers are read again once they are kept."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from recado.channels.cloud_api.convert import convert
from recado.channels.contract import Received

# A channel's way to read its provider's deliveries, by the channel's name.
Converters = Mapping[str, Callable[[dict[str, Any]], Sequence[Received]]]

CONVERTERS: Converters = {"cloud-api": convert}
