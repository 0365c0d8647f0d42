"""ETags where people edit: nobody undoes what somebody else has changed meanwhile."""

import asyncio
from typing import Any

import pytest

from recado.kit.etags import etag_of, is_named
from recado.projects.service import Role
from tests.api.conftest import Api, Tenant

ENTRY = {"topic": "hours", "language": "es", "question": "q", "answer": "a"}


def edited(of: Tenant) -> list[tuple[str, str, Any]]:
    """(path, method of a change, its body) of everything that people edit."""
    return [
        (f"/api/v1/assistants/{of.assistant_id}", "PATCH", {"name": "Changed"}),
        (f"/api/v1/lines/{of.line_id}", "PATCH", {"name": "Changed", "secrets": {"app_secret": "a new one"}}),
        (f"/api/v1/contacts/{of.contact_id}", "PATCH", {"name": "Changed"}),
        (f"/api/v1/entries/{of.entry_id}", "PUT", ENTRY),
    ]


async def test_a_change_needs_the_state_that_was_seen(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.ADMIN]
    for path, method, body in edited(ours):
        seen = await api.call("GET", path, key)
        tag = seen.headers["etag"]
        assert tag == etag_of(seen.json)
        unchanged = await api.call("GET", path, key, headers={"If-None-Match": f'"x", W/{tag}'})
        assert (unchanged.status, unchanged.body, unchanged.headers["etag"]) == (304, b"", tag), path
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
