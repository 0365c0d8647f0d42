"""One SQL text for both databases.

A `Query` is written once, with three kinds of marks, and rendered per dialect:

- `{rows}` is the set that the caller passes as Python tuples, joined under the alias `i`. PostgreSQL gets arrays
  (`unnest`), SQLite a JSON text (`jsonb_each`, since 3.51.0: unlike `json_each` it gives each row as it was parsed, not
  as a text that is parsed again for every column). One statement for many rows is what makes the hot path fast.
- `:name` is a single value; its type is declared, because PostgreSQL must know it.
- `{now}` is the database's clock in milliseconds; `{greatest}`, `{least}`, `{position}`, `{for_update}`,
  `{for_update_of_o}`, `{skip_locked}` and `{for_share}` are what the dialects spell differently. (`{greatest}` and
  `{least}` of NULL and a number: NULL in SQLite, the number in PostgreSQL. Give them no NULL.)
- `/*postgresql*/ ... /*all*/` holds what SQLite's single writer does not need: the locks that keep concurrent writers
  from waiting for each other in a circle.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

Value = str | int | float | bool | None
Rows = Sequence[tuple[Value, ...]]

_SQLITE_WORDS = {
    "greatest": "max",
    "least": "min",
    "position": "instr",
    "for_update": "",
    "for_update_of_o": "",
    "skip_locked": "",
    "for_share": "",
}
_POSTGRES_WORDS = {
    "greatest": "greatest",
    "least": "least",
    "position": "strpos",
    "for_update": "FOR UPDATE",
    "for_update_of_o": "FOR UPDATE OF o",
    "skip_locked": "FOR UPDATE SKIP LOCKED",
    "for_share": "FOR SHARE",
}
_NOT_SQLITE = re.compile(r"/\*postgresql\*/.*?/\*all\*/", re.DOTALL)
_NAME = re.compile(r"(?<!:):([a-z_]+)")


def _at_once(select: str, columns: int) -> str:
    """A statement whose answer is one JSON list of the rows of `select`; itself if it has no `columns`."""
    if not columns:
        return select
    names = ", ".join(f"c{n}" for n in range(columns))
    return f"WITH answer({names}) AS ({select}) SELECT json_group_array(json_array({names})) FROM answer"


def _fields(declaration: str) -> tuple[tuple[str, str], ...]:
    """('id', 'uuid') pairs of "id uuid, body text"."""
    pairs = [part.split() for part in declaration.split(",") if part.strip()]
    return tuple((name, kind) for name, kind in pairs)


@dataclass(frozen=True, slots=True)
class Rendered:
    """SQL for one dialect and the names of its scalar parameters, in order (after those of the rows)."""

    sql: str
    scalars: tuple[str, ...]


class Query:
    """A statement for both dialects. `rows` and `scalars` declare names and PostgreSQL types.

    A SELECT of the hot path that finds a row for each row that it is given says how many `columns` its answer has: then
    SQLite gives all of it as one JSON text, in no order (see `recado.mailbox.sqlite`).
    """

    def __init__(self, template: str, *, rows: str = "", scalars: str = "", columns: int = 0) -> None:
        self.row_fields = _fields(rows)
        self.at_once = columns > 0
        kinds = dict(_fields(scalars)) | {"now": "bigint", "offset": "bigint"}
        self.sqlite = self._render(
            _at_once(_NOT_SQLITE.sub("", template), columns),
            kinds,
            _SQLITE_WORDS,
            self._sqlite_rows(),
            "?{}",
            1,
            ":now",
        )
        self.postgres = self._render(
            template,
            kinds,
            _POSTGRES_WORDS,
            self._postgres_rows(),
            "${}::{}",
            len(self.row_fields),
            "(CAST(extract(epoch FROM now()) * 1000 AS bigint) + :offset)",
        )

    def _sqlite_rows(self) -> str:
        columns = ", ".join(f"value ->> {n} AS {name}" for n, (name, _) in enumerate(self.row_fields))
        return f"(SELECT {columns} FROM jsonb_each(?1)) AS i"

    def _postgres_rows(self) -> str:
        arrays = ", ".join(f"${n}::{kind}[]" for n, (_, kind) in enumerate(self.row_fields, 1))
        return f"unnest({arrays}) AS i({', '.join(name for name, _ in self.row_fields)})"

    def _render(
        self,
        template: str,
        kinds: Mapping[str, str],
        words: Mapping[str, str],
        rows: str,
        mark: str,
        used: int,
        now: str,
    ) -> Rendered:
        sql = template
        for word, text in words.items():
            sql = sql.replace("{" + word + "}", text)
        sql = sql.replace("{now}", now)
        names = tuple(dict.fromkeys(_NAME.findall(sql)))
        start = used if self.row_fields else 0
        places = {name: mark.format(start + n, kinds[name]) for n, name in enumerate(names, 1)}
        sql = _NAME.sub(lambda match: places[match.group(1)], sql)
        return Rendered(sql.replace("{rows}", rows), names)

    def sqlite_arguments(self, rows: Rows | None, scalars: Mapping[str, Value]) -> list[Any]:
        """Arguments for SQLite, in the order of their numbers."""
        first: list[Any] = [to_json(rows).decode()] if self.row_fields else []
        return first + [scalars[name] for name in self.sqlite.scalars]

    def postgres_arguments(self, rows: Rows | None, scalars: Mapping[str, Value]) -> list[Any]:
        """Arguments for asyncpg: one array per column of the rows, then the scalars."""
        arrays: list[Any] = []
        if self.row_fields:
            arrays = [list(column) for column in zip(*(rows or ()), strict=True)] or [[] for _ in self.row_fields]
        return arrays + [scalars[name] for name in self.postgres.scalars]
