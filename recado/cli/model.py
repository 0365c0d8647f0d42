"""`recado model`: local language models."""

import click

from recado.cli import model_files


@click.group()
def model() -> None:
    """Local language models: their files, and the server that answers with one."""


for command in model_files.COMMANDS:
    model.add_command(command)
