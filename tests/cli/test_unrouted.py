"""Deliveries that fit no line, from the command line: shown by their kind, and dropped."""

import json
from typing import Any

import pytest

from recado.kit import new_id, now_ms
from recado.mailbox.models import Unrouted
from tests.cli.terminal import Installation
from tests.cli.test_mailbox import store

DAY_MS = 24 * 3600 * 1000
ACCOUNT_UPDATE = {"field": "account_update", "value": {"event": "VERIFIED_ACCOUNT"}}


def delivery(change: object) -> dict[str, Any]:
    return {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}


def stray(body: object, address: str | None = None, age_days: int = 0) -> Unrouted:
    created_ms = now_ms() - age_days * DAY_MS
    digest = new_id()
    text = json.dumps(body)
    place = {"channel": "cloud-api", "line_address": address}
    return Unrouted(id=new_id(), digest=digest, body=text, created_ms=created_ms, **place)


@pytest.fixture
def strays(installation: Installation) -> list[Unrouted]:
    """One of each kind, and an old notice; the newest last."""
    installation.ok("db", "migrate")
    rows = [
        stray(delivery(ACCOUNT_UPDATE), age_days=40),
        stray(delivery("no change at all")),
        stray(delivery({"field": "messages", "value": {"metadata": {"phone_number_id": "777"}}}), "777"),
        stray(delivery(ACCOUNT_UPDATE)),
    ]
    store(installation, *rows)
    return rows


def test_they_are_listed_by_kind(installation: Installation, strays: list[Unrouted]) -> None:
    rows = installation.json("line", "unrouted", "list")
    assert [(row["kind"], row["about"]) for row in rows] == [
        ("notice", "account_update"),
        ("line", "777"),
        ("person", None),
        ("notice", "account_update"),
    ]
    assert json.loads(rows[0]["body"]) == delivery(ACCOUNT_UPDATE)
    assert len(installation.json("line", "unrouted", "list", "--limit", "1")) == 1


def test_some_are_dropped_and_who_is_not_there_is_told(installation: Installation, strays: list[Unrouted]) -> None:
    nobody = new_id()
    done = installation.run("line", "unrouted", "drop", strays[1].id, nobody, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == {"dropped": 1, "missing": [nobody]}
    assert len(installation.json("line", "unrouted", "list")) == 3


def test_notices_all_or_the_old_ones_are_dropped(installation: Installation, strays: list[Unrouted]) -> None:
    assert "Dropped: 1." in installation.ok("line", "unrouted", "drop", "--notices", "--older-than", "30")
    assert installation.json("line", "unrouted", "drop", "--notices")["dropped"] == 1
    assert [row["kind"] for row in installation.json("line", "unrouted", "list")] == ["line", "person"]
    assert installation.json("line", "unrouted", "drop", "--all")["dropped"] == 2
    assert "Nothing here" in installation.ok("line", "unrouted", "list")


@pytest.mark.parametrize(
    "arguments", [[], ["--all", "--notices"], [new_id(), "--all"], [new_id(), "--older-than", "1"]]
)
def test_what_to_drop_must_be_said(installation: Installation, arguments: list[str]) -> None:
    assert installation.run("line", "unrouted", "drop", *arguments).returncode == 2
