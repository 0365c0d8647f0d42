"""The application below /v1."""

from functools import cache

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from recado import __version__
from recado.audit.door import Audited, Refusals
from recado.compat import endpoints, sockets
from recado.compat.callbacks import Guard
from recado.compat.door import Door, Limit, install_errors
from recado.compat.keys import OpenKeys
from recado.compat.service import Asking
from recado.compat.talks import OpenTalks
from recado.kit.parts import give_parts
from recado.kit.rates import Rates
from recado.projects.limits import ApiRates
from recado.settings import Settings

PREFIX = "/v1"
# What people write, handed on by programs: it stands in the inbox, as what WhatsApp brings does.
QUESTIONS = frozenset(
    {"post_message", "whatsapp_inbound", "gateway_inbound", "post_message_later", "gateway_inbound_later"}
)


def build(asking: Asking, talks: OpenTalks, settings: Settings, rates: Rates, limits: ApiRates) -> ASGIApp:
    """The application of one process, behind its door. `rates` counts for all of the process, `limits` are those that
    hold everywhere.
    """
    limit = Limit(rates, limits, settings.project_rate_limit)
    app = FastAPI(
        title="Recado, contract C",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        routes=list(_routes()),
    )
    install_errors(app)
    refusals = Refusals(asking.database)
    guard, keys = Guard(settings.webhook_networks), OpenKeys(asking.database)
    give_parts(app, asking, talks, limit, settings, refusals, guard, keys)
    return Door(Audited(app, refusals, QUESTIONS), asking.database, limit, refusals)


async def leave(asking: Asking, talks: OpenTalks) -> None:
    """Before a process ends: whoever waits gets an answer, or is told to ask again; sockets are closed."""
    await asking.answers.close()
    await talks.close()


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """What is served, read once a process (see `recado.api`)."""
    served = APIRouter()
    served.include_router(endpoints.router)
    served.include_router(sockets.router)
    return tuple(served.routes)
