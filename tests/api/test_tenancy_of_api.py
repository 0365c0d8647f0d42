"""Nobody reaches another project, whatever the operation: the operations are found, not listed."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from fastapi.routing import APIRoute

from recado.api import api_routes
from recado.projects.service import Role
from tests.api.conftest import Api, Tenant, bury, lose, make_dead

ENTRY = {"topic": "hours", "language": "es", "question": "q", "answer": "a"}
# A body that would be right, by operation; {into} and {assistant} become ids.
BODIES: dict[str, Any] = {
    "create_key": {"name": "k", "role": "read"},
    "create_assistant": {"slug": "another", "name": "Another", "brain": "echo"},
    "update_assistant": {"name": "Changed"},
    "add_entries": {"entries": [ENTRY]},
    "replace_entries": {"entries": [ENTRY]},
    "change_entry": ENTRY,
    "create_line": {"assistant_id": "{assistant}", "channel": "cloud-api", "address": "4711"},
    "update_line": {"name": "Changed"},
    "create_contact": {"name": "Eva", "addresses": [{"kind": "phone", "value": "34600000000"}]},
    "rename_contact": {"name": "Changed"},
    "merge_contact": {"into": "{into}"},
    "send_bulk": {"text": "hola", "phones": ["34600000000"]},
    "create_schedule": {
        "name": "Daily",
        "kind": "bulk_send",
        "cron": "0 9 * * *",
        "timezone": "America/Lima",
        "input": {"line_id": "{line}", "text": "hola", "phones": ["34600000000"]},
    },
    "change_schedule": {"paused": True},
    "add_address": {"kind": "phone", "value": "34622222222"},
    "start_conversation": {"line_id": "{line}", "contact_id": "{into}"},
    "mark_read": {},
    "block_users": {"users": ["34600000000"]},
    "unblock_users": {"users": ["34600000000"]},
    "create_webhook": {"url": "https://example.com/events", "events": ["*"]},
    "change_webhook": {"active": False},
    "replay_events": {},
    "set_retention": {"messages": 365, "media": 90, "logs": None},
    "erase_contact": {"contact_id": "{contact}"},
    "find_erasures": {"address": {"kind": "phone", "value": "34600000000"}},
    "send_message": {"content": {"type": "text", "text": "hola"}},
}
# They never end; tests/api/test_event_stream.py has another project's ask there.
STREAMS = {"stream_events"}
# They ask the line's provider, which is not there: tests/api/test_at_provider.py has one.
AT_PROVIDER = {"list_blocked", "block_users", "unblock_users", "sync_templates", "check_line", "mark_read"}
NEED_WEBHOOK = {
    "get_webhook", "change_webhook", "delete_webhook", "list_deliveries", "replay_events", "replay_delivery",
}  # fmt: skip
# Only what nothing needs is removed.
OF_UNUSED = {"delete_contact", "delete_assistant", "delete_media", "delete_line"}
# What takes away what the others need, in the order in which it may be done.
LAST = (
    "revoke_key", "remove_entry", "replace_entries", "delete_webhook", "delete_contact", "delete_line",
    "delete_assistant",
)  # fmt: skip


def ids(tenant: Tenant) -> dict[str, str]:
    return {
        "project_id": tenant.project_id,
        "key_id": tenant.key_id,
        "assistant_id": tenant.assistant_id,
        "entry_id": tenant.entry_id,
        "line_id": tenant.line_id,
        "contact_id": tenant.contact_id,
        "conversation_id": tenant.conversation_id,
        "message_id": tenant.message_id,
        "inbox_id": tenant.inbox_id,
        "job_id": tenant.job_id,
        "schedule_id": tenant.schedule_id,
        "media_id": tenant.media_id,
        "erasure_id": tenant.erasure_id,
        # Made by tests/api/test_webhooks.py, which has another project ask for them.
        "webhook_id": tenant.webhook_id,
        "delivery_id": tenant.webhook_id,
    }


def _filled(body: Any, marks: Mapping[str, str]) -> Any:
    if isinstance(body, dict):
        return {name: _filled(value, marks) for name, value in cast("dict[str, Any]", body).items()}
    return marks.get(body, body) if isinstance(body, str) else body


async def use(api: Api, route: APIRoute, key: str, of: Tenant, into: str | None = None) -> tuple[int, bytes]:
    marks = {
        "{into}": into or of.contact_id,
        "{assistant}": of.assistant_id,
        "{line}": of.line_id,
        "{contact}": of.contact_id,
    }
    body = _filled(BODIES.get(route.name), marks)
    (method,) = sorted(route.methods or ())
    file: dict[str, Any] = (
        {"data": b"x", "headers": {"Content-Type": "image/png"}} if route.name == "upload_media" else {}
    )
    answer = await api.call(method, "/api/v1" + route.path.format(**ids(of)), key, body, **file)
    return answer.status, answer.body


async def test_ids_of_another_project_are_not_found(api: Api, ours: Tenant, theirs: Tenant) -> None:
    key = ours.keys[Role.ADMIN]
    for route in api_routes():
        if "{" in route.path:
            status, body = await use(api, route, key, theirs)
            assert status == 404, (route.name, status, body)
    for path, body in (
        ("/lines", BODIES["create_line"] | {"assistant_id": theirs.assistant_id}),
        ("/conversations", {"line_id": theirs.line_id, "contact_id": ours.contact_id}),
        ("/conversations", {"line_id": ours.line_id, "contact_id": theirs.contact_id}),
        ("/schedules", _filled(BODIES["create_schedule"], {"{line}": theirs.line_id})),
    ):
        assert (await api.post(path, key, body)).status == 404
    moved = await api.call("PATCH", f"/api/v1/lines/{ours.line_id}", key, {"assistant_id": theirs.assistant_id})
    assert moved.status == 404
    merged = await api.post(f"/contacts/{ours.contact_id}/merge", key, {"into": theirs.contact_id})
    assert merged.status == 404


async def test_lists_hold_nothing_of_another_project(api: Api, ours: Tenant, theirs: Tenant) -> None:
    key = ours.keys[Role.ADMIN]
    foreign = re.compile("|".join(ids(theirs).values()).encode())
    for route in api_routes():
        if route.methods == {"GET"} and "{" not in route.path and route.name not in STREAMS:
            status, body = await use(api, route, key, ours)
            assert status == 200, route.name
            assert not foreign.search(body), route.name
    for query in (f"?line_id={theirs.line_id}", f"?contact_id={theirs.contact_id}"):
        assert (await api.get("/conversations" + query, key)).json["items"] == []
    assert (await api.get(f"/events?conversation_id={theirs.conversation_id}", key)).json["items"] == []


async def spares(api: Api, ours: Tenant) -> tuple[str, Tenant]:
    """A contact to merge into, and the project with a contact, an assistant, a line and a file that nothing needs."""
    key = ours.keys[Role.ADMIN]
    new = [{"addresses": [{"kind": "phone", "value": number}]} for number in ("34611111111", "34633333333")]
    into, contact = [(await api.post("/contacts", key, body)).json["id"] for body in new]
    assistant = (await api.post("/assistants", key, {"slug": "unused", "name": "Unused"})).json["id"]
    media = (await api.post("/media", key, data=b"x", headers={"Content-Type": "image/png"})).json["id"]
    new_line = {"assistant_id": ours.assistant_id, "channel": "cloud-api", "address": "unused"}
    line = (await api.post("/lines", key, new_line)).json["id"]
    return into, replace(ours, contact_id=contact, assistant_id=assistant, media_id=media, line_id=line)


async def test_every_operation_works_on_what_is_ones_own(api: Api, ours: Tenant) -> None:
    """So that the refusals above are for the right reason."""
    key = ours.keys[Role.ADMIN]
    await make_dead(api, ours, ours.message_id)
    into, unused = await spares(api, ours)
    for route in sorted(api_routes(), key=lambda route: LAST.index(route.name) if route.name in LAST else -1):
        if route.name in STREAMS | AT_PROVIDER | NEED_WEBHOOK:
            continue
        if route.name in ("retry_inbox_message", "drop_inbox_message"):
            await bury(api, ours, ours.inbox_id)
        if route.name == "retry_media":
            await lose(api, ours, ours.media_id)
        of = unused if route.name in OF_UNUSED else ours
        status, body = await use(api, route, key, of, into)
        expected = route.status_code or 200
        assert status == expected, (route.name, status, body)
