"""What a file is by its first bytes, where they say so.

Meta looks at them, too, and refuses after its 200 what is not what it is called (131053, "Audio file uploaded with
mimetype as audio/ogg; codecs=opus, however on processing it is of type application/octet-stream").
"""

from collections.abc import AsyncIterator, Callable

# Up to the name of the codec in an Ogg file.
HEAD_BYTES = 36
# https://mimesniff.spec.whatwg.org/#matching-a-mime-type-pattern, and for AMR RFC 4867, section 5.
_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),  # also what a browser's recorder calls audio/webm
    (b"fLaC", "audio/flac"),
    (b"#!AMR", "audio/amr"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wave", b"AVI ": "video/avi"}
# Brands of the same container that MP4 has: https://mp4ra.org/registered-types/brands
_STILL_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "image/heic"),
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
}
# The first packet of a stream: RFC 7845, section 5.1, and https://xiph.org/vorbis/doc/Vorbis_I_spec.html, 4.2.1.
_OGG_CODECS = ((b"OpusHead", "audio/ogg"), (b"\x01vorbis", "audio/ogg; codecs=vorbis"))
_OGG_FIRST_PACKET = 28


def type_of(head: bytes) -> str | None:
    """The type of a file that begins so; None for what does not say, as plain text, or says it in many ways, as MP4."""
    for beginning, found in _BEGINNINGS:
        if head.startswith(beginning):
            return found
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _STILL_BRANDS.get(head[8:12])
    if head.startswith(b"OggS"):
        packet = head[_OGG_FIRST_PACKET:]
        return next((found for beginning, found in _OGG_CODECS if packet.startswith(beginning)), None)
    return None


async def looked_at(chunks: AsyncIterator[bytes], check: Callable[[bytes], None]) -> AsyncIterator[bytes]:
    """Passes a file on, and shows its first bytes to `check`, once, before the end. What that raises ends the file."""
    head, checked = b"", False
    async for chunk in chunks:
        if not checked:
            head += chunk[: HEAD_BYTES - len(head)]
            if len(head) == HEAD_BYTES:
                check(head)
                checked = True
        yield chunk
    if not checked:
        check(head)
