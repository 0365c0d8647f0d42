"""What the doctor finds, on both databases, and that it changes nothing."""

import asyncio
import contextlib
import errno
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from recado.archive.copying import refuse_running, snapshot
from recado.channels.cloud_api.errors import MEANINGS
from recado.channels.models import LineRow
from recado.db import Database, database_now_ms
from recado.doctor import Finding, Level, examine, machine, messages, voice
from recado.doctor.database import examine_sqlite
from recado.errors import Conflict
from recado.jobs.models import Job
from recado.kit import new_id, now_ms
from recado.kit.clock import use_clock
from recado.kit.crypto import SecretBox
from recado.mailbox.models import InboxMessage, OutboxMessage, Process, Unrouted
from recado.media.models import Media
from recado.metrics.waiting import read_waiting
from recado.migrate import check
from recado.personal import first_id
from recado.projects.models import Project
from recado.webhooks.models import WebhookDelivery, WebhookEndpoint
from tests.cli.terminal import free_port

KEY = "a key for tests only"
DAY_MS = 24 * 3_600_000


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_url: str) -> pytest.MonkeyPatch:
    monkeypatch.setenv("RECADO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("RECADO_DATABASE_URL", database_url)
    monkeypatch.setenv("RECADO_SECRET_KEY", KEY)
    return monkeypatch


async def findings(port: int | None = None) -> dict[str, Finding]:
    return {finding.check: finding for finding in await examine(port or free_port(), ask_providers=False)}


async def add(database: Database, *rows: Any) -> None:
    async with database.system() as session:
        session.add_all(rows)


def line(secret: str) -> LineRow:
    place = {"project_id": new_id(), "assistant_id": new_id(), "channel": "cloud-api", "address": "123456"}
    return LineRow(id=new_id(), name="x", max_per_second=80.0, secrets={"access_token": secret}, config={}, **place)


def out(state: str, **more: Any) -> OutboxMessage:
    place = {"project_id": new_id(), "line_id": new_id(), "conversation_id": new_id(), "seq": 1}
    rest = {"due_ms": 0, "created_ms": 0, **place, **more}
    return OutboxMessage(id=new_id(), body="{}", origin="turn", state=state, **rest)


async def test_an_empty_installation_needs_no_mending(settings: pytest.MonkeyPatch, database: Database) -> None:
    found = await findings()
    assert not [f for f in found.values() if f.level is Level.FAIL]
    assert {f.check for f in found.values() if f.level is Level.WARN} <= {"lines", "worker", "disk"}
    assert all(f.mend for f in found.values() if f.level is not Level.OK)


async def test_a_wrong_setting_is_all_it_says(settings: pytest.MonkeyPatch) -> None:
    settings.setenv("RECADO_LOG_FORMAT", "yaml")
    found = await findings()
    assert list(found) == ["settings"]
    assert found["settings"].level is Level.FAIL
    assert "RECADO_LOG_FORMAT" in found["settings"].says


def test_nothing_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RECADO_DATA_DIR", str(tmp_path / "data"))
    found = asyncio.run(findings())
    assert found["database"].level is Level.WARN
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("number", "cure"),
    [(errno.EROFS, "read-only"), (errno.ENOSPC, "df -i"), (errno.EACCES, "chown"), (errno.EIO, "restore a backup")],
)
def test_a_folder_that_cannot_be_written_comes_with_the_cure_of_its_cause(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int, cure: str
) -> None:
    def refuse(**_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    (found,) = machine.examine_folder(tmp_path)
    assert (found.check, found.level) == ("data folder", Level.FAIL)
    assert cure in found.mend


async def test_a_database_of_another_version(
    settings: pytest.MonkeyPatch, empty_database_url: str, tmp_path: Path
) -> None:
    settings.setenv("RECADO_DATABASE_URL", empty_database_url)
    if empty_database_url.startswith("sqlite"):
        await check(database := Database(empty_database_url))
        await database.close()
    found = await findings()
    assert (found["database"].level, found["database"].mend) == (Level.FAIL, "recado db migrate")


async def test_a_database_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RECADO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("RECADO_DATABASE_URL", f"postgresql://u:very-secret@127.0.0.1:{free_port()}/x")
    found = await findings()
    assert found["database"].level is Level.FAIL
    assert "very-secret" not in found["database"].says


async def test_secrets_that_cannot_be_read(settings: pytest.MonkeyPatch, database: Database) -> None:
    stored = line("")
    stored.secrets = {"access_token": SecretBox([KEY]).encrypt("t", stored.id)}
    await add(database, stored)
    assert (await findings())["secret key"].level is Level.OK
    settings.setenv("RECADO_SECRET_KEY", "another key than before")
    found = (await findings())["secret key"]
    assert (found.level, "123456" in found.says) == (Level.FAIL, True)
    settings.delenv("RECADO_SECRET_KEY")
    found = (await findings())["secret key"]
    assert (found.level, "is missing" in found.says) == (Level.FAIL, True)
    # Those of webhooks say which key is wanted, too.
    async with database.system() as session:
        await session.execute(delete(LineRow))
    hook = WebhookEndpoint(id=new_id(), project_id=new_id(), url="https://x", secret="", events="[]", after_position=0)
    hook.secret = SecretBox([KEY]).encrypt("s", hook.id)
    await add(database, hook)
    found = (await findings())["secret key"]
    assert (found.level, "is missing" in found.says) == (Level.FAIL, True)
    settings.setenv("RECADO_SECRET_KEY", "another key than before")
    found = (await findings())["secret key"]
    assert (found.level, "nothing starts" in found.says) == (Level.FAIL, True)
    settings.setenv("RECADO_SECRET_KEY", KEY)
    assert (await findings())["secret key"].level is Level.OK


async def test_a_key_that_others_can_read(settings: pytest.MonkeyPatch, database: Database, tmp_path: Path) -> None:
    settings.delenv("RECADO_SECRET_KEY")
    (tmp_path / "data").mkdir()
    key = tmp_path / "data" / "secret.key"
    key.write_text(KEY)
    key.chmod(0o644)
    assert (await findings())["secret key"].level is Level.WARN
    key.chmod(0o600)
    assert (await findings())["secret key"].level is Level.OK


async def test_a_worker_gives_signs_of_life(settings: pytest.MonkeyPatch, database: Database) -> None:
    async with database.system() as session:
        now = await database_now_ms(session)
        session.add(Process(id=new_id(), kind="worker", version="1", started_ms=now, beat_ms=now - 60_000))
        session.add(Process(id=new_id(), kind="api", version="1", started_ms=now, beat_ms=now))
        # It died while this machine's clock was ahead.
        session.add(Process(id=new_id(), kind="up", version="1", started_ms=now, beat_ms=now + DAY_MS))
    assert (await findings())["worker"].level is Level.WARN
    assert (await read_waiting(database)).processes["up", "alive"] == 0
    async with snapshot(database) as connection:
        with pytest.raises(Conflict):  # because of the one that is of now
            await refuse_running(connection, "Stop it")
    async with database.system() as session:
        await session.execute(delete(Process).where(Process.kind == "api"))
    async with snapshot(database) as connection:
        await refuse_running(connection, "Stop it")
    async with database.system() as session:
        now = await database_now_ms(session)
        session.add(Process(id=new_id(), kind="up", version="1", started_ms=now, beat_ms=now + 60_000))
    assert (await findings())["worker"].level is Level.OK


async def test_what_was_given_up(settings: pytest.MonkeyPatch, database: Database) -> None:
    place = {"project_id": new_id(), "line_id": new_id(), "conversation_id": new_id(), "seq": 1}
    dead = InboxMessage(id=new_id(), provider_message_id="w", body="{}", dead=True, created_ms=0, **place)
    await add(database, out("dead"), out("unknown"), out("queued", due_ms=now_ms() - 2 * messages.STUCK_MS), dead)
    stray = Unrouted(id=new_id(), channel="cloud-api", line_address="777", digest="d", body="{}", created_ms=0)
    await add(database, stray)
    found = await findings()
    wrong = {name for name in ("outbox", "outcomes", "queue", "inbox", "routing") if found[name].level is Level.WARN}
    assert wrong == {"outbox", "outcomes", "queue", "inbox", "routing"}
    assert "777" in found["routing"].says
    assert "the oldest is removed today" in found["routing"].says


async def test_deliveries_are_told_before_they_are_removed(settings: pytest.MonkeyPatch, database: Database) -> None:
    stray = Unrouted(id=new_id(), channel="cloud-api", line_address="777", digest="d", body="{}", created_ms=now_ms())
    await add(database, stray)
    assert "the oldest is removed in 30 days (RECADO_UNROUTED_DAYS)" in (await findings())["routing"].says
    settings.setenv("RECADO_UNROUTED_DAYS", "0")
    assert "removed" not in (await findings())["routing"].says


async def test_jobs_that_nobody_does(settings: pytest.MonkeyPatch, database: Database) -> None:
    def job(state: str, due_ms: int, owner: str | None = None) -> Job:
        return Job(project_id=new_id(), kind="tidy", state=state, input="{}", due_ms=due_ms, created_ms=1, owner=owner)

    lives = Process(id=new_id(), kind="up", version="1", started_ms=1, beat_ms=now_ms() + 60_000)
    await add(database, lives, job("pending", now_ms()), job("running", 1, lives.id), job("succeeded", 1))
    assert (await findings())["jobs"].level == "OK"
    await add(database, job("pending", 1), job("running", 1, new_id()))
    found = (await findings())["jobs"]
    assert (found.level, found.says) == ("WARN", "stuck: 2 tidy")


def file(state: str, age_ms: int, error: str | None = None) -> Media:
    created_ms = now_ms() - age_ms
    due_ms = created_ms if state == "pending" else None
    return Media(
        id=first_id(created_ms)[:-4] + new_id()[-4:], project_id=new_id(), message_id=new_id(), kind="image",
        state=state, error_code=error, due_ms=due_ms, created_ms=created_ms,
    )  # fmt: skip


async def test_files_that_nobody_fetches(settings: pytest.MonkeyPatch, database: Database) -> None:
    await add(database, file("pending", 1_000), file("stored", DAY_MS), file("failed", 8 * DAY_MS, "media_timeout"))
    assert (await findings())["files"].level is Level.OK
    await add(database, *(file("pending", 20 * 60_000, "access_token_invalid") for _ in range(2)))
    found = (await findings())["files"]
    assert (found.level, "3 files" in found.says, "20 min" in found.says) == (Level.WARN, True, True)
    assert "access_token_invalid" in found.says
    assert "recado line check" in found.mend
    await add(database, file("failed", DAY_MS, "media_timeout"))
    found = (await findings())["files"]
    assert "1 files that people sent in the last 7 days were given up" in found.says
    assert "recado media retry --all" in found.mend


async def test_webhooks_out_that_get_nothing(settings: pytest.MonkeyPatch, database: Database) -> None:
    project = Project(id=new_id(), slug="clinica", name="Clínica")
    box, hour_ms = SecretBox([KEY]), 3_600_000
    await add(database, project)

    async def endpoint(url: str, readable: bool = True, **more: Any) -> WebhookEndpoint:
        made = WebhookEndpoint(
            id=new_id(), project_id=project.id, url=url, secret="", events='["*"]', after_position=0, **more
        )
        made.secret = (box if readable else SecretBox(["another key for tests"])).encrypt("x", made.id)
        await add(database, made)
        return made

    await endpoint("https://fine.example.com/events", failing_since_ms=now_ms() - 1_000)
    await endpoint("https://off.example.com/events", active=False)
    assert (await findings())["webhooks out"].level is Level.OK
    await endpoint("https://locked.example.com/events?token=abc", readable=False)
    await endpoint("http://10.1.2.3:8080/events")
    failing = await endpoint("https://down.example.com/events", failing_since_ms=now_ms() - hour_ms)
    await endpoint("https://paused.example.com/events", failing_since_ms=0, paused_ms=hour_ms)
    waits = {"event_id": new_id(), "event": "message.sent", "position": 1, "due_ms": 0, "until_ms": 0}
    await add(database, WebhookDelivery(id=new_id(), project_id=project.id, endpoint_id=failing.id, **waits))
    told = [one for one in await examine(free_port(), ask_providers=False) if one.check == "webhooks out"]
    assert [(one.level, one.says.partition(",")[0]) for one in told] == [(Level.WARN, "clinica")] * 4
    says = "\n".join(one.says for one in told)
    assert "locked.example.com: its secret cannot be read" in says
    assert "10.1.2.3:8080: it is no public address" in says
    assert "paused.example.com: it failed for a whole day and gets nothing since 1970-01-01 01:00 UTC" in says
    assert "(1 wait)" in says
    assert "abc" not in says
    assert f"recado webhook deliveries --project clinica {failing.id}" in "".join(one.mend for one in told)
    settings.setenv("RECADO_WEBHOOK_NETWORKS", "10.0.0.0/8")
    told = [one for one in await examine(free_port(), ask_providers=False) if one.check == "webhooks out"]
    assert len(told) == 3


async def test_a_dead_token_is_named_with_its_line_and_its_cure(
    settings: pytest.MonkeyPatch, database: Database
) -> None:
    stored = line(SecretBox([KEY]).encrypt("t", "x"))
    now = now_ms()
    codes = ("access_token_invalid", "access_token_invalid", "rate_limited", None)
    # Each try moves `due_ms` on.
    waiting = [out("queued", line_id=stored.id, error_code=c, due_ms=0 if c is None else now + 60_000) for c in codes]
    await add(database, stored, *waiting)
    found = (await findings())["queue"]
    assert found.level is Level.WARN
    assert "line 123456: 4 messages" in found.says
    assert "access_token_invalid" in found.says
    assert "recado line update --phone-number-id 123456" in found.mend


async def test_what_a_person_must_mend_is_told_at_once(settings: pytest.MonkeyPatch, database: Database) -> None:
    now = now_ms()
    await add(database, out("queued", error_code="access_token_invalid", created_ms=now, due_ms=now + 60_000))
    assert (await findings())["queue"].level is Level.WARN


async def test_an_answer_that_nobody_fetches_is_no_finding(settings: pytest.MonkeyPatch, database: Database) -> None:
    web = line("")
    web.channel, web.secrets = "web", {}
    await add(database, web, out("queued", line_id=web.id))
    assert (await findings())["queue"].level is Level.OK
    await add(database, out("queued"))
    assert (await findings())["queue"].level is Level.WARN


async def test_what_waits_as_it_should_is_no_finding(settings: pytest.MonkeyPatch, database: Database) -> None:
    now = now_ms()
    hiccup = out("queued", error_code="provider_unavailable", created_ms=now, due_ms=now + 5_000)
    retried_by_a_person, planned = out("queued", due_ms=now), out("queued", due_ms=now + 10**8)
    await add(database, hiccup, retried_by_a_person, planned, out("queued", created_ms=now, due_ms=now))
    assert (await findings())["queue"].level is Level.OK


def test_every_cure_is_for_a_code_of_the_channel() -> None:
    known = {meaning.code for meaning in MEANINGS.values()} | {"provider_unreachable"}
    assert messages.CURES.keys() | set(messages.FOR_A_PERSON) <= known
    assert set(messages.FOR_A_PERSON) <= messages.CURES.keys()


def delivered(change: object, address: str | None = None) -> Unrouted:
    body = json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]})
    rest = {"line_address": address, "digest": new_id(), "created_ms": 0}
    return Unrouted(id=new_id(), channel="cloud-api", body=body, **rest)


async def test_notices_of_the_provider_are_no_lost_messages(settings: pytest.MonkeyPatch, database: Database) -> None:
    await add(database, delivered({"field": "account_update", "value": {"event": "VERIFIED_ACCOUNT"}}))
    found = await findings()
    assert found["routing"].level is Level.OK
    assert found["notices"].level is Level.OK
    assert "account_update" in found["notices"].says
    assert "recado line unrouted list" in found["notices"].says


async def test_what_is_lost_is_told_beside_notices(settings: pytest.MonkeyPatch, database: Database) -> None:
    await add(database, delivered({"field": "account_update", "value": {}}), delivered("odd"))
    found = await findings()
    assert found["routing"].level is Level.WARN
    assert "no person" in found["routing"].says
    assert "1 of the provider" in found["notices"].says


@pytest.mark.parametrize(("ahead_s", "level"), [(0, Level.OK), (-10, Level.WARN), (600, Level.FAIL)])
async def test_clocks_that_disagree(
    settings: pytest.MonkeyPatch, database: Database, ahead_s: int, level: Level
) -> None:
    with use_clock(lambda: time.time_ns() // 1_000_000 + ahead_s * 1000):
        assert (await findings())["clock"].level is level


@pytest.fixture
def listener() -> Iterator[int]:
    """A program that is not Recado on a port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def test_a_port_that_another_program_has(settings: pytest.MonkeyPatch, listener: int) -> None:
    settings.setattr(machine, "HEALTH_S", 0.2)
    assert (await findings(listener))["port"].level is Level.WARN


@pytest.mark.parametrize(
    ("body", "level"),
    [
        (b"<html>It works!</html>", Level.WARN),
        (b'{"status":"alive"}', Level.OK),
        (b'["alive"]', Level.WARN),
        (b"\xff" * 10_000, Level.WARN),
    ],
)
async def test_only_the_body_of_health_is_recado(monkeypatch: pytest.MonkeyPatch, body: bytes, level: Level) -> None:
    monkeypatch.setattr(machine, "HEALTH_S", 60.0)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):  # the first look only connects
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        found = await machine.examine_port(port)
    assert found.level is level


async def test_a_folder_that_is_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RECADO_DATA_DIR", str(tmp_path / "file"))
    found = await findings()
    assert found["data folder"].level is Level.FAIL


@pytest.mark.parametrize(
    ("model", "level", "says"),
    [
        ("small", Level.OK, "is fetched for the first audio"),
        ("owner/model", Level.OK, "is fetched for the first audio"),
        ("smal", Level.FAIL, "there is no model smal"),
        ("/nowhere", Level.FAIL, "/nowhere is not a folder"),
        ("models/whisper/small", Level.FAIL, "models/whisper/small is not a folder"),
        ("{folder}/empty", Level.FAIL, "config.json, model.bin is missing"),
        ("{folder}/whole", Level.OK, "the model is in"),
    ],
)
async def test_the_model_for_voice_notes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, model: str, level: Level, says: str
) -> None:
    (tmp_path / "faster_whisper.py").write_text("available_models = lambda: ['tiny', 'small']")
    for name, files in (("empty", ()), ("whole", voice.WHISPER_FILES)):
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / file).touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.delitem(sys.modules, "faster_whisper", raising=False)
    monkeypatch.setenv("RECADO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("RECADO_VOICE_MODEL", model.format(folder=tmp_path))
    found = (await findings())["voice"]
    sys.modules.pop("faster_whisper", None)
    assert (found.level, says in found.says) == (level, True)
    assert bool(found.mend) == (level is Level.FAIL)


async def test_voice_notes_without_their_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RECADO_DATA_DIR", str(tmp_path / "data"))
    assert "voice" not in await findings()
    monkeypatch.setenv("RECADO_VOICE_MODEL", "small")

    def absent(_name: str) -> None:
        return None

    monkeypatch.setattr(voice, "find_spec", absent)
    found = (await findings())["voice"]
    assert (found.level, "make setup EXTRAS=voice" in found.mend) == (Level.FAIL, True)


def test_little_space_is_a_warning_and_none_a_failure() -> None:
    levels = [machine.examine_disk(free).level for free in (10**6, 5 * 10**8, 10**11)]
    assert levels == [Level.FAIL, Level.WARN, Level.OK]


def test_an_old_sqlite_is_a_failure() -> None:
    versions = ((3, 40, 1), (3, 51, 3))
    assert [examine_sqlite(v).level for v in versions] == [Level.FAIL, Level.OK]
