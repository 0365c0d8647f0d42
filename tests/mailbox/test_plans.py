"""On SQLite each statement of the mailbox finds its rows by an index, however many rows there are.

PostgreSQL decides by its statistics; `make bench-scale` measures both.
"""

import pkgutil
from importlib import import_module

import pytest

from recado import mailbox
from recado.compat import callbacks, jobs
from recado.db import Database
from recado.mailbox.postgres import PLANNER
from recado.mailbox.sql import Query
from tests.models import all_tables

# Every file of the mailbox, so that a statement which moves to another one is not lost here.
MODULES = [
    callbacks,
    jobs,
    *(import_module(f"recado.mailbox.{one.name}") for one in pkgutil.iter_modules(mailbox.__path__)),
]
STATEMENTS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": query
    for module in MODULES
    for name, query in vars(module).items()
    if isinstance(query, Query) and "_LOCK" not in name  # run on PostgreSQL only
}
# A row for each line or process, not for each message, person or conversation; or what the statement itself passes in.
SMALL = {
    "senders",
    "lines",
    "processes",
    "jsonb_each",
    "l",
    "s",
    "p",
    "due",
    "heads",
    "held",
    "free",
    "up",
    "came",
    "went",
    "CONSTANT",
    "event_audiences",
    "found",
    "fresh",
}
# Half an index: all rows of a project, of a channel, or everything from some time on.
TOO_WIDE = ("(project_id=?)", "(channel=?)")


async def plan(database: Database, query: Query) -> list[str]:
    rows = [tuple("0" for _ in query.row_fields)] if query.row_fields else None
    arguments = query.sqlite_arguments(rows, dict.fromkeys(query.sqlite.scalars, 1))
    async with database.engine.connect() as connection:
        found = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query.sqlite.sql}", tuple(arguments))
        return [str(step[-1]) for step in found]


@pytest.mark.parametrize("name", STATEMENTS)
async def test_a_statement_goes_by_an_index(database: Database, name: str) -> None:
    if not database.is_sqlite:
        return
    for step in await plan(database, STATEMENTS[name]):
        if step.startswith("SCAN ") and not step.startswith("SCAN (subquery-"):  # of which the steps are listed, too
            assert step.split()[1] in SMALL, step
        if step.startswith("SEARCH "):
            assert not step.endswith(TOO_WIDE), step


@pytest.mark.parametrize("name", ["outbox._CLAIM", "outbox._SET_RIGHT"])
async def test_rows_that_were_found_are_reached_by_their_id(database: Database, name: str) -> None:
    """Also by a plan that was made while the tables were empty, and that PostgreSQL keeps until it has new statistics:
    by the index of all that is queued, each row that waits would be held against each that was found.
    """
    if database.is_sqlite:
        return
    query = STATEMENTS[name]
    nulls = ", ".join(["NULL"] * len(query.postgres_arguments([], dict.fromkeys(query.postgres.scalars, 1))))
    async with database.engine.connect() as connection:
        for setting in (*PLANNER, "SET plan_cache_mode = force_generic_plan"):
            await connection.exec_driver_sql(setting)  # undone at the end, with the transaction
        await connection.exec_driver_sql(f"PREPARE asked AS {query.postgres.sql}")
        found = await connection.exec_driver_sql(f"EXPLAIN EXECUTE asked({nulls})")
        steps = [str(row[0]).strip() for row in found]
        await connection.exec_driver_sql("DEALLOCATE asked")
    assert any("using pk_outbox on outbox " in step for step in steps), "\n".join(steps)


@pytest.mark.parametrize("table", ["addresses", "contacts", "conversations", "inbox", "outbox"])
def test_no_index_of_the_hot_path_is_the_beginning_of_another(table: str) -> None:
    """While it has no statistics PostgreSQL may go by the shorter one: a name was looked for among all of a project."""
    whole = {
        str(index.name): [column.name for column in index.columns]
        for index in all_tables().tables[table].indexes
        if index.dialect_options["postgresql"]["where"] is None
    }
    for name, columns in whole.items():
        assert not [other for other, its in whole.items() if other != name and its[: len(columns)] == columns], name


def test_no_file_of_the_mailbox_is_left_out() -> None:
    assert {"lanes", "outbox", "inbox", "erased", "closing"} <= {name.partition(".")[0] for name in STATEMENTS}
