"""Deleting lines, assistants and contacts, and beginning conversations: what is left, and what is refused."""

import asyncio

from sqlalchemy import select

from recado.bulk.models import BulkRecipient
from recado.bulk.service import KIND as BULK_SEND
from recado.contacts.models import Fact
from recado.jobs import schedules
from recado.mailbox import senders
from recado.mailbox.driver import Priority
from recado.mailbox.models import Conversation, InboxMessage, OutboxMessage, Sender
from recado.main import job_kinds
from recado.projects.service import Role
from tests.api.conftest import Api, Tenant, arrive
from tests.mailbox.support import eventually, waits_for_a_lock
from tests.models import all_tables

HELLO = {"content": {"type": "text", "text": "hola"}}


async def end_orders(api: Api, of: Tenant) -> None:
    """Nothing is ordered on the line any more."""
    key = of.keys[Role.ADMIN]
    assert (await api.post(f"/jobs/{of.job_id}/cancel", key)).status == 200
    assert (await api.call("DELETE", f"/api/v1/schedules/{of.schedule_id}", key)).status == 204


async def test_a_line_stays_while_a_schedule_or_a_bulk_send_names_it(api: Api, ours: Tenant) -> None:
    key, path = ours.keys[Role.ADMIN], f"/api/v1/lines/{ours.line_id}"
    schedule = f"/api/v1/schedules/{ours.schedule_id}"
    refused = await api.call("DELETE", path, key)
    assert (refused.status, refused.code) == (409, "line_in_use")
    assert (await api.call("PATCH", schedule, key, {"paused": True})).status == 200
    assert (await api.call("DELETE", path, key)).code == "line_in_use"
    assert (await api.post(f"/jobs/{ours.job_id}/cancel", key)).status == 200
    assert (await api.call("PATCH", schedule, key, {"paused": False})).status == 200
    assert (await api.call("DELETE", path, key)).code == "line_in_use"
    assert (await api.call("PATCH", schedule, key, {"paused": True})).status == 200
    assert (await api.call("DELETE", path, key)).status == 204
    assert (await api.call("PATCH", schedule, key, {"paused": False})).code == "line_not_found"


async def test_who_deletes_a_line_waits_for_who_orders_on_it(api: Api, ours: Tenant) -> None:
    await end_orders(api, ours)
    order = {"line_id": ours.line_id, "text": "hola", "phones": ["51999888777"]}
    database = api.runtime.database
    async with database.project(ours.project_id) as session:
        await schedules.create(
            session, job_kinds(api.runtime), name="Daily", kind=BULK_SEND, cron="0 9 * * *", timezone="UTC", given=order
        )
        path, key = f"/api/v1/lines/{ours.line_id}", ours.keys[Role.ADMIN]
        deleting = asyncio.create_task(api.call("DELETE", path, key))
        if not database.is_sqlite:  # which lets only one write, and does not tell
            await eventually(lambda: waits_for_a_lock(database))
    assert (await deleting).code == "line_in_use"


async def test_a_deleted_line_leaves_its_conversations_to_be_read(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.ADMIN]
    mailbox = api.runtime.mailbox
    await mailbox.driver.run(senders.add_missing, Priority.OTHER)
    claims = await mailbox.claim_turns(1)  # an answer is being thought up
    line = (await api.get(f"/lines/{ours.line_id}", key)).json
    await end_orders(api, ours)
    assert (await api.call("DELETE", f"/api/v1/lines/{ours.line_id}", key)).status == 204
    assert (await api.get(f"/lines/{ours.line_id}", key)).code == "line_not_found"
    assert (await api.call("DELETE", f"/api/v1/lines/{ours.line_id}", key)).code == "line_not_found"
    history = (await api.get(f"/conversations/{ours.conversation_id}/messages", key)).json["items"]
    assert [item["direction"] for item in history] == ["out", "in"]
    assert (history[0]["state"], history[0]["error"]["code"]) == ("dropped", "line_deleted")
    assert (await api.get(f"/conversations/{ours.conversation_id}", key)).json["pending"] is False
    assert (await api.post(f"/conversations/{ours.conversation_id}/messages", key, HELLO)).code == "line_not_found"
    assert [claim.conversation_id for claim in claims] == [ours.conversation_id]
    async with api.runtime.database.system() as session:
        assert (await session.scalars(select(Sender))).all() == []
        (conversation,) = await session.scalars(select(Conversation))
        assert (conversation.wake_ms, conversation.owner, conversation.epoch) == (None, None, claims[0].epoch + 1)
    again = await api.post("/lines", key, {name: line[name] for name in ("assistant_id", "channel", "address")})
    assert (again.status, again.json["secrets"]) == (201, [])


async def test_what_another_process_stores_for_a_deleted_line_is_closed_too(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.ADMIN]
    await end_orders(api, ours)
    assert (await api.call("DELETE", f"/api/v1/lines/{ours.line_id}", key)).status == 204
    await arrive(api.runtime, ours.project_id, ours.line_id, "wamid.2")
    assert (await api.get(f"/conversations/{ours.conversation_id}", key)).json["pending"] is True
    await api.runtime.mailbox.close_line(ours.line_id)
    assert (await api.get(f"/conversations/{ours.conversation_id}", key)).json["pending"] is False


async def test_a_line_that_is_there_is_not_closed(api: Api, ours: Tenant, theirs: Tenant) -> None:
    await api.runtime.mailbox.close_line(ours.line_id)
    await end_orders(api, theirs)
    assert (await api.call("DELETE", f"/api/v1/lines/{theirs.line_id}", theirs.keys[Role.ADMIN])).status == 204
    async with api.runtime.database.project(ours.project_id) as session:
        assert (await session.scalars(select(OutboxMessage.state))).all() == ["queued"]
        assert (await session.scalars(select(Conversation.wake_ms))).all() != [None]
        assert len((await session.scalars(select(InboxMessage))).all()) == 1


async def test_an_assistant_goes_when_it_answers_nowhere(api: Api, ours: Tenant) -> None:
    key, path = ours.keys[Role.ADMIN], f"/api/v1/assistants/{ours.assistant_id}"
    assert (await api.call("DELETE", path, key)).code == "assistant_in_use"
    assert (await api.get(f"/entries/{ours.entry_id}", key)).status == 200
    other = (await api.post("/assistants", key, {"slug": "other", "name": "Other"})).json["id"]
    moved = await api.call("PATCH", f"/api/v1/lines/{ours.line_id}", key, {"assistant_id": other})
    assert moved.status == 200
    assert (await api.call("DELETE", path, key)).status == 204
    assert (await api.get(f"/entries/{ours.entry_id}", key)).code == "entry_not_found"
    assert [one["slug"] for one in (await api.get("/assistants", key)).json["items"]] == ["other"]
    assert (await api.get(f"/conversations/{ours.conversation_id}", key)).status == 200


async def test_a_contact_goes_while_nothing_depends_on_it(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.ADMIN]
    path = f"/api/v1/contacts/{ours.contact_id}"
    assert (await api.call("DELETE", path, key)).code == "contact_has_conversations"
    number = {"kind": "phone", "value": "34611111111"}
    new = (await api.post("/contacts", key, {"addresses": [number]})).json["id"]
    alias = (await api.post("/contacts", key, {"addresses": [{"kind": "phone", "value": "34622222222"}]})).json["id"]
    await api.post(f"/contacts/{alias}/merge", key, {"into": new})
    assert (await api.call("DELETE", f"/api/v1/contacts/{new}", key)).code == "contact_has_merged"
    assert (await api.call("DELETE", f"/api/v1/contacts/{alias}", key)).status == 204
    assert (await api.call("DELETE", f"/api/v1/contacts/{new}", key)).status == 204
    assert (await api.get(f"/contacts/{new}", key)).code == "contact_not_found"
    assert (await api.post("/contacts", key, {"addresses": [number]})).status == 201  # the number is free again


async def test_a_contact_gets_one_more_address(api: Api, ours: Tenant) -> None:
    key, path = ours.keys[Role.AGENT], f"/contacts/{ours.contact_id}/addresses"
    added = await api.post(path, key, {"kind": "bsuid", "value": "PE.1234"})
    assert (added.status, [one["kind"] for one in added.json["addresses"]]) == (201, ["phone", "bsuid"])
    assert (await api.post(path, key, {"kind": "bsuid", "value": "PE.1234"})).code == "address_taken"


async def test_a_conversation_is_begun_once(api: Api, ours: Tenant) -> None:
    key = ours.keys[Role.AGENT]
    new = {"addresses": [{"kind": "phone", "value": "34611111111"}, {"kind": "bsuid", "value": "ES.1"}]}
    contact = (await api.post("/contacts", key, new)).json["id"]
    body = {"line_id": ours.line_id, "contact_id": contact}
    begun = await api.post("/conversations", key, body)
    assert (begun.status, begun.json["last_in_at"], begun.json["mode"]) == (201, None, "assistant")
    again = await api.post("/conversations", key, body)
    assert (again.status, again.json["id"]) == (200, begun.json["id"])
    sent = await api.post(f"/conversations/{begun.json['id']}/messages", key, HELLO)
    assert sent.status == 202
    async with api.runtime.database.project(ours.project_id) as session:
        row = await session.get(Conversation, begun.json["id"])
        assert row is not None
        assert row.send_to == '[["bsuid","ES.1"],["phone","34611111111"]]'
    # Whoever wrote already is met where they wrote, under whichever contact.
    await api.post(f"/contacts/{contact}/merge", key, {"into": ours.contact_id})
    met = await api.post("/conversations", key, {"line_id": ours.line_id, "contact_id": ours.contact_id})
    assert (met.status, met.json["id"]) == (200, ours.conversation_id)


async def test_secrets_of_a_line_are_changed_one_by_one(api: Api, ours: Tenant) -> None:
    key, path = ours.keys[Role.ADMIN], f"/api/v1/lines/{ours.line_id}"
    added = await api.call("PATCH", path, key, {"secrets": {"access_token": "t", "verify_token": "v"}})
    assert added.json["secrets"] == ["access_token", "app_secret", "verify_token"]
    removed = await api.call("PATCH", path, key, {"secrets": {"verify_token": None, "access_token": "new"}})
    assert removed.json["secrets"] == ["access_token", "app_secret"]
    line = api.runtime.directory.line(ours.line_id)
    assert line is not None
    assert line.secrets == {"access_token": "new", "app_secret": "secret-of-ours"}


async def test_nothing_of_a_contact_is_left_when_it_goes(api: Api, ours: Tenant) -> None:
    key, database = ours.keys[Role.ADMIN], api.runtime.database
    made = [
        (await api.post("/contacts", key, {"addresses": [{"kind": "phone", "value": f"3461111111{n}"}]})).json["id"]
        for n in range(2)
    ]
    async with database.project(ours.project_id) as session:
        for contact in (*made, ours.contact_id):
            session.add(Fact(contact_id=contact, name="dni", value='"SECRETDNI"', created_ms=1, updated_ms=1))
        for place, (contact, state) in enumerate([(made[0], "waiting"), (made[0], "failed"), (made[1], "waiting")]):
            # Two sends: a person is in each of them once.
            job_id = ours.job_id if state == "waiting" else ours.schedule_id
            row = BulkRecipient(job_id=job_id, place=place, contact_id=contact, state=state, created_ms=1)
            session.add(row)
    assert (await api.call("DELETE", f"/api/v1/contacts/{made[0]}", key)).status == 204
    holders = [table for table in all_tables().tables.values() if "contact_id" in table.columns]
    assert {table.name for table in holders} >= {"facts", "addresses", "conversations", "media", "bulk_recipients"}
    async with database.engine.connect() as connection:
        for table in holders:
            left = await connection.execute(select(table).where(table.c.contact_id == made[0]))
            assert left.all() == [], table.name
    async with database.project(ours.project_id, read_only=True) as session:
        kept = (await session.scalars(select(Fact.contact_id))).all()
        recipients = (await session.scalars(select(BulkRecipient).order_by(BulkRecipient.place))).all()
    assert sorted(kept) == sorted([made[1], ours.contact_id])
    # The lists keep their places; nobody is written to who is not there.
    seen = [(one.contact_id, one.state, one.code) for one in recipients]
    assert seen == [(None, "refused", "contact_not_found"), (None, "failed", None), (made[1], "waiting", None)]
