"""`recado model`: the Model API, and what measures it."""

import logging
from typing import TYPE_CHECKING

import click

from recado.cli import model_files, running

if TYPE_CHECKING:
    from recado.model.settings import ModelSettings


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
    running.serve(
        serve(
            settings,
            host=host,
            port=port,
            locate=places.locator(settings),
            open_engine=places.open_engine,
            listening=lambda: click.echo(f"The Model API listens on http://{host}:{port}; its model is loading"),
            ready=lambda name: click.echo(f"The model {name} is ready"),
        )
    )


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
