"""What a colleague writes to somebody who has no socket: the next answer brings it, in order, once."""

import asyncio

from sqlalchemy import select

from recado.api import asking_of
from recado.compat.questions import by_whatsapp
from recado.compat.service import Asking
from recado.events.audiences import attend
from recado.mailbox.answers import Handed
from recado.mailbox.models import OutboxMessage
from recado.projects.service import get_by_slug
from tests.compat.conftest import KEY, Client
from tests.compat.test_jobs import ASYNC, done, listening
from tests.compat.test_messages import GATEWAY, delivered, stored
from tests.compat.test_sockets import where
from tests.compat.test_words import all_are_sent, ask, conversations, states, told, write
from tests.mailbox.support import eventually

NUMBER = "51987654321"


async def bring(client: Client, message_id: str, text: str = "hola") -> str:
    """The text with which a gateway's message is answered."""
    answer = await client.post(GATEWAY, delivered(message_id, text, NUMBER))
    assert answer.status == 200
    return answer.json["response_text"]


async def test_a_gateway_is_brought_what_the_team_wrote_before_what_it_asked(client: Client) -> None:
    assert await bring(client, "m1") == "1: hola"
    (conversation,) = await conversations(client)
    for word in ("voy", "ya"):
        await write(client, conversation, word)
    assert await bring(client, "m1") == "1: hola"  # it came before
    assert await bring(client, "m2") == "voy\n\nya\n\n2: hola"
    assert set(await states(client)) == {"sent"}
    assert await bring(client, "m3") == "3: hola"
    # The same answer again, and with the choices of the assistant.
    assert await bring(client, "m2") == "voy\n\nya\n\n2: hola"
    await write(client, conversation, "elija")
    answer = (await client.post(GATEWAY, delivered("m4", "buttons", NUMBER))).json
    assert (answer["response_text"], answer["interactive_type"]) == ("elija\n\n4: buttons", "buttons")


async def test_while_a_person_has_the_conversation_and_after(client: Client) -> None:
    await bring(client, "m1")
    (conversation,) = await conversations(client)
    assert (await client.post(f"/api/v1/conversations/{conversation}/hand-over", {})).status == 200
    await write(client, conversation, "le habla Rosa")
    assert await bring(client, "m2") == "le habla Rosa"
    assert await bring(client, "m3") == ""
    await write(client, conversation, "hasta luego")
    assert await bring(client, "m3") == ""
    assert (await client.post(f"/api/v1/conversations/{conversation}/take-back", {})).status == 200
    assert await bring(client, "m4") == "hasta luego\n\n4: hola"
    assert await bring(client, "m2") == "le habla Rosa"


async def test_words_that_were_brought_are_events_like_answers(client: Client) -> None:
    database = client.runtime.database
    async with database.system(read_only=True) as session:
        project_id = (await get_by_slug(session, "clinic")).id
    async with database.project(project_id) as session:
        await attend(session, [project_id])
    await bring(client, "m1")
    (conversation,) = await conversations(client)
    await write(client, conversation, "voy")
    for _ in range(2):
        assert await bring(client, "m2") == "voy\n\n2: hola"
    async with database.system(read_only=True) as session:
        went = set(await session.scalars(select(OutboxMessage.id)))
    expected = sorted((f"message.{what}", one) for one in went for what in ("sent", "delivered"))
    assert len(expected) == 6

    async def complete() -> bool:
        items = (await client.get("/api/v1/events?limit=100")).json["items"]
        names = {name for name, _ in expected}
        return sorted((one["name"], one["data"]["message_id"]) for one in items if one["name"] in names) == expected

    await eventually(complete)


async def test_those_who_ask_at_the_same_time_bring_it_once_and_each_the_same_again(client: Client) -> None:
    await bring(client, "m0")
    (conversation,) = await conversations(client)
    await write(client, conversation, "voy")
    await client.stop_worker()
    names = [f"m{1 + n % 3}" for n in range(9)]
    asked = [asyncio.create_task(bring(client, name)) for name in names]

    async def all_came() -> bool:
        return len(await stored(client)) == 4

    await eventually(all_came)
    client.start_worker()
    answers = dict[str, set[str]]()
    for name, answer in zip(names, await asyncio.gather(*asked), strict=True):
        answers.setdefault(name, set()).add(answer)
    assert {len(found) for found in answers.values()} == {1}
    assert sum(answer.startswith("voy\n\n") for found in answers.values() for answer in found) == 1
    for name, found in answers.items():
        assert {await bring(client, name)} == found


async def look(client: Client, asking: Asking, message_id: str, text: str) -> Handed:
    """The answer of a gateway's message, as it stands before anybody has got it."""
    async with client.runtime.database.system(read_only=True) as session:
        project_id = (await get_by_slug(session, "clinic")).id
    question = by_whatsapp(NUMBER, text, message_id=message_id)
    return await asking.answer(project_id, question, await asking.take(project_id, question))


async def test_a_word_that_stood_before_an_answer_comes_before_it(client: Client) -> None:
    asking = asking_of(client.runtime)
    looked = asyncio.create_task(look(client, asking, "m1", "hold"))
    async with asyncio.timeout(60):
        await client.brain.holding.wait()
    (conversation,) = await conversations(client)
    await write(client, conversation, "un momento")
    client.brain.held.set()
    seen = await looked
    for _ in range(2):
        assert await bring(client, "m1", "hold") == "un momento\n\n1: hold"
    # Whoever looked before somebody else took the word, has it all the same.
    assert asking.answer_of((await asking.mailbox.with_words(seen)).out).text == "un momento\n\n1: hold"
    assert await bring(client, "m2") == "2: hola"


async def test_what_a_process_that_died_had_taken_is_brought_by_the_same_message(client: Client) -> None:
    await bring(client, "m1")
    (conversation,) = await conversations(client)
    await write(client, conversation, "voy")
    asking = asking_of(client.runtime)
    handed = await look(client, asking, "m2", "hola")
    taken = await asking.mailbox.with_words(handed)
    assert (len(taken.out), len(taken.to_do)) == (2, 2)
    assert sorted(await states(client)) == ["queued", "queued", "sent"]
    assert await bring(client, "m2") == "voy\n\n2: hola"
    assert set(await states(client)) == {"sent"}


async def test_a_job_and_its_callback_bring_it_too(client: Client) -> None:
    await client.post("/v1/conversations/c1/messages", {"text": "hola"})
    (conversation,) = await conversations(client)
    await write(client, conversation, "voy")
    job_id = (await client.post(ASYNC, {"text": "hola"})).json["job_id"]
    for _ in range(2):
        assert (await done(client, job_id)).json["response_text"] == "voy\n\n2: hola"
    await write(client, conversation, "ya")
    failed = await done(client, (await client.post(ASYNC, {"text": "error"})).json["job_id"])
    assert failed.json["error_text"].startswith("Disculpa")  # it has no place there: it waits
    async with listening() as listener:
        await client.post(ASYNC, {"text": "luego", "callback_url": listener.url})
        async with asyncio.timeout(60):
            await listener.came.wait()
    assert [b'"ya\\n\\n' in body for _, body in listener.got] == [True]
    await all_are_sent(client)
    async with client.http.ws_connect(where(client, api_key=KEY)) as socket:
        await ask(socket, "two")
        await told(socket, "one\n\ntwo")


async def test_what_was_dropped_is_not_brought(client: Client) -> None:
    await bring(client, "m1")
    (conversation,) = await conversations(client)
    body = {"content": {"type": "text", "text": "a mistake"}}
    (mistake,) = (await client.post(f"/api/v1/conversations/{conversation}/messages", body)).json["message_ids"]
    assert (await client.post(f"/api/v1/outbox/{mistake}/drop", {})).status in (200, 204)
    assert await bring(client, "m2") == "2: hola"
