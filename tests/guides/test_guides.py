"""Every page of the guides is followed: its commands are run in order, and print what the page shows."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Databases
from tests.guides.page import PageError, Step, matches, steps
from tests.guides.reader import POSTGRESQL, REPOSITORY, Reader

GUIDES = REPOSITORY / "docs" / "guides"
NAMES = sorted({page.name.removesuffix(".en.md") for page in GUIDES.glob("*.en.md")})
README = REPOSITORY / "README.md"
# As a new user has it: a clone and no database yet. The others save the seconds.
FROM_NOTHING = ("README",)


@pytest.fixture
def reader(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> Iterator[Reader]:
    name: str = request.node.callspec.params.get("name", "README")
    url = databases.create_empty("postgresql") if _mentions(name, POSTGRESQL) else None
    found = Reader(tmp_path, url, clone=name in FROM_NOTHING)
    if name not in FROM_NOTHING:
        (tmp_path / "data").mkdir()
        shutil.move(databases.create("sqlite").removeprefix("sqlite:///"), tmp_path / "data" / "recado.db")
    yield found
    found.close()
    if url is not None:
        databases.drop(url)


def _mentions(name: str, text: str) -> bool:
    pages = [README] if name == "README" else list(GUIDES.glob(f"{name}.*.md"))
    return any(text in page.read_text(encoding="utf-8") for page in pages)


@pytest.mark.guides
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["README", *NAMES])
def test_a_page_can_be_followed(reader: Reader, name: str) -> None:
    if name == "README":
        pages = [steps(README)]
    else:
        pages = [steps(GUIDES / f"{name}.{language}.md") for language in ("en", "es")]
    done: list[Step] = []
    for page in pages:
        # What is the same in both languages is done once; only files may differ, and what is done with them.
        same = _same(done, page)
        for one, other in zip(done[:same], page[:same], strict=True):
            assert one.shown == other.shown, f"line {other.line} shows other lines than the other language does"
        for step in page[same:]:
            reader.follow(step)
        done = page


def _same(done: list[Step], page: list[Step]) -> int:
    """How many steps of `page` were done already."""
    for number, (one, other) in enumerate(zip(done, page, strict=False)):
        if one.name and one.body != other.body:
            return number
    return len(done)


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_have_the_same_commands_in_the_same_order(name: str) -> None:
    english, spanish = (steps(GUIDES / f"{name}.{language}.md") for language in ("en", "es"))
    assert [step.act for step in english] == [step.act for step in spanish]


def test_every_page_is_there_in_both_languages_and_in_the_list() -> None:
    listed = (GUIDES / "README.md").read_text(encoding="utf-8")
    for page in sorted(GUIDES.glob("*.md")):
        if page.name != "README.md":
            assert page.name.removesuffix(".es.md").removesuffix(".en.md") in NAMES
            assert f"({page.name})" in listed


@pytest.mark.parametrize(
    ("block", "says"),
    [
        ("```\nmake run\n```\n", "neither commands"),
        ("```ini\n[Unit]\n```\n", "neither commands"),
        ("```text\nshown after nothing\n```\n", "neither commands"),
        ("```sh\n# Needs patience\nmake run\n```\n", "nothing that a test lacks"),
    ],
)
def test_a_block_that_is_neither_run_nor_marked_is_refused(tmp_path: Path, block: str, says: str) -> None:
    page = tmp_path / "page.en.md"
    page.write_text("# Page\n\n" + block, encoding="utf-8")
    with pytest.raises(PageError, match=says):
        steps(page)


@pytest.mark.parametrize(
    ("block", "says"),
    [
        ("```sh\nfalse\ntrue\n```\n", "1 from false"),
        ("```sh\nfalse | cat\n```\n", "1 from "),
        ("```sh\necho hello\n```\n\n```text\nhello there\n```\n", "the page shows"),
        ("```sh\ntrue   # ends with 1\n```\n", "ended with 0"),
        ("```sh\n.venv/bin/recado no-such-command\n```\n", "No such command"),
    ],
)
def test_a_page_that_is_wrong_is_told(tmp_path: Path, block: str, says: str) -> None:
    page = tmp_path / "page.en.md"
    page.write_text("# Page\n\n" + block, encoding="utf-8")
    (tmp_path / "folder").mkdir()
    reader = Reader(tmp_path / "folder")
    (step,) = steps(page)
    try:
        with pytest.raises(AssertionError, match=says):
            reader.follow(step)
    finally:
        reader.close()


def test_what_differs_from_run_to_run_is_shown_by_dots() -> None:
    assert matches("id …\nsaved", "id 0192f0c1\nsaved\n")
    assert matches("first\n…\nlast", "first\n2\n3\nlast\n")
    assert matches("first\n…", "first\n")
    assert not matches("first", "first\nsecond\n")
    assert not matches("second", "first\nsecond\n")
