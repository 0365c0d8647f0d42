"""`recado contact`: what is kept of one person, and their erasure."""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from contextvars import Context
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from recado.cli import support
from recado.errors import BadInput, Conflict, Unavailable, retry_after

if TYPE_CHECKING:
    from recado.db import Database
    from recado.privacy.erasing import Eraser
    from recado.privacy.schemas import ErasureOut

# A command waits so long for an erasure that another process is working on.
WAIT_S = 300.0
LOOK_S = 0.2

project_argument = click.argument("project")
who_argument = click.argument("who")


@click.group()
def contact() -> None:
    """People who write: export what is kept of one, or erase them. WHO is an id, a phone number or another address."""


@contact.command(epilog="\b\nExample:\n  recado contact export clinica-norte +51987654321 --to ana.zip")
@project_argument
@who_argument
@click.option(
    "--to", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The zip to write; it must be new."
)
def export(project: str, who: str, to: Path) -> None:
    """Write all that is kept of a person into a zip: JSON, a page to read, and their files.

    PROJECT is its short name, WHO an id, a phone number or another address. Merged contacts are one person.
    """
    size = support.run(_export(project, who, to))
    click.echo(f"{to}: {size:,} bytes. Open index.html in it to read; whoever has the file has the person's data.")


@contact.command(epilog="\b\nExample:\n  recado contact erase clinica-norte +51987654321")
@project_argument
@who_argument
@click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
@support.json_option
def erase(project: str, who: str, yes: bool, as_json: bool) -> None:
    """Erase a person for good: contact, messages, files and every other trace, and show the receipt.

    Nothing is sent to them from then on; whoever writes from their number later is somebody new. There is no way back.
    Copies elsewhere are not in Recado's hands: backups, and what webhooks have told other programs.
    """
    if not yes:
        click.echo(f"All that {project} keeps of {who} will be gone for good.", err=True)
        typed = click.prompt("Type the same number or id again to erase", err=True)
        if typed.strip() != who.strip():
            raise click.ClickException("That is not the same: nothing was erased.")
    _show(support.run(_erase(project, who)), as_json)


@contact.command(epilog="\b\nExample:\n  recado contact erased clinica-norte +51987654321")
@project_argument
@click.argument("address")
@support.json_option
def erased(project: str, address: str, as_json: bool) -> None:
    """Say whether somebody with this phone number (or other address) was erased, and show the receipts."""
    found = support.run(_erased(project, address))
    if as_json:
        support.emit([one.model_dump(mode="json") for one in found])
    elif not found:
        click.echo("No: nobody with this address was erased in this project.")
    else:
        for one in found:
            _show(one, as_json=False)


def _show(receipt: "ErasureOut", as_json: bool) -> None:
    if as_json:
        support.emit(receipt.model_dump(mode="json"))
        return
    rows = ", ".join(f"{count} of {table}" for table, count in sorted(receipt.counts.items()) if count) or "nothing"
    if receipt.done_at is None:
        click.echo(f"Erasure {receipt.id} is running since {receipt.asked_at:%Y-%m-%d %H:%M:%S} UTC.")
        return
    click.echo(f"Erased, {receipt.done_at:%Y-%m-%d %H:%M:%S} UTC, asked by {receipt.asked_by}. Receipt {receipt.id}.")
    click.echo(f"Gone: {rows}.")
    if receipt.traces:
        click.echo(
            f"The person still stands {receipt.traces} times in unused parts of the database's file. "
            "At a quiet hour: recado db compact"
        )


# --- work -------------------------------------------------------------------------------------------------


@asynccontextmanager
async def _project(slug: str) -> "AsyncGenerator[tuple[Database, str, Eraser]]":
    """The database, the project's id, and what erases in it."""
    from recado.keyring import open_box
    from recado.media.store import open_store
    from recado.privacy.erasing import Eraser
    from recado.projects.service import get_by_slug

    settings = support.settings()
    async with support.open_database() as database:
        async with database.system(read_only=True) as session:
            project_id = (await get_by_slug(session, slug)).id
        store = open_store(settings.media_url, settings.data_dir)
        try:
            box = await open_box(settings, database)
            yield database, project_id, Eraser(database, store, box, settings.data_dir)
        finally:
            await store.close()


async def _export(slug: str, who: str, to: Path) -> int:
    from recado.kit.acting import ASKING
    from recado.privacy.exporting import export_of
    from recado.privacy.people import find_contact

    async with _project(slug) as (database, project_id, eraser):
        async with database.project(project_id, read_only=True) as session:
            contact_id = await find_contact(session, who)
        export = await export_of(database, eraser.store, project_id, contact_id)
        async with database.project(project_id) as session:  # noted before the first byte leaves
            session.info[ASKING] = ("contact", contact_id)
        try:
            return await _write(to, export.chunks())
        except OSError as error:
            raise BadInput(f"{to} cannot be written ({error.strerror})", code="bad_path") from None


async def _write(to: Path, chunks: AsyncIterator[bytes]) -> int:
    """Write a new file, whole or not at all; its size. Raises `Conflict` (`file_exists`), `OSError`."""
    size, part = 0, to.with_name(f"{to.name}.part")
    file = _begin(to, part)
    try:
        with file:
            async for chunk in chunks:
                size += await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(_finish, file, part, to)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return size


def _begin(to: Path, part: Path) -> IO[bytes]:
    """A new file that nobody else may read, for what is to be called `to` when it is whole."""
    if to.exists():
        raise Conflict(f"{to} is there already: name another file", code="file_exists")
    try:
        return os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb")
    except FileExistsError:
        raise Conflict(
            f"{part} is there already: somebody writes the same export, or one was killed; then remove it",
            code="file_exists",
        ) from None


def _finish(file: IO[bytes], part: Path, to: Path) -> None:
    file.flush()
    os.fsync(file.fileno())
    part.rename(to)


async def _erase(slug: str, who: str) -> "ErasureOut":
    import getpass

    from recado.privacy.people import find_contact
    from recado.privacy.schemas import erasure_out
    from recado.privacy.service import ask_erasure, get_erasure, running_of

    async with _project(slug) as (database, project_id, eraser):
        async with database.project(project_id) as session:
            row = await running_of(session, eraser.box, who)
            if row is None:
                contact_id = await find_contact(session, who)
                row = await ask_erasure(session, eraser.box, contact_id, f"cli:{getpass.getuser()}"[:80])
        try:
            async with asyncio.timeout(WAIT_S):
                while row.state == "running":
                    # What was asked for is in the audit log; the hundreds of commits that carry it out are not.
                    work = asyncio.create_task(eraser.work_on(project_id, row.id), context=Context())
                    if not await work:
                        await asyncio.sleep(LOOK_S)
                    async with database.project(project_id, read_only=True) as session:
                        row = await get_erasure(session, row.id)
        except TimeoutError:
            raise Unavailable(
                f"Erasure {row.id} is still running; a worker goes on with it", verdict=retry_after(60)
            ) from None
        return erasure_out(row)


async def _erased(slug: str, address: str) -> "list[ErasureOut]":
    from recado.privacy.people import possible_addresses
    from recado.privacy.schemas import erasure_out
    from recado.privacy.service import erasures_of

    async with _project(slug) as (database, project_id, eraser):
        found: dict[str, Any] = {}
        async with database.project(project_id, read_only=True) as session:
            for kind, value in possible_addresses(address):
                for row in await erasures_of(session, eraser.box, kind, value):
                    found[row.id] = erasure_out(row)
        return list(found.values())
