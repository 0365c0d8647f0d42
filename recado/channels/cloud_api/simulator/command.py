"""The simulator's command line: `python -m recado.channels.cloud_api.simulator` or `recado simulate cloud-api`."""

import asyncio
from pathlib import Path

import click

from recado.channels.cloud_api.simulator.config import App, ConfigError, Faults, Number, SimulatorConfig, loopback_urls
from recado.channels.cloud_api.simulator.server import serve


@click.command("cloud-api")
@click.option("--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="0 takes a free one.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Keep everything in this folder.")
@click.option("--callback-url", multiple=True, help="Where webhooks go (this machine only); several take turns.")
@click.option("--app-secret", help="Signs the webhooks.")
@click.option("--verify-token", help="For the handshake.")
@click.option("--access-token", help="The only token that is taken; default: any.")
@click.option("--number", "numbers", multiple=True, metavar="ID[:DISPLAY]", help="A business number; may be repeated.")
@click.option("--auto-read", is_flag=True, help="People read everything at once.")
@click.option("--no-statuses", is_flag=True, help="Send no status webhooks.")
@click.option("--status-delay-s", type=click.FloatRange(0), default=0.0, help="Between two statuses of a message.")
@click.option("--no-window", is_flag=True, help="Do not mind the 24-hour window.")
@click.option("--enforce-limits", is_flag=True, help="80 messages/s a number; one per 6 s and person after 45.")
@click.option("--fault", "faults", multiple=True, metavar="NAME=P", help="A fault and its probability; repeatable.")
@click.option("--seed", type=int, default=0, help="Of the faults' random choices.")
@click.option("--retry-initial-s", type=click.FloatRange(0.001), default=0.2, show_default=True)
@click.option("--retry-max-s", type=click.FloatRange(0.001), default=5.0, show_default=True)
@click.option("--max-in-flight", type=click.IntRange(1, 1000), default=32, show_default=True, help="Webhooks at once.")
@click.option("--watch-parent", is_flag=True, help="End when standard input ends.")
def command(
    port: int, data: Path | None, callback_url: tuple[str, ...], app_secret: str | None, verify_token: str | None,
    access_token: str | None, numbers: tuple[str, ...], auto_read: bool, no_statuses: bool, status_delay_s: float,
    no_window: bool, enforce_limits: bool, faults: tuple[str, ...], seed: int, retry_initial_s: float,
    retry_max_s: float, max_in_flight: int, watch_parent: bool,
) -> None:  # fmt: skip
    """Simulate the WhatsApp Cloud API and people's phones on 127.0.0.1."""
    try:
        config = SimulatorConfig(
            port=port,
            data=data,
            seed=seed,
            app=App(loopback_urls(callback_url), app_secret, verify_token, access_token),
            numbers=tuple(map(_number, numbers)),
            faults=Faults().changed(dict(map(_fault, faults))),
            statuses=not no_statuses,
            auto_read=auto_read,
            status_delay_s=status_delay_s,
            enforce_window=not no_window,
            enforce_limits=enforce_limits,
            retry_initial_s=retry_initial_s,
            retry_max_s=retry_max_s,
            max_in_flight=max_in_flight,
            watch_parent=watch_parent,
        )
        run(config)
    except (ConfigError, OSError) as error:
        raise click.ClickException(str(error)) from None


def run(config: SimulatorConfig) -> None:
    """Run `serve` on the fastest event loop there is."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(serve(config))
    else:
        uvloop.run(serve(config))


def _number(text: str) -> Number:
    phone_number_id, _, display = text.partition(":")
    if not phone_number_id.isalnum():
        raise ConfigError(f"--number {text!r} must look like 123456 or 123456:15551234567")
    return Number(phone_number_id, display or "15550000000", f"1{phone_number_id}")


def _fault(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name.replace("-", "_"), float(value)
    except ValueError:
        raise ConfigError(f"--fault {text!r} must look like duplicate=0.1") from None
