"""One SQLite library for the whole process, new enough to be safe."""

import importlib
import sys
import time
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3

# SQLite before 3.51.3 can corrupt a WAL database when two connections checkpoint and write at
# once (https://sqlite.org/wal.html, "the WAL-reset bug").
MINIMUM_SQLITE = (3, 51, 3)

# Of new files. A message changes leaves of indexes that no other message of its commit changes, and each goes whole
# into the log and back: with a million messages stored it takes 8 % less time than with SQLite's 4,096 (measured), and
# no more with few. Smaller ones would not hold a message.
PAGE_BYTES = 2048
# What the log may grow to before the writer copies the rest of it back and begins it anew. The pause is as long with
# any size, for most was copied by then (`recado.mailbox.sqlite`), but rarer with a larger one: of 18,000 messages to a
# database of a million, as fast as they could, 99 in 100 were acknowledged within 82 to 88 ms with 128 MiB and 122 to
# 157 with 32, which took 3 to 5 % more CPU, too; 64 is between. SQLite's own 4 MiB would be full every tenth of a
# second. After a kill the next start reads all of it: 0.12 s (measured).
LOG_BYTES = 128 * 1024 * 1024

SQLITE_PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    # KiB, of each connection, and a process has half a dozen. Enough for the pages that a full commit changes, so that
    # none is written twice; the others come from the system's cache. 16,000 took 15 MB more for the writer alone, and
    # no message less time, with 400,000 or a million stored (measured).
    "PRAGMA cache_size=-4000",
    # What is deleted is overwritten with zeros, at no cost that could be measured (docs/decisions/0017).
    "PRAGMA secure_delete=ON",
)
# How often who waits for the write lock asks for it: a commit takes a few milliseconds. SQLite's own waits grow to
# 100 ms (sqliteDefaultBusyCallback in its main.c), so that who has waited longest asks least often: where many write,
# it then waits for seconds on a lock that is free for most of the time.
ASK_EVERY_S = 0.002
# Processes that open a new file together lose within milliseconds; what takes longer has waited its timeout.
WAL_RETRY_S = 1.0


def use_safe_sqlite() -> None:
    """Put the bundled SQLite (wheel `pysqlite3`) in place of the interpreter's, where there is a wheel.

    aiosqlite and SQLAlchemy import `sqlite3` by name, so this must run before they do.
    """
    try:
        bundled = importlib.import_module("pysqlite3")
    except ImportError:
        return
    sys.modules["sqlite3"] = bundled
    sys.modules["sqlite3.dbapi2"] = importlib.import_module("pysqlite3.dbapi2")


def sqlite_version() -> tuple[int, ...]:
    """The version of the SQLite library in use, as (major, minor, patch)."""
    import sqlite3

    return sqlite3.sqlite_version_info


@cache
def connection_class() -> "type[sqlite3.Connection]":
    """The class of every connection (`factory=`) that others may keep from writing. It waits `timeout` for them, as its
    base does, but asks often (`ASK_EVERY_S`), where the library lets it: the interpreter's own `sqlite3` does not.
    """
    import sqlite3

    class Connection(sqlite3.Connection):
        def __init__(self, *args: Any, timeout: float = 5.0, **named: Any) -> None:
            super().__init__(*args, timeout=timeout, **named)
            if handle := getattr(self, "set_busy_handler", None):
                handle(_Patience(timeout).asks_again)

    return Connection


class _Patience:
    """Waits for a lock, for one connection."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._began_s = 0.0

    def asks_again(self, tries: int) -> bool:
        """See https://sqlite.org/c3ref/busy_handler.html. `tries` counts from 0 for each lock."""
        now_s = time.monotonic()
        if tries == 0:
            self._began_s = now_s
        if now_s - self._began_s >= self._limit_s:
            return False
        time.sleep(ASK_EVERY_S)
        return True


def set_up_connection(connection: Any) -> None:
    """Make a new connection (of `sqlite3`, or one with its `execute`) fit for us: the log first, then the pragmas.

    The first to open a file switches it to WAL. If two do so together, each waits for the other's lock, and SQLite ends
    one of the two at once, whatever its timeout (https://sqlite.org/c3ref/busy_handler.html, on deadlocks): by then the
    other has it, so the loser just asks again.
    """
    import sqlite3

    connection.execute(f"PRAGMA page_size={PAGE_BYTES}")  # before the first write of a file; later it says nothing
    until = time.monotonic() + WAL_RETRY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)
    ((page_bytes,),) = connection.execute("PRAGMA page_size").fetchall()  # of an older file
    connection.execute(f"PRAGMA wal_autocheckpoint={LOG_BYTES // page_bytes}")
    connection.execute(f"PRAGMA journal_size_limit={LOG_BYTES}")  # it grows beyond while somebody reads for long
