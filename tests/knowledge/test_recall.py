"""Assistants that know too much to hold in memory answer as well as others, the same from both databases."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError

from recado.assistants.service import create_assistant
from recado.conversations.recalling import recalled
from recado.db import Database
from recado.decisions import AssistantFacts, Entry
from recado.errors import Unavailable
from recado.kit import new_id
from recado.knowledge.search import MAX_HITS, search
from recado.knowledge.service import NewEntry, add_entries, recall
from recado.messages import Choice, Edited, Media
from recado.projects.service import create_project
from tests.brain.contexts import CLINIC, context
from tests.brain.knowledge.questions import UNKNOWN
from tests.brain.knowledge.test_questions import FARM, TABLES, cited
from tests.databases import KINDS, Databases


async def store(database: Database, project_id: str, who: AssistantFacts) -> tuple[str, dict[str, str]]:
    """The assistant with its entries, stored: its id, and stored id -> the name that tests know."""
    entries = [NewEntry(e.topic, e.language, e.question, e.answer, e.keywords) for e in who.entries]
    async with database.project(project_id) as session:
        made = await create_assistant(session, slug=who.id, name=who.name, brain="rules", brains={"rules"})
        rows = await add_entries(session, made.id, entries)
    return made.id, {row.id: entry.id for row, entry in zip(rows, who.entries, strict=True)}


async def test_what_is_recalled_is_enough_to_answer_from(database: Database, project_id: str) -> None:
    wrong, invented = list[str](), list[str]()
    asked = [(who, one) for name in ("held out", "blind") for who, questions in TABLES[name] for one in questions]
    stored = {who.id: await store(database, project_id, who) for who in (CLINIC, FARM)}
    for who, one in asked:
        assistant_id, names = stored[who.id]
        found = await recall(database, project_id, assistant_id, [one.text])
        entries = tuple(replace(entry, id=names[entry.id]) for entry in found)
        facts = replace(who, entries=entries)
        if cited(facts, one) != one.source:
            (invented if one.entry == UNKNOWN else wrong).append(one.text)
    off_topic = sum(one.entry == UNKNOWN for _, one in asked)
    assert len(wrong) / (len(asked) - off_topic) <= 0.06, wrong
    assert len(invented) / off_topic <= 0.05, invented


def test_both_databases_find_the_same(databases: Databases) -> None:
    texts = [one.text for questions in TABLES.values() for _, asked in questions for one in asked]
    urls = [databases.create(kind) for kind in KINDS]
    one, other = (asyncio.run(hits(url, texts)) for url in urls)
    for url in urls:
        databases.drop(url)
    assert [sorted(found) for found in one] == [sorted(found) for found in other]
    same_first = sum(found[:1] == others[:1] for found, others in zip(one, other, strict=True))
    assert same_first / len(texts) >= 0.85
    assert sum(map(bool, one)) / len(texts) > 0.7


async def hits(url: str, texts: Sequence[str]) -> list[list[str]]:
    """By text, the names of the entries that are found, the best first."""
    database = Database(url)
    async with database.system() as session:
        project_id = (await create_project(session, "finca", "Finca")).id
    assistant_id, names = await store(database, project_id, FARM)
    async with database.project(project_id, read_only=True) as session:
        found = [
            [names[hit.entry.id] for hit in await search(session, assistant_id, [text], limit=MAX_HITS)]
            for text in texts
        ]
    await database.close()
    return found


class Asked:
    """A recall that knows one entry, and what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, list[str], list[str]]] = []

    async def __call__(
        self, project_id: str, assistant_id: str, texts: Sequence[str], entry_ids: Sequence[str]
    ) -> tuple[Entry, ...]:
        self.asked.append((project_id, assistant_id, list(texts), list(entry_ids)))
        return CLINIC.entries[1:3]


async def test_whatever_was_written_is_looked_for_and_what_is_held_stays_first() -> None:
    facts = replace(CLINIC, project_id="p", recalls=True, entries=CLINIC.entries[:2])
    written = context(
        "hola",
        Media(media="image", media_id="1", caption="¿y esto?"),
        Media(media="image", media_id="2"),
        Choice(source="list", id="topic:hours", title="Horario"),
        Edited(message_id="m1", text="¿abren?"),
        assistant=facts,
        state={"entry": "e7", "tries": 2},
    )
    recall = Asked()
    after = await recalled(recall, written)
    assert recall.asked == [("p", "clinic", ["hola", "¿y esto?", "Horario", "¿abren?"], ["e7"])]
    assert after.assistant.entries == CLINIC.entries[:3]
    assert replace(after, assistant=facts) == written


async def test_a_database_that_does_not_answer_is_no_fault_of_the_turn(
    database: Database, project_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object, **__: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr("recado.knowledge.service.search", gone)
    with pytest.raises(Unavailable):
        await recall(database, project_id, new_id(), ["hola"])
