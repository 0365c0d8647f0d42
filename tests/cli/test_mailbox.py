"""What was given up, from the command line: shown, tried again, dropped."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from recado.db import Database
from recado.kit import new_id
from recado.mailbox.models import Conversation, InboxMessage, OutboxMessage
from tests.cli.terminal import Installation, line_arguments

NOBODY = "0192f0c1-2d3e-7abc-8def-0123456789ab"


def store(installation: Installation, *rows: Any) -> None:
    async def work() -> None:
        database = Database(f"sqlite:///{installation.folder / 'data' / 'recado.db'}")
        async with database.system() as session:
            session.add_all(rows)
        await database.close()

    asyncio.run(work())


class Conversations:
    """One conversation of the line `bench`, and rows for it."""

    def __init__(self, installation: Installation) -> None:
        made = installation.json(*line_arguments())
        self.place = {"project_id": made["project_id"], "line_id": made["line_id"]}
        self.id = new_id()
        self.seq = 0
        send_to = json.dumps([["phone", "51900000001"]])
        rest = {"last_seq": 10, "settled_seq": 10, "last_in_seq": 10}
        self.row = Conversation(id=self.id, contact_id=new_id(), send_to=send_to, created_ms=0, **rest, **self.place)

    def out(self, text: str, state: str, **more: Any) -> OutboxMessage:
        self.seq += 1
        body = json.dumps({"type": "text", "text": text})
        times = {"due_ms": 0, "created_ms": 1_750_000_000_000}
        place = {"conversation_id": self.id, "seq": self.seq, **self.place}
        return OutboxMessage(id=new_id(), body=body, origin="turn", state=state, **times, **place, **more)

    def dead_in(self, text: str) -> InboxMessage:
        self.seq += 1
        message = {"content": {"type": "text", "text": text}}
        place = {"conversation_id": self.id, "seq": self.seq, **self.place}
        provider = {"provider_message_id": f"wamid.{self.seq}", "body": json.dumps(message)}
        return InboxMessage(id=new_id(), dead=True, created_ms=1_750_000_000_000, **provider, **place)


@pytest.fixture
def talk(installation: Installation) -> Conversations:
    return Conversations(installation)


def test_outbox_list_shows_what_needs_a_person(installation: Installation, talk: Conversations) -> None:
    dead = talk.out("no llegó", "dead", error_code="131026", attempts=8)
    unknown = talk.out("quizás", "unknown")
    store(installation, talk.row, dead, unknown, talk.out("llegó", "sent"))
    rows = installation.json("outbox", "list")
    assert [(row["state"], row["text"], row["error"]) for row in rows] == [
        ("unknown", "quizás", None),
        ("dead", "no llegó", "131026"),
    ]
    assert rows[0]["to"] == [["phone", "51900000001"]]
    assert [row["text"] for row in installation.json("outbox", "list", "--state", "sent")] == ["llegó"]
    assert "131026" in installation.ok("outbox", "list", "--project", "bench", "--state", "dead")


def test_outbox_list_shows_what_was_refused_and_waits(installation: Installation, talk: Conversations) -> None:
    refused = talk.out("espera", "queued", error_code="access_token_invalid")
    store(installation, talk.row, refused, talk.out("en camino", "queued"))
    assert [row["text"] for row in installation.json("outbox", "list")] == ["espera"]
    assert "access_token_invalid" in installation.ok("outbox", "list")
    assert len(installation.json("outbox", "list", "--state", "queued")) == 2


def test_outbox_list_with_nothing(installation: Installation, talk: Conversations) -> None:
    assert "Nothing here" in installation.ok("outbox", "list")
    assert installation.json("outbox", "list") == []
    assert "There is no project 'x'" in installation.refused("outbox", "list", "--project", "x")


def test_outbox_retry_and_drop(installation: Installation, talk: Conversations) -> None:
    first, second, third = (talk.out(text, "dead") for text in ("a", "b", "c"))
    store(installation, talk.row, first, second, third)
    assert "Queued again: 1" in installation.ok("outbox", "retry", first.id)
    assert "Dropped: 1" in installation.ok("outbox", "drop", second.id)
    assert "Queued again: 1" in installation.ok("outbox", "retry", "--all-dead", "--project", "bench")
    states = {row["text"]: row["state"] for row in installation.json("outbox", "list", *every_state())}
    assert states == {"a": "queued", "b": "dropped", "c": "queued"}


def every_state() -> list[str]:
    return [part for state in ("queued", "dropped", "dead") for part in ("--state", state)]


def test_a_wrong_id_is_told(installation: Installation, talk: Conversations) -> None:
    assert "There is no such message" in installation.refused("outbox", "retry", NOBODY)
    assert installation.run("outbox", "retry", "17").returncode == 2
    assert installation.run("outbox", "retry").returncode == 2
    assert installation.run("outbox", "drop", NOBODY, "--all-dead").returncode == 2


def test_inbox_list_retry_and_drop(installation: Installation, talk: Conversations) -> None:
    first, second = talk.dead_in("uno"), talk.dead_in("dos")
    store(installation, talk.row, first, second)
    assert {row["text"] for row in installation.json("inbox", "list")} == {"uno", "dos"}
    installation.ok("inbox", "retry", first.id)
    installation.ok("inbox", "drop", second.id)
    assert "Nothing here" in installation.ok("inbox", "list")
    assert "There is no such message" in installation.refused("inbox", "drop", NOBODY)


@pytest.mark.parametrize("deed", ["retry", "drop"])
@pytest.mark.parametrize("table", ["outbox", "inbox"])
def test_one_that_changed_meanwhile_does_not_stop_the_others(
    installation: Installation, talk: Conversations, table: str, deed: str
) -> None:
    if table == "outbox":
        first, changed, last = talk.out("a", "dead"), talk.out("b", "sent"), talk.out("c", "dead")
    else:
        first, changed, last = (talk.dead_in(text) for text in ("a", "b", "c"))
        changed.dead = False
    store(installation, talk.row, first, changed, last)
    done = installation.run(table, deed, first.id, changed.id, last.id, NOBODY, "--json")
    assert done.returncode == 1
    result = json.loads(done.stdout)
    assert result["done"] == [first.id, last.id]
    assert {(one["id"], bool(one["message"])) for one in result["not_done"]} == {(changed.id, True), (NOBODY, True)}
    again = installation.run(table, deed, changed.id)
    assert (again.returncode, ": 0." in again.stdout, changed.id in again.stderr) == (1, True, True)
    assert installation.json(table, deed, "--all-dead") == {"done": [], "not_done": []}


def test_the_database_is_where_the_setting_says(installation: Installation, tmp_path: Path) -> None:
    installation.environment["RECADO_DATABASE_URL"] = f"sqlite:///{tmp_path / 'elsewhere' / 'own.db'}"
    installation.ok("db", "migrate")
    assert (tmp_path / "elsewhere" / "own.db").exists()
