"""Composition: starts the processes and wires their parts. `recado.cli` reads arguments and calls in here."""

import asyncio
import contextlib
import gc
import os
import secrets
import signal
import socket
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import structlog
from starlette.types import ASGIApp

from recado.alerts.skill import ALERTS
from recado.api import build_app, build_worker_app
from recado.appointments.skill import APPOINTMENTS
from recado.brain.registry import builtin_brains
from recado.bulk.sending import BulkSend
from recado.bulk.service import KIND as BULK_SEND
from recado.bulk.service import check as check_bulk
from recado.bulk.service import examine as examine_bulk
from recado.channels.registry import ChannelRegistry
from recado.channels.service import list_lines
from recado.db import Database
from recado.demo import DEMO
from recado.demo.phone import DEMO_NUMBER_ID, connect, simulator_beside
from recado.errors import RecadoError
from recado.forms.skill import FORMS
from recado.health import Stopping
from recado.installation import NewLine, ensure_demo, ensure_index, ensure_keys, ensure_web_lines
from recado.jobs.kinds import Kind, Kinds
from recado.keyring import open_box
from recado.kit.crypto import SecretBox
from recado.kit.sd_notify import READY, sd_notify, stopping_within
from recado.kit.serving import Server
from recado.mailbox.noting import keep_numbering
from recado.migrate import migrate
from recado.plans.skill import PLANS
from recado.runtime import Runtime, open_runtime
from recado.settings import Settings
from recado.worker import keep_beating, make_worker

log = structlog.get_logger(__name__)

SKILLS = (FORMS, ALERTS, PLANS, APPOINTMENTS)
"""What the assistants of this installation can do; everything else knows none of them by name."""
# A clean stop takes at most 5 s: requests in work get this long, and at the same time turns, then sends, theirs
# (`DRAIN_S` of both), which leaves a second to close the rest. Within it, those that wait for an answer get theirs, or
# are told to come again, after half of it (`LAST_ANSWERS_S` of `recado.compat.waiting`); those that wait for something
# else, as for the provider, when this much of it is left.
STOP_REQUESTS_S = 4
LAST_WORDS_S = 0.5
# What hangs longer, as a database that does not answer, is left where it is: leases end by themselves. Below the 10 s
# after which Docker kills (https://docs.docker.com/reference/cli/docker/container/stop/) there is no time to lose.
STOP_WITHIN_S = 9.0
# Where the demo's simulator, which leaves this machine for nobody, finds the API; and the hosts that include it.
LOOPBACK = "127.0.0.1"
_WITH_LOOPBACK = (LOOPBACK, "localhost", "0.0.0.0", "::")  # noqa: S104 # compared with, not bound to
# New objects between two rounds of the garbage collector; with Python's own 700 the hot path is clearly slower.
GC_THRESHOLD = 20_000


async def up(
    settings: Settings,
    *,
    host: str,
    port: int,
    demo: bool,
    simulator_port: int,
    ready: Callable[[str | None], None],
) -> None:
    """Migrate, then run API and worker in this process until SIGINT or SIGTERM.

    With `demo`, the simulator runs beside it. `ready` is called with its URL (None without) when all parts listen.
    """
    listening = [_listen(host, port)]
    if demo and host not in _WITH_LOOPBACK:
        listening.append(_listen(LOOPBACK, port))  # the simulator delivers there, wherever else the API is
    await migrate(settings)
    database = Database(settings.resolved_database_url)
    try:
        box = await open_box(settings, database)
        await ensure_keys(database, settings.api_keys)
        await _ensure_lines(settings, database, box)
        await ensure_index(database)
    finally:
        await database.close()
    async with (
        _demo(settings, box, port, simulator_port, demo) as (chosen, simulator),
        open_runtime(chosen, SKILLS) as runtime,
    ):
        kinds = job_kinds(runtime)
        worker = make_worker(runtime, "up", kinds)
        stopping = Stopping()
        app = build_app(runtime, worker, kinds, stopping)
        await _serve(runtime, listening, worker.run(), lambda: ready(simulator), app, stopping, worker.living)


async def api(settings: Settings, *, host: str, port: int, ready: Callable[[], None]) -> None:
    """Receive webhooks and serve the API until SIGINT or SIGTERM; workers do the rest."""
    listening = [_listen(host, port)]
    async with open_runtime(settings, SKILLS, kind="api") as runtime:
        await ensure_keys(runtime.database, settings.api_keys)
        await _ensure_lines(settings, runtime.database, runtime.box)
        stopping = Stopping()
        app = build_app(runtime, None, job_kinds(runtime), stopping)
        await _serve(runtime, listening, _api_background(runtime), ready, app, stopping)


async def worker(settings: Settings, *, host: str, port: int | None, ready: Callable[[], None]) -> None:
    """Take turns and send until SIGINT or SIGTERM. With a `port`, say there how it goes."""
    listening = [] if port is None else [_listen(host, port)]
    async with open_runtime(settings, SKILLS, kind="worker") as runtime:
        made = make_worker(runtime, "worker", job_kinds(runtime))
        if listening:
            stopping = Stopping()
            app = build_worker_app(runtime, made, stopping)
            await _serve(runtime, listening, made.run(), ready, app, stopping, made.living)
            return
        stop = _stop_event()
        work = asyncio.create_task(made.run(), name="worker")
        announcing = asyncio.create_task(_announce(ready, made.living), name="announcement")
        try:
            await _until(_told_to_stop(stop, Stopping(), 0.0), work)
        finally:
            announcing.cancel()
            await asyncio.gather(announcing, return_exceptions=True)


def job_kinds(runtime: Runtime) -> Kinds:
    """The kinds of jobs of this installation; everything below knows none of them by name."""
    bulk = BulkSend(runtime.database, runtime.mailbox, runtime.channels)
    examine = partial(examine_bulk, ChannelRegistry(runtime.channels.values()))
    kinds = Kinds.of((Kind(BULK_SEND, bulk.run, check_bulk, examine=examine),))
    return kinds if runtime.tracing is None else runtime.tracing.kinds(kinds)


async def _ensure_lines(settings: Settings, database: Database, box: SecretBox) -> None:
    """Let the projects of `AI_ASSISTANTS_API_KEYS` answer on /v1 from the first request on."""
    if settings.legacy_routes and settings.api_keys:
        slugs = {slug for slug, _ in settings.api_keys}
        await ensure_web_lines(database, box, sorted(slugs), brains=builtin_brains())


async def _api_background(runtime: Runtime) -> None:
    await asyncio.gather(
        keep_beating(runtime, "api"),
        runtime.directory.keep_fresh(),
        keep_numbering(runtime.mailbox),
        runtime.feed.run(),
        runtime.erased.keep_fresh(),
    )


# --- serving ----------------------------------------------------------------------------------------------


class _Server(Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        host, port = sockets[0].getsockname()[:2] if sockets else ("", 0)
        try:
            await super().startup(sockets)
        except OSError as error:  # two may bind one port as long as neither listens
            raise _port_taken(host, port, error) from None


async def _serve(
    runtime: Runtime,
    listening: list[socket.socket],
    background: Any,
    ready: Callable[[], None],
    app: ASGIApp,
    stopping: Stopping,
    *also: asyncio.Event,
) -> None:
    """Serve and do the `background` until told to stop. `ready` is called when requests are taken, and after `also`."""
    server = _Server(app, stop_s=STOP_REQUESTS_S, websockets=True)
    stop = _stop_event()
    work = asyncio.create_task(background, name="background")
    serving = asyncio.create_task(server.serve(listening), name="server")
    announcing = asyncio.create_task(_announce(ready, server.listening, *also), name="announcement")

    ending: list[asyncio.Task[None]] = []

    def end() -> None:
        if not ending:
            ending.append(asyncio.create_task(_end_serving(runtime, server, stopping), name="farewell"))

    try:
        await _until(_told_to_stop(stop, stopping, runtime.settings.stop_wait_s), work, serving, ending=end)
    finally:
        end()
        announcing.cancel()
        await asyncio.gather(*ending, serving, announcing, return_exceptions=True)


async def _end_serving(runtime: Runtime, server: Server, stopping: Stopping) -> None:
    """Tell those who wait for something that nothing more comes here, while they are connected; end the server."""
    begun_s = asyncio.get_running_loop().time()
    runtime.feed.close()  # listeners would hold the server up: they resume elsewhere
    try:
        await stopping.say_farewell()
    finally:
        took_s = asyncio.get_running_loop().time() - begun_s
        # To the moment: whole seconds would give away one of theirs, or end after the limit.
        left_s = max(1.0, STOP_REQUESTS_S - took_s)
        server.config.timeout_graceful_shutdown = left_s  # pyright: ignore[reportAttributeAccessIssue] # int by its type only
        server.should_exit = True
    await stopping.in_flight.end_within(left_s - LAST_WORDS_S)


async def _announce(ready: Callable[[], None], *first: asyncio.Event) -> None:
    """Once all of these are: tell it to who looks on and to the service manager."""
    for event in first:
        await event.wait()
    _calm_garbage_collector()
    sd_notify(READY)  # also where nobody reads what is said
    ready()


def _calm_garbage_collector() -> None:
    """What was loaded stays: it need not be looked through again and again. A message makes some hundred objects and
    few cycles, so rounds can be rarer.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 50)


async def _until(
    stop: Coroutine[Any, Any, None], *tasks: "asyncio.Task[None]", ending: Callable[[], None] = lambda: None
) -> None:
    """Wait for `stop` or the end of a task, call `ending` and end the first task; an error of any is raised."""
    stopping = asyncio.create_task(stop)
    done, _ = await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    _end_within(STOP_WITHIN_S)  # also where nobody asked for it, or what hangs then would be left hanging for ever
    stopping.cancel()
    ending()
    tasks[0].cancel()
    await asyncio.gather(tasks[0], return_exceptions=True)
    for task in done:
        if task is not stopping and not task.cancelled() and (error := task.exception()):
            raise error


def _stop_event() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


async def _told_to_stop(stop: asyncio.Event, stopping: Stopping, wait_s: float) -> None:
    """Return when a signal says so; after `wait_s`, in which balancers find out, unless a second signal comes."""
    await stop.wait()
    stop.clear()
    stopping.asked = True
    sd_notify(*stopping_within(wait_s + STOP_WITHIN_S))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(wait_s):
            await stop.wait()


def _end_within(limit_s: float) -> None:
    """End this process after so long if it has not ended by itself, whatever it waits for."""

    def end() -> None:
        log.error("stop_forced", after_s=limit_s)
        os._exit(1)

    timer = threading.Timer(limit_s, end)
    timer.daemon = True
    timer.start()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol named, or asyncio leaves Nagle's algorithm on: 40 ms for every answer on a kept connection.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise _port_taken(host, port, error) from None
    return listening


def _port_taken(host: str, port: int, error: OSError) -> RecadoError:
    return RecadoError(
        f"Port {port} on {host} cannot be used ({error.strerror}). Choose another: --port {port + 1}",
        code="port_taken",
    )


# --- the demo ---------------------------------------------------------------------------------------------


@asynccontextmanager
async def _demo(
    settings: Settings, box: SecretBox, port: int, simulator_port: int, wanted: bool
) -> AsyncGenerator[tuple[Settings, str | None]]:
    """The settings to run with, and the simulator's URL if the demo runs.

    Only while there is no Cloud API line but the demo's, for these settings are those of every line of the process. A
    line that is added while the demo runs would talk to the simulator, which does not know its number and refuses it,
    until `recado up` is started again: then there is no demo.
    """
    database = Database(settings.resolved_database_url)
    try:
        if not wanted or await _has_own_lines(database):
            yield settings, None
            return
        async with simulator_beside(simulator_port, settings.data_dir / "simulator") as url:
            keys = {name: secrets.token_urlsafe(24) for name in ("access_token", "app_secret", "verify_token")}
            line = NewLine("cloud-api", DEMO_NUMBER_ID, keys, name=DEMO.name)
            await ensure_demo(database, box, DEMO, line, brains=builtin_brains())
            await connect(url, f"http://{LOOPBACK}:{port}/webhooks/whatsapp", keys, DEMO.name)
            yield settings.model_copy(update={"cloud_api_base_url": url}), url
    finally:
        await database.close()


async def _has_own_lines(database: Database) -> bool:
    async with database.system(read_only=True) as session:
        lines = (await list_lines(session)).items
    return any(line.channel == "cloud-api" and line.address != DEMO_NUMBER_ID for line in lines)
