"""Filters of every list, and pages that neither skip nor repeat."""

from typing import Any

import aiohttp
import pytest

from recado.api import api_routes
from recado.conversations.acting import SKILLS_KEY
from recado.db import json_text
from recado.kit.schemas import PageOf
from recado.mailbox.models import Conversation
from recado.projects.service import Role
from tests.api.conftest import Api, Tenant, arrive, bury, make_dead

PAST, FUTURE = "2020-01-01T00:00:00Z", "2099-01-01T00:00:00-05:00"
NOTHING = "00000000-0000-7000-8000-000000000000"


async def ids(api: Api, key: str, path: str, **query: str) -> list[str]:
    answer = await api.get(path, key, params=query)
    assert answer.status == 200, (path, query, answer.body)
    return [item["id"] for item in answer.json["items"]]


async def test_each_filter_leaves_out_what_it_should(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.ADMIN]
    await make_dead(api, ours, ours.message_id)
    await bury(api, ours, ours.inbox_id)
    await api.post(f"/conversations/{ours.conversation_id}/hand-over", key)
    await api.post("/webhooks", key, {"url": "https://example.com/events"})
    of_line = {"line_id": ours.line_id}
    of_conversation = {"conversation_id": ours.conversation_id}
    # path, filters that find something, the same filters with values that find nothing
    cases: list[tuple[str, dict[str, str], dict[str, str]]] = [
        ("/keys", {"revoked": "false"}, {"revoked": "true"}),
        ("/assistants", {"slug": "clinic", "brain": "rules"}, {"slug": "x", "brain": "echo"}),
        (f"/assistants/{ours.assistant_id}/entries", {"topic": "hours", "language": "es"},
         {"topic": "prices", "language": "en"}),
        ("/lines", {"assistant_id": ours.assistant_id, "channel": "cloud-api"},
         {"assistant_id": NOTHING, "channel": "other"}),
        ("/contacts", {"search": "an", "allowed": "true", "opted_out": "false", "merged": "false"},
         {"search": "z", "allowed": "false", "opted_out": "true", "merged": "true"}),
        ("/schedules", {"paused": "false", "kind": "bulk_send"}, {"paused": "true", "kind": "x"}),
        ("/webhooks", {"active": "true"}, {"active": "false"}),
        ("/conversations", of_line | {"contact_id": ours.contact_id, "mode": "person", "pending": "true"},
         {"line_id": NOTHING, "contact_id": NOTHING, "mode": "assistant", "pending": "false"}),
        ("/outbox", of_line | of_conversation | {"state": "dead"},
         {"line_id": NOTHING, "conversation_id": NOTHING, "state": "queued"}),
        ("/inbox/dead", of_line | of_conversation, {"line_id": NOTHING, "conversation_id": NOTHING}),
        ("/media", {"state": "stored", "uploaded": "true"}, {"state": "refused", "uploaded": "false"}),
        ("/events", of_conversation | of_line | {"name": "conversation.handed_over"},
         {"conversation_id": NOTHING, "line_id": NOTHING, "name": "x"}),
    ]  # fmt: skip
    for path, finds, misses in cases:
        found = await ids(api, key, path, **finds, since=PAST, until=FUTURE)
        assert len(found) >= 1, path
        for name, value in misses.items():
            assert await ids(api, key, path, **{name: value}) == [], (path, name)
        assert await ids(api, key, path, **finds, until=PAST) == [], path
        assert await ids(api, key, path, **finds, since=FUTURE) == [], path
        answer = await api.get(path, key, params={"since": FUTURE, "until": PAST})
        assert (answer.status, answer.code) == (422, "bad_span")
    for wrong in ("2026-11-21T08:00:00", "2026-11-21", "0", "now", "2026-11-21 08:00:00Z", "9999-99-99T08:00:00Z"):
        assert (await api.get("/contacts", key, params={"since": wrong})).code == "bad_input", wrong
    for right in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-11-21t08:00:00.5z"):
        assert (await api.get("/contacts", key, params={"since": right})).status == 200, right


async def test_history_by_direction_and_time(api: Api, ours: Tenant) -> None:
    key, path = ours.keys[Role.READ], f"/conversations/{ours.conversation_id}/messages"
    assert await ids(api, key, path) == [ours.message_id, ours.inbox_id]
    assert await ids(api, key, path, direction="in", since=PAST) == [ours.inbox_id]
    assert await ids(api, key, path, direction="out", until=FUTURE) == [ours.message_id]
    assert await ids(api, key, path, since=FUTURE) == []
    assert (await api.get(path, key, params={"direction": "both"})).code == "bad_input"


async def test_pages_neither_skip_nor_repeat(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.ADMIN]
    for n in range(5):
        await arrive(api.runtime, ours.project_id, ours.line_id, f"wamid.page{n}")
        await api.post("/contacts", key, {"addresses": [{"kind": "phone", "value": f"3460000000{n}"}]})
    for path in ("/contacts", f"/conversations/{ours.conversation_id}/messages"):
        whole = await ids(api, key, path)
        pages: list[str] = []
        query: dict[str, Any] = {"limit": "2"}
        while True:
            answer = (await api.get(path, key, params=query)).json
            pages += [item["id"] for item in answer["items"]]
            # What is new while somebody turns pages is on no earlier page, and pushes nothing off a later one.
            await arrive(api.runtime, ours.project_id, ours.line_id, f"wamid.{len(pages)}{path[:5]}")
            if answer["next_cursor"] is None:
                break
            query = {"limit": "2", "cursor": answer["next_cursor"]}
        assert pages[: len(whole)] == whole
        assert len(set(pages)) == len(pages)


@pytest.mark.parametrize("route", [r for r in api_routes() if r.name.startswith("list_")], ids=lambda r: r.name)
def test_every_list_has_pages_and_times(route: Any) -> None:
    model = route.response_model
    names = {field.alias for found in route.dependant.dependencies for field in found.query_params}
    if isinstance(model, type) and issubclass(model, PageOf) and route.name != "list_projects":
        assert {"cursor", "limit", "since", "until"} <= names, route.name


async def test_what_skills_keep_of_a_conversation(api: Api, ours: Tenant) -> None:
    key, path = ours.keys[Role.READ], f"/conversations/{ours.conversation_id}/kept"
    assert (await api.get(path, key)).json == {"kept": {}}
    async with api.runtime.database.project(ours.project_id) as session:
        row = await session.get(Conversation, ours.conversation_id)
        assert row is not None
        row.state = json_text({"topic": "of the brain", SKILLS_KEY: {"forms": {"cultivo": "papa"}}})
    assert (await api.get(path, key)).json == {"kept": {"forms": {"cultivo": "papa"}}}


async def test_what_an_operation_does_not_know_is_refused(api: Api, ours: Tenant) -> None:
    """Left aside, a filter that is mistyped would give all there is."""
    key = ours.keys[Role.ADMIN]
    talk = f"/conversations/{ours.conversation_id}"
    for path, wrong in (
        ("/contacts?opted_outt=true", "opted_outt"),
        ("/conversations?mode=person&contact=x", "contact"),
        ("/events?names=message.sent", "names"),
        ("/events/stream?name=message.sent&line=x", "line"),
        ("/outbox?state=dead&state=queued", "state"),
        (f"/contacts/{ours.contact_id}?fields=name", "fields"),
        (f"{talk}/messages?Limit=1", "Limit"),
        (f"{talk}?{'x' * 300}=1", "x" * 194),
    ):
        refused = await api.get(path, key)
        assert (refused.status, refused.code) == (422, "bad_input"), path
        assert [error["pointer"] for error in refused.json["errors"]] == [f"query/{wrong}"], path
    writing = await api.post(f"{talk}/messages?dry_run=1", key, {"content": {"type": "text", "text": "hola"}})
    assert (writing.status, writing.code) == (422, "bad_input")
    assert (await api.get(f"{talk}/messages?direction=out", key)).json["items"][0]["id"] == ours.message_id
    # Who may not is not told what there is.
    assert (await api.get("/contacts?x=1")).status == 401
    for query in ("names=x", "after=x"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as denied:
            await api.session.ws_connect(f"{api.url}/api/v1/events/ws?{query}", headers={"X-API-Key": key})
        assert denied.value.status == 403
    ticket = (await api.post("/events/ticket", key)).json["ticket"]
    async with api.session.ws_connect(f"{api.url}/api/v1/events/ws?name=a.b&name=c&ticket={ticket}") as socket:
        await socket.send_json({"type": "ping"})
        assert await socket.receive_json() == {"type": "pong"}
