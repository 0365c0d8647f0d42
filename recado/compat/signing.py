"""Signatures of gateways and of callbacks: base64 of HMAC-SHA256 over the time, a dot and the raw body."""

import hmac
from base64 import b64encode

# Contract C: what is older, or newer, is not believed.
MAX_DRIFT_S = 300


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`timestamp` is the text of the header, seconds since 1970."""
    return b64encode(hmac.digest(secret.encode(), timestamp.encode() + b"." + body, "sha256")).decode()


def is_signed(secret: str, timestamp: str | None, given: str | None, body: bytes, now_s: float) -> bool:
    """True if both headers are there, fit the body, and are of now. Constant time."""
    if timestamp is None or given is None or len(timestamp) > 20 or not timestamp.isascii():
        return False
    try:
        drift_s = abs(float(timestamp) - now_s)
    except ValueError:
        return False
    fits = hmac.compare_digest(signature(secret, timestamp, body).encode(), given.encode("utf-8", "replace"))
    return fits and drift_s <= MAX_DRIFT_S
