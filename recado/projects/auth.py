"""API keys at the door: `X-API-Key: KEY` or `Authorization: Bearer KEY`. Plain ASGI, before any body is read."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import QueryParams
from starlette.types import ASGIApp, Receive, Scope, Send

from recado.audit.door import Refusals, act_of
from recado.caller import Caller
from recado.db import Database
from recado.errors import RecadoError, Unauthorized
from recado.kit.crypto import SecretBox
from recado.kit.gate import header
from recado.kit.problems import problem_of
from recado.kit.tickets import open_ticket
from recado.projects.service import KeyRevoked, Principal, Role, authenticate, principal_of, revoked_of

# Longer is no key, and not worth hashing.
MAX_TOKEN = 512
_UNKNOWN = "This API key is unknown or revoked"
_MAY = {role: frozenset(r.value for r in Role if role.allows(r)) for role in Role}


class RequireKey:
    """Lets requests below `prefix` through if they bring a key that is known, with their `Caller` in the state.

    `open_paths` need none. On `ticket_paths`, which browsers open without headers, a ticket will do. `refusals` notes
    who comes with a key that was closed.
    """

    def __init__(
        self,
        app: ASGIApp,
        database: Database,
        prefix: str,
        open_paths: frozenset[str],
        box: SecretBox,
        refusals: Refusals,
        ticket_paths: frozenset[str] = frozenset(),
    ) -> None:
        self._app = app
        self._database = database
        self._prefix = prefix + "/"
        self._open_paths = open_paths
        self._box = box
        self._refusals = refusals
        self._ticket_paths = ticket_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        guarded = scope["type"] in ("http", "websocket") and scope["path"].startswith(self._prefix)
        if guarded and scope["path"] not in self._open_paths:
            try:
                caller = await self._caller(scope)
            except RecadoError as error:
                if isinstance(error, KeyRevoked):
                    await note_revoked(self._refusals, self._database, error, scope)
                await problem_of(error)(scope, receive, send)
                return
            scope["state"] = {**scope.get("state", {}), "caller": caller}
        await self._app(scope, receive, send)

    async def _caller(self, scope: Scope) -> Caller:
        async with self._database.system(read_only=True) as session:
            principal = await self._principal(session, scope)
        return _caller(principal, self._database)

    async def _principal(self, session: AsyncSession, scope: Scope) -> Principal:
        if scope["path"] in self._ticket_paths and (ticket := QueryParams(scope["query_string"]).get("ticket")):
            return await principal_of(session, open_ticket(self._box, ticket[:MAX_TOKEN]))
        return await authenticate(session, token_of(scope))


async def caller_of(database: Database, token: str) -> Caller:
    """Whose key this is. Raises `Unauthorized` (`bad_api_key`)."""
    if len(token) > MAX_TOKEN:
        raise Unauthorized(_UNKNOWN, code="bad_api_key")
    async with database.system(read_only=True) as session:
        principal = await authenticate(session, token)
    return _caller(principal, database)


async def closed_of(database: Database, key_ids: Collection[str]) -> frozenset[str]:
    """Those of the keys that are closed, of whichever projects."""
    async with database.system(read_only=True) as session:
        return await revoked_of(session, key_ids)


async def note_revoked(refusals: Refusals, database: Database, error: KeyRevoked, scope: Scope) -> None:
    """Note that somebody came with a key that was closed."""
    caller = _caller(error.principal, database)
    await refusals.note(act_of(caller, scope), caller.project_id, "key_revoked")


def _caller(who: Principal, database: Database) -> Caller:
    return Caller(who.project_id, who.key_id, _MAY[who.role], database, who.name, who.role.value)


def token_of(scope: Scope) -> str:
    """The key that a request brings. Raises `Unauthorized` (`no_api_key`, `bad_api_key`)."""
    token = header(scope, b"x-api-key")
    if token is None:
        scheme, _, rest = (header(scope, b"authorization") or "").partition(" ")
        token = rest.strip() if scheme.lower() == "bearer" else None
    if not token:
        raise Unauthorized(
            "Send an API key as X-API-Key: KEY or Authorization: Bearer KEY. Make one with: recado key create",
            code="no_api_key",
        )
    return token
