"""`recado model fetch`, `cache`, `convert` and `publish`: the files of models."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recado.cli import support

if TYPE_CHECKING:
    from recado.model.cache import Kept, Report, Stage
    from recado.model.hub import HubSettings

_MS_A_DAY = 86_400_000

cache_option = click.option(
    "--cache-dir",
    "cache_dir",
    envvar="MODEL_CACHE_DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of downloaded models (MODEL_CACHE_DIR). Default: that of Hugging Face's own tools.",
)
device_option = click.option(
    "--device", envvar="DEVICE", default="auto", show_default=True, help="auto, cpu or cuda (DEVICE)."
)


@click.command(epilog="\b\nExamples:\n  recado model fetch ana/clinic\n  recado model fetch ana/clinic:Q4_K_M --update")
@click.argument("name", envvar="MODEL_NAME")
@click.option("--revision", envvar="MODEL_REVISION", help="Branch, tag or commit (MODEL_REVISION). Default: main.")
@click.option("--update", is_flag=True, help="Ask the hub where the branch stands now.")
@cache_option
@support.json_option
def fetch(name: str, revision: str | None, update: bool, cache_dir: Path | None, as_json: bool) -> None:
    """Download a model from a hub before it is needed, or check the one that is here.

    NAME is user/model, or user/model:file.gguf if it has several. Private models need HF_TOKEN; HF_ENDPOINT names
    another hub. A download that was interrupted goes on where it stopped.
    """
    from recado.model.hub import obtain

    with _bar() as report:
        found = obtain(name, revision or None, _hub(cache_dir), report=report, update=update)
    if as_json:
        support.emit({"model": found.model, "commit": found.revision, "path": str(found.path)})
    else:
        click.echo(f"{found.model} is here, whole and checked: {found.path}")
        click.echo(f"To stay with exactly this one: MODEL_REVISION={found.revision}")


@click.group()
def cache() -> None:
    """The downloaded models on this machine."""


@cache.command("list")
@cache_option
@support.json_option
def list_models(cache_dir: Path | None, as_json: bool) -> None:
    """List the downloaded models."""
    from recado.model.cache import kept_models
    from recado.model.words import size

    rows = [
        {
            "model": one.model,
            "commit": one.commit,
            "branches": ", ".join(one.branches) or None,
            "size": size(one.size_bytes),
            "size_bytes": one.size_bytes,
            "used_at_ms": one.used_at_ms,
        }
        for one in kept_models(_folder(cache_dir))
    ]
    columns = ("model", "commit", "branches", "size", "used_at_ms")
    support.show(rows, columns, as_json=as_json, nothing=f"No models in {_folder(cache_dir)}.")


@cache.command(epilog="\b\nExamples:\n  recado model cache prune --dry-run\n  recado model cache prune ana/clinic")
@click.argument("names", nargs=-1)
@click.option("--unused-days", type=click.IntRange(0), help="Also models that were not read for so many days.")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@cache_option
@support.json_option
def prune(
    names: tuple[str, ...], unused_days: int | None, dry_run: bool, cache_dir: Path | None, as_json: bool
) -> None:
    """Remove what interrupted downloads left, and commits that no branch points to; of NAMES, everything."""
    from recado.kit import now_ms
    from recado.model.cache import prune as prune_cache
    from recado.model.words import size

    unused_since = None if unused_days is None else now_ms() - unused_days * _MS_A_DAY

    def goes(one: "Kept") -> bool:
        unused = unused_since is not None and one.used_at_ms <= unused_since
        return one.model in names or unused or (not names and not one.branches)

    gone = prune_cache(_folder(cache_dir), goes, really=not dry_run)
    if as_json:
        models = [{"model": one.model, "commit": one.commit} for one in gone.kept]
        support.emit({"removed": models, "unfinished": len(gone.partials), "size_bytes": gone.size_bytes})
        return
    for one in gone.kept:
        click.echo(f"{one.model} {one.commit} ({size(one.size_bytes)})")
    if gone.partials:
        click.echo(f"{len(gone.partials)} unfinished downloads")
    click.echo(f"{'Would free' if dry_run else 'Freed'} {size(gone.size_bytes)}.")


@click.command(epilog="\b\nExample:\n  recado model convert ./my-gpt2 my-gpt2.gguf --type q8_0")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--type",
    "kind",
    type=click.Choice(["f32", "f16", "q8_0"]),
    default="f16",
    show_default=True,
    help="Of its numbers: whole, half, or 8 bits each.",
)
@support.json_option
def convert(folder: Path, out: Path, kind: Any, as_json: bool) -> None:
    """Convert a Hugging Face model (GPT-2, Llama) to GGUF, for llama.cpp."""
    from recado.model.convert import convert as convert_model
    from recado.model.words import size

    made = convert_model(folder, out, kind)
    if as_json:
        support.emit({"path": str(made.path), "architecture": made.architecture, "size_bytes": made.size_bytes})
    else:
        click.echo(f"{made.path}: {made.architecture}, {made.parameters:,} parameters, {size(made.size_bytes)}")
        click.echo(f"Serve it: LOCAL_MODEL_PATH={made.path} recado model")


@click.command(epilog="\b\nExample:\n  recado model publish ./my-gpt2 ana/clinic --private")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("repo")
@click.option("--private", is_flag=True, help="Only for those whom you let in.")
@click.option("--revision", help="Branch to commit to; made if it is not there. Default: main.")
@click.option(
    "--text",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Text to measure perplexity with. Default: chats in Spanish and English that come with Recado.",
)
@device_option
@support.json_option
def publish(
    folder: Path, repo: str, private: bool, revision: str | None, text: Path | None, device: str, as_json: bool
) -> None:
    """Measure a model's perplexity, and publish it with a model card as REPO (user/model) on a hub.

    Needs HF_TOKEN with the right to write; HF_ENDPOINT names another hub. A README.md in FOLDER is kept as the card.
    """
    from recado.model.publish import publish as publish_model

    done = publish_model(folder, repo, _hub(None), private=private, revision=revision, text=text, device=device)
    seen = done.perplexity
    if as_json:
        told = {"perplexity": seen.value, "tokens": seen.tokens, "own_card": done.own_card}
        support.emit({"url": done.url, "commit": done.commit, **told})
        return
    click.echo(f"Published {done.url} (perplexity {seen.value:.2f} over {seen.tokens:,} tokens)")
    if done.own_card:
        click.echo("The folder's own README.md is its card; the figure is not in it unless you write it there.")
    click.echo(f"Serve it: MODEL_NAME={repo} MODEL_REVISION={done.commit} recado model")


COMMANDS: tuple[click.Command, ...] = (fetch, cache, convert, publish)


def _folder(cache_dir: Path | None) -> Path:
    from recado.model.cache import default_folder

    return cache_dir or default_folder()


def _hub(cache_dir: Path | None) -> "HubSettings":
    """HF_TOKEN and HF_ENDPOINT are read by the library itself."""
    from recado.model.hub import HubSettings

    return HubSettings(_folder(cache_dir))


@contextmanager
def _bar() -> "Generator[Report]":
    """A bar for each stage, on standard error, where there is a terminal."""
    from recado.model.words import say

    titles = {"check": "checking", "download": "downloading"}
    shown: dict[str, Any] = {}

    def report(stage: "Stage", done: int, total: int) -> None:
        if stage not in shown:
            _finish(shown)
            bar: Any = click.progressbar(length=max(total, 1), label=say(titles[stage]), file=sys.stderr)
            bar.__enter__()
            shown[stage] = (bar, 0)
        bar, before = shown[stage]
        bar.update(done - before)
        shown[stage] = (bar, done)

    try:
        yield report if sys.stderr.isatty() else _nothing()
    finally:
        _finish(shown)


def _finish(shown: dict[str, Any]) -> None:
    for bar, _ in shown.values():
        bar.__exit__(None, None, None)
    shown.clear()


def _nothing() -> "Callable[[Stage, int, int], None]":
    from recado.model.cache import quiet

    return quiet
