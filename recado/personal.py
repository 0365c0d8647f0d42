"""What rooms hold of people, said table by table: how it is exported and erased, and when it may go by age.

Every room says it for its own tables (`personal.py` of the room); `recado.privacy.declared` gathers what they say, and
a test holds every table to it. Nothing here commits: what is found is read in one short transaction, what goes goes in
another, by the ids that were found.
"""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

# Rows of one commit: some milliseconds of the only writer that SQLite has.
BATCH = 200

Record = dict[str, Any]
# Opens a short transaction of the project that reads.
Reading = Callable[[], AbstractAsyncContextManager[AsyncSession]]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, by all their contacts. `addresses` are (kind, value)."""

    contact_ids: tuple[str, ...]
    conversation_ids: tuple[str, ...] = ()
    addresses: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Holding:
    """Rows of one table that tell of a person.

    `find` gives the ids of some that are left, `remove` takes them away (or takes the person out of them) and says how
    many it changed: what was removed is not found again. `export` gives the records of the file `name` of an export,
    in order; None: there is nothing in it that belongs to the person. `names` gives all texts by which somebody may be
    named, where that is possible for people who are no contacts.
    """

    table: str
    find: Callable[[AsyncSession, Person, int], Awaitable[Sequence[str]]]
    remove: Callable[[AsyncSession, Person, Sequence[str]], Awaitable[int]]
    name: str | None = None
    export: Callable[[Reading, Person], AsyncIterator[Record]] | None = None
    names: Callable[[AsyncSession], AsyncIterator[str]] | None = None


def rows_of(
    model: type[Any],
    where: Callable[[Person], ColumnElement[bool]],
    *,
    name: str | None = None,
    record: Callable[[Any], Record] | None = None,
) -> Holding:
    """Whole rows of a table, those for which `where` is true; in an export as `record` shows them."""

    async def find(session: AsyncSession, person: Person, limit: int) -> Sequence[str]:
        return (await session.scalars(select(model.id).where(where(person)).limit(limit))).all()

    async def remove(session: AsyncSession, person: Person, ids: Sequence[str]) -> int:
        return await remove_rows(session, model, model.id.in_(ids) & where(person))

    async def export(read: Reading, person: Person) -> AsyncIterator[Record]:
        assert record is not None  # noqa: S101 # only then it is given
        async for row in read_rows(read, model, where(person)):
            yield record(row)

    return Holding(model.__tablename__, find, remove, name, export if record is not None else None)


async def read_rows(read: Reading, model: type[Any], where: ColumnElement[bool]) -> AsyncIterator[Any]:
    """Rows in the order of their ids, some at a time."""
    after: str | None = None
    while True:
        wanted = select(model).where(where).order_by(model.id).limit(BATCH)
        async with read() as session:
            rows = (await session.scalars(wanted if after is None else wanted.where(model.id > after))).all()
        for row in rows:
            yield row
        if len(rows) < BATCH:
            return
        after = rows[-1].id


async def remove_rows(session: AsyncSession, model: type[Any], where: ColumnElement[bool]) -> int:
    """Delete rows; how many there were."""
    gone = await session.scalars(
        delete(model).where(where).returning(model.id).execution_options(synchronize_session=False)
    )
    return len(gone.all())


# --- by age -----------------------------------------------------------------------------------------------

Age = Literal["messages", "media", "logs"]
"""What a project's retention speaks of."""


async def _delete(session: AsyncSession, model: type[Any], where: ColumnElement[bool]) -> int:
    return await remove_rows(session, model, where)


@dataclass(frozen=True, slots=True)
class Aging:
    """Rows that may go when they are old enough and `settled()`: nothing that is owed, waits or needs a person.

    Their ids tell when they were made. `remove` is for tables whose rows are more than rows.
    """

    age: Age
    model: type[Any]
    settled: Callable[[], ColumnElement[bool]]
    remove: Callable[[AsyncSession, type[Any], ColumnElement[bool]], Awaitable[int]] = _delete

    @property
    def table(self) -> str:
        return self.model.__tablename__

    def due(self, before_ms: int) -> ColumnElement[bool]:
        """True for rows that were made before this moment and may go."""
        made = (self.model.id < first_id(before_ms)) & (self.model.created_ms < before_ms)
        return made & self.settled()


def first_id(at_ms: int) -> str:
    """No id made at this moment or later is smaller (UUIDv7 begins with its time)."""
    text = f"{max(at_ms, 0):012x}"
    return f"{text[:8]}-{text[8:]}-7000-8000-000000000000"


# --- a person inside of JSON ------------------------------------------------------------------------------

# What stands in the place of a number or an id, where its place must be kept: no number is so, and no id.
NOBODYS_NUMBER = "000000"
NOBODYS_ID = "00000000-0000-0000-0000-000000000000"


def needles(person: Person) -> list[str]:
    """The texts by which a person is found inside of other texts. What a program calls people of its own (`web`) may be
    any word, and no job or schedule knows them by it.
    """
    named = [value for kind, value in person.addresses if kind != "web"]
    return [*named, *person.contact_ids, *person.conversation_ids]


def without(text: str, person: Person) -> str:
    """JSON text with a person's numbers, ids of networks and of ours replaced, wherever they stand in its strings."""
    ids = {*person.contact_ids, *person.conversation_ids}
    others = {value for kind, value in person.addresses if kind not in ("phone", "web")}
    phones = [re.escape(value) for kind, value in person.addresses if kind == "phone"]
    number = re.compile(rf"(?<!\d)(?:{'|'.join(phones)})(?!\d)") if phones else None

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            if value in ids:
                return NOBODYS_ID
            if value in others:
                return NOBODYS_NUMBER
            return number.sub(NOBODYS_NUMBER, value) if number else value
        if isinstance(value, list):
            return [clean(one) for one in value]  # pyright: ignore[reportUnknownVariableType] # any JSON
        if isinstance(value, dict):
            return {clean(key): clean(one) for key, one in value.items()}  # pyright: ignore[reportUnknownVariableType]
        return value

    found = json.loads(text)
    cleaned = clean(found)
    return text if cleaned == found else json.dumps(cleaned, ensure_ascii=False, separators=(",", ":"))


_NUMBER = re.compile(r"\d+")


def names_in(text: str) -> set[str]:
    """What `without` may replace in JSON text, whoever the person is: whole strings, and the numbers in them."""
    found: set[str] = set()
    left: list[Any] = [json.loads(text)]
    while left:
        value = left.pop()
        if isinstance(value, str):
            found.add(value)
            found.update(_NUMBER.findall(value))
        elif isinstance(value, list):
            left += value  # pyright: ignore[reportUnknownArgumentType] # any JSON
        elif isinstance(value, dict):
            left += [*value.keys(), *value.values()]  # pyright: ignore[reportUnknownArgumentType] # any JSON
    return found


def named_by(texts: Sequence[str], person: Person) -> list[str]:
    """The addresses and ids of a person that stand in any of these JSON texts."""
    ids = (*person.contact_ids, *person.conversation_ids)
    alone = [(value, Person((), (), ((kind, value),))) for kind, value in person.addresses]
    alone += [(value, Person((value,))) for value in ids]
    return [value for value, one in alone if any(without(text, one) != text for text in texts)]


def _naming(model: type[Any], columns: Sequence[str], person: Person) -> ColumnElement[bool]:
    """True for rows that may name the person."""
    found: ColumnElement[bool] = model.id.is_(None)
    for column in columns:
        for needle in needles(person):
            found |= getattr(model, column).contains(needle, autoescape=True)
    return found


async def _listed(
    rows: AsyncIterator[Any], columns: Sequence[str], person: Person, record: Callable[[Any], Record]
) -> AsyncIterator[Record]:
    async for row in rows:
        texts = [text for column in columns if (text := getattr(row, column)) is not None]
        if found := named_by(texts, person):  # else it stands inside of something longer, as in another's number
            yield {**record(row), "named": found}


def rewritten(  # noqa: C901 # one closure for each thing it can
    model: type[Any],
    *columns: str,
    name: str | None = None,
    record: Callable[[Any], Record] | None = None,
    then: Callable[[str], str] = lambda text: text,
) -> Holding:
    """Rows that stay, but without the person: columns of JSON text in which they may be named, and `then` what more is
    to be taken out of a text that named them. In an export as `record` shows them, with `named`: by which of their
    addresses and ids.
    """

    def named(person: Person) -> ColumnElement[bool]:
        return _naming(model, columns, person)

    def changes(row: Any, person: Person) -> dict[str, str]:
        texts = {column: getattr(row, column) for column in columns}
        cleaned = {column: without(text, person) for column, text in texts.items() if text is not None}
        return {column: then(text) for column, text in cleaned.items() if text != texts[column]}

    async def find(session: AsyncSession, person: Person, limit: int) -> Sequence[str]:
        ids: list[str] = []
        found = await session.stream_scalars(select(model).where(named(person)).order_by(model.id))
        async for row in found:
            if changes(row, person):
                ids.append(row.id)
            if len(ids) == limit:
                break
        return ids

    async def remove(session: AsyncSession, person: Person, ids: Sequence[str]) -> int:
        rows = (await session.scalars(select(model).where(model.id.in_(ids)).with_for_update())).all()
        count = 0
        for row in rows:
            for column, text in (changed := changes(row, person)).items():
                setattr(row, column, text)
            count += bool(changed)
        await session.flush()
        return count

    async def names(session: AsyncSession) -> AsyncIterator[str]:
        async for row in await session.stream(select(*(getattr(model, column) for column in columns))):
            for name in {name for text in row if text is not None for name in names_in(text)}:
                yield name

    def export(read: Reading, person: Person) -> AsyncIterator[Record]:
        assert record is not None  # noqa: S101 # only then it is given
        return _listed(read_rows(read, model, named(person)), columns, person, record)

    return Holding(model.__tablename__, find, remove, name, export if record is not None else None, names=names)
