"""The command line. One module per group of commands; what a command needs is imported when it runs."""

from recado.cli.root import recado


def main() -> None:
    """The entry point of `recado`."""
    recado(prog_name="recado")


__all__ = ["main", "recado"]
