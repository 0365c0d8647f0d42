"""The WhatsApp Business Platform (Cloud API, Graph v24.0) as a channel.

https://developers.facebook.com/documentation/business-messaging/whatsapp/reference/whatsapp-business-phone-number/message-api
"""

import hmac
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import quote

from pydantic_core import from_json, to_json

from recado.channels.cloud_api import bodies
from recado.channels.cloud_api import convert as conversion
from recado.channels.cloud_api.errors import refusal
from recado.channels.cloud_api.ids import is_known_to_meta
from recado.channels.cloud_api.media import MediaCalls
from recado.channels.cloud_api.shapes import Json, as_list, as_object, identifier
from recado.channels.cloud_api.split import split_content
from recado.channels.contract import Line, Outgoing, Received, Sent
from recado.errors import OutcomeUnknown, SendError, SendRefused, retry_after
from recado.kit.posting import NoAnswer, NotSent, Poster
from recado.media.outgoing import OutgoingMedia
from recado.media.source import IncomingFile
from recado.messages import OutContent, OutMedia

DEFAULT_BASE_URL = "https://graph.facebook.com"
API_VERSION = "v24.0"

# Free messages may be sent for 24 hours after a person's last message:
# https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages#customer-service-windows
WINDOW_S = 24 * 60 * 60
# Pair rate: 1 message per 6 s to one person, in bursts of up to 45:
# https://developers.facebook.com/docs/whatsapp/cloud-api/overview#pair-rate-limits
CONTACT_PACE = (45, 6.0)

# A send takes Meta 0.2 to 1 s; what takes 30 times as long has surely met a fault. The first bound covers the look-up
# of the name, the connection, TLS and the wait for a free one; nothing has left before it ends.
CONNECT_TIMEOUT_S = 10.0
ANSWER_TIMEOUT_S = 30.0
# More than the send slots of one process, so that waiting for a connection is rare.
MAX_CONNECTIONS = 100
# Shorter than servers keep an idle connection: one that the server is just closing makes an outcome unknown.
KEEP_ALIVE_S = 15.0
_UNREACHABLE_S = 2.0
_HEADERS = {"Content-Type": "application/json", "User-Agent": "recado", "Accept": "application/json"}
_SIGNATURE_PREFIX = b"sha256="
# What Meta may answer for an id of media that it has no longer: parameters that are not valid.
_MEDIA_ID_REFUSED = frozenset({"invalid_message", "media_failed"})


class CloudApiChannel:
    """Implements `Channel`, `MarksRead`, `ReceivesWebhooks`, `FetchesMedia` and `PreparesSends` for all Cloud API lines
    of a process.

    `base_url` is without the version segment. Connections are opened by the first sends, in the running loop. Without
    `media`, files can only be sent by link.
    """

    def __init__(
        self,
        base_url: str = DEFAULT_BASE_URL,
        *,
        media: OutgoingMedia | None = None,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        self._poster = Poster(
            base_url.rstrip("/"),
            connect_timeout_s=connect_timeout_s,
            answer_timeout_s=answer_timeout_s,
            max_connections=max_connections,
            keep_alive_s=KEEP_ALIVE_S,
        )
        self._media = MediaCalls(f"{base_url.rstrip('/')}/{API_VERSION}", media)
        self._heads: dict[str, tuple[str, bytes]] = {}

    @property
    def name(self) -> str:
        return "cloud-api"

    @property
    def window_s(self) -> int | None:
        return WINDOW_S

    @property
    def contact_pace(self) -> tuple[int, float] | None:
        return CONTACT_PACE

    # --- Sending --------------------------------------------------------------------------------------

    def split(self, content: OutContent) -> tuple[OutContent, ...]:
        return split_content(content)

    async def send(self, line: Line, outgoing: Outgoing, fence: int) -> Sent:  # Meta knows no fences
        content = outgoing.content
        if isinstance(content, OutMedia) and content.media_id is not None:
            answer = await self._send_file(line, outgoing, content.media_id)
        else:
            answer = await self._post(line, bodies.message(outgoing))
        messages = as_list(answer.get("messages"))
        message_id = identifier(as_object(messages[0]).get("id")) if messages else None
        if message_id is None:
            raise OutcomeUnknown("The Graph API accepted a message without telling its id")
        return Sent(message_id)

    async def _send_file(self, line: Line, outgoing: Outgoing, media_id: str) -> Json:
        body = bodies.message(outgoing, await self._media.provider_id(line, media_id))
        try:
            return await self._post(line, body)
        except SendError as error:
            if error.code in _MEDIA_ID_REFUSED and await self._media.forget_if_old(line, media_id):
                raise SendError(error.message, code="media_expired", verdict=retry_after(0)) from None
            raise

    async def prepare(self, line: Line, outgoing: Outgoing) -> None:
        content = outgoing.content
        if isinstance(content, OutMedia) and content.media_id is not None:
            await self._media.provider_id(line, content.media_id)

    def fetch_media(self, line: Line, media_id: str) -> AbstractAsyncContextManager[IncomingFile]:
        return self._media.fetch(line, media_id)

    async def mark_read(self, line: Line, provider_message_id: str, typing: bool) -> None:
        if is_known_to_meta(provider_message_id):
            await self._post(line, bodies.read_mark(provider_message_id, typing))

    async def close(self) -> None:
        await self._media.close()
        await self._poster.close()

    async def _post(self, line: Line, body: Json) -> Json:
        """The JSON object of a 2xx answer. Raises SendError or OutcomeUnknown; a POST is never repeated.

        Up to the moment when a connection stands, nothing has left: SendError. After it, whatever breaks is unknown:
        even when the server closes an idle connection just then, the bytes may have reached it.
        """
        token = line.secrets.get("access_token")
        if not token or not token.isascii() or not token.isprintable():
            raise SendRefused(
                "The line has no usable access token; set one with `recado line`",
                code="access_token_invalid",
                verdict=retry_after(60),
                counts=False,
                pauses_line=True,
            )
        try:
            status, answer = await self._poster.post(self._head(line.address, token), to_json(body))
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
        return _accepted(status, answer)

    def _head(self, phone_number_id: str, token: str) -> bytes:
        """The same for every message of a line, until its token changes."""
        found = self._heads.get(phone_number_id)
        if found is None or found[0] != token:
            path = f"/{API_VERSION}/{quote(phone_number_id, safe='')}/messages"
            head = self._poster.head(path, {**_HEADERS, "Authorization": f"Bearer {token}"})
            found = self._heads[phone_number_id] = (token, head)
        return found[1]

    # --- Webhooks -------------------------------------------------------------------------------------

    def line_addresses(self, payload: Mapping[str, Any]) -> Sequence[str]:
        return conversion.line_addresses(payload)

    def signature_is_valid(self, secret: str, body: bytes, signature: str | None) -> bool:
        """X-Hub-Signature-256: "sha256=" and the HMAC-SHA256 of the raw body with the app secret, in hex.

        https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads
        """
        if not secret or signature is None:
            return False
        wanted = _SIGNATURE_PREFIX + hmac.digest(secret.encode(), body, "sha256").hex().encode()
        return hmac.compare_digest(wanted, signature.encode("utf-8", "replace"))

    def convert(self, payload: Mapping[str, Any]) -> tuple[Received, ...]:
        return conversion.convert(payload)


def _accepted(status: int, answer: bytes) -> Json:
    """The JSON object of an acceptance; raises what any other answer means."""
    try:
        found = as_object(from_json(answer))
    except ValueError:
        found = {}
    if 200 <= status < 300 and found and "error" not in found:
        return found
    outcome = refusal(status, found)
    if outcome == "unknown":
        raise OutcomeUnknown(f"HTTP {status} without a known answer of the Graph API")
    raise outcome
