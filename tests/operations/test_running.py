"""What an operator sees of a running installation: one trace of each message, every metric, logs without secrets."""

import asyncio
import json
import socket
from pathlib import Path

import pytest

from tests.operations import promql
from tests.operations.collector import Collector, Seen, collector
from tests.operations.exposed import check_against_catalogue, read
from tests.operations.site import LIMIT_S, PERSON, SECRETS, WORDS, Site, site
from tests.operations.test_watching import QUERIES

# Every span of a message that is answered, and what led to it.
PARENTS = {
    "receive": None,
    "store": "receive",
    "turn": "receive",
    "decide": "turn",
    "commit": "turn",
    "outbox": "turn",
    "send": "outbox",
    "mark": "send",
    "status": "send",
}
# What an answered message leaves, when all has been counted.
COUNTED = (
    ("recado_waiting", ("what", "conversations"), 0),
    ("recado_sends_total", ("outcome", "sent"), 1),
    ("recado_lines", ("sender", "held"), 1),
)
PRIVATE = (WORDS, "frase", PERSON, PERSON[2:], "Zoraida", *SECRETS.values())


def is_whole(spans: list[Seen]) -> bool:
    """All steps are there and, as one of them comes twice, the last state: each may come with a later export."""
    states = {span.attributes.get("recado.status") for span in spans}
    return {span.name for span in spans} >= set(PARENTS) and states >= {"sent", "delivered"}


async def complete(kept: Collector, trace_count: int) -> dict[str, list[Seen]]:
    """The traces, once so many have all that belongs to an answered message."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            traces: dict[str, list[Seen]] = {}
            for span in kept.spans:
                traces.setdefault(span.trace, []).append(span)
            whole = {t: spans for t, spans in traces.items() if is_whole(spans)}
            if len(whole) >= trace_count:
                return whole
            await asyncio.sleep(0.1)


@pytest.mark.slow
async def test_an_operator_sees_what_happens_and_nobodys_words(database_url: str, tmp_path: Path) -> None:
    with collector() as kept:
        variables = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": kept.url,
            "OTEL_SERVICE_NAME": "avisos",
            "RECADO_MODEL": "local",  # it is never asked, but its metrics are there
            "RECADO_LOG_FILE": str(tmp_path / "recado.log"),
            "RECADO_LOG_FORMAT": "json",
            "RECADO_LOG_LEVEL": "DEBUG",
        }
        async with site(database_url, tmp_path, **variables) as made:
            await made.write()
            await made.answered()
            ((trace, spans),) = (await complete(kept, 1)).items()
            await check_metrics(made)
            await asyncio.to_thread(made.stop)
    check_trace(trace, spans, halves=database_url.startswith("postgresql:"))
    assert {span.attributes.get("recado.line_id", made.line_id) for span in spans} == {made.line_id}
    check_logs(tmp_path / "recado.log")
    raw = b"".join(kept.raw)
    for private in PRIVATE:
        assert private.encode() not in raw


def check_trace(trace: str, spans: list[Seen], *, halves: bool) -> None:
    assert trace[12] == "7"  # it is the message's own id, a UUIDv7
    by_id = {span.id: span for span in spans}
    assert len(by_id) == len(spans)  # each once
    for span in spans:
        parent = by_id[span.parent].name if span.parent else None
        assert parent == PARENTS[span.name], span
        assert span.start_ns <= span.end_ns
        assert span.service == "avisos"
        assert not span.failed
        half = "api" if span.name in ("receive", "store", "status") else "worker"
        assert span.process == (half if halves else "up"), span
    named = {span.name: span for span in spans}
    assert named["turn"].attributes["recado.turn.outcome"] == "settled"
    assert named["send"].attributes["recado.send.outcome"] == "sent"
    assert {span.attributes["recado.status"] for span in spans if span.name == "status"} >= {"sent", "delivered"}


async def check_metrics(made: Site) -> None:
    async with asyncio.timeout(LIMIT_S):
        while True:
            texts = await made.exposed()
            found = read(texts)
            told = found.values.get(("recado_trace_spans_total", frozenset({("outcome", "exported")})), 0)
            if told and all(found.values.get((name, frozenset({label}))) == value for name, label, value in COUNTED):
                break
            await asyncio.sleep(0.1)  # they are counted once a second
    check_against_catalogue(found)
    assert found.value("recado_sends_total", outcome="sent") == 1
    assert found.value("recado_line_sends_total", line_id=made.line_id, outcome="sent") == 1
    assert found.value("recado_answer_seconds_count") == found.value("recado_send_seconds_count") == 1
    assert found.value("recado_waiting", what="conversations") == 0
    assert found.value("recado_lines", sender="held") == 1
    assert found.value("recado_database_bytes") > 100_000
    assert found.value("recado_disk_free_bytes") > 0
    assert found.value("recado_backup_timestamp_seconds") == 0
    assert found.value("recado_trace_spans_total", outcome="exported") > 0
    assert sum(found.value("recado_processes", kind=kind, state="alive") for kind in ("up", "worker")) == 1
    for where, query in QUERIES:
        for selector in promql.read(query).selectors:
            assert found.has(selector), f"{where}: nothing is found by {selector}"
    for private in PRIVATE:
        assert private not in "".join(texts)


def check_logs(file: Path) -> None:
    written = file.read_text(encoding="utf-8")
    entries = [json.loads(line) for line in written.splitlines()]
    assert all({"event", "level", "logger", "timestamp"} <= set(entry) for entry in entries)
    assert any(entry["event"] == "request" and entry["request_id"] for entry in entries)
    for private in PRIVATE:
        assert private not in written


@pytest.mark.slow
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_collector_that_hangs_delays_neither_a_message_nor_the_end(database_url: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hung:  # the kernel takes connections, and nobody reads
        address = f"http://127.0.0.1:{hung.getsockname()[1]}"
        async with site(database_url, tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=address) as made:
            for n in range(20):
                await made.write(person=f"519876543{n:02d}")
            await made.answered(20)
            await asyncio.to_thread(made.stop)  # within 5 s
