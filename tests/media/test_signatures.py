"""What files are by their first bytes, and which names Meta would not believe."""

from collections.abc import AsyncIterator

import pytest

from recado.errors import MediaError
from recado.media.limits import check_content
from recado.media.signatures import HEAD_BYTES, looked_at, type_of

JPEG, PNG, PDF = b"\xff\xd8\xff\xe0\x00\x10JFIF", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"%PDF-1.7\n"
WEBP, WAVE = b"RIFF\x24\0\0\0WEBPVP8 ", b"RIFF\x24\0\0\0WAVEfmt "
HEIC, AVIF, MP4 = (b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0" for brand in (b"heic", b"avif", b"isom"))
# RFC 3533, section 6: the first page has one segment, whose packet begins at byte 28.
OPUS, VORBIS = (b"OggS\0\2" + bytes(20) + b"\1\x13" + packet for packet in (b"OpusHead\1", b"\1vorbis\0\0"))
WEBM, ZIP, AMR = b"\x1a\x45\xdf\xa3\x9f", b"PK\3\4\x14\0", b"#!AMR\n"

FOUND = {
    JPEG: "image/jpeg", PNG: "image/png", PDF: "application/pdf", WEBP: "image/webp", WAVE: "audio/wave",
    HEIC: "image/heic", AVIF: "image/avif", MP4: None, OPUS: "audio/ogg", VORBIS: "audio/ogg; codecs=vorbis",
    WEBM: "video/webm", ZIP: "application/zip", AMR: "audio/amr", b"": None, b"Hola": None, b"RIFF": None,
}  # fmt: skip


@pytest.mark.parametrize(("head", "found"), FOUND.items())
def test_a_file_says_what_it_is(head: bytes, found: str | None) -> None:
    assert type_of(head) == found


@pytest.mark.parametrize(
    ("called", "head"),
    [
        ("image/jpeg", JPEG), ("image/png", PNG), ("image/webp", WEBP), ("audio/ogg; codecs=opus", OPUS),
        ("audio/amr", AMR), ("video/mp4", MP4), ("audio/mp4", MP4), ("video/3gpp", MP4), ("audio/mpeg", b"ID3\4"),
        ("image/png", b"no picture at all"),  # whoever it is for decides
        ("application/pdf", PDF), ("text/plain", PDF), ("application/msword", ZIP),
    ],
)  # fmt: skip
def test_what_may_be_what_it_is_called(called: str, head: bytes) -> None:
    check_content(called, head)


@pytest.mark.parametrize(
    ("called", "head", "told"),
    [
        ("image/webp", PDF, "it is application/pdf: upload it as that"),
        ("image/jpeg", HEIC, "it is image/heic: no kind of message takes it"),
        ("image/png", JPEG, "it is image/jpeg: upload it as that"),
        ("audio/ogg", WEBM, "it is video/webm: no kind"),
        ("audio/ogg", VORBIS, "codecs=vorbis: no kind"),
        ("video/mp4", AVIF, "image/avif"),
        ("audio/mpeg", WAVE, "audio/wave"),
    ],
)
def test_what_is_surely_something_else_is_refused(called: str, head: bytes, told: str) -> None:
    with pytest.raises(MediaError, match=told) as refused:
        check_content(called, head)
    assert (refused.value.code, refused.value.status) == ("media_content_wrong", 415)


@pytest.mark.parametrize("sizes", [(1,) * 50, (50,), (35, 15), (36, 14), (5,), ()])
async def test_the_first_bytes_are_shown_once_however_they_come(sizes: tuple[int, ...]) -> None:
    content, shown = bytes(range(sum(sizes))), list[bytes]()

    async def chunks() -> AsyncIterator[bytes]:
        start = 0
        for size in sizes:
            yield content[start : start + size]
            start += size

    assert b"".join([chunk async for chunk in looked_at(chunks(), shown.append)]) == content
    assert shown == [content[:HEAD_BYTES]]
