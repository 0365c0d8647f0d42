"""One SQLite library for the whole process, new enough to be safe."""

import importlib
import sys

# SQLite before 3.51.3 can corrupt a WAL database when two connections checkpoint and write at
# once (https://sqlite.org/wal.html, "the WAL-reset bug").
MINIMUM_SQLITE = (3, 51, 3)


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
