import sqlite3
import threading
from pathlib import Path

from recado.kit.sqlite import set_up_connection

ROUNDS = 100  # about one of 40 met the deadlock
TOGETHER = 3


def test_those_who_open_a_new_file_together_all_can(tmp_path: Path) -> None:
    failed: list[sqlite3.Error] = []

    def open_it(path: Path, start: threading.Barrier) -> None:
        connection = sqlite3.connect(path, timeout=10, isolation_level=None)
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
