"""Webhooks out stand in the traces of what they tell, and say so to their receivers."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from ipaddress import ip_network

from recado.events.service import record
from recado.kit import new_id
from recado.kit.crypto import SecretBox
from recado.kit.destinations import Destinations
from recado.tracing.posting import Told, TracedPosts
from recado.tracing.spans import span_of, trace_of
from recado.webhooks import service
from recado.webhooks.delivering import Deliverer
from tests.mailbox.support import Lane, Shop, answer, claim_one, eventually, out, take_lines
from tests.tracing.conftest import Traced
from tests.tracing.test_traced_parts import of
from tests.webhooks.receiver import receiving

BOX = SecretBox(["a key for tests only"])
HERE = Destinations((ip_network("127.0.0.0/8"),))


@asynccontextmanager
async def delivering(traced: Traced) -> AsyncGenerator[None]:
    deliverer = Deliverer(traced.database, BOX, new_id(), HERE.networks, look_s=0.02, traced=traced.tracing.posts())
    task = asyncio.create_task(deliverer.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_message_is_followed_to_who_is_told_of_it(traced: Traced, shop: Shop) -> None:
    mailbox, job_id = traced.mailbox, new_id()
    async with receiving() as receiver:
        receiver.answer = lambda number: 503 if number == 0 else 204
        async with traced.database.project(shop.project_id) as session:
            await service.add_endpoint(session, BOX, HERE, receiver.url, ["*"])
        (stored,) = await mailbox.store([shop.arrival("wamid.1")])
        await answer(mailbox, await claim_one(mailbox), out())
        fences = await take_lines(mailbox)
        road = Lane(mailbox, shop, stored.conversation_id, fences[shop.line_id])
        await road.send_as("wamid.out")
        async with traced.database.project(shop.project_id) as session:
            await record(session, "job.finished", {"job_id": job_id})
            await record(session, "template.changed", {"name": "cita"})
        while await mailbox.number_events():
            pass
        async with delivering(traced):
            await eventually(lambda: len(set(receiver.ids)) == 4 and len(receiver.ids) >= 5)
        posts = [(body, headers) for body, (_, headers) in zip(receiver.bodies, receiver.posts, strict=True)]
    spans = await traced.spans()
    assert stored.message_id is not None
    (received,) = of(spans, stored.message_id, "receive")
    webhooks = of(spans, stored.message_id, "webhook")
    told = {(one.attributes["recado.event"], one.attributes["recado.webhook.attempt"]): one for one in webhooks}
    assert set(told) == {("message.received", 1), ("message.received", 2), ("message.sent", 1)}
    assert told["message.received", 1].parent == told["message.received", 2].parent == received.id
    assert told["message.received", 1].attributes["error.type"] == "http_503"
    taken = told["message.received", 2]
    assert (taken.failed, taken.attributes["http.response.status_code"]) == (False, 204)
    (sent,) = of(spans, stored.message_id, "send")
    assert told["message.sent", 1].parent == sent.id
    (finished,) = of(spans, job_id, "webhook")
    assert finished.parent == ""
    ids = {f"00-{one.trace}-{one.id}-03" for one in [*webhooks, finished]}
    assert {headers["traceparent"] for body, headers in posts if body["event"] != "template.changed"} == ids
    assert [headers.get("traceparent") for body, headers in posts if body["event"] == "template.changed"] == [None]
    assert receiver.url.encode() not in b"".join(traced.kept.raw)


async def test_what_is_not_kept_is_told_as_such_and_what_is_gone_belongs_nowhere(traced: Traced) -> None:
    posts, message_id = TracedPosts(traced.database, traced.tracing.notes, 0.0), new_id()
    found = await posts.follow(
        {
            "kept": Told("d1", "message.received", {"message_id": message_id}),
            "gone": Told("d2", "message.sent", {"message_id": new_id()}),
            "odd": Told("d3", "message.received", {"message_id": "wamid.1"}),
        }
    )
    assert set(found) == {"kept"}
    trace = trace_of(message_id)
    assert found["kept"].headers(3) == {"traceparent": f"00-{trace:032x}-{span_of(trace, 'webhook:d1:3'):016x}-02"}
