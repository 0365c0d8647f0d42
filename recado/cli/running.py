"""`recado up`, `api` and `worker`: the processes that run until they are told to stop."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

import click

from recado.cli import support
from recado.errors import RecadoError, SettingsError

if TYPE_CHECKING:
    from recado.settings import Settings

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
DEFAULT_SIMULATOR_PORT = 8090

PORT = click.IntRange(1, 65535)
host_option = click.option("--host", default=DEFAULT_HOST, show_default=True, help="Address to listen on.")
port_option = click.option("--port", type=PORT, default=DEFAULT_PORT, show_default=True, help="Port to listen on.")


@click.command(epilog="\b\nExamples:\n  recado up\n  recado up --port 8080 --no-demo")
@host_option
@port_option
@click.option("--no-demo", is_flag=True, help="Without the demo clinic and the simulator of WhatsApp.")
@click.option(
    "--simulator-port", type=PORT, default=DEFAULT_SIMULATOR_PORT, show_default=True, help="Port of the simulator."
)
def up(host: str, port: int, no_demo: bool, simulator_port: int) -> None:
    """Start everything in one go: database, API, worker and a demo."""
    settings = _settings()
    from recado import main

    def ready(simulator: str | None) -> None:
        welcome(host, port, simulator)

    serve(main.up(settings, host=host, port=port, demo=not no_demo, simulator_port=simulator_port, ready=ready))


@click.command()
@host_option
@port_option
def api(host: str, port: int) -> None:
    """Start only the half that takes webhooks and API calls."""
    settings = _settings()
    from recado import main

    serve(
        main.api(settings, host=host, port=port, ready=lambda: click.echo(f"Recado's API runs on {_url(host, port)}"))
    )


@click.command(epilog="\b\nExample:\n  recado worker --port 9100")
@host_option
@click.option("--port", type=PORT, help="Answer /health, /ready and /metrics on this port; without it, nowhere.")
def worker(host: str, port: int | None) -> None:
    """Start only the half that thinks and sends; run as many as you like."""
    settings = _settings()
    from recado import main

    serve(main.worker(settings, host=host, port=port, ready=lambda: click.echo("Recado's worker runs")))


def welcome(host: str, port: int, simulator: str | None) -> None:
    """Say where to look, what to type next and how to stop."""
    url = _url(host, port)
    click.secho(f"Recado runs on {url}", bold=True)
    click.echo(f"  API            {url}/api/v1 (described in {url}/api/v1/openapi.json)")
    if simulator is not None:
        click.echo(f"  Simulator      {simulator} (people's phones, without WhatsApp)")
        usual = simulator.endswith(f":{DEFAULT_SIMULATOR_PORT}")
        chat = "make chat" if usual else f'make chat ARGS="--simulator {simulator}"'
        click.echo(f'  Next           in another terminal: {chat}   and write "hola, a que hora abren los sabados?"')
    else:
        click.echo(f"  Webhook        {url}/webhooks/whatsapp")
        click.echo("  Next           connect a number: recado line add cloud-api --help")
    click.echo("  Stop           Ctrl-C; everything is kept")


def serve(program: Coroutine[Any, Any, None]) -> None:
    """Run a program to its end on the fastest event loop there is."""
    try:
        import uvloop
    except ImportError:
        runner = asyncio.run
    else:
        runner = uvloop.run
    try:
        runner(program)
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except RecadoError:
        raise
    except Exception as error:
        explained = support.explain(error)
        if explained is None:
            raise
        raise explained from None


def _settings() -> "Settings":
    """Checked before anything heavy is imported, so that a wrong one is told at once."""
    from recado.kit.logs import configure_logging

    settings = support.settings()
    configure_logging(settings.log_level, settings.log_format, handler=_log_file(settings))
    if settings.log_level == "INFO":  # `ready` says what it would say
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    return settings


def _log_file(settings: "Settings") -> logging.Handler | None:
    if settings.log_file is None:
        return None
    from recado.kit.logfile import SharedLogFile

    try:
        return SharedLogFile(settings.log_file, settings.log_file_mb << 20, settings.log_files)
    except OSError as error:
        raise SettingsError(
            f"RECADO_LOG_FILE: {settings.log_file} cannot be written ({error.strerror}). "
            "Make its folder, and let the user who runs Recado write in it"
        ) from None


def _url(host: str, port: int) -> str:
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 # compared with, not bound to
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
