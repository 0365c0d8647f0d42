import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from recado.kit import sqlite
from recado.kit.sqlite import ASK_EVERY_S, connection_class, set_up_connection

ROUNDS = 100  # about one of 40 met the deadlock
TOGETHER = 3


def open_patiently(path: Path, timeout_s: float) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=timeout_s, isolation_level=None, factory=connection_class())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database of one empty table."""
    file = tmp_path / "one.db"
    with closing(open_patiently(file, 60.0)) as connection:
        set_up_connection(connection)
        connection.execute("CREATE TABLE marks (n INTEGER)")
    return file


@pytest.fixture
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody who has the write lock."""
    with closing(open_patiently(path, 60.0)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


def test_those_who_open_a_new_file_together_all_can(tmp_path: Path) -> None:
    failed: list[sqlite3.Error] = []

    def open_it(path: Path, start: threading.Barrier) -> None:
        connection = open_patiently(path, 60.0)
        start.wait()
        try:
            set_up_connection(connection)
        except sqlite3.Error as error:
            failed.append(error)
        connection.close()

    for number in range(ROUNDS):
        start = threading.Barrier(TOGETHER)
        threads = [threading.Thread(target=open_it, args=(tmp_path / f"{number}.db", start)) for _ in range(TOGETHER)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failed == []


def test_who_waits_for_the_lock_asks_for_it_often_and_has_it_once_it_is_free(
    path: Path, writing: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept_s: list[float] = []

    def sleep(seconds: float) -> None:
        slept_s.append(seconds)
        if len(slept_s) == 200:
            writing.execute("COMMIT")

    monkeypatch.setattr(sqlite.time, "sleep", sleep)
    with closing(open_patiently(path, 60.0)) as connection:
        if not hasattr(connection, "set_busy_handler"):
            pytest.skip("the sqlite3 of this interpreter waits in its own way")
        connection.execute("INSERT INTO marks VALUES (1)")
    assert slept_s == [ASK_EVERY_S] * 200


def test_who_waits_for_the_lock_gives_up_in_the_end(path: Path, writing: sqlite3.Connection) -> None:
    with closing(open_patiently(path, 0.1)) as connection:
        for _ in range(2):  # it waits as long the second time
            with pytest.raises(sqlite3.OperationalError, match="database is locked"):
                connection.execute("INSERT INTO marks VALUES (1)")
    writing.execute("COMMIT")


def test_a_log_that_grew_while_somebody_read_gives_its_room_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = 100 * 1024
    monkeypatch.setattr(sqlite, "LOG_BYTES", limit)
    log = path.with_name("one.db-wal")
    with closing(open_patiently(path, 60.0)) as writer, closing(open_patiently(path, 60.0)) as reader:
        set_up_connection(writer)
        reader.execute("BEGIN")
        reader.execute("SELECT n FROM marks").fetchall()  # while it reads, the log cannot begin anew
        while log.stat().st_size < 10 * limit:
            writer.execute("INSERT INTO marks SELECT value FROM json_each(?)", (str(list(range(1000))),))
        reader.execute("COMMIT")
        writer.execute("PRAGMA wal_checkpoint(PASSIVE)")
        writer.execute("INSERT INTO marks VALUES (1)")
        assert log.stat().st_size <= limit
