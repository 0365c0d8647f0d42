"""Contract C's messages: every field, the same answer again, merged messages, silence, limits, keys, request ids."""

import asyncio
import json
import re
import time
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from recado.api import asking_of
from recado.compat import jobs
from recado.compat.models import AnswerJob
from recado.compat.questions import by_whatsapp
from recado.compat.signing import signature
from recado.contacts.models import AddressRow, Contact
from recado.contacts.service import find_by_address
from recado.decisions import Decision
from recado.events.audiences import attend
from recado.kit import new_id
from recado.mailbox.erased import WasErased
from recado.mailbox.models import Conversation, InboxMessage, OutboxMessage
from recado.messages import Address, Button, OutButtons
from recado.privacy.models import Erasure
from recado.privacy.service import ask_erasure
from recado.projects.service import get_by_slug
from recado.runtime import open_runtime
from tests.compat.conftest import KEY, OTHER_KEY, SECRET, Client, serving, settings_of
from tests.mailbox.support import eventually

GATEWAY = "/v1/channels/whatsapp/gateway/inbound"


def delivered(message_id: str, text: str, number: str = "51987654321", **more: object) -> dict[str, object]:
    return {
        "message_id": message_id,
        "from_number": number,
        "text": text,
        "timestamp_iso": "2026-11-21T12:00:00Z",
        **more,
    }


async def test_a_message_gets_its_answer_on_both_paths(client: Client) -> None:
    for path in ("/v1/conversations/c1/messages", "/v1/channels/web/conversations/c1/messages"):
        answer = await client.post(path, {"text": "hola"}, headers={"X-Customer-Id": "ana"})
        assert answer.status == 200
        assert answer.json == {"conversation_id": "c1", "response_text": f"{client.brain.turns}: hola"}
    assert (await client.post("/v1/conversations/c1/messages", {"text": "two"})).json["response_text"] == "one\n\ntwo"


async def test_both_halves_of_a_conversation_are_events_whoever_fetches_the_answer(client: Client) -> None:
    """By a request, a socket, and a job; asked for twice, told once."""
    database = client.runtime.database
    async with database.system(read_only=True) as session:
        project_id = (await get_by_slug(session, "clinic")).id
    async with database.project(project_id) as session:
        await attend(session, [project_id])
    for _ in range(2):
        await client.post("/v1/conversations/c1/messages", {"text": "two", "message_id": "m1"})
    async with client.http.ws_connect(f"{client.url}/v1/ws/conversations/c1?api_key={KEY}") as socket:
        await socket.send_json({"type": "user_message", "text": "hola"})
        assert (await socket.receive_json(timeout=60))["type"] == "assistant_message"
    job = (await client.post("/v1/async/conversations/c1/messages", {"text": "luego"})).json["job_id"]

    async def answered() -> bool:
        return (await client.get(f"/v1/jobs/{job}")).json["status"] == "succeeded"

    await eventually(answered)

    async def complete() -> bool:
        return await told() == expected

    async def told() -> list[tuple[str, str]]:
        items = (await client.get("/api/v1/events?limit=100")).json["items"]
        return sorted((one["name"], one["data"]["message_id"]) for one in items if one["name"].startswith("message."))

    async with database.system(read_only=True) as session:
        came = set(await session.scalars(select(InboxMessage.id)))
        went = set(await session.scalars(select(OutboxMessage.id)))
    assert (len(came), len(went)) == (3, 4)
    expected = sorted(
        [("message.received", one) for one in came]
        + [(f"message.{what}", one) for one in went for what in ("sent", "delivered")]
    )
    await eventually(complete)


async def test_the_outbox_row_is_returned_instead_of_sent(client: Client) -> None:
    """Design, Semantics, "Synchronous answers": nobody tried to send it, and nobody will."""
    answer = await client.post("/v1/conversations/c1/messages", {"text": "hola"})
    assert answer.status == 200

    async def settled() -> bool:
        async with client.runtime.database.system(read_only=True) as session:
            (row,) = await session.scalars(select(OutboxMessage))
        assert (row.fence, row.provider_message_id) == (0, None)  # claimed by no sender
        assert json.loads(row.body)["text"] == answer.json["response_text"]
        return row.state == "sent"

    await eventually(settled)


async def test_whatsapp_inbound(client: Client) -> None:
    answer = await client.post("/v1/channels/whatsapp/inbound", {"from_number": "51987654321@c.us", "text": "hola"})
    assert (answer.status, answer.json) == (
        200,
        {"conversation_id": "whatsapp:51987654321", "response_text": "1: hola"},
    )


async def test_a_gateway_gets_choices_too(client: Client) -> None:
    plain = await client.post(GATEWAY, delivered("m1", "hola", customer_id="ana", customer_name="Ana"))
    assert plain.json == {"conversation_id": "whatsapp:51987654321", "message_id": "m1", "response_text": "1: hola"}
    buttons = await client.post(GATEWAY, delivered("m2", "buttons"))
    assert buttons.json == {
        "conversation_id": "whatsapp:51987654321",
        "message_id": "m2",
        "response_text": "2: buttons",
        "interactive_type": "buttons",
        "buttons": [{"id": "y", "title": "Yes"}, {"id": "n", "title": "No"}],
    }
    listed = await client.post(GATEWAY, delivered("m3", "list"))
    assert listed.json == {
        "conversation_id": "whatsapp:51987654321",
        "message_id": "m3",
        "response_text": "3: list",
        "interactive_type": "list",
        "list_title": "Choose",
        "list_items": [{"id": "a", "title": "First", "description": "the first"}, {"id": "b", "title": "Second"}],
    }
    assert client.brain.contexts[0].contact_name == "Ana"


async def test_where_choices_have_no_place_they_are_words(client: Client) -> None:
    for path in ("/v1/conversations/c1/messages", "/v1/channels/web/conversations/c1/messages"):
        assert (await client.post(path, {"text": "buttons"})).json["response_text"].endswith(": buttons\n- Yes\n- No")
    listed = await client.post("/v1/channels/whatsapp/inbound", {"from_number": "51987654321", "text": "list"})
    assert listed.json["response_text"].endswith(": list\n- First\n- Second")


async def test_a_gateway_shows_the_last_choices_and_reads_the_others(client: Client) -> None:
    asked = OutButtons(text="one?", buttons=(Button(id="y", title="Yes"),))
    last = OutButtons(text="two?", buttons=(Button(id="n", title="No"),))
    client.brain.decisions["both"] = Decision(replies=(asked, last))
    answer = (await client.post(GATEWAY, delivered("m1", "both"))).json
    assert answer["response_text"] == "one?\n- Yes\n\ntwo?"
    assert answer["buttons"] == [{"id": "n", "title": "No"}]


async def test_the_same_message_gets_the_same_answer_also_at_the_same_time(client: Client) -> None:
    first = await asyncio.gather(*(client.post(GATEWAY, delivered("m1", "hola")) for _ in range(12)))
    await client.post(GATEWAY, delivered("m2", "another"))
    again = await client.post(GATEWAY, delivered("m1", "hola"))
    assert {answer.status for answer in first} == {200}
    assert all(answer.json == again.json for answer in first)
    assert client.brain.turns == 2
    # One name of a message is one message of one person: nobody gets what another was told.
    other = await client.post(GATEWAY, delivered("m1", "hola", "51900000000"))
    assert other.json["response_text"] == "3: hola"
    named = [
        await client.post("/v1/conversations/c/messages", {"text": "x"}, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert named[0].json == named[1].json


async def test_messages_of_one_turn_share_the_answer(client: Client) -> None:
    await client.stop_worker()
    asked = [asyncio.create_task(client.post(GATEWAY, delivered(f"m{n}", f"part {n}"))) for n in range(3)]
    while len(await stored(client)) < 3:  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    client.start_worker()
    texts = {(await one).json["response_text"] for one in asked}
    assert len(texts) == 1
    assert client.brain.turns == 1
    assert sorted(texts.pop().removeprefix("1: ").split(" + ")) == ["part 0", "part 1", "part 2"]


async def stored(client: Client) -> list[object]:
    async with client.runtime.database.system(read_only=True) as session:
        return list(await session.scalars(select(InboxMessage.id)))


async def erase(client: Client, phone: str) -> str:
    """Have whoever has this number erased; the id of their project."""
    database = client.runtime.database
    async with database.system(read_only=True) as session:
        address = select(AddressRow).where(AddressRow.kind == "phone", AddressRow.value == phone)
        project_id = (await session.scalars(address)).one().project_id
    async with database.project(project_id) as session:
        contact = await find_by_address(session, Address(kind="phone", value=phone))
        assert contact is not None
        erasure = (await ask_erasure(session, client.runtime.box, contact.id, "test")).id

    async def is_done() -> bool:
        async with database.project(project_id, read_only=True) as session:
            return (await session.get_one(Erasure, erasure)).state == "done"

    await eventually(is_done)
    return project_id


async def test_what_was_erased_does_not_come_back(client: Client) -> None:
    """Gateways deliver again until they are answered. What they bring then is nobody's any more."""
    named = {"text": "x", "message_id": "E2"}
    late = "/v1/async/channels/whatsapp/gateway/inbound"
    # Another process, which was there before and has not looked since: nobody waits until all have heard of an erasure.
    async with open_runtime(client.runtime.settings) as running:
        answer = await client.post(GATEWAY, delivered("E1", "hola", customer_id="ana", customer_name="Ana"))
        assert answer.status == 200
        await client.post("/v1/conversations/c/messages", named, headers={"X-Customer-Id": "ana"})
        turns = client.brain.turns
        project_id = await erase(client, "51987654321")
        for path in (GATEWAY, late):
            again = await client.post(path, delivered("E1", "hola", customer_id="ana", customer_name="Ana"))
            assert (again.status, list(again.json)) == (410, ["detail"])
        again = await client.post("/v1/conversations/c/messages", named, headers={"X-Customer-Id": "ana"})
        assert (again.status, list(again.json)) == (410, ["detail"])
        question = by_whatsapp("51987654321", "hola", message_id="E1", customer="ana", name="Ana")
        async with open_runtime(client.runtime.settings) as started:  # and one that began since
            for runtime in (running, started):
                with pytest.raises(WasErased) as caught:
                    await asking_of(runtime).ask(project_id, question)
                assert (caught.value.code, caught.value.verdict.permanent) == ("message_erased", True)
                with pytest.raises(WasErased):
                    await asking_of(runtime).start(project_id, question, None)
    async with client.runtime.database.system(read_only=True) as session:
        for model in (Contact, AddressRow, InboxMessage, OutboxMessage, AnswerJob):
            assert await session.scalar(select(func.count()).select_from(model)) == 0, model
    assert client.brain.turns == turns
    # What they write since is new, and another's message of the same name is another's.
    assert (await client.post(GATEWAY, delivered("E4", "hola"))).status == 200
    assert (await client.post(GATEWAY, delivered("E1", "hola", "51900000000"))).status == 200


async def test_nothing_is_owed_for_a_message_that_is_gone(client: Client) -> None:
    """Who wrote it was erased while somebody waited: the name of the conversation is their number."""
    await client.post("/v1/channels/whatsapp/inbound", {"from_number": "51987654321", "text": "hola"})
    question, mailbox = by_whatsapp("51987654321", "hola"), client.runtime.mailbox
    (message,) = await stored(client)
    async with client.runtime.database.system(read_only=True) as session:
        project_id = (await session.scalars(select(InboxMessage.project_id))).one()
    for message_id, owed in ((new_id(), None), (str(message), str(message))):
        await jobs.owe(mailbox, project_id, question, message_id)
        assert await jobs.owed(mailbox, project_id, question) == owed
    # Nor while the erasure is at work: what it has looked for it may not look for again.
    async with client.runtime.database.project(project_id) as session:
        await session.execute(update(Conversation).values(send_to="[]"))
    later = by_whatsapp("51987654321", "hola de nuevo")
    await jobs.owe(mailbox, project_id, later, str(message))
    assert await jobs.owed(mailbox, project_id, later) is None


async def test_silence_and_a_failure_are_answers(client: Client) -> None:
    await client.post(GATEWAY, delivered("m1", "hola"))
    quiet = await client.post(GATEWAY, delivered("m2", "quiet"))
    assert (quiet.status, quiet.json["response_text"]) == (200, "")
    failed = await client.post(GATEWAY, delivered("m3", "error"))
    assert failed.status == 200
    assert failed.json["response_text"].startswith("Disculpa")
    assert (await client.post(GATEWAY, delivered("m2", "quiet"))).json == quiet.json


async def test_what_takes_too_long_is_504_and_asking_again_gives_the_answer(database_url: str, tmp_path: Path) -> None:
    settings = settings_of(database_url, tmp_path).model_copy(update={"answer_limit_s": 0.2})
    async with serving(settings) as client:
        late = await client.post(GATEWAY, delivered("m1", "hold"))
        assert (late.status, late.headers["Retry-After"]) == (504, "1")
        assert "message_id" in late.json["detail"]
        client.brain.held.set()
        answers = [await client.post(GATEWAY, delivered("m1", "hold"))]
        while answers[-1].status == 504:
            answers.append(await client.post(GATEWAY, delivered("m1", "hold")))
        assert answers[-1].json["response_text"] == "1: hold"
        assert client.brain.turns == 1


async def test_conversations_of_two_customers_are_two(client: Client) -> None:
    for customer in ("ana", "beto"):
        await client.post("/v1/conversations/same/messages", {"text": "hola"}, headers={"X-Customer-Id": customer})
    assert len({context.conversation_id for context in client.brain.contexts}) == 2


@pytest.mark.parametrize(
    ("method", "path", "json"),
    [
        ("POST", "/v1/conversations/c/messages", {"text": "x"}),
        ("POST", "/v1/channels/whatsapp/inbound", {"from_number": "51987654321", "text": "x"}),
        ("POST", GATEWAY, {}),
        ("POST", "/v1/async/conversations/c/messages", {"text": "x"}),
        ("GET", "/v1/jobs/1", None),
        ("GET", "/v1/memory", None),
        ("DELETE", "/v1/memory", None),
        ("GET", "/v1/nothing", None),
    ],
)
async def test_keys(client: Client, method: str, path: str, json: object) -> None:
    missing = await client.call(method, path, json, key=None)
    wrong = await client.call(method, path, json, key="nobody-has-this-key")
    assert (missing.status, missing.json) == (401, {"detail": "Missing X-API-Key"})
    assert (wrong.status, wrong.json) == (401, {"detail": "Invalid X-API-Key"})


async def test_bad_input_never_repeats_what_was_sent(client: Client) -> None:
    for body in ({}, {"text": "   "}, {"text": 5, "other": "secret words"}, {"text": "x", "message_id": "a\x00b"}):
        answer = await client.post("/v1/conversations/c/messages", body)
        assert answer.status == 422
        assert isinstance(answer.json["detail"], str)
        assert "secret" not in answer.json["detail"]
    assert (await client.post(GATEWAY, delivered("m", "x") | {"timestamp_iso": "soon"})).status == 422


async def test_a_time_that_cannot_be_is_when_the_message_came(client: Client) -> None:
    """Also of rows that were stored before this was looked at: a history can always be read."""
    for number, at in enumerate(("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2100-01-01T00:00:00Z")):
        message = delivered(f"m{number}", "hola") | {"timestamp_iso": at}
        assert (await client.post(GATEWAY, message)).status == 200
    (one,) = (await client.get("/api/v1/conversations")).json["items"]
    history = await client.get(f"/api/v1/conversations/{one['id']}/messages")
    came = [item["sent_at"] for item in history.json["items"] if item["direction"] == "in"]
    assert len(came) == 3
    assert all(abs(datetime.fromisoformat(at).timestamp() - time.time()) < 3600 for at in came)
    for at_ms in (253_402_351_199_000, -62_135_647_200_000):
        async with client.runtime.database.system() as session:
            for row in await session.scalars(select(InboxMessage)):
                row.body = re.sub(r'"sent_ms":-?\d+', f'"sent_ms":{at_ms}', row.body)
                assert str(at_ms) in row.body
        assert (await client.get(f"/api/v1/conversations/{one['id']}/messages")).status == 200


async def test_no_customer_is_named_by_an_empty_header(client: Client) -> None:
    empty = {"X-Customer-Id": ""}
    for method in ("GET", "DELETE"):
        refused = await client.call(method, "/v1/memory", headers=empty)
        assert (refused.status, refused.json) == (400, {"detail": "Missing X-Customer-Id"})
    assert (await client.post("/v1/conversations/c/messages", {"text": "x"}, headers=empty)).status == 200
    assert (await client.post("/v1/conversations/c/messages", {"text": "x"})).status == 200
    assert len({context.conversation_id for context in client.brain.contexts}) == 1
    one = await client.post(GATEWAY, delivered("m1", "x", customer_id="", customer_name=""))
    assert (one.status, one.json["message_id"]) == (200, "m1")
    assert (await client.post(GATEWAY, delivered("m2", "x", customer_id=0))).status == 422


async def test_what_is_no_json_is_told_so(client: Client) -> None:
    for path in ("/v1/conversations/c/messages", GATEWAY):
        refused = await client.call("POST", path, data=b'{"text": "hola', headers={"Content-Type": "application/json"})
        assert (refused.status, refused.json) == (422, {"detail": "The body is not valid JSON"})


async def test_a_body_without_a_type_is_json(client: Client) -> None:
    async with client.http.post(
        f"{client.url}/v1/conversations/c/messages",
        data=b'{"text": "hola"}',
        headers={"X-API-Key": KEY},
        skip_auto_headers=["Content-Type"],
    ) as answer:
        assert "Content-Type" not in answer.request_info.headers
        assert (answer.status, (await answer.json())["response_text"]) == (200, "1: hola")


@pytest.mark.parametrize(
    "sender",
    ["120363025246125486@g.us", "51987654321-1600000000@g.us", "status@broadcast", "1600@broadcast", "1@newsletter"],
)
async def test_groups_broadcasts_and_newsletters_are_ignored(client: Client, sender: str) -> None:
    answer = await client.post(GATEWAY, delivered("m1", "hola", sender))
    assert (answer.status, answer.json) == (
        200,
        {"conversation_id": f"whatsapp:{sender}", "message_id": "m1", "response_text": ""},
    )
    plain = await client.post("/v1/channels/whatsapp/inbound", {"from_number": sender, "text": "hola"})
    assert (plain.status, plain.json) == (200, {"conversation_id": f"whatsapp:{sender}", "response_text": ""})
    later = await client.post("/v1/async/channels/whatsapp/gateway/inbound", delivered("m2", "hola", sender))
    assert (later.status, "groups" in later.json["detail"]) == (422, True)
    assert (await stored(client), client.brain.turns) == ([], 0)


async def test_a_project_has_its_limit_and_requests_have_ids(database_url: str, tmp_path: Path) -> None:
    settings = settings_of(database_url, tmp_path).model_copy(update={"project_rate_limit": "2/60"})
    async with serving(settings) as client:
        for _ in range(2):
            assert (await client.get("/v1/memory", headers={"X-Customer-Id": "ana"})).status == 200
        refused = await client.get("/v1/memory", headers={"X-Request-Id": "req-7"})
        assert (refused.status, refused.json) == (429, {"detail": "Rate limit exceeded"})
        assert refused.headers["X-Request-Id"] == "req-7"
        other = await client.get("/v1/memory", key=OTHER_KEY)
        assert (other.status, len(other.headers["X-Request-Id"])) == (400, 36)
        assert (await client.get("/health", key=None)).status == 200


async def test_a_gateway_signs(database_url: str, tmp_path: Path) -> None:
    import json

    settings = settings_of(database_url, tmp_path).model_copy(update={"gateway_secret": SECRET})
    async with serving(settings) as client:
        body = json.dumps(delivered("m1", "hola")).encode()

        async def deliver(ahead_s: float, secret: str = SECRET) -> tuple[int, object]:
            timestamp = str(int(time.time() + ahead_s))
            signed = {"X-Webhook-Timestamp": timestamp, "X-Webhook-Signature": signature(secret, timestamp, body)}
            headers = {"Content-Type": "application/json", **signed}
            answer = await client.call("POST", GATEWAY, data=body, headers=headers)
            return answer.status, answer.json

        assert (await deliver(0))[0] == 200
        assert (await deliver(-270))[0] == 200
        for refused in (deliver(-310), deliver(330), deliver(0, "another-secret-of-somebody")):
            assert await refused == (401, {"detail": "Invalid webhook signature"})
        unsigned = await client.post(GATEWAY, delivered("m1", "hola"))
        assert (unsigned.status, unsigned.json) == (401, {"detail": "Missing webhook signature"})
        assert (await client.post("/v1/channels/whatsapp/inbound", {"from_number": "5198", "text": "x"})).status == 200


async def test_routes_can_be_taken_away(database_url: str, tmp_path: Path) -> None:
    settings = settings_of(database_url, tmp_path).model_copy(update={"legacy_routes": False})
    async with serving(settings) as client:
        assert (await client.get("/v1/memory", key=KEY)).status == 404
