"""`recado eval`: scripted conversations with a brain."""

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recado.cli import support
from recado.errors import BadInput

if TYPE_CHECKING:
    from recado.brain.llm.thinking import Thinker
    from recado.decisions import BrainMode
    from recado.evaluation.results import Run
    from recado.evaluation.script import Scripted

_FILE = click.Path(path_type=Path)


@click.command(
    "eval", epilog="\b\nExamples:\n  recado eval\n  recado eval our-clinic.yaml --html report.html --against last.json"
)
@click.argument("files", nargs=-1, type=_FILE, metavar="[FILE]...")
@click.option("--brain", "brain_name", default="rules", show_default=True, help="Which brain answers.")
@click.option(
    "--mode",
    type=click.Choice(["hybrid", "model"]),
    help="Let the model of the settings (RECADO_MODEL) take part: in what the rules are not sure of, or in everything.",
)
@click.option("--html", type=_FILE, help="Write the report here as one HTML file.")
@click.option("--against", type=_FILE, help="Compare with the run kept in this file.")
@click.option(
    "--keep", type=_FILE, help="Keep this run here, to compare with later.  [default: evaluation/ of the data]"
)
@support.json_option
def evaluate(
    files: tuple[Path, ...], brain_name: str, mode: "BrainMode | None", html: Path | None, against: Path | None,
    keep: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Hold scripted conversations with a brain, through the real turn.

    FILE is a YAML file of conversations, or a folder of them; without one, those that come with Recado. Nothing is
    sent to anybody, and no data is touched. The run is compared with the last one of the same brain and files.
    Ends with 1 if a conversation fails.
    """
    settings = support.settings()
    from recado.evaluation import results, script
    from recado.evaluation.page import page
    from recado.evaluation.report import lines

    _hush()
    conversations = script.read_all(files or [script.BUNDLED])
    called = "-".join(filter(None, (brain_name, mode, "own" if files else "")))
    kept = keep or settings.data_dir / "evaluation" / f"{called}.json"
    before = results.load(against) if against else results.load(kept) if kept.is_file() else None
    run = support.run(_hold(conversations, brain_name, mode, quiet=as_json))
    changes = results.difference(before, run) if before else None
    results.keep(kept, run)
    if html is not None:
        _write(html, page(run, changes))
    if as_json:
        support.emit(run.model_dump(mode="json") | {"changes": changes.model_dump() if changes else None})
    else:
        click.echo("\n".join(lines(run, changes)))
    if run.passed < len(run.conversations):
        raise SystemExit(1)


async def _hold(conversations: "list[Scripted]", name: str, mode: "BrainMode | None", *, quiet: bool) -> "Run":
    from recado.brain.registry import builtin_brains
    from recado.evaluation.holding import hold
    from recado.main import SKILLS

    thinker = None
    if mode is not None:
        thinker = _thinker()
        conversations = [one.in_mode(mode) for one in conversations]
    brains = builtin_brains(thinker)
    if name not in brains:
        raise BadInput(f"There is no brain called {name!r}. There are: {', '.join(sorted(brains))}")
    try:
        with click.progressbar(length=len(conversations), label="Talking", file=sys.stderr, hidden=quiet) as bar:
            return await hold(conversations, brains[name], SKILLS, lambda _: bar.update(1))
    finally:
        if thinker is not None:
            await thinker.close()


def _thinker() -> "Thinker":
    """The model of the settings; nobody's budget is touched."""
    from recado.brain.llm.opening import open_thinker

    thinker = open_thinker(support.settings())
    if thinker is None:
        raise BadInput("There is no model. Name one: RECADO_MODEL=local recado eval --mode hybrid")
    return thinker


def _hush() -> None:
    """The turns' own lines do not belong into the report; what goes wrong is in it."""
    from recado.kit.logs import configure_logging

    configure_logging("CRITICAL")
    logging.getLogger("alembic").setLevel(logging.CRITICAL)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror})") from None
