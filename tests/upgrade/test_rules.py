"""Expand, then contract: a migration only adds to what the release before uses, or its name says since when not."""

from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

import recado
from recado.db import Database
from recado.migrations import FOLDERS, REVISIONS, number_of, runs_on
from tests.upgrade.newer import ADDED, TAKEN
from tests.upgrade.schemas import Column, Schema, Table, schema_of, taken_away


async def schemas(database: Database, revisions: tuple[str, ...], folders: tuple[Path, ...]) -> list[Schema]:
    """The tables after each revision."""

    def upgrade(connection: Connection, revision: str) -> Schema:
        config = Config()
        config.set_main_option("script_location", str(Path(recado.__file__).parent / "migrations"))
        config.set_main_option("version_locations", ":".join(map(str, folders)))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        return schema_of(connection)

    found: list[Schema] = []
    for revision in revisions:
        async with database.engine.begin() as connection:
            found.append(await connection.run_sync(upgrade, revision))
    return found


async def test_a_migration_only_adds_or_its_name_says_since_when_not(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recado.migrations.REVISIONS", (*REVISIONS, "9001", "9002_since_9001"))
    database = Database(empty_database_url)
    revisions = (*REVISIONS, "9001", "9002_since_9001")
    steps = await schemas(database, revisions, (*FOLDERS, ADDED, TAKEN))
    await database.close()
    for revision, before, after in zip(revisions[1:], steps, steps[1:], strict=False):
        if "_since_" not in revision:
            assert taken_away(before, after) == [], f"{revision}: docs/decisions/0019 says what to do instead"
    assert taken_away(steps[-2], steps[-1]) == ["contacts.opted_out is gone"]


def test_numbers_grow_and_nothing_taken_away_is_forgotten() -> None:
    numbers = [number_of(revision) for revision in REVISIONS]
    assert None not in numbers
    assert numbers == sorted(set(numbers), key=lambda number: number or 0)
    since = [revision.partition("_since_")[2] or "0000" for revision in REVISIONS]
    assert since == sorted(since), "a later revision says the same _since_ or a later one"


@pytest.mark.parametrize(
    ("head", "current", "runs"),
    [
        ("0011", "0012", True),
        ("0011", "0099", True),
        ("0011", "0012_since_0011", True),
        ("0011_since_0004", "0013_since_0011", True),
        ("0011", "0013_since_0012", False),
        ("0011", "0011", False),
        ("0011", "0010", False),
        ("0011", "another", False),
        ("0011", "", False),
    ],
)
def test_what_a_program_can_work_with(head: str, current: str, runs: bool) -> None:
    assert runs_on(head, current) is runs


TABLE = Table(
    {"id": Column("TEXT", False, False), "name": Column("TEXT", True, False)}, frozenset({("name",)}), frozenset()
)


def with_column(table: Table, name: str, column: Column) -> Table:
    return replace(table, columns={**table.columns, name: column})


NEW = Column("TEXT", True, False)
FILLED = Column("TEXT", False, True)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (None, "people is gone"),
        (replace(TABLE, columns={"id": TABLE.columns["id"]}), "name is gone"),
        (with_column(TABLE, "name", Column("INTEGER", True, False)), "was TEXT and is INTEGER"),
        (with_column(TABLE, "name", Column("TEXT", False, False)), "may not be empty"),
        (with_column(TABLE, "more", Column("TEXT", False, False)), "does not fill it"),
        (replace(TABLE, uniques=frozenset()), "ON CONFLICT"),
        (replace(TABLE, uniques=frozenset({("name",), ("id", "name")})), "does not know"),
        (replace(TABLE, rules=frozenset({"check sane"})), "a new rule: check sane"),
    ],
)
def test_what_the_release_before_could_not_bear(changed: Table | None, says: str) -> None:
    (why,) = taken_away({"people": TABLE}, {} if changed is None else {"people": changed})
    assert says in why


@pytest.mark.parametrize(
    "changed",
    [
        with_column(TABLE, "more", NEW),
        with_column(TABLE, "more", FILLED),
        replace(with_column(TABLE, "more", NEW), uniques=frozenset({("name",), ("more",)})),
        with_column(TABLE, "id", Column("TEXT", True, False)),
    ],
)
def test_what_it_does_not_notice(changed: Table) -> None:
    assert taken_away({"people": TABLE}, {"people": changed, "animals": TABLE}) == []
