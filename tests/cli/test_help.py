"""Help is complete and readable, and loads little."""

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from recado import __version__
from recado.cli import recado
from recado.cli.root import SECTIONS
from tests.cli.terminal import Installation

# Shows the help, and then which packages that do not come with Python it has loaded.
LOADED = """
import sys
before = set(sys.modules)
from recado.cli import main
sys.argv = ["recado", "--help"]
try:
    main()
finally:
    loaded = {name.partition(".")[0] for name in set(sys.modules) - before if name[0] != "_"}
    print(*loaded - sys.stdlib_module_names)
"""


def commands(context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            found = context.command.get_command(context, name)
            assert found is not None
            yield from commands(click.Context(found, info_name=name, parent=context))


ALL = [
    context.command_path for context in commands(click.Context(recado, info_name="recado", **recado.context_settings))
]


def test_help_names_every_command_once(installation: Installation) -> None:
    text = installation.ok("--help")
    for name in recado.commands:
        assert sum(line.split()[:1] == [name] for line in text.splitlines()) == 1


def test_every_command_stands_in_a_section() -> None:
    assert sorted(recado.commands) == sorted(command.name or "" for _, members in SECTIONS for command in members)


def test_help_fits_a_narrow_terminal(installation: Installation) -> None:
    assert max(map(len, installation.ok("--help").splitlines())) <= 80


@pytest.mark.parametrize("path", ALL)
def test_every_command_explains_itself(path: str) -> None:
    context = next(
        c
        for c in commands(click.Context(recado, info_name="recado", **recado.context_settings))
        if c.command_path == path
    )
    if path != "recado bench":  # its options are those of the benchmarks
        assert context.command.get_short_help_str()
        for parameter in context.command.get_params(context):
            if isinstance(parameter, click.Option) and parameter.name not in ("help", "retry_initial_s", "retry_max_s"):
                assert parameter.help, f"{path} --{parameter.name}"


def test_help_loads_nothing_but_the_command_line() -> None:
    """What is imported too early makes every command slow to start."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert set(done.stdout.splitlines()[-1].split()) <= {"click", "pysqlite3", "recado"}


def test_version(installation: Installation) -> None:
    assert installation.ok("--version").strip() == f"recado {__version__}"


def test_an_unknown_command_is_told_in_one_line(installation: Installation) -> None:
    done = installation.run("upp")
    assert done.returncode == 2
    assert "No such command 'upp'" in done.stderr
