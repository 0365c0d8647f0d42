"""What the API's process runs: the rooms' endpoints behind a gate, and webhooks beside them on the shortest way."""

from pathlib import Path
from typing import Any, Protocol

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from recado import __version__, health, metrics
from recado.assistants import endpoints as assistants
from recado.assistants.endpoints import KnownBrains
from recado.caller import Level, Needs
from recado.channels import endpoints as channels
from recado.channels.contract import ReceivesWebhooks
from recado.channels.endpoints import AfterLineChange
from recado.channels.registry import ChannelRegistry
from recado.contacts import endpoints as contacts
from recado.conversations import endpoints as conversations
from recado.conversations.turn import Turns
from recado.events import endpoints as events
from recado.health import Readiness
from recado.kit import openapi, problems
from recado.kit.gate import Gate
from recado.kit.parts import give_parts
from recado.knowledge import endpoints as knowledge
from recado.mailbox import endpoints as mailbox
from recado.mailbox.receive import WebhookApp
from recado.mailbox.sender import Sender
from recado.media import endpoints as media
from recado.media.endpoints import MediaShelf
from recado.media.limits import MB
from recado.metrics import Metrics
from recado.projects import endpoints as projects
from recado.projects.auth import RequireKey
from recado.runtime import Runtime
from recado.usage import endpoints as usage
from recado.usage.service import limits_of

PREFIX = "/api/v1"
OPENAPI_PATH = f"{PREFIX}/openapi.json"
# Where each channel's provider calls.
WEBHOOK_PATHS = {"cloud-api": "/webhooks/whatsapp"}
ROOMS = (projects, assistants, knowledge, channels, contacts, conversations, mailbox, media, events, usage)

_DESCRIPTION = """\
Assistants that answer on WhatsApp, and the people who take over from them.

Send a key as `X-API-Key: KEY` or `Authorization: Bearer KEY`; it belongs to one project and sees nothing else. Its
role says what it may do: `read` looks, `agent` also writes, takes over and tidies up, `admin` does everything in its
project. Each operation names the least role as `x-role`.

Lists come in pages: pass `next_cursor` as `cursor` until there is none. Errors are problems (RFC 9457); decide on their
`code`. Where there is a `Retry-After`, trying again will help.
"""


class Works(Protocol):
    """The working half of a process, for its counts."""

    @property
    def turns(self) -> Turns: ...

    @property
    def sender(self) -> Sender: ...


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            schema = get_openapi(
                title=self.title, version=self.version, description=self.description, routes=self.routes
            )
            self.openapi_schema = openapi.complete(schema, PREFIX, {r.name: role_of(r) for r in api_routes()})
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
        generate_unique_id_function=_operation_id,
    )
    rooms = APIRouter(prefix=PREFIX)
    for room in ROOMS:
        rooms.include_router(room.router)
    app.include_router(rooms)
    app.include_router(health.router)
    app.include_router(metrics.router)
    problems.install(app, _all_routes())
    return app


def build_app(runtime: Runtime, worker: Works | None = None) -> ASGIApp:
    """The whole application of one process. `worker` is the working half of the same process, if it has one."""
    webhooks = {
        name: WebhookApp(name, channel, runtime.directory, runtime.mailbox)
        for name, channel in runtime.channels.items()
        if isinstance(channel, ReceivesWebhooks)
    }
    app = make_api()
    largest = runtime.settings.media_max_mb * MB
    give_parts(
        app,
        runtime.mailbox,
        runtime.box,
        ChannelRegistry(runtime.channels.values()),
        KnownBrains(frozenset(runtime.brains)),
        AfterLineChange(runtime.directory.refresh),
        Readiness(runtime.database, runtime.mailbox, runtime.settings.data_dir),
        limits_of(runtime.settings),
        MediaShelf(runtime.store, largest),
        Metrics(
            runtime.database,
            runtime.mailbox,
            worker.turns.stats if worker else None,
            worker.sender.stats if worker else None,
            webhooks,
            runtime.thinker,
        ),
    )
    guarded = RequireKey(app, runtime.database, PREFIX, frozenset({OPENAPI_PATH}))
    return Dispatch(
        {WEBHOOK_PATHS[name]: webhook for name, webhook in webhooks.items()},
        Gate(guarded, {("POST", f"{PREFIX}/media"): largest}),
    )


class Dispatch:
    """Sends what comes for a webhook's exact path straight to it, everything else to the API."""

    def __init__(self, webhooks: dict[str, WebhookApp], rest: ASGIApp) -> None:
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
    """Write docs/reference/openapi.json below `root`; False if it was current already."""
    return openapi.write_openapi(make_api(), root / "docs" / "reference" / "openapi.json")


def _operation_id(route: APIRoute) -> str:
    return route.name
