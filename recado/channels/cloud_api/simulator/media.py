"""Files: what people send, what businesses upload, and the links that live for five minutes.

https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media

GET /vX.Y/{media id} tells a link, GET on the link gives the file; both want the token. Files are kept in memory (the
oldest go when there is no room), and are gone after a restart.
"""

import asyncio
import base64
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web

from recado.channels.cloud_api.simulator.config import ConfigError, Faults, Number, SimulatorConfig
from recado.channels.cloud_api.simulator.dice import Dice
from recado.channels.cloud_api.simulator.errors import GraphError, unknown_object
from recado.channels.cloud_api.simulator.stats import Stats
from recado.channels.cloud_api.simulator.world import World

Json = dict[str, Any]

LINK_LIVES_S = 300
# Media ids of webhooks expire after 7 days, those of uploads after 30.
RECEIVED_LIVES_S = 7 * 24 * 3600
UPLOADED_LIVES_S = 30 * 24 * 3600
MAX_KEPT_BYTES = 512 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_MB = 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument."
LIMITS: dict[str, tuple[int, tuple[str, ...]]] = {
    "audio": (16 * _MB, ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg")),
    "document": (
        100 * _MB,
        (
            *("text/plain", "application/pdf", "application/msword"),
            *("application/vnd.ms-excel", "application/vnd.ms-powerpoint"),
            _OFFICE + "wordprocessingml.document",
            _OFFICE + "spreadsheetml.sheet",
            _OFFICE + "presentationml.presentation",
        ),
    ),
    "image": (5 * _MB, ("image/jpeg", "image/png")),
    "sticker": (500 * 1024, ("image/webp",)),
    "video": (16 * _MB, ("video/3gpp", "video/mp4")),
}
LINK_PATH = "/whatsapp_business/attachments/"


@dataclass(frozen=True, slots=True)
class File:
    """`until_s` is the simulator's time at which its id expires; `number` the one that it was uploaded on."""

    id: str
    content: bytes
    mime_type: str
    until_s: float
    number: str | None = None

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.content).digest()


class Files:
    """All files, and the calls about them. Who may call is asked of `graph.py`."""

    def __init__(self, config: SimulatorConfig, world: World, stats: Stats, faults: Callable[[], Faults]) -> None:
        self._world = world
        self.dice = Dice(config.seed, "media", stats)
        self._faults = faults
        self._kept: dict[str, File] = {}
        self._bytes = 0

    def clear(self) -> None:
        self._kept.clear()
        self._bytes = 0

    def get(self, media_id: str) -> File | None:
        file = self._kept.get(media_id)
        return file if file is not None and file.until_s > self._world.now_ms() / 1000 else None

    def _keep(self, content: bytes, mime_type: str, lives_s: float, number: str | None, media_id: str | None) -> File:
        made = media_id or str(int.from_bytes(os.urandom(6), "big") + 10**15)
        file = File(made, content, mime_type, self._world.now_ms() / 1000 + lives_s, number)
        if (old := self._kept.pop(made, None)) is not None:
            self._bytes -= len(old.content)
        self._kept[made] = file
        self._bytes += len(content)
        while self._bytes > MAX_KEPT_BYTES and len(self._kept) > 1:
            self._bytes -= len(self._kept.pop(next(iter(self._kept))).content)
        return file

    # --- what people send -----------------------------------------------------------------------------

    def of_person(self, value: Json, mime_type: str) -> Json:
        """The media object of a webhook: `content` (base64) or `size_bytes` make the file, unless `id` names one.

        `sha256` is in base64 here and in hex in the answer about the id, as Meta has them.
        """
        item = dict(value)
        given, size = item.pop("content", None), item.pop("size_bytes", None)
        mime_type = str(item.get("mime_type") or mime_type)
        media_id = str(item["id"]) if item.get("id") else None
        file = self.get(media_id) if media_id is not None else None
        if given is not None or size is not None or file is None:
            file = self._keep(_content(given, size, media_id), mime_type, RECEIVED_LIVES_S, None, media_id)
        digest = base64.b64encode(file.sha256).decode()
        return {"mime_type": mime_type, "sha256": digest, **item, "id": file.id}

    # --- the Graph API --------------------------------------------------------------------------------

    async def upload(self, request: web.Request, number: Number) -> web.StreamResponse:
        """POST /{phone number id}/media with the fields messaging_product, type and file."""
        if not request.content_type.startswith("multipart/"):
            raise GraphError(100, message="(#100) The parameter messaging_product is required.")
        fields: dict[str, str] = {}
        content, mime_type = None, ""
        async for item in await request.multipart():
            if not isinstance(item, BodyPartReader):
                continue
            if item.name == "file":
                mime_type = item.headers.get("Content-Type", "")
                content = bytes(await item.read())
            elif item.name:
                fields[item.name] = (await item.read()).decode(errors="replace")
        if fields.get("messaging_product") != "whatsapp":
            raise GraphError(100, message="(#100) The parameter messaging_product is required.")
        if content is None:
            raise GraphError(100, message="(#100) The parameter file is required.")
        mime_type = (fields.get("type") or mime_type).partition(";")[0].strip()
        limit = next((most for most, types in LIMITS.values() if mime_type in types), None)
        if limit is None:
            known = ", ".join(one for _, types in LIMITS.values() for one in types)
            text = f"(#100) Param file must be a file with one of the following types: {known}. Received file of type "
            raise GraphError(100, message=f"{text}'{mime_type}'.")
        if not content or len(content) > limit:
            raise GraphError(131053, f"Media file size is {len(content)} bytes; the most is {limit}.")
        file = self._keep(content, mime_type, UPLOADED_LIVES_S, number.phone_number_id, None)
        faults = self._faults()
        if faults.upload_pause_s:
            await asyncio.sleep(faults.upload_pause_s)
        if self.dice.fault("upload_cut", faults.upload_cut) and request.transport is not None:
            request.transport.abort()
        return web.json_response({"id": file.id})

    def about(self, request: web.Request, file: File) -> web.StreamResponse:
        """GET /{media id}: a link that lives for five minutes."""
        expires_s = int(self._world.now_ms() / 1000) + LINK_LIVES_S
        link = (
            f"{request.scheme}://{request.host}{LINK_PATH}?mid={file.id}&ext={expires_s}&hash={_seal(file, expires_s)}"
        )
        return web.json_response(
            {
                "url": link,
                "mime_type": file.mime_type,
                "sha256": file.sha256.hex(),
                "file_size": len(file.content),
                "id": file.id,
                "messaging_product": "whatsapp",
            }
        )

    def remove(self, file: File) -> web.StreamResponse:
        """DELETE /{media id}."""
        self._bytes -= len(self._kept.pop(file.id).content)
        return web.json_response({"success": True})

    async def download(self, request: web.Request) -> web.StreamResponse:
        """GET on a link. An old or a wrong one is answered 404."""
        media_id, expires = request.query.get("mid", ""), request.query.get("ext", "")
        file = self.get(media_id)
        alive = expires.isdigit() and int(expires) > self._world.now_ms() / 1000
        if file is None or not alive or request.query.get("hash") != _seal(file, int(expires)):
            raise web.HTTPNotFound
        faults = self._faults()
        content = file.content
        if self.dice.fault("media_corrupt", faults.media_corrupt):
            content = bytes([content[0] ^ 1]) + content[1:] if content else b"\0"
        cut = self.dice.fault("media_cut", faults.media_cut)
        response = web.StreamResponse(headers={"Content-Type": file.mime_type, "Content-Length": str(len(content))})
        await response.prepare(request)
        stop = len(content) // 2 if cut else len(content)
        for at in range(0, stop, _CHUNK_BYTES):
            await response.write(content[at : min(at + _CHUNK_BYTES, stop)])
            if faults.media_pause_s:
                await asyncio.sleep(faults.media_pause_s)
        if cut and request.transport is not None:
            request.transport.abort()
        return response

    def check_id(self, kind: str, media_id: object, number: Number, place: str | None = None) -> None:
        """The id of a message to be sent, or of a file at a `place` in it. Raises GraphError for one that was not
        uploaded on this number, is old, or is of another kind.
        """
        file = self.get(str(media_id))
        if file is None or file.number != number.phone_number_id:
            text = f"(#100) Param {place or kind}['id'] is not a valid whatsapp business account media attachment ID"
            raise GraphError(100, message=text)
        limit, types = LIMITS[kind]
        if file.mime_type not in types or len(file.content) > limit:
            raise GraphError(131053, f"Unsupported {kind} mime type {file.mime_type}. Please use one of {types}.")


def find(files: Files, method: str, media_id: str) -> File:
    """A file by its id. Raises GraphError as for any object that is not there."""
    file = files.get(media_id)
    if file is None:
        raise unknown_object(method, media_id)
    return file


def _content(given: object, size: object, media_id: str | None) -> bytes:
    """What the caller gave, or bytes that are always the same for an id and a size."""
    if given is not None:
        try:
            return base64.b64decode(str(given), validate=True)
        except ValueError:
            raise ConfigError("content must be base64") from None
    length = 1000 if size is None else size
    if not isinstance(length, int) or not 0 <= length <= 128 * _MB:
        raise ConfigError("size_bytes must be a number from 0 to 134217728")
    block = hashlib.sha256((media_id or "file").encode()).digest()
    return (block * (length // len(block) + 1))[:length]


def _seal(file: File, expires_s: int) -> str:
    return hashlib.sha256(f"{file.id} {expires_s}".encode()).hexdigest()[:32]
