"""Projects and API keys, on both databases."""

import pytest
from sqlalchemy import select

from recado.db import Database
from recado.errors import BadInput, Conflict, NotFound, Unauthorized
from recado.kit.pages import Cut
from recado.projects.models import ApiKey
from recado.projects.service import (
    Role,
    add_known_key,
    authenticate,
    create_key,
    create_project,
    get_by_slug,
    get_project,
    list_keys,
    list_projects,
    revoke_key,
)


async def test_a_project_is_found_by_its_slug_and_id(database: Database) -> None:
    async with database.system() as session:
        made = await create_project(session, "clinica", "Clínica")
    async with database.system(read_only=True) as session:
        assert (await get_by_slug(session, "clinica")).id == made.id
        assert (await get_project(session, made.id)).name == "Clínica"


async def test_a_slug_is_used_once_and_the_transaction_stays_usable(database: Database) -> None:
    async with database.system() as session:
        await create_project(session, "clinica", "Clínica")
        with pytest.raises(Conflict) as caught:
            await create_project(session, "clinica", "Otra")
        await create_project(session, "otra", "Otra")
    assert caught.value.code == "project_exists"
    async with database.system(read_only=True) as session:
        assert [project.slug for project in (await list_projects(session)).items] == ["clinica", "otra"]


async def test_projects_come_in_pages(database: Database) -> None:
    async with database.system() as session:
        for number in range(3):
            await create_project(session, f"p{number}", "P")
        first = await list_projects(session, Cut(limit=2))
        second = await list_projects(session, Cut(first.next_cursor, 2))
    assert [project.slug for project in first.items + second.items] == ["p0", "p1", "p2"]
    assert second.next_cursor is None


async def test_what_is_no_project(database: Database) -> None:
    async with database.system() as session:
        with pytest.raises(BadInput):
            await create_project(session, "No Slug", "P")
        with pytest.raises(BadInput):
            await create_project(session, "p", " ")
        with pytest.raises(NotFound):
            await get_by_slug(session, "nobody")
        with pytest.raises(NotFound):
            await get_project(session, "018f0000-0000-7000-8000-000000000000")


async def test_a_key_opens_its_project_and_is_stored_only_as_a_hash(database: Database, project_id: str) -> None:
    async with database.project(project_id) as session:
        key, token = await create_key(session, project_id, "panel", Role.AGENT)
    async with database.system(read_only=True) as session:
        principal = await authenticate(session, token)
        stored = (await session.scalars(select(ApiKey))).one()
    assert (principal.project_id, principal.key_id, principal.role) == (project_id, key.id, Role.AGENT)
    assert token.startswith("rk_")
    assert token.startswith(stored.hint)
    assert token not in repr(vars(stored))


async def test_a_revoked_key_opens_nothing(database: Database, project_id: str) -> None:
    async with database.project(project_id) as session:
        key, token = await create_key(session, project_id, "panel", Role.ADMIN)
        await revoke_key(session, key.id)
        first = key.revoked_ms
        assert (await revoke_key(session, key.id)).revoked_ms == first
    async with database.system() as session:
        with pytest.raises(Unauthorized) as caught:
            await authenticate(session, token)
        with pytest.raises(Unauthorized):
            await authenticate(session, "rk_made_up")
    assert caught.value.code == "bad_api_key"
    async with database.project(project_id) as session:
        assert [found.id for found in (await list_keys(session)).items] == [key.id]


async def test_keys_of_another_project_cannot_be_revoked(
    database: Database, project_id: str, other_project_id: str
) -> None:
    async with database.project(project_id) as session:
        key, _ = await create_key(session, project_id, "panel", Role.ADMIN)
    async with database.project(other_project_id) as session:
        assert (await list_keys(session)).items == ()
        with pytest.raises(NotFound):
            await revoke_key(session, key.id)


async def test_a_known_key_is_added_once_and_stays_revoked(
    database: Database, project_id: str, other_project_id: str
) -> None:
    token = "0123456789abcdef"
    async with database.system() as session:
        key = await add_known_key(session, project_id, token, "settings")
        assert (await add_known_key(session, project_id, token, "settings")).id == key.id
        assert (await authenticate(session, token)).role is Role.ADMIN
        with pytest.raises(Conflict):
            await add_known_key(session, other_project_id, token, "settings")
        await revoke_key(session, key.id)
        await add_known_key(session, project_id, token, "settings")
        with pytest.raises(Unauthorized):
            await authenticate(session, token)


def test_roles_rank() -> None:
    allowed = {(role.value, needed.value) for role in Role for needed in Role if role.allows(needed)}
    assert allowed == {
        ("read", "read"),
        ("agent", "read"),
        ("agent", "agent"),
        ("admin", "read"),
        ("admin", "agent"),
        ("admin", "admin"),
    }
