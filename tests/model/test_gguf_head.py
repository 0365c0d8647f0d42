"""What is read of a model's file before it is loaded, and what is said of one that is none."""

from pathlib import Path

import pytest

from recado.errors import BadInput, NotFound
from recado.model.gguf_head import read_head


def test_the_head_of_a_model(tiny_model: Path) -> None:
    head = read_head(tiny_model)
    assert head.context_tokens == 8192
    assert not head.pads_words
    assert head.control_tokens == ("<s>", "</s>")


def test_a_head_that_is_cut_anywhere_is_damage(tiny_model: Path, tmp_path: Path) -> None:
    whole = tiny_model.read_bytes()
    for size in (0, 3, 4, 10, 24, 60, 200, 1_000, 5_000):
        path = tmp_path / "cut.gguf"
        path.write_bytes(whole[:size])
        with pytest.raises(BadInput) as caught:
            read_head(path)
        assert caught.value.code == "bad_model"


def test_numbers_that_cannot_be_are_not_believed(tiny_model: Path, tmp_path: Path) -> None:
    whole = bytearray(tiny_model.read_bytes())
    whole[16:24] = b"\xff" * 8  # how many entries there are
    path = tmp_path / "mad.gguf"
    path.write_bytes(whole)
    with pytest.raises(BadInput):
        read_head(path)


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_head(tmp_path / "nothing.gguf")
    with pytest.raises(BadInput):
        read_head(tmp_path)
