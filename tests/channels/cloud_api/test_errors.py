"""Meta's errors: each has a stable code and a verdict."""

import re
from typing import Any

import pytest

from recado.channels.cloud_api.errors import MEANINGS, first_error, meaning_of, refusal, status_error
from recado.errors import SendError


def graph_error(code: Any, **more: Any) -> dict[str, Any]:
    return {"error": {"message": f"(#{code}) Something", "type": "OAuthException", "code": code, **more}}


# code, HTTP status -> stable code, seconds to wait (None: permanent), does the try count, does the line wait
CASES = [
    (0, 401, "access_token_invalid", 60, False, True),
    (1, 400, "provider_unavailable", 5, True, False),
    (2, 503, "provider_unavailable", 5, True, False),
    (3, 500, "permission_denied", 60, False, True),
    (4, 400, "rate_limited", 300, False, True),
    (10, 403, "permission_denied", 60, False, True),
    (33, 400, "line_unknown", 60, False, True),
    (100, 400, "invalid_message", None, True, False),
    (190, 401, "access_token_invalid", 60, False, True),
    (200, 403, "permission_denied", 60, False, True),
    (299, 403, "permission_denied", 60, False, True),
    (368, 403, "account_restricted", 3600, False, True),
    (80007, 400, "rate_limited", 300, False, True),
    (130429, 400, "rate_limited", 1, False, True),
    (130472, 400, "experiment_group", None, True, False),
    (130497, 403, "country_restricted", None, True, False),
    (131000, 500, "provider_unavailable", 5, True, False),
    (131005, 403, "permission_denied", 60, False, True),
    (131008, 400, "invalid_message", None, True, False),
    (131009, 400, "invalid_message", None, True, False),
    (131016, 500, "provider_unavailable", 5, True, False),
    (131021, 400, "recipient_is_sender", None, True, False),
    (131026, 400, "undeliverable", None, True, False),
    (131031, 403, "account_restricted", 3600, False, True),
    (131037, 400, "display_name_not_approved", 60, False, True),
    (131042, 400, "payment_problem", 60, False, True),
    (131045, 500, "number_not_registered", 60, False, True),
    (131047, 400, "window_closed", None, True, False),
    (131048, 400, "spam_limited", 3600, False, True),
    (131049, 400, "engagement_limited", None, True, False),
    (131050, 400, "recipient_opted_out", None, True, False),
    (131051, 400, "unsupported_message", None, True, False),
    (131052, 400, "media_failed", None, True, False),
    (131053, 400, "media_failed", None, True, False),
    (131055, 400, "invalid_message", None, True, False),
    (131056, 400, "contact_rate_limited", 6, False, False),
    (131057, 500, "maintenance", 60, False, True),
    (131062, 400, "user_id_not_supported", None, True, False),
    (132001, 404, "template_missing", None, True, False),
    (132015, 400, "template_paused", None, True, False),
    (132999, 400, "template_rejected", None, True, False),
    (133004, 503, "provider_unavailable", 5, True, False),
    (133010, 400, "number_not_registered", 60, False, True),
    (133999, 400, "number_not_registered", 60, False, True),
    (133016, 400, "rate_limited", 300, False, True),
    (134011, 403, "payments_terms_not_accepted", None, True, False),
    (135000, 400, "invalid_message", None, True, False),
    # Codes that the table does not know: the HTTP status decides.
    (999999, 400, "refused_by_provider", None, True, False),
    (999999, 401, "access_token_invalid", 60, False, True),
    (999999, 429, "rate_limited", 1, False, True),
    (999999, 500, "provider_unavailable", 5, True, False),
    (None, 400, "refused_by_provider", None, True, False),
    ("x", 503, "provider_unavailable", 5, True, False),
]


@pytest.mark.parametrize(("code", "status", "stable", "wait_s", "counts", "pauses_line"), CASES)
def test_an_error_of_the_graph_api(
    code: Any, status: int, stable: str, wait_s: float | None, counts: bool, pauses_line: bool
) -> None:
    error = refusal(status, graph_error(code))
    assert isinstance(error, SendError)
    assert (error.code, error.verdict.retry_after_s) == (stable, wait_s)
    assert (error.counts, error.pauses_line) == (counts, pauses_line)


def test_a_line_that_the_token_may_not_see_waits_to_be_mended() -> None:
    """Not a message to give up: the code alone is the one of invalid parameters."""
    error = refusal(400, graph_error(100, error_subcode=33))
    assert isinstance(error, SendError)
    assert (error.code, error.verdict.permanent, error.pauses_line) == ("line_unknown", False, True)


def test_an_unknown_error_that_meta_calls_transient_is_tried_again() -> None:
    error = refusal(400, graph_error(999999, is_transient=True))
    assert isinstance(error, SendError)
    assert not error.verdict.permanent


@pytest.mark.parametrize("status", [500, 502, 503, 504, 200, 204])
@pytest.mark.parametrize("answer", [{}, {"error": None}, {"error": "text"}, {"error": {}}, [], None, "x"])
def test_nobody_can_tell_what_a_server_error_without_a_graph_error_means(status: int, answer: Any) -> None:
    assert refusal(status, answer) == "unknown"


@pytest.mark.parametrize(
    ("status", "stable"), [(301, "provider_unreachable"), (404, "provider_unreachable"), (429, "rate_limited")]
)
def test_a_client_error_without_a_graph_error_was_refused_on_the_way(status: int, stable: str) -> None:
    error = refusal(status, {})
    assert isinstance(error, SendError)
    assert error.code == stable
    assert not error.verdict.permanent
    assert not error.counts


def test_stable_codes_are_words() -> None:
    for meaning in MEANINGS.values():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", meaning.code)
        assert meaning.counts or not meaning.verdict.permanent, "what will never be tried again counts"
        assert not (meaning.pauses_line and meaning.verdict.permanent)


def test_errors_of_statuses() -> None:
    error = {"code": 131026, "title": "Message undeliverable", "error_data": {"details": "Not on WhatsApp."}}
    assert first_error([error, {}]) == ("undeliverable", "131026: Message undeliverable. Not on WhatsApp")
    assert status_error({"code": 4711}) == ("meta_4711", "4711")
    assert status_error({"title": "Odd"}) == ("provider_error", "Odd")
    assert status_error("odd") == ("provider_error", None)
    assert first_error([]) is None
    assert first_error("odd") is None
    assert meaning_of(None) is None


def test_an_error_names_its_code_once_and_is_not_endless() -> None:
    error = refusal(400, graph_error(131009, error_data={"details": "x" * 1000}))
    assert isinstance(error, SendError)
    assert error.message.startswith("(#131009) Something. xxx")
    assert len(error.message) == 500
