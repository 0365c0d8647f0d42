"""Signatures of webhooks."""

import hashlib
import hmac

import pytest

from recado.channels.cloud_api import CloudApiChannel

CHANNEL = CloudApiChannel()
BODY = '{"object":"whatsapp_business_account","texto":"¿sí?"}'.encode()
GOOD = "sha256=" + hmac.new(b"secret", BODY, hashlib.sha256).hexdigest()


def test_the_right_one() -> None:
    assert CHANNEL.signature_is_valid("secret", BODY, GOOD)


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "sha256=",
        GOOD.removeprefix("sha256="),
        "sha1=" + GOOD.removeprefix("sha256="),
        GOOD[:-1],
        GOOD + "0",
        GOOD.upper(),
        " " + GOOD,
        GOOD[:-1] + "é",
        GOOD[:-1] + "\ud800",
        "sha256=" + "0" * 64,
    ],
)
def test_a_wrong_one(signature: str | None) -> None:
    assert not CHANNEL.signature_is_valid("secret", BODY, signature)


def test_another_secret_another_body_and_no_secret() -> None:
    assert not CHANNEL.signature_is_valid("other", BODY, GOOD)
    assert not CHANNEL.signature_is_valid("secret", BODY + b" ", GOOD)
    empty = "sha256=" + hmac.new(b"", BODY, hashlib.sha256).hexdigest()
    assert not CHANNEL.signature_is_valid("", BODY, empty)


def test_a_secret_in_any_alphabet() -> None:
    signature = "sha256=" + hmac.new("ñandú".encode(), BODY, hashlib.sha256).hexdigest()
    assert CHANNEL.signature_is_valid("ñandú", BODY, signature)
