"""What the pages say is true: commands are there, links lead somewhere, generated pages are current.

tests/guides runs the commands; here are those, too, that no test can run.
"""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import recado as package
from recado.cli import recado
from recado.model.settings import ModelSettings, variables_of
from recado.settings import Settings, variable_name
from tests.guides.page import steps

REPOSITORY = Path(package.__file__).parent.parent
MAKE, GIT = shutil.which("make") or "make", shutil.which("git") or "git"
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
FOLLOWED = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs" / "guides").glob("*.*.md"))]
CALL = re.compile(r"((?:[A-Z_]+=\S* )*)(?:make|\.venv/bin/recado) ")
LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")

VARIABLES = {variable_name(field) for field in Settings.model_fields} | {
    variable for field in ModelSettings.model_fields.values() for variable in variables_of(field)
}
# Those of examples, and of commands.
PAGES_OWN = {
    "RECADO_URL",
    "RECADO_KEY",
    "RECADO_LINE_ACCESS_TOKEN",
    "RECADO_LINE_APP_SECRET",
    "RECADO_LINE_VERIFY_TOKEN",
}


def name(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


def programs() -> Iterator[tuple[str, list[str]]]:
    """Every plain call of `recado` or `make` that no test runs, without comments and variables."""
    for page in FOLLOWED:
        for step in steps(page):
            for line in step.commands.splitlines() if step.needs else ():
                found = CALL.match(line)
                if found:
                    yield name(page), shlex.split(line[found.end(1) :].split(" && ")[0])


CALLS = list(programs())


@pytest.mark.parametrize(("page", "words"), CALLS, ids=[f"{page}: {shlex.join(words)[:60]}" for page, words in CALLS])
def test_commands_that_no_test_runs_are_there(page: str, words: list[str]) -> None:
    program, *arguments = words
    if program == "make":
        assert re.search(rf"^{arguments[0]}:", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
        return
    context: click.Context = click.Context(recado, info_name="recado", **recado.context_settings)
    while isinstance(context.command, click.Group) and (arguments or not context.command.invoke_without_command):
        found = context.command.get_command(context, arguments[0])
        assert found is not None, f"{page}: recado {shlex.join(arguments)}"
        context = click.Context(found, info_name=arguments.pop(0), parent=context)
    context.command.parse_args(context, arguments)  # raises for an option that is not there


@pytest.mark.parametrize("page", FOLLOWED, ids=name)
def test_every_variable_on_a_page_is_there(page: Path) -> None:
    named = set(re.findall(r"\b(?:RECADO|AI_ASSISTANTS)_[A-Z_]*[A-Z]\b", page.read_text(encoding="utf-8")))
    assert named <= VARIABLES | PAGES_OWN


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), f"{name(page)}: {target}"


def test_make_help_lists_what_the_readme_names() -> None:
    done = subprocess.run([MAKE, "help"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    listed = done.stdout
    for target in re.findall(r"`make ([a-z-]+)`", (REPOSITORY / "README.md").read_text()):
        assert target == "help" or re.search(rf"^{target}\b", listed, re.MULTILINE), target


@pytest.mark.parametrize("page", ["cli.md", "settings.md", "metrics.md", "events.md"])
def test_the_reference_is_current(tmp_path: Path, page: str) -> None:
    """Made by a process of its own, as `make docs` does: click remembers what other tests asked of its commands."""
    command = [sys.executable, "-m", "recado.cli.reference", str(tmp_path)]
    subprocess.run(command, cwd=REPOSITORY, check=True, timeout=90)
    assert (REPOSITORY / "docs" / "reference" / page).read_text() == (tmp_path / page).read_text(), "make docs"


def test_each_change_is_one_small_file() -> None:
    for page in (REPOSITORY / "changes").glob("[0-9]*.md"):
        assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", page.name)
        assert page.read_text().startswith("# ")
