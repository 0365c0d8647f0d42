"""No command that changes something is forgotten by the audit log."""

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from recado.cli import recado
from recado.cli.acts import UNAUDITED
from recado.kit import new_id, now_ms
from tests.cli.terminal import Installation, free_port, line_arguments
from tests.cli.test_help import commands
from tests.cli.test_mailbox import Conversations, store
from tests.cli.test_unrouted import ACCOUNT_UPDATE, delivery, stray

NUMBER = "123456"
LEAVES = {
    context.command_path.partition(" ")[2]
    for context in commands(click.Context(recado, info_name="recado", **recado.context_settings))
    if not isinstance(context.command, click.Group) or context.command.invoke_without_command
}


class Console:
    """Commands of one installation, in this process: many of them are quick."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.installation = Installation(folder)
        self.environment = {"RECADO_DATA_DIR": str(folder / "data"), **variables}
        self.seen: set[str] = set()

    def run(self, *arguments: str) -> Any:
        return CliRunner().invoke(recado, arguments, env=self.environment)

    def json(self, *arguments: str) -> Any:
        done = self.run(*arguments, "--json")
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def entries(self, *arguments: str) -> list[Any]:
        """The newest first."""
        return self.json("audit", "list", "--limit", "1000", *arguments)


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


def noted(console: Console, path: str, *arguments: str, fails: bool = False) -> Any:
    """Run a command; the first entry that it left."""
    done = console.run(*path.split(), *arguments)
    assert (done.exit_code != 0) == fails, (path, done.output, done.exception)
    made = [entry for entry in console.entries() if entry["id"] not in console.seen]
    console.seen |= {entry["id"] for entry in made}
    assert made, f"{path} left no entry"
    assert {(entry["actor"], entry["action"]) for entry in made} == {("command", path)}
    assert made[0]["name"]
    return made[-1]


def test_every_command_leaves_an_entry_or_is_declared_to_change_nothing(console: Console, tmp_path: Path) -> None:
    port = str(free_port())
    simulate = ("simulate", "cloud-api", "--port", port, "--number", NUMBER)
    console.environment["RECADO_CLOUD_API_BASE_URL"] = f"http://127.0.0.1:{port}"
    console.json("db", "migrate")
    audited = {"db migrate"}  # it makes the log itself: test_a_migration_of_an_installation_is_noted
    with console.installation.running(*simulate, until="simulator ready"):
        for path, arguments in (
            ("project create", ("clinica",)),
            ("key create", ("--project", "clinica", "--name", "panel")),
            ("webhook add", ("--project", "clinica", "https://example.com/events")),
            ("line add cloud-api", line_arguments(NUMBER)[3:]),
            ("line update", ("--phone-number-id", NUMBER, "--name", "Recepción", "--waba-id", f"1{NUMBER}")),
            ("line block", (NUMBER, "51900000001")),
            ("line unblock", (NUMBER, "51900000001")),
        ):
            entry = noted(console, path, *arguments, fails="block" in path)  # nobody wrote
            assert entry["outcome"] == ("asked" if "block" in path else "done")
            audited.add(path)
        place_template(int(port))
        noted(console, "line templates sync", NUMBER)
    old = (tmp_path / "data" / "secret.key").read_text().strip()
    for environment in (console.environment, console.installation.environment):
        environment["RECADO_SECRET_KEY"] = f"another-key-of-more-than-32-characters,{old}"
    noted(console, "key reencrypt")
    rows = rows_of(console)
    console.seen |= {entry["id"] for entry in console.entries()}  # it brings the line up to date
    (key,) = console.json("key", "list", "--project", "clinica")
    for path, arguments in (
        ("key revoke", ("--project", "clinica", key["id"])),
        ("webhook replay", ("--project", "clinica", rows["webhook"], "--delivery", rows["posted"])),
        ("outbox retry", (rows["out"],)),
        ("outbox drop", (rows["out"],)),
        ("inbox retry", (rows["in"],)),
        ("inbox drop", (rows["other in"],)),
        ("media retry", (rows["file"],)),
        ("job cancel", ("--project", "clinica", rows["job"])),
        ("line unrouted drop", ("--all",)),
        ("backup", (str(tmp_path / "backups"),)),
        ("audit trim", ("--older-than", "90")),
        ("project retention", ("clinica", "--messages", "365")),
        ("contact export", ("clinica", rows["contact"], "--to", str(tmp_path / "person.zip"))),
        ("contact erase", ("clinica", rows["contact"], "--yes")),
        ("db compact", ()),
        ("db copy", ("--to", f"sqlite:///{tmp_path / 'other.db'}")),
    ):
        noted(console, path, *arguments)
        audited.add(path)
    assert audited | {"line templates sync", "key reencrypt", "restore"} == LEAVES - UNAUDITED
    assert UNAUDITED < LEAVES
    told = json.dumps(console.entries())
    assert not [word for word in ("51900000001", "hola", "Recepción", "example.com") if word in told]
    (folder,) = (tmp_path / "backups").iterdir()
    restored = Console(tmp_path / "restored")
    noted_restore(restored, folder)


def noted_restore(console: Console, folder: Path) -> None:
    """The backup holds the log, with the entry of the backup itself; the restored place knows that it is one."""
    done = console.run("restore", str(folder))
    assert done.exit_code == 0, done.output
    newest, before, *_ = console.entries()
    assert (newest["action"], newest["outcome"]) == ("restore", "done")
    assert (before["action"], before["outcome"]) == ("backup", "asked")


def rows_of(console: Console) -> dict[str, str]:
    """What is stored that commands can change."""
    from recado.contacts.models import Contact
    from recado.jobs.models import Job
    from recado.media.models import Media
    from recado.webhooks.models import WebhookDelivery

    project = next(row["id"] for row in console.json("project", "list") if row["slug"] == "clinica")
    talk = Conversations(console.installation)
    out, one, other = talk.out("hola", "dead"), talk.dead_in("hola"), talk.dead_in("hola otra vez")
    job = Job(id=new_id(), project_id=project, kind="bulk_send", input="{}", due_ms=now_ms() * 2, created_ms=now_ms())
    (webhook,) = console.json("webhook", "list", "--project", "clinica")
    posted = WebhookDelivery(
        id=new_id(), project_id=project, endpoint_id=webhook["id"], event_id=new_id(), event="message.failed",
        position=1, state="dead", due_ms=0, until_ms=0,
    )  # fmt: skip
    person = Contact(id=new_id(), project_id=project, name="Ana", created_ms=0)
    file = Media(
        id=new_id(), project_id=project, message_id=new_id(), kind="image", state="failed", created_ms=now_ms()
    )
    rows = (person, file, talk.row, out, one, other, job, posted, stray(delivery(ACCOUNT_UPDATE)))
    store(console.installation, *rows)
    return {
        "contact": person.id,
        "file": file.id,
        "out": out.id,
        "in": one.id,
        "other in": other.id,
        "job": job.id,
        "webhook": webhook["id"],
        "posted": posted.id,
    }


def place_template(port: int) -> None:
    import urllib.request

    body = json.dumps({"name": "cita", "body": "Hola {{1}}"}).encode()
    url = f"http://127.0.0.1:{port}/simulator/templates"
    with urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "application/json"}), timeout=60):
        pass


def test_a_migration_of_an_installation_is_noted(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    console.json("db", "migrate")
    assert console.entries() == []  # of nothing: an empty place is still empty for `recado restore`
    noted(console, "project create", "clinica")

    async def migrated(_: object) -> list[str]:
        return ["0099"]

    monkeypatch.setattr("recado.migrate.migrate", migrated)
    noted(console, "db migrate")


def test_the_log_is_listed_filtered_and_exported(console: Console) -> None:
    console.json("db", "migrate")
    for slug in ("clinica", "chacra"):
        console.run("project", "create", slug)
        console.run("key", "create", "--project", slug, "--name", "panel")
    mine = console.entries("--project", "clinica")
    assert [entry["action"] for entry in mine] == ["key create", "project create"]
    assert console.entries("--object", mine[0]["object_id"]) == mine[:1]
    assert len(console.entries("--action", "key create")) == 2
    assert console.entries("--since", "2999-01-01") == []
    lines = console.run("audit", "export").stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [entry["id"] for entry in console.entries()]
    few = console.installation.run("audit", "list", "--limit", "2", "--json")  # more are left than are shown
    assert [entry["id"] for entry in json.loads(few.stdout)] == [entry["id"] for entry in console.entries()[:2]]
    assert few.stderr == ""
    table = console.run("audit", "list").stdout
    assert re.search(r"key create +key +[0-9a-f-]{36} +done", table)
    assert "Nothing was changed yet" in console.run("audit", "list", "--since", "2999-01-01").stdout


def test_what_the_program_sets_up_at_its_start_is_its_own(console: Console) -> None:
    import asyncio

    from recado.db import Database
    from recado.installation import ensure_keys

    console.json("db", "migrate")

    async def start() -> None:
        database = Database(f"sqlite:///{console.installation.folder / 'data' / 'recado.db'}")
        for _ in range(2):
            await ensure_keys(database, [("clinica", "0123456789abcdef")])
        await database.close()

    asyncio.run(start())
    assert [(entry["actor"], entry["action"], entry["object_kind"]) for entry in console.entries()] == [
        ("system", "start", "key"),
        ("system", "start", "project"),
    ]
