"""A prefilled database is one that Recado has left: it goes on with every conversation where it ended."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from benchmarks.cases import Case
from benchmarks.payloads import phone_of
from benchmarks.postgres import Server
from benchmarks.prefill import MESSAGES_EACH, prefill
from benchmarks.subjects import Bench, Traffic, load, new_database, on_database, prepare
from recado.db import Database
from tests.databases import Databases, Kind

PEOPLE, MORE = 20, 3

_LANES = """
SELECT a.value, c.last_seq, c.settled_seq, c.wake_ms, m.seq, m.direction, m.state
FROM addresses a JOIN conversations c ON c.contact_id = a.contact_id
JOIN (
    SELECT conversation_id, seq, 'in' AS direction, '' AS state FROM inbox
    UNION ALL SELECT conversation_id, seq, 'out', state FROM outbox
) m ON m.conversation_id = c.id
WHERE a.kind = 'phone' ORDER BY a.value, m.seq
"""


async def _lanes(url: str) -> dict[str, list[tuple[Any, ...]]]:
    database = Database(url)
    try:
        async with database.system(read_only=True) as session:
            lanes: dict[str, list[tuple[Any, ...]]] = {}
            for phone, *rest in (await session.execute(text(_LANES))).all():
                lanes.setdefault(phone, []).append(tuple(rest))
            return lanes
    finally:
        await database.close()


@pytest.mark.slow
def test_recado_goes_on_with_prefilled_conversations(tmp_path: Path, databases: Databases, database_kind: Kind) -> None:
    bench = Bench(tmp_path, Server(databases.server()) if database_kind == "postgresql" else None)
    case = Case("prefill", "recado", database_kind)
    with new_database(bench, case) as (folder, url):
        prepare(case, folder, url)
        prefill(url, PEOPLE * MESSAGES_EACH)
        with on_database(case, folder, url) as subject:
            report = load(subject, Traffic(PEOPLE, MORE, people_step=1), first_person=0)
        lanes = asyncio.run(_lanes(url))

    assert report.correct, report
    assert sorted(lanes) == [phone_of(person) for person in range(PEOPLE)]
    last = 2 * (MESSAGES_EACH + MORE)
    for messages in lanes.values():
        assert [seq for _, _, _, seq, _, _ in messages] == list(range(1, last + 1))
        assert all((last_seq, wake_ms) == (last, None) for last_seq, _, wake_ms, *_ in messages)
        old = messages[: 2 * MESSAGES_EACH]
        assert [direction for *_, direction, _ in old] == ["in", "out"] * MESSAGES_EACH
        assert sum(direction == "in" for *_, direction, _ in messages) == MESSAGES_EACH + MORE
        assert {state for *_, direction, state in messages if direction == "out"} == {"sent"}
        newest_in = max(seq for _, _, _, seq, direction, _ in messages if direction == "in")
        assert {settled for _, settled, *_ in messages} == {newest_in}
