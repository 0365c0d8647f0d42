"""One message is one trace, whichever processes it went through."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.operations.collector import Collector, Seen, collector
from tests.operations.site import LIMIT_S, PERSON, SECRETS, WORDS, site

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


async def complete(kept: Collector, trace_count: int) -> dict[str, list[Seen]]:
    """The traces, once so many have all that belongs to an answered message."""
    async with asyncio.timeout(LIMIT_S):
        while True:
            traces: dict[str, list[Seen]] = {}
            for span in kept.spans:
                traces.setdefault(span.trace, []).append(span)
            whole = {t: spans for t, spans in traces.items() if {span.name for span in spans} >= set(PARENTS)}
            if len(whole) >= trace_count:
                return whole
            await asyncio.sleep(0.1)


@pytest.mark.slow
async def test_a_message_is_one_trace_through_all_processes(database_url: str, tmp_path: Path) -> None:
    halves = database_url.startswith("postgresql:")
    with collector() as kept:
        async with site(database_url, tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=kept.url, OTEL_SERVICE_NAME="avisos") as made:
            await made.write()
            await made.answered()
            ((trace, spans),) = (await complete(kept, 1)).items()
            await asyncio.to_thread(made.stop)
        raw = b"".join(kept.raw)
    by_id = {span.id: span for span in spans}
    assert len(by_id) == len(spans)  # each once
    for span in spans:
        parent = by_id[span.parent].name if span.parent else None
        assert parent == PARENTS[span.name], span
        assert span.start_ns <= span.end_ns
        assert span.service == "avisos"
        assert not span.failed
        expected = "worker" if span.name not in ("receive", "store", "status") else "api"
        assert span.process == (expected if halves else "up"), span
    named = {span.name: span for span in spans}
    assert named["turn"].attributes["recado.turn.outcome"] == "settled"
    assert named["send"].attributes["recado.send.outcome"] == "sent"
    assert {span.attributes["recado.status"] for span in spans if span.name == "status"} >= {"sent", "delivered"}
    assert named["send"].attributes["recado.line_id"] == made.line_id
    # The trace is the message's own id, which is a UUIDv7.
    assert trace[12] == "7"
    for private in (WORDS, "frase", PERSON, PERSON[2:], "Zoraida", *SECRETS.values()):
        assert private.encode() not in raw


@pytest.mark.slow
@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_collector_that_hangs_delays_neither_a_message_nor_the_end(database_url: str, tmp_path: Path) -> None:
    hung = await asyncio.start_server(lambda *_: asyncio.sleep(60), "127.0.0.1", 0)
    port = hung.sockets[0].getsockname()[1]
    async with site(database_url, tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{port}") as made:
        for n in range(20):
            await made.write(person=f"519876543{n:02d}")
        await made.answered(20)
        await asyncio.to_thread(made.stop)  # within 5 s
    hung.close()
    assert os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") is None
