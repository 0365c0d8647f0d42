"""/health, /ready and /metrics."""

import re
import threading
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import func, select, update

import recado.health
import recado.metrics.service
from recado.api import build_app
from recado.db import Database
from recado.health import Readiness
from recado.kit import now_ms
from recado.kit.disk import DiskLook
from recado.kit.ids import is_id
from recado.mailbox.models import InboxMessage, OutboxMessage
from recado.mailbox.queries import LISTED_STATES, given_up, in_state, is_to_be_sent
from recado.metrics.service import Counted, Metrics
from recado.migrate import MigrationState
from recado.projects.service import Role
from recado.settings import LAST_BACKUP
from recado.worker import make_worker
from tests.api.conftest import PHONE, TEXT, Api, Tenant
from tests.mailbox.support import eventually


async def ready(api: Api) -> tuple[int, dict[str, Any]]:
    answer = await api.call("GET", "/ready")
    return answer.status, {check["name"]: check["cure"] for check in answer.json["checks"] if not check["ok"]}


async def test_health_needs_nothing(api: Api) -> None:
    answer = await api.call("GET", "/health")
    assert (answer.status, answer.json) == (200, {"status": "alive"})


async def test_ready_once_a_worker_lives(api: Api) -> None:
    status, unmet = await ready(api)
    assert (status, list(unmet)) == (503, ["worker"])
    assert "recado worker" in unmet["worker"]
    await api.runtime.mailbox.beat("api", "1")  # not a worker
    assert (await ready(api))[0] == 503
    await api.runtime.mailbox.beat("worker", "1")
    assert await ready(api) == (503, {"worker": unmet["worker"]})  # the process keeps the kind that it began with


async def test_ready_with_a_worker(api: Api) -> None:
    await api.runtime.mailbox.beat("up", "1")
    assert await ready(api) == (200, {})
    api.runtime.mailbox.driver.offset_ms += 5_001
    assert list((await ready(api))[1]) == ["worker"]


async def test_not_ready_with_a_full_disk(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recado.health, "MIN_FREE_BYTES", 1 << 62)
    assert "make room" in (await ready(api))[1]["disk"]


async def test_a_disk_that_does_not_answer_holds_up_nobody_else(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread waits for it, whatever is asked how often; neither the loop nor the loop's own few threads."""
    asked, answers, exists = list[str](), threading.Event(), Path.exists

    def never(path: Path, **how: Any) -> bool:
        if path == api.runtime.settings.data_dir:
            asked.append(threading.current_thread().name)
            if threading.current_thread() is not threading.main_thread():
                answers.wait()
        return exists(path, **how)

    monkeypatch.setattr(Path, "exists", never)
    monkeypatch.setattr(recado.health, "CHECK_LIMIT_S", 0.05)
    monkeypatch.setattr(recado.metrics.service, "DISK_LIMIT_S", 0.05)
    try:
        for _ in range(3):
            assert "cannot be looked at" in (await ready(api))[1]["disk"]
        text = (await api.call("GET", "/metrics")).body.decode()
        assert value(text, "recado_database_up") == 1
        assert "recado_disk_free_bytes " not in text
        assert asked == ["disk"]
    finally:
        answers.set()
    monkeypatch.undo()

    async def is_seen() -> bool:
        return "disk" not in (await ready(api))[1]  # it is asked anew

    await eventually(is_seen)


@pytest.mark.parametrize(
    ("found", "cure"),
    [
        (MigrationState(None, "0001"), "recado db migrate"),
        (MigrationState("9999_since_0002", "0001"), "newer Recado"),
        (MigrationState("0001", "0001", filling=True), "repeat the restore"),
    ],
)
async def test_not_ready_with_other_tables(
    api: Api, monkeypatch: pytest.MonkeyPatch, found: MigrationState, cure: str
) -> None:
    async def state(_database: Any) -> MigrationState:
        return found

    monkeypatch.setattr(recado.health, "check_migrations", state)
    assert cure in (await ready(api))[1]["migrations"]


async def test_not_ready_without_a_database(api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recado.health, "MIN_FREE_BYTES", 1 << 80)  # more than any disk has
    found = await Readiness(UNREACHABLE, api.runtime.mailbox, DiskLook(tmp_path, LAST_BACKUP)).look()
    unmet = {check.name for check in found.checks if not check.ok}
    assert unmet >= {"database", "migrations", "disk"}
    assert all(check.cure for check in found.checks if not check.ok)


class Unreachable:
    """A database that does not answer."""

    def __getattr__(self, name: str) -> Any:
        raise ConnectionRefusedError


UNREACHABLE = cast(Database, Unreachable())


def value(text: str, metric: str) -> float:
    found = re.search(rf"^{re.escape(metric)} (\S+)$", text, re.MULTILINE)
    assert found, metric
    return float(found[1])


async def test_metrics_count_what_waits(api: Api, ours: Tenant, theirs: Tenant) -> None:
    async with api.runtime.database.system() as session:
        await session.execute(update(InboxMessage).values(created_ms=now_ms() - 100_000))
    assert len(await api.runtime.mailbox.claim_turns(9)) == 2  # being worked on is not answered
    answer = await api.call("GET", "/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    text = answer.body.decode()
    assert value(text, 'recado_waiting{what="conversations"}') == 2
    assert value(text, 'recado_waiting{what="outbox_queued"}') == 2
    assert value(text, 'recado_waiting{what="outbox_dead"}') == 0
    assert 100 <= value(text, "recado_oldest_pending_seconds") < 160
    assert value(text, 'recado_webhooks_total{channel="cloud-api",outcome="refused"}') == 0
    assert value(text, "recado_database_up") == 1
    assert "recado_build_info{version=" in text
    assert "process_resident_memory_bytes" in text
    assert "recado_turns_total" not in text  # this process takes none
    for private in (PHONE, TEXT, ours.conversation_id, "Ana"):
        assert private not in text


async def test_metrics_of_a_worker(api: Api) -> None:
    worker = make_worker(api.runtime, "up")
    worker.turns.stats.settled = 3
    worker.sender.stats.sent = 2
    build_app(api.runtime, worker)
    runtime = api.runtime
    counted = Counted(worker.turns.stats, worker.sender.stats)
    text = (await Metrics(runtime.database, DiskLook(runtime.settings.data_dir, LAST_BACKUP), counted).text()).decode()
    assert value(text, 'recado_turns_total{outcome="settled"}') == 3
    assert value(text, 'recado_sends_total{outcome="sent"}') == 2


async def test_metrics_without_a_database_still_tell_what_the_process_did(api: Api) -> None:
    metrics = Metrics(UNREACHABLE, DiskLook(api.runtime.settings.data_dir, LAST_BACKUP))
    assert value((await metrics.text()).decode(), "recado_database_up") == 0


async def test_metrics_are_counted_once_a_second(api: Api, ours: Tenant) -> None:
    first = (await api.call("GET", "/metrics")).body
    for _ in range(3):
        await api.post(
            f"/conversations/{ours.conversation_id}/messages",
            ours.keys[Role.AGENT],
            {"content": {"type": "text", "text": "x"}},
        )
    again = (await api.call("GET", "/metrics")).body
    assert (first == again) or value(again.decode(), 'recado_waiting{what="outbox_queued"}') == 4


async def test_a_webhook_goes_past_the_gate(api: Api) -> None:
    refused = await api.call("POST", "/webhooks/whatsapp", data=b"{}")
    assert (refused.status, refused.body) == (401, b"signature_missing")
    assert is_id(refused.headers["x-request-id"])


async def test_what_waits_is_counted_and_listed_by_the_partial_indexes(api: Api) -> None:
    """On SQLite; PostgreSQL decides by its statistics."""
    if not api.runtime.database.is_sqlite:
        return
    states = {"queued": "ix_outbox_due", "sending": "ix_outbox_open", "unknown": "ix_outbox_open", "dead": "ix_outbox_"}
    statements = [(select(OutboxMessage.id).where(in_state(state)), states[state]) for state in LISTED_STATES]
    to_be_sent = (select(func.min(OutboxMessage.due_ms)).where(is_to_be_sent()), "ix_outbox_due")
    async with api.runtime.database.engine.connect() as connection:
        for statement, index in [*statements, to_be_sent, (select(InboxMessage.id).where(given_up()), "ix_inbox_dead")]:
            sql = statement.compile(connection.engine.sync_engine, compile_kwargs={"literal_binds": True})
            plan = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")).fetchall()
            assert index in plan[0][-1], plan
