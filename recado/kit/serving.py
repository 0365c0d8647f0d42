"""How all that Recado serves over HTTP is served: the API, a worker's page, the Model API. In one place, for what
protects one of them protects all; `tests/contracts/test_served.py` asks it of each.

Simulators are no part of it: they are aiohttp's, and on this machine only.
"""

import asyncio
import contextlib
import socket
from collections.abc import Generator, Mapping
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from recado.kit.connections import Connection
from recado.kit.gate import MAX_BODY_BYTES, AskedFirst
from recado.kit.lingering import Lingering
from recado.kit.short_way import ShortWay, Taker

# Longer than whatever stands in front of it keeps a connection that nobody uses: else a request meets one that is just
# being closed here, and is answered 502, for what is a POST is not sent twice. Caddy keeps it for 2 min
# (https://caddyserver.com/docs/caddyfile/directives/reverse_proxy, keepalive), Traefik 90 s, nginx 60 s
# (https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive_timeout), AWS 60 s.
KEEP_ALIVE_S = 150


class Server(uvicorn.Server):
    """Serves an application until its `should_exit` is set. At a stop, requests in work get `stop_s`.

    Whoever is refused before its body was read learns why (`AskedFirst`, `Lingering`), and no connection stays for ever
    or takes whatever it is sent (`Connection`). What a request may bring is limited by the application's own `Gate`.
    An application's `takers` are asked without it (`ShortWay`).
    """

    def __init__(self, app: ASGIApp, *, stop_s: int, websockets: bool = False) -> None:
        takers: Mapping[bytes, Taker] = getattr(app, "takers", {})
        connection: Any = partial(ShortWay, takers) if takers else Connection
        super().__init__(
            uvicorn.Config(
                Lingering(AskedFirst(app)),
                http=connection,
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                ws="websockets-sansio" if websockets else "none",
                ws_max_size=MAX_BODY_BYTES,
                date_header=False,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=stop_s,
            )
        )
        self.listening = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Signals are ours: uvicorn would raise them again before what runs beside it has settled its work."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()
