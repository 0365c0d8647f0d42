"""Webhook fields beside messages, as Meta's pages show them, become happenings with a name each; the rest is kept."""

from typing import Any

import pytest

from recado.channels.cloud_api.convert import convert
from recado.channels.contract import Happening, MarketingChoice, TemplateChange
from recado.db import json_text
from recado.messages import Address

WABA, DISPLAY = "102290129340398", "15550783881"
TEMPLATE: dict[str, Any] = {
    "message_template_id": 1689556908129832,
    "message_template_name": "order_confirmation",
    "message_template_language": "en-US",
}


def body(field: str, value: dict[str, Any], time: int | None = 1_739_321_024) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": WABA, "changes": [{"value": value, "field": field}]}
    return {"object": "whatsapp_business_account", "entry": [entry | ({"time": time} if time else {})]}


def happened(field: str, value: dict[str, Any], time: int | None = 1_739_321_024) -> tuple[Happening, ...]:
    found = convert(body(field, value, time))
    assert not any(received.notices or received.unroutable for received in found)
    return tuple(one for received in found for one in received.happenings)


ALERT = {
    "entity_type": "PHONE_NUMBER",
    "entity_id": "106540352242922",
    "alert_info": {
        "alert_severity": "INFORMATIONAL",
        "alert_status": "NONE",
        "alert_type": "OBA_APPROVED",
        "alert_description": "A sentence that nobody needs in an event.",
    },
}
# (field, value, event, data), one for each of Meta's pages.
PAGES: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    (
        "account_alerts",
        ALERT,
        "account.alert",
        {
            "entity_type": "PHONE_NUMBER",
            "alert_severity": "INFORMATIONAL",
            "alert_status": "NONE",
            "alert_type": "OBA_APPROVED",
        },
    ),
    ("account_review_update", {"decision": "APPROVED"}, "account.reviewed", {"decision": "APPROVED"}),
    (
        "account_update",
        {
            "event": "ACCOUNT_RESTRICTION",
            "restriction_info": [
                {"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION", "expiration": 1641848400},
            ],
        },
        "account.updated",
        {
            "event": "ACCOUNT_RESTRICTION",
            "restriction_info": [
                {"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION", "expiration": 1641848400},
            ],
        },
    ),
    (
        "business_capability_update",
        {"max_daily_conversations_per_business": 2000, "max_phone_numbers_per_business": 25},
        "account.capability_changed",
        {"max_daily_conversations_per_business": 2000, "max_phone_numbers_per_business": 25},
    ),
    (
        "phone_number_quality_update",
        {"display_phone_number": DISPLAY, "event": "THROUGHPUT_UPGRADE", "current_limit": "TIER_UNLIMITED"},
        "line.quality_changed",
        {"event": "THROUGHPUT_UPGRADE", "current_limit": "TIER_UNLIMITED", "display_phone_number": DISPLAY},
    ),
    (
        "phone_number_name_update",
        {"display_phone_number": DISPLAY, "decision": "REJECTED", "requested_verified_name": "Lucky Shrub"},
        "line.name_reviewed",
        {"decision": "REJECTED", "display_phone_number": DISPLAY},
    ),
    (
        "security",
        {"display_phone_number": DISPLAY, "event": "PIN_RESET_REQUEST", "requester": "61555822107539"},
        "line.security_changed",
        {"event": "PIN_RESET_REQUEST", "display_phone_number": DISPLAY},
    ),
    (
        "message_template_components_update",
        {**TEMPLATE, "message_template_element": "Thank you, {{1}}"},
        "template.components_changed",
        {"template_name": "order_confirmation", "template_language": "en-US"},
    ),
    (
        "payment_configuration_update",
        {"configuration_name": "x", "provider_name": "razorpay", "status": "Needs_Testing"},
        "account.payments_changed",
        {"provider_name": "razorpay", "status": "Needs_Testing"},
    ),
    (
        "partner_solutions",
        {"event": "SOLUTION_CREATED", "solution_id": "774485461512159", "solution_status": "INITIATED"},
        "account.partner_solution_changed",
        {"event": "SOLUTION_CREATED", "solution_id": "774485461512159", "solution_status": "INITIATED"},
    ),
    (
        "flows",
        {
            "event": "FLOW_STATUS_CHANGE",
            "flow_id": "6627390910605886",
            "old_status": "DRAFT",
            "new_status": "PUBLISHED",
        },
        "form.changed",
        {
            "event": "FLOW_STATUS_CHANGE",
            "flow_id": "6627390910605886",
            "old_status": "DRAFT",
            "new_status": "PUBLISHED",
        },
    ),
]


@pytest.mark.parametrize(("field", "value", "name", "data"), PAGES, ids=[page[0] for page in PAGES])
def test_each_field_has_a_name_and_keeps_words_and_numbers_only(
    field: str, value: dict[str, Any], name: str, data: dict[str, Any]
) -> None:
    (found,) = happened(field, value)
    assert (found.name, found.account, found.at_ms, dict(found.data)) == (name, WABA, 1_739_321_024_000, data)
    assert found.raw == {"field": field, "value": value}
    # Which line: Meta's id of the number, or the number as people see it.
    named = (found.line_address, found.display_number)
    assert named == {"account_alerts": ("106540352242922", None)}.get(
        field, (None, f"+{DISPLAY}" if "display_phone_number" in value else None)
    )


def test_what_is_kept_can_be_stored_whatever_it_is_called() -> None:
    (found,) = happened("account_update", {"event": "x", "ban_info": {"\ud800": "a", "b\x00": "c"}})
    assert json_text(dict(found.data)).encode()
    assert set(found.data["ban_info"]) == {"\ufffd", "b\ufffd"}


@pytest.mark.parametrize(
    ("field", "value", "change"),
    [
        (
            "message_template_status_update",
            {"event": "REJECTED", "reason": "INVALID_FORMAT", "message_template_category": "MARKETING"},
            TemplateChange("order_confirmation", "en_US", status="REJECTED", category="MARKETING"),
        ),
        (
            "message_template_status_update",
            {"event": "REINSTATED"},
            TemplateChange("order_confirmation", "en_US", status="APPROVED"),
        ),
        ("message_template_status_update", {"event": "FLAGGED"}, TemplateChange("order_confirmation", "en_US")),
        (
            "message_template_quality_update",
            {"previous_quality_score": "GREEN", "new_quality_score": "YELLOW"},
            TemplateChange("order_confirmation", "en_US", quality="YELLOW"),
        ),
        (
            "template_category_update",
            {"previous_category": "UTILITY", "new_category": "MARKETING"},
            TemplateChange("order_confirmation", "en_US", category="MARKETING"),
        ),
    ],
)
def test_what_is_said_of_a_template(field: str, value: dict[str, Any], change: TemplateChange) -> None:
    (found,) = happened(field, {**TEMPLATE, **value})
    assert found.template == change
    assert found.name.startswith("template.")


def preferences(value: str, **more: Any) -> dict[str, Any]:
    item = {"wa_id": "16505551234", "detail": "x", "category": "marketing_messages", "value": value, **more}
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": DISPLAY, "phone_number_id": "106540352242922"},
        "contacts": [{"profile": {"name": "Pablo"}, "wa_id": "16505551234", "user_id": "US.13491208655302741918"}],
        "user_preferences": [{"timestamp": 1_731_705_721, **item}],
    }


@pytest.mark.parametrize(("value", "name"), [("stop", "marketing_stopped"), ("resume", "marketing_resumed")])
def test_a_person_wants_no_marketing_any_more_or_wants_it_again(value: str, name: str) -> None:
    (found,) = happened("user_preferences", preferences(value), time=None)
    addresses = (Address(kind="bsuid", value="US.13491208655302741918"), Address(kind="phone", value="16505551234"))
    assert found.marketing == MarketingChoice(addresses, stopped=value == "stop")
    assert (found.name, found.at_ms, dict(found.data)) == (f"contact.{name}", 1_731_705_721_000, {})
    assert convert(body("user_preferences", preferences(value)))[0].line_address == "106540352242922"


def test_a_repeated_delivery_has_the_same_key_and_another_time_another_one() -> None:
    value = {"event": "PIN_CHANGED"}
    first, again = happened("security", value), happened("security", value)
    later = happened("security", value, time=1_739_321_025)
    assert first[0].key == again[0].key != later[0].key


def test_a_wish_that_was_said_twice_with_the_opposite_between_is_two_wishes_and_a_repeated_body_the_same_ones() -> None:
    (stop,), (resume,) = (preferences(value)["user_preferences"] for value in ("stop", "resume"))
    value = {**preferences("stop"), "user_preferences": [stop, stop, resume, stop, resume]}
    (one, repeated, other, again, other_again) = happened("user_preferences", value)
    assert one.key == repeated.key == happened("user_preferences", preferences("stop"))[0].key
    assert len({wish.key for wish in (one, other, again, other_again)}) == 4
    assert [wish.key for wish in happened("user_preferences", value)] == [
        wish.key for wish in (one, repeated, other, again, other_again)
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("a_field_of_2027", {"event": "x"}),
        ("security", {}),
        ("message_template_status_update", {"event": "APPROVED"}),
        ("user_preferences", preferences("maybe")),
        ("user_preferences", preferences("stop", category="all_messages")),
        ("user_preferences", {**preferences("stop"), "contacts": [], "user_preferences": [{"value": "stop"}]}),
    ],
)
def test_what_is_not_known_is_kept_as_a_notice(field: str, value: dict[str, Any]) -> None:
    (received,) = convert(body(field, value))
    assert (len(received.notices), received.happenings) == (1, ())
