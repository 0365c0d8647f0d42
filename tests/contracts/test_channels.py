"""The contract of channels: the same for every channel, each against its simulator (see `providers.py`)."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recado.channels.cloud_api.simulator.business import FIELDS as SUBSCRIBED
from recado.channels.contract import (
    Blocks,
    Examines,
    HasTemplates,
    MarksRead,
    Outgoing,
    Received,
    ReceivesWebhooks,
)
from recado.errors import BadInput, OutcomeUnknown, SendError
from recado.kit import new_id
from recado.messages import (
    ADDRESS_RANK,
    Address,
    Button,
    Choice,
    InboundMessage,
    OutButtons,
    OutContact,
    OutContacts,
    OutContent,
    OutFlow,
    OutLink,
    OutList,
    OutLocation,
    OutLocationRequest,
    OutReaction,
    OutTemplate,
    OutText,
    Row,
    StatusUpdate,
    System,
    Text,
)
from tests.contracts.providers import CloudApiProvider, Provider, cloud_api, cloud_api_simulator, phone

ANA, LUIS = "59170000001", "59170000002"


@pytest.fixture(scope="module")
def simulator_url() -> Generator[str]:
    with cloud_api_simulator() as url:
        yield url


@pytest.fixture(params=["cloud-api"])
async def provider(request: pytest.FixtureRequest, simulator_url: str) -> AsyncGenerator[Provider]:
    assert request.param == "cloud-api"
    async with cloud_api(simulator_url) as opened:
        yield opened


def messages_in(received: list[Received]) -> list[InboundMessage]:
    return [message for item in received for message in item.messages]


def statuses_in(received: list[Received]) -> list[StatusUpdate]:
    return [status for item in received for status in item.statuses]


def messages(count: int) -> Callable[[list[Received]], bool]:
    return lambda received: len(messages_in(received)) >= count


def status(name: str) -> Callable[[list[Received]], bool]:
    return lambda received: any(update.status == name for update in statuses_in(received))


async def hears(provider: Provider, person: str = ANA) -> tuple[Address, ...]:
    """A person writes, so that they may be answered; their addresses as the channel tells them."""
    before = len(messages_in(await provider.received(messages(0))))
    await provider.write(person, "hola")
    received = await provider.received(messages(before + 1))
    return messages_in(received)[-1].sender.addresses


def outgoing(to: tuple[Address, ...], content: OutContent | str = "buenas", **more: Any) -> Outgoing:
    return Outgoing(new_id(), to, OutText(text=content) if isinstance(content, str) else content, **more)


# --- Out --------------------------------------------------------------------------------------------


async def test_a_sent_message_arrives_once_with_its_client_id(provider: Provider) -> None:
    to = await hears(provider)
    await hears(provider, LUIS)
    message = outgoing(to, "¿Qué tal? 🌱")
    sent = await provider.channel.send(provider.line, message, fence=1)
    (arrival,) = await provider.arrivals()
    assert (arrival.client_id, arrival.provider_message_id) == (message.client_id, sent.provider_message_id)
    assert (arrival.person, arrival.text, arrival.reply_to) == (ANA, "¿Qué tal? 🌱", None)


async def test_messages_arrive_in_the_order_of_their_sends(provider: Provider) -> None:
    to = await hears(provider)
    for number in range(5):
        await provider.channel.send(provider.line, outgoing(to, str(number)), fence=1)
    assert [arrival.text for arrival in await provider.arrivals()] == list("01234")


async def test_a_message_can_answer_an_earlier_one(provider: Provider) -> None:
    to = await hears(provider)
    question = messages_in(await provider.received(messages(1)))[0].provider_message_id
    await provider.channel.send(provider.line, outgoing(to, reply_to=question), fence=1)
    assert [arrival.reply_to for arrival in await provider.arrivals()] == [question]


async def test_statuses_come_back_with_the_client_id(provider: Provider) -> None:
    message = outgoing(await hears(provider))
    sent = await provider.channel.send(provider.line, message, fence=1)
    updates = statuses_in(await provider.received(status("read")))
    assert {update.client_id for update in updates} == {message.client_id}
    assert {update.provider_message_id for update in updates} == {sent.provider_message_id}
    assert {update.status for update in updates} <= {"sent", "delivered", "read"}


async def test_a_refused_message_never_arrives(provider: Provider) -> None:
    to = await hears(provider)
    await provider.refuse_next()
    with pytest.raises(SendError) as error:
        await provider.channel.send(provider.line, outgoing(to, "rechazado"), fence=1)
    assert error.value.verdict.permanent
    await provider.channel.send(provider.line, outgoing(to, "aceptado"), fence=1)
    assert [arrival.text for arrival in await provider.arrivals()] == ["aceptado"]


async def test_an_accepted_message_without_an_answer_is_unknown_and_settled_by_its_status(provider: Provider) -> None:
    message = outgoing(await hears(provider))
    await provider.lose_next_answer(accepted=True)
    with pytest.raises(OutcomeUnknown):
        await provider.channel.send(provider.line, message, fence=1)
    (arrival,) = await provider.arrivals()
    assert arrival.client_id == message.client_id
    update = statuses_in(await provider.received(status("delivered")))[0]
    assert (update.client_id, update.provider_message_id) == (message.client_id, arrival.provider_message_id)


async def test_a_broken_connection_is_never_reported_as_sent_nor_tried_again_silently(provider: Provider) -> None:
    to = await hears(provider)
    await provider.lose_next_answer(accepted=False)
    with pytest.raises((SendError, OutcomeUnknown)):
        await provider.channel.send(provider.line, outgoing(to), fence=1)
    await provider.heal()
    assert await provider.arrivals() == []
    await provider.channel.send(provider.line, outgoing(to), fence=1)
    assert len(await provider.arrivals()) == 1


@pytest.mark.parametrize(
    "text",
    ["Una frase de prueba. " * 600, "🌱👨‍👩‍👧‍👦🇧🇴" * 700, "palabra " * 1500, "x" * 9000, "a\n\n" * 3000],
    ids=["sentences", "emoji", "words", "one word", "paragraphs"],
)
async def test_all_pieces_of_a_split_text_are_taken(provider: Provider, text: str) -> None:
    to = await hears(provider)
    pieces = provider.channel.split(OutText(text=text))
    assert len(pieces) > 1
    for piece in pieces:
        await provider.channel.send(provider.line, outgoing(to, piece), fence=1)
    arrived = "".join(arrival.text for arrival in await provider.arrivals())
    assert "".join(arrived.split()) == "".join(text.split())


LARGEST: list[OutContent] = [
    OutText(text="x" * 4096),
    OutButtons(
        text="x" * 1024,
        buttons=tuple(Button(id=f"{n}" + "i" * 199, title=f"{n}" + "t" * 19) for n in range(3)),
        footer="f" * 60,
    ),
    OutList(
        text="x" * 1024,
        button="b" * 20,
        rows=tuple(Row(id=f"{n}" + "i" * 199, title=f"{n}" + "t" * 23, description="d" * 72) for n in range(10)),
        footer="f" * 60,
    ),
]


MORE_KINDS: list[OutContent] = [
    OutLocation(latitude=-16.5, longitude=-68.15, name="n" * 1000, address="a" * 1000),
    OutContacts(contacts=tuple(OutContact(name=f"Ana {n}", phones=("+591 70000001",)) for n in range(257))),
    OutLink(text="x" * 1024, button="b" * 20, url="https://x.bo/" + "p" * 1900, header="h" * 60, footer="f" * 60),
    OutLocationRequest(text="x" * 1024),
    OutFlow(text="x" * 1024, button="b" * 20, flow_id="1" * 20, token="t" * 200, screen="WELCOME", data={"a": 1}),
    OutFlow(text="x", button="b", flow_name="cita", exchange=True, draft=True),
    OutTemplate(name="cita", language="es", body=("x" * 1000,)),
]


@pytest.mark.parametrize("content", [*LARGEST, *MORE_KINDS], ids=lambda content: content.type)
async def test_the_largest_content_of_the_vocabulary_is_taken(provider: Provider, content: OutContent) -> None:
    to = await hears(provider)
    assert provider.channel.split(content) == (content,)
    await provider.offer_template("cita", "es", "Hola {{1}}")
    await provider.channel.send(provider.line, outgoing(to, content), fence=1)
    assert len(await provider.arrivals()) == 1


async def test_a_reaction_is_taken_and_taken_back(provider: Provider) -> None:
    to = await hears(provider)
    message_id = messages_in(await provider.received(messages(1)))[0].provider_message_id
    for emoji in ("👍", None):
        content = OutReaction(message_id=message_id, emoji=emoji)
        await provider.channel.send(provider.line, outgoing(to, content), fence=1)
    assert len(await provider.arrivals()) == 2


async def test_templates_are_told_and_a_send_that_fits_none_is_refused(provider: Provider) -> None:
    if not isinstance(provider.channel, HasTemplates):
        pytest.skip("has no templates")
    for number in range(101):  # more than a page
        await provider.offer_template(f"t{number}", "es", "Hola {{1}}")
    found = {template.name: template for template in await provider.channel.fetch_templates(provider.line)}
    assert len(found) >= 101
    assert (found["t0"].status, found["t0"].language) == ("APPROVED", "es")
    for content, code in (
        (OutTemplate(name="t0", language="en", body=("x",)), "template_missing"),
        (OutTemplate(name="t0", language="es"), "template_rejected"),
    ):
        with pytest.raises(SendError) as error:
            await provider.channel.send(provider.line, outgoing((phone(ANA),), content), fence=1)
        assert (error.value.code, error.value.verdict.permanent) == (code, True)


async def test_people_are_blocked_and_let_in_again(provider: Provider) -> None:
    if not isinstance(provider.channel, Blocks):
        pytest.skip("has no block list")
    await hears(provider)
    outcome = await provider.channel.block(provider.line, [ANA, "59170000077"])
    assert outcome.done == (ANA,)
    assert [(user, code) for user, code, _ in outcome.failed] == [("59170000077", "window_closed")]
    assert (await provider.channel.blocked(provider.line, None, 10)).users == (ANA,)
    assert (await provider.channel.unblock(provider.line, [ANA])).done == (ANA,)
    assert (await provider.channel.blocked(provider.line, None, 10)).users == ()
    nobody = await provider.channel.block(provider.line, ["0"])  # digits, and nobody's number
    assert [code for _, code, _ in nobody.failed] == ["window_closed"]
    with pytest.raises(BadInput):
        await provider.channel.block(provider.line, ["no number"])


async def test_a_line_that_is_set_up_well_has_no_findings_to_mend(provider: Provider) -> None:
    if not isinstance(provider.channel, Examines):
        pytest.skip("cannot be examined")
    found = (await provider.channel.examine(provider.line)).findings
    assert {finding.level for finding in found} == {"OK"}, found
    assert all(finding.says["es"] and finding.says["en"] for finding in found)


async def test_many_sends_at_once(provider: Provider) -> None:
    to, other = await hears(provider), await hears(provider, LUIS)
    sends = [provider.channel.send(provider.line, outgoing(to if n % 2 else other, str(n)), fence=1) for n in range(40)]
    sent = await asyncio.gather(*sends)
    arrivals = await provider.arrivals()
    assert {arrival.provider_message_id for arrival in arrivals} == {item.provider_message_id for item in sent}
    assert all((arrival.person == ANA) == bool(int(arrival.text) % 2) for arrival in arrivals)


async def test_closing_twice_is_closing_once(provider: Provider) -> None:
    await provider.channel.close()
    await provider.channel.close()
    with pytest.raises(SendError):
        await provider.channel.send(provider.line, outgoing((phone(ANA),)), fence=1)


async def test_limits_are_said_in_seconds(provider: Provider) -> None:
    window_s, pace = provider.channel.window_s, provider.channel.contact_pace
    assert window_s is None or window_s > 0
    assert pace is None or (pace[0] >= 1 and pace[1] > 0)


# --- In ---------------------------------------------------------------------------------------------


async def test_what_a_person_writes_comes_in(provider: Provider) -> None:
    message_id = await provider.write(ANA, "¿A qué hora abren?")
    received = await provider.received(messages(1))
    assert {item.line_address for item in received} == {provider.line.address}
    (message,) = messages_in(received)
    assert message.provider_message_id == message_id
    assert message.content == Text(text="¿A qué hora abren?")
    assert phone(ANA) in message.sender.addresses
    ranks = [ADDRESS_RANK[address.kind] for address in message.sender.addresses]
    assert ranks == sorted(ranks)


async def test_a_choice_comes_in_with_the_id_that_was_offered(provider: Provider) -> None:
    to = await hears(provider)
    buttons = OutButtons(text="¿Qué día?", buttons=(Button(id="hoy", title="Hoy"), Button(id="no", title="Otro")))
    sent = await provider.channel.send(provider.line, outgoing(to, buttons), fence=1)
    await provider.choose(ANA, "hoy")
    message = messages_in(await provider.received(messages(2)))[-1]
    assert message.content == Choice(source="button", id="hoy", title="Hoy")
    assert message.reply_to is not None
    assert message.reply_to.message_id == sent.provider_message_id


async def test_a_message_can_be_marked_read(provider: Provider) -> None:
    if not isinstance(provider.channel, MarksRead):
        pytest.skip("marks nothing read")
    message_id = await provider.write(ANA, "hola")
    await provider.channel.mark_read(provider.line, message_id, True)
    await provider.channel.mark_read(provider.line, message_id, False)
    with pytest.raises(SendError):
        await provider.channel.mark_read(provider.line, "no-such-message", False)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(payload=JSON)
async def test_no_payload_raises(provider: Provider, payload: Any) -> None:
    if not isinstance(provider.channel, ReceivesWebhooks):
        pytest.skip("has no webhooks")
    assert isinstance(provider.channel.convert(payload), tuple)
    assert not provider.channel.line_addresses(payload)


# --- What is true of some channels only -----------------------------------------------------------------


@pytest.fixture
async def cloud(simulator_url: str) -> AsyncGenerator[CloudApiProvider]:
    async with cloud_api(simulator_url) as opened:
        yield opened


async def test_cloud_api_a_bad_signature_is_refused_and_the_good_one_of_the_retry_taken(
    cloud: CloudApiProvider,
) -> None:
    await cloud.call("PUT", "faults", {"bad_signature": 1.0})
    await cloud.write(ANA, "hola")
    await cloud.received(messages(1))
    assert cloud.refused_signatures >= 1
    assert all(cloud.channel.line_addresses(body) == [cloud.line.address] for body in cloud.bodies)
    await cloud.heal()


async def test_cloud_api_someone_without_a_number_is_answered_by_user_id(cloud: CloudApiProvider) -> None:
    await cloud.call("POST", "phones", {"user_id": "BO.13491208655302741918", "name": "Eva", "username": "eva"})
    await cloud.write("BO.13491208655302741918", "hola")
    (message,) = messages_in(await cloud.received(messages(1)))
    assert message.sender.addresses == (Address(kind="bsuid", value="BO.13491208655302741918"),)
    assert message.sender.username == "eva"
    sent = await cloud.channel.send(cloud.line, outgoing(message.sender.addresses), fence=1)
    (arrival,) = await cloud.arrivals()
    assert (arrival.person, arrival.provider_message_id) == ("BO.13491208655302741918", sent.provider_message_id)
    assert statuses_in(await cloud.received(status("read")))


async def test_cloud_api_a_new_number_names_the_person_of_before(cloud: CloudApiProvider) -> None:
    before, new = await hears(cloud), phone("59170000099")
    await cloud.call("POST", "phones/number", {"from": ANA, "wa_id": new.value})
    found = messages_in(
        await cloud.received(lambda received: any(new in m.sender.addresses for m in messages_in(received)))
    )
    changes = [(m.sender.addresses, m.content.previous) for m in found if isinstance(m.content, System)]
    assert all(any(address in previous for _, previous in changes) for address in before)
    assert not any(address in now for now, _ in changes for address in before)


async def test_cloud_api_the_closed_window_is_said_as_such(cloud: CloudApiProvider) -> None:
    message = outgoing(await hears(cloud))
    await cloud.call("POST", "clock", {"advance_s": 25 * 3600})
    # Meta takes the message and says so afterwards, in a status.
    await cloud.channel.send(cloud.line, message, fence=1)
    (update,) = statuses_in(await cloud.received(status("failed")))
    assert (update.client_id, update.error_code) == (message.client_id, "window_closed")


async def test_cloud_api_a_batch_of_everything_is_taken_apart(cloud: CloudApiProvider) -> None:
    await cloud.call("PUT", "faults", {"batch": 1.0, "duplicate": 0.5, "batch_max": 10})
    contents: list[dict[str, Any]] = [
        {"text": f"mensaje {n}"} if n % 3 else {"image": {"caption": f"foto {n}"}} for n in range(30)
    ]
    answer = await cloud.call("POST", "inject", [{"from": f"5917000000{n % 4}", **c} for n, c in enumerate(contents)])
    await cloud.received(lambda found: len({m.provider_message_id for m in messages_in(found)}) == len(contents))
    await cloud.heal()
    found = await cloud.received(messages(30))
    assert {m.provider_message_id for m in messages_in(found)} == set(answer["ids"])
    assert not any(item.unroutable or item.notices for item in found)


async def test_cloud_api_a_template_reaches_somebody_who_did_not_write_and_marketing_nobody_who_stopped_it(
    cloud: CloudApiProvider,
) -> None:
    await cloud.call("POST", "templates", {"name": "oferta", "body": "Hola", "category": "MARKETING"})
    await hears(cloud)
    await cloud.call("POST", "clock", {"advance_s": 25 * 3600})
    content = OutTemplate(name="oferta", language="es")
    await cloud.channel.send(cloud.line, outgoing((phone(ANA),), content), fence=1)
    assert statuses_in(await cloud.received(status("delivered")))
    await cloud.call("POST", "preferences", {"from": ANA, "value": "stop"})
    message = outgoing((phone(ANA),), content)
    await cloud.channel.send(cloud.line, message, fence=1)
    found = await cloud.received(status("failed"))
    failed = [update for update in statuses_in(found) if update.status == "failed"]
    assert [(update.client_id, update.error_code) for update in failed] == [(message.client_id, "recipient_opted_out")]
    (happening,) = [one for received in found for one in received.happenings]
    assert happening.marketing is not None
    assert (happening.marketing.stopped, phone(ANA) in happening.marketing.addresses) == (True, True)


@pytest.mark.parametrize(("state", "code"), [("PAUSED", "template_paused"), ("DISABLED", "template_disabled")])
async def test_cloud_api_a_template_that_meta_stopped_is_refused_and_told(
    cloud: CloudApiProvider, state: str, code: str
) -> None:
    for status_of in ("APPROVED", state):
        await cloud.call("POST", "templates", {"name": "cita", "body": "Hola", "status": status_of})
    with pytest.raises(SendError) as error:
        await cloud.channel.send(cloud.line, outgoing((phone(ANA),), OutTemplate(name="cita", language="es")), fence=1)
    assert error.value.code == code

    def told(items: list[Received]) -> bool:
        changes = [one.template for item in items for one in item.happenings if one.template]
        return ("cita", state) in [(change.name, change.status) for change in changes]

    await cloud.received(told)


FINDINGS: list[tuple[dict[str, Any], str, str]] = [
    ({"token": {"is_valid": False}}, "FAIL", "access_token_invalid"),
    ({"token": {"scopes": ["whatsapp_business_messaging"]}}, "FAIL", "scopes_missing"),
    ({"token": {"expires_at": 1_000}}, "WARN", "token_expires"),
    ({"number": {"status": "DISCONNECTED"}}, "FAIL", "number_not_registered"),
    ({"number": {"status": "FLAGGED"}}, "WARN", "number_limited"),
    ({"number": {"code_verification_status": "NOT_VERIFIED"}}, "WARN", "number_not_verified"),
    ({"number": {"name_status": "DECLINED"}}, "WARN", "name_not_approved"),
    ({"number": {"quality_rating": "RED"}}, "FAIL", "quality_low"),
    ({"subscribed": False}, "FAIL", "not_subscribed"),
    ({"override_callback_uri": "https://other.bo/hook"}, "FAIL", "override_elsewhere"),
    ({"subscription": {"callback_url": "https://other.bo/hook"}}, "FAIL", "callback_elsewhere"),
    ({"subscription": {"active": False}}, "FAIL", "callback_missing"),
    ({"subscription": {"fields": [{"name": "account_update"}]}}, "FAIL", "messages_not_subscribed"),
    ({"subscription": {"fields": ["messages"]}}, "WARN", "fields_missing"),
]


@pytest.mark.parametrize(("account", "level", "code"), FINDINGS, ids=[case[2] for case in FINDINGS])
async def test_cloud_api_what_is_wrong_with_a_line_is_found_with_what_to_do(
    cloud: CloudApiProvider, account: dict[str, Any], level: str, code: str
) -> None:
    await cloud.call("PUT", "account", account)
    line = replace(cloud.line, config={**cloud.line.config, "webhook_url": "https://127.0.0.1:9/webhooks/whatsapp"})
    try:
        found = {finding.code: finding for finding in (await cloud.channel.examine(line)).findings}
    finally:
        await cloud.call("PUT", "account", {})
    assert found[code].level == level
    assert found[code].mend["es"] != found[code].mend["en"]


@pytest.mark.parametrize(
    "missing", ["account_update", "account_alerts", "phone_number_quality_update", "message_template_quality_update"]
)
async def test_cloud_api_a_field_that_is_not_subscribed_is_named(cloud: CloudApiProvider, missing: str) -> None:
    fields = [{"name": name} for name in SUBSCRIBED if name != missing]
    await cloud.call("PUT", "account", {"subscription": {"fields": fields}})
    try:
        found = {finding.code: finding for finding in (await cloud.channel.examine(cloud.line)).findings}
    finally:
        await cloud.call("PUT", "account", {})
    for language in ("es", "en"):
        assert found["fields_missing"].mend[language].endswith(f" {missing}")


async def test_cloud_api_a_wrong_line_or_account_is_found(cloud: CloudApiProvider) -> None:
    for line, code in (
        (replace(cloud.line, address="999"), "number_unknown"),
        (replace(cloud.line, config={"waba_id": "999"}), "waba_unknown"),
        (replace(cloud.line, config={}), "waba_id_missing"),
        (replace(cloud.line, secrets={"access_token": "other", "app_secret": "x"}), "access_token_invalid"),
        (replace(cloud.line, secrets={}), "access_token_missing"),
        (replace(cloud.line, secrets={**cloud.line.secrets, "app_secret": "other"}), "app_secret_wrong"),
    ):
        assert code in {finding.code for finding in (await cloud.channel.examine(line)).findings}
