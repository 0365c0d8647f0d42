"""A stop: whoever waits gets the answer or is told to come again, and what is sent again is not said twice."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from recado.compat import jobs, waiting
from recado.compat.waiting import Answers
from recado.health import Readiness, ReadyOut
from recado.mailbox.answers import Handed
from tests.cli.terminal import Installation, free_port
from tests.compat.conftest import KEY, Answer, Client, serving, settings_of
from tests.compat.test_messages import stored
from tests.compat.test_sockets import frame, said, where
from tests.compat.test_words import ask
from tests.databases import Databases
from tests.mailbox.support import eventually

C1, C2 = (f"/v1/conversations/{name}/messages" for name in ("c1", "c2"))
STOPS = {"detail": "This process stops: send the same again"}


async def ended(socket: aiohttp.ClientWebSocketResponse) -> None:
    end = await socket.receive(timeout=60)
    assert (end.type, end.data) == (aiohttp.WSMsgType.CLOSE, 1012)


async def test_answers_that_come_in_time_are_given_and_nothing_more_is_taken(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "LAST_ANSWERS_S", 60.0)
    waits: list[str] = []
    wait = Answers.of

    async def noted(answers: Answers, message_id: str, limit_s: float) -> Handed:
        waits.append(message_id)
        return await wait(answers, message_id, limit_s)

    monkeypatch.setattr(Answers, "of", noted)
    async with client.http.ws_connect(where(client, api_key=KEY)) as socket:
        asked = asyncio.create_task(client.post(C2, {"text": "hold"}))
        await client.brain.holding.wait()
        await ask(socket, "hold")

        async def both() -> bool:
            return len(waits) == 2

        await eventually(both)
        farewell = asyncio.create_task(client.stopping.say_farewell())
        refused = await client.post(C1, {"text": "too late"})
        assert (refused.status, refused.headers["Retry-After"], refused.json) == (503, "2", STOPS)
        client.brain.held.set()
        assert ((await asked).status, (await asked).json["response_text"][2:]) == (200, " hold")
        assert (await said(socket))["text"][2:] == " hold"
        await ended(socket)
        await farewell
    assert len(await stored(client)) == 2


async def test_a_request_of_the_api_that_waits_longer_than_a_stop_is_told_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = asyncio.Event()

    async def look(_: Readiness) -> ReadyOut:
        waits.set()
        await asyncio.sleep(3600.0)
        raise AssertionError

    monkeypatch.setattr(Readiness, "look", look)
    asked = asyncio.create_task(client.get("/ready"))
    await waits.wait()
    await client.stopping.in_flight.end_within(0.0)
    refused = await asked
    assert (refused.status, refused.headers["Retry-After"], refused.json["code"]) == (503, "2", "stopping")
    assert refused.headers["X-Content-Type-Options"] == "nosniff"


async def until_answered(client: Client, path: str, text: str) -> Answer:
    """Send it again as long as it is late."""
    while (answer := await client.post(path, {"text": text})).status == 504:
        pass
    return answer


async def test_words_without_a_name_that_are_sent_again_are_the_same_message(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(database_url, tmp_path).model_copy(update={"answer_limit_s": 0.2})
    async with serving(settings) as client:
        for _ in range(2):
            assert (await client.post(C1, {"text": "hold"})).status == 504
        assert (await client.post(C2, {"text": "hold"})).status == 504  # another person's
        assert len(await stored(client)) == 2
        client.brain.held.set()
        for path in (C1, C2):
            assert (await until_answered(client, path, "hold")).json["response_text"].endswith(": hold")
        assert (client.brain.turns, len(await stored(client))) == (2, 2)
        # They have it: the same words are new ones.
        assert (await until_answered(client, C1, "hold")).json["response_text"] == "3: hold"
        # So they are where nobody comes again for a long time.
        client.brain.held.clear()
        assert (await client.post(C1, {"text": "hold"})).status == 504
        monkeypatch.setattr(jobs, "REPEAT_WITHIN_MS", -60_000)
        client.brain.held.set()
        assert (await client.post(C1, {"text": "hold"})).status in (200, 504)
        assert len(await stored(client)) == 5


async def test_what_was_cut_by_a_stop_is_answered_once_when_it_is_sent_again(
    databases: Databases, tmp_path: Path
) -> None:
    port = free_port()
    installation = Installation(
        tmp_path,
        RECADO_DATABASE_URL=databases.create("sqlite"),
        AI_ASSISTANTS_API_KEYS=f"clinic:{KEY}",
        RECADO_STOP_WAIT_S="0",
    )
    url = f"http://127.0.0.1:{port}"
    connector = aiohttp.TCPConnector(force_close=True)  # while a process starts, nobody keeps connections alive
    async with aiohttp.ClientSession(url, connector=connector, headers={"X-API-Key": KEY}) as http:

        async def call(method: str, path: str, json: Any = None) -> tuple[int, str | None, Any]:
            async with http.request(method, path, json=json) as answer:
                return answer.status, answer.headers.get("Retry-After"), await answer.json()

        async def waiting_for(count: int) -> bool:
            return len((await call("GET", "/api/v1/conversations?pending=true"))[2]["items"]) == count

        named, words = {"text": "hola", "message_id": "m1"}, {"text": "hola"}
        # No worker: nobody answers.
        with installation.running("api", "--port", str(port), until="API runs on") as program:
            async with http.ws_connect(f"/v1/ws/conversations/c1?api_key={KEY}&customer_id=ana") as socket:
                await ask(socket)
                asked = [asyncio.create_task(call("POST", *one)) for one in ((C1, words), (C2, named))]
                await eventually(lambda: waiting_for(3))
                stopped = asyncio.create_task(asyncio.to_thread(program.stop, signal.SIGTERM))
                assert [await one for one in asked] == [(503, "2", STOPS)] * 2
                assert await said(socket) == frame("error", error=STOPS["detail"])
                await ended(socket)
            assert await stopped == 0
        with installation.running("up", "--port", str(port), "--no-demo", until="Stop "):
            for one in ((C1, words), (C2, named)):
                assert (await call("POST", *one))[0] == 200
            async with http.ws_connect(f"/v1/ws/conversations/c1?api_key={KEY}&customer_id=ana") as socket:
                await ask(socket)
                assert (await said(socket))["type"] == "assistant_message"
            listed = (await call("GET", "/api/v1/conversations"))[2]["items"]
            assert len(listed) == 3
            for one in listed:
                history = (await call("GET", f"/api/v1/conversations/{one['id']}/messages"))[2]["items"]
                assert [message["direction"] for message in history].count("in") == 1
