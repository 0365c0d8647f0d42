"""Projects, keys, lines and the database, from the command line."""

import contextlib
import json
import socketserver
import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from recado.cli.support import explain
from tests.cli.terminal import Installation, free_port, line_arguments
from tests.databases import KINDS, Databases, Kind


def test_line_add_makes_what_is_missing(installation: Installation) -> None:
    made = installation.json(*line_arguments())
    assert made["created"] is True
    assert [p["slug"] for p in installation.json("project", "list")] == ["bench"]
    (line,) = installation.json("line", "list")
    assert (line["address"], line["channel"], line["project"], line["brain"]) == (
        "123456",
        "cloud-api",
        "bench",
        "echo",
    )
    assert line["max_per_second"] == 100000
    assert line["id"] == made["line_id"]


def test_line_add_again_brings_it_up_to_date(installation: Installation) -> None:
    first = installation.json(*line_arguments())
    again = installation.json(*line_arguments(), "--name", "Recepción", "--settle-ms", "700")
    assert (again["line_id"], again["created"]) == (first["line_id"], False)
    (line,) = installation.json("line", "list")
    assert (line["name"], line["settle_ms"]) == ("Recepción", 700)


def add(installation: Installation, number: str, *more: str) -> None:
    secrets = ("--access-token", "t", "--app-secret", "secret", "--verify-token", "v")
    installation.ok("line", "add", "cloud-api", "--project", "bench", "--phone-number-id", number, *secrets, *more)


def lines(installation: Installation) -> dict[str, tuple[str, str, int, float]]:
    """Number -> assistant, brain, pause and rate."""
    rows = installation.json("line", "list")
    return {r["address"]: (r["assistant"], r["brain"], r["settle_ms"], r["max_per_second"]) for r in rows}


def test_line_add_again_keeps_what_is_not_given(installation: Installation) -> None:
    add(installation, "1", "--assistant", "clinica", "--brain", "echo", "--max-per-second", "5", "--settle-ms", "700")
    add(installation, "1", "--name", "Recepción")
    assert lines(installation) == {"1": ("clinica", "echo", 700, 5)}
    add(installation, "1", "--brain", "echo", "--max-per-second", "6")
    assert lines(installation) == {"1": ("clinica", "echo", 700, 6)}
    add(installation, "1", "--brain", "rules")  # the assistant that is called like it
    assert lines(installation) == {"1": ("rules", "rules", 0, 6)}
    add(installation, "1", "--assistant", "clinica")
    assert lines(installation) == {"1": ("clinica", "echo", 700, 6)}


def test_what_other_lines_share_is_not_changed_silently(installation: Installation) -> None:
    add(installation, "1")
    add(installation, "2")
    for change in (("--brain", "echo"), ("--settle-ms", "700")):
        told = installation.refused("line", "update", "--phone-number-id", "1", "--name", "x", *change)
        assert "'rules' also answers on 2." in told
        assert "--assistant SLUG" in told
        assert "--shared" in told
    assert [row["name"] for row in installation.json("line", "list")] == ["1", "2"]  # all of it, or nothing
    installation.ok("line", "update", "--phone-number-id", "1", "--settle-ms", "0")  # as it is
    installation.ok("line", "update", "--phone-number-id", "1", "--assistant", "own", "--brain", "echo")
    assert lines(installation) == {"1": ("own", "echo", 0, 80), "2": ("rules", "rules", 0, 80)}
    add(installation, "3")
    installation.ok("line", "update", "--phone-number-id", "3", "--settle-ms", "700", "--shared")
    add(installation, "4", "--brain", "echo")
    assert lines(installation)["2"] == lines(installation)["3"] == ("rules", "rules", 700, 80)
    assert lines(installation)["4"] == ("echo", "echo", 0, 80)


def test_line_add_works_on_postgresql_too(installation: Installation, databases: Databases) -> None:
    url = databases.create_empty("postgresql")
    installation.environment["RECADO_DATABASE_URL"] = url
    try:
        assert installation.json(*line_arguments())["created"] is True
        assert installation.json("db", "check")["up_to_date"] is True
    finally:
        databases.drop(url)


def test_a_line_of_another_project_stays_there(installation: Installation) -> None:
    installation.ok(*line_arguments())
    assert "connected already" in installation.refused(*line_arguments(project="other"))


def test_an_unknown_brain_is_told(installation: Installation) -> None:
    assert "There is no brain 'magic'. There are: " in installation.refused(*line_arguments(brain="magic"))


def test_secrets_come_from_the_environment_and_are_stored_encrypted(installation: Installation) -> None:
    secrets = {"ACCESS_TOKEN": "EAAG-token", "APP_SECRET": "app-secret-text", "VERIFY_TOKEN": "verify-text"}
    installation.environment |= {f"RECADO_LINE_{name}": text for name, text in secrets.items()}
    installation.ok("line", "add", "cloud-api", "--project", "bench", "--phone-number-id", "1")
    stored = b"".join(path.read_bytes() for path in (installation.folder / "data").glob("recado.db*"))
    assert not [text for text in secrets.values() if text.encode() in stored]


def test_line_update_changes_what_is_given(installation: Installation) -> None:
    installation.ok(*line_arguments())
    installation.ok("line", "update", "--phone-number-id", "123456", "--max-per-second", "5", "--brain", "rules")
    (line,) = installation.json("line", "list", "--project", "bench")
    assert (line["max_per_second"], line["brain"]) == (5, "rules")
    assert "There is no line '7'" in installation.refused("line", "update", "--phone-number-id", "7", "--name", "x")
    assert "more than 0" in installation.refused(
        "line", "update", "--phone-number-id", "123456", "--max-per-second", "0"
    )


def stored_secrets(installation: Installation) -> str:
    """As they are stored: encrypted anew at every change."""
    with contextlib.closing(sqlite3.connect(installation.folder / "data" / "recado.db")) as connection:
        ((secrets,),) = connection.execute("SELECT secrets FROM lines")
    return str(secrets)


def test_line_update_takes_no_secret_that_another_command_left_in_the_environment(installation: Installation) -> None:
    installation.ok(*line_arguments())
    before = stored_secrets(installation)
    installation.environment |= {
        f"RECADO_LINE_{name}": "of-another-line" for name in ("ACCESS_TOKEN", "APP_SECRET", "VERIFY_TOKEN")
    }
    installation.ok("line", "update", "--phone-number-id", "123456", "--name", "Recepción")
    assert stored_secrets(installation) == before
    installation.ok("line", "update", "--phone-number-id", "123456", "--access-token", "new")
    assert stored_secrets(installation) != before


def test_projects(installation: Installation) -> None:
    installation.ok("db", "migrate")
    assert "There is no project yet" in installation.ok("project", "list")
    assert installation.json("project", "create", "clinica", "--name", "Clínica")["slug"] == "clinica"
    assert "clinica" in installation.ok("project", "list")
    assert "There is already a project 'clinica'" in installation.refused("project", "create", "clinica")
    assert "is not a short name" in installation.refused("project", "create", "La Clínica")


def test_keys_are_shown_once_and_can_be_revoked(installation: Installation) -> None:
    installation.ok("db", "migrate")
    installation.ok("project", "create", "clinica")
    made = installation.json("key", "create", "--project", "clinica", "--role", "read", "--name", "web")
    assert made["key"].startswith("rk_")
    listed = installation.run("key", "list", "--project", "clinica", "--json").stdout
    assert made["id"] in listed
    assert made["key"] not in listed
    installation.ok("key", "revoke", "--project", "clinica", made["id"])
    (key,) = installation.json("key", "list", "--project", "clinica")
    assert key["revoked_ms"] is not None
    assert "There is no project 'nobody'" in installation.refused("key", "list", "--project", "nobody")


def test_a_key_alone_on_standard_output(installation: Installation) -> None:
    installation.ok(*line_arguments())
    done = installation.run("key", "create", "--project", "bench")
    assert len(done.stdout.split()) == 1
    assert "only its hash is stored" in done.stderr


def keep_secrets(installation: Installation) -> None:
    """A line and a webhook, each with secrets."""
    installation.ok(*line_arguments())
    installation.ok("webhook", "add", "https://example.com/events", "--project", "bench")


@pytest.mark.parametrize("kind", KINDS)
def test_secrets_move_to_a_new_key_and_the_old_one_can_go(
    installation: Installation, databases: Databases, kind: Kind
) -> None:
    old, new = "the old key of these tests", "the new key of these tests"
    url = databases.create(kind)
    installation.environment |= {"RECADO_DATABASE_URL": url, "RECADO_SECRET_KEY": old}
    keep_secrets(installation)
    told = installation.refused("webhook", "add", "http://127.0.0.1:9000/events", "--project", "bench")
    assert "RECADO_WEBHOOK_NETWORKS" in told
    installation.environment["RECADO_SECRET_KEY"] = new
    assert "cannot be read" in installation.refused("key", "reencrypt")

    installation.environment["RECADO_SECRET_KEY"] = f"{new},{old}"
    assert installation.json("key", "reencrypt") == {"lines": 1, "webhooks": 1, "callbacks": 0}
    assert installation.json("key", "reencrypt") == {"lines": 0, "webhooks": 0, "callbacks": 0}

    installation.environment["RECADO_SECRET_KEY"] = new
    assert installation.json("key", "reencrypt") == {"lines": 0, "webhooks": 0, "callbacks": 0}
    installation.environment["RECADO_SECRET_KEY"] = old
    assert "cannot be read" in installation.refused("key", "reencrypt")
    databases.drop(url)


@pytest.mark.parametrize("kind", KINDS)
def test_a_lost_key_is_told_and_no_other_is_made_in_its_place(
    installation: Installation, databases: Databases, kind: Kind
) -> None:
    url = databases.create_empty(kind)
    installation.environment["RECADO_DATABASE_URL"] = url
    keep_secrets(installation)  # makes a key: there is nothing yet that another one opens
    file = installation.folder / "data" / "secret.key"
    kept = file.read_text()
    file.unlink()
    port = str(free_port())
    starts = [("up", "--no-demo", "--port", port), ("api", "--port", port), ("worker",)]
    token = ("line", "update", "--phone-number-id", "123456", "--access-token", "new")
    writes = [token, line_arguments("7"), ("key", "reencrypt")]
    writes.append(("webhook", "add", "https://example.com/more", "--project", "bench"))
    for command in starts + writes:
        told = installation.refused(*command)
        assert f"{file} is missing" in told, command
        assert "recado key reencrypt --key-lost" in told
        assert not file.exists()

    installation.environment["RECADO_SECRET_KEY"] = "another key than the one that was lost"
    for command in starts + writes:
        assert "cannot be read with RECADO_SECRET_KEY" in installation.refused(*command), command
    file.write_text(kept)
    assert f"{file}, which is there, is not looked at" in installation.refused("worker")
    del installation.environment["RECADO_SECRET_KEY"]
    file.write_text("another key than the one that was lost")
    assert f"cannot be read with the key in {file}" in installation.refused("worker")
    file.write_text(kept)
    installation.ok(*token)
    with installation.running("worker", until="Recado's worker runs") as worker:
        assert worker.stop() == 0
    databases.drop(url)


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_lost_the_key_for_ever_begins_anew(
    installation: Installation, databases: Databases, kind: Kind
) -> None:
    url = databases.create_empty(kind)
    installation.environment["RECADO_DATABASE_URL"] = url
    keep_secrets(installation)
    (installation.folder / "data" / "secret.key").unlink()
    assert "gone for good" in installation.refused("key", "reencrypt", "--key-lost")  # nobody says yes
    assert not (installation.folder / "data" / "secret.key").exists()
    assert installation.json("key", "reencrypt", "--key-lost", "--yes") == {"lines": 1, "webhooks": 1, "callbacks": 0}
    assert installation.json("key", "reencrypt", "--key-lost", "--yes") == {"lines": 0, "webhooks": 0, "callbacks": 0}
    assert installation.json("key", "reencrypt") == {"lines": 0, "webhooks": 0, "callbacks": 0}
    (webhook,) = installation.json("webhook", "list", "--project", "bench")
    found = {one["check"]: one for one in json.loads(installation.run("doctor", "--offline", "--json").stdout)}
    assert "line 123456" in found["secret key"]["says"]
    assert "recado line update" in found["secret key"]["mend"]
    assert f"PATCH /api/v1/webhooks/{webhook['id']}" in found["webhooks out"]["mend"]
    with installation.running("worker", until="Recado's worker runs") as worker:
        assert "line_unusable" in worker.output
        assert worker.stop() == 0
    secrets = ("--access-token", "t", "--app-secret", "secret", "--verify-token", "v")
    installation.ok("line", "update", "--phone-number-id", "123456", *secrets)
    found = {one["check"]: one for one in json.loads(installation.run("doctor", "--offline", "--json").stdout)}
    assert found["secret key"]["level"] == "OK"
    databases.drop(url)


def test_generate_secret_needs_no_installation(installation: Installation) -> None:
    first, second = installation.ok("key", "generate-secret"), installation.ok("key", "generate-secret")
    assert len(first.strip()) >= 43
    assert first != second
    assert not (installation.folder / "data").exists()


def test_db_check_and_migrate(installation: Installation) -> None:
    assert installation.run("db", "check").returncode == 1
    assert installation.json("db", "migrate")["applied"]
    assert installation.json("db", "migrate")["applied"] == []
    assert "up to date" in installation.ok("db", "check")


def test_an_empty_database_says_what_to_run(installation: Installation) -> None:
    assert "recado db migrate" in installation.refused("project", "list")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://localhost/x", "RECADO_DATABASE_URL: starts with neither"),
        ("postgresql://u:very-secret@127.0.0.1:1/x", "The database cannot be used"),
        ("postgresql://u:very-secret@127.0.0.1:port/x", "RECADO_DATABASE_URL"),
    ],
)
def test_a_wrong_database_is_told_in_one_line(installation: Installation, url: str, says: str) -> None:
    installation.environment["RECADO_DATABASE_URL"] = url
    told = installation.refused("project", "list")
    assert says in told
    assert "very-secret" not in told


def test_a_file_that_is_no_database_is_told(installation: Installation) -> None:
    data = installation.folder / "data"
    data.mkdir()
    (data / "recado.db").write_text("this is no database, but long enough to be taken for one\n" * 50)
    assert "The database cannot be used" in installation.refused("project", "list")


def test_a_folder_that_cannot_be_made_is_told(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    installation.environment["RECADO_DATA_DIR"] = str(tmp_path / "file" / "data")
    assert "cannot be used" in installation.refused(*line_arguments())


def test_every_wrong_setting_is_named(installation: Installation) -> None:
    installation.environment |= {"RECADO_LOG_LEVEL": "loud", "RECADO_CLOUD_API_BASE_URL": "graph"}
    told = installation.refused("up")
    assert "RECADO_LOG_LEVEL" in told
    assert "RECADO_CLOUD_API_BASE_URL" in told


@pytest.mark.parametrize("command", ["up", "api", "worker", "doctor", "project list", "db check", "db migrate"])
def test_every_command_tells_a_wrong_setting_in_one_line(installation: Installation, command: str) -> None:
    installation.environment["RECADO_CLOUD_API_BASE_URL"] = "http://x:abc"
    done = installation.run(*command.split())
    told = (done.stdout + done.stderr).splitlines()
    assert done.returncode == 1
    assert "RECADO_CLOUD_API_BASE_URL: is no address" in told[0]
    assert "Example: RECADO_CLOUD_API_BASE_URL=" in told[0]
    assert len(told) == (2 if command == "doctor" else 1)  # the doctor says how to mend it


@contextmanager
def starting_postgres() -> Generator[int]:
    """The port of a server that says what PostgreSQL says while it recovers: 57P03, cannot_connect_now."""
    fields = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"
    answer = b"E" + (len(fields) + 4).to_bytes(4) + fields

    class Starting(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            # A request for TLS comes first (80877103, PostgreSQL's message formats): refused, then the real start.
            while (head := self.request.recv(8)) and head[4:] == (80877103).to_bytes(4):
                self.request.sendall(b"N")
            self.request.sendall(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Starting) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("command", [("up", "--no-demo"), ("api",), ("worker",), ("db", "check")])
def test_a_postgresql_that_is_just_starting_is_told_plainly(tmp_path: Path, command: tuple[str, ...]) -> None:
    with starting_postgres() as port:
        waiting = Installation(tmp_path, RECADO_DATABASE_URL=f"postgresql://u:very-secret@127.0.0.1:{port}/x")
        told = waiting.refused(*command, *(("--port", str(free_port())) if command[0] != "db" else ()))
    assert "the database system is starting up" in told
    assert "very-secret" not in told


def test_a_server_that_dies_during_the_greeting_is_told_plainly() -> None:
    error = explain(asyncpg.InternalClientError("unexpected end of the greeting"))
    assert error is not None
    assert "The database cannot be used" in error.message
