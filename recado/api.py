"""What the API's process runs: the rooms' endpoints behind a gate, and webhooks beside them on the shortest way."""

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Protocol

from fastapi import APIRouter, Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from recado import __version__, health
from recado.assistants import endpoints as assistants
from recado.assistants.endpoints import BeforeAssistantGoes, KnownBrains
from recado.audit import endpoints as audit
from recado.audit.door import Audited, Refusals
from recado.bulk import endpoints as bulk
from recado.bulk.service import forget_contact, refuse_if_line_is_ordered, refuse_if_ordered
from recado.caller import Level, Needs
from recado.channels import endpoints as channels
from recado.channels.cloud_api.callback import WEBHOOK_PATH
from recado.channels.contract import ReceivesWebhooks
from recado.channels.endpoints import AfterLineChange, BeforeLineGoes
from recado.channels.happenings import Happenings
from recado.channels.registry import ChannelRegistry
from recado.channels.service import refuse_if_answering
from recado.channels.templates import endpoints as templates
from recado.compat import app as compat
from recado.compat.service import Asking
from recado.compat.talks import OpenTalks
from recado.compat.waiting import Answers
from recado.contacts import endpoints as contacts
from recado.contacts.endpoints import AfterMergeUndone, BeforeContactGoes
from recado.conversations import endpoints as conversations
from recado.conversations.parting import part_ways
from recado.conversations.service import refuse_if_known
from recado.conversations.turn import Turns
from recado.events import endpoints as events
from recado.health import Readiness, Stopping
from recado.jobs import endpoints as jobs
from recado.jobs.kinds import Kinds
from recado.kit import openapi, problems
from recado.kit.allowing import parse_networks, parse_origins, parse_rate
from recado.kit.api_page import write_page
from recado.kit.destinations import Destinations
from recado.kit.disk import DiskLook
from recado.kit.etags import TaggedRoute
from recado.kit.frontage import Methods, Shield, for_origins
from recado.kit.gate import Gate
from recado.kit.parts import give_parts
from recado.kit.problems import allowed_methods
from recado.kit.queries import refuse_unknown
from recado.kit.rates import Rates
from recado.kit.short_way import Taker
from recado.knowledge import endpoints as knowledge
from recado.knowledge.service import forget_all
from recado.mailbox import endpoints as mailbox
from recado.mailbox.queries import refuse_if_sent
from recado.mailbox.receive import WebhookApp
from recado.mailbox.sender import Sender
from recado.media import endpoints as media
from recado.media.endpoints import BeforeMediaGoes, MediaShelf
from recado.media.fetching import Fetcher
from recado.media.limits import MB
from recado.metrics import endpoints as metrics
from recado.metrics.service import Counted, Metrics
from recado.privacy import endpoints as privacy
from recado.projects import endpoints as projects
from recado.projects.auth import RequireKey
from recado.projects.limits import ApiRates, LimitAddresses, LimitCallers
from recado.runtime import Runtime
from recado.settings import LAST_BACKUP
from recado.usage import endpoints as usage
from recado.usage.service import limits_of
from recado.webhooks import endpoints as webhooks_out

PREFIX = "/api/v1"
OPENAPI_PATH = f"{PREFIX}/openapi.json"
# Where each channel's provider calls.
WEBHOOK_PATHS = {"cloud-api": WEBHOOK_PATH}
# Load balancers and Prometheus ask there, all from few addresses.
_UNCOUNTED_PATHS = frozenset({"/health", "/ready", "/metrics"})
# What browsers open without headers.
TICKET_PATHS = frozenset({f"{PREFIX}/events/stream", f"{PREFIX}/events/ws"})
ROOMS = (
    projects,
    assistants,
    knowledge,
    channels,
    templates,
    contacts,
    conversations,
    mailbox,
    media,
    bulk,
    jobs,
    events,
    usage,
    webhooks_out,
    audit,
    privacy,
)
# No GET, and yet they change nothing: a ticket stands for a key that looks; a check asks the provider what is set up.
UNAUDITED = frozenset({"create_ticket", "check_line", "find_erasures"})

_DESCRIPTION = """\
Assistants that answer on WhatsApp, and the people who take over from them.

Send a key as `X-API-Key: KEY` or `Authorization: Bearer KEY`; it belongs to one project and sees nothing else. Its
role says what it may do: `read` looks, `agent` also writes, takes over and tidies up, `admin` does everything in its
project. Each operation names the least role as `x-role`.

Lists come in pages: pass `next_cursor` as `cursor` until there is none. Fields and filters that an operation does not
know are refused (422), so that one which is mistyped does not pass for none. Errors are problems (RFC 9457); decide on
their `code`. Where there is a `Retry-After`, trying again will help.

What people edit has an `ETag`: send it as `If-Match` with a change, and the answer is 412 instead of undoing what
somebody else has changed meanwhile; send it as `If-None-Match` to be told 304 when nothing has changed.
"""


class Works(Protocol):
    """The working half of a process, for its counts."""

    @property
    def turns(self) -> Turns: ...

    @property
    def sender(self) -> Sender: ...

    @property
    def fetcher(self) -> Fetcher: ...


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            schema = get_openapi(
                title=self.title, version=self.version, description=self.description, routes=self.routes
            )
            self.openapi_schema = openapi.complete(
                schema,
                PREFIX,
                {r.name: role_of(r) for r in api_routes()},
                {r.name: not r.tagged.edited for r in api_routes() if isinstance(r, TaggedRoute) and r.tagged},
            )
        return self.openapi_schema


def make_api() -> FastAPI:
    """The API without its parts: enough to describe it."""
    app = _Api(
        title="Recado",
        version=__version__,
        description=_DESCRIPTION,
        openapi_url=OPENAPI_PATH,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        routes=list(_routes()),
    )
    problems.install(app, _all_routes())
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """What is served, made once a process: FastAPI reads every endpoint's signature for it, which takes its time."""
    served = APIRouter(generate_unique_id_function=_operation_id)
    for room in ROOMS:
        served.include_router(room.router, prefix=PREFIX, dependencies=[Depends(refuse_unknown)])
    served.include_router(health.router)
    served.include_router(metrics.router)
    return tuple(served.routes)


def build_app(
    runtime: Runtime, worker: Works | None = None, kinds: Kinds | None = None, stopping: Stopping | None = None
) -> "Dispatch":
    """The whole application of one process. `worker` is the working half of the same process, if it has one; `kinds`
    are the kinds of jobs that there are; `stopping` is told when the process is to stop.
    """
    happenings = Happenings(runtime.database)
    webhooks = {
        name: WebhookApp(name, channel, runtime.directory, runtime.mailbox, happenings, runtime.erased)
        for name, channel in runtime.channels.items()
        if isinstance(channel, ReceivesWebhooks)
    }
    app = make_api()
    rates = Rates(runtime.settings.limits_url)
    disk = DiskLook(runtime.settings.data_dir, LAST_BACKUP)
    largest = runtime.settings.media_max_mb * MB
    give_parts(
        app,
        runtime.mailbox,
        runtime.box,
        ChannelRegistry(runtime.channels.values()),
        KnownBrains(frozenset(runtime.brains)),
        AfterLineChange(runtime.directory.refresh, runtime.mailbox.close_line),
        BeforeLineGoes((refuse_if_line_is_ordered,)),
        BeforeAssistantGoes((refuse_if_answering, forget_all)),
        BeforeContactGoes((refuse_if_known, forget_contact)),
        AfterMergeUndone((part_ways,)),
        BeforeMediaGoes(slow=(refuse_if_sent,), quick=(refuse_if_ordered,)),
        Readiness(runtime.database, runtime.mailbox, disk, stopping or Stopping()),
        limits_of(runtime.settings),
        kinds or Kinds(),
        runtime.feed,
        MediaShelf(runtime.store, largest),
        Destinations(runtime.settings.webhook_networks),
        _metrics(runtime, disk, worker, webhooks, rates),
    )
    # Providers need no headers for browsers, and their way is the shortest.
    rest = Shield(_guard(app, runtime, rates, stopping or Stopping()), runtime.settings.hsts_s)
    hooks: dict[str, ASGIApp] = {WEBHOOK_PATHS[name]: webhook for name, webhook in webhooks.items()}
    if runtime.tracing is not None:
        hooks = {path: runtime.tracing.webhook(hook) for path, hook in hooks.items()}
        return Dispatch(hooks, {}, rest)
    return Dispatch(hooks, {WEBHOOK_PATHS[name].encode(): webhook.take for name, webhook in webhooks.items()}, rest)


def build_worker_app(runtime: Runtime, worker: Works, stopping: Stopping) -> ASGIApp:
    """What a worker without API shows of itself: /health, /ready and /metrics."""
    app = FastAPI(title="Recado", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.include_router(health.router)
    app.include_router(metrics.router)
    disk = DiskLook(runtime.settings.data_dir, LAST_BACKUP)
    give_parts(
        app,
        Readiness(runtime.database, runtime.mailbox, disk, stopping),
        _metrics(runtime, disk, worker, {}, None),
    )
    return Gate(app, in_flight=stopping.in_flight)


def _metrics(
    runtime: Runtime,
    disk: DiskLook,
    worker: Works | None,
    webhooks: Mapping[str, WebhookApp],
    rates: Rates | None,
) -> Metrics:
    stats = (worker.turns.stats, worker.sender.stats, worker.fetcher.stats) if worker else (None, None, None)
    counted = Counted(*stats, webhooks, runtime.thinker, rates, runtime.tracing)
    return Metrics(runtime.database, disk, counted)


def _guard(app: FastAPI, runtime: Runtime, rates: Rates, stopping: Stopping) -> ASGIApp:
    """What a request passes before the application, from the inside to the outside."""
    settings = runtime.settings
    limits = ApiRates(
        *map(parse_rate, (settings.limit_per_address, settings.limit_per_key, settings.limit_per_project))
    )
    refusals = Refusals(runtime.database)
    counted = LimitCallers(Audited(app, refusals, UNAUDITED), rates, limits)
    known = RequireKey(
        counted, runtime.database, PREFIX, frozenset({OPENAPI_PATH}), runtime.box, refusals, TICKET_PATHS
    )
    served: ASGIApp = Methods(known, partial(allowed_methods, _all_routes()))
    if settings.legacy_routes:
        asking, talks = asking_of(runtime), OpenTalks(runtime.mailbox, runtime.directory)
        served = Below(compat.PREFIX, compat.build(asking, talks, settings, rates, limits), served)
        stopping.farewells.append(partial(compat.leave, asking, talks))
    trusted = parse_networks(settings.trusted_proxies)
    limited = LimitAddresses(served, rates, limits.address, trusted, _UNCOUNTED_PATHS)
    larger = {("POST", f"{PREFIX}/media"): settings.media_max_mb * MB}
    return for_origins(Gate(limited, larger, stopping.in_flight), parse_origins(settings.cors_origins))


def asking_of(runtime: Runtime) -> Asking:
    """What takes the questions of programs that wait for the answer."""
    return Asking(
        runtime.database,
        runtime.box,
        runtime.mailbox,
        runtime.directory,
        ChannelRegistry(runtime.channels.values()),
        Answers(runtime.mailbox),
        runtime.settings.answer_limit_s,
        runtime.erased,
    )


class Below:
    """Sends what is asked of a path below `prefix` to one application, and everything else to another."""

    def __init__(self, prefix: str, app: ASGIApp, rest: ASGIApp) -> None:
        self._prefix = prefix + "/"
        self._app = app
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        mine = scope["type"] != "lifespan" and scope["path"].startswith(self._prefix)
        await (self._app if mine else self._rest)(scope, receive, send)


class Dispatch:
    """Sends what comes for a webhook's exact path straight to it, everything else to the API. Most of what comes for a
    webhook does not come here: its `takers` are asked.
    """

    def __init__(self, webhooks: dict[str, ASGIApp], takers: Mapping[bytes, Taker], rest: ASGIApp) -> None:
        self.takers = takers
        self._webhooks = webhooks
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        webhook = self._webhooks.get(scope["path"]) if scope["type"] == "http" else None
        await (webhook or self._rest)(scope, receive, send)


def api_routes() -> list[APIRoute]:
    """The routes of all rooms."""
    return [route for room in ROOMS for route in room.router.routes if isinstance(route, APIRoute)]


def _all_routes() -> list[tuple[str, str]]:
    """(method, path) of everything but webhooks."""
    open_to_all = [route for room in (health, metrics) for route in room.router.routes if isinstance(route, APIRoute)]
    paths = [(route, PREFIX + route.path) for route in api_routes()] + [(route, route.path) for route in open_to_all]
    return [(method, path) for route, path in paths for method in route.methods or ()] + [("GET", OPENAPI_PATH)]


def role_of(route: APIRoute) -> Level:
    """The least role that may use a route."""
    needs: list[Needs] = [found.call for found in route.dependant.dependencies if isinstance(found.call, Needs)]
    return needs[0].level


def write_reference(root: Path) -> bool:
    """Write openapi.json and api.md in docs/reference below `root`; False if both were current already."""
    api, folder = make_api(), root / "docs" / "reference"
    written = openapi.write_openapi(api, folder / "openapi.json")
    return write_page(api.openapi(), folder / "api.md") or written


def _operation_id(route: APIRoute) -> str:
    return route.name
