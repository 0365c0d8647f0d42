"""Jobs and their callbacks: how far they are, once for each message, signed, tried again, and never inwards."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import pytest
from aiohttp import web
from sqlalchemy import update

from recado.compat.callbacks import Guard
from recado.compat.signing import is_signed
from recado.errors import BadInput
from recado.kit import due_posts, new_id
from recado.kit.postman import Postman
from recado.mailbox.models import OutboxMessage
from recado.metrics.waiting import read_waiting
from tests.compat.conftest import KEY, OTHER_KEY, Answer, Client
from tests.mailbox.support import eventually
from tests.webhooks.receiver import hanging

ASYNC = "/v1/async/conversations/c1/messages"
GATEWAY = "/v1/async/channels/whatsapp/gateway/inbound"
DELIVERED = {
    "message_id": "m1",
    "from_number": "51987654321",
    "text": "hola",
    "timestamp_iso": "2026-11-21T12:00:00+00:00",
}


async def done(client: Client, job_id: str) -> Answer:
    """The job once it stands."""
    async with asyncio.timeout(60):
        while True:
            answer = await client.get(f"/v1/jobs/{job_id}")
            if answer.json["status"] in ("succeeded", "failed"):
                return answer
            await asyncio.sleep(0.01)


async def test_a_job_goes_from_pending_to_succeeded(client: Client) -> None:
    await client.stop_worker()
    started = await client.post(ASYNC, {"text": "hold"})
    assert started.status == 202
    (job_id,) = started.json.values()
    assert started.json == {"job_id": job_id}
    waiting = {
        "job_id": job_id,
        "status": "pending",
        "conversation_id": "c1",
        "message_id": None,
        "response_text": None,
        "error_text": None,
    }
    assert (await client.get(f"/v1/jobs/{job_id}")).json == waiting
    client.start_worker()
    await client.brain.holding.wait()
    assert (await client.get(f"/v1/jobs/{job_id}")).json == waiting | {"status": "running"}
    client.brain.held.set()
    assert (await done(client, job_id)).json == waiting | {"status": "succeeded", "response_text": "1: hold"}


async def test_a_message_has_one_job_and_a_failure_says_so(client: Client) -> None:
    jobs = await asyncio.gather(*(client.post(GATEWAY, DELIVERED) for _ in range(8)))
    assert {job.status for job in jobs} == {202}
    assert len({job.json["job_id"] for job in jobs}) == 1
    answer = await done(client, jobs[0].json["job_id"])
    assert answer.json["response_text"] == "1: hola"
    assert (answer.json["conversation_id"], answer.json["message_id"]) == ("whatsapp:51987654321", "m1")
    # The same message, asked for at once, has the same answer.
    now = await client.post("/v1/channels/whatsapp/gateway/inbound", DELIVERED)
    assert now.json["response_text"] == "1: hola"
    failed = await done(client, (await client.post(ASYNC, {"text": "error"})).json["job_id"])
    assert (failed.json["status"], failed.json["response_text"]) == ("failed", None)
    assert failed.json["error_text"].startswith("Disculpa")


async def test_an_answer_that_nobody_fetches_is_no_send_that_is_late(client: Client) -> None:
    assert (await client.post(ASYNC, {"text": "hola"})).status == 202
    database = client.runtime.database

    async def answered() -> bool:
        async with database.system() as session:
            late = (
                update(OutboxMessage)
                .where(OutboxMessage.state == "queued")
                .values(due_ms=0)
                .returning(OutboxMessage.id)
            )
            return bool((await session.scalars(late)).all())

    await eventually(answered)
    await client.stop_worker()
    assert (await read_waiting(database)).outbox_overdue_s["queued"] == 0
    async with database.system() as session:
        await session.execute(update(OutboxMessage).values(line_id=new_id()))  # one that is to be sent
    assert (await read_waiting(database)).outbox_overdue_s["queued"] > 0


async def test_jobs_are_their_projects(client: Client) -> None:
    job_id = (await client.post(ASYNC, {"text": "hola"})).json["job_id"]
    for key, name in ((OTHER_KEY, job_id), (KEY, "no-id"), (KEY, "01900000-0000-7000-8000-000000000000")):
        answer = await client.get(f"/v1/jobs/{name}", key=key)
        assert (answer.status, answer.json) == (404, {"detail": "There is no such job"})


@dataclass
class Listener:
    """A client's own server, which may refuse at first."""

    refuse: int = 0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list[tuple[dict[str, str], bytes]])
    came: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        if len(self.got) <= self.refuse:
            raise web.HTTPFound("/elsewhere")
        self.came.set()
        return web.Response()


@asynccontextmanager
async def listening(refuse: int = 0) -> AsyncGenerator[Listener]:
    listener = Listener(refuse)
    app = web.Application()
    app.router.add_post("/done", listener.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}/done"
    try:
        yield listener
    finally:
        await runner.cleanup()


async def test_a_callback_is_signed_and_tried_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setattr(due_posts, "BACKOFF_BASE_S", 0.01)
    async with listening(refuse=1) as listener:
        started = await client.post(ASYNC, {"text": "hola", "message_id": "m9", "callback_url": listener.url})
        async with asyncio.timeout(60):
            await listener.came.wait()
        job = (await client.get(f"/v1/jobs/{started.json['job_id']}")).json
    assert len(listener.got) == 2
    for headers, body in listener.got:
        assert json.loads(body) == job
        assert job["response_text"] == "1: hola"
        assert (headers["X-API-Key"], headers["X-Project-Id"]) == (KEY, "clinic")
        timestamp, signed = headers["X-Callback-Timestamp"], headers["X-Callback-Signature"]
        assert is_signed(KEY, timestamp, signed, body, time.time())
        assert not is_signed(KEY, timestamp, signed, body + b" ", time.time())


async def test_who_asks_for_a_callback_when_asking_again_gets_it_and_the_first_holds(client: Client) -> None:
    first = await client.post(GATEWAY, DELIVERED)
    assert (await done(client, first.json["job_id"])).json["response_text"] == "1: hola"
    async with listening() as listener, listening() as another:
        again = [await client.post(GATEWAY, DELIVERED | {"callback_url": one.url}) for one in (listener, another)]
        async with asyncio.timeout(60):
            await listener.came.wait()
        job = (await client.get(f"/v1/jobs/{first.json['job_id']}")).json
    assert [answer.json for answer in again] == [first.json, first.json]
    ((headers, body),) = listener.got
    assert (headers["X-API-Key"], json.loads(body)) == (KEY, job)
    assert another.got == []


async def test_a_receiver_that_hangs_leaves_room_for_others(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due_posts, "Postman", partial(Postman, timeout_s=600.0))  # nobody gives up meanwhile
    # The worker has one already, which waits as long as ever.
    await client.stop_worker()
    client.start_worker()
    async with hanging() as silent, listening() as listener:
        for url in [silent.url] * (due_posts.MAX_POSTS + 1) + [listener.url]:
            started = await client.post(ASYNC, {"text": "hola", "callback_url": url})
            await done(client, started.json["job_id"])
        async with asyncio.timeout(60):
            await listener.came.wait()
        assert 0 < len(silent.held) <= due_posts.MAX_POSTS_TO_ONE


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x",
        "http://[::1]/x",
        "http://[::ffff:10.0.0.1]/x",
        "http://169.254.169.254/latest",
        "http://[64:ff9b::7f00:1]/x",
        "http://[2002:7f00:1::]/x",
        "http://192.168.1.1/",
        "http://0.0.0.0/",
        "https://user:word@example.org/",
        "http://[fe80::1%25eth0]/",
        "ftp://example.org/",
        "http://:80/",
    ],
)
def test_nothing_is_posted_inwards(url: str) -> None:
    with pytest.raises(BadInput):
        Guard().check_callback(url, KEY)


def test_names_are_looked_at_when_they_are_called() -> None:
    """That is the postman's: tests/webhooks/test_posting.py."""
    assert Guard().check_callback("https://example.org/done?x=1", KEY) is not None


async def test_a_callback_inwards_is_refused_at_once(client: Client) -> None:
    refused = await client.post(ASYNC, {"text": "x", "callback_url": "http://10.0.0.1/done"})
    assert refused.status == 422
    assert "callback_url" in refused.json["detail"]
