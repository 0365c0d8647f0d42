"""Files over the API: kept, shown, served in parts, and nobody else's."""

import asyncio
import hashlib
import io
import json
import os
from typing import Any

import pytest
from sqlalchemy import update

from recado.errors import NotFound
from recado.kit import new_id
from recado.mailbox.models import OutboxMessage
from recado.media import service
from recado.media.fetching import Fetcher
from recado.media.models import Media
from recado.media.store import key_of
from recado.media.work import MediaWork
from recado.projects.service import Role
from tests.api.conftest import Answer, Api, Tenant, lose
from tests.mailbox.support import eventually, on_sqlite, waits_for_a_lock

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
    outside = {"type": "template", "name": "factura", "language": "es"}
    as_image = {"type": "media", "media": "image", "media_id": made["id"]}
    header = {"media": "video", "media_id": made["id"]}
    for wrong in (
        *({**as_image, "media": kind} for kind in ("image", "sticker", "voice", "audio", "video")),
        {"type": "by_window", "inside": as_image, "outside": outside},
        {"type": "by_window", "inside": {"type": "text", "text": "a"}, "outside": {**outside, "header_media": header}},
        {**outside, "header_media": header},
    ):
        refused = await api.post(sending, ours.keys[Role.AGENT], {"content": wrong})
        assert (refused.status, refused.code) == (422, "media_kind_wrong"), wrong
        assert "send it as document" in refused.json["detail"]
    order = {"template": {**outside, "header_media": header}, "phones": ["51999888777"]}
    refused = await api.post(f"/lines/{ours.line_id}/bulk", ours.keys[Role.ADMIN], order)
    assert (refused.status, refused.code) == (422, "media_kind_wrong")


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
    png, webp, voice = ({"Content-Type": one} for one in ("image/png", "image/webp", "audio/ogg; codecs=opus"))
    for body, headers, code in (
        (b"%PDF-1.7\n", webp, "media_content_wrong"),
        (b"\0\0\0\x18ftypheic" + bytes(50), png, "media_content_wrong"),
        (b"\x1a\x45\xdf\xa3" + bytes(50), voice, "media_content_wrong"),  # a browser's recorder, under another name
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
    sending = {"content": {"type": "media", "media": "image", "media_id": ours.media_id}}
    unsent = await api.post(f"/conversations/{ours.conversation_id}/messages", key, sending)
    assert (unsent.status, unsent.code) == (422, "media_not_stored")
    again = await api.post(path, key)
    assert (again.status, again.json["state"], again.json["error_code"]) == (200, "pending", None)
    assert (await api.post(f"/conversations/{ours.conversation_id}/messages", key, sending)).code == "media_not_stored"
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


def document(media_id: str) -> dict[str, Any]:
    return {"type": "media", "media": "document", "media_id": media_id}


def template(media_id: str) -> dict[str, Any]:
    header = {"media": "document", "media_id": media_id}
    return {"type": "template", "name": "factura", "language": "es", "header_media": header}


def named_by(media_id: str) -> dict[str, dict[str, Any]]:
    """A message, a bulk send and a schedule that name a file, by their paths."""
    order = {"template": template(media_id), "phones": ["51999888777"]}
    schedule = {"name": "Monthly", "kind": "bulk_send", "cron": "0 9 1 * *", "timezone": "America/Lima"}
    return {
        "/conversations/{of.conversation_id}/messages": {"content": document(media_id)},
        "/lines/{of.line_id}/bulk": order,
        "/schedules": {**schedule, "input": {**order, "line_id": "{of.line_id}"}},
    }


async def name(api: Api, of: Tenant, path: str, media_id: str) -> Answer:
    """Have a file named by what goes to `path`."""
    body = json.loads(json.dumps(named_by(media_id)[path]).replace("{of.line_id}", of.line_id))
    return await api.post(path.format(of=of), of.keys[Role.ADMIN], body)


async def test_what_a_job_or_a_schedule_names_is_not_removed(api: Api, ours: Tenant) -> None:
    _, bulk, schedules = named_by("")
    key, made = ours.keys[Role.ADMIN], (await uploaded(api, ours))["id"]

    async def code_of_removal() -> str:
        return (await api.call("DELETE", f"/api/v1/media/{made}", key)).code

    job = await name(api, ours, bulk, made)
    assert job.status == 202
    assert await code_of_removal() == "media_in_use"
    schedule = await name(api, ours, schedules, made)
    assert schedule.status == 201
    assert (await api.post(f"/jobs/{job.json['id']}/cancel", key)).status == 200
    assert await code_of_removal() == "media_in_use"
    path = f"/api/v1/schedules/{schedule.json['id']}"
    assert (await api.call("PATCH", path, key, {"paused": True})).status == 200
    assert await code_of_removal() == "media_in_use"
    assert (await api.call("DELETE", path, key)).status == 204
    assert (await api.call("DELETE", f"/api/v1/media/{made}", key)).status == 204


async def test_a_file_that_is_not_there_is_named_by_nothing(api: Api, ours: Tenant, theirs: Tenant) -> None:
    message, bulk, schedules = named_by("")
    key, sending = ours.keys[Role.ADMIN], message.format(of=ours)
    elsewhere = (await uploaded(api, theirs))["id"]
    for path in (message, bulk, schedules):
        assert (await name(api, ours, path, elsewhere)).code == "media_not_found"
    by_window = {"type": "by_window", "inside": {"type": "text", "text": "Hola"}, "outside": template(elsewhere)}
    for content in (template(elsewhere), by_window, {**by_window, "inside": document(elsewhere)}):
        assert (await api.post(sending, key, {"content": content})).code == "media_not_found"
    order = {**named_by(elsewhere)[bulk], "line_id": ours.line_id}
    changed = await api.call("PATCH", f"/api/v1/schedules/{ours.schedule_id}", key, {"input": order})
    assert changed.code == "media_not_found"
    assert elsewhere not in str((await api.get(f"/schedules/{ours.schedule_id}", key)).json)
    assert len((await api.get("/jobs", key)).json["items"]) == 1


@pytest.mark.parametrize("path", named_by(""))
async def test_what_is_named_after_the_look_is_not_removed(
    api: Api, ours: Tenant, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    key, made = ours.keys[Role.ADMIN], (await uploaded(api, ours))["id"]
    look, named = service.check_removable, list[int]()

    async def and_then_name(*given: Any) -> Any:
        found = await look(*given)
        named.append((await name(api, ours, path, made)).status)
        return found

    monkeypatch.setattr(service, "check_removable", and_then_name)
    refused = await api.call("DELETE", f"/api/v1/media/{made}", key)
    assert (refused.status, refused.code) == (409, "media_in_use")
    assert named in ([201], [202])
    assert (await api.get(f"/media/{made}/content", key)).body == CONTENT


async def test_a_message_with_a_file_that_went_after_the_look_is_refused(
    api: Api, ours: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, made = ours.keys[Role.ADMIN], (await uploaded(api, ours))["id"]
    enqueue, removed = api.runtime.mailbox.enqueue, list[int]()

    async def once_it_went(*given: Any) -> Any:
        removed.append((await api.call("DELETE", f"/api/v1/media/{made}", key)).status)
        return await enqueue(*given)

    monkeypatch.setattr(api.runtime.mailbox, "enqueue", once_it_went)
    refused = await name(api, ours, next(iter(named_by(""))), made)
    assert (removed, refused.status, refused.code) == ([204], 404, "media_not_found")
    assert [row["id"] for row in (await api.get("/outbox?state=queued", key)).json["items"]] == [ours.message_id]


async def blocked(api: Api) -> bool:
    """Whether some transaction waits for another one; SQLite does not tell, and lets only one write."""
    database = api.runtime.database
    return database.is_sqlite or await waits_for_a_lock(database)


@pytest.mark.parametrize("path", named_by(""))
async def test_who_names_a_file_waits_for_who_is_removing_it(api: Api, ours: Tenant, path: str) -> None:
    made = (await uploaded(api, ours))["id"]
    async with api.runtime.database.project(ours.project_id) as session:
        assert await service.remove_upload(session, made, 0, ())
        naming = asyncio.create_task(name(api, ours, path, made))
        await eventually(lambda: blocked(api))
    assert (await naming).code == "media_not_found"


async def test_who_removes_a_file_waits_for_who_is_naming_it(api: Api, ours: Tenant) -> None:
    key, made = ours.keys[Role.ADMIN], (await uploaded(api, ours))["id"]
    async with api.runtime.database.project(ours.project_id) as session:
        await session.execute(update(Media).where(Media.id == made).values(epoch=Media.epoch + 1))
        message = await session.get_one(OutboxMessage, ours.message_id)
        message.body = json.dumps(document(made))
        await session.flush()
        removing = asyncio.create_task(api.call("DELETE", f"/api/v1/media/{made}", key))
        await eventually(lambda: blocked(api))
    assert (await removing).code == "media_in_use"


class NoLines:
    """Only uploads are removed here: nothing is fetched from any line."""

    def source(self, line_id: str) -> None: ...
