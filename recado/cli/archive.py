"""`recado backup` and `recado restore`."""

import errno
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recado.cli import support
from recado.cli.acts import announced, announced_if_room
from recado.errors import RecadoError

# Of a disk, when a write does not say of which file.
_OF_DISKS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG})
# https://www.sqlite.org/rescode.html#full
_FULL = "disk is full"

if TYPE_CHECKING:
    from recado.archive.backup import Made
    from recado.archive.copying import Report
    from recado.archive.restore import Restored


@click.command(epilog="\b\nExample:\n  recado backup /var/backups/recado")
@click.argument("into", type=click.Path(file_okay=False, path_type=Path))
@support.json_option
def backup(into: Path, as_json: bool) -> None:
    """Copy database and media into a new folder below INTO, while Recado works. Files in a bucket stay there.

    The key that encrypts secrets (RECADO_SECRET_KEY, or secret.key in RECADO_DATA_DIR) is not in it: keep it elsewhere.
    """
    from recado.archive.calm import step_back

    step_back()
    with progress() as report:
        made, is_audited = support.run(_back_up(into, report))
    if as_json:
        counts = {"rows": made.manifest.rows, "files": len(made.manifest.files), "size_bytes": made.size_bytes}
        told = {"revision": made.manifest.revision, "without_bucket": made.has_bucket, "audited": is_audited}
        support.emit({"folder": str(made.folder), **told, **counts})
        return
    messages = made.manifest.rows["inbox"] + made.manifest.rows["outbox"]
    click.echo(f"{made.folder}: {messages:,} messages, {len(made.manifest.files) - 1} media files, ", nl=False)
    click.echo(f"{made.size_bytes / 1e6:,.1f} MB, checked.")
    if made.has_bucket:
        click.echo("The files in the bucket (RECADO_MEDIA_URL) are not in it: let it keep versions, or copy it, too.")
    click.echo("The secret key is not in it; without the key, the lines' secrets cannot be read.")
    if not is_audited:
        click.echo("It is not in the audit log: nothing can be written to the database. See its disk: recado doctor")


@click.command(
    epilog="\b\nExample:\n  RECADO_DATA_DIR=/var/lib/recado recado restore /var/backups/recado/recado-20261121T030000Z"
)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--resume",
    is_flag=True,
    help="Send and answer what was still open. Only when Recado was stopped before the backup was made.",
)
@click.option(
    "--erasures",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The list of erasures, if it is not erasures.jsonl in RECADO_DATA_DIR.",
)
@click.option(
    "--key-lost",
    is_flag=True,
    help="Erase without the key of the list: by contact alone, so that numbers in lists of bulk sends come back.",
)
@support.json_option
def restore(folder: Path, resume: bool, erasures: Path | None, key_lost: bool, as_json: bool) -> None:
    """Restore the backup in FOLDER to an empty database and data folder, and check it.

    What was not sent or answered yet when the backup was made may have been since: it is given up, and waits in
    `recado outbox list` and `recado inbox list` for a person to retry it. Jobs that had not ended, as bulk sends, have
    failed with the code restored, schedules go on with their next time from now, and what was to be posted to other
    systems is not. Whoever was erased after the backup is erased again, if the list of erasures is there; that takes
    the secret key: put it back first.
    """
    from recado.archive.holding import Held
    from recado.kit.crypto import has_key

    with progress() as report:
        done = support.run(_restore(folder, report, resume=resume, erasures=erasures, key_lost=key_lost))
    if as_json:
        told = {**asdict(done.held), "erased": done.erased}
        support.emit({"revision": done.manifest.revision, "messages": done.messages, **told})
        return
    click.echo(f"Restored {done.messages:,} messages of {done.manifest.made_at}.")
    if done.erased is None:
        click.echo("No list of erasures (--erasures): whoever was erased after the backup is here again.")
    elif done.erased:
        click.echo(f"People who were erased after the backup, erased again: {done.erased}.")
    held = done.held
    if held != Held():
        click.echo("Given up, because it may have happened since:")
        click.echo(f"  {held.unsent} to send (recado outbox list), {held.unanswered} to answer (recado inbox list)")
        click.echo(f"  {held.jobs} jobs (recado job list --project ... --state failed: those with the error restored)")
        click.echo(f"  {held.posts} posts to other systems (recado webhook deliveries ID --project ... --state dead)")
    settings = support.settings()
    if has_key(settings.secret_key, settings.data_dir):
        click.echo("Before you start it: recado doctor")
    else:
        click.echo("Put the secret key back (RECADO_SECRET_KEY or secret.key), then: recado doctor")


async def _back_up(into: Path, report: "Report") -> "tuple[Made, bool]":
    """The backup, and whether it is in the audit log: a database that cannot be written any more is to be saved."""
    from recado.archive.backup import back_up

    settings = support.settings()
    is_audited = await announced_if_room(settings)
    with files_told():
        return await back_up(settings, into, report), is_audited


async def _restore(
    folder: Path, report: "Report", *, resume: bool, erasures: Path | None, key_lost: bool
) -> "Restored":
    from recado.archive.restore import restore as restore_backup

    settings = support.settings()
    with files_told():
        done = await restore_backup(settings, folder, report, resume=resume, erasures=erasures, key_lost=key_lost)
    await announced(settings, done=True)
    return done


@contextmanager
def files_told() -> Generator[None]:
    """Says which file cannot be read or written, or that a disk is full: it need not be the database's."""
    import sqlite3

    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno not in _OF_DISKS:  # a connection's
            raise
        raise _broke_off(f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror)) from error
    except sqlite3.OperationalError as error:
        if _FULL not in str(error):
            raise
        raise _broke_off("a disk is full") from error


def _broke_off(why: str) -> RecadoError:
    return RecadoError(f"It broke off, and can be done again once that is mended: {why}", code="files_unusable")


@contextmanager
def progress() -> Generator["Report"]:
    """A bar for each stage, on standard error, where there is a terminal."""
    shown: dict[str, Any] = {}

    def finish() -> None:
        for bar, _ in shown.values():
            bar.__exit__(None, None, None)
        shown.clear()

    def report(stage: str, done: int, total: int) -> None:
        if not sys.stderr.isatty():
            return
        if stage not in shown:
            finish()
            bar: Any = click.progressbar(length=max(total, 1), label=stage, file=sys.stderr)
            bar.__enter__()
            shown[stage] = (bar, 0)
        bar, before = shown[stage]
        bar.update(done - before)
        shown[stage] = (bar, done)

    try:
        yield report
    finally:
        finish()
