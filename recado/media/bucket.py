"""Files in an S3-compatible bucket. The library is synchronous, so its calls run in threads, for which nobody waits
longer than need be: a bucket that does not answer holds them for minutes.

Credentials come from the library's own places (AWS_ACCESS_KEY_ID, a role ...). A process that dies in the middle of a
large file leaves parts that nobody sees; a lifecycle rule of the bucket removes them
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from importlib import import_module
from typing import Any

from recado.errors import Unavailable, retry_after
from recado.kit.threads import Threads
from recado.media.folder import missing
from recado.media.store import CHUNK_BYTES

# The least that a part may have, but for the last one: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
PART_BYTES = 5 * 1024 * 1024
_CONNECT_TIMEOUT_S = 5
_READ_TIMEOUT_S = 30
_MISSING = ("NoSuchKey", "404")
# Those at work on files (`MAX_FETCHES`, `MAX_UPLOADS`), and the API's.
_MAX_CALLS = 16
# How long a file that was given up waits for its parts to go; a stop has no more.
_ABORT_S = 1.0


class BucketStore:
    """Implements `Store`. A file in work takes at most twice `PART_BYTES` of memory."""

    def __init__(self, bucket: str, prefix: str = "", endpoint: str | None = None, region: str | None = None) -> None:
        """Raises `ImportError` without the extra `s3`."""
        config = import_module("botocore.config").Config(
            connect_timeout=_CONNECT_TIMEOUT_S,
            read_timeout=_READ_TIMEOUT_S,
            retries={"max_attempts": 3, "mode": "standard"},
        )
        self._errors = import_module("botocore.exceptions")
        # Buckets of another kind than Amazon's have no regions, but the signature wants one.
        where = {"endpoint_url": endpoint, "region_name": region or ("us-east-1" if endpoint else None)}
        self._client: Any = import_module("boto3").client("s3", config=config, **where)
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._threads = Threads(_MAX_CALLS, "bucket")

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        place = {"Bucket": self._bucket, "Key": self._prefix + key}
        pieces = _pieces(chunks)
        piece = await anext(pieces, b"")
        if len(piece) < PART_BYTES:
            await self._call(partial(self._client.put_object, **place, Body=piece))
            return
        upload = await self._call(partial(self._client.create_multipart_upload, **place))
        place["UploadId"] = upload["UploadId"]
        try:
            parts = [await self._put_part(place, 1, piece)]
            del piece
            async for piece in pieces:
                parts.append(await self._put_part(place, len(parts) + 1, piece))  # numbered as they come
            done = {"Parts": parts}
            await self._call(partial(self._client.complete_multipart_upload, **place, MultipartUpload=done))
        except BaseException:
            aborting = asyncio.create_task(self._call(partial(self._client.abort_multipart_upload, **place)))
            aborting.add_done_callback(_told_already)
            await asyncio.wait([aborting], timeout=_ABORT_S)
            raise

    async def _put_part(self, place: dict[str, str], number: int, body: bytes) -> dict[str, Any]:
        answer = await self._call(partial(self._client.upload_part, **place, PartNumber=number, Body=body))
        return {"PartNumber": number, "ETag": answer["ETag"]}

    async def read(self, key: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        if stop is not None and stop <= start:
            return
        place = {"Bucket": self._bucket, "Key": self._prefix + key}
        if start or stop is not None:
            place["Range"] = f"bytes={start}-{'' if stop is None else stop - 1}"
        body = (await self._call(partial(self._client.get_object, **place)))["Body"]
        try:
            while chunk := await self._call(partial(body.read, CHUNK_BYTES)):
                yield chunk
        finally:
            body.close()

    async def delete(self, key: str) -> None:
        await self._call(partial(self._client.delete_object, Bucket=self._bucket, Key=self._prefix + key))

    async def sweep(self) -> None:
        """Uploads that were not completed are no files; the bucket's own rule removes them."""

    async def close(self) -> None:
        self._threads.close()
        await asyncio.to_thread(self._client.close)

    async def _call(self, call: Callable[[], Any]) -> Any:
        try:
            return await self._threads.run(call)
        except self._errors.ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in _MISSING:
                raise missing() from None
            raise _unavailable(code) from None
        except (self._errors.BotoCoreError, self._errors.HTTPClientError, OSError) as error:
            raise _unavailable(type(error).__name__) from None


def _told_already(aborting: "asyncio.Task[Any]") -> None:
    """What went wrong is told, not what came of it."""
    if not aborting.cancelled():
        aborting.exception()


async def _pieces(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The file in pieces of `PART_BYTES` or a little more, the last one as it comes."""
    gathered = bytearray()
    async for chunk in chunks:
        gathered += chunk
        if len(gathered) >= PART_BYTES:
            piece, gathered = bytes(gathered), bytearray()
            yield piece
            del piece
    if gathered:
        yield bytes(gathered)


def _unavailable(what: str) -> Unavailable:
    return Unavailable(
        f"The bucket of media cannot be used ({what})", code="media_store_unavailable", verdict=retry_after(10)
    )
