"""Conversations: history in pages, writing once, hand-over; the outbox."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from recado.mailbox.models import InboxMessage
from recado.projects.service import Role
from recado.settings import Settings
from tests.api.conftest import TEXT, Answer, Api, Tenant, arrive, bury, make_dead, serving
from tests.operations.collector import collector

HOLA: dict[str, Any] = {"content": {"type": "text", "text": "hola"}}
BUTTONS = {"content": {"type": "buttons", "text": "¿Cuál?", "buttons": [{"id": "a", "title": "A"}]}}
LIST = {"content": {"type": "list", "text": "¿Cuál?", "button": "Ver", "rows": [{"id": "a", "title": "A"}]}}


async def send(api: Api, of: Tenant, body: Any, key: str | None = None) -> Answer:
    headers = {"Idempotency-Key": key} if key else {}
    return await api.post(f"/conversations/{of.conversation_id}/messages", of.keys[Role.AGENT], body, headers=headers)


async def history(api: Api, of: Tenant, query: str = "") -> Any:
    answer = await api.get(f"/conversations/{of.conversation_id}/messages{query}", of.keys[Role.READ])
    assert answer.status == 200, answer.body
    return answer.json


async def test_history_is_both_directions_newest_first_in_pages(api: Api, ours: Tenant) -> None:
    for number in range(2, 5):
        await arrive(api.runtime, ours.project_id, ours.line_id, f"wamid.{number}", f"texto {number}")
        assert (await send(api, ours, HOLA)).status == 202
    whole = await history(api, ours)
    assert [item["seq"] for item in whole["items"]] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert [item["direction"] for item in whole["items"]] == ["out", "in"] * 4
    assert whole["items"][-1]["content"] == {"type": "text", "text": TEXT}
    assert whole["next_cursor"] is None
    found, cursor = list[Any](), ""
    while True:
        page = await history(api, ours, f"?limit=3{cursor}")
        found += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == whole["items"]


@pytest.mark.parametrize("body", [HOLA, BUTTONS, LIST])
async def test_what_is_sent_is_queued_and_seen(api: Api, ours: Tenant, body: Any) -> None:
    sent = await send(api, ours, body)
    assert sent.status == 202
    (message_id,) = sent.json["message_ids"]
    newest = (await history(api, ours, "?limit=1"))["items"][0]
    assert (newest["id"], newest["origin"], newest["state"]) == (message_id, "api", "queued")
    assert newest["content"]["type"] == body["content"]["type"]


async def test_a_repetition_is_sent_once_and_answered_the_same(api: Api, ours: Tenant) -> None:
    first, again = await send(api, ours, HOLA, "k 1"), await send(api, ours, HOLA, "k 1")
    assert (first.status, first.body) == (again.status, again.body)
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    other = await send(api, ours, HOLA, "k 2")
    assert other.json["message_ids"] != first.json["message_ids"]
    assert (await send(api, ours, BUTTONS, "k 1")).code == "idempotency_conflict"
    assert len((await history(api, ours))["items"]) == 4


async def test_a_long_text_repeated_gives_all_its_ids_again(api: Api, ours: Tenant) -> None:
    def long(end: str) -> Any:
        return {"content": {"type": "text", "text": "Una frase. " * 1_000 + end}}

    first, again = await send(api, ours, long("Fin."), "k"), await send(api, ours, long("Fin."), "k")
    assert len(first.json["message_ids"]) >= 3
    assert again.body == first.body
    # The first part is the same.
    assert (await send(api, ours, long("Otro fin."), "k")).code == "idempotency_conflict"
    assert (await send(api, ours, {"content": {"type": "text", "text": "Una frase. " * 370}}, "k")).status == 409
    items = (await history(api, ours))["items"]
    assert [item["id"] for item in items[::-1]][2:] == first.json["message_ids"]


async def test_the_same_key_in_another_conversation_is_another_message(api: Api, ours: Tenant, theirs: Tenant) -> None:
    mine, other = await send(api, ours, HOLA, "k"), await send(api, theirs, HOLA, "k")
    assert (mine.status, other.status) == (202, 202)
    assert "idempotent-replayed" not in other.headers


async def test_twenty_at_once_with_one_key_are_one_message(api: Api, ours: Tenant) -> None:
    answers = await asyncio.gather(*(send(api, ours, HOLA, "once") for _ in range(20)))
    assert {answer.status for answer in answers} == {202}, {answer.body for answer in answers}
    assert len({answer.body for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert len((await history(api, ours))["items"]) == 3


async def test_hand_over_and_take_back(api: Api, ours: Tenant) -> None:
    agent, path = ours.keys[Role.AGENT], f"/conversations/{ours.conversation_id}"
    assert (await api.get(path, agent)).json["mode"] == "assistant"
    for _ in range(2):  # again changes nothing
        assert (await api.post(path + "/hand-over", agent)).json["mode"] == "person"
    assert [one["id"] for one in (await api.get("/conversations?mode=person", agent)).json["items"]] == [
        ours.conversation_id
    ]
    assert (await api.post(path + "/take-back", agent)).json["mode"] == "assistant"
    assert (await api.get("/conversations?mode=person", agent)).json["items"] == []
    events = (await api.get(f"/events?conversation_id={ours.conversation_id}", agent)).json["items"]
    assert [event["name"] for event in events] == ["conversation.taken_back", "conversation.handed_over"]
    assert "by_key_id" in events[0]["data"]


async def test_what_touches_the_mailbox_works_while_it_is_traced(
    database_url: str, ours: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/conversations/{ours.conversation_id}"
    with collector() as kept:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", kept.url)
        async with serving(Settings(database_url=database_url, data_dir=tmp_path)) as api:
            assert api.runtime.tracing is not None
            for act in ("/hand-over", "/take-back"):
                assert (await api.post(path + act, ours.keys[Role.AGENT])).status == 200
            assert (await send(api, ours, HOLA)).status == 202


async def test_a_conversation_tells_who_and_what_waits(api: Api, ours: Tenant) -> None:
    (found,) = (await api.get(f"/conversations?contact_id={ours.contact_id}", ours.keys[Role.READ])).json["items"]
    assert found["contact"] == {"id": ours.contact_id, "name": "Ana"}
    assert (found["pending"], found["last_seq"], found["line_id"]) == (True, 2, ours.line_id)
    assert found["last_in_at"].endswith("Z")


async def test_a_dead_message_is_seen_retried_and_dropped(api: Api, ours: Tenant) -> None:
    agent, path = ours.keys[Role.AGENT], f"/outbox/{ours.message_id}"
    assert (await api.get("/outbox", agent)).json["items"] == []
    assert [one["id"] for one in (await api.get("/outbox?state=queued", agent)).json["items"]] == [ours.message_id]
    await make_dead(api, ours, ours.message_id)
    (dead,) = (await api.get("/outbox?state=dead", agent)).json["items"]
    assert dead["error"] == {"code": "outside_window", "text": "too late"}
    retried = await api.post(path + "/retry", agent)
    assert (retried.json["state"], retried.json["error"], retried.json["seq"]) == ("queued", None, 3)
    assert (await api.post(path + "/retry", agent)).status == 404
    assert (await api.post(path + "/drop", agent)).json["state"] == "dropped"
    assert (await api.post(path + "/drop", agent)).status == 404
    assert (await api.get(path, agent)).json["state"] == "dropped"
    assert (await api.get("/outbox?state=sent", agent)).code == "bad_input"


async def test_lists_come_in_pages(api: Api, ours: Tenant) -> None:
    agent = ours.keys[Role.AGENT]
    for number in range(5):
        body = {"name": f"P{number}", "addresses": [{"kind": "phone", "value": f"3460000000{number}"}]}
        assert (await api.post("/contacts", agent, body)).status == 201
    names, query = list[str](), "?limit=2"
    while True:
        page = (await api.get("/contacts" + query, agent)).json
        assert len(page["items"]) <= 2
        names += [item["name"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query = f"?limit=2&cursor={page['next_cursor']}"
    assert names == ["Ana", "Eva", "P0", "P1", "P2", "P3", "P4"]
    found = (await api.get("/contacts?search=3460000000", agent)).json["items"]
    assert [item["name"] for item in found] == ["P0", "P1", "P2", "P3", "P4"]
    for wrong in ("?limit=0", "?limit=201", "?limit=x", "?cursor=x", "?cursor=%00"):
        assert (await api.get("/contacts" + wrong, agent)).status == 422, wrong


async def test_a_message_that_was_given_up_is_seen_retried_and_dropped(api: Api, ours: Tenant) -> None:
    agent, path = ours.keys[Role.AGENT], f"/inbox/{ours.inbox_id}"
    assert (await api.post(path + "/retry", agent)).status == 404
    for action in ("retry", "drop"):
        await bury(api, ours, ours.inbox_id)
        (dead,) = (await api.get("/inbox/dead", agent)).json["items"]
        assert (dead["id"], dead["dead"], dead["content"]["text"]) == (ours.inbox_id, True, TEXT)
        done = await api.post(f"{path}/{action}", agent)
        assert (done.status, done.json["dead"]) == (200, False)
        assert (await api.get("/inbox/dead", agent)).json["items"] == []
    assert (await history(api, ours))["items"][0]["id"] == ours.inbox_id


async def test_a_stored_message_that_cannot_be_read_does_not_hide_the_others(api: Api, ours: Tenant) -> None:
    async with api.runtime.database.project(ours.project_id) as session:
        row = await session.get(InboxMessage, ours.inbox_id)
        assert row is not None
        row.body = '{"from":"the future"}'
    shown = (await history(api, ours))["items"][-1]["content"]
    assert shown == {
        "type": "unsupported",
        "provider_type": "unreadable",
        "reason": None,
        "raw": {"body": {"from": "the future"}},
    }
