"""`recado simulate`: stand-ins for the providers, for trying and testing without a phone or a network."""

from importlib import import_module

import click

# Loaded when asked for: a simulator is a server, and `recado --help` needs none.
SIMULATORS = {
    "cloud-api": "recado.channels.cloud_api.simulator.command",
    "model-api": "recado.brain.llm.simulator.command",
}


class Simulators(click.Group):
    """One command per simulator, by the name of its channel, or of what else it stands in for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(SIMULATORS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = SIMULATORS.get(cmd_name)
        return import_module(module).command if module is not None else None


@click.group(cls=Simulators)
def simulate() -> None:
    """Stand in for a provider: people's phones without WhatsApp, a hosted model without a key."""
