"""Jobs, schedules and bulk sends over HTTP."""

from recado.db import json_text
from recado.jobs.models import Schedule
from recado.projects.service import Role
from tests.api.conftest import PHONE, Api, Tenant

TEXT = "Mañana abrimos a las 9."


async def test_a_bulk_send_is_a_job_once_per_key(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.ADMIN]
    body = {"text": TEXT, "contact_ids": [ours.contact_id], "phones": ["+" + PHONE]}
    path, headers = f"/lines/{ours.line_id}/bulk", {"Idempotency-Key": "tuesday"}
    first = await api.post(path, key, body, headers=headers)
    again = await api.post(path, key, body, headers=headers)
    assert (first.status, again.status) == (202, 202)
    assert first.json["id"] == again.json["id"]
    assert (first.json["kind"], first.json["state"], first.json["progress"]) == ("bulk_send", "pending", {})
    other = await api.post(path, key, body | {"text": "Otra cosa"}, headers=headers)
    assert (other.status, other.code) == (409, "idempotency_conflict")
    assert (await api.post(path, key, body)).json["id"] != first.json["id"]
    assert (await api.post(path, ours.keys[Role.AGENT], body)).code == "role_too_low"


async def test_whoever_starts_a_job_names_who_is_told(api: Api, ours: Tenant, theirs: Tenant) -> None:
    key, path = ours.keys[Role.ADMIN], f"/lines/{ours.line_id}/bulk"
    body = {"text": TEXT, "phones": [PHONE]}
    named = {"url": "https://example.com:8443/done/a-token?of=them", "secret": "a-secret-of-the-receiver"}
    job = (await api.post(path, key, body | {"callback": named})).json
    told = await api.get(f"/jobs/{job['id']}/callback", key)
    assert (told.json["url"], told.json["state"], told.json["tries"]) == (named["url"], "waiting", 0)
    assert b"a-secret-of" not in told.body
    for role in (Role.AGENT, Role.READ):
        part = await api.get(f"/jobs/{job['id']}/callback", ours.keys[role])
        assert part.json == told.json | {"url": "https://example.com:8443"}
    plain = (await api.post(path, key, body)).json
    assert (await api.get(f"/jobs/{plain['id']}/callback", key)).code == "callback_not_found"
    assert (await api.get(f"/jobs/{job['id']}/callback", theirs.keys[Role.ADMIN])).status == 404
    refused = await api.post(path, key, body | {"callback": named | {"url": "http://10.0.0.1/"}})
    assert (refused.status, refused.code) == (422, "address_not_allowed")
    for wrong in (named | {"secret": "short"}, {"url": named["url"]}, named | {"url": "ftp://example.com"}):
        assert (await api.post(path, key, body | {"callback": wrong})).status == 422


async def test_a_bulk_send_without_sense_is_refused(api: Api, ours: Tenant) -> None:
    key, path = ours.keys[Role.ADMIN], f"/lines/{ours.line_id}/bulk"
    for body in (
        {"text": TEXT},
        {"text": "", "phones": [PHONE]},
        {"text": "x" * 4097, "phones": [PHONE]},
        {"text": TEXT, "phones": ["call me"]},
        {"text": TEXT, "phones": [PHONE] * 10_001},
        {"text": TEXT, "phones": [PHONE] * 5_001, "contact_ids": [ours.contact_id] * 5_000},
    ):
        assert (await api.post(path, key, body)).code == "bad_input"
    nowhere = await api.post(f"/lines/{ours.contact_id}/bulk", key, {"text": TEXT, "phones": [PHONE]})
    assert (nowhere.status, nowhere.code) == (404, "line_not_found")


async def test_jobs_are_listed_and_stopped(api: Api, ours: Tenant, theirs: Tenant) -> None:
    key = ours.keys[Role.AGENT]
    listed = (await api.get("/jobs?state=pending&kind=bulk_send", key)).json["items"]
    assert [job["id"] for job in listed] == [ours.job_id]
    assert (await api.get("/jobs?state=running", key)).json["items"] == []
    stopped = await api.post(f"/jobs/{ours.job_id}/cancel", key)
    assert (stopped.status, stopped.json["state"]) == (200, "cancelled")
    assert (await api.post(f"/jobs/{ours.job_id}/cancel", key)).json["finished_at"] == stopped.json["finished_at"]
    events = (await api.get("/events?name=job.finished", key)).json["items"]
    assert [event["data"] for event in events] == [
        {"job_id": ours.job_id, "kind": "bulk_send", "state": "cancelled", "code": None}
    ]
    assert (await api.get(f"/jobs/{ours.job_id}/recipients", key)).json["items"] == []
    assert (await api.get(f"/jobs/{theirs.job_id}", key)).code == "job_not_found"
    assert 'recado_jobs{state="cancelled"} 1.0' in (await api.call("GET", "/metrics")).body.decode()


async def test_a_schedule_is_made_changed_paused_and_removed(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.ADMIN]
    new = {
        "name": "Avisos", "kind": "bulk_send", "cron": "30 8 * * mon-fri", "timezone": "America/Bogota",
        "input": {"line_id": ours.line_id, "text": TEXT, "phones": [PHONE]},
    }  # fmt: skip
    made = await api.post("/schedules", key, new)
    assert made.status == 201
    assert made.json["next_at"].endswith("13:30:00Z")
    path = f"/api/v1/schedules/{made.json['id']}"
    assert (await api.call("PATCH", path, key, {"paused": True})).json["next_at"] is None
    changed = (await api.call("PATCH", path, key, {"paused": False, "cron": "0 7 * * *"})).json
    assert (changed["cron"], changed["paused"]) == ("0 7 * * *", False)
    assert changed["next_at"].endswith("12:00:00Z")
    assert (await api.call("DELETE", path, key)).status == 204
    assert (await api.call("GET", path, key)).code == "schedule_not_found"
    for field, value, code in (
        ("cron", "61 * * * *", "bad_cron"),
        ("timezone", "Mars/Olympus", "bad_timezone"),
        ("timezone", "../etc/passwd", "bad_timezone"),
        ("kind", "no_such", "bad_kind"),
        ("input", {"text": TEXT}, "bad_bulk_send"),
    ):
        refused = await api.post("/schedules", key, new | {field: value})
        assert (refused.status, refused.code) == (422, code)


async def test_a_schedule_that_could_never_send_is_refused_at_once(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.ADMIN]
    web = await api.post("/lines", key, {"assistant_id": ours.assistant_id, "channel": "web", "address": "page"})
    to_web, nowhere = (
        {"line_id": line_id, "text": TEXT, "phones": [PHONE]} for line_id in (web.json["id"], ours.contact_id)
    )
    new = {"name": "Avisos", "kind": "bulk_send", "cron": "30 8 * * *", "timezone": "America/Bogota"}
    path = f"/api/v1/schedules/{ours.schedule_id}"
    before = (await api.call("GET", path, key)).json
    for order, status, code in ((to_web, 422, "handed_out"), (nowhere, 404, "line_not_found")):
        for refused in (
            await api.post("/schedules", key, new | {"input": order}),
            await api.call("PATCH", path, key, {"input": order}),
        ):
            assert (refused.status, refused.code) == (status, code)
    assert (await api.get("/schedules", key)).json["items"] == [before]
    # One that is there already, from before it was looked at, is paused and stays so.
    async with api.runtime.database.project(ours.project_id) as session:
        row = await session.get_one(Schedule, ours.schedule_id)
        row.input = json_text(to_web)
    assert (await api.call("PATCH", path, key, {"paused": True})).status == 200
    assert (await api.call("PATCH", path, key, {"paused": False})).code == "handed_out"
