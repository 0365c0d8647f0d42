"""Where this machine may be made to connect to: public addresses, and the networks that the operator allows."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

Networks = Sequence[IPv4Network | IPv6Network]
# For an address that the operator has set: it may be this machine's own.
EVERYWHERE: Networks = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))
# IPv6 addresses that stand for an IPv4 address: RFC 6052, RFC 3056.
_NAT64, _SIX_TO_FOUR = IPv6Network("64:ff9b::/96"), IPv6Network("2002::/16")


def is_web_address(url: str) -> bool:
    """True for http:// and https:// addresses with a host and no user: what can be posted to. Resolves no names."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return good and "@" not in parts.netloc and url.isascii() and url.isprintable() and " " not in url


def leads_inwards(url: str, networks: Networks) -> bool:
    """True if the host is written as an address that is not allowed; names are looked at when they are used."""
    try:
        return not is_allowed(urlsplit(url).hostname or "", networks)
    except ValueError:
        return False


def is_allowed(address: str, networks: Networks) -> bool:
    """True for a public address, and for one of the networks that the operator allows."""
    found = ip_address(address.partition("%")[0])
    if any(found in network for network in networks if network.version == found.version):
        return True
    meant = _meant(found)
    if meant is not found:
        return is_allowed(str(meant), networks)
    return found.is_global and not found.is_multicast


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _SIX_TO_FOUR and address.sixtofour is not None:
        return address.sixtofour
    return address
