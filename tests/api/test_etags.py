"""ETags where people edit: nobody undoes what somebody else has changed meanwhile."""

import asyncio
from typing import Any

import pytest

from recado.jobs.models import Job
from recado.jobs.schemas import ScheduleOut
from recado.kit.etags import Editable, etag_of, is_named
from recado.projects.service import Role
from recado.webhooks.schemas import EndpointOut
from tests.api.conftest import Api, Tenant

ENTRY = {"topic": "hours", "language": "es", "question": "q", "answer": "a"}


async def edited(api: Api, of: Tenant) -> list[tuple[str, str, Any]]:
    """(path, method of a change, its body) of everything that people edit one by one."""
    hook = await api.post("/webhooks", of.keys[Role.ADMIN], {"url": "https://example.com/events"})
    return [
        (f"/api/v1/assistants/{of.assistant_id}", "PATCH", {"name": "Changed"}),
        (f"/api/v1/lines/{of.line_id}", "PATCH", {"name": "Changed", "secrets": {"app_secret": "a new one"}}),
        (f"/api/v1/contacts/{of.contact_id}", "PATCH", {"name": "Changed"}),
        (f"/api/v1/entries/{of.entry_id}", "PUT", ENTRY),
        (f"/api/v1/schedules/{of.schedule_id}", "PATCH", {"name": "Changed"}),
        (f"/api/v1/webhooks/{hook.json['endpoint']['id']}", "PATCH", {"events": ["message.*"]}),
    ]


# What shows more than people edit (a schedule ticks): its ETag is of the rest, and it is always given whole.
MOVING: dict[str, type[Editable]] = {"schedules": ScheduleOut, "webhooks": EndpointOut}


async def test_a_change_needs_the_state_that_was_seen(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.ADMIN]
    for path, method, body in await edited(api, ours):
        seen = await api.call("GET", path, key)
        tag = seen.headers["etag"]
        moving = MOVING.get(path.split("/")[3])
        assert tag == (moving.tag_of(seen.json) if moving else etag_of(seen.json))
        unchanged = await api.call("GET", path, key, headers={"If-None-Match": f'"x", W/{tag}'})
        expected = (200, seen.body) if moving else (304, b"")
        assert (unchanged.status, unchanged.body, unchanged.headers["etag"]) == (*expected, tag), path
        changed = await api.call(method, path, key, body, headers={"If-Match": f'"other", {tag}'})
        assert changed.status == 200, (path, changed.body)
        assert changed.headers["etag"] != tag
        again = await api.call("GET", path, key, headers={"If-None-Match": tag})
        assert (again.status, again.headers["etag"]) == (200, changed.headers["etag"]), path
        late = await api.call(method, path, key, body, headers={"If-Match": tag})
        assert (late.status, late.code) == (412, "changed_meanwhile"), path
        assert "GET it again" in late.json["detail"]
        gone = await api.call("DELETE", path, key, headers={"If-Match": tag})
        assert (gone.status, gone.code) == (412, "changed_meanwhile"), path
        assert (await api.call(method, path, key, body, headers={"If-Match": "*"})).status == 200
        assert (await api.call(method, path, key, body, headers={"If-Match": "changed"})).code == "bad_if_match"
        assert (await api.call(method, path, key, body, headers={"If-Match": f"W/{tag}"})).status == 412


async def test_of_many_changes_to_one_state_one_is_taken(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.ADMIN]
    path = f"/api/v1/assistants/{ours.assistant_id}"
    tag = (await api.call("GET", path, key)).headers["etag"]
    answers = await asyncio.gather(
        *(api.call("PATCH", path, key, {"name": f"Name {n}"}, headers={"If-Match": tag}) for n in range(8))
    )
    assert sorted(answer.status for answer in answers) == [200] + 7 * [412]
    (taken,) = [answer.json["name"] for answer in answers if answer.status == 200]
    assert (await api.call("GET", path, key)).json["name"] == taken


async def test_all_that_an_assistant_knows_is_replaced_as_it_was_seen(api: Api, ours: Tenant) -> None:
    key, path = ours.keys[Role.ADMIN], f"/api/v1/assistants/{ours.assistant_id}/entries"
    tag = (await api.call("GET", path, key)).headers["etag"]
    assert (await api.call("GET", path, key, params={"topic": "none of it"})).headers["etag"] == tag
    assert (await api.call("PUT", f"/api/v1/entries/{ours.entry_id}", key, ENTRY)).status == 200
    late = await api.call("PUT", path, key, {"entries": []}, headers={"If-Match": tag})
    assert (late.status, late.code) == (412, "changed_meanwhile")
    seen = await api.call("GET", path, key)
    assert [item["question"] for item in seen.json["items"]] == ["q"]
    answers = await asyncio.gather(
        *(api.call("PUT", path, key, {"entries": [ENTRY]}, headers={"If-Match": seen.headers["etag"]}) for _ in "1234")
    )
    assert sorted(answer.status for answer in answers) == [200, 412, 412, 412]
    (taken,) = [answer for answer in answers if answer.status == 200]
    last = await api.call("GET", path, key, headers={"If-None-Match": taken.headers["etag"]})
    assert (last.status, last.json["items"], last.headers["etag"]) == (200, taken.json["items"], taken.headers["etag"])
    added = await api.call("POST", path, key, {"entries": [ENTRY]})
    assert (
        await api.call("PUT", path, key, {"entries": []}, headers={"If-Match": added.headers["etag"]})
    ).status == 200


async def test_of_first_retentions_one_is_taken(api: Api, ours: Tenant) -> None:
    key, path, days = ours.keys[Role.ADMIN], "/api/v1/retention", {"messages": 9}
    tag = (await api.call("GET", path, key)).headers["etag"]
    answers = await asyncio.gather(
        *(api.call("PUT", path, key, {"messages": 9 + n}, headers={"If-Match": tag}) for n in range(4))
    )
    assert sorted(answer.status for answer in answers) == [200, 412, 412, 412]
    assert {answer.code for answer in answers if answer.status == 412} == {"changed_meanwhile"}
    unmatched = await asyncio.gather(*(api.call("PUT", path, key, days) for _ in "12"))
    assert [answer.status for answer in unmatched] == [200, 200]


async def test_what_becomes_due_is_nobodys_change(api: Api, ours: Tenant) -> None:
    key, path, days = ours.keys[Role.ADMIN], "/api/v1/retention", {"messages": 9, "media": 9, "logs": 9}
    seen = await api.call("PUT", path, key, days)
    async with api.runtime.database.project(ours.project_id) as session:
        old = "01000000-0000-7000-8000-000000000000"
        session.add(Job(id=old, kind="bulk_send", state="failed", input="{}", due_ms=1, created_ms=1))
    later = await api.call("GET", path, key, headers={"If-None-Match": seen.headers["etag"]})
    assert later.json["due"] != seen.json["due"]
    assert (later.status, later.headers["etag"]) == (200, seen.headers["etag"])
    assert (await api.call("PUT", path, key, days, headers={"If-Match": seen.headers["etag"]})).status == 200


async def test_what_was_made_has_its_etag(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.ADMIN]
    made = await api.post("/assistants", key, {"slug": "another", "name": "Another"})
    path = f"/api/v1/assistants/{made.json['id']}"
    assert made.headers["etag"] == (await api.call("GET", path, key)).headers["etag"]
    assert made.headers["cache-control"] == "private, no-cache"
    assert (await api.call("DELETE", path, key, headers={"If-Match": made.headers["etag"]})).status == 204
    assert (await api.call("GET", path, key)).status == 404


@pytest.mark.parametrize(
    ("header", "strong", "weak"),
    [('"a"', True, True), ('W/"a"', False, True), ('"b", "a"', True, True), ("*", True, True), ('"b"', False, False)],
)
def test_lists_of_etags(header: str, strong: bool, weak: bool) -> None:
    assert is_named('"a"', header) is strong
    assert is_named('"a"', header, weak=True) is weak


def test_an_etag_is_of_the_value_not_of_its_spelling() -> None:
    assert etag_of({"a": 1, "b": "é"}) == etag_of({"b": "é", "a": 1})
    assert etag_of({"a": 1}) != etag_of({"a": 2})
