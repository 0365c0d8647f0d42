"""Who is at the other end: the address of a client, also behind proxies that are trusted."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.types import Scope

from recado.kit.allowing import Network

# What one customer of a provider usually gets (RFC 6177): whoever has it can change addresses within it at will.
IPV6_CUSTOMER_BITS = 64
# A header may be made up: so many proxies are looked at, from the nearest.
MAX_HOPS = 10
NOBODY = "-"
# Some proxies tell the client's port, too: 203.0.113.1:5555, [2001:db8::1]:443; the brackets may stand without one.
_WITH_PORT = re.compile(r"\[([^\[\]]+)\](?::\d+)?|([^\[\]:]+):\d+", re.ASCII)


def client_of(scope: Scope, trusted: Sequence[Network]) -> str:
    """The client's address, one text for all addresses of one customer: an IPv6 network stands for its addresses.

    What `X-Forwarded-For` says counts only as far as the chain of trusted proxies reaches.
    """
    client = scope.get("client")
    if not client:
        return NOBODY  # a Unix socket has no address
    address = str(client[0])
    if trusted and _is_trusted(address, trusted):
        forwarded = ",".join(value.decode("latin-1") for key, value in scope["headers"] if key == b"x-forwarded-for")
        for told in reversed([part.strip() for part in forwarded.split(",") if part.strip()][-MAX_HOPS:]):
            hop = _without_port(told)
            if _parsed(hop) is None:
                break
            address = hop
            if not _is_trusted(hop, trusted):
                break
    return _customer(address)


def _without_port(hop: str) -> str:
    found = _WITH_PORT.fullmatch(hop)
    return (found[1] or found[2]) if found else hop


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    found = _parsed(address)
    return found is not None and any(found in network for network in trusted)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(address)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _customer(address: str) -> str:
    found = _parsed(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, IPV6_CUSTOMER_BITS), strict=False))
    return str(found or address)
