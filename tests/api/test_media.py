"""Files over the API: kept, shown, served in parts, and nobody else's."""

import hashlib
import io
import os
from typing import Any

import pytest

from recado.kit import new_id
from recado.projects.service import Role
from tests.api.conftest import Api, Tenant
from tests.mailbox.support import on_sqlite

CONTENT = os.urandom(1_500_000)


async def uploaded(api: Api, of: Tenant, content: bytes = CONTENT, mime_type: str = "application/pdf") -> Any:
    path, headers = "/media?filename=an%C3%A1lisis.pdf", {"Content-Type": mime_type}
    answer = await api.post(path, of.keys[Role.AGENT], data=io.BytesIO(content), headers=headers)
    assert answer.status == 201, answer.body
    return answer.json


async def test_a_file_is_kept_and_had_again(api: Api, ours: Tenant, theirs: Tenant) -> None:
    made = await uploaded(api, ours)
    assert made["kind"] == "document"
    assert made["state"] == "stored"
    assert (made["size_bytes"], made["sha256"]) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    path = f"/media/{made['id']}"
    assert (await api.get(path, ours.keys[Role.READ])).json == made
    answer = await api.get(path + "/content", ours.keys[Role.READ])
    assert (answer.status, answer.body) == (200, CONTENT)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''an%C3%A1lisis.pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    for where in (path, path + "/content"):
        assert (await api.get(where, theirs.keys[Role.READ])).code == "media_not_found"
    content = {"type": "media", "media": "document", "media_id": made["id"], "filename": "análisis.pdf"}
    sending = f"/conversations/{ours.conversation_id}/messages"
    assert (await api.post(sending, ours.keys[Role.AGENT], {"content": content})).status == 202
    for wrong in (new_id(), (await uploaded(api, theirs))["id"]):
        refused = await api.post(sending, ours.keys[Role.AGENT], {"content": {**content, "media_id": wrong}})
        assert refused.code == "media_not_found"


@on_sqlite
@pytest.mark.parametrize(
    ("asked", "status", "part", "told"),
    [
        ("bytes=0-9", 206, slice(0, 10), "bytes 0-9/1500000"),
        ("bytes=1499990-", 206, slice(1_499_990, None), "bytes 1499990-1499999/1500000"),
        ("bytes=-5", 206, slice(-5, None), "bytes 1499995-1499999/1500000"),
        ("bytes=1499999-9999999", 206, slice(1_499_999, None), "bytes 1499999-1499999/1500000"),
        ("bytes=5-1", 200, slice(None), None),
        ("bytes=0-1,5-6", 200, slice(None), None),
        ("lines=1-2", 200, slice(None), None),
    ],
)
async def test_a_range_is_served(
    api: Api, ours: Tenant, asked: str, status: int, part: slice, told: str | None
) -> None:
    made = await uploaded(api, ours)
    answer = await api.get(f"/media/{made['id']}/content", ours.keys[Role.READ], headers={"Range": asked})
    assert (answer.status, answer.headers.get("content-range")) == (status, told)
    assert answer.body == CONTENT[part]


@on_sqlite
async def test_what_the_api_does_not_take(api: Api, ours: Tenant) -> None:
    made = await uploaded(api, ours)
    beyond = {"Range": "bytes=1500000-"}
    assert (await api.get(f"/media/{made['id']}/content", ours.keys[Role.READ], headers=beyond)).code == "bad_range"
    png = {"Content-Type": "image/png"}
    for body, headers, code in (
        (b"x", {"Content-Type": "text/html"}, "media_type_refused"),
        (b"", png, "media_empty"),
        (bytes(5 * 1024 * 1024 + 1), png, "media_too_large"),
    ):
        answer = await api.post("/media", ours.keys[Role.AGENT], data=io.BytesIO(body), headers=headers)
        assert answer.code == code
    assert (await api.post("/media", ours.keys[Role.READ], data=b"x", headers=png)).code == "role_too_low"
