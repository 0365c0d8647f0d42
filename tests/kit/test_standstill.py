"""Nothing new is begun while a migration asks for it, and never for longer than that."""

import asyncio

import pytest

from recado.kit import standstill
from recado.kit.standstill import Standstill


async def test_it_lasts_until_who_asked_says_so() -> None:
    still = Standstill()
    assert not still.asked_for
    await still.over()
    still.heard("3000")
    assert still.asked_for
    waiting = asyncio.create_task(still.over())
    await asyncio.sleep(0)
    assert not waiting.done()
    still.heard("0")
    await waiting
    assert not still.asked_for


async def test_it_ends_by_itself_where_who_asked_died() -> None:
    still = Standstill()
    still.heard("20")
    await still.over()
    assert not still.asked_for


async def test_nobody_can_ask_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standstill, "LONGEST_S", 0.02)
    still = Standstill()
    still.heard("86400000")
    await still.over()
    assert not still.asked_for


async def test_who_waits_goes_on_between_two() -> None:
    """Or one after the other could hold somebody up for ever."""
    still = Standstill()
    still.heard("3000")
    waiting = asyncio.create_task(still.over())
    await asyncio.sleep(0)
    still.heard("3000")
    await waiting
    assert still.asked_for
    still.end()


@pytest.mark.parametrize("payload", ["", "soon", "-1", "1.5", "٣", "1 2"])
async def test_what_nobody_says_is_not_heard(payload: str) -> None:
    still = Standstill()
    still.heard(payload)
    assert not still.asked_for
