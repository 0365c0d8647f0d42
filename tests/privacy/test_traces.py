"""What was deleted is found in the unused parts of a SQLite file, and what is there is not."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from recado.privacy.traces import Sought, count

MINE, THEIRS = "01a0-mine", "01a0-theirs"
SOUGHT = Sought(ids=(b"talk-7319",), names=(b"51911111111",), project=MINE.encode())


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A table as an old Recado wrote it: what was deleted stays readable."""
    connection = sqlite3.connect(tmp_path / "old.db", isolation_level=None)
    connection.execute("PRAGMA secure_delete=OFF")
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, project TEXT, talk TEXT, body TEXT)")
    connection.execute("CREATE INDEX i ON t (project, body)")
    yield connection
    connection.close()


def write(connection: sqlite3.Connection, *rows: tuple[str, str, str]) -> None:
    connection.executemany("INSERT INTO t (project, talk, body) VALUES (?, ?, ?)", rows)


def found(connection: sqlite3.Connection, sought: Sought = SOUGHT) -> int:
    path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
    return count(path, sought) + count(path.with_name(f"{path.name}-wal"), sought)


PERSON = (MINE, "talk-7319", "call 51911111111")


def test_what_is_there_is_no_trace(connection: sqlite3.Connection) -> None:
    write(connection, PERSON, (THEIRS, "t", "51911111111"), *[(MINE, "talk-7319", "x" * 300)] * 200)
    connection.execute("VACUUM")
    assert found(connection) == 0


# In a table a deleted row leaves its id and the number; its entry in the index, only the number.
@pytest.mark.parametrize(
    ("before", "after"),
    [([], []), ([(MINE, "t", "a")], []), ([(MINE, "t", "a")], [(MINE, "t", "z")])],
    ids=["alone", "the last of its page", "between others"],
)
def test_what_was_deleted_is_found(
    connection: sqlite3.Connection, before: list[tuple[str, str, str]], after: list[tuple[str, str, str]]
) -> None:
    write(connection, *before, PERSON, *after)
    connection.execute("DELETE FROM t WHERE talk = 'talk-7319'")
    assert found(connection) == 3


def test_what_was_deleted_is_found_on_free_pages_and_in_the_log(connection: sqlite3.Connection) -> None:
    write(connection, *[(MINE, "talk-7319", f"{'x' * 900} 51911111111")] * 400)
    connection.execute("DELETE FROM t")
    assert connection.execute("PRAGMA freelist_count").fetchone()[0] > 100
    assert found(connection) >= 800
    connection.execute("VACUUM")
    assert found(connection) == 0
    connection.execute("PRAGMA journal_mode=WAL")
    write(connection, PERSON)
    connection.execute("DELETE FROM t")
    assert found(connection) == 3


def test_what_others_deleted_is_nobodys_business(connection: sqlite3.Connection) -> None:
    write(connection, (THEIRS, "t", "51911111111"))
    connection.execute("DELETE FROM t")
    assert found(connection) == 0
    assert found(connection, Sought((), SOUGHT.names, THEIRS.encode())) == 2


def test_no_file_has_no_traces(tmp_path: Path) -> None:
    assert count(tmp_path / "none", SOUGHT) == 0
    for odd in (b"", b"SQLite format 3\0", b"talk-7319" * 100):
        (tmp_path / "odd").write_bytes(odd)
        assert count(tmp_path / "odd", SOUGHT) == 0
