"""Assistants: who answers."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends

from recado.assistants import service
from recado.assistants.schemas import AssistantChanges, AssistantOut, NewAssistant
from recado.caller import Admin, Reader
from recado.kit.parts import part
from recado.kit.schemas import PageCut, PageOf, PathId

router = APIRouter(prefix="/assistants", tags=["assistants"])


@dataclass(frozen=True, slots=True)
class KnownBrains:
    """The names of the brains of this installation."""

    names: frozenset[str]


Brains = Annotated[KnownBrains, Depends(part(KnownBrains))]


@router.get("")
async def list_assistants(caller: Reader, cut: PageCut) -> PageOf[AssistantOut]:
    """The project's assistants, oldest first."""
    async with caller.reading() as session:
        return PageOf[AssistantOut].model_validate(await service.list_assistants(session, cut))


@router.post("", status_code=201)
async def create_assistant(new: NewAssistant, caller: Admin, brains: Brains) -> AssistantOut:
    """Add an assistant. It answers on the lines that are given to it."""
    async with caller.writing() as session:
        given = new.model_dump(exclude={"config"})
        made = await service.create_assistant(session, brains=brains.names, config=new.config, **given)
    return AssistantOut.model_validate(made)


@router.get("/{assistant_id}")
async def get_assistant(assistant_id: PathId, caller: Reader) -> AssistantOut:
    """One assistant."""
    async with caller.reading() as session:
        return AssistantOut.model_validate(await service.get_assistant(session, assistant_id))


@router.patch("/{assistant_id}")
async def update_assistant(
    assistant_id: PathId, changes: AssistantChanges, caller: Admin, brains: Brains
) -> AssistantOut:
    """Change what is given."""
    async with caller.writing() as session:
        given = changes.model_dump(exclude={"config"})
        changed = await service.update_assistant(
            session, assistant_id, brains=brains.names, config=changes.config, **given
        )
    return AssistantOut.model_validate(changed)
