"""Every recorded payload, and the value that it becomes."""

from typing import Any

import pytest

from recado.channels.cloud_api import convert as conversion
from recado.channels.cloud_api.convert import convert, line_addresses
from recado.channels.contract import Received
from recado.kit.clock import use_clock
from recado.messages import (
    Address,
    Choice,
    Contacts,
    Deleted,
    Edited,
    FormReply,
    InboundContent,
    InboundMessage,
    Location,
    Media,
    Order,
    OrderItem,
    Person,
    Reaction,
    Referral,
    ReplyTo,
    SharedContact,
    StatusUpdate,
    System,
    Text,
    Unsupported,
)
from tests.channels.cloud_api.recorded import NAMES, recorded

LINE = "106540352242922"
PHONE = Address(kind="phone", value="16505551234")
USER_ID = Address(kind="bsuid", value="US.13491208655302741918")
PARENT = Address(kind="parent_bsuid", value="US.ENT.11815799212886844830")
NEW_USER_ID = Address(kind="bsuid", value="US.2000")
NEW_PHONE = Address(kind="phone", value="12195555358")
MESSAGE_ID = "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA="
OLD_ID = "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBI4QzlBMEU5MkYyODQxRTQwQzIA"
STATUS_ID = "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBI3MTE5MjY5QzA5OTE1RjM2OTYA"
CLIENT_ID = "01977aa0-0000-7000-8000-000000000001"
ANSWER = ReplyTo(message_id=OLD_ID)

SHEENA = Person(addresses=(USER_ID, PHONE), name="Sheena Nelson")
SHEENA_WITHOUT_NUMBER = Person(addresses=(USER_ID,), name="Sheena Nelson", username="sheena.nelson")

# name -> content, or (content, what else the message has)
CONTENTS: dict[str, InboundContent | tuple[InboundContent, dict[str, Any]]] = {
    "text": Text(text="¿A qué hora abren los sábados? 🌱"),
    "image": Media(
        media="image",
        media_id="1003383421387256",
        mime_type="image/jpeg",
        sha256="SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI=",
        url="https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1003383421387256",
        caption="La hoja tiene manchas",
    ),
    "audio": Media(media="audio", media_id="1908647269898587", mime_type="audio/mpeg", sha256="a1b2"),
    "audio_voice": Media(
        media="audio",
        media_id="1908647269898588",
        mime_type="audio/ogg; codecs=opus",
        sha256="y8bSyPsmOpyW6QcKW7Rg==",
        url="https://lookaside.fbsbx.com/a",
        voice=True,
    ),
    "voice": Media(
        media="audio", media_id="1908647269898589", mime_type="audio/ogg; codecs=opus", sha256="c3", voice=True
    ),
    "video": Media(media="video", media_id="1018522446989412", mime_type="video/mp4", sha256="d4", caption="El riego"),
    "document": Media(
        media="document",
        media_id="1376223850470843",
        mime_type="application/pdf",
        sha256="e5",
        caption="Análisis de suelo",
        filename="suelo.pdf",
    ),
    "sticker": Media(media="sticker", media_id="1908647269898590", mime_type="image/webp", sha256="f6", animated=True),
    "location": Location(
        latitude=40.782910059774,
        longitude=-73.959075808525,
        name="Solomon R. Guggenheim Museum",
        address="1071 5th Ave, New York, NY 10128",
        url="https://example.com/guggenheim",
    ),
    "contacts": Contacts(
        contacts=(
            SharedContact(
                name="Barbara J. Johnson",
                phones=("14155550829", "ext. 12"),
                emails=("bjohnson@example.com",),
                organization="Social Tsunami",
            ),
        )
    ),
    "contacts_requested": Contacts(
        contacts=(SharedContact(name="Sheena Nelson", phones=("16505551234",)),), requested=True
    ),
    "button_reply": (Choice(source="button", id="cancel-button", title="Cancelar"), {"reply_to": ANSWER}),
    "list_reply": (
        Choice(source="list", id="priority_express", title="Priority Mail Express", description="Next Day to 2 Days"),
        {"reply_to": ANSWER},
    ),
    "flow_reply": (
        FormReply(name="flow", body="Sent", fields={"flow_token": "t-1", "cultivo": "maíz", "hectareas": 2.5}),
        {"reply_to": ANSWER},
    ),
    "button": (
        Choice(source="template_button", id="Unsubscribe", title="No quiero más"),
        {"reply_to": ANSWER},
    ),
    "reaction": Reaction(message_id=OLD_ID, emoji="👍"),
    "reaction_removed": Reaction(message_id=OLD_ID),
    "order": Order(
        catalog_id="194836987003835",
        text="Para el viernes",
        items=(
            OrderItem(product_id="di9ozbzfi4", quantity=2, price=30.0, currency="USD"),
            OrderItem(product_id="nqryix03ez", quantity=1, price=25.5, currency="USD"),
        ),
    ),
    "edit": Edited(message_id=OLD_ID, text="El domingo, no el sábado"),
    "edit_caption": Edited(message_id=OLD_ID, text="Otra hoja"),
    "revoke": Deleted(message_id=OLD_ID),
    "reply": (Text(text="Sí, ese día"), {"reply_to": ANSWER}),
    "forwarded": (Text(text="Reenviado"), {"reply_to": ReplyTo(forwarded=True)}),
    "frequently_forwarded": (
        Text(text="Reenviado muchas veces"),
        {"reply_to": ReplyTo(frequently_forwarded=True)},
    ),
    "product_inquiry": (
        Text(text="¿Hay en verde?"),
        {"reply_to": ReplyTo(message_id=OLD_ID, product_id="di9ozbzfi4", catalog_id="194836987003835")},
    ),
    "referral": (
        Text(text="Quiero saber más"),
        {
            "referral": Referral(
                source_type="ad",
                source_id="120226305854810726",
                source_url="https://fb.me/3cr4Wqqkv",
                headline="Escríbenos",
                body="Semillas con 20 %",
                click_id="Aff-n8ZTODiE79d22KtAwQKj9e",
            )
        },
    ),
    "request_welcome": System(event="chat_opened"),
}

UNSUPPORTED = {
    "unsupported": ("unsupported.poll_creation", "unsupported_message"),
    "new_type": ("hologram", None),
    "call_permission": ("interactive.call_permission_reply", None),
    "media_error": ("image", "media_failed"),
}


def only(name: str) -> Received:
    received = convert(recorded(name))
    assert len(received) == 1
    return received[0]


def only_message(name: str) -> InboundMessage:
    received = only(name)
    assert received.line_address == LINE
    assert (received.statuses, received.unroutable, received.notices) == ((), (), ())
    assert len(received.messages) == 1
    return received.messages[0]


@pytest.mark.parametrize("variant", ["", ".user_id"])
@pytest.mark.parametrize("name", CONTENTS)
def test_message(name: str, variant: str) -> None:
    expected = CONTENTS[name]
    content, more = expected if isinstance(expected, tuple) else (expected, {})
    assert only_message(name + variant) == InboundMessage(
        provider_message_id=MESSAGE_ID,
        sender=SHEENA_WITHOUT_NUMBER if variant else SHEENA,
        sent_ms=1_750_090_702_000,
        content=content,
        **more,
    )


@pytest.mark.parametrize("variant", ["", ".user_id"])
@pytest.mark.parametrize("name", UNSUPPORTED)
def test_a_message_it_does_not_know_is_kept_as_it_came(name: str, variant: str) -> None:
    raw = recorded(name + variant)["entry"][0]["changes"][0]["value"]["messages"][0]
    kind, reason = UNSUPPORTED[name]
    message = only_message(name + variant)
    assert message.content == Unsupported(provider_type=kind, reason=reason, raw=raw)
    assert message.sender == (SHEENA_WITHOUT_NUMBER if variant else SHEENA)


SENDERS = {
    "text.number": Person(addresses=(PHONE,), name="Sheena Nelson"),
    "text.linked": Person(addresses=(USER_ID, PARENT, PHONE), name="Sheena Nelson", username="sheena.nelson"),
    # Brazil's ninth digit: the number to answer to and the WhatsApp id of one person, both kept as Meta gives them.
    "text.two_numbers": Person(
        addresses=(Address(kind="phone", value="5511987654321"), Address(kind="phone", value="551187654321")),
        name="João",
    ),
}


@pytest.mark.parametrize("name", SENDERS)
def test_sender(name: str) -> None:
    assert only_message(name).sender == SENDERS[name]


NEW_PARENT, OLD_PARENT = Address(kind="parent_bsuid", value="US.ENT.2"), Address(kind="parent_bsuid", value="US.ENT.1")

# name -> who they are now, event, who they were
SYSTEM = {
    "system.number_changed": ((NEW_PHONE,), "number_changed", (PHONE,)),
    "system.number_and_user_id_changed": (
        (NEW_USER_ID, NEW_PARENT, NEW_PHONE),
        "number_changed",
        (USER_ID, OLD_PARENT, PHONE),
    ),
    "system.user_id_changed": ((NEW_USER_ID,), "user_id_changed", (USER_ID,)),
    # The number in `from` is not said to be the new one: nothing may be sent to it.
    "system.user_id_changed_early": ((NEW_USER_ID,), "user_id_changed", (USER_ID, PHONE)),
    "system.identity_changed": ((PHONE,), "identity_changed", ()),
    "user_id_update": ((NEW_USER_ID, NEW_PARENT), "user_id_changed", (USER_ID, OLD_PARENT)),
}


@pytest.mark.parametrize("name", SYSTEM)
def test_system(name: str) -> None:
    addresses, event, previous = SYSTEM[name]
    message = only_message(name)
    assert message.sender.addresses == addresses
    assert isinstance(message.content, System)
    assert (message.content.event, message.content.previous) == (event, previous)
    assert message.content.text
    assert message.sent_ms == 1_750_269_342_000


STATUSES = {
    "status.sent": "sent",
    "status.sent.user_id": "sent",
    "status.delivered": "delivered",
    "status.read": "read",
    "status.read.user_id": "read",
    "status.played": "read",
    "status.failed": "failed",
    "status.failed.user_id": "failed",
}


@pytest.mark.parametrize("name", STATUSES)
def test_status(name: str) -> None:
    failed = STATUSES[name] == "failed"
    assert only(name) == Received(
        LINE,
        statuses=(
            StatusUpdate(
                provider_message_id=STATUS_ID,
                status=STATUSES[name],  # pyright: ignore[reportArgumentType]
                at_ms=1_750_263_773_000,
                client_id=CLIENT_ID,
                error_code="window_closed" if failed else None,
                error_text="131047: Re-engagement message. Message failed to send because more than 24 hours have "
                "passed since the customer last replied to this number"
                if failed
                else None,
            ),
        ),
        display_number="+15550783881",
    )


def test_a_status_it_does_not_know_is_kept() -> None:
    received = only("status.deleted")
    assert received.statuses == ()
    assert [notice["status"] for notice in received.notices] == ["deleted"]


def test_what_is_about_the_account_is_a_notice() -> None:
    (received,) = convert(recorded("account_update"))
    (happening,) = received.happenings
    assert (received.line_address, received.notices, happening.name) == ("", (), "account.updated")
    assert happening.data["event"] == "DISABLED_UPDATE"
    assert only("value_errors").notices == (recorded("value_errors")["entry"][0]["changes"][0],)


def test_a_message_of_a_group_is_never_answered_in_private() -> None:
    received = only("group")
    assert received.messages == ()
    assert len(received.unroutable) == 1
    assert received.unroutable[0]["text"] == {"body": "A todos"}


def test_a_batch_is_taken_apart_by_line_and_in_order() -> None:
    first, second = convert(recorded("batch"))
    assert first.line_address == LINE
    assert [(m.provider_message_id, m.sender.name) for m in first.messages] == [
        ("wamid.2", "Beto"),
        ("wamid.1", "Ana"),
        ("wamid.3", "Ana"),
    ]
    assert [s.provider_message_id for s in first.statuses] == ["wamid.s2"]
    assert second.line_address == "222"
    assert [s.status for s in second.statuses] == ["read", "sent"]
    assert line_addresses(recorded("batch")) == [LINE, "222"]


def test_every_recording_is_expected_by_a_test() -> None:
    variants = {name for base in (*CONTENTS, *UNSUPPORTED) for name in (base, f"{base}.user_id")}
    others = {"status.deleted", "account_update", "value_errors", "group", "batch"}
    assert set(NAMES) == variants | set(SENDERS) | set(SYSTEM) | set(STATUSES) | others


# --- What recordings do not show --------------------------------------------------------------------


def of(messages: list[Any], contacts: list[Any] | None = None) -> Received:
    value = {"metadata": {"phone_number_id": LINE}, "contacts": contacts or [], "messages": messages}
    received = convert({"entry": [{"changes": [{"field": "messages", "value": value}]}]})
    assert len(received) == 1
    return received[0]


def text_from(**who: Any) -> dict[str, Any]:
    return {**who, "id": "wamid.1", "timestamp": "1", "type": "text", "text": {"body": "hola"}}


def addresses(received: Received) -> list[list[tuple[str, str]]]:
    return [[(a.kind, a.value) for a in message.sender.addresses] for message in received.messages]


def test_a_contact_with_another_user_id_is_another_person_even_with_the_same_number() -> None:
    contact = {"wa_id": "591700", "user_id": "BO.2", "profile": {"name": "Other"}}
    received = of([text_from(**{"from": "591700", "from_user_id": "BO.1"})], [contact])
    assert addresses(received) == [[("bsuid", "BO.1"), ("phone", "591700")]]
    assert received.messages[0].sender.name is None


def test_several_contacts_are_never_matched_by_position() -> None:
    contacts = [{"wa_id": "111111", "user_id": "BO.1"}, {"wa_id": "222222", "user_id": "BO.2"}]
    messages = [text_from(**{"from": "222222"}), text_from(), text_from(**{"from": "333333"})]
    received = of(messages, contacts)
    assert addresses(received) == [[("bsuid", "BO.2"), ("phone", "222222")], [("phone", "333333")]]
    assert received.unroutable == (messages[1],)


def test_an_only_contact_is_the_sender_of_a_message_that_names_nobody() -> None:
    assert addresses(of([text_from()], [{"user_id": "BO.1"}])) == [[("bsuid", "BO.1")]]


def test_a_user_id_in_the_field_of_the_number_is_one() -> None:
    assert addresses(of([text_from(**{"from": "BO.123"})])) == [[("bsuid", "BO.123")]]
    assert addresses(of([text_from(**{"from": "BO.ENT.123"})])) == [[("parent_bsuid", "BO.ENT.123")]]


@pytest.mark.parametrize("sender", ["", None, 1.5, [], "somebody", "+", "1" * 30])
def test_a_message_without_a_sender_is_unroutable(sender: Any) -> None:
    message = text_from(**{"from": sender})
    received = of([message])
    assert (received.messages, received.unroutable) == ((), (message,))


def test_a_message_without_an_id_gets_one_that_stays_the_same() -> None:
    messages = [{key: value for key, value in text_from(**{"from": "591700"}).items() if key != "id"} for _ in "ab"]
    first, again = of(messages).messages
    assert first.provider_message_id == again.provider_message_id
    assert first.provider_message_id.startswith("sha256:")
    other = of([{**messages[0], "timestamp": "2"}]).messages[0]
    assert other.provider_message_id != first.provider_message_id


@pytest.mark.parametrize("timestamp", [None, "", "soon", "-1", "9" * 400, [], True, float("nan")])
def test_a_message_without_a_time_came_now(timestamp: Any) -> None:
    with use_clock(lambda: 1_800_000_000_000):
        message = of([{**text_from(**{"from": "591700"}), "timestamp": timestamp}]).messages[0]
    assert message.sent_ms == 1_800_000_000_000


def test_text_is_made_fit_to_be_stored() -> None:
    message = {**text_from(**{"from": "591700"}), "text": {"body": "a\x00b \ud83d\ude00 \ud83d c"}}
    assert of([message]).messages[0].content == Text(text="a�b 😀 � c")


@pytest.mark.parametrize(
    "part",
    [
        {"type": "text"},
        {"type": "text", "text": {"body": 5}},
        {"type": "image", "image": {"caption": "no id"}},
        {"type": "location", "location": {"latitude": "north", "longitude": 1}},
        {"type": "location", "location": {"latitude": float("inf"), "longitude": 1}},
        {"type": "contacts", "contacts": []},
        {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "{"}}},
        {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "[1]"}}},
        {"type": "interactive", "interactive": {"type": ["list_reply"]}},
        {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"title": "no id"}}},
        {"type": "order", "order": {"product_items": [{"product_retailer_id": "a"}]}},
        {"type": "order", "order": {"product_items": []}},
        {"type": "reaction", "reaction": {"emoji": "👍"}},
        {"type": "edit", "edit": {"message": {}}},
        {"type": "revoke", "revoke": None},
        {"type": {"a": 1}},
        {},
    ],
)
def test_a_part_that_cannot_be_read_makes_it_unsupported(part: dict[str, Any]) -> None:
    message = {"from": "591700", "id": "wamid.1", "timestamp": "1", **part}
    content = of([message]).messages[0].content
    assert isinstance(content, Unsupported)
    assert content.raw["id"] == "wamid.1"


def test_system_messages_that_say_little() -> None:
    base = {"id": "wamid.1", "timestamp": "1", "type": "system"}
    nowhere = of([{**base, "system": {"type": "user_changed_number"}}])
    assert (nowhere.messages, len(nowhere.unroutable)) == ((), 1)
    without_new = of([{**base, "from": "591700", "system": {"type": "user_changed_number"}}]).messages[0]
    assert without_new.content == System(event="other")
    customer = of([{**base, "system": {"type": "customer_identity_changed", "customer": "591700"}}]).messages[0]
    assert customer.sender.addresses == (Address(kind="phone", value="591700"),)
    old_style = of([{**base, "from": "591700", "system": {"type": "customer_changed_number", "new_wa_id": 591800}}])
    assert addresses(old_style) == [[("phone", "591800")]]


def test_a_fault_of_ours_spoils_one_message_only(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(message: dict[str, Any]) -> InboundContent:
        raise RuntimeError(message["text"]["body"])

    monkeypatch.setattr(conversion, "content_of", broken)
    message = of([text_from(**{"from": "591700"})]).messages[0]
    assert isinstance(message.content, Unsupported)
    assert message.content.reason == "conversion_failed"
    assert "hola" not in caplog.text + "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("payload", "kept"),
    [
        ({}, 1),
        ({"entry": "x"}, 1),
        ({"entry": []}, 1),
        ({"entry": [None, 5]}, 2),
        ({"entry": [{"changes": "x"}]}, 1),
        ({"entry": [{"changes": [7, "x"]}]}, 2),
    ],
)
def test_what_has_no_changes_is_kept_whole(payload: dict[str, Any], kept: int) -> None:
    (received,) = convert(payload)
    assert received.line_address == ""
    assert len(received.unroutable) == kept
    assert line_addresses(payload) == []


def test_only_so_many_lines_are_looked_up_before_the_signature_is_known() -> None:
    changes = [{"value": {"metadata": {"phone_number_id": str(n)}}} for n in range(1000)]
    found = line_addresses({"entry": [{"changes": changes}]})
    assert found == [str(n) for n in range(conversion.MAX_LINES_NAMED)]


def test_errors_beside_messages_are_kept_as_a_notice() -> None:
    value = {
        "metadata": {"phone_number_id": LINE},
        "messages": [text_from(**{"from": "591700"})],
        "errors": [{"code": 1}],
    }
    (received,) = convert({"entry": [{"changes": [{"field": "messages", "value": value}]}]})
    assert len(received.messages) == 1
    assert received.notices == ({"field": "messages", "value": {"errors": [{"code": 1}]}},)


def test_user_id_updates_that_say_little() -> None:
    value = {"metadata": {"phone_number_id": LINE}, "user_id_update": [{"user_id": {"previous": "BO.1"}}]}
    (received,) = convert({"entry": [{"changes": [{"field": "user_id_update", "value": value}]}]})
    assert (received.messages, len(received.unroutable)) == ((), 1)
    change = {"field": "user_id_update", "value": {"metadata": {"phone_number_id": LINE}}}
    assert convert({"entry": [{"changes": [change]}]}) == (Received(LINE, notices=(change,)),)


def test_a_failure_without_a_reason_is_a_failure() -> None:
    value = {
        "metadata": {"phone_number_id": LINE},
        "statuses": [{"id": "wamid.1", "status": "failed", "timestamp": "1"}],
    }
    (received,) = convert({"entry": [{"changes": [{"field": "messages", "value": value}]}]})
    assert [(update.error_code, update.error_text) for update in received.statuses] == [("provider_error", None)]


def test_an_edit_of_unknown_form_keeps_the_text() -> None:
    edit = {"original_message_id": "wamid.0", "message": {"text": {"body": "nuevo"}}}
    message = of([{"from": "591700", "id": "wamid.1", "timestamp": "1", "type": "edit", "edit": edit}]).messages[0]
    assert message.content == Edited(message_id="wamid.0", text="nuevo")
