"""Files over the API: kept, shown, served in parts, and nobody else's."""

import asyncio
import hashlib
import io
import os
from typing import Any

import pytest

from recado.errors import NotFound
from recado.kit import new_id
from recado.media.fetching import Fetcher
from recado.media.models import Media
from recado.media.store import key_of
from recado.media.work import MediaWork
from recado.projects.service import Role
from tests.api.conftest import Api, Tenant, lose
from tests.mailbox.support import eventually, on_sqlite

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


async def test_files_are_listed_in_pages(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.READ]
    lost, made = (await uploaded(api, ours))["id"], await uploaded(api, ours)
    await lose(api, ours, lost)
    assert (await api.get("/media?limit=1", key)).json["items"] == [made]
    listed: list[str] = []
    query = "/media?limit=2"
    while query:
        page = (await api.get(query, key)).json
        listed += [item["id"] for item in page["items"]]
        query = f"/media?limit=2&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert listed == [made["id"], lost, ours.media_id]
    for query, found in (("state=failed", [lost]), ("uploaded=true", [made["id"], ours.media_id])):
        assert [item["id"] for item in (await api.get(f"/media?{query}", key)).json["items"]] == found


async def test_a_file_that_was_given_up_is_fetched_again(api: Api, ours: Tenant) -> None:
    key, path = ours.keys[Role.AGENT], f"/media/{ours.media_id}/retry"
    refused = await api.post(path, key)
    assert (refused.status, refused.code) == (409, "media_not_given_up")
    await lose(api, ours, ours.media_id)
    again = await api.post(path, key)
    assert (again.status, again.json["state"], again.json["error_code"]) == (200, "pending", None)
    work = MediaWork(api.runtime.database, api.runtime.owner)
    assert [job.id for job in await work.claim("keep", 9)] == [ours.media_id]


async def test_an_upload_goes_with_its_content(api: Api, ours: Tenant) -> None:
    key, made = ours.keys[Role.ADMIN], await uploaded(api, ours)
    path = f"/api/v1/media/{made['id']}"
    assert (await api.call("DELETE", path, ours.keys[Role.AGENT])).code == "role_too_low"
    assert (await api.call("DELETE", path, key)).status == 204
    # Whatever dies now: nobody is given the file any more, and its row stands for the content until that is gone.
    for method, where in (("GET", path), ("GET", path + "/content"), ("DELETE", path)):
        assert (await api.call(method, where, key)).code == "media_not_found"
    assert made["id"] not in str((await api.get("/media", key)).json)
    place = key_of(ours.project_id, made["id"])
    assert b"".join([part async for part in api.runtime.store.read(place)]) == CONTENT
    fetcher = Fetcher(MediaWork(api.runtime.database, api.runtime.owner), api.runtime.store, NoLines())
    task = asyncio.create_task(fetcher.run())
    await eventually(lambda: fetcher.stats.deleted)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    with pytest.raises(NotFound):
        await anext(api.runtime.store.read(place))
    async with api.runtime.database.project(ours.project_id) as session:
        assert await session.get(Media, made["id"]) is None


async def test_what_a_message_names_is_not_removed(api: Api, ours: Tenant) -> None:
    key, made = ours.keys[Role.ADMIN], await uploaded(api, ours)
    content = {"type": "media", "media": "document", "media_id": made["id"]}
    queued = await api.post(f"/conversations/{ours.conversation_id}/messages", key, {"content": content})
    assert queued.status == 202
    refused = await api.call("DELETE", f"/api/v1/media/{made['id']}", key)
    assert (refused.status, refused.code) == (409, "media_in_use")
    await lose(api, ours, ours.media_id)
    refused = await api.call("DELETE", f"/api/v1/media/{ours.media_id}", key)
    assert (refused.status, refused.code) == (409, "media_of_message")
    assert len((await api.get("/media", key)).json["items"]) == 2


class NoLines:
    """Only uploads are removed here: nothing is fetched from any line."""

    def source(self, line_id: str) -> None: ...
