"""Calls of the Graph API: one place that knows its paths, its token and what its answers mean."""

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import quote, urlencode

from pydantic_core import from_json, to_json

from recado.channels.cloud_api.errors import refusal
from recado.channels.cloud_api.shapes import Json, as_object
from recado.channels.contract import Line
from recado.errors import OutcomeUnknown, SendError, SendRefused, retry_after
from recado.kit.posting import NoAnswer, NotSent, Poster

API_VERSION = "v24.0"
_UNREACHABLE_S = 2.0
_HEADERS = {"Content-Type": "application/json", "User-Agent": "recado", "Accept": "application/json"}

Method = Literal["GET", "POST", "DELETE"]


class Graph:
    """The Graph API over a `Poster`. A call is made once and never repeated."""

    def __init__(self, poster: Poster) -> None:
        self._poster = poster
        self._heads: dict[str, tuple[str, bytes]] = {}

    async def send(self, line: Line, body: Json) -> Json:
        """POST to the line's messages. Raises as `call` does."""
        token = token_of(line)
        return await self._post(self._messages_head(line.address, token), to_json(body))

    async def call(
        self,
        line: Line,
        method: Method,
        path: str,
        query: Mapping[str, str | int] | None = None,
        body: Json | None = None,
        *,
        token: str | None = None,
        partial: str | None = None,
    ) -> Json:
        """The JSON object of a 2xx answer to any other call; `path` is without the version, its parts are quoted.

        `token`: instead of the line's. `partial`: an error that has this member is an answer, too. Raises `SendError`
        (not taken, or could not be asked) or `OutcomeUnknown`.
        """
        target = f"/{API_VERSION}/{path}" + (f"?{urlencode(query)}" if query else "")
        headers = {**_HEADERS, "Authorization": f"Bearer {token or token_of(line)}"}
        return await self._post(
            self._poster.head(target, headers, method), b"" if body is None else to_json(body), partial
        )

    async def _post(self, head: bytes, body: bytes, partial: str | None = None) -> Json:
        """Up to the moment when a connection stands, nothing has left: SendError. After it, whatever breaks is unknown:
        even when the server closes an idle connection just then, the bytes may have reached it.
        """
        try:
            status, answer = await self._poster.post(head, body)
        except NotSent as error:
            raise SendError(
                f"The Graph API cannot be reached ({error})",
                code="provider_unreachable",
                verdict=retry_after(_UNREACHABLE_S),
                counts=False,
                pauses_line=True,
            ) from None
        except NoAnswer as error:
            raise OutcomeUnknown(f"No answer of the Graph API ({error})") from None
        return _accepted(status, answer, partial)

    def _messages_head(self, phone_number_id: str, token: str) -> bytes:
        """The same for every message of a line, until its token changes."""
        found = self._heads.get(phone_number_id)
        if found is None or found[0] != token:
            path = f"/{API_VERSION}/{segment(phone_number_id)}/messages"
            head = self._poster.head(path, {**_HEADERS, "Authorization": f"Bearer {token}"})
            found = self._heads[phone_number_id] = (token, head)
        return found[1]


def segment(object_id: str) -> str:
    """An id as a part of a path."""
    return quote(object_id, safe="")


def token_of(line: Line) -> str:
    """The line's access token. Raises `SendRefused` (`access_token_invalid`) if there is none that can be sent."""
    token = line.secrets.get("access_token")
    if not token or not token.isascii() or not token.isprintable():
        raise SendRefused(
            "The line has no usable access token; set one with `recado line`",
            code="access_token_invalid",
            verdict=retry_after(60),
            counts=False,
            pauses_line=True,
        )
    return token


def _accepted(status: int, answer: bytes, partial: str | None) -> Json:
    """The JSON object of an acceptance; raises what any other answer means."""
    found = _parsed(answer)
    if (200 <= status < 300 and found and "error" not in found) or (partial is not None and found.get(partial)):
        return found
    outcome = refusal(status, found)
    if outcome == "unknown":
        raise OutcomeUnknown(f"HTTP {status} without a known answer of the Graph API")
    raise outcome


def _parsed(answer: bytes) -> Json:
    """The JSON object of an answer, empty if it is none."""
    try:
        value: Any = from_json(answer)
    except ValueError:
        return {}
    return as_object(value)
