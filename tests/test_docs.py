"""What the pages say is true: commands are there and run, links lead somewhere, generated pages are current."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import recado as package
from recado.cli import recado
from recado.model.settings import ModelSettings, variables_of
from recado.settings import Settings, variable_name
from tests.cli.terminal import Installation, free_port

REPOSITORY = Path(package.__file__).parent.parent
MAKE, GIT = shutil.which("make") or "make", shutil.which("git") or "git"
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
GUIDES = [page for page in PAGES if page.parent.name in ("guides", REPOSITORY.name) or page.name == "README.md"]
BLOCK = re.compile(r"^[ \t]*```sh\n(.*?)^[ \t]*```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")

VARIABLES = {variable_name(field) for field in Settings.model_fields} | {
    variable for field in ModelSettings.model_fields.values() for variable in variables_of(field)
}


def name(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


def shell_lines(page: Path) -> list[str]:
    return [line.strip() for block in BLOCK.findall(page.read_text(encoding="utf-8")) for line in block.splitlines()]


def programs() -> Iterator[tuple[str, list[str]]]:
    """Every call of `recado` or `make` on a page, without comments, variables and what is piped into it."""
    for page in GUIDES:
        for line in shell_lines(page):
            words = shlex.split(line.rpartition("|")[2], comments=True)
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                variable = words.pop(0).partition("=")[0]
                assert variable in VARIABLES, f"{page}: {variable}"
            if words:
                yield name(page), words


CALLS = list(programs())


@pytest.mark.parametrize(("page", "words"), CALLS, ids=[f"{page}: {shlex.join(words)[:60]}" for page, words in CALLS])
def test_every_command_on_a_page_is_there(page: str, words: list[str]) -> None:
    program, *arguments = words
    if program == "make":
        assert re.search(rf"^{arguments[0]}:", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
        return
    assert program == ".venv/bin/recado", f"{page} calls {program}"
    context: click.Context = click.Context(recado, info_name="recado", **recado.context_settings)
    while isinstance(context.command, click.Group) and (arguments or not context.command.invoke_without_command):
        found = context.command.get_command(context, arguments[0])
        assert found is not None, f"{page}: recado {shlex.join(arguments)}"
        context = click.Context(found, info_name=arguments.pop(0), parent=context)
    context.command.parse_args(context, arguments)  # raises for an option that is not there


def test_the_pages_have_commands_to_test() -> None:
    assert len(CALLS) >= 10


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (page.parent / target).exists(), f"{name(page)}: {target}"


def test_make_help_lists_what_the_readme_names() -> None:
    done = subprocess.run([MAKE, "help"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    listed = done.stdout
    for target in re.findall(r"`make ([a-z-]+)`", (REPOSITORY / "README.md").read_text()):
        assert target == "help" or re.search(rf"^{target}\b", listed, re.MULTILINE), target


@pytest.mark.parametrize("page", ["cli.md", "settings.md", "metrics.md"])
def test_the_reference_is_current(tmp_path: Path, page: str) -> None:
    """Made by a process of its own, as `make docs` does: click remembers what other tests asked of its commands."""
    command = [sys.executable, "-m", "recado.cli.reference", str(tmp_path)]
    subprocess.run(command, cwd=REPOSITORY, check=True, timeout=30)
    assert (REPOSITORY / "docs" / "reference" / page).read_text() == (tmp_path / page).read_text(), "make docs"


def test_each_change_is_one_small_file() -> None:
    for page in (REPOSITORY / "changes").glob("[0-9]*.md"):
        assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", page.name)
        assert page.read_text().startswith("# ")


# What each command that runs on says when it is ready; then it is stopped.
READY = {"up": "Stop ", "api": "API runs on", "worker": "worker runs"}


@pytest.mark.slow
def test_the_commands_of_the_readme_work_one_after_the_other(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    calls = [words[1:] for page, words in CALLS if page == "README.md" and words[0] != "make"]
    done: set[str] = set()
    for words in calls:
        program = words[0]
        done.add(" ".join(words[:2] if program in ("line", "key", "db") else words[:1]))
        # Of an option that is given twice the last one counts.
        port = ["--port", str(free_port())] if program in ("up", "api", "doctor") else []
        if program in READY:
            with installation.running(*words, *port, until=READY[program]) as running:
                assert running.stop() == 0
        else:
            assert installation.ok(*words, *port)
    assert {"doctor", "line add", "key create", "db migrate", "up", "api", "worker"} <= done


@pytest.mark.parametrize("page", ["evaluation.en.md", "evaluation.es.md"])
def test_the_conversations_of_the_guide_pass_as_it_says(tmp_path: Path, page: str) -> None:
    """All but the bundled ones, which tests/evaluation holds, and those with a model, which tests/cli does."""
    guide = REPOSITORY / "docs" / "guides" / page
    (script,) = re.findall(r"```yaml\n(.*?)```", guide.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "our-clinic.yaml").write_text(script, encoding="utf-8")
    installation = Installation(tmp_path)
    lines = [line for line in shell_lines(guide) if "our-clinic" in line and not line.startswith("RECADO_MODEL")]
    assert len(lines) == 2
    for line in lines:
        assert "2 of 2 conversations passed" in installation.ok(*shlex.split(line)[1:])
    assert (tmp_path / "report.html").exists()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The repository as a clone would have it, with the virtual environment of this one."""
    listed = [GIT, "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(listed, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    for path in filter(None, done.stdout.split("\0")):
        if (REPOSITORY / path).is_file():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / path, tmp_path / path)
    (tmp_path / ".venv").symlink_to(REPOSITORY / ".venv")
    return tmp_path


@pytest.mark.slow
def test_the_first_lines_of_the_readme_work(copy: Path) -> None:
    port, simulator = free_port(), free_port()
    # `--assume-old` keeps make from setting up again: the environment belongs to the repository of these tests.
    make = [MAKE, "--assume-old=.venv/.runtime", "--assume-old=.venv/.dev"]
    kept = {variable: os.environ[variable] for variable in ("PATH", "HOME") if variable in os.environ}
    environment = kept | {"PYTHONPATH": str(copy), "PYTHONUNBUFFERED": "1"}
    with (copy / "run.log").open("wb") as log:
        arguments = f"ARGS=--port {port} --simulator-port {simulator}"
        running = subprocess.Popen(
            [*make, "run", arguments], cwd=copy, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        limit = time.monotonic() + 30
        while "Stop " not in (copy / "run.log").read_text():
            assert running.poll() is None, (copy / "run.log").read_text()
            assert time.monotonic() < limit
            time.sleep(0.1)
        chat = subprocess.run(
            [*make, "--silent", "chat", f"ARGS=--simulator http://127.0.0.1:{simulator} --wait 15"],
            cwd=copy, env=environment, input="hola, a que hora abren los sabados?\n",
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        assert "8:00" in chat.stdout
        assert (copy / "data" / "recado.db").exists()
    finally:
        os.killpg(running.pid, signal.SIGINT)
        running.wait(10)
