"""Whole characters, and nothing of a stop text, however the bytes come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.model.text_out import TextOut


def write(data: bytes, sizes: list[int], stop: list[str]) -> str:
    out, given, place = TextOut(stop), "", 0
    for length in sizes:
        given += out.add(data[place : place + length])
        place += length
        if out.stopped:
            return given + out.end()
    given += out.add(data[place:])
    return given + out.end()


@given(st.text(alphabet="ab\nñ👩", max_size=30), st.lists(st.integers(1, 4)), st.lists(st.text("ab\n", max_size=3)))
def test_cutting_the_bytes_anywhere_changes_nothing(text: str, sizes: list[int], stop: list[str]) -> None:
    met = [at for at in (text.find(one) for one in stop if one) if at >= 0]
    assert write(text.encode(), sizes, stop) == (text[: min(met)] if met else text)


def test_text_is_given_as_soon_as_it_is_sure() -> None:
    out = TextOut(["\nUser:"])
    assert [out.add(b"hola"), out.add(b"\nUs"), out.add(b"ual"), out.add("ñ".encode()[:1])] == [
        "hola",
        "",
        "\nUsual",
        "",
    ]
    assert out.add("ñ".encode()[1:] + b"\nUser") == "ñ"
    assert (out.add(b":"), out.stopped, out.end()) == ("", True, "")


@pytest.mark.parametrize("data", [b"\xff\xfe", "👩".encode()[:3]])
def test_what_is_no_text_does_not_stop_it(data: bytes) -> None:
    assert write(data + b"x", [1, 1, 1], []).endswith("x")
    assert "\udc80" not in write(data, [1], [])
