"""`recado simulate model-api`: a hosted model without a key or a network."""

import asyncio
import signal

import click

from recado.brain.llm.simulator.host import Act, Fails, Fits, Says, host
from recado.brain.llm.simulator.shapes import KINDS, MODELS, Kind

WORDS = "Soy un modelo simulado. / I am a simulated model."


@click.command("model-api")
@click.option("--kind", type=click.Choice(KINDS), default="openai", show_default=True, help="Whose API.")
@click.option("--port", type=click.IntRange(0, 65535), default=8091, show_default=True, help="0 takes a free one.")
@click.option("--says", default=WORDS, show_default=True, help="The reply of every answer.")
@click.option("--raw", is_flag=True, help="What --says is the whole answer, also where it fits no schema.")
@click.option("--fails", type=click.IntRange(400, 599), metavar="STATUS", help="Answer with this error instead.")
def command(kind: Kind, port: int, says: str, raw: bool, fails: int | None) -> None:
    """Simulate the API of a hosted model on 127.0.0.1."""
    act: Act = Fails(fails) if fails is not None else Says(says) if raw else Fits(says)
    try:
        asyncio.run(_serve(kind, port, act))
    except OSError as error:
        raise click.ClickException(
            f"Cannot listen on port {port}: {error.strerror}. Choose another: --port 0"
        ) from None


async def _serve(kind: Kind, port: int, act: Act) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with host(kind, act, port=port) as at:
        click.echo(f"The simulated model listens on {at.url}. Use it with:")
        click.echo(
            f"  RECADO_MODEL={MODELS[kind]} RECADO_MODEL_API_KEY=any RECADO_MODEL_BASE_URL={at.base_url} recado up"
        )
        await stop.wait()
