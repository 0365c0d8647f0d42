"""Cursors: opaque, checked, and complete over any list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from recado.db import Database
from recado.errors import BadInput
from recado.events.models import Event
from recado.events.service import record
from recado.kit import new_id
from recado.kit.pages import MAX_LIMIT, Cut, decode_cursor, encode_cursor, read_page


@given(st.uuids().map(str))
def test_a_cursor_comes_back_as_the_id(one: str) -> None:
    cursor = encode_cursor(one)
    assert decode_cursor(cursor) == one
    assert len(cursor) == 22


@given(st.text().filter(lambda text: len(text) != 22))
def test_a_cursor_that_is_none_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        decode_cursor(text)
    assert caught.value.code == "bad_cursor"


@pytest.mark.parametrize("limit", [0, -1, MAX_LIMIT + 1])
def test_limits_have_bounds(limit: int) -> None:
    with pytest.raises(BadInput) as caught:
        Cut(limit=limit)
    assert caught.value.code == "bad_limit"


def test_a_wrong_cursor_is_refused_before_any_query() -> None:
    with pytest.raises(BadInput):
        Cut(cursor="not a cursor")


@pytest.mark.parametrize("newest_first", [False, True])
async def test_pages_hold_every_item_once(database: Database, newest_first: bool) -> None:
    async with database.project(new_id()) as session:
        made = [(await record(session, f"event_{number}")).id for number in range(7)]
        found: list[str] = []
        sizes: list[int] = []
        cursor: str | None = None
        while True:
            page = await read_page(session, select(Event), Event, Cut(cursor, 3), newest_first=newest_first)
            found += [event.id for event in page.items]
            sizes.append(len(page.items))
            cursor = page.next_cursor
            if cursor is None:
                break
    assert found == (made[::-1] if newest_first else made)
    assert sizes == [3, 3, 1]


async def test_a_page_that_is_just_full_is_the_last(database: Database) -> None:
    async with database.project(new_id()) as session:
        for number in range(3):
            await record(session, f"event_{number}")
        assert (await read_page(session, select(Event), Event, Cut(limit=3))).next_cursor is None
