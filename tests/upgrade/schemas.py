"""What a migration did to the tables, told by the database itself: is anything gone that the release before uses?"""

from dataclasses import dataclass

from sqlalchemy import Connection, Inspector, inspect

# What a full-text search keeps for itself: no program names it.
_INNER = "knowledge_fts"


@dataclass(frozen=True)
class Column:
    type: str
    nullable: bool
    filled: bool
    """Whether it has a value where a program names none."""


@dataclass(frozen=True)
class Table:
    """`uniques` are the columns that together hold no value twice; `rules` are checks and foreign keys."""

    columns: dict[str, Column]
    uniques: frozenset[tuple[str, ...]]
    rules: frozenset[str]


Schema = dict[str, Table]


def schema_of(connection: Connection) -> Schema:
    found = inspect(connection)
    names = [name for name in found.get_table_names() if not name.startswith(_INNER) and name != "alembic_version"]
    return {name: _table(found, name) for name in names}


def _table(found: Inspector, name: str) -> Table:
    columns = {
        column["name"]: Column(
            str(column["type"]), column["nullable"], column.get("default") is not None or bool(column.get("computed"))
        )
        for column in found.get_columns(name)
    }
    unique = [tuple(one["column_names"]) for one in found.get_unique_constraints(name)]
    unique += [_columns(one["column_names"]) for one in found.get_indexes(name) if one["unique"]]
    rules = [f"check {one['name']}" for one in found.get_check_constraints(name)]
    rules += [f"foreign key {one['name']}" for one in found.get_foreign_keys(name)]
    return Table(columns, frozenset(unique), frozenset(rules))


def _columns(names: list[str | None]) -> tuple[str, ...]:
    return tuple(name or "an expression" for name in names)


def taken_away(before: Schema, after: Schema) -> list[str]:
    """Why a program made for `before` may fail on `after`; empty if it runs as ever."""
    gone = [f"{name} is gone" for name in before if name not in after]
    return gone + [why for name in before if name in after for why in _in_table(name, before[name], after[name])]


def _in_table(name: str, before: Table, after: Table) -> list[str]:
    found = [f"{name}.{column} is gone" for column in before.columns if column not in after.columns]
    for column, new in after.columns.items():
        old = before.columns.get(column)
        if old is None:
            if not new.nullable and not new.filled:
                found.append(f"{name}.{column} is needed, and the release before does not fill it")
        elif old.type != new.type:
            found.append(f"{name}.{column} was {old.type} and is {new.type}")
        elif old.nullable and not new.nullable:
            found.append(f"{name}.{column} may not be empty any more")
    found += [f"{name} no longer has {unique} once: ON CONFLICT fails" for unique in before.uniques - after.uniques]
    for unique in after.uniques - before.uniques:
        # Empty values of a new column are no repetition.
        if not any(_is_empty(column, before, after) for column in unique):
            found.append(f"{name} has {unique} only once, which the release before does not know")
    return found + [f"{name} has a new rule: {rule}" for rule in after.rules - before.rules]


def _is_empty(column: str, before: Table, after: Table) -> bool:
    new = after.columns.get(column)
    return column not in before.columns and new is not None and new.nullable and not new.filled
