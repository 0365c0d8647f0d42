"""`recado doctor` and `recado bench`."""

import subprocess
import sys
from pathlib import Path

import click

from recado.cli import support
from recado.cli.running import DEFAULT_PORT
from recado.errors import RecadoError

COLOURS = {"OK": "green", "WARN": "yellow", "FAIL": "red"}


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=DEFAULT_PORT, show_default=True, help="Of `recado up`.")
@click.option("--offline", is_flag=True, help="Do not ask Meta about the lines.")
@support.json_option
def doctor(port: int, offline: bool, as_json: bool) -> None:
    """Say what is wrong with this installation and its lines, and how to mend it.

    Ends with 1 if something must be mended. Changes nothing.
    """
    from recado.doctor import Level, examine

    findings = support.run(examine(port, ask_providers=not offline))
    if as_json:
        support.emit([finding.as_json() for finding in findings])
    else:
        for finding in findings:
            click.echo(f"{click.style(finding.level.value.ljust(4), fg=COLOURS[finding.level.value])}  ", nl=False)
            click.echo(f"{finding.check}: {finding.says}")
            if finding.mend:
                click.echo(f"      -> {finding.mend}")
    if any(finding.level is Level.FAIL for finding in findings):
        raise SystemExit(1)


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[OPTIONS]")
def bench(arguments: tuple[str, ...]) -> None:
    """Measure how many replies a second this machine gives (needs the repository)."""
    import recado

    repository = Path(recado.__file__).resolve().parent.parent
    if not (repository / "benchmarks" / "run.py").is_file():
        raise RecadoError(
            "The benchmarks are in the repository, not in the package. Clone it, and there run: make bench"
        )
    command = [sys.executable, "-m", "benchmarks.run", *arguments]
    raise SystemExit(subprocess.run(command, cwd=repository, check=False).returncode)  # noqa: S603 # our own module
