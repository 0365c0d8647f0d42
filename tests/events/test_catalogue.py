"""The list of events is whole: what the program notes is in it, and nothing else."""

import ast
import re
from pathlib import Path

import recado
from recado.events.catalogue import EVENTS, FAMILIES, OF_OLDER_CLIENTS, is_known

SOURCE = Path(recado.__file__).parent
NAMED = re.compile(r"[a-z_]+\.[a-z_]+")
# What is written like an event and is none: programs of their own, and by their first word or what they end with.
OTHER_PROGRAMS = ("model/", "brain/", "channels/cloud_api/simulator/", "archive/", "cli/", "tracing/")
OTHERS = frozenset(
    {
        "botocore", "c", "facebook", "fbcdn", "fbsbx", "h", "http", "hub", "i", "inbox", "presentationml", "recado",
        "spreadsheetml", "sqlalchemy", "uvicorn", "websocket", "whatsapp", "wordprocessingml",
    }
)  # fmt: skip
ENDINGS = (".bin", ".html", ".json", ".jsonl", ".key", ".log", ".md", ".py")


def told() -> dict[str, str]:
    """Each text in the program that looks like an event -> where it is."""
    found: dict[str, str] = {}
    for path in SOURCE.rglob("*.py"):
        where = path.relative_to(SOURCE).as_posix()
        if where == "events/catalogue.py" or where.startswith(OTHER_PROGRAMS):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            if not isinstance(text, str) or not NAMED.fullmatch(text) or text.endswith(ENDINGS):
                continue
            if text.partition(".")[0] not in OTHERS:
                found[text] = where
    return found


def test_what_is_noted_is_listed_and_what_is_listed_is_noted() -> None:
    found = told()
    assert {name: where for name, where in found.items() if name not in EVENTS} == {}
    assert sorted(EVENTS) == list(EVENTS)
    assert set(EVENTS) - set(found) == set()


def test_what_can_be_asked_for() -> None:
    assert all(map(is_known, ("*", "message.*", "message.sent", "daily_log.*", "session.*", "session.qr_pending")))
    for name in ("message", "message.", "mesage.*", "session", "*.*", "message.sent.*", "sent", ""):
        assert not is_known(name), name
    assert not OF_OLDER_CLIENTS & {name.partition(".")[0] for name in EVENTS}
    assert OF_OLDER_CLIENTS < FAMILIES
