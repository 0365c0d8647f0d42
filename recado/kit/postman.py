"""One request to an address that somebody else has set: bounded in time and size, never to where it must not reach.

Whoever sets the address of a webhook or a callback makes this machine connect to it. Addresses that are not public are
refused unless the operator allows their network (`RECADO_WEBHOOK_NETWORKS`), and they are looked at when the connection
is made: a name that was public when it was checked and private when it was used would get through otherwise. Redirects
are not followed.
"""

import re
import socket
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from recado import __version__
from recado.kit.clock import now_ms
from recado.kit.destinations import Networks, is_allowed
from recado.kit.posting import authorities
from recado.kit.threads import Threads

# From the first byte of the name's lookup to the end of the answer. A receiver that needs longer answers first and
# works then.
SEND_TIMEOUT_S = 10.0
# What is read of an answer, and what is kept of it.
READ_BYTES = 4_096
EXCERPT = 200
MAX_CONNECTIONS = 64
# A receiver that asks for more time than this is asked again all the same: it may have been mended.
MAX_RETRY_AFTER_S = 3_600
# Names that are looked up at the same time, a thread each, made when it is needed. A name whose server does not answer
# takes half a minute, three times as long as its post waits: so many fill up only where nothing but such names is
# posted to (`MAX_ENDPOINTS` of `recado.webhooks.delivering`, three times).
MAX_LOOKUPS = 96
_UNSAFE = re.compile(r"[^\x20-\x7e\u00a0-\uffff]+")


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
    retry_after_s: int | None = None  # as the receiver has it, up to `MAX_RETRY_AFTER_S`

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class _Names(AbstractResolver):
    """Looks names up in threads of its own. A name can take its server half a minute, and the threads of the loop also
    look up where messages are sent: names that somebody else has set must not hold those, nor the end of the process,
    which waits for the threads of a pool.
    """

    def __init__(self) -> None:
        self._threads = Threads(MAX_LOOKUPS, "names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        look = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM, 0, socket.AI_ADDRCONFIG)
        try:
            found = await self._threads.run(look)
        except RuntimeError:
            raise OSError("no thread for a name") from None
        return [
            ResolveResult(
                hostname=host,
                host=str(where[0]),
                port=port,
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, where in found
        ]

    async def close(self) -> None:
        """What is being looked up ends by itself, and is told to nobody."""
        self._threads.close()


class Postman:
    """Posts to any address that is allowed. Made in a running loop; close it once."""

    def __init__(self, networks: Networks = (), timeout_s: float = SEND_TIMEOUT_S) -> None:
        self._networks = networks
        connector = aiohttp.TCPConnector(
            limit=MAX_CONNECTIONS, socket_factory=self._connect_to, ssl=authorities(), resolver=_Names()
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=timeout_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,  # a proxy would connect in our place, and not look
            auto_decompress=False,  # a few kilobytes can be made of megabytes
        )

    def _connect_to(self, address: Any) -> socket.socket:
        family, kind, protocol, _, where = address
        if not is_allowed(where[0], self._networks):
            raise NotAllowed("this address is not public")
        return socket.socket(family, kind, protocol)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], private: Collection[str] = ()) -> Result:
        """Post JSON once, with these headers beside our own. Never raises for what the other side does. What is
        `private`, keys and signatures, is not kept if the answer repeats it.
        """
        return await self._ask("POST", url, body, {"Content-Type": "application/json", **headers}, private)

    async def get(self, url: str, private: Collection[str] = ()) -> Result:
        """Get an address once; all else as `post` does."""
        return await self._ask("GET", url, None, {}, private)

    async def _ask(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], private: Collection[str]
    ) -> Result:
        at_ms = now_ms()
        headers = {"User-Agent": f"Recado/{__version__}", "Accept-Encoding": "identity", **headers}
        status, error, excerpt, wait_s = None, None, None, None
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, allow_redirects=False
            ) as response:
                status = response.status
                answer = await response.content.read(READ_BYTES)
                is_plain = response.headers.get("Content-Encoding", "identity") == "identity"
                excerpt = _excerpt(answer, private) if is_plain else None
                wait_s = _wait_s(response.headers.get("Retry-After"))
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as failure:
            error = _why(failure)
        return Result(at_ms, now_ms() - at_ms, status, error, excerpt, wait_s)

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


def _wait_s(retry_after: str | None) -> int | None:
    """The seconds of a `Retry-After`, which has them or a date (RFC 9110, section 10.2.3); None without one."""
    text = (retry_after or "").strip()
    try:
        if text.isascii() and text.isdigit():
            wait_s = float(text)
        else:
            wait_s = parsedate_to_datetime(text).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
    return round(min(max(wait_s, 0.0), MAX_RETRY_AFTER_S))


def _excerpt(answer: bytes, private: Collection[str]) -> str | None:
    text = answer.decode("utf-8", "replace")
    for word in private:
        text = text.replace(word, "***")
    return _UNSAFE.sub(" ", text).strip()[:EXCERPT] or None
