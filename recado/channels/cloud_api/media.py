"""Media of the Cloud API: fetched by the provider's id, and uploaded before a message that names one.

https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media (June 2026): a
link lives for 5 minutes, an id of a webhook for 7 days, an id of an upload for 30 days.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager
from urllib.parse import quote, urlsplit
from weakref import WeakValueDictionary

import aiohttp
from pydantic_core import from_json
from sqlalchemy.exc import SQLAlchemyError

from recado.channels.cloud_api.errors import refusal
from recado.channels.cloud_api.shapes import Json, as_object, identifier, text, whole
from recado.channels.contract import Line
from recado.errors import MediaError, NotFound, RecadoError, SendError, SendRefused, retry_after
from recado.kit import new_id
from recado.media.limits import digest_in_hex
from recado.media.outgoing import OutgoingFile, OutgoingMedia
from recado.media.source import EXPIRED, IncomingFile
from recado.media.store import CHUNK_BYTES

UPLOAD_LIVES_MS = 30 * 24 * 3600 * 1000
# A message may wait some days for its turn to be sent with an id that was good when it was looked up.
_MARGIN_MS = 24 * 3600 * 1000
# An id as young as this was not forgotten by Meta: what is refused is refused for another reason.
FRESH_MS = 10 * 60 * 1000
MAX_UPLOADS = 4
# Who waits for an upload holds one of the 64 places that a process has for its sends: a quarter of them at most, and a
# quarter of those for one file, so that neither other lines nor other files stand still. The rest wait in the outbox.
MAX_AT_UPLOADS = 16
MAX_AT_ONE_UPLOAD = 4
_CONNECT_TIMEOUT_S = 10.0
_SILENCE_S = 30.0
_UPLOAD_LIMIT_S = 600.0
_RETRY_S = 5.0
_UPLOADING_RETRY_S = 1.0
_MAX_ANSWER_BYTES = 64 * 1024
# Where Meta keeps media; the access token goes nowhere else.
_META_HOSTS = ("fbsbx.com", "fbcdn.net", "facebook.com", "whatsapp.net", "whatsapp.com")


class MediaCalls:
    """Media calls of all lines of a process. `base_url` ends with the version segment; closed once."""

    def __init__(self, base_url: str, outgoing: OutgoingMedia | None) -> None:
        self._base_url = base_url
        self._origin = urlsplit(base_url)[:2]
        self._outgoing = outgoing
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(MAX_UPLOADS)
        # One upload of a file at a time on a line: many messages may name the same one.
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._at_uploads: Counter[tuple[str, str]] = Counter()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=None, connect=_CONNECT_TIMEOUT_S, sock_read=_SILENCE_S)
            self._session = aiohttp.ClientSession(
                timeout=timeout,
                auto_decompress=False,
                headers={"User-Agent": "recado", "Accept-Encoding": "identity"},
                connector=aiohttp.TCPConnector(limit=16),
            )
        return self._session

    # --- in -------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def fetch(self, line: Line, media_id: str) -> AsyncGenerator[IncomingFile]:
        """The file that Meta calls so. Raises `RecadoError` with a verdict; every call asks for a new link."""
        try:
            about = await self._about(line, media_id)
            url = self._checked(text(about.get("url")))
            async with self._http().get(url, headers=_auth(line), max_redirects=3) as response:
                if response.status != 200:
                    raise MediaError(
                        f"The link of the file was answered with HTTP {response.status}",
                        code="media_unreachable",
                        verdict=retry_after(_RETRY_S),
                    )
                chunks = _whole(response)
                yield IncomingFile(chunks, text(about.get("mime_type")), _size(about, response), _hex(about))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _unreachable(error) from None

    async def _about(self, line: Line, media_id: str) -> Json:
        # Without phone_number_id: media of a person is not "uploaded on" the number, and Meta would refuse it.
        async with self._http().get(f"{self._base_url}/{quote(media_id, safe='')}", headers=_auth(line)) as response:
            try:
                return await _answer(response)
            except SendError as error:
                if error.code != "line_unknown":  # as of any object: it is the file here
                    raise
                raise MediaError(
                    "Meta does not know the file (it keeps one for 7 days), or the line's token may not see it",
                    code=EXPIRED,
                    verdict=retry_after(_RETRY_S),
                ) from None

    def _checked(self, url: str | None) -> str:
        """The link, if the access token may go there."""
        parts = urlsplit(url or "")
        host = parts.hostname or ""
        ours = parts[:2] == self._origin
        metas = parts.scheme == "https" and any(host == one or host.endswith(f".{one}") for one in _META_HOSTS)
        if url is None or not (ours or metas):
            raise MediaError("The link of the file leads to no host of Meta", code="media_link_odd")
        return url

    # --- out ------------------------------------------------------------------------------------------

    async def provider_id(self, line: Line, media_id: str) -> str:
        """What Meta calls a file of ours on this line; uploads it if need be. Raises `SendError`."""
        outgoing = self._books()
        try:
            known = await outgoing.uploaded(line.project_id, line.id, media_id)
            if known is not None:
                return known.provider_media_id
            with self._place((line.id, media_id)) as lock:
                async with lock:
                    return await self._uploaded(outgoing, line, media_id)
        except SendError:
            raise
        except NotFound as error:
            raise SendRefused(error.message, code=error.code) from None
        except SQLAlchemyError:
            raise _database_away() from None
        except RecadoError as error:
            verdict = error.verdict
            raise SendError(error.message, code=error.code, verdict=verdict, counts=verdict.permanent) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # Whatever became of the upload, no message left.
            raise SendError(
                f"The upload of the file broke off ({type(error).__name__})",
                code="media_upload_failed",
                verdict=retry_after(_RETRY_S),
            ) from None

    @contextmanager
    def _place(self, key: tuple[str, str]) -> Generator[asyncio.Lock]:
        """A place to wait for the upload of a file, and its lock. Raises `SendError` if enough wait there."""
        if self._at_uploads.total() >= MAX_AT_UPLOADS or self._at_uploads[key] >= MAX_AT_ONE_UPLOAD:
            raise SendError(
                "The file, or others before it, are being uploaded",
                code="media_uploading",
                verdict=retry_after(_UPLOADING_RETRY_S),
                counts=False,
            )
        self._at_uploads[key] += 1
        try:
            yield self._locks.setdefault(key, asyncio.Lock())
        finally:
            self._at_uploads -= Counter([key])

    async def _uploaded(self, outgoing: OutgoingMedia, line: Line, media_id: str) -> str:
        """Upload a file, unless that was done while its lock was waited for."""
        known = await outgoing.uploaded(line.project_id, line.id, media_id)
        if known is not None:
            return known.provider_media_id
        async with self._slots, asyncio.timeout(_UPLOAD_LIMIT_S):
            made = await self._upload(line, await outgoing.file(line.project_id, media_id))
        await outgoing.remember(line.project_id, line.id, media_id, made, UPLOAD_LIVES_MS - _MARGIN_MS)
        return made

    async def forget_if_old(self, line: Line, media_id: str) -> bool:
        """Meta refused the id of a file: True if it was an old one, and then a new upload may help."""
        outgoing = self._books()
        try:
            known = await outgoing.uploaded(line.project_id, line.id, media_id)
            if known is None or known.age_ms < FRESH_MS:
                return False
            await outgoing.forget(line.project_id, line.id, media_id)
        except SQLAlchemyError:
            raise _database_away() from None
        return True

    def _books(self) -> OutgoingMedia:
        if self._outgoing is None:
            raise SendRefused("This process keeps no files", code="media_not_found")
        return self._outgoing

    async def _upload(self, line: Line, file: OutgoingFile) -> str:
        boundary = f"recado-{new_id()}"
        head, tail = _form(boundary, file)
        headers = _auth(line) | {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(head) + file.size_bytes + len(tail)),
        }
        url = f"{self._base_url}/{quote(line.address, safe='')}/media"
        body = _body(head, self._books().read(file), tail)
        async with self._http().post(url, data=body, headers=headers) as response:
            made = identifier((await _answer(response)).get("id"))
        if made is None:
            raise SendError(
                "Meta took a file without telling its id", code="media_upload_failed", verdict=retry_after(1)
            )
        return made


async def _whole(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
        yield chunk


async def _body(head: bytes, chunks: AsyncIterator[bytes], tail: bytes) -> AsyncIterator[bytes]:
    yield head
    async for chunk in chunks:
        yield chunk
    yield tail


def _form(boundary: str, file: OutgoingFile) -> tuple[bytes, bytes]:
    """What stands before and behind the content (RFC 7578)."""
    named = re.sub(r"[^\w. -]", "_", file.filename or file.kind, flags=re.ASCII)
    fields = {"messaging_product": "whatsapp", "type": file.mime_type}
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{named}"\r\n'
        f"Content-Type: {file.mime_type}\r\n\r\n"
    )
    return "".join(parts).encode(), f"\r\n--{boundary}--\r\n".encode()


async def _answer(response: aiohttp.ClientResponse) -> Json:
    """The JSON object of a 2xx answer; raises what another one means."""
    raw = await response.content.read(_MAX_ANSWER_BYTES)
    try:
        found = as_object(from_json(raw))
    except ValueError:
        found = {}
    if 200 <= response.status < 300 and found and "error" not in found:
        return found
    outcome = refusal(response.status, found)
    if outcome == "unknown":
        raise SendError(
            f"HTTP {response.status} without a known answer of the Graph API",
            code="provider_unavailable",
            verdict=retry_after(_RETRY_S),
        )
    raise outcome


def _database_away() -> SendError:
    """Nothing has left: not the unknown outcome that another error of a send would be."""
    return SendError("The database does not answer", code="unavailable", verdict=retry_after(_RETRY_S), counts=False)


def _auth(line: Line) -> dict[str, str]:
    token = line.secrets.get("access_token")
    if not token or not token.isascii() or not token.isprintable():
        raise SendError(
            "The line has no usable access token; set one with `recado line`",
            code="access_token_invalid",
            verdict=retry_after(60),
            counts=False,
            pauses_line=True,
        )
    return {"Authorization": f"Bearer {token}"}


def _size(about: Json, response: aiohttp.ClientResponse) -> int | None:
    return whole(about.get("file_size")) or response.content_length


def _hex(about: Json) -> str | None:
    return digest_in_hex(text(about.get("sha256")))


def _unreachable(error: Exception) -> MediaError:
    return MediaError(
        f"The file cannot be reached ({type(error).__name__})", code="media_unreachable", verdict=retry_after(_RETRY_S)
    )
