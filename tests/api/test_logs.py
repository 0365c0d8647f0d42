"""Logs say what happened, and never what was written, by whom, or with which key."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy
import structlog
from asyncpg import CannotConnectNowError  # pyright: ignore[reportMissingTypeStubs]
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from recado.kit.ids import is_id
from recado.kit.logs import MASK, about, configure_logging
from recado.mailbox.claims import NewOut
from recado.mailbox.models import InboxMessage
from recado.projects.service import Role
from tests.api.conftest import PHONE, TEXT, Api, Tenant, arrive
from tests.mailbox.support import Shop
from tests.mailbox.test_receive import delivery, sign

PRIVATE = "una frase privada"


@pytest.fixture(params=["json", "text"])
def logs(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Everything that is logged, in both forms."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    written = io.StringIO()
    configure_logging("DEBUG", request.param, written)
    yield written
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(level)


async def test_requests_leave_no_words_numbers_or_keys(logs: io.StringIO, api: Api, ours: Tenant) -> None:
    agent = ours.keys[Role.AGENT]
    phone = "34612345678"
    await arrive(api.runtime, ours.project_id, ours.line_id, "wamid.9", PRIVATE)
    await api.post("/contacts", agent, {"name": "Zoraida", "addresses": [{"kind": "phone", "value": phone}]})
    await api.get(f"/contacts?search={phone}", agent)
    await api.get(f"/contacts/{phone}", agent)
    await api.call("GET", f"/{phone}?text={PRIVATE}")
    body: dict[str, Any] = {"content": {"type": "text", "text": PRIVATE}}
    await api.post(f"/conversations/{ours.conversation_id}/messages", agent, body, headers={"Idempotency-Key": phone})
    await api.post(f"/conversations/{ours.conversation_id}/messages", agent, {"content": {"text": PRIVATE, "x": phone}})
    await api.get("/contacts", "rk_wrong_key")
    written = logs.getvalue()
    assert written.count("send_message") == 2
    for private in (PHONE, phone, TEXT, PRIVATE, "privada", "Zoraida", agent, agent[:12], "rk_wrong", "?search"):
        assert private not in written, private


async def test_a_webhook_has_a_request_id_and_one_line_with_the_ids_of_what_it_brought(
    logs: io.StringIO, api: Api, ours: Tenant
) -> None:
    (line,) = api.runtime.directory.lines_of("cloud-api")
    shop = Shop(ours.project_id, line)
    body = delivery((shop, "wamid.new"), (shop, "wamid.1"), who=PHONE)  # one of them was there before
    signature = {"X-Hub-Signature-256": sign(shop, body)}
    logs.truncate(0)
    for asked in ("meta-7", "no id: " + PHONE):
        answer = await api.call("POST", "/webhooks/whatsapp", data=body, headers={**signature, "X-Request-Id": asked})
        assert answer.status == 200
        assert (answer.headers["x-request-id"] == asked) == (asked == "meta-7")
    async with api.runtime.database.project(ours.project_id, read_only=True) as session:
        message_id = await session.scalar(
            select(InboxMessage.id).where(InboxMessage.provider_message_id == "wamid.new")
        )
    first, again = [line for line in logs.getvalue().splitlines() if "webhook_stored" in line]
    assert "meta-7" in first
    assert str(message_id) in first
    assert answer.headers["x-request-id"] in again
    assert str(message_id) not in again
    for private in (PHONE, "Ana", "hola", "wamid"):
        assert private not in first + again


async def test_a_request_is_called_as_its_client_calls_it(logs: io.StringIO, api: Api) -> None:
    printable = "".join(map(chr, range(0x21, 0x7F)))
    for asked in ("Root=1-6789", "req:1", "x" * 65, "x" * 128, printable):
        answer = await api.get("/contacts", "no-key", headers={"X-Request-Id": asked})
        assert answer.headers["x-request-id"] == asked
    for asked in ("", "two words", "x" * 129, "a\tb", "caf\u00e9"):
        answer = await api.get("/contacts", "no-key", headers={"X-Request-Id": asked})
        assert is_id(answer.headers["x-request-id"])
    logs.truncate(0)
    await api.get("/contacts", "no-key", headers={"X-Request-Id": f"from={PHONE};"})
    assert "request" in logs.getvalue()
    assert PHONE not in logs.getvalue()


async def test_an_unexpected_error_is_a_problem_and_logged_without_its_words(
    logs: io.StringIO, api: Api, ours: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any, **__: Any) -> Any:
        raise KeyError(f"{PRIVATE} {PHONE}")

    monkeypatch.setattr("recado.contacts.service.list_contacts", fail)
    answer = await api.get("/contacts", ours.keys[Role.READ], headers={"X-Request-Id": "find-me"})
    assert (answer.status, answer.code) == (500, "internal_error")
    assert answer.headers["x-request-id"] == "find-me"
    written = logs.getvalue()
    assert "request_defect" in written
    assert "KeyError" in written
    assert "find-me" in written
    assert "contacts/endpoints.py" in written
    for private in (PRIVATE, PHONE):
        assert private not in written
        assert private.encode() not in answer.body


STARTING_UP = DBAPIError("SELECT 1", None, CannotConnectNowError("starting up"))


@pytest.mark.parametrize("error", [ConnectionRefusedError(), TimeoutError(), STARTING_UP])
async def test_a_database_that_is_down_is_worth_another_try(
    logs: io.StringIO, api: Api, ours: Tenant, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def fail(*_: Any, **__: Any) -> Any:
        raise error

    for place in ("recado.contacts.service.list_contacts", "recado.projects.auth.authenticate"):
        monkeypatch.setattr(place, fail)
        answer = await api.get("/contacts", ours.keys[Role.READ])
        assert (answer.status, answer.code) == (503, "database_unavailable")
        assert int(answer.headers["retry-after"]) >= 1
    assert logs.getvalue().count("request_failed") == 2
    assert "request_defect" not in logs.getvalue()


async def test_wrong_sql_is_a_defect_and_no_reason_to_try_again(
    logs: io.StringIO, api: Api, ours: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(session: Any, *_: Any, **__: Any) -> Any:
        await session.execute(sqlalchemy.text(f"SELECT nothing FROM nowhere WHERE x = '{PRIVATE}'"))  # noqa: S608 # to look for it in the logs

    monkeypatch.setattr("recado.contacts.service.list_contacts", fail)
    assert (await api.get("/contacts", ours.keys[Role.READ])).code == "internal_error"
    assert "request_defect" in logs.getvalue()
    assert PRIVATE not in logs.getvalue()


def test_a_stop_during_the_return_of_a_connection_is_no_error(logs: io.StringIO) -> None:
    """As SQLAlchemy's pool tells of it; of anything else there it is told."""
    pool = logging.getLogger("sqlalchemy.pool.impl.AsyncAdaptedQueuePool")
    for error in (asyncio.CancelledError(), ConnectionResetError()):
        try:
            raise error
        except BaseException:
            pool.error("Exception during reset or similar", exc_info=True)
    assert logs.getvalue().count("Exception during reset") == 1
    assert "ConnectionResetError" in logs.getvalue()
    assert "CancelledError" not in logs.getvalue()


def test_private_fields_and_numbers_are_caught(logs: io.StringIO) -> None:
    log = structlog.get_logger("test")
    log.info("said", text=PRIVATE, phone=PHONE, token="t0k", n=1, inner={"to": PHONE, "ok": f"call +{PHONE} now"})
    said = f"wrote to {PHONE}"
    log.warning(said, ids=["01a1fc10-fc97-76e2-b6a2-598112345678"], at_ms=1_763_694_334_000)
    log.info("queued", row=NewOut("01a1fc10-fc97-76e2-b6a2-598112345678", f'{{"text":"{PRIVATE}"}}'))
    logging.getLogger("library").warning("number %s", "+51 999 888 777")
    written = logs.getvalue()
    for private in (PRIVATE, PHONE, "t0k", "999 888"):
        assert private not in written
    assert MASK in written
    assert "01a1fc10-fc97-76e2-b6a2-598112345678" in written
    assert "1763694334000" in written


def test_errors_are_told_by_class_and_place(logs: io.StringIO) -> None:
    def fail() -> None:
        raise ValueError(PRIVATE)

    for write in (structlog.get_logger("ours").exception, logging.getLogger("library").exception):
        try:
            fail()
        except ValueError:
            write("failed")
    written = logs.getvalue()
    assert PRIVATE not in written
    assert written.count("ValueError") == 2
    assert written.count("test_logs.py") >= 2
    assert "Traceback" not in written


def test_json_is_one_object_a_line(request: pytest.FixtureRequest) -> None:
    written = io.StringIO()
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    configure_logging("INFO", "json", written)
    structlog.get_logger("recado.x").info("one", count=2)
    structlog.get_logger("recado.x").debug("hidden")
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(level)
    (line,) = written.getvalue().splitlines()
    entry = json.loads(line)
    assert (entry["event"], entry["count"], entry["level"], entry["logger"]) == ("one", 2, "info", "recado.x")


OURS = ("recado.x", "library")


async def test_ids_of_what_is_worked_on_stand_in_every_line(request: pytest.FixtureRequest) -> None:
    written = io.StringIO()
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    configure_logging("INFO", "json", written)

    async def work(job: str) -> None:
        about(("job_id", job))
        await asyncio.sleep(0)
        structlog.get_logger(OURS[0]).info("deep_inside")
        logging.getLogger(OURS[1]).warning("said")

    await asyncio.gather(*(asyncio.create_task(work(job)) for job in ("a", "b")))
    structlog.get_logger(OURS[0]).info("outside")
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(level)
    # What other parts of this process say meanwhile is none of it.
    entries = [entry for entry in map(json.loads, written.getvalue().splitlines()) if entry["logger"] in OURS]
    assert [(entry["event"], entry.get("job_id")) for entry in entries] == [
        ("deep_inside", "a"), ("said", "a"), ("deep_inside", "b"), ("said", "b"), ("outside", None),
    ]  # fmt: skip
