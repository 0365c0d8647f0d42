"""Lets every request of a key that is no reading leave an entry. Plain ASGI, behind what finds the caller.

What the request changes is noted with it (`recado.audit.noting`); here is noted what changed nothing, and what the
key's role does not allow.
"""

import re
from collections.abc import Container

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recado.audit.models import MAX_REQUEST_ID
from recado.audit.noting import REFUSED, UNCHANGED, note_alone
from recado.caller import Caller
from recado.db import Database
from recado.kit.acting import Act, Doing, acting
from recado.kit.allowing import Rate
from recado.kit.gate import operation_name
from recado.kit.ids import is_id
from recado.kit.rates import Rates

# Entries about refusals of one key: enough to be seen, too few to fill a disk.
REFUSALS = Rate(20, 3600)
# The shortest phone numbers in use.
_NUMBER = re.compile("[0-9]{7}")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})

log = structlog.get_logger(__name__)


class Refusals:
    """Notes what keys were refused, of each key so much that it is seen."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rates = Rates()

    async def note(self, act: Act, project_id: str, code: str) -> None:
        """Note it, unless there was much of this key lately. Raises nothing: the refusal stands anyway."""
        if act.key_id is None or await self._rates.take("refusals", act.key_id, REFUSALS) is not None:
            return
        await _note(self._database, act, project_id, REFUSED, code)


class Audited:
    """Wraps the API. `unaudited` are names of operations that are no GET and change nothing."""

    def __init__(self, app: ASGIApp, refusals: Refusals, unaudited: Container[str]) -> None:
        self._app = app
        self._refusals = refusals
        self._unaudited = unaudited

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = scope.get("state", {}).get("caller")
        if not isinstance(caller, Caller):
            await self._app(scope, receive, send)
            return

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._complete(scope, caller, act, message["status"])
            await send(message)

        act = act_of(caller, scope)
        if scope["type"] == "http" and scope["method"] in _READING:
            await self._app(scope, receive, noting)
        else:
            with acting(act):
                await self._app(scope, receive, noting)

    async def _complete(self, scope: Scope, caller: Caller, act: Act, status: int) -> None:
        if status == 403:
            await self._refusals.note(act, caller.project_id, "forbidden")
        elif status < 400 and not act.entries and self._changes(scope):
            await _note(caller.database, act, caller.project_id, UNCHANGED, None)

    def _changes(self, scope: Scope) -> bool:
        return scope["method"] not in _READING and (operation_name(scope) or "") not in self._unaudited


def _may_be_kept(request_id: str) -> bool:
    """False for somebody's own that may be a phone number, or does not fit its column."""
    return len(request_id) <= MAX_REQUEST_ID and not _NUMBER.search(request_id)


def act_of(caller: Caller, scope: Scope) -> Act:
    """What a key's request is."""
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    if request_id is not None and not is_id(request_id) and not _may_be_kept(request_id):
        request_id = None
    return Act("key", lambda: _doing(scope), caller.key_id, caller.key_name, caller.role, request_id)


def _doing(scope: Scope) -> Doing:
    """The operation, and the object that its path names: the last one."""
    action = operation_name(scope) or "unknown"
    for name, value in reversed(scope.get("path_params", {}).items()):
        if is_id(str(value)):
            return Doing(action, name.removesuffix("_id"), str(value))
    return Doing(action)


async def _note(database: Database, act: Act, project_id: str, outcome: str, code: str | None) -> None:
    try:
        await note_alone(database, act, project_id, outcome, code)
    except Exception as error:  # nothing was changed: the answer is right without it
        log.warning("audit_entry_missing", outcome=outcome, error=type(error).__name__)
