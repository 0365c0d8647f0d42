"""Commands as acts: who runs which command, for the audit log.

Whatever a command changes through the database makes an entry by itself (`recado.audit.noting`). What changes things
elsewhere announces itself: `announced`.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from recado.kit.acting import Act, Doing, acting, current_act

if TYPE_CHECKING:
    from recado.settings import Settings

# Where a database cannot be written though it can be read: its disk is full, fails, or is read-only.
# https://www.sqlite.org/rescode.html, https://www.postgresql.org/docs/current/errcodes-appendix.html: disk_full,
# io_error, read_only_sql_transaction
_UNWRITABLE = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "53100", "58030", "25006")

# What changes no row of an installation, by its path. A test holds every command to stand here or to leave an entry.
UNAUDITED = frozenset(
    {
        # They look.
        "db check", "doctor", "inbox list", "job list", "job show", "key list", "knowledge search", "line blocked",
        "line check", "line list", "line templates list", "line unrouted list", "media list", "outbox list",
        "project list", "schedule list", "usage", "webhook deliveries", "webhook list", "audit list", "audit export",
        "contact erased",
        # They touch no installation.
        "bench", "chat", "eval", "key generate-secret", "model", "model bench", "model cache list",
        "model cache prune", "model convert", "model fetch", "model publish", "simulate cloud-api",
        "simulate model-api", "understand",
        # They work for keys and people: what they set up themselves at the start has entries of the actor `system`.
        "api", "up", "worker",
    }
)  # fmt: skip


@contextmanager
def acting_command() -> Generator[None]:
    """What is done in the block is done by the command that runs."""
    # Watches the sessions of the database from here on.
    import recado.audit.noting  # noqa: F401 # pyright: ignore[reportUnusedImport]

    context = click.get_current_context(silent=True)
    path = context.command_path.partition(" ")[2] if context is not None else ""
    with acting(Act("command", lambda: Doing(path), name=_user())):
        yield


async def announced(settings: "Settings", *, done: bool = False) -> None:
    """An entry of the whole installation: this command is about to begin, or is done.

    None where there is no installation yet.
    """
    from recado.audit.noting import ASKED, DONE, INSTALLATION, note_alone
    from recado.cli import support
    from recado.migrate import check
    from recado.projects.service import list_projects

    act = current_act()
    database = support.database_of(settings)
    try:
        if act is not None and (await check(database)).up_to_date:
            async with database.system(read_only=True) as session:
                used = (await list_projects(session)).items
            if used:
                await note_alone(database, act, INSTALLATION, DONE if done else ASKED)
    finally:
        await database.close()


async def announced_if_room(settings: "Settings") -> bool:
    """As `announced`, before what is wanted most on a machine whose disk is full or fails: False, and a warning in the
    log, if nothing can be written to the database. Other failures are raised.
    """
    from sqlalchemy.exc import DBAPIError

    try:
        await announced(settings)
    except DBAPIError as error:
        reason = str(getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None))
        if not reason.startswith(_UNWRITABLE):
            raise
        _warn(settings, reason)
        return False
    return True


def _warn(settings: "Settings", reason: str) -> None:
    import structlog

    from recado.kit.logs import configure_logging

    configure_logging(settings.log_level, settings.log_format)  # not to a file: its disk may be the full one
    structlog.get_logger(__name__).warning("audit_entry_missing", reason=reason)


def _user() -> str:
    """Who runs this: the user of the operating system, and who became root by sudo."""
    number = os.getuid()
    try:
        import pwd

        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = str(number)
    before = os.environ.get("SUDO_USER")
    return f"{before[:64]} as {name}" if before and number == 0 else name
