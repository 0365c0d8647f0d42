"""What is learned of a customer is known in their other conversations, shown, and erased."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal, TypeVar
from urllib.parse import urlencode

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from yarl import URL

from recado.assistants.config import Config
from recado.contacts.models import AddressRow
from recado.contacts.service import facts_of, find_by_address, merge, undo_merge
from recado.conversations.parting import part_ways
from recado.decisions import AddNote, Decision, UpdateForm
from recado.mailbox.models import Conversation
from recado.messages import Address, OutText
from tests.compat.conftest import KEY, OTHER_KEY, Client

T = TypeVar("T")
Kind = Literal["phone", "web"]

ANA = {"X-Customer-Id": "ana"}


async def teach(client: Client) -> None:
    """Let the assistant of the project have a form, and the brain learn something from "learn"."""
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


NUMBER, MARIA = "51987654321", "51911111111"


async def writes(client: Client, number: str, text: str, headers: Mapping[str, str] | None = None) -> str | None:
    """By which name the assistant knows whoever writes this."""
    message = {"from_number": number, "text": text}
    await client.post("/v1/channels/whatsapp/inbound", message, headers=headers or {})
    return client.brain.contexts[-1].contact_name


async def in_project(client: Client, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    database = client.runtime.database
    async with database.system(read_only=True) as session:
        project_id = (await session.scalars(select(AddressRow.project_id))).first()
    assert project_id is not None
    async with database.project(project_id) as session:
        return await work(session)


async def contact_of(session: AsyncSession, kind: Kind, value: str) -> str:
    found = await find_by_address(session, Address(kind=kind, value=value))
    assert found is not None
    return found.id


async def facts(client: Client, number: str) -> dict[str, str]:
    """What was learned in the conversation of this number itself."""

    async def read(session: AsyncSession) -> dict[str, str]:
        return await facts_of(session, [await contact_of(session, "phone", number)])

    return await in_project(client, read)


async def test_a_person_has_one_memory_while_their_contacts_are_one(client: Client) -> None:
    await teach(client)
    for name in ("Maria", "Eva"):
        client.brain.decisions[f"soy {name}"] = Decision(replies=(OutText(text="ok"),), slots={"name": name})
    # A number that wrote before anybody said whose it is.
    assert await writes(client, NUMBER, "learn") is None
    assert await writes(client, NUMBER, "hola", ANA) == "Ana Quispe"
    await client.post("/v1/conversations/two/messages", {"text": "hola"}, headers=ANA)
    assert client.brain.contexts[-1].contact_name == "Ana Quispe"
    assert client.brain.contexts[-1].facts["forms"]["values"] == {"cultivo": "papa"}

    async def join(session: AsyncSession) -> None:
        await merge(
            session, await contact_of(session, "web", "customer:ana"), await contact_of(session, "phone", MARIA)
        )

    async def part(session: AsyncSession) -> None:
        await undo_merge(session, await contact_of(session, "web", "customer:ana"))

    # An alias of an alias: the number, the customer, Maria. What was said last holds, wherever it was said.
    assert await writes(client, MARIA, "soy Maria") is None
    await in_project(client, join)
    assert await writes(client, NUMBER, "hola") == "Maria"
    await writes(client, NUMBER, "soy Eva")
    assert await writes(client, MARIA, "hola") == "Eva"
    assert (await client.get("/v1/memory", headers=ANA)).json["memory"]["name"] == "Eva"
    await writes(client, MARIA, "soy Maria")
    await writes(client, NUMBER, "soy Maria")  # known already, but not by them
    assert await writes(client, NUMBER, "soy Eva") == "Maria"
    await writes(client, MARIA, "soy Eva")
    # They were two people: each is left with what they said themselves.
    await in_project(client, part)
    assert await facts(client, MARIA) == {"name": '"Eva"'}
    assert (await facts(client, NUMBER))["forms.cultivo"] == '"papa"'
    await writes(client, MARIA, "soy Maria")
    assert await writes(client, MARIA, "hola") == "Maria"
    assert await writes(client, NUMBER, "hola") == "Eva"
    # To forget a person is to forget all of it.
    await in_project(client, join)
    assert (await client.call("DELETE", "/v1/memory", headers=ANA)).status == 204
    assert [await facts(client, one) for one in (MARIA, NUMBER)] == [{}, {}]
    assert await writes(client, NUMBER, "hola") is None


async def test_what_a_conversation_took_over_goes_when_the_merge_is_undone(client: Client) -> None:
    await teach(client)
    tells = (UpdateForm(values={"sintoma": "manchas"}), AddNote(text="has a dog"))
    client.brain.decisions["manchas"] = Decision(replies=(OutText(text="ok"),), actions=tells, state={"seen": "papa"})

    async def join(session: AsyncSession) -> None:
        await merge(session, await contact_of(session, "phone", MARIA), await contact_of(session, "phone", NUMBER))

    async def part(session: AsyncSession) -> str:
        maria = await contact_of(session, "phone", MARIA)
        await undo_merge(session, maria, (part_ways,))
        kept = await session.scalar(select(Conversation.state).where(Conversation.contact_id == maria))
        assert kept is not None
        return kept

    await writes(client, NUMBER, "learn")
    await writes(client, MARIA, "hola")
    await in_project(client, join)
    await writes(client, MARIA, "manchas")
    await writes(client, MARIA, "hola")
    told = client.brain.contexts[-1].facts
    assert told["forms"]["values"] == {"cultivo": "papa", "sintoma": "manchas"}
    assert told["plans"]["notes"] == ["prefers mornings", "has a dog"]
    # At once, for whoever looks at the conversation, and for its next turn.
    state = await in_project(client, part)
    assert "papa" not in state
    assert "mornings" not in state
    assert "mornings" not in str(await facts(client, MARIA))
    await writes(client, MARIA, "hola")
    told = client.brain.contexts[-1].facts
    assert (told["forms"]["values"], told["plans"]["notes"]) == ({"sintoma": "manchas"}, ["has a dog"])
    await writes(client, NUMBER, "hola")
    told = client.brain.contexts[-1].facts
    assert (told["forms"]["values"], told["plans"]["notes"]) == ({"cultivo": "papa"}, ["prefers mornings"])


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
