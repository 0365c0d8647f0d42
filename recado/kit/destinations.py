"""Where this machine may be made to connect to: public addresses, and the networks that the operator allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from recado.errors import BadInput

Networks = Sequence[IPv4Network | IPv6Network]
# For an address that the operator has set: it may be this machine's own.
EVERYWHERE: Networks = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))
# Names that no public server has: RFC 6762, RFC 8375, and the one that ICANN reserved for private use in 2024.
_NEVER_PUBLIC = (".local", ".home.arpa", ".internal")
# All that was ever given out for use between networks: https://www.iana.org/assignments/ipv6-address-space. What lies
# outside may lead inwards: site-local addresses (RFC 3879), a network's own NAT64 (RFC 8215), old forms of IPv4's.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
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


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where webhooks and callbacks may go: public addresses, and those of `networks`."""

    networks: Networks = ()

    def check(self, url: str) -> str:
        """The address, if something can be posted to it. Raises `BadInput` (`bad_url`, `address_not_allowed`); most
        names are looked at only when they are called.
        """
        if not is_web_address(url) or "#" in url:
            raise BadInput("The address must be http:// or https:// with a host, and no user or #", code="bad_url")
        if leads_inwards(url, self.networks):
            raise BadInput(
                "This address is not public, so nothing would be posted to it. If it is yours, whoever runs this "
                "server can allow its network: RECADO_WEBHOOK_NETWORKS=10.0.0.0/8,127.0.0.0/8",
                code="address_not_allowed",
            )
        return url


def leads_inwards(url: str, networks: Networks) -> bool:
    """True if the host is surely not allowed: written as such an address, or a name that is never public. Other names
    are looked at when they are used.
    """
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
        if _is_address(host):
            return not is_allowed(host, networks)
    except ValueError:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return not any(is_allowed(own, networks) for own in ("127.0.0.1", "::1"))
    # Where some network is allowed, the name may well lead there.
    return not networks and ("." not in host or host.endswith(_NEVER_PUBLIC))


def _is_address(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def is_allowed(address: str, networks: Networks) -> bool:
    """True for a public address, and for one of the networks that the operator allows."""
    found = ip_address(address.partition("%")[0])
    if any(found in network for network in networks if network.version == found.version):
        return True
    meant = _meant(found)
    if meant is not found:
        return is_allowed(str(meant), networks)
    if isinstance(found, IPv6Address) and found not in _GLOBAL_UNICAST:
        return False
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
