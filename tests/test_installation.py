"""What `line add` and the first start make: all that is missing, and the second time nothing."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from recado.assistants.models import Assistant
from recado.assistants.service import find_assistant, update_assistant
from recado.channels.models import LineRow
from recado.channels.service import load_lines
from recado.db import Database
from recado.demo import DEMO
from recado.errors import BadInput, Conflict, Unauthorized
from recado.installation import Answering, NewLine, ensure_demo, ensure_keys, ensure_line
from recado.kit.crypto import SecretBox
from recado.knowledge.service import load_entries, replace_entries
from recado.projects.models import ApiKey, Project
from recado.projects.service import authenticate, get_by_slug, revoke_key

BRAINS = {"echo", "rules"}
LINE = NewLine(
    channel="cloud_api",
    address="123456",
    secrets={"access_token": "t", "app_secret": "secret", "verify_token": "v"},
    max_per_second=100_000,
)


async def count(database: Database, *classes: type[Project | Assistant | LineRow | ApiKey]) -> list[int]:
    async with database.system(read_only=True) as session:
        return [await session.scalar(select(func.count()).select_from(cls)) or 0 for cls in classes]


async def test_a_line_is_made_with_all_that_is_missing(database: Database, box: SecretBox) -> None:
    made = await ensure_line(database, box, LINE, project="bench", answering=Answering("echo"), brains=BRAINS)
    assert made.created
    async with database.system(read_only=True) as session:
        assert (await get_by_slug(session, "bench")).id == made.project_id
        (loaded,) = await load_lines(session, box)
    assert (loaded.line.id, loaded.assistant_id) == (made.line_id, made.assistant_id)
    assert loaded.line.secrets == LINE.secrets
    assert loaded.line.max_per_second == 100_000


async def test_the_same_line_again_gets_the_new_secrets_and_rate(database: Database, box: SecretBox) -> None:
    first = await ensure_line(database, box, LINE, project="bench", answering=Answering("echo"), brains=BRAINS)
    changed = replace(LINE, secrets={"access_token": "new"}, max_per_second=5)
    second = await ensure_line(database, box, changed, project="bench", answering=Answering("echo"), brains=BRAINS)
    assert second == replace(first, created=False)
    assert await count(database, Project, Assistant, LineRow) == [1, 1, 1]
    async with database.system(read_only=True) as session:
        (loaded,) = await load_lines(session, box)
    assert loaded.line.secrets == {**LINE.secrets, "access_token": "new"}
    assert loaded.line.max_per_second == 5


async def test_a_line_can_change_its_brain(database: Database, box: SecretBox) -> None:
    await ensure_line(database, box, LINE, project="bench", answering=Answering("echo"), brains=BRAINS)
    named = await ensure_line(database, box, LINE, project="bench", answering=Answering("echo", "a"), brains=BRAINS)
    await ensure_line(database, box, LINE, project="bench", answering=Answering("rules", "a"), brains=BRAINS)
    async with database.project(named.project_id) as session:
        assistant = await find_assistant(session, "a")
        (loaded,) = await load_lines(session, box)
    assert assistant is not None
    assert assistant.brain == "rules"
    assert loaded.assistant_id == assistant.id


async def test_a_line_of_another_project_is_not_taken_over(database: Database, box: SecretBox) -> None:
    await ensure_line(database, box, LINE, project="bench", answering=Answering("echo"), brains=BRAINS)
    with pytest.raises(Conflict, match="another project"):
        await ensure_line(database, box, LINE, project="other", answering=Answering("echo"), brains=BRAINS)
    with pytest.raises(BadInput, match="echo, rules"):
        await ensure_line(database, box, LINE, project="other", answering=Answering("genius"), brains=BRAINS)


async def test_the_demo_is_stored_once_and_stays_as_a_person_left_it(database: Database, box: SecretBox) -> None:
    line = replace(LINE, address="100", max_per_second=80)
    made = await ensure_demo(database, box, DEMO, line, brains=BRAINS)
    async with database.project(made.project_id) as session:
        assert len((await load_entries(session, [made.assistant_id]))[made.assistant_id].entries) == len(DEMO.entries)
        await replace_entries(session, made.assistant_id, [])
        await update_assistant(session, made.assistant_id, brains=BRAINS, name="Mine", brain="echo")
    again = await ensure_demo(database, box, DEMO, replace(line, secrets={"app_secret": "n"}), brains=BRAINS)
    assert again == replace(made, created=False)
    async with database.project(made.project_id) as session:
        assistant = await find_assistant(session, DEMO.assistant_slug)
        assert assistant is not None
        assert (assistant.name, assistant.brain) == ("Mine", "echo")
        assert await load_entries(session, [made.assistant_id]) == {}
        (loaded,) = await load_lines(session, box)
    assert loaded.line.secrets["app_secret"] == "n"
    assert await count(database, Project, Assistant, LineRow) == [1, 1, 1]


async def test_keys_of_the_settings_open_their_projects(database: Database) -> None:
    pairs = (("clinic", "0123456789abcdef"), ("farm", "fedcba9876543210"), ("farm", "another-long-key"))
    await ensure_keys(database, pairs)
    await ensure_keys(database, pairs)
    assert await count(database, Project, ApiKey) == [2, 3]
    async with database.system() as session:
        for slug, token in pairs:
            principal = await authenticate(session, token)
            assert principal.project_id == (await get_by_slug(session, slug)).id
        await revoke_key(session, (await authenticate(session, pairs[0][1])).key_id)
    await ensure_keys(database, pairs)
    async with database.system() as session:
        with pytest.raises(Unauthorized):
            await authenticate(session, pairs[0][1])
    with pytest.raises(Conflict, match="AI_ASSISTANTS_API_KEYS: the key of farm"):
        await ensure_keys(database, [("farm", pairs[0][1])])


async def test_processes_that_start_together_make_the_keys_once(database: Database) -> None:
    pairs = (("clinic", "0123456789abcdef"), ("farm", "fedcba9876543210"))
    await asyncio.gather(*(ensure_keys(database, pairs) for _ in range(4)))
    assert await count(database, Project, ApiKey) == [2, 2]
