"""Which files are kept and sent: types and sizes by kind, as the narrowest channel (Cloud API) has them.

"Supported Media Types" of https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
(June 2026). What people send is judged by its family only: their phones know more types than businesses may send.
"""

import base64
import binascii
import re
from collections.abc import AsyncIterator, Mapping
from hashlib import sha256
from typing import Literal, get_args

from recado.errors import MediaError, SendRefused, retry_after
from recado.media.signatures import type_of

Kind = Literal["image", "audio", "video", "document", "sticker"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MB = 1024 * 1024

MAX_BYTES: Mapping[Kind, int] = {
    "image": 5 * MB,
    "audio": 16 * MB,
    "video": 16 * MB,
    "document": 100 * MB,
    "sticker": 500 * 1024,  # an animated one; a still one has 100 KB
}
_OFFICE = "application/vnd.openxmlformats-officedocument."
SENT_TYPES: Mapping[Kind, tuple[str, ...]] = {
    "image": ("image/jpeg", "image/png"),
    "audio": ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"),
    "video": ("video/3gpp", "video/mp4"),
    "document": (
        "text/plain",
        "application/pdf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        _OFFICE + "wordprocessingml.document",
        _OFFICE + "spreadsheetml.sheet",
        _OFFICE + "presentationml.presentation",
    ),
    "sticker": ("image/webp",),
}
# A voice note is OGG with OPUS: "Voice messages" of
# https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/audio-messages
VOICE_TYPES = ("audio/ogg",)
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_FAMILIES: Mapping[Kind, str] = {"image": "image/", "audio": "audio/", "video": "video/", "sticker": "image/"}


def bare_type(mime_type: str | None) -> str:
    """`audio/ogg` of `Audio/OGG; codecs=opus`; empty for none."""
    return (mime_type or "").partition(";")[0].strip().lower()


def kind_of(mime_type: str) -> Kind | None:
    """What a file of this type can be sent as; None if no channel takes it."""
    bare = bare_type(mime_type)
    return next((kind for kind in KINDS if bare in SENT_TYPES[kind]), None)


def check_received(kind: Kind, mime_type: str | None, size_bytes: int | None, largest_bytes: int) -> int:
    """How many bytes may come of such a file. Raises `MediaError` (`media_type_refused`, `media_too_large`)."""
    bare = bare_type(mime_type)
    if bare and not bare.startswith(_FAMILIES.get(kind, "")):
        raise MediaError(f"This is no {kind}", code="media_type_refused", status=415)
    most = min(MAX_BYTES[kind], largest_bytes)
    if size_bytes is not None and size_bytes > most:
        raise too_large(most)
    return most


def check_content(mime_type: str, head: bytes) -> None:
    """Whether a file that begins so may be what it is called. Raises `MediaError` (`media_content_wrong`).

    A document is handed on as it is, so what is in it is not looked at; nor is what does not say what it is.
    """
    bare, found = bare_type(mime_type), type_of(head)
    if found is None or found == bare or kind_of(bare) == "document":
        return
    sendable = "no kind of message takes it" if kind_of(found) is None or ";" in found else "upload it as that"
    raise MediaError(
        f"The file is called {bare}, and it is {found}: {sendable}", code="media_content_wrong", status=415
    )


def check_sent(sent_as: Kind | Literal["voice"], mime_type: str | None, size_bytes: int | None) -> None:
    """Whether a file may be sent as this. Raises `SendRefused` (`media_kind_wrong`, `media_too_large`)."""
    kind: Kind = "audio" if sent_as == "voice" else sent_as
    bare = bare_type(mime_type)
    types = VOICE_TYPES if sent_as == "voice" else SENT_TYPES[kind]
    if bare and bare not in types:
        fits = kind_of(bare)
        instead = "no kind of message takes it" if fits is None else f"send it as {fits}"
        raise SendRefused(
            f"This file is {bare}, and {sent_as} is one of {', '.join(types)}: {instead}", code="media_kind_wrong"
        )
    if size_bytes is not None and size_bytes > MAX_BYTES[kind]:
        raise SendRefused(
            f"This file has {size_bytes} bytes, and {sent_as} at most {MAX_BYTES[kind]}", code="media_too_large"
        )


def too_large(most_bytes: int) -> MediaError:
    """The refusal of a file with more bytes."""
    return MediaError(f"The file has more than {most_bytes} bytes", code="media_too_large", status=413)


def digest_in_hex(digest: str | None) -> str | None:
    """A SHA-256 in hex: webhooks have it in base64, the media endpoint in hex. None for what is neither."""
    if digest is None:
        return None
    if _HEX.fullmatch(digest):
        return digest.lower()
    try:
        raw = base64.b64decode(digest, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw.hex() if len(raw) == 32 else None


class Measured:
    """Passes a file on, and holds it to its size and digest: what is wrong is raised where the file would end."""

    def __init__(self, chunks: AsyncIterator[bytes], most_bytes: int, digest: str | None = None) -> None:
        self._chunks = chunks
        self._most_bytes = most_bytes
        self._wanted = digest
        self._digest = sha256()
        self.size_bytes = 0

    @property
    def sha256(self) -> str:
        """In hex, of what has passed."""
        return self._digest.hexdigest()

    async def chunks(self) -> AsyncIterator[bytes]:
        async for chunk in self._chunks:
            self.size_bytes += len(chunk)
            if self.size_bytes > self._most_bytes:
                raise too_large(self._most_bytes)
            self._digest.update(chunk)
            yield chunk
        if self._wanted is not None and self._wanted != self.sha256:
            raise MediaError(
                "The file is not the one that was announced", code="media_digest_wrong", verdict=retry_after(1)
            )
