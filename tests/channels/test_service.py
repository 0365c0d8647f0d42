"""Lines, on both databases."""

from typing import Any

import pytest

from recado.assistants.service import create_assistant
from recado.channels.models import LineRow
from recado.channels.service import create_line, find_line, get_line, list_lines, load_lines, update_line
from recado.db import Database
from recado.errors import BadInput, Conflict, NotFound
from recado.kit import new_id
from recado.kit.crypto import SecretBox

SECRETS = {"access_token": "EAAG-secret", "app_secret": "shh"}


async def make_assistant(database: Database, project_id: str, slug: str = "recepcion") -> str:
    async with database.project(project_id) as session:
        return (await create_assistant(session, slug=slug, name="R", brain="echo", brains={"echo"})).id


async def make(database: Database, box: SecretBox, project_id: str, assistant_id: str, **given: Any) -> LineRow:
    values: dict[str, Any] = {"channel": "cloud_api", "address": "123456", "secrets": SECRETS} | given
    async with database.project(project_id) as session:
        return await create_line(session, box, assistant_id=assistant_id, **values)


async def test_secrets_are_stored_encrypted_and_loaded_readable(
    database: Database, box: SecretBox, project_id: str
) -> None:
    row = await make(database, box, project_id, await make_assistant(database, project_id), config={"a": [1]})
    assert "shh" not in str(row.secrets)
    async with database.system(read_only=True) as session:
        (loaded,) = await load_lines(session, box)
    assert loaded.usable
    assert loaded.line.secrets == SECRETS
    assert "shh" not in repr(loaded)
    assert (loaded.line.id, loaded.line.project_id, loaded.line.address) == (row.id, project_id, "123456")
    assert (loaded.line.max_per_second, loaded.line.config, loaded.name) == (80.0, {"a": [1]}, "123456")


async def test_an_address_is_connected_once_in_the_whole_installation(
    database: Database, box: SecretBox, project_id: str, other_project_id: str
) -> None:
    await make(database, box, project_id, await make_assistant(database, project_id))
    theirs = await make_assistant(database, other_project_id)
    with pytest.raises(Conflict, match="connected already") as caught:
        await make(database, box, other_project_id, theirs)
    assert caught.value.code == "line_exists"
    await make(database, box, other_project_id, theirs, channel="simulator")
    await make(database, box, other_project_id, theirs, address="654321")


async def test_a_line_needs_an_assistant_of_its_project(
    database: Database, box: SecretBox, project_id: str, other_project_id: str
) -> None:
    theirs = await make_assistant(database, other_project_id)
    for missing in (theirs, new_id()):
        with pytest.raises(NotFound) as caught:
            await make(database, box, project_id, missing)
        assert caught.value.code == "assistant_not_found"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"address": ""}, "bad_address"),
        ({"address": " 1"}, "bad_address"),
        ({"address": "1" * 161}, "bad_address"),
        ({"max_per_second": 0}, "bad_rate"),
        ({"max_per_second": float("nan")}, "bad_rate"),
        ({"max_per_second": float("inf")}, "bad_rate"),
        ({"name": "a\0b"}, "bad_text"),
        ({"config": {"a": "\0"}}, "bad_config"),
    ],
)
async def test_what_is_no_line(
    database: Database, box: SecretBox, project_id: str, wrong: dict[str, Any], code: str
) -> None:
    assistant_id = await make_assistant(database, project_id)
    with pytest.raises(BadInput) as caught:
        await make(database, box, project_id, assistant_id, **wrong)
    assert caught.value.code == code


async def test_a_change_replaces_the_secrets_it_names(database: Database, box: SecretBox, project_id: str) -> None:
    row = await make(database, box, project_id, await make_assistant(database, project_id))
    other = await make_assistant(database, project_id, "otra")
    async with database.project(project_id) as session:
        await update_line(
            session,
            box,
            row.id,
            name="Central",
            assistant_id=other,
            max_per_second=5,
            secrets={"access_token": "new"},
            config={"b": 1},
        )
    async with database.project(project_id) as session:
        (loaded,) = await load_lines(session, box)
    assert loaded.line.secrets == {"access_token": "new", "app_secret": "shh"}
    assert (loaded.name, loaded.assistant_id, loaded.line.max_per_second) == ("Central", other, 5.0)
    assert loaded.line.config == {"b": 1}


async def test_another_projects_line_does_not_exist(
    database: Database, box: SecretBox, project_id: str, other_project_id: str
) -> None:
    row = await make(database, box, project_id, await make_assistant(database, project_id))
    async with database.project(project_id) as session:
        assert (await get_line(session, row.id)).id == row.id
        assert [line.id for line in (await list_lines(session)).items] == [row.id]
    async with database.project(other_project_id) as session:
        assert await find_line(session, "cloud_api", "123456") is None
        assert (await list_lines(session)).items == ()
        with pytest.raises(NotFound):
            await get_line(session, row.id)
        with pytest.raises(NotFound):
            await update_line(session, box, row.id, name="mine")


async def test_a_line_whose_key_is_lost_stops_no_other(database: Database, box: SecretBox, project_id: str) -> None:
    assistant_id = await make_assistant(database, project_id)
    lost = await make(database, SecretBox(["a key that was lost"]), project_id, assistant_id)
    good = await make(database, box, project_id, assistant_id, address="654321")
    async with database.system(read_only=True) as session:
        loaded = {line.line.id: line for line in await load_lines(session, box)}
    assert loaded[good.id].usable
    assert not loaded[lost.id].usable
    assert "RECADO_SECRET_KEY" in (loaded[lost.id].problem or "")
    assert loaded[lost.id].line.secrets == {}


async def test_a_secret_opens_on_its_own_line_only(database: Database, box: SecretBox, project_id: str) -> None:
    assistant_id = await make_assistant(database, project_id)
    first = await make(database, box, project_id, assistant_id)
    second = await make(database, box, project_id, assistant_id, address="654321")
    async with database.project(project_id) as session:
        (await get_line(session, second.id)).secrets = first.secrets
    async with database.project(project_id) as session:
        loaded = await load_lines(session, box)
    assert [line.usable for line in loaded] == [True, False]
