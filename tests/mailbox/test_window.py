"""The provider says that its window is closed although our clock says it is open: the template follows, once."""

import pytest

from recado.channels.contract import Outgoing
from recado.errors import OutcomeUnknown, SendError, retry_after
from recado.kit import new_id
from recado.mailbox.claims import NewOut
from recado.mailbox.outbox import Status
from recado.mailbox.service import Mailbox
from recado.messages import DELIVERY_RANK, OUT_CONTENT, OutByWindow, OutTemplate, OutText
from tests.mailbox.support import (
    FakeChannel,
    Shop,
    World,
    answer,
    apply,
    claim,
    eventually,
    lane,
    listening,
    make_sender,
    out,
    running,
)

BOTH = OutByWindow(inside=OutText(text="inside"), outside=OutTemplate(name="cita", language="es"))


def by_window() -> NewOut:
    """As the API and bulk sends queue it."""
    return NewOut(new_id(), OUT_CONTENT.dump_json(BOTH).decode(), "api")


async def free(mailbox: Mailbox, shop: Shop) -> str:
    """A conversation with somebody who wrote just now, on a line that nobody holds."""
    (first,) = await mailbox.store([shop.arrival("hello")])
    for held in await claim(mailbox):
        assert await answer(mailbox, held)
    return first.conversation_id


class Closed:
    """A provider whose window is closed; `templates` is what becomes of templates, one after the other."""

    def __init__(self, *templates: Exception | None) -> None:
        self.tried: list[str] = []
        self._templates = list(templates)

    async def __call__(self, outgoing: Outgoing) -> None:
        self.tried.append(outgoing.content.type)
        if not isinstance(outgoing.content, OutTemplate):
            raise SendError("131047: Re-engagement message", code="window_closed")
        error = self._templates.pop(0) if self._templates else None
        if error is not None:
            raise error


def channel(script: Closed | None = None) -> FakeChannel:
    return FakeChannel(window_s=86_400, script=script)


@pytest.mark.parametrize(
    "trouble",
    [None, SendError("busy", code="rate_limited", verdict=retry_after(0.0)), OutcomeUnknown("the bytes left")],
    ids=["taken", "busy", "unknown"],
)
async def test_a_message_with_a_template_goes_out_by_it_from_its_place(
    world: World, mailbox: Mailbox, shop: Shop, trouble: Exception | None
) -> None:
    """The text is tried once, whatever becomes of the template: also a second try of that is the template."""
    conversation = await free(mailbox, shop)
    (first,) = (await mailbox.enqueue(shop.project_id, conversation, [by_window()])).ids
    (then,) = (await mailbox.enqueue(shop.project_id, conversation, [by_window()])).ids
    provider = Closed(trouble)
    fake = channel(provider)
    sender = make_sender(mailbox, [shop], fake, reconcile_after_s=0.05)
    async with listening(mailbox), running(sender):
        await eventually(lambda: len(fake.sent) == 2)
        await eventually(lambda: _all(world, "sent"))
    assert [client_id for _, client_id, _, _ in fake.sent] == [first, then]
    tries = ["template"] if trouble is None else ["template", "template"]
    assert provider.tried == ["text", *tries, "text", "template"]
    row = await world.message(first)
    assert (row["error_code"], row["repeated"]) == (None, isinstance(trouble, OutcomeUnknown))
    assert await world.events() == []


async def _all(world: World, state: str) -> bool:
    return set(await world.states()) == {state}


async def test_a_text_alone_and_a_template_that_is_refused_are_dead(world: World, mailbox: Mailbox, shop: Shop) -> None:
    conversation = await free(mailbox, shop)
    await mailbox.enqueue(shop.project_id, conversation, [out("alone")])
    await mailbox.enqueue(shop.project_id, conversation, [by_window()])
    provider = Closed(SendError("131047 again", code="window_closed"))
    async with running(make_sender(mailbox, [shop], channel(provider))):
        await eventually(lambda: _all(world, "dead"))
    assert provider.tried == ["text", "text", "template"]
    assert await world.events() == ["message.failed", "message.failed"]


def failed(shop: Shop, client_id: str | None, provider_message_id: str) -> Status:
    rank = DELIVERY_RANK["failed"]
    return Status(shop.line_id, provider_message_id, client_id, rank, "window_closed", "131047: Re-engagement message")


@pytest.mark.parametrize("by_client_id", [True, False])
async def test_said_late_it_is_the_same_and_only_once(
    world: World, mailbox: Mailbox, shop: Shop, by_client_id: bool
) -> None:
    road = await lane(mailbox, shop)
    (sent,) = (await mailbox.enqueue(shop.project_id, road.conversation_id, [by_window()])).ids
    client_id = sent if by_client_id else None
    await road.send_as("wamid.1")
    assert await apply(mailbox, failed(shop, client_id, "wamid.1")) == 1
    assert await apply(mailbox, failed(shop, client_id, "wamid.1")) == 0  # Meta repeats itself
    await mailbox.enqueue(shop.project_id, road.conversation_id, [out("later")])
    row = await road.head()
    assert (row.id, row.error_code) == (sent, "window_closed")  # the later one waits for it
    assert await road.mark(row, "queued", counts=False)  # put off, as for pacing
    assert (await world.message(sent))["error_code"] == "window_closed"
    row = await road.head()
    assert await road.mark(row, "sent", provider_message_id="wamid.2")
    assert await apply(mailbox, Status(shop.line_id, "wamid.1", sent, DELIVERY_RANK["sent"])) == 0
    assert await world.events() == []
    assert await apply(mailbox, failed(shop, client_id, "wamid.2")) == 1
    assert (await world.message(sent))["state"] == "dead"
    assert await world.events() == ["message.failed"]


@pytest.mark.parametrize("became", ["sent", "unknown"])
async def test_said_faster_than_the_try_ends_it_waits_for_that_end(
    world: World, mailbox: Mailbox, shop: Shop, became: str
) -> None:
    """Statuses overtake answers; and an answer that never comes leaves nothing in doubt but the status's own words."""
    road = await lane(mailbox, shop)
    (sent,) = (await mailbox.enqueue(shop.project_id, road.conversation_id, [by_window()])).ids
    row = await road.head()
    if became == "unknown":
        assert await road.mark(row, "unknown", error_code="timeout")
    assert await apply(mailbox, failed(shop, sent, "wamid.1")) == 1
    if became == "sent":
        assert await road.heads() == []  # nothing else is tried while it is in work
        assert await road.mark(row, "sent", provider_message_id="wamid.1")
    again = await road.head()
    assert (again.id, again.error_code) == (sent, "window_closed")
    assert await road.mark(again, "sent", provider_message_id="wamid.2")
    found = await world.message(sent)
    assert (found["state"], found["provider_message_id"], found["error_code"]) == ("sent", "wamid.2", None)
    assert await world.events() == []


async def test_said_late_the_sender_goes_by_it(world: World, mailbox: Mailbox, shop: Shop) -> None:
    conversation = await free(mailbox, shop)
    (sent,) = (await mailbox.enqueue(shop.project_id, conversation, [by_window()])).ids
    fake = channel()
    async with running(make_sender(mailbox, [shop], fake)):
        await eventually(lambda: _all(world, "sent"))
        provider_id = (await world.message(sent))["provider_message_id"]
        await mailbox.apply_statuses([failed(shop, sent, provider_id)])
        await eventually(lambda: len(fake.sent) == 2)
        await eventually(lambda: _all(world, "sent"))
        assert (await world.message(sent))["provider_message_id"] != provider_id
    assert fake.texts[0] == "inside"
    assert fake.texts[1] != "inside"


async def test_where_another_try_may_have_arrived_nothing_more_is_sent(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    """A row that was repeated has a try of which nobody knows; and a text has no template."""
    road = await lane(mailbox, shop)
    (twice,) = (await mailbox.enqueue(shop.project_id, road.conversation_id, [by_window()])).ids
    await world.execute("UPDATE outbox SET repeated = true")
    await road.send_as("wamid.1")
    (text,) = (await mailbox.enqueue(shop.project_id, road.conversation_id, [out("alone")])).ids
    await road.send_as("wamid.2")
    assert await apply(mailbox, failed(shop, twice, "wamid.1"), failed(shop, text, "wamid.2")) == 2
    assert await _all(world, "dead")
