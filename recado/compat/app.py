"""The application below /v1."""

from fastapi import FastAPI
from starlette.types import ASGIApp

from recado import __version__
from recado.audit.door import Audited, Refusals
from recado.compat import endpoints, sockets
from recado.compat.callbacks import Guard
from recado.compat.door import Door, Limit, install_errors
from recado.compat.service import Asking
from recado.kit.parts import give_parts
from recado.settings import Settings

PREFIX = "/v1"
# What people write, handed on by programs: it stands in the inbox, as what WhatsApp brings does.
QUESTIONS = frozenset(
    {"post_message", "whatsapp_inbound", "gateway_inbound", "post_message_later", "gateway_inbound_later"}
)


def build(asking: Asking, settings: Settings) -> ASGIApp:
    """The application of one process, behind its door."""
    limit = Limit(settings.project_rate_limit)
    app = FastAPI(
        title="Recado, contract C",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.include_router(endpoints.router)
    app.include_router(sockets.router)
    install_errors(app)
    give_parts(app, asking, limit, settings, Guard(settings.webhook_networks))
    refusals = Refusals(asking.database)
    return Door(Audited(app, refusals, QUESTIONS), asking.database, limit, refusals)
