"""The WhatsApp Business Platform (Cloud API, Graph v24.0) as a channel.

https://developers.facebook.com/documentation/business-messaging/whatsapp/reference/whatsapp-business-phone-number/message-api
"""

import hmac
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import aiohttp
from pydantic_core import from_json, to_json
from yarl import URL

from recado.channels.cloud_api import bodies
from recado.channels.cloud_api import convert as conversion
from recado.channels.cloud_api.errors import refusal
from recado.channels.cloud_api.ids import is_known_to_meta
from recado.channels.cloud_api.shapes import Json, as_list, as_object, identifier
from recado.channels.cloud_api.split import split_content
from recado.channels.contract import Line, Outgoing, Received, Sent
from recado.errors import OutcomeUnknown, SendError, SendRefused, retry_after
from recado.messages import OutContent

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
_SIGNATURE_PREFIX = b"sha256="


class CloudApiChannel:
    """Implements `Channel`, `MarksRead` and `ReceivesWebhooks` for all Cloud API lines of a process.

    `base_url` is without the version segment. One HTTP session is opened at the first send, in the running loop.
    """

    def __init__(
        self,
        base_url: str = DEFAULT_BASE_URL,
        *,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        self._base = f"{base_url.rstrip('/')}/{API_VERSION}/"
        # `total` bounds an answer that drips; `sock_read` is what usually ends the wait for one.
        self._timeout = aiohttp.ClientTimeout(
            total=connect_timeout_s + 2 * answer_timeout_s, connect=connect_timeout_s, sock_read=answer_timeout_s
        )
        self._max_connections = max_connections
        self._session: aiohttp.ClientSession | None = None
        self._closed = False
        self._urls: dict[str, URL] = {}

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
        body = bodies.message(outgoing)
        answer = await self._post(line, body)
        messages = as_list(answer.get("messages"))
        message_id = identifier(as_object(messages[0]).get("id")) if messages else None
        if message_id is None:
            raise OutcomeUnknown("The Graph API accepted a message without telling its id")
        return Sent(message_id)

    async def mark_read(self, line: Line, provider_message_id: str, typing: bool) -> None:
        if is_known_to_meta(provider_message_id):
            await self._post(line, bodies.read_mark(provider_message_id, typing))

    async def close(self) -> None:
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _post(self, line: Line, body: Json) -> Json:
        """The JSON object of a 2xx answer. Raises SendError or OutcomeUnknown; POSTs are never repeated by aiohttp.

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
        data = to_json(body)
        try:
            async with self._opened().post(
                self._url(line.address), data=data, headers={"Authorization": "Bearer " + token}, allow_redirects=False
            ) as response:
                status = response.status
                answer = await _read(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            # DNS, refused, unreachable, TLS, and the wait for a connection.
            raise SendError(
                f"The Graph API cannot be reached ({type(error).__name__})",
                code="provider_unreachable",
                verdict=retry_after(_UNREACHABLE_S),
                counts=False,
                pauses_line=True,
            ) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise OutcomeUnknown(f"No answer of the Graph API ({type(error).__name__})") from None
        return _accepted(status, answer)

    def _opened(self) -> aiohttp.ClientSession:
        if self._closed:
            raise SendError("The channel is closed", code="channel_closed", verdict=retry_after(1), counts=False)
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._max_connections, keepalive_timeout=KEEP_ALIVE_S, ttl_dns_cache=60
                ),
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Content-Type": "application/json", "User-Agent": "recado", "Accept": "application/json"},
            )
        return self._session

    def _url(self, phone_number_id: str) -> URL:
        found = self._urls.get(phone_number_id)
        if found is None:
            found = URL(f"{self._base}{quote(phone_number_id, safe='')}/messages", encoded=True)
            self._urls[phone_number_id] = found
        return found

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


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The body of an answer, empty if it breaks off: the status alone then decides."""
    try:
        return await response.read()
    except (aiohttp.ClientError, TimeoutError, OSError):
        return b""


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
