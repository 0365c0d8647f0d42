"""Runs the Model API until it is told to stop."""

import asyncio
import signal
import socket
from collections.abc import Callable

from starlette.types import ASGIApp

from recado.errors import SettingsError
from recado.kit.serving import Server
from recado.model.access import Access
from recado.model.app import ModelApi
from recado.model.engine import Locate, OpenEngine, Progress
from recado.model.service import ModelService
from recado.model.settings import ModelSettings

# Answers in work get this long at a stop.
STOP_REQUESTS_S = 2
_BACKLOG = 512


async def serve(
    settings: ModelSettings,
    *,
    host: str,
    port: int,
    locate: Locate,
    open_engine: OpenEngine,
    listening: Callable[[], None],
    ready: Callable[[str], None],
    progress: Progress,
) -> None:
    """Listen at once, load the model, and serve it.

    `listening` is called when `/health` answers, `progress` with the percent of each step, `ready` with the model's
    name when it is served. Raises what loading raises, and `SettingsError` for an address that is taken.
    """
    service = ModelService(settings, locate, open_engine, progress)
    app = ModelApi(service, Access(settings.keys)).app()
    sock = listen(host, port)
    server = make_server(app)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    serving = asyncio.create_task(server.serve([sock]))
    stopping = asyncio.create_task(stop.wait())
    loading = asyncio.create_task(_load(service, settings.named, ready))
    listening()
    try:
        await asyncio.wait((serving, stopping, loading), return_when=asyncio.FIRST_COMPLETED)
        if loading.done():
            loading.result()
            await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
    finally:
        server.should_exit = True
        loading.cancel()
        stopping.cancel()
        await asyncio.gather(serving, loading, stopping, return_exceptions=True)
        await service.close()


def make_server(app: ASGIApp) -> Server:
    """The HTTP server of an application; it ends when its `should_exit` is set."""
    return Server(app, stop_s=STOP_REQUESTS_S)


async def _load(service: ModelService, named: tuple[str, str | None], ready: Callable[[str], None]) -> None:
    info = await service.load(*named)
    ready(info.model)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `SettingsError` for an address that is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(_BACKLOG)
    except OSError as error:
        sock.close()
        raise SettingsError(
            f"Cannot listen on {host}:{port}: {error.strerror}. Choose another: recado model --port {port + 1}"
        ) from None
    return sock
