"""Who may use the Model API: whoever has a key; without keys, programs of this machine only."""

import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.requests import Request

from recado.errors import BadInput, Forbidden, Unauthorized

LOCAL = "local"
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Access:
    """Knows the keys. Only their hashes are kept."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._digests = [_digest(key) for key in keys]

    def caller(self, request: Request) -> str:
        """A short name of the caller, without any secret. Raises `Unauthorized` or `Forbidden`."""
        if not self._digests:
            if not (_is_local(request.client.host if request.client else "") and _names_us(request)):
                raise Forbidden(
                    "Without keys only this machine is served. Set RECADO_MODEL_KEYS, and send one of them as a "
                    "bearer token.",
                    code="local_only",
                )
            return LOCAL
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        given = _digest(key.strip()) if scheme.lower() == "bearer" else b""
        for number, digest in enumerate(self._digests):
            if hmac.compare_digest(given, digest):
                return f"key{number}"
        raise Unauthorized("Send one of RECADO_MODEL_KEYS: Authorization: Bearer KEY", code="invalid_api_key")

    def operator(self, request: Request) -> None:
        """Raises `Forbidden` for whoever may not change the model."""
        if self.caller(request) not in (LOCAL, "key0"):
            raise Forbidden("Only the first of RECADO_MODEL_KEYS may change the model.", code="operator_only")


def need_json(request: Request) -> None:
    """Raises `BadInput` (415) for a body of another type: what a web page could send without asking is not taken."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise BadInput("Send JSON, with Content-Type: application/json.", code="unsupported_media_type", status=415)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _names_us(request: Request) -> bool:
    """A web page whose name points to this machine (DNS rebinding) sends its own name."""
    try:
        return (urlsplit("//" + request.headers.get("host", "")).hostname or "") in _LOCAL_NAMES
    except ValueError:
        return False
