"""Who calls the API, and the way to the rows of their project.

Endpoints declare who may use them by the type of one parameter: `Reader`, `Agent` or `Admin`. The caller was found
before the request's body was read (`recado.projects.auth`).
"""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import Database
from recado.errors import Forbidden, Unauthorized
from recado.kit.acting import ASKING

Level = Literal["read", "agent", "admin"]


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller. `may` is everything that their key's role includes."""

    project_id: str
    key_id: str
    may: frozenset[str]
    database: Database
    key_name: str
    role: Level

    def reading(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A transaction that reads the project's rows."""
        return self.database.project(self.project_id, read_only=True)

    @asynccontextmanager
    async def asking(self) -> AsyncGenerator[AsyncSession]:
        """A transaction that reads, and notes in the audit log that something is about to be done elsewhere (a provider
        is asked to change something, data leaves): whatever becomes of it, the entry is there.
        """
        async with self.writing() as session:
            session.info[ASKING] = None
            yield session

    def writing(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A transaction that may change the project's rows, committed at the end of the block."""
        return self.database.project(self.project_id)


class Needs:
    """A dependency that gives the caller, if they may. Raises `Forbidden` (`role_too_low`)."""

    def __init__(self, level: Level) -> None:
        self.level: Level = level

    def __call__(self, request: Request) -> Caller:
        caller = getattr(request.state, "caller", None)
        if not isinstance(caller, Caller):
            raise Unauthorized("This needs an API key")
        if self.level not in caller.may:
            raise Forbidden(f"This needs a key with the role {self.level}", code="role_too_low")
        return caller


Reader = Annotated[Caller, Depends(Needs("read"))]
Agent = Annotated[Caller, Depends(Needs("agent"))]
Admin = Annotated[Caller, Depends(Needs("admin"))]
