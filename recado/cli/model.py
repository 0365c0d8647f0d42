"""`recado model`: the Model API, and what measures it."""

import logging
import sys
from typing import TYPE_CHECKING

import click

from recado.cli import model_files, running

if TYPE_CHECKING:
    from recado.model.settings import ModelSettings


_LOADING = "Loading the model: "


@click.group(
    invoke_without_command=True,
    epilog="\b\nExamples:\n  LOCAL_MODEL_PATH=/models/assistant.gguf recado model\n"
    "  MODEL_NAME=user/model recado model\n  recado model bench",
)
@running.host_option
@click.option("--port", type=running.PORT, help="Port to listen on (default: PORT, or 8001).")
@click.pass_context
def model(context: click.Context, host: str, port: int | None) -> None:
    """Serve a local language model over HTTP."""
    if context.invoked_subcommand is not None:
        return
    settings = _settings()
    from recado.model import places
    from recado.model.serve import serve

    port = port or settings.port
    progress = Percent()
    running.serve(
        serve(
            settings,
            host=host,
            port=port,
            locate=places.locator(settings),
            open_engine=places.open_engine,
            listening=lambda: click.echo(f"The Model API listens on http://{host}:{port}; its model is loading"),
            ready=lambda name: progress.end(f"The model {name} is ready"),
            progress=progress,
        )
    )


class Percent:
    """How far a download is: one line that changes where there is a terminal; else, for logs, a line a quarter."""

    def __init__(self) -> None:
        self._drawn = False
        self._quarter = 0

    def __call__(self, percent: int) -> None:
        if sys.stdout.isatty():
            self._drawn = True
            click.echo(f"\r{_LOADING}{percent:3} %", nl=False)
            return
        quarter = percent // 25
        if quarter > self._quarter:
            click.echo(f"{_LOADING}{quarter * 25:3} %")
        self._quarter = quarter

    def end(self, last: str) -> None:
        """Say this on a line of its own."""
        click.echo(("\n" if self._drawn else "") + last)
        self._drawn = False


def _settings(level: str = "INFO") -> "ModelSettings":
    from recado.kit.logs import configure_logging
    from recado.model.settings import load_model_settings

    configure_logging(level)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    return load_model_settings()


@model.command()
def bench() -> None:
    """Measure the model, and what the server adds to it."""
    from recado.model import places
    from recado.model.bench import measure

    settings = _settings("WARNING")

    async def measured() -> None:
        click.echo("\n".join((await measure(settings, places.locator(settings), places.open_engine)).lines()))

    running.serve(measured())


for command in model_files.COMMANDS:
    model.add_command(command)
