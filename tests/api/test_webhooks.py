"""Webhooks by the API: what is shown once, who may, and whose they are."""

import json
from datetime import datetime
from typing import Any

from recado.events.service import record
from recado.kit.clock import from_ms
from recado.projects.service import Role
from recado.webhooks.delivering import Deliverer
from recado.webhooks.models import WebhookEndpoint
from tests.api.conftest import Api, Tenant

URL = "https://example.org/hook"


async def test_a_webhook_is_made_changed_and_taken_away(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.ADMIN]
    made = await api.post("/webhooks", key, {"url": URL, "events": ["message.*"]})
    assert made.status == 201
    endpoint, secret = made.json["endpoint"], made.json["secret"]
    assert secret.startswith("whsec_")
    listed = await api.get("/webhooks", key)
    assert listed.json["items"] == [endpoint]
    assert secret not in json.dumps(listed.json)
    path = f"/api/v1/webhooks/{endpoint['id']}"
    changed = await api.call("PATCH", path, key, {"events": ["*"], "active": False})
    assert (changed.json["events"], changed.json["active"], changed.json["url"]) == (["*"], False, URL)
    assert (await api.get(f"/webhooks/{endpoint['id']}", key)).json == changed.json
    assert (await api.post(f"/webhooks/{endpoint['id']}/replay", key, {})).code == "webhook_inactive"
    assert (await api.call("DELETE", path, key)).status == 204
    assert (await api.get(f"/webhooks/{endpoint['id']}", key)).code == "webhook_not_found"


async def test_an_address_that_would_be_refused_later_is_refused_at_once(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.ADMIN]
    for url in ("http://127.0.0.1:9000/events", "http://localhost/", "http://n8n:5678/webhook/1", "http://[::1]/"):
        answer = await api.post("/webhooks", key, {"url": url})
        assert (answer.status, answer.code) == (422, "address_not_allowed")
        assert "RECADO_WEBHOOK_NETWORKS" in json.dumps(answer.json)
    made = await api.post("/webhooks", key, {"url": URL})
    path = f"/api/v1/webhooks/{made.json['endpoint']['id']}"
    assert (await api.call("PATCH", path, key, {"url": "http://10.0.0.1/"})).code == "address_not_allowed"
    assert (await api.call("PATCH", path, key, {"active": False})).status == 200


async def test_an_event_that_never_happens_is_refused(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.ADMIN]
    made = await api.post("/webhooks", key, {"url": URL, "events": ["message.received", "session.ready", "session.*"]})
    assert made.status == 201  # contract D's sessions are asked for by who knows them
    path = f"/api/v1/webhooks/{made.json['endpoint']['id']}"
    for name, meant in (
        ("mesage.received", "Did you mean message.received"),
        ("mesage.*", "Did you mean message.*"),
        ("message", "Did you mean message."),
        ("conversation.handed_off", "Did you mean conversation.handed_over"),
        ("zzzz", "There is no event zzzz. All of them"),
    ):
        for answer in (
            await api.post("/webhooks", key, {"url": URL, "events": ["message.sent", name]}),
            await api.call("PATCH", path, key, {"events": [name]}),
        ):
            assert (answer.status, answer.code) == (422, "unknown_event")
            assert meant in json.dumps(answer.json)
            assert "docs/reference/events.md" in json.dumps(answer.json)
    assert (await api.get(f"/webhooks/{made.json['endpoint']['id']}", key)).json == made.json["endpoint"]


async def test_a_name_that_was_taken_before_may_be_sent_back(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.ADMIN]
    made = await api.post("/webhooks", key, {"url": URL})
    webhook_id = made.json["endpoint"]["id"]
    async with api.runtime.database.project(ours.project_id) as session:
        (await session.get_one(WebhookEndpoint, webhook_id)).events = '["mesage.received"]'
    path = f"/api/v1/webhooks/{webhook_id}"
    answer = await api.call("PATCH", path, key, {"events": ["mesage.received"], "active": False})
    assert (answer.status, answer.json["active"]) == (200, False)
    assert (await api.call("PATCH", path, key, {"events": ["mesage.sent"]})).code == "unknown_event"


async def test_what_is_posted_is_read_and_replayed(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.ADMIN]
    made = await api.post(
        "/webhooks", key, {"url": URL, "events": ["job.finished"], "secret": "a-secret-of-the-receiver"}
    )
    webhook_id = made.json["endpoint"]["id"]
    async with api.runtime.database.project(ours.project_id) as session:
        event = await record(session, "job.finished")
    while await api.runtime.mailbox.number_events():
        pass
    deliverer = Deliverer(api.runtime.database, api.runtime.box, api.runtime.owner)
    while await deliverer.hand_out():
        pass
    (row,) = (await api.get(f"/webhooks/{webhook_id}/deliveries?state=queued", key)).json["items"]
    assert (row["event_id"], row["event"], row["attempts"], row["log"]) == (event.id, "job.finished", 0, [])
    again = await api.post(f"/webhooks/deliveries/{row['id']}/replay", key)
    assert (again.status, again.json["id"]) == (200, row["id"])
    replayed = (await api.post(f"/webhooks/{webhook_id}/replay", key, {"until_event_id": event.id})).json
    assert replayed["queued"] == 1
    # There since it was made, for it listens.
    assert from_ms(0) < datetime.fromisoformat(replayed["kept_since"]) <= from_ms(event.created_ms)
    assert (await api.get(f"/webhooks/{webhook_id}/deliveries?state=dead", key)).json["items"] == []


async def test_webhooks_are_their_projects_and_for_its_admins(api: Api, ours: Tenant, theirs: Tenant) -> None:
    made = await api.post("/webhooks", theirs.keys[Role.ADMIN], {"url": URL})
    webhook_id = made.json["endpoint"]["id"]
    key = ours.keys[Role.ADMIN]
    assert (await api.get("/webhooks", key)).json["items"] == []
    for method, rest, body in (
        ("GET", "", None),
        ("PATCH", "", {"active": False}),
        ("DELETE", "", None),
        ("GET", "/deliveries", None),
        ("POST", "/replay", {}),
    ):
        answer = await api.call(method, f"/api/v1/webhooks/{webhook_id}{rest}", key, body)
        assert (answer.status, answer.code) == (404, "webhook_not_found")
    assert (await api.get("/webhooks", ours.keys[Role.AGENT])).code == "role_too_low"
    refused: tuple[dict[str, Any], ...] = (
        {"url": "ftp://example.org"},
        {"url": URL, "events": []},
        {"url": URL, "events": ["message.sent.*"]},
        {"url": URL, "secret": "short"},
    )
    for wrong in refused:
        assert (await api.post("/webhooks", key, wrong)).status == 422
