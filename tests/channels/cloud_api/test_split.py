"""Long texts: nothing lost, nothing too long, cut where a person would cut."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recado.channels.cloud_api.split import MAX_TEXT_UNITS, split_content, split_text, units
from recado.messages import MAX_OUT_TEXT, Button, OutButtons, OutList, OutText, Row, words_of

FAMILY = "👨‍👩‍👧‍👦"
FLAG = "🇧🇴"
WORDS = st.sampled_from(
    [
        "hola",
        "¿a qué hora?",
        "sí.",
        "no!",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\t",
        "\u00a0",
        FAMILY,
        FLAG,
        "👍🏽",
        "e\u0301",
        "x" * 30,
    ]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=80).map("".join) | st.text(min_size=1, max_size=200)


def without_space(text: str) -> str:
    return re.sub(r"\s+", "", text)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(4, 60))
def test_nothing_is_lost_and_no_piece_is_too_long(text: str, limit: int) -> None:
    pieces = split_text(text, limit)
    assert all(units(piece) <= limit for piece in pieces)
    if text.strip():
        assert all(piece.strip() for piece in pieces)
    # Each piece stands in the text, in order, and between them there is white space only.
    rest = text
    for piece in pieces:
        gap, found, rest = rest.partition(piece)
        assert found
        assert not gap.strip()
    assert not rest.strip()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([FAMILY, FLAG, "👍🏽", "e\u0301", "1\ufe0f\u20e3", "a"]), min_size=1, max_size=60))
def test_what_is_drawn_as_one_is_never_cut(clusters: list[str]) -> None:
    pieces = split_text("".join(clusters), 40)
    assert "".join(pieces) == "".join(clusters)
    position = 0
    starts = {0}
    for cluster in clusters:
        position += len(cluster)
        starts.add(position)
    position = 0
    for piece in pieces:
        position += len(piece)
        assert position in starts


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Uno dos.\n\nTres cuatro.", ["Uno dos.", "Tres cuatro."]),
        ("Uno dos. Tres\ncuatro cinco", ["Uno dos. Tres", "cuatro cinco"]),
        ("Uno dos tres. Cuatro cinco", ["Uno dos tres.", "Cuatro cinco"]),
        ("Uno (dos.) *tres!* cuatro", ["Uno (dos.) *tres!*", "cuatro"]),
        ("uno dos tres cuatro cinco", ["uno dos tres cuatro", "cinco"]),
        ("a" * 45, ["a" * 20, "a" * 20, "a" * 5]),
        ("a. " + "b" * 30, ["a.", "b" * 20, "b" * 10]),
        ("12345678901234567890 x", ["12345678901234567890", "x"]),
        (" " * 25 + "x", ["x"]),
        (" " * 25, [" " * 20]),
    ],
)
def test_where_it_is_cut(text: str, pieces: list[str]) -> None:
    assert split_text(text, 20) == pieces


def test_a_text_that_fits_is_left_alone() -> None:
    content = OutText(text="x" * MAX_TEXT_UNITS)
    assert split_content(content) == (content,)


def test_an_emoji_counts_two() -> None:
    pieces = split_content(OutText(text="🌱" * 3000, preview_links=True))
    assert [len(words_of(piece)) for piece in pieces] == [2048, 952]
    assert all(isinstance(piece, OutText) and piece.preview_links for piece in pieces)


def test_the_longest_text() -> None:
    text = ("Una frase de prueba. " * 4000)[:MAX_OUT_TEXT]
    pieces = split_content(OutText(text=text))
    assert len(pieces) <= MAX_OUT_TEXT // MAX_TEXT_UNITS + 2
    assert without_space("".join(words_of(piece) for piece in pieces)) == without_space(text)


def test_buttons_and_lists_pass_through() -> None:
    buttons = OutButtons(text="x", buttons=(Button(id="a", title="A"),))
    rows = OutList(text="x", button="Ver", rows=(Row(id="a", title="A"),))
    assert split_content(buttons) == (buttons,)
    assert split_content(rows) == (rows,)
