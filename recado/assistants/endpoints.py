"""Assistants: who answers."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from recado.assistants import service
from recado.assistants.models import Assistant
from recado.assistants.schemas import AssistantChanges, AssistantOut, NewAssistant
from recado.caller import Admin, Reader
from recado.kit.etags import IfMatch, TaggedRoute
from recado.kit.parts import part
from recado.kit.schemas import PageCut, PageOf, PathId, QuerySpan, Slug

router = APIRouter(prefix="/assistants", tags=["assistants"], route_class=TaggedRoute)


@dataclass(frozen=True, slots=True)
class KnownBrains:
    """The names of the brains of this installation."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class BeforeAssistantGoes:
    """What other rooms do in the transaction that removes an assistant."""

    steps: tuple[service.Step, ...]


Brains = Annotated[KnownBrains, Depends(part(KnownBrains))]
Goes = Annotated[BeforeAssistantGoes, Depends(part(BeforeAssistantGoes))]
OfSlug = Annotated[Slug | None, Query(description="Only the one of this short name.")]
OfBrain = Annotated[
    str | None, Query(min_length=1, max_length=64, pattern=r"^[^\x00]+$", description="Only those with this brain.")
]


@router.get("")
async def list_assistants(
    caller: Reader, cut: PageCut, span: QuerySpan, slug: OfSlug = None, brain: OfBrain = None
) -> PageOf[AssistantOut]:
    """The project's assistants, oldest first."""
    async with caller.reading() as session:
        page = await service.list_assistants(session, cut, slug=slug, brain=brain, span=span)
        return PageOf[AssistantOut].model_validate(page)


@router.post("", status_code=201)
async def create_assistant(new: NewAssistant, caller: Admin, brains: Brains) -> AssistantOut:
    """Add an assistant. It answers on the lines that are given to it."""
    async with caller.writing() as session:
        given = new.model_dump(exclude={"config"})
        made = await service.create_assistant(session, brains=brains.names, config=new.config, **given)
    return _out(made)


@router.get("/{assistant_id}")
async def get_assistant(assistant_id: PathId, caller: Reader) -> AssistantOut:
    """One assistant."""
    async with caller.reading() as session:
        return _out(await service.get_assistant(session, assistant_id))


@router.patch("/{assistant_id}")
async def update_assistant(
    assistant_id: PathId, changes: AssistantChanges, caller: Admin, brains: Brains, match: IfMatch
) -> AssistantOut:
    """Change what is given."""
    async with caller.writing() as session:
        await _check(session, match, assistant_id)
        given = changes.model_dump(exclude={"config"})
        changed = await service.update_assistant(
            session, assistant_id, brains=brains.names, config=changes.config, **given
        )
    return _out(changed)


@router.delete("/{assistant_id}", status_code=204)
async def delete_assistant(assistant_id: PathId, caller: Admin, goes: Goes, match: IfMatch) -> None:
    """Remove an assistant and all that it knows. Conversations that it had stay as they are.

    While it answers on a line: 409 `assistant_in_use`. Give its lines to another assistant, or delete them.
    """
    async with caller.writing() as session:
        await service.delete_assistant(session, await _check(session, match, assistant_id), goes.steps)


async def _check(session: AsyncSession, match: IfMatch, assistant_id: str) -> Assistant:
    row = await service.get_assistant(session, assistant_id)
    await match.check(session, row, lambda: _out(row))
    return row


def _out(row: Assistant) -> AssistantOut:
    return AssistantOut.model_validate(row)
