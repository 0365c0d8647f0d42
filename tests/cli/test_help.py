"""Help is quick, complete and readable."""

import resource
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from recado import __version__
from recado.cli import recado
from recado.cli.root import SECTIONS
from tests.cli.terminal import Installation

# Measured at 0.2 s on a slow machine; what is imported too early costs twice that and more.
HELP_LIMIT_S = 0.3
HEAVY = ("aiohttp", "alembic", "fastapi", "pydantic", "sqlalchemy", "uvicorn")


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


def test_help_is_fast(installation: Installation) -> None:
    installation.run("--help")  # compiles
    assert min(spent_s(installation) for _ in range(3)) < HELP_LIMIT_S


def spent_s(installation: Installation) -> float:
    """Processor time: unlike the clock's, it does not grow with what else this machine does."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    installation.run("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def test_help_loads_nothing_heavy() -> None:
    code = f"import sys, recado.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_version(installation: Installation) -> None:
    assert installation.ok("--version").strip() == f"recado {__version__}"


def test_an_unknown_command_is_told_in_one_line(installation: Installation) -> None:
    done = installation.run("upp")
    assert done.returncode == 2
    assert "No such command 'upp'" in done.stderr
