"""Long texts as several messages: cut at paragraphs, then lines, sentences, words, and only then anywhere.

The limit, 4096 characters: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/text-messages
The page does not say what a character is, so UTF-16 code units are counted, where an emoji counts two: what is short
enough in those is short enough in code points.
"""

import re
import unicodedata

from recado.messages import OutContent, OutText

MAX_TEXT_UNITS = 4096
# Where a text may be cut, best first: the cut is the end of the match. A cut in the first half makes too small a
# message while a lesser one in the second half would do.
_CUTS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"[.!?…。！？]['\"»”’)\]*_~]*\s"),  # noqa: RUF001 # closing quotes and WhatsApp's *_~ may follow
    re.compile(r"\s"),
)
# How far back a hard cut looks for the start of what is drawn as one character (a family of four has 11 code points).
_MAX_CLUSTER = 32
_JOINER = "\u200d"


def split_content(content: OutContent) -> tuple[OutContent, ...]:
    """The content as messages that Meta takes; only texts are ever cut."""
    if not isinstance(content, OutText) or units(content.text) <= MAX_TEXT_UNITS:
        return (content,)
    pieces = split_text(content.text, MAX_TEXT_UNITS)
    return tuple(content.model_copy(update={"text": piece}) for piece in pieces)


def split_text(text: str, limit: int) -> list[str]:
    """Pieces of at most `limit` UTF-16 units. Joined, they are the text, but for white space at the cuts.

    No piece is blank, unless the whole text is.
    """
    pieces: list[str] = []
    rest = text
    while units(rest) > limit:
        window = _window(rest, limit)
        cut = _cut(rest, window)
        piece = rest[:cut].rstrip()
        if piece:
            pieces.append(piece)
        rest = rest[cut:].lstrip()
    if rest:
        pieces.append(rest)
    return pieces or [text[: _window(text, limit)]]


def units(text: str) -> int:
    """The length in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _window(text: str, limit: int) -> int:
    """The greatest number of code points from the start that fit into `limit` units."""
    if text.isascii():
        return limit
    count = spent = 0
    for character in text[:limit]:
        spent += 2 if character > "\uffff" else 1
        if spent > limit:
            break
        count += 1
    return count


def _cut(text: str, window: int) -> int:
    """Where to cut, from 1 to `window`."""
    # One more character is looked at: white space just behind the window ends a word inside it.
    view = text[: window + 1]
    fallback = 0
    for pattern in _CUTS:
        end = 0
        for match in pattern.finditer(view):
            end = min(match.end(), window)
        if end * 2 >= window:
            return end
        fallback = fallback or end
    return fallback or _hard_cut(text, window)


def _hard_cut(text: str, window: int) -> int:
    """The last place up to `window` that is not inside what is drawn as one character."""
    for cut in range(window, max(window - _MAX_CLUSTER, 0), -1):
        if not _inside_cluster(text, cut):
            return cut
    return window


def _inside_cluster(text: str, cut: int) -> bool:
    before, after = text[cut - 1], text[cut]
    if _JOINER in (before, after) or _extends(after):
        return True
    return _is_flag_letter(before) and _is_flag_letter(after) and _flag_letters_before(text, cut) % 2 == 1


def _extends(character: str) -> bool:
    """Marks, variation selectors, skin tones and flag tags belong to what stands before them (UAX #29, simplified)."""
    return (
        unicodedata.category(character) in ("Mn", "Me", "Mc")
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_letters_before(text: str, cut: int) -> int:
    count = 0
    while count < cut and _is_flag_letter(text[cut - 1 - count]):
        count += 1
    return count
