"""What people type in is refused before a database could choke on it."""

import pytest

from recado.errors import BadInput
from recado.kit.names import check_slug, check_text


@pytest.mark.parametrize("slug", ["a", "clinica-norte", "farm_2", "0", "a" * 64])
def test_good_slugs(slug: str) -> None:
    assert check_slug(slug) == slug


@pytest.mark.parametrize("slug", ["", "-a", "a-", "Clinica", "clínica", "a b", "a/b", "a" * 65, "a\n", "../x"])
def test_bad_slugs(slug: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_slug(slug)
    assert caught.value.code == "bad_slug"


@pytest.mark.parametrize("text", ["", "  ", "x" * 201, "a\0b"])
def test_bad_texts(text: str) -> None:
    with pytest.raises(BadInput, match="name needs"):
        check_text(text, "name")
