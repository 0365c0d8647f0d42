"""Assistants, on both databases."""

from typing import Any

import pytest

from recado.assistants.models import Assistant
from recado.assistants.service import (
    bump_version,
    create_assistant,
    find_assistant,
    get_assistant,
    list_assistants,
    update_assistant,
)
from recado.db import Database
from recado.errors import BadInput, Conflict, NotFound
from recado.kit import new_id

BRAINS = {"echo", "rules"}


async def make(database: Database, project_id: str, slug: str = "recepcion", **given: Any) -> Assistant:
    values: dict[str, Any] = {"slug": slug, "name": "Recepción", "brain": "rules", "brains": BRAINS} | given
    async with database.project(project_id) as session:
        return await create_assistant(session, **values)


async def test_an_assistant_has_what_it_was_given_and_defaults(database: Database, project_id: str) -> None:
    made = await make(database, project_id, timezone="Europe/Madrid")
    async with database.project(project_id, read_only=True) as session:
        found = await get_assistant(session, made.id)
        by_slug = await find_assistant(session, "recepcion")
    assert (found.name, found.brain, found.language, found.timezone) == ("Recepción", "rules", "es", "Europe/Madrid")
    assert (found.settle_ms, found.version) == (0, 1)
    assert by_slug is not None
    assert by_slug.id == made.id


async def test_a_slug_is_used_once_in_a_project_and_again_in_another(
    database: Database, project_id: str, other_project_id: str
) -> None:
    await make(database, project_id)
    await make(database, other_project_id)
    with pytest.raises(Conflict) as caught:
        await make(database, project_id)
    assert caught.value.code == "assistant_exists"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"slug": "No"}, "bad_slug"),
        ({"name": ""}, "bad_text"),
        ({"brain": "genius"}, "bad_brain"),
        ({"timezone": "America/Nowhere"}, "bad_timezone"),
        ({"timezone": "../../etc/passwd"}, "bad_timezone"),
        ({"timezone": ""}, "bad_timezone"),
        ({"timezone": "a\0b"}, "bad_timezone"),
        ({"language": "qu"}, "bad_language"),
        ({"settle_ms": -1}, "bad_settle_ms"),
        ({"settle_ms": 60_001}, "bad_settle_ms"),
    ],
)
async def test_what_is_no_assistant(database: Database, project_id: str, wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(BadInput) as caught:
        await make(database, project_id, **wrong)
    assert caught.value.code == code


async def test_every_change_raises_the_version(database: Database, project_id: str) -> None:
    made = await make(database, project_id)
    async with database.project(project_id) as session:
        changed = await update_assistant(
            session, made.id, brains=BRAINS, name="Ana", brain="echo", language="en", timezone="UTC", settle_ms=500
        )
        assert changed.version == 2
        await bump_version(session, made.id)
        assert changed.version == 3
    async with database.project(project_id) as session:
        found = await get_assistant(session, made.id)
        assert (found.name, found.brain, found.language, found.timezone, found.settle_ms, found.version) == (
            "Ana",
            "echo",
            "en",
            "UTC",
            500,
            3,
        )


async def test_another_projects_assistant_does_not_exist(
    database: Database, project_id: str, other_project_id: str
) -> None:
    made = await make(database, project_id)
    async with database.project(other_project_id) as session:
        assert (await list_assistants(session)).items == ()
        for missing in (made.id, new_id()):
            with pytest.raises(NotFound):
                await get_assistant(session, missing)
            with pytest.raises(NotFound):
                await update_assistant(session, missing, brains=BRAINS, name="Mine")
            with pytest.raises(NotFound):
                await bump_version(session, missing)
    async with database.project(project_id) as session:
        assert [found.version for found in (await list_assistants(session)).items] == [1]
