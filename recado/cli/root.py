"""`recado` itself: its sections, its version, and how an error reaches a person."""

import click

from recado import __version__
from recado.cli import (
    archive,
    audit,
    contacts,
    database,
    evaluate,
    jobs,
    keys,
    knowledge,
    lines,
    mailbox,
    media,
    model,
    phone,
    projects,
    running,
    simulate,
    tools,
    understand,
    usage,
    webhooks,
)
from recado.errors import RecadoError

SECTIONS: tuple[tuple[str, tuple[click.Command, ...]], ...] = (
    ("Run", (running.up, running.api, running.worker, model.model)),
    ("Try", (phone.chat, simulate.simulate, understand.understand, evaluate.evaluate)),
    ("Set up", (projects.project, keys.key, lines.line, knowledge.knowledge, database.db)),
    (
        "Look after",
        (
            tools.doctor,
            mailbox.outbox,
            mailbox.inbox,
            media.media,
            jobs.job,
            jobs.schedule,
            webhooks.webhook,
            usage.usage,
            audit.audit,
            contacts.contact,
            archive.backup,
            archive.restore,
            tools.bench,
        ),
    ),
)
EXAMPLES = """\b
Examples:
  recado up                        start everything, with a demo clinic
  recado chat                      write to it from this terminal
  recado line add cloud-api --help connect a WhatsApp number
  recado outbox list               what could not be sent
  recado doctor                    what is wrong here, and how to mend it

Settings come from the environment: RECADO_DATA_DIR, RECADO_DATABASE_URL and others (docs/reference/settings.md)."""


class Recado(click.Group):
    """Lists its commands in sections, and turns errors that a person may see into one clear line."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in SECTIONS:
            with formatter.section(title):
                formatter.write_dl([(command.name or "", command.get_short_help_str(90)) for command in commands])

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except RecadoError as error:
            raise click.ClickException(error.message) from None


@click.group(
    cls=Recado,
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="recado", message="%(prog)s %(version)s")
def recado() -> None:
    """Self-hosted assistants that answer on WhatsApp, and never lose a message."""


for _, members in SECTIONS:
    for member in members:
        recado.add_command(member)
