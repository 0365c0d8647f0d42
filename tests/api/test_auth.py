"""Keys: missing, wrong, revoked; roles."""

from typing import Any

import pytest

from recado.api import api_routes, role_of
from recado.projects.service import Role
from tests.api.conftest import Api, Tenant


async def test_no_key_and_wrong_keys_are_refused_before_the_body_is_read(api: Api, ours: Tenant) -> None:
    refused = await api.get("/projects")
    assert (refused.status, refused.code) == (401, "no_api_key")
    assert refused.headers["www-authenticate"] == "Bearer"
    for wrong in ("rk_wrong", "x" * 5_000, "ü"):
        assert (await api.get("/projects", wrong)).code == "bad_api_key"
    unread = await api.call("POST", "/api/v1/keys", data=b"\xff{", headers={"Content-Type": "application/json"})
    assert unread.status == 401


@pytest.mark.parametrize("value", ["Bearer", "Bearer ", "Basic abc", "rk_x"])
async def test_an_authorization_that_is_no_bearer_key_is_none(api: Api, ours: Tenant, value: str) -> None:
    assert (await api.get("/projects", headers={"Authorization": value})).code == "no_api_key"


async def test_both_headers_open_the_door(api: Api, ours: Tenant) -> None:
    token = ours.keys[Role.READ]
    for headers in ({"X-API-Key": token}, {"Authorization": f"Bearer {token}"}, {"authorization": f"bearer  {token}"}):
        found = await api.get("/projects", headers=headers)
        assert [item["id"] for item in found.json["items"]] == [ours.project_id]


async def test_a_revoked_key_is_closed_at_once(api: Api, ours: Tenant) -> None:
    admin = ours.keys[Role.ADMIN]
    made = await api.post("/keys", admin, {"name": "till noon", "role": "agent"})
    assert made.status == 201
    key, token = made.json["key"], made.json["token"]
    assert token.startswith(key["hint"])
    assert (await api.get("/contacts", token)).status == 200
    revoked = await api.post(f"/keys/{key['id']}/revoke", admin)
    assert revoked.json["revoked_at"] is not None
    assert (await api.get("/contacts", token)).code == "bad_api_key"
    assert (await api.post(f"/keys/{key['id']}/revoke", admin)).json == revoked.json
    listed = (await api.get("/keys", admin)).json["items"]
    assert key["id"] in [item["id"] for item in listed]
    assert token not in str(listed)


# They never end; tests/api/test_event_stream.py opens them.
STREAMS = {"stream_events"}


async def test_every_operation_keeps_to_its_role(api: Api, ours: Tenant) -> None:
    for route in api_routes():
        needed = Role(role_of(route))
        (method,) = sorted(route.methods or ())
        if route.name in STREAMS:
            continue
        path = "/api/v1" + route.path.replace("{", "").replace("}", "")  # no UUIDs: nothing is done
        for role, key in ours.keys.items():
            answer = await api.call(method, path, key, {} if method in ("POST", "PUT", "PATCH") else None)
            assert (answer.status == 403) == (not role.allows(needed)), (route.name, role)
            if answer.status == 403:
                assert answer.code == "role_too_low"


def test_roles_are_as_documented() -> None:
    needed: dict[str, set[str]] = {}
    for route in api_routes():
        needed.setdefault(role_of(route), set()).add(route.name)
    assert needed["agent"] == {
        "send_message", "hand_over", "take_back", "retry_outbox_message", "drop_outbox_message",
        "retry_inbox_message", "drop_inbox_message",
        "create_contact", "rename_contact", "merge_contact", "undo_merge", "add_address", "start_conversation",
        "cancel_job", "mark_read", "list_blocked", "sync_templates", "block_users", "unblock_users", "upload_media",
        "retry_media",
    }  # fmt: skip
    assert all(name.startswith(("get_", "list_")) for name in needed["read"] - {"create_ticket", "stream_events"})
    assert needed["admin"] >= {"create_key", "list_keys", "create_line", "update_assistant"}


async def test_a_new_key_needs_a_name_and_a_role_that_exists(api: Api, ours: Tenant) -> None:
    wrong: list[Any] = [{}, {"name": "x"}, {"name": "x", "role": "root"}, {"name": "", "role": "read"}, {"name": 1}]
    for body in wrong:
        assert (await api.post("/keys", ours.keys[Role.ADMIN], body)).code == "bad_input"
