"""Settings that say who may come, and how often, from their texts."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

Network = IPv4Network | IPv6Network
_ORIGIN = re.compile(r"https?://(\[[0-9a-f:]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `amount` in `per_s` seconds."""

    amount: int
    per_s: int


def parse_rate(text: str) -> Rate | None:
    """The rate in "600/60" (requests/seconds); None for "off". Raises `ValueError`."""
    if text.strip().lower() == "off":
        return None
    amount, slash, per_s = (part.strip() for part in text.partition("/"))
    if not slash or not (amount.isdecimal() and per_s.isdecimal()):
        raise ValueError('is neither requests/seconds nor "off"')
    if not (1 <= int(amount) <= 10**9 and 1 <= int(per_s) <= 86_400):
        raise ValueError("needs at least 1 request in 1 to 86400 seconds")
    return Rate(int(amount), int(per_s))


def parse_networks(text: str) -> tuple[Network, ...]:
    """The networks in "10.0.0.0/8,::1". Raises `ValueError`."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def parse_origins(text: str) -> tuple[str, ...]:
    """The origins in "https://panel.example.com,http://localhost:5173". Raises `ValueError`."""
    origins = tuple(part.strip() for part in text.split(",") if part.strip())
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise ValueError("needs origins: https://, a host in lower case, perhaps a port, and nothing after it")
    return origins
