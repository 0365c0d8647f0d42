"""Makes the reference pages from the program itself: `python -m recado.cli.reference FOLDER`."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from recado.cli.root import recado
from recado.events.catalogue import EVENTS
from recado.metrics.catalogue import CATALOGUE
from recado.model.settings import ModelSettings, variables_of
from recado.settings import EXAMPLES, Settings, variable_name

_WIDTH = 100
_ABOUT_METRICS = """\
`GET /metrics` of `recado up`, `recado api` and `recado worker --port PORT` answers in Prometheus' text form, to anybody
who reaches the port: let only your Prometheus reach it. The names and labels are the same on SQLite and PostgreSQL. No
label names a person; the largest number of series is that of `recado_line_sends_total`, four for each line. Of the
model, of limits and of traces there is something where they are in use. Beside these there are the usual ones of the
process (`process_resident_memory_bytes`, `process_cpu_seconds_total` and others)."""
_ABOUT_EVENTS = """\
What `GET /api/v1/events` and its streams tell, and what webhooks post. A webhook takes the names that it asks for;
`message.*` is all that begin so, `*` is all. What `data` holds names ids, never what people said. Events of messages
are kept while somebody listens; that one failed always is."""
_MADE = "<!-- Made by `make docs`; change the program, not this page. -->"


def cli_page() -> str:
    """Every command with its help, as Markdown."""
    commands = _contexts(_context(recado, "recado", None))
    parts = [f"## {context.command_path}\n\n```text\n{context.get_help()}\n```" for context in commands]
    return "\n\n".join(["# Commands", _MADE, *parts]) + "\n"


def _contexts(context: click.Context) -> Iterator[click.Context]:
    yield context
    command = context.command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None:
                yield from _contexts(_context(found, name, context))


def _context(command: click.Command, name: str, parent: click.Context | None) -> click.Context:
    helps = None if parent else ["-h", "--help"]  # below, they are the parent's
    return click.Context(
        command,
        parent,
        name,
        terminal_width=_WIDTH,
        max_content_width=_WIDTH,
        help_option_names=helps,
        color=False,
    )


def settings_page() -> str:
    """Every setting with its default and an example, as Markdown."""
    rows = ["| variable | default | what it is | example |", "|---|---|---|---|"]
    for field, info in Settings.model_fields.items():
        default = "" if info.default in ("", ()) else f"`{info.default}`"
        example = EXAMPLES.get(field, "").replace("|", "\\|")
        rows.append(f"| `{variable_name(field)}` | {default} | {info.description or ''} | {_code(example)} |")
    served = ["", "## The Model API (`recado model`)", "", "| variable | default | what it is |", "|---|---|---|"]
    for info in ModelSettings.model_fields.values():
        variables = " or ".join(f"`{name}`" for name in variables_of(info))
        default = "" if info.default in ("", (), None) else f"`{info.default}`"
        served.append(f"| {variables} | {default} | {info.description or ''} |")
    about = (
        "Read from the environment when a process starts. A wrong one is named, with an example, and nothing starts."
    )
    return "\n".join(["# Settings", "", _MADE, "", about, "", *rows, *served]) + "\n"


def metrics_page() -> str:
    """Every metric with its labels, as Markdown."""
    scopes = {
        "process": "## What each process counts\n\nAdd them up over processes: `sum by (outcome) (...)`.",
        "installation": "## What is so in the installation\n\nEvery process tells the same: take the `max`, never the "
        "`sum`.",
    }
    parts = ["# Metrics", _MADE, _ABOUT_METRICS]
    for scope, title in scopes.items():
        rows = ["| metric | kind | labels | what it is |", "|---|---|---|---|"]
        for family in CATALOGUE:
            if family.scope == scope:
                names = "<br>".join(f"`{name}`" for name in family.series)
                labels = ", ".join(f"`{label}`" for label in family.labels)
                rows.append(f"| {names} | {family.kind} | {labels} | {family.about} |")
        parts += [title, "\n".join(rows)]
    return "\n\n".join(parts) + "\n"


def events_page() -> str:
    """Every event with what it says, as Markdown."""
    rows = [f"| `{name}` | {about} |" for name, about in EVENTS.items()]
    return (
        "\n\n".join(["# Events", _MADE, _ABOUT_EVENTS, "\n".join(["| event | what happened |", "|---|---|", *rows])])
        + "\n"
    )


def _code(example: str) -> str:
    return "<br>".join(f"`{part}`" for part in example.split(" or ")) if example else ""


def write(folder: Path) -> None:
    """Write all pages into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in (
        ("cli.md", cli_page()),
        ("settings.md", settings_page()),
        ("metrics.md", metrics_page()),
        ("events.md", events_page()),
    ):
        (folder / name).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
