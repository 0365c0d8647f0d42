"""Projects and their API keys. Nothing here commits: the caller's block does."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import add_unique
from recado.errors import Conflict, NotFound, Unauthorized
from recado.kit import now_ms
from recado.kit.crypto import hash_token, new_token
from recado.kit.names import check_slug, check_text
from recado.kit.pages import FIRST, Cut, Page, read_page
from recado.kit.spans import ALWAYS, Span
from recado.projects.models import ApiKey, Project

# How many characters of a key are kept readable, to tell keys apart: of ours those after "rk_" are random, 24 bits;
# of a key from elsewhere, which may be as short as 16 characters, fewer.
_HINT_CHARACTERS = 7
_KNOWN_HINT_CHARACTERS = 3


class Role(StrEnum):
    """What a key may do. Each role may do all that the ones before it may."""

    READ = "read"
    AGENT = "agent"
    ADMIN = "admin"

    def allows(self, needed: "Role") -> bool:
        return _RANK[self] >= _RANK[needed]


_RANK: Mapping[Role, int] = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: a key of a project."""

    project_id: str
    key_id: str
    role: Role
    name: str


class KeyRevoked(Unauthorized):
    """The key is known, and closed."""

    def __init__(self, principal: Principal) -> None:
        super().__init__("This API key is unknown or revoked", code="bad_api_key")
        self.principal = principal


async def create_project(session: AsyncSession, slug: str, name: str) -> Project:
    """Add a project. Needs a system session. Raises `BadInput` (`bad_slug`) or `Conflict` (`project_exists`)."""
    project = Project(slug=check_slug(slug), name=check_text(name, "name"))
    await add_unique(session, project, Conflict(f"There is already a project {slug!r}", code="project_exists"))
    return project


async def find_project(session: AsyncSession, slug: str) -> Project | None:
    return await session.scalar(select(Project).where(Project.slug == slug))


async def get_by_slug(session: AsyncSession, slug: str) -> Project:
    """The project. Raises `NotFound` (`project_not_found`)."""
    project = await find_project(session, slug)
    if project is None:
        raise NotFound(f"There is no project {slug!r}", code="project_not_found")
    return project


async def get_project(session: AsyncSession, project_id: str) -> Project:
    """The project. Raises `NotFound` (`project_not_found`)."""
    project = await session.get(Project, project_id)
    if project is None:
        raise NotFound("There is no such project", code="project_not_found")
    return project


async def list_projects(session: AsyncSession, cut: Cut = FIRST) -> Page[Project]:
    """All projects, oldest first. For operators: no key of a project may see this."""
    return await read_page(session, select(Project), Project, cut)


async def create_key(session: AsyncSession, project_id: str, name: str, role: Role) -> tuple[ApiKey, str]:
    """A new key and its token, which is nowhere else: show it once. Raises `BadInput` (`bad_text`)."""
    token = new_token("rk")
    key = _key(project_id, token, name, role, token[:_HINT_CHARACTERS])
    session.add(key)
    await session.flush()
    return key, token


async def add_known_key(
    session: AsyncSession, project_id: str, token: str, name: str, role: Role = Role.ADMIN
) -> ApiKey:
    """A key that already exists elsewhere. The same one again changes nothing: a revoked key stays revoked.

    Needs a system session. Raises `Conflict` (`key_of_other_project`).
    """
    key = await session.scalar(select(ApiKey).where(ApiKey.hash == hash_token(token)))
    if key is None:
        key = _key(project_id, token, name, role, token[:_KNOWN_HINT_CHARACTERS])
        await add_unique(session, key, Conflict("Another process is adding this key", code="key_exists"))
    if key.project_id != project_id:
        raise Conflict("One key cannot open two projects: give each its own", code="key_of_other_project")
    return key


async def list_keys(
    session: AsyncSession, cut: Cut = FIRST, *, revoked: bool | None = None, span: Span = ALWAYS
) -> Page[ApiKey]:
    """The project's keys, revoked ones too, oldest first."""
    statement = select(ApiKey).where(*span.of(ApiKey.created_ms))
    if revoked is not None:
        statement = statement.where(ApiKey.revoked_ms.is_not(None) if revoked else ApiKey.revoked_ms.is_(None))
    return await read_page(session, statement, ApiKey, cut)


async def revoke_key(session: AsyncSession, key_id: str) -> ApiKey:
    """Close a key for good; doing so again changes nothing. Raises `NotFound` (`key_not_found`)."""
    key = await session.get(ApiKey, key_id)
    if key is None:
        raise NotFound("There is no such key", code="key_not_found")
    if key.revoked_ms is None:
        key.revoked_ms = now_ms()
    return key


async def authenticate(session: AsyncSession, token: str) -> Principal:
    """Whose key this is. Needs a system session (read-only will do). Raises `Unauthorized` (`bad_api_key`)."""
    return _principal(await session.scalar(select(ApiKey).where(ApiKey.hash == hash_token(token))))


async def principal_of(session: AsyncSession, key_id: str) -> Principal:
    """Whose key this is, by its id. Needs a system session. Raises `Unauthorized` (`bad_api_key`)."""
    return _principal(await session.get(ApiKey, key_id))


def _principal(key: ApiKey | None) -> Principal:
    if key is None:
        raise Unauthorized("This API key is unknown or revoked", code="bad_api_key")
    principal = Principal(key.project_id, key.id, Role(key.role), key.name)
    if key.revoked_ms is not None:
        raise KeyRevoked(principal)
    return principal


async def revoked_of(session: AsyncSession, key_ids: Collection[str]) -> frozenset[str]:
    """Those of the keys that are closed. Needs a system session."""
    found = await session.scalars(select(ApiKey.id).where(ApiKey.id.in_(key_ids), ApiKey.revoked_ms.is_not(None)))
    return frozenset(found)


def _key(project_id: str, token: str, name: str, role: Role, hint: str) -> ApiKey:
    name = check_text(name, "name")
    return ApiKey(project_id=project_id, name=name, role=role.value, hint=hint, hash=hash_token(token))
