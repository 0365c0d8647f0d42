"""What is learned of a customer is known in their other conversations, shown, and erased."""

import asyncio
from urllib.parse import urlencode

import pytest
from yarl import URL

from recado.assistants.config import Config
from recado.decisions import AddNote, Decision, UpdateForm
from recado.messages import OutText
from tests.compat.conftest import KEY, OTHER_KEY, Client

ANA = {"X-Customer-Id": "ana"}


async def teach(client: Client) -> None:
    """Let the assistant of the project have a form, and the brain learn something from "learn"."""
    from sqlalchemy import select

    from recado.assistants.models import Assistant
    from recado.assistants.service import update_assistant

    async with client.runtime.database.system(read_only=True) as session:
        rows = list(await session.scalars(select(Assistant)))
    for row in rows:
        async with client.runtime.database.project(row.project_id) as session:
            changes = Config.model_validate({"form": {"cultivo": "¿Qué cultivo?", "sintoma": "¿Qué ves?"}})
            await update_assistant(session, row.id, brains=client.runtime.brains, config=changes)
    await client.runtime.directory.refresh()
    client.brain.decisions["learn"] = Decision(
        replies=(OutText(text="ok"),),
        language="en",
        slots={"name": "Ana Quispe"},
        actions=(UpdateForm(values={"cultivo": "papa", "other": "no field"}), AddNote(text="prefers mornings")),
    )


async def test_facts_are_kept_shown_and_erased(client: Client) -> None:
    await teach(client)
    assert (await client.get("/v1/memory", headers=ANA)).json == {"customer_id": "ana", "memory": {}}
    await client.post("/v1/conversations/one/messages", {"text": "learn"}, headers=ANA)
    known = await client.get("/v1/memory", headers=ANA)
    (note,) = known.json["memory"].pop("plans")["notes"]
    assert note["text"] == "prefers mornings"
    assert known.json == {
        "customer_id": "ana",
        "memory": {"forms": {"cultivo": "papa"}, "language": "en", "name": "Ana Quispe"},
    }
    await client.post("/v1/conversations/two/messages", {"text": "hola"}, headers=ANA)
    context = client.brain.contexts[-1]
    assert (context.contact_name, context.language) == ("Ana Quispe", "en")
    assert context.facts["forms"] == {"values": {"cultivo": "papa"}, "missing": ["sintoma"]}
    assert context.facts["plans"]["notes"] == ["prefers mornings"]
    # By WhatsApp it is the same person, if the gateway says so.
    message = {"from_number": "51987654321", "text": "hola"}
    await client.post("/v1/channels/whatsapp/inbound", message, headers=ANA)
    assert client.brain.contexts[-1].contact_name == "Ana Quispe"
    # Nobody else's.
    for key, customer in ((OTHER_KEY, "ana"), (None, "beto")):
        more = {"key": key} if key else {}
        assert (await client.get("/v1/memory", headers={"X-Customer-Id": customer}, **more)).json["memory"] == {}
        await client.call("DELETE", "/v1/memory", headers={"X-Customer-Id": customer}, **more)
    assert (await client.get("/v1/memory", headers=ANA)).json["memory"]
    erased = await client.call("DELETE", "/v1/memory", headers=ANA)
    assert (erased.status, erased.json) == (204, None)
    assert (await client.get("/v1/memory", headers=ANA)).json == {"customer_id": "ana", "memory": {}}
    await client.post("/v1/conversations/one/messages", {"text": "hola"}, headers=ANA)
    context = client.brain.contexts[-1]
    assert (context.contact_name, context.language, context.state) == (None, None, {})
    assert context.facts["forms"]["values"] == {}


async def test_a_customer_must_be_named(client: Client) -> None:
    for method in ("GET", "DELETE"):
        missing = await client.call(method, "/v1/memory")
        assert (missing.status, missing.json) == (400, {"detail": "Missing X-Customer-Id"})


@pytest.mark.parametrize("name", ["Muñoz-Ávila", "ñ" * 200, "José 😀"])
async def test_a_customer_is_the_same_by_header_query_and_body(client: Client, name: str) -> None:
    await teach(client)
    by_query = f"{client.url}/v1/ws/conversations/c1?{urlencode({'api_key': KEY, 'customer_id': name})}"
    async with client.http.ws_connect(by_query) as socket:
        await socket.send_json({"type": "user_message", "text": "learn"})
        await socket.receive_json(timeout=60)
    known = (await client.get("/v1/memory", headers={"X-Customer-Id": name})).json
    assert (known["customer_id"], known["memory"]["name"]) == (name, "Ana Quispe")
    await client.post("/v1/conversations/c1/messages", {"text": "hola"}, headers={"X-Customer-Id": name})
    assert client.brain.contexts[-1].contact_name == "Ana Quispe"
    message = {
        "message_id": "m1",
        "from_number": "51987654321",
        "text": "hola",
        "timestamp_iso": "2026-11-21T12:00:00Z",
    }
    await client.post("/v1/channels/whatsapp/gateway/inbound", message | {"customer_id": name})
    assert client.brain.contexts[-1].contact_name == "Ana Quispe"


async def test_a_header_in_latin_1_is_read_as_such(client: Client) -> None:
    url = URL(client.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    headers = {"Host": "x", "X-API-Key": KEY, "X-Customer-Id": "Muñoz", "Connection": "close"}
    lines = ["GET /v1/memory HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    writer.write("\r\n".join(lines).encode("latin-1"))
    async with asyncio.timeout(60):
        answer = await reader.read()
    writer.close()
    assert '"customer_id":"Muñoz"'.encode() in answer
