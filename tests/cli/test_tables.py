"""Every list as a person reads it: with rows in it, as text. None is forgotten: the commands themselves are walked."""

from collections.abc import Iterator

import click

from recado.cli import recado
from recado.kit import new_id, now_ms
from recado.media.models import Media
from tests.cli.terminal import Installation
from tests.cli.test_mailbox import Conversations, store
from tests.cli.test_unrouted import stray

# The command -> what its table must show of the installation below.
TABLES = {
    "project list": ("SLUG", "bench"),
    "key list": ("HINT", "admin"),
    "line list": ("SETTLE", "123456", "echo", "0 ms"),
    "outbox list": ("ERROR", "131026", "no llegó"),
    "line unrouted list": ("ABOUT", "777"),
    "inbox list": ("CONVERSATION ID", "sin respuesta"),
    "media list": ("ATTEMPTS", "media_timeout", "failed"),
    "webhook list": ("EVENTS", "https://example.com/events"),
}
# A folder of this machine, not part of an installation: tests/model/hub reads it.
# Templates need a provider: tests/api/test_at_provider.py; jobs and schedules are in test_jobs, the
# audit log is in tests/audit.
ELSEWHERE = {"model cache list", "line templates list", "job list", "schedule list", "audit list"}


def lists(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    """The commands called `list`."""
    if isinstance(command, click.Group):
        for name, member in command.commands.items():
            yield from lists(member, (*path, name))
    elif path[-1] == "list":
        yield " ".join(path)


def test_every_list_is_tested_here() -> None:
    assert set(lists(recado)) == TABLES.keys() | ELSEWHERE


def test_every_table_can_be_read(installation: Installation) -> None:
    talk = Conversations(installation)
    installation.ok("webhook", "add", "https://example.com/events", "--project", "bench")
    installation.ok("key", "create", "--project", "bench")
    dead = talk.out("no llegó", "dead", error_code="131026", attempts=8)
    file = Media(
        id=new_id(), project_id=talk.row.project_id, message_id=new_id(), kind="image", state="failed",
        error_code="media_timeout", created_ms=now_ms(),
    )  # fmt: skip
    store(installation, talk.row, dead, talk.dead_in("sin respuesta"), stray({}, "777"), file)
    for command, words in TABLES.items():
        project = ("--project", "bench") if command in ("key list", "webhook list") else ()
        shown = installation.ok(*command.split(), *project)
        for word in words:
            assert word in shown, f"{command}:\n{shown}"
