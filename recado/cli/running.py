"""`recado up`, `api` and `worker`: the processes that run until they are told to stop."""

import asyncio
import errno
import socket
from collections.abc import Coroutine
from typing import Any

import click

from recado.cli import support
from recado.errors import RecadoError, Unavailable

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000

host_option = click.option("--host", default=DEFAULT_HOST, show_default=True, help="Address to listen on.")
port_option = click.option(
    "--port", type=click.IntRange(1, 65535), default=DEFAULT_PORT, show_default=True, help="Port to listen on."
)


@click.command(epilog="\b\nExamples:\n  recado up\n  recado up --port 8080 --no-demo")
@host_option
@port_option
@click.option("--no-demo", is_flag=True, help="Without the demo clinic and the simulator of WhatsApp.")
def up(host: str, port: int, no_demo: bool) -> None:
    """Start everything in one go: database, API, worker and a demo."""
    from recado import main

    settings = support.settings()
    refuse_taken_port(host, port)
    serve(main.up(settings, host=host, port=port, demo=not no_demo, ready=lambda: welcome(host, port, not no_demo)))


@click.command()
@host_option
@port_option
def api(host: str, port: int) -> None:
    """Start only the half that takes webhooks and API calls."""
    from recado import main

    settings = support.settings()
    refuse_taken_port(host, port)
    serve(main.api(settings, host=host, port=port))


@click.command()
def worker() -> None:
    """Start only the half that thinks and sends; run as many as you like."""
    from recado import main

    serve(main.worker(support.settings()))


def welcome(host: str, port: int, demo: bool) -> None:
    """Say where to look, what to type next and how to stop."""
    url = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"  # noqa: S104 # compared, not bound
    click.secho(f"Recado runs on {url}", bold=True)
    click.echo(f"  API reference    {url}/docs")
    click.echo(f"  WhatsApp webhook {url}/webhooks/whatsapp")
    if demo:
        click.echo('  Next             in a second terminal: make chat (or: recado chat), and write "hola"')
    else:
        click.echo("  Next             recado line add cloud-api --help connects a WhatsApp number")
    click.echo("  Stop             Ctrl-C")


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


def refuse_taken_port(host: str, port: int) -> None:
    """Say so before anything is started, if nobody can listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(address)
    except OSError as error:
        raise Unavailable(_why_not(host, port, error)) from None


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program (another Recado?). Choose one: --port {port + 1}"
    if error.errno == errno.EACCES:
        return f"This user may not listen on port {port}. Choose one above 1024: --port 8000"
    return f"Cannot listen on {host} port {port}: {error.strerror}. Choose others with --host and --port"
