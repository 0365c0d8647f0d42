"""Full-text search in what assistants know: the same on both databases, whatever is asked."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from recado.assistants.book import AssistantBook
from recado.assistants.service import create_assistant
from recado.brain.rules import RulesBrain
from recado.db import Database
from recado.decisions import AssistantFacts, Context
from recado.knowledge.search import number_of, search
from recado.knowledge.service import (
    MAX_IN_MEMORY,
    MAX_PINNED,
    MAX_RECALLED,
    NewEntry,
    add_entries,
    change_entry,
    index_entries,
    load_entries,
    recall,
    remove_entry,
    replace_entries,
)
from recado.messages import Address, InboundMessage, Person, Text
from tests.knowledge.farm import ASKED, ENTRIES, UNKNOWN

FILLER = "abcdefghijklmnopqrstuvwxyz"


async def farm(database: Database, project_id: str, slug: str = "finca") -> tuple[str, dict[str, str]]:
    """An assistant that knows the farm's entries: its id, and entry id -> name."""
    async with database.project(project_id) as session:
        who = await create_assistant(session, slug=slug, name="Asesor", brain="rules", brains={"rules"})
        rows = await add_entries(session, who.id, list(ENTRIES.values()))
    return who.id, {row.id: name for row, name in zip(rows, ENTRIES, strict=True)}


async def find(database: Database, project_id: str, assistant_id: str, *texts: str, limit: int = 10) -> list[str]:
    async with database.project(project_id, read_only=True) as session:
        return [hit.entry.id for hit in await search(session, assistant_id, texts, limit=limit)]


async def test_what_growers_ask_is_among_the_first(database: Database, project_id: str) -> None:
    assistant_id, names = await farm(database, project_id)
    found = [
        wanted in [names[entry] for entry in await find(database, project_id, assistant_id, asked, limit=5)]
        for asked, wanted in ASKED
    ]
    assert sum(found) / len(found) >= 0.95


async def test_every_change_is_found_at_once_and_what_is_gone_is_not(database: Database, project_id: str) -> None:
    assistant_id, names = await farm(database, project_id)
    roya = next(entry for entry, name in names.items() if name == "roya")
    async with database.project(project_id) as session:
        await change_entry(session, roya, NewEntry("miel", "es", "¿Venden miel?", "Sí, S/ 20 el frasco"))
    assert await find(database, project_id, assistant_id, "miel") == [roya]
    assert await find(database, project_id, assistant_id, "roya") == []
    async with database.project(project_id) as session:
        await remove_entry(session, roya)
    assert await find(database, project_id, assistant_id, "miel") == []
    async with database.project(project_id) as session:
        await replace_entries(session, assistant_id, [NewEntry("cuy", "es", "¿Crían cuyes?", "Sí")])
    assert len(await find(database, project_id, assistant_id, "cuyes helada compost")) == 1
    async with database.system(read_only=True) as session:
        assert (await session.execute(text("SELECT count(*) FROM knowledge_fts"))).scalar_one() == 1


async def test_only_the_assistants_own_entries_are_found(database: Database, project_id: str) -> None:
    first, names = await farm(database, project_id)
    second, others = await farm(database, project_id, "otra")
    assert set(await find(database, project_id, first, "roya broca")) <= names.keys()
    assert set(await find(database, project_id, second, "roya broca")) <= others.keys()


async def test_another_project_finds_nothing(database: Database, project_id: str, other_project_id: str) -> None:
    assistant_id, _ = await farm(database, project_id)
    assert await find(database, project_id, assistant_id, "roya")
    assert await find(database, other_project_id, assistant_id, "roya") == []


@pytest.mark.parametrize(
    "asked",
    ["", " ", "?", '"', "roya\" OR owner : *", "roya' | ''", "roya:* & !x", "NEAR(roya broca)", "-roya", "☕🐛",
     "ro\u0301ya",
     "' ; DROP TABLE knowledge_entries; --", "roya " * 30_000, "\x01\x02", "a" * 5_000, "el la de"],
)  # fmt: skip
async def test_any_text_may_be_asked(database: Database, project_id: str, asked: str) -> None:
    assistant_id, _ = await farm(database, project_id)
    assert len(await find(database, project_id, assistant_id, asked)) <= len(ENTRIES)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(asked=st.text(max_size=80))
async def test_no_text_is_an_operator(database: Database, project_id: str, asked: str) -> None:
    async with database.project(project_id, read_only=True) as session:
        assert await search(session, "0190b3f2-0000-7000-8000-000000000000", [asked]) == []


async def test_entries_of_an_older_version_are_indexed_afterwards(database: Database, project_id: str) -> None:
    assistant_id, _ = await farm(database, project_id)
    async with database.system() as session:
        await session.execute(text("UPDATE knowledge_entries SET number = NULL, asked = '', said = ''"))
    assert await find(database, project_id, assistant_id, "roya") == []
    async with database.system() as session:
        assert await index_entries(session, size=10) == 10
        assert await index_entries(session) == len(ENTRIES) - 10
        assert await index_entries(session) == 0
    assert await find(database, project_id, assistant_id, "roya")


def test_numbers_of_ids_fit_a_bigint_and_differ() -> None:
    ids = [f"0190b3f2-0000-7000-{n:04x}-{n * 7919:012x}" for n in range(0x8000, 0x9000)]
    assert len({number_of(each) for each in ids}) == len(ids)
    assert all(0 <= number_of(each) < 2**63 for each in ids)


async def much(database: Database, project_id: str, assistant_id: str, size: int) -> None:
    """Adds entries about other things, of made-up words, so that nothing of them is in memory."""
    entries = [
        NewEntry(f"tema{n}", "es", f"¿{word(n)} {word(n * 31)}?", f"{word(n * 7)} {word(n * 13)} {n}")
        for n in range(size)
    ]
    for begin in range(0, size, 1_000):
        async with database.project(project_id) as session:
            await add_entries(session, assistant_id, entries[begin : begin + 1_000])


def word(n: int) -> str:
    return "zq" + "".join(FILLER[(n // 26**k) % 26] for k in range(4))


async def test_an_assistant_that_knows_much_recalls_what_a_turn_needs(database: Database, project_id: str) -> None:
    assistant_id, names = await farm(database, project_id)
    await much(database, project_id, assistant_id, MAX_IN_MEMORY)
    book = AssistantBook(database, load_entries)
    await book.refresh()
    facts = book.get(assistant_id)
    assert facts is not None
    assert (facts.recalls, facts.project_id) == (True, project_id)
    assert [names.get(entry.id) for entry in facts.entries[: len(names)]] == list(ENTRIES)
    assert len(facts.entries) == MAX_PINNED
    roya = next(entry for entry, name in names.items() if name == "roya")
    entries = await recall(database, project_id, assistant_id, ["como trato la broca"], [roya, "no id", "0" * 36])
    assert names[entries[0].id] == "broca"
    assert roya in [entry.id for entry in entries]
    assert len(entries) <= MAX_RECALLED + 1


async def test_few_entries_are_in_memory(database: Database, project_id: str) -> None:
    assistant_id, _ = await farm(database, project_id)
    book = AssistantBook(database, load_entries)
    await book.refresh()
    facts = book.get(assistant_id)
    assert facts is not None
    assert not facts.recalls
    assert len(facts.entries) == len(ENTRIES)


async def answered(facts: AssistantFacts, asked: str) -> Sequence[str]:
    message = InboundMessage(
        provider_message_id="wamid.1",
        sender=Person(addresses=(Address(kind="phone", value="51900000001"),)),
        sent_ms=0,
        content=Text(text=asked),
    )
    context = Context(now=datetime(2026, 11, 20, 15, tzinfo=UTC), assistant=facts, messages=(message,))
    return (await RulesBrain().decide(context)).sources


async def test_the_rules_cite_the_right_entry_or_say_that_they_do_not_know(database: Database, project_id: str) -> None:
    assistant_id, names = await farm(database, project_id)
    book = AssistantBook(database, load_entries)
    await book.refresh()
    facts = book.get(assistant_id)
    assert facts is not None
    wrong = [asked for asked, wanted in ASKED if [names[e] for e in await answered(facts, asked)][:1] != [wanted]]
    invented = [asked for asked in UNKNOWN if await answered(facts, asked)]
    assert len(wrong) <= 0.05 * len(ASKED), wrong
    assert len(invented) <= 0.05 * len(UNKNOWN), invented


@pytest.mark.slow
async def test_ten_thousand_entries_are_searched(database: Database, project_id: str) -> None:
    assistant_id, names = await farm(database, project_id)
    await much(database, project_id, assistant_id, 10_000)
    found = await find(database, project_id, assistant_id, "ing mi cafe tiene polvo naranja en las ojas")
    assert names[found[0]] == "roya"


async def test_a_search_goes_by_the_index(database: Database, project_id: str) -> None:
    assistant_id, _ = await farm(database, project_id)
    await much(database, project_id, assistant_id, 1_000)
    ran: list[tuple[str, Any]] = []

    def listen(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        ran.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", listen)
    await find(database, project_id, assistant_id, "roya del cafe")
    event.remove(database.engine.sync_engine, "before_cursor_execute", listen)
    statement, parameters = next(each for each in ran if "knowledge_fts" in each[0])
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    async with database.engine.connect() as connection:
        if not database.is_sqlite:  # with so few rows it may prefer to read them all
            await connection.exec_driver_sql("SET enable_seqscan = off")
        steps = [str(row[-1]) for row in await connection.exec_driver_sql(explain + statement, tuple(parameters))]
    if database.is_sqlite:
        assert any(step.startswith("SCAN knowledge_fts VIRTUAL TABLE INDEX") for step in steps), steps
        assert any("uq_knowledge_entries_number" in step for step in steps), steps
    else:
        assert any("ix_knowledge_fts" in step for step in steps), steps
        assert not any("Seq Scan" in step for step in steps), steps
