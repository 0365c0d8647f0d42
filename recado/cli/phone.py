"""`recado chat`: a phone in the terminal."""

from typing import TYPE_CHECKING

import click

from recado.cli.running import DEFAULT_SIMULATOR_PORT

if TYPE_CHECKING:
    from recado.chat.words import Language

DEFAULT_SIMULATOR = f"http://127.0.0.1:{DEFAULT_SIMULATOR_PORT}"
# A number in the form of Peruvian mobiles, as the demo clinic is in Lima.
DEFAULT_PHONE = "51900000001"
DEFAULT_NAME = "Ana"


@click.command(
    epilog="\b\nExamples:\n  recado chat\n  recado chat --phone 51900000002 --name Luis\n"
    "  printf 'hola\\n' | recado chat --wait 5\n  printf '/file photo.jpg My leaf\\n' | recado chat"
)
@click.option("--phone", default=DEFAULT_PHONE, show_default=True, metavar="NUMBER", help="Whose phone this is.")
@click.option("--name", default=DEFAULT_NAME, show_default=True, help="What WhatsApp calls this person.")
@click.option(
    "--simulator", default=DEFAULT_SIMULATOR, show_default=True, metavar="URL", help="Where the simulator is."
)
@click.option("--line", metavar="PHONE_NUMBER_ID", help="Which business to write to. Default: the first.")
@click.option("--language", type=click.Choice(["es", "en"]), help="Of this screen. Default: as LANG says, else es.")
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(0.0, 3600.0),
    default=5.0,
    show_default=True,
    help="Without a terminal: seconds to wait for each answer.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line, as it happens; for scripts.")
def chat(
    phone: str, name: str, simulator: str, line: str | None, language: "Language | None", wait_s: float, as_json: bool
) -> None:
    """Write to an assistant from this terminal, as a person would.

    Files, voice notes, places, contacts and reactions are commands there: /help lists them.
    """
    from recado.chat import Options, run_chat

    raise SystemExit(run_chat(Options(simulator, phone, name, line, language, wait_s, as_json)))
