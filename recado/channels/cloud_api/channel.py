"""The WhatsApp Business Platform (Cloud API, Graph v24.0) as a channel.

https://developers.facebook.com/documentation/business-messaging/whatsapp/reference/whatsapp-business-phone-number/message-api
"""

import hmac
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

from recado.channels.cloud_api import bodies, management
from recado.channels.cloud_api import convert as conversion
from recado.channels.cloud_api.callback import Outside
from recado.channels.cloud_api.examine import examine
from recado.channels.cloud_api.graph import API_VERSION, Graph
from recado.channels.cloud_api.ids import is_known_to_meta
from recado.channels.cloud_api.media import MediaCalls
from recado.channels.cloud_api.shapes import Json, as_list, as_object, identifier
from recado.channels.cloud_api.split import split_content
from recado.channels.contract import (
    Blocked,
    BlockList,
    Examined,
    Line,
    Outgoing,
    Received,
    Sent,
    Templates,
)
from recado.channels.templates.values import Template, check, choose
from recado.errors import OutcomeUnknown, SendError, retry_after
from recado.kit.destinations import Networks
from recado.kit.posting import Poster
from recado.media.outgoing import OutgoingMedia
from recado.media.source import IncomingFile
from recado.messages import OutContent, OutTemplate, files_of

DEFAULT_BASE_URL = "https://graph.facebook.com"

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
_SIGNATURE_PREFIX = b"sha256="
# What Meta may answer for an id of media that it has no longer: parameters that are not valid.
_MEDIA_ID_REFUSED = frozenset({"invalid_message", "media_failed"})


class CloudApiChannel:
    """Implements `Channel` and every capability of `contract.py` for all Cloud API lines of a process.

    `base_url` is without the version segment. Connections are opened by the first sends, in the running loop.
    `templates` are those that are kept: a message that does not fit them is refused before the call. Without, Meta
    decides. Without `media`, files can only be sent by link. `public_url` is where Meta reaches this server, `networks`
    are the private ones that checks may call beside.
    """

    def __init__(
        self,
        base_url: str = DEFAULT_BASE_URL,
        *,
        media: OutgoingMedia | None = None,
        connect_timeout_s: float = CONNECT_TIMEOUT_S,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
        max_connections: int = MAX_CONNECTIONS,
        templates: Templates | None = None,
        public_url: str = "",
        networks: Networks = (),
    ) -> None:
        self._outside = Outside(public_url, networks, is_meta=base_url.startswith("https://"))
        self._poster = Poster(
            base_url.rstrip("/"),
            connect_timeout_s=connect_timeout_s,
            answer_timeout_s=answer_timeout_s,
            max_connections=max_connections,
            keep_alive_s=KEEP_ALIVE_S,
        )
        self._graph = Graph(self._poster)
        self._templates = templates
        self._media = MediaCalls(f"{base_url.rstrip('/')}/{API_VERSION}", media)

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
        if isinstance(content, OutTemplate):
            content, _ = await self.fitting(line, content, outgoing.language)
            outgoing = replace(outgoing, content=content)
        if (media_id := _file_of(content)) is not None:
            answer = await self._send_file(line, outgoing, media_id)
        else:
            answer = await self._graph.send(line, bodies.message(outgoing))
        messages = as_list(answer.get("messages"))
        message_id = identifier(as_object(messages[0]).get("id")) if messages else None
        if message_id is None:
            raise OutcomeUnknown("The Graph API accepted a message without telling its id")
        return Sent(message_id)

    async def _send_file(self, line: Line, outgoing: Outgoing, media_id: str) -> Json:
        body = bodies.message(outgoing, await self._media.provider_id(line, media_id))
        try:
            return await self._graph.send(line, body)
        except SendError as error:
            if error.code in _MEDIA_ID_REFUSED and await self._media.forget_if_old(line, media_id):
                raise SendError(error.message, code="media_expired", verdict=retry_after(0)) from None
            raise

    async def prepare(self, line: Line, outgoing: Outgoing) -> None:
        if (media_id := _file_of(outgoing.content)) is not None:
            await self._media.provider_id(line, media_id)

    def fetch_media(self, line: Line, media_id: str) -> AbstractAsyncContextManager[IncomingFile]:
        return self._media.fetch(line, media_id)

    async def mark_read(self, line: Line, provider_message_id: str, typing: bool) -> None:
        if is_known_to_meta(provider_message_id):
            await self._graph.send(line, bodies.read_mark(provider_message_id, typing))

    # --- Templates ------------------------------------------------------------------------------------

    async def fitting(self, line: Line, message: OutTemplate, language: str | None) -> tuple[OutTemplate, str | None]:
        if self._templates is None:
            return message, None
        template = choose(await self._templates.find(line, message.name), message, language)
        check(template, message)
        return message.model_copy(update={"language": template.language}), template.category

    async def fetch_templates(self, line: Line) -> list[Template]:
        return await management.fetch_templates(self._graph, line)

    # --- Blocking -------------------------------------------------------------------------------------

    async def block(self, line: Line, users: Sequence[str]) -> Blocked:
        return await management.block(self._graph, line, users)

    async def unblock(self, line: Line, users: Sequence[str]) -> Blocked:
        return await management.unblock(self._graph, line, users)

    async def blocked(self, line: Line, cursor: str | None, limit: int) -> BlockList:
        return await management.blocked(self._graph, line, cursor, limit)

    # --- Checking -------------------------------------------------------------------------------------

    async def examine(self, line: Line) -> Examined:
        return await examine(self._graph, line, self._outside)

    async def close(self) -> None:
        await self._media.close()
        await self._poster.close()

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


def _file_of(content: OutContent) -> str | None:
    """The file of ours that goes with a message as it is sent: it has one at most."""
    return next(iter(files_of(content)), None)
