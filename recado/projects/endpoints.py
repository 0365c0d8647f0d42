"""Projects and keys. A key sees its own project only; more projects are made with `recado project create`."""

from typing import Annotated

from fastapi import APIRouter, Query

from recado.caller import Admin, Reader
from recado.errors import NotFound
from recado.kit.schemas import PageCut, PageOf, PathId, QuerySpan
from recado.projects import service
from recado.projects.schemas import CreatedKey, KeyOut, NewKey, ProjectOut

router = APIRouter()

IsRevoked = Annotated[bool | None, Query(description="Only those that were closed, or that were not.")]


@router.get("/projects", tags=["projects"])
async def list_projects(caller: Reader) -> PageOf[ProjectOut]:
    """The project that the key belongs to: one, always."""
    async with caller.reading() as session:
        project = await service.get_project(session, caller.project_id)
    return PageOf(items=[ProjectOut.model_validate(project)])


@router.get("/projects/{project_id}", tags=["projects"])
async def get_project(project_id: PathId, caller: Reader) -> ProjectOut:
    """The key's own project."""
    if project_id != caller.project_id:
        raise NotFound("There is no such project", code="project_not_found")
    async with caller.reading() as session:
        return ProjectOut.model_validate(await service.get_project(session, project_id))


@router.get("/keys", tags=["keys"])
async def list_keys(caller: Admin, cut: PageCut, span: QuerySpan, revoked: IsRevoked = None) -> PageOf[KeyOut]:
    """The project's keys, revoked ones too, oldest first."""
    async with caller.reading() as session:
        return PageOf[KeyOut].model_validate(await service.list_keys(session, cut, revoked=revoked, span=span))


@router.post("/keys", tags=["keys"], status_code=201)
async def create_key(new: NewKey, caller: Admin) -> CreatedKey:
    """Make a key. Its token is in this answer and nowhere else."""
    async with caller.writing() as session:
        key, token = await service.create_key(session, caller.project_id, new.name, new.role)
    return CreatedKey(key=KeyOut.model_validate(key), token=token)


@router.post("/keys/{key_id}/revoke", tags=["keys"])
async def revoke_key(key_id: PathId, caller: Admin) -> KeyOut:
    """Close a key for good, at once. Doing so again changes nothing."""
    async with caller.writing() as session:
        return KeyOut.model_validate(await service.revoke_key(session, key_id))
