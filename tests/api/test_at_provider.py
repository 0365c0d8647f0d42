"""What the API asks of a line's provider, and what webhooks of accounts do, against the simulator."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from recado.channels.cloud_api import CloudApiChannel
from recado.channels.cloud_api.simulator import App, Number, Simulator, SimulatorConfig
from recado.channels.contract import Line
from recado.channels.models import LineRow
from recado.channels.templates.models import TemplateRow
from recado.channels.templates.syncing import REFRESH_MS, TemplateKeeper
from recado.kit import new_id, now_ms
from recado.mailbox.models import Conversation, OutboxMessage, Unrouted
from recado.mailbox.sender import Sender
from recado.projects.service import Role
from recado.settings import Settings
from tests.api.conftest import PHONE, Answer, Api, Tenant, make_tenant, serving

NUMBER, WABA, SECRET, TOKEN = "123456", "1123456", "app-secret", "a-token"
WITHIN_S = 60.0


@dataclass(frozen=True)
class Place:
    """An API whose line is a number of the simulator. The person wrote by the simulator, too."""

    api: Api
    of: Tenant
    simulator: str

    async def simulate(self, method: str, path: str, body: Any = None) -> Any:
        async with self.api.session.request(method, f"{self.simulator}/simulator/{path}", json=body) as answer:
            found = await answer.json()
            assert answer.status == 200, found
            return found

    async def admin(self, method: str, path: str, body: Any = None) -> Answer:
        return await self.api.call(method, f"/api/v1{path}", self.of.keys[Role.ADMIN], body)

    async def write(self, body: Any) -> Answer:
        return await self.admin("POST", f"/conversations/{self.of.conversation_id}/messages", body)

    async def events(self) -> list[str]:
        return [event["name"] for event in (await self.admin("GET", "/events")).json["items"]]

    async def until_idle(self) -> None:
        assert (await self.simulate("GET", f"idle?wait_s={WITHIN_S}"))["idle"]

    async def waiting(self) -> bool:
        """Whether something is to be sent, or on its way."""
        for state in ("queued", "sending"):
            rows = (await self.admin("GET", f"/outbox?state={state}")).json["items"]
            if any(row["line_id"] == self.of.line_id for row in rows):
                return True
        return False

    async def sent(self) -> list[Any]:
        """Run a sender until nothing waits; what the simulator took."""
        runtime = self.api.runtime
        sender = Sender(runtime.mailbox, runtime.directory, runtime.channels, 30.0)
        running = asyncio.create_task(sender.run())
        try:
            async with asyncio.timeout(WITHIN_S):
                while await self.waiting():  # noqa: ASYNC110 # over HTTP
                    await asyncio.sleep(0.02)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        entries = (await self.simulate("GET", "transcript"))["entries"]
        return [entry["content"] for entry in entries if entry["direction"] == "out"]


@pytest_asyncio.fixture
async def place(database_url: str, tmp_path: Path) -> AsyncIterator[Place]:
    async with at_simulator(database_url, tmp_path) as made:
        yield made


@asynccontextmanager
async def at_simulator(database_url: str, data_dir: Path) -> AsyncGenerator[Place]:
    """An installation with a project whose line is at a simulator of its own."""
    number = Number(NUMBER, "15551112222", WABA)
    app = App(app_secret=SECRET, verify_token="v", access_token=TOKEN)
    simulator = Simulator(SimulatorConfig(app=app, numbers=(number,)))
    await simulator.start()
    try:
        settings = Settings(database_url=database_url, data_dir=data_dir, cloud_api_base_url=simulator.url)
        async with serving(settings) as api:
            made = Place(api, await make_tenant(api.runtime, "ours"), simulator.url)
            secrets = {"access_token": TOKEN, "app_secret": SECRET, "verify_token": "v"}
            body = {"assistant_id": made.of.assistant_id, "channel": "cloud-api", "address": NUMBER, "waba_id": WABA}
            line = await made.admin("POST", "/lines", {**body, "secrets": secrets})
            assert (line.status, line.json["waba_id"]) == (201, WABA)
            await made.simulate("PUT", "app", {"callback_url": f"{api.url}/webhooks/whatsapp"})
            await made.simulate("POST", "inject", {"from": PHONE, "text": "hola"})
            await made.until_idle()
            (conversation,) = (await made.admin("GET", f"/conversations?line_id={line.json['id']}")).json["items"]
            of = Tenant(
                **{
                    **{name: getattr(made.of, name) for name in Tenant.__dataclass_fields__},
                    "line_id": line.json["id"],
                    "conversation_id": conversation["id"],
                    "contact_id": conversation["contact"]["id"],
                }
            )
            yield Place(api, of, simulator.url)
    finally:
        await simulator.stop()


async def template(place: Place, name: str = "cita", **more: Any) -> None:
    await place.simulate("POST", "templates", {"name": name, "body": "Hola {{1}}", **more})


async def sync(place: Place) -> Any:
    answer = await place.admin("POST", f"/lines/{place.of.line_id}/templates/sync")
    assert answer.status == 200, answer.body
    return answer.json


def of_template(**more: Any) -> dict[str, Any]:
    return {"content": {"type": "template", "name": "cita", "body": ["Ana"], **more}}


async def test_templates_are_fetched_listed_and_sent(place: Place) -> None:
    assert (await place.write(of_template())).code == "template_missing"
    await template(place)
    await template(place, language="en_US")
    assert await sync(place) == {"added": 2, "changed": 0, "removed": 0, "total": 2}
    listed = (await place.admin("GET", f"/lines/{place.of.line_id}/templates?status=APPROVED")).json["items"]
    assert [(one["name"], one["language"]) for one in listed] == [("cita", "es"), ("cita", "en_US")]
    assert (await place.write(of_template(body=[]))).code == "template_parameters"
    assert (await place.write(of_template(language="qu"))).code == "template_language_missing"
    assert (await place.write(of_template())).status == 202
    (sent,) = await place.sent()
    assert sent["template"]["language"] == {"policy": "deterministic", "code": "es"}
    assert sent["template"]["components"] == [{"type": "body", "parameters": [{"type": "text", "text": "Ana"}]}]


async def test_text_inside_the_window_and_the_template_outside(place: Place) -> None:
    await template(place)
    await sync(place)
    inside = {"type": "text", "text": "Le espero"}
    content = {"type": "by_window", "inside": inside, "outside": of_template()["content"]}
    assert (await place.write({"content": content})).status == 202
    assert [sent["type"] for sent in await place.sent()] == ["text"]
    async with place.api.runtime.database.system() as session:
        await session.execute(update(Conversation).values(last_in_ms=Conversation.last_in_ms - 25 * 3_600_000))
    assert (await place.write({"content": content})).status == 202
    (text_only,) = (await place.write({"content": inside})).json["message_ids"]
    assert [sent["type"] for sent in await place.sent()] == ["text", "template"]
    row = (await place.admin("GET", f"/outbox/{text_only}")).json
    assert (row["state"], row["error"]["code"]) == ("dead", "outside_window")


@pytest.mark.parametrize(("said", "types"), [("response", ["template"]), ("status", ["text", "template"])])
async def test_the_template_follows_where_meta_says_that_the_window_is_closed(
    place: Place, said: str, types: list[str]
) -> None:
    """At once, or by a status that comes later; whatever our own clock says."""
    await template(place)
    await sync(place)
    await place.simulate("POST", "refuse", {"code": 131047, "as": said})
    content = {"type": "by_window", "inside": {"type": "text", "text": "Hola"}, "outside": of_template()["content"]}
    (queued,) = (await place.write({"content": content})).json["message_ids"]
    await place.sent()
    await place.until_idle()  # its statuses are in
    assert [sent["type"] for sent in await place.sent()] == types
    await place.until_idle()
    row = (await place.admin("GET", f"/outbox/{queued}")).json
    assert (row["state"], row["error"]) == ("sent", None)
    assert "message.failed" not in await place.events()


async def test_a_template_that_meta_pauses_is_noticed_and_refused(place: Place) -> None:
    await template(place)
    await sync(place)
    (queued,) = (await place.write(of_template())).json["message_ids"]
    await template(place, status="PAUSED")
    await place.until_idle()
    assert "template.status_changed" in await place.events()
    runtime = place.api.runtime
    keeper = TemplateKeeper(runtime.database, runtime.channels, runtime.directory.lines_of)
    assert (await keeper.look(), await keeper.look()) == (1, 0)
    (kept,) = (await place.admin("GET", f"/lines/{place.of.line_id}/templates")).json["items"]
    assert (kept["status"], kept["stale"]) == ("PAUSED", False)
    assert await place.sent() == []
    assert (await place.admin("GET", f"/outbox/{queued}")).json["state"] in ("dead", "sent")


async def test_templates_are_fetched_unasked_and_again_the_next_day(place: Place) -> None:
    runtime = place.api.runtime

    def keeper() -> TemplateKeeper:
        return TemplateKeeper(runtime.database, runtime.channels, runtime.directory.lines_of)

    async def kept() -> list[str]:
        items = (await place.admin("GET", f"/lines/{place.of.line_id}/templates")).json["items"]
        return [one["name"] for one in items]

    first = keeper()
    assert (await first.look(), await first.look()) == (1, 0)  # of an account without any, too
    await template(place)
    assert (await keeper().look(), await keeper().look()) == (1, 0)
    assert await kept() == ["cita"]
    await template(place, "factura")
    async with runtime.database.system() as session:
        await session.execute(update(TemplateRow).values(checked_ms=TemplateRow.checked_ms - REFRESH_MS))
    assert await keeper().look() == 1
    assert await kept() == ["cita", "factura"]


async def test_marketing_is_not_sent_to_who_stopped_it(place: Place) -> None:
    await template(place, category="MARKETING")
    await sync(place)
    for value, status in (("stop", 422), ("resume", 202)):
        await place.simulate("POST", "preferences", {"from": PHONE, "value": value})
        await place.until_idle()
        contact = (await place.admin("GET", f"/contacts/{place.of.contact_id}")).json
        assert contact["opted_out"] == (value == "stop")
        answer = await place.write(of_template())
        assert answer.status == status
        assert status == 202 or answer.code == "recipient_opted_out"
    earlier = {
        "wa_id": PHONE, "detail": "late", "category": "marketing_messages", "value": "stop",
        "timestamp": now_ms() // 1000 - 3_600,
    }  # fmt: skip
    value = {"contacts": [{"wa_id": PHONE}], "user_preferences": [earlier]}
    await place.simulate("POST", "webhook", {"field": "user_preferences", "value": value})
    await place.until_idle()
    assert (await place.events()).count("contact.marketing_stopped") == 2
    assert not (await place.admin("GET", f"/contacts/{place.of.contact_id}")).json["opted_out"]


async def test_marketing_is_not_sent_to_who_stopped_it_under_another_contact(place: Place) -> None:
    await template(place, category="MARKETING")
    await sync(place)
    asked = {"addresses": [{"kind": "phone", "value": "51900000077"}]}
    other = (await place.admin("POST", "/contacts", asked)).json["id"]
    await place.admin("PATCH", f"/contacts/{other}", {"opted_out": True})
    assert (await place.write(of_template())).status == 202
    assert (await place.admin("POST", f"/contacts/{other}/merge", {"into": place.of.contact_id})).status == 200
    assert (await place.write(of_template())).code == "recipient_opted_out"
    assert (await place.admin("POST", f"/contacts/{other}/undo-merge")).status == 200
    assert (await place.write(of_template())).status == 202


async def test_what_meta_says_of_an_account_is_an_event_once(place: Place) -> None:
    value = {"field": "account_update", "value": {"event": "ACCOUNT_VIOLATION"}}
    await place.simulate("PUT", "faults", {"duplicate": 1.0})
    await place.simulate("POST", "webhook", value)
    await place.until_idle()
    assert (await place.events()).count("account.updated") == 1
    await place.simulate("PUT", "faults", {})
    await place.simulate("POST", "webhook", {"field": "a_field_of_2027", "value": {"event": "x"}})
    await place.until_idle()
    async with place.api.runtime.database.system() as session:
        (kept,) = await session.scalars(select(Unrouted))
    assert json.loads(kept.body)["entry"][0]["changes"][0]["field"] == "a_field_of_2027"


async def test_a_notice_about_a_number_says_which_of_the_account_it_is(place: Place) -> None:
    secrets = {"access_token": TOKEN, "app_secret": SECRET, "verify_token": "v"}
    other = {"assistant_id": place.of.assistant_id, "channel": "cloud-api", "address": "654321", "waba_id": WABA}
    second = (await place.admin("POST", "/lines", {**other, "secrets": secrets})).json["id"]
    value = {"display_phone_number": "15551112222", "event": "FLAGGED", "current_limit": "TIER_1K"}
    mine = (await place.admin("GET", f"/lines/{place.of.line_id}")).json
    assert mine["display_number"] == "+15551112222"  # a message came on it
    await place.simulate("POST", "webhook", {"field": "phone_number_quality_update", "value": value})
    await place.simulate(
        "POST", "webhook", {"field": "security", "value": {**value, "display_phone_number": "1555111"}}
    )
    alert = {"entity_type": "PHONE_NUMBER", "entity_id": "654321", "alert_info": {"alert_type": "OBA_APPROVED"}}
    await place.simulate("POST", "webhook", {"field": "account_alerts", "value": alert})
    await place.until_idle()

    async def told(name: str) -> Any:
        (event,) = (await place.admin("GET", f"/events?name={name}")).json["items"]
        return event

    known, unknown, alerted = [
        await told(name) for name in ("line.quality_changed", "line.security_changed", "account.alert")
    ]
    assert (known["line_id"], known["data"]["line_name"]) == (place.of.line_id, mine["name"])
    assert (known["data"]["line_ids"], known["data"]["display_phone_number"]) == ([place.of.line_id], "15551112222")
    assert (alerted["line_id"], alerted["data"]["line_ids"]) == (second, [second])
    # Of a number that is no line's: those of the account are all that is known.
    assert (unknown["line_id"], "line_name" in unknown["data"]) == (None, False)
    assert set(unknown["data"]["line_ids"]) == {place.of.line_id, second}


async def test_a_notice_about_a_number_is_told_to_its_project_alone(place: Place) -> None:
    """An agency has lines of two clients in one account."""
    theirs = await make_tenant(place.api.runtime, "theirs")
    key, secrets = theirs.keys[Role.ADMIN], {"access_token": TOKEN, "app_secret": SECRET, "verify_token": "v"}
    body = {"assistant_id": theirs.assistant_id, "channel": "cloud-api", "address": "654321", "waba_id": WABA}
    made = await place.api.call("POST", "/api/v1/lines", key, {**body, "secrets": secrets})
    assert (made.status, made.json["display_number"]) == (201, None)
    value = {"display_phone_number": "15551112222", "event": "FLAGGED", "current_limit": "TIER_1K"}
    for field in ("phone_number_quality_update", "account_update"):
        await place.simulate("POST", "webhook", {"field": field, "value": value})
    await place.until_idle()
    names = [one["name"] for one in (await place.api.call("GET", "/api/v1/events", key)).json["items"]]
    assert (names.count("line.quality_changed"), names.count("account.updated")) == (0, 0)
    assert {"line.quality_changed", "account.updated"} <= set(await place.events())


async def test_replies_and_reactions_name_messages_of_the_conversation(place: Place) -> None:
    history = f"/conversations/{place.of.conversation_id}/messages"
    (came,) = (await place.admin("GET", history)).json["items"]
    reaction = {"type": "reaction", "message_id": came["id"], "emoji": "👍"}
    assert (await place.write({"content": reaction})).status == 202
    text = {"type": "text", "text": "claro"}
    assert (await place.write({"content": text, "reply_to": came["id"]})).status == 202
    reacted, replied = await place.sent()
    assert reacted["reaction"] == {"message_id": came["provider_message_id"], "emoji": "👍"}
    assert replied["context"] == {"message_id": came["provider_message_id"]}
    assert (await place.write({"content": text, "reply_to": new_id()})).code == "message_not_found"
    (waiting,) = (await place.write({"content": text})).json["message_ids"]
    assert (await place.write({"content": text, "reply_to": waiting})).code == "not_at_provider"
    other = {**reaction, "message_id": place.of.inbox_id}
    assert (await place.write({"content": other})).code == "message_not_found"


async def test_a_conversation_is_marked_read(place: Place) -> None:
    path = f"/conversations/{place.of.conversation_id}/read"
    assert (await place.admin("POST", path, {"typing": True})).status == 204
    (entry,) = (await place.simulate("GET", "transcript"))["entries"]
    assert entry["read_by_business"] is True


async def test_people_are_blocked_listed_and_let_in_again(place: Place) -> None:
    line = f"/lines/{place.of.line_id}"
    blocked = await place.admin("POST", f"{line}/block", {"users": [PHONE, "59170000077"]})
    assert (blocked.status, blocked.json["done"]) == (200, [PHONE])
    assert [(one["user"], one["code"]) for one in blocked.json["failed"]] == [("59170000077", "window_closed")]
    assert (await place.admin("GET", f"{line}/blocked")).json == {"users": [PHONE], "next_cursor": None}
    assert (await place.admin("POST", f"{line}/unblock", {"users": [PHONE]})).json["done"] == [PHONE]
    assert (await place.admin("POST", f"{line}/block", {"users": ["nobody"]})).code == "bad_user"


async def test_a_line_is_checked_in_both_languages(place: Place) -> None:
    await place.simulate("PUT", "account", {"subscribed": False})
    found: dict[str, Any] = {}
    for language in ("es", "en"):
        answer = await place.admin("POST", f"/lines/{place.of.line_id}/check?language={language}")
        (found[language],) = [one for one in answer.json if one["level"] == "FAIL"]
    assert {one["code"] for one in found.values()} == {"not_subscribed"}
    # What Meta says of the number is kept.
    async with place.api.runtime.database.system() as session:
        await session.execute(update(LineRow).values(display_number=None))
    await place.admin("POST", f"/lines/{place.of.line_id}/check")
    assert (await place.admin("GET", f"/lines/{place.of.line_id}")).json["display_number"] == "+15551112222"
    assert "suscribe" in found["es"]["mend"]
    assert "subscribe" in found["en"]["mend"]


async def test_the_handshake_is_tried_where_meta_will_do_it(place: Place) -> None:
    ours, elsewhere = (
        CloudApiChannel(place.simulator, public_url=url) for url in (place.api.url, "http://127.0.0.1:9/behind/")
    )
    secrets = {"access_token": TOKEN, "app_secret": SECRET, "verify_token": "v"}
    line = Line("line", "project", "cloud-api", NUMBER, 80, secrets, {"waba_id": WABA})
    try:
        good, wrong, unreachable = [
            {one.check: one for one in (await channel.examine(asked)).findings}
            for channel, asked in (
                (ours, line),
                (ours, replace(line, secrets={**secrets, "verify_token": "other"})),
                (elsewhere, line),
            )
        ]
    finally:
        await ours.close()
        await elsewhere.close()
    assert (good["handshake"].code, good["callback"].code) == ("handshake_fine", "callback_fine")
    assert f"{place.api.url}/webhooks/whatsapp" in good["handshake"].says["en"]
    assert (wrong["handshake"].level, wrong["handshake"].code) == ("FAIL", "handshake_wrong_token")
    assert unreachable["handshake"].code == "handshake_unreachable"
    assert "http://127.0.0.1:9/behind/webhooks/whatsapp" in unreachable["handshake"].mend["es"]
    assert unreachable["callback"].code == "callback_elsewhere"


async def test_what_meta_has_of_a_private_address_is_not_called(place: Place) -> None:
    found = await place.admin("POST", f"/lines/{place.of.line_id}/check")
    assert {one["check"]: one["code"] for one in found.json}["handshake"] == "handshake_inwards"


@pytest.mark.parametrize(
    "content",
    [
        {"type": "location", "latitude": 91, "longitude": 0},
        {"type": "contacts", "contacts": [{"name": "Ana"}]},
        {"type": "link", "text": "Ver", "button": "x" * 21, "url": "https://x.bo"},
        {"type": "link", "text": "Ver", "button": "x", "url": "javascript:alert(1)"},
        {"type": "flow", "text": "x", "button": "x"},
        {"type": "flow", "text": "x", "button": "x", "flow_id": "1", "data": {"a": 1}},
        {"type": "reaction", "message_id": "x", "emoji": "yes"},
        {"type": "template", "name": "Con Espacios"},
        {"type": "template", "name": "a", "header": ["x"], "header_media": {"media": "image", "media_id": "1"}},
        {
            "type": "by_window",
            "inside": {"type": "text", "text": "x" * 4097},
            "outside": {"type": "template", "name": "a"},
        },
    ],
)
async def test_what_meta_would_refuse_is_refused_before(place: Place, content: dict[str, Any]) -> None:
    assert (await place.write({"content": content})).status == 422


async def test_outbox_rows_of_all_kinds_can_be_read_again(place: Place) -> None:
    contents: list[dict[str, Any]] = [
        {"type": "location", "latitude": -16.5, "longitude": -68.1, "name": "Plaza"},
        {"type": "contacts", "contacts": [{"name": "Ana", "phones": ["+591 70000001"]}]},
        {"type": "link", "text": "Ver", "button": "Abrir", "url": "https://x.bo"},
        {"type": "location_request", "text": "¿Dónde está?"},
        {"type": "flow", "text": "Llene", "button": "Abrir", "flow_id": "1", "screen": "A", "data": {"a": 1}},
    ]
    for content in contents:
        (message_id,) = (await place.write({"content": content})).json["message_ids"]
        shown = (await place.admin("GET", f"/outbox/{message_id}")).json["content"]
        assert {name: shown[name] for name in content if name != "contacts"} == {
            name: value for name, value in content.items() if name != "contacts"
        }
    assert len(await place.sent()) == len(contents)
    async with place.api.runtime.database.system() as session:
        assert await session.get(OutboxMessage, place.of.message_id) is not None
