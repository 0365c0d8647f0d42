"""One POST to a project's own system: signed, bounded in time and size, and never to a place it must not reach.

Whoever sets the address of a webhook makes this machine connect to it. Addresses that are not public are refused unless
the operator allows their network, and they are looked at when the connection is made: a name that was public when it
was checked and private when it was used would get through otherwise. Redirects are not followed.
"""

import hashlib
import hmac
import json
import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

import aiohttp

from recado import __version__
from recado.events.service import Event
from recado.kit.clock import from_ms, now_ms
from recado.kit.posting import authorities

# From the first byte of the name's lookup to the end of the answer. A receiver that needs longer answers first and
# works then.
SEND_TIMEOUT_S = 10.0
# What is read of an answer, and what is kept of it.
READ_BYTES = 4_096
EXCERPT = 200
MAX_CONNECTIONS = 64
_UNSAFE = re.compile(r"[^\x20-\x7e\u00a0-\uffff]+")
# IPv6 addresses that stand for an IPv4 address: RFC 6052, RFC 3056.
_NAT64, _SIX_TO_FOUR = IPv6Network("64:ff9b::/96"), IPv6Network("2002::/16")

Networks = Sequence[IPv4Network | IPv6Network]


class NotAllowed(OSError):
    """The address is not public, and no setting allows its network."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one try. `status` is None where no answer came, and then `error` says why."""

    at_ms: int
    took_ms: int
    status: int | None
    error: str | None
    excerpt: str | None

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def body_of(event: Event) -> bytes:
    """What is posted, the same at every attempt: `{id, event, timestamp, data}`."""
    where = {"conversation_id": event.conversation_id, "line_id": event.line_id}
    data = {**{name: value for name, value in where.items() if value is not None}, **json.loads(event.data)}
    body = {
        "id": event.id,
        "event": event.name,
        "timestamp": from_ms(event.created_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": data,
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, body: bytes) -> str:
    """`sha256=` and the HMAC-SHA256 of the raw body in hex."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


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


class Postman:
    """Posts to any address that is allowed. Made in a running loop; close it once."""

    def __init__(self, networks: Networks = (), timeout_s: float = SEND_TIMEOUT_S) -> None:
        self._networks = networks
        connector = aiohttp.TCPConnector(limit=MAX_CONNECTIONS, socket_factory=self._connect_to, ssl=authorities())
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=timeout_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,  # a proxy would connect in our place, and not look
        )

    def _connect_to(self, address: Any) -> socket.socket:
        family, kind, protocol, _, where = address
        if not is_allowed(where[0], self._networks):
            raise NotAllowed("this address is not public")
        return socket.socket(family, kind, protocol)

    async def post(self, url: str, secret: str, body: bytes) -> Result:
        """Post once. Never raises for what the other side does."""
        at_ms = now_ms()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"Recado/{__version__}",
            "X-Webhook-Signature": signature(secret, body),
            "X-Webhook-Timestamp": str(at_ms // 1000),
        }
        status, error, excerpt = None, None, None
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                status = response.status
                excerpt = _excerpt(
                    await response.content.read(READ_BYTES), {secret: "***", headers["X-Webhook-Signature"]: "***"}
                )
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as failure:
            error = _why(failure)
        return Result(at_ms, now_ms() - at_ms, status, error, excerpt)

    async def close(self) -> None:
        await self._session.close()


def _why(failure: BaseException) -> str:
    """A word for what went wrong; never the library's text, which repeats addresses."""
    causes: list[BaseException] = []
    seen: BaseException | None = failure
    while seen is not None and len(causes) < 5:
        causes.append(seen)
        seen = getattr(seen, "os_error", None) or seen.__cause__
    if any(isinstance(cause, NotAllowed) for cause in causes):
        return "address_not_allowed"
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return "timeout"
    return type(failure).__name__


def _excerpt(answer: bytes, secrets: Mapping[str, str]) -> str | None:
    text = answer.decode("utf-8", "replace")
    for secret, stars in secrets.items():
        text = text.replace(secret, stars)
    return _UNSAFE.sub(" ", text).strip()[:EXCERPT] or None
