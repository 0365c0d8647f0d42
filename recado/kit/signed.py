"""Posting with a signature, as webhooks and the callbacks of jobs have it (contract D)."""

import hashlib
import hmac
from collections.abc import Mapping

from recado.kit.clock import now_ms
from recado.kit.postman import Postman, Result


def signature(secret: str, body: bytes) -> str:
    """`sha256=` and the HMAC-SHA256 of the raw body in hex."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


async def post_signed(
    postman: Postman, url: str, secret: str, body: bytes, more: Mapping[str, str] | None = None
) -> Result:
    """Post a body once, signed, with `more` headers. Never raises for what the other side does."""
    signed = signature(secret, body)
    headers = {"X-Webhook-Signature": signed, "X-Webhook-Timestamp": str(now_ms() // 1000), **(more or {})}
    return await postman.post(url, body, headers, (secret, signed))
