"""House rules that no tool knows: small walks over the syntax trees of recado/."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import recado

ROOT = Path(recado.__file__).parent

# Files and folders that may write SQL by hand.
RAW_SQL = {
    "db.py": "the database's clock",
    "health.py": "asks only whether the database answers",
    "mailbox": "the hot path, limited to its rows by their ids",
    "migrate.py": "Alembic's own table, and locks",
    "migrations": "tables, not rows",
    "privacy/scrubbing.py": "cleans files: checkpoints and VACUUM",
}
# Files and folders that may work across projects.
SYSTEM = {
    "lookout.py": "asks for all rooms at once whether anything is due",
    "setback.py": "sets waits of all projects right",
    "installation.py": "makes projects",
    "assistants/book.py": "a process answers for all projects",
    "evaluation/stage.py": "makes the project of a database that is gone at the end",
    "media/work.py": "a process fetches for all projects",
    "channels/book.py": "a process receives and sends for all projects",
    "projects/auth.py": "finds the project of a key, and whether keys are still good",
    "events/feed.py": "one reader for all listeners; each is given its project's",
    "webhooks/delivering.py": "a process delivers for all projects",
    "metrics/waiting.py": "counts what waits in all projects",
    "archive/copying.py": "moves whole installations",
    "archive/holding.py": "restores whole installations",
    "channels/templates/syncing.py": "a process keeps the templates of all projects",
    "tracing/placing.py": "a process traces for all projects",
    "jobs/callbacks.py": "a process tells of the jobs of all projects",
    "jobs/claims.py": "a process does the jobs of all projects",
    "jobs/ticks.py": "a process keeps the schedules of all projects",
    "cli": "the operator's own tool",
    "privacy/again.py": "restores whole installations",
    "privacy/ledger.py": "lists who was erased from the whole installation, for its operator",
    "privacy/repeats.py": "a process receives for all projects",
    "privacy/work.py": "a process erases, and removes what has aged, for all projects",
    "doctor": "looks at the whole installation, for its operator",
    "keyring.py": "one key opens what all projects keep",
    "main.py": "tells the operator which lines there are",
}
SQL_FUNCTIONS = {"text", "exec_driver_sql", "bulk_insert_mappings", "bulk_update_mappings", "bulk_save_objects"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"), str(path))


def is_named(path: str, allowed: dict[str, str]) -> bool:
    return any(path == name or path.startswith(name + "/") for name in allowed)


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a file, by the last part of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id, node
            elif isinstance(node.func, ast.Attribute):
                yield node.func.attr, node


def raw_sql(tree: ast.Module) -> list[int]:
    """Lines that write SQL by hand, the conditions of indexes in table definitions left out."""
    definitions = [call for name, call in calls(tree) if name in {"Index", "mapped_column"}]
    conditions = {id(node) for call in definitions for node in ast.walk(call)}
    has_text = any(module.startswith("sqlalchemy") and name == "text" for module, name in imported(tree))
    return [
        call.lineno
        for name, call in calls(tree)
        if name in SQL_FUNCTIONS and (name != "text" or has_text) and id(call) not in conditions
    ]


def system_sessions(tree: ast.Module) -> list[int]:
    return [call.lineno for name, call in calls(tree) if name == "system" and isinstance(call.func, ast.Attribute)]


def core_tables(tree: ast.Module) -> list[int]:
    """Lines that reach past the mapped classes, whose statements a project's session cannot limit."""
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "__table__"]


def imported(tree: ast.Module) -> set[tuple[str, str]]:
    """Every (module, name) that a file imports with `from`."""
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {(node.module or "", name.name) for node in froms for name in node.names}


def modules(tree: ast.Module) -> set[str]:
    """The modules that are imported, or imported from."""
    names = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    return names | {module for module, _ in imported(tree)}


def test_sql_by_hand_is_written_in_few_places() -> None:
    found = {path: lines for path, tree in sources() if not is_named(path, RAW_SQL) and (lines := raw_sql(tree))}
    assert found == {}


def test_few_places_work_across_projects() -> None:
    found = {path: lines for path, tree in sources() if (lines := system_sessions(tree))}
    assert {path: lines for path, lines in found.items() if not is_named(path, SYSTEM)} == {}
    assert [name for name in SYSTEM if not any(is_named(path, {name: ""}) for path in found)] == []


def test_nothing_reaches_past_the_mapped_classes() -> None:
    found = {path: lines for path, tree in sources() if path != "db.py" and (lines := core_tables(tree))}
    assert found == {}


def test_services_do_not_commit() -> None:
    ends = {"commit", "rollback"}
    found = {
        path: lines
        for path, tree in sources()
        if path.endswith("/service.py") and (lines := [call.lineno for name, call in calls(tree) if name in ends])
    }
    assert found == {}


def test_the_senders_table_is_the_mailboxs_alone() -> None:
    """A project's session does not limit it (see tests/test_tenancy.py)."""
    tables = {path for path, tree in sources() if ("recado.mailbox.models", "Sender") in imported(tree)}
    assert {path for path in tables if not path.startswith("mailbox/")} == set()


def test_all_is_served_by_one_server() -> None:
    """Or what protects it is forgotten somewhere."""
    knows = {path for path, tree in sources() if any(name.split(".")[0] == "uvicorn" for name in modules(tree))}
    assert knows == {"kit/connections.py", "kit/serving.py", "kit/short_way.py"}


@pytest.mark.parametrize(
    ("code", "caught"),
    [
        ("from sqlalchemy import text\nsession.execute(text('SELECT 1'))", True),
        ("connection.exec_driver_sql('SELECT 1')", True),
        ("from sqlalchemy import text\nIndex('ix', 'a', sqlite_where=text('a'))", False),
        ("answer = response.text()", False),
    ],
)
def test_the_lint_sees_sql(code: str, caught: bool) -> None:
    assert bool(raw_sql(ast.parse(code))) is caught


def test_the_lint_sees_system_sessions() -> None:
    assert system_sessions(ast.parse("async with database.system() as session: pass")) == [1]
