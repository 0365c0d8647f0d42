"""The audit log over HTTP: no operation is forgotten, refusals are seen, and nobody sees another project's."""

import asyncio
from dataclasses import replace
from typing import Any

from recado.api import UNAUDITED, api_routes
from recado.audit.door import REFUSALS
from recado.compat.app import QUESTIONS
from recado.compat.endpoints import router as compat_router
from recado.mailbox.service import Mailbox
from recado.projects.service import Role
from tests.api.conftest import PHONE, TEXT, Api, Tenant, bury, lose, make_dead
from tests.api.test_tenancy_of_api import BODIES, LAST, OF_UNUSED, ids, spares, use

# They change something at the provider, which is not there: the entry is made before it is asked.
ASKED = {"block_users", "unblock_users", "mark_read"}
# tests/api/test_at_provider.py has the provider; a delivery must have been made.
ELSEWHERE = {"sync_templates", "replay_delivery"}
LAST_HERE = ("change_webhook", *LAST)
# Done twice, or to what is so already, in the order in which the operations come here.
UNCHANGED = {"take_back", "cancel_job", "replay_events"}
SECRET_TEXT = "mi numero es 51987654321"


async def entries(api: Api, of: Tenant, query: str = "") -> list[Any]:
    """The newest first."""
    answer = await api.get("/audit?limit=200" + query, of.keys[Role.ADMIN])
    assert answer.status == 200, answer.body
    return answer.json["items"]


async def send(api: Api, of: Tenant, **named: Any) -> Any:
    body = {"content": {"type": "text", "text": SECRET_TEXT}}
    return await api.post(f"/conversations/{of.conversation_id}/messages", of.keys[Role.AGENT], body, **named)


async def test_every_operation_that_is_no_get_leaves_an_entry(api: Api, ours: Tenant) -> None:
    """The operations are found, not listed: a new one is held to this from its first day."""
    key = ours.keys[Role.ADMIN]
    await make_dead(api, ours, ours.message_id)
    into, unused = await spares(api, ours)
    endpoint = (await api.post("/webhooks", key, BODIES["create_webhook"])).json["endpoint"]
    hooked = replace(ours, webhook_id=endpoint["id"])
    changing = [route for route in api_routes() if route.methods != {"GET"} and route.name not in UNAUDITED | ELSEWHERE]
    unchanged: set[str] = set()
    for route in sorted(changing, key=lambda one: LAST_HERE.index(one.name) if one.name in LAST_HERE else -1):
        if route.name in ("retry_inbox_message", "drop_inbox_message"):
            await bury(api, ours, ours.inbox_id)
        if route.name == "retry_media":
            await lose(api, ours, ours.media_id)
        of = unused if route.name in OF_UNUSED else hooked
        before = {entry["id"] for entry in await entries(api, ours)}
        status, body = await use(api, route, key, of, into)
        assert status < 400 or route.name in ASKED, (route.name, status, body)
        made = [entry for entry in await entries(api, ours) if entry["id"] not in before]
        assert {(entry["action"], entry["actor"], entry["role"]) for entry in made} == {(route.name, "key", "admin")}
        assert {entry["outcome"] for entry in made} == {"asked"} or route.name not in ASKED, route.name
        unchanged |= {entry["action"] for entry in made if entry["outcome"] == "unchanged"}
        if "{" in route.path:
            assert made[0]["object_id"] in route.path.format(**ids(of)), route.name
    assert unchanged <= UNCHANGED
    assert {route.name for route in api_routes()} > UNAUDITED
    assert not [word for word in (TEXT, PHONE) if word in str(await entries(api, ours))]


async def test_who_takes_a_persons_data_out_is_noted_before_the_first_byte(api: Api, ours: Tenant) -> None:
    path, key = f"/contacts/{ours.contact_id}/export", ours.keys[Role.ADMIN]
    assert (await api.get(path, key)).status == 200
    (entry,) = await entries(api, ours, "&action=export_contact")
    assert (entry["actor"], entry["key_id"] is not None, entry["outcome"]) == ("key", True, "asked")
    assert (entry["object_kind"], entry["object_id"]) == ("contact", ours.contact_id)
    assert (await api.get(f"/contacts/{ours.project_id}/export", key)).status == 404
    assert len(await entries(api, ours, "&action=export_contact")) == 1


async def test_what_retention_was_and_what_it_is_now_is_told(api: Api, ours: Tenant) -> None:
    for days in ({"messages": 365, "media": 90, "logs": None}, {"messages": 30, "media": 90, "logs": 9}):
        assert (await api.call("PUT", "/api/v1/retention", ours.keys[Role.ADMIN], days)).status == 200
    made = [change["fields"] for entry in (await entries(api, ours))[:2] for change in entry["changes"]]
    told = [{name: of for name, of in fields.items() if name.endswith("_days")} for fields in made]
    assert [fields for fields in told if fields] == [
        {"messages_days": [365, 30], "logs_days": [None, 9]},
        {"messages_days": [None, 365], "media_days": [None, 90]},
    ]


def test_every_route_of_the_old_shapes_is_audited_or_hands_on_what_people_write() -> None:
    changing = {route.name for route in compat_router.routes if getattr(route, "methods", None) != {"GET"}}  # pyright: ignore
    assert changing == QUESTIONS | {"delete_memory"}


async def test_a_sent_message_is_noted_by_its_id_and_never_by_what_it_says(api: Api, ours: Tenant) -> None:
    sent = await send(api, ours, headers={"Idempotency-Key": "one", "X-Request-Id": "order-7"})
    again = await send(api, ours, headers={"Idempotency-Key": "one", "X-Request-Id": "51987654321"})
    assert (sent.status, again.headers["idempotent-replayed"]) == (202, "true")
    repeated, first = await entries(api, ours, "&action=send_message")
    assert (first["object_kind"], first["object_id"]) == ("conversation", ours.conversation_id)
    assert first["changes"] == [
        {"kind": "message", "id": sent.json["message_ids"][0], "change": "created", "fields": {}}
    ]
    assert (first["outcome"], repeated["outcome"]) == ("done", "unchanged")
    # A request's id that may be somebody's number is left out, and one that is longer than what is kept.
    assert (first["request_id"], repeated["request_id"]) == ("order-7", None)
    await send(api, ours, headers={"Idempotency-Key": "two", "X-Request-Id": "Root=" + "x" * 123})
    assert (await entries(api, ours, "&action=send_message"))[0]["request_id"] is None
    assert "51987654321" not in str([first, repeated])


async def test_a_message_that_cannot_be_noted_is_not_sent(api: Api, ours: Tenant, monkeypatch: Any) -> None:
    """The entry and the message are one commit."""
    waiting = len((await api.get("/outbox?state=queued", ours.keys[Role.READ])).json["items"])
    monkeypatch.setattr("recado.mailbox.auditing.new_id", lambda: None)
    assert (await send(api, ours)).status == 500
    monkeypatch.undo()
    assert len((await api.get("/outbox?state=queued", ours.keys[Role.READ])).json["items"]) == waiting
    assert await entries(api, ours, "&action=send_message") == []


async def test_what_a_key_may_not_is_noted_and_not_without_end(api: Api, ours: Tenant) -> None:
    reader = ours.keys[Role.READ]
    await asyncio.gather(*(send_as(api, ours, reader) for _ in range(REFUSALS.amount + 5)))
    assert (await api.get("/audit", ours.keys[Role.AGENT])).status == 403  # also where it only looks
    found = await entries(api, ours, "&outcome=refused")
    by_reader = [entry for entry in found if entry["role"] == "read"]
    assert len(by_reader) == REFUSALS.amount
    assert {entry["code"] for entry in found} == {"forbidden"}
    assert {entry["action"] for entry in found} == {"send_message", "list_audit"}


async def send_as(api: Api, of: Tenant, key: str) -> None:
    body = {"content": {"type": "text", "text": "x"}}
    assert (await api.post(f"/conversations/{of.conversation_id}/messages", key, body)).status == 403


async def test_a_closed_key_that_knocks_is_noted(api: Api, ours: Tenant) -> None:
    admin = ours.keys[Role.ADMIN]
    made = (await api.post("/keys", admin, {"name": "till noon", "role": "agent"})).json
    await api.post(f"/keys/{made['key']['id']}/revoke", admin)
    assert (await api.get("/contacts", made["token"])).code == "bad_api_key"
    assert (await api.get("/contacts", "rk_nobody-knows-this-one")).code == "bad_api_key"
    (entry,) = await entries(api, ours, "&outcome=refused")
    assert (entry["key_id"], entry["name"], entry["code"]) == (made["key"]["id"], "till noon", "key_revoked")
    revoked, created = await entries(api, ours, f"&object_id={made['key']['id']}")
    assert (created["action"], revoked["action"]) == ("create_key", "revoke_key")
    assert created["changes"][0]["fields"] == {"role": [None, "agent"]}
    assert list(revoked["changes"][0]["fields"]) == ["revoked_ms"]


async def test_the_log_is_filtered_paged_and_the_projects_own(api: Api, ours: Tenant, theirs: Tenant) -> None:
    admin = ours.keys[Role.ADMIN]
    for name in ("One", "Two", "Three"):
        await api.call("PATCH", f"/api/v1/lines/{ours.line_id}", admin, {"name": name, "max_per_second": 7})
    await api.call("PATCH", f"/api/v1/lines/{theirs.line_id}", theirs.keys[Role.ADMIN], {"name": "Not ours"})
    found = await entries(api, ours, f"&object_id={ours.line_id}")
    assert [entry["action"] for entry in found] == ["update_line"] * 3
    assert found[0]["changes"][0]["fields"] == {"name": None}
    assert found[2]["changes"][0]["fields"] == {"name": None, "max_per_second": [80.0, 7.0]}
    first = (await api.get("/audit?limit=2&action=update_line", admin)).json
    second = (await api.get(f"/audit?limit=2&action=update_line&cursor={first['next_cursor']}", admin)).json
    assert [entry["id"] for entry in first["items"] + second["items"]] == [entry["id"] for entry in found]
    assert await entries(api, ours, f"&object_id={theirs.line_id}") == []
    assert await entries(api, ours, f"&key_id={theirs.key_id}") == []
    assert await entries(api, ours, "&until=2020-01-01T00:00:00Z") == []
    assert len(await entries(api, ours, "&since=2020-01-01T00:00:00Z&action=update_line")) == 3


async def test_what_whatsapp_brings_and_turns_send_is_no_change_by_a_key(api: Api, ours: Tenant) -> None:
    """They cost nothing but the look at a variable: no entry is made of them."""
    mailbox: Mailbox = api.runtime.mailbox
    before = len(await entries(api, ours))
    await mailbox.drop(ours.project_id, ours.message_id)  # as the program itself would
    assert len(await entries(api, ours)) == before
