"""What a provider says of people's wishes: each is kept once, in its order, for the person who said it."""

import gc
import weakref

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.channels import happenings
from recado.channels.contract import Happening, Line, MarketingChoice
from recado.channels.happenings import Happenings
from recado.channels.models import SeenNotice
from recado.contacts.service import create_contact, delete_contact, find_by_address, wishes_of
from recado.db import Database
from recado.errors import Conflict
from recado.events.models import Event
from recado.kit import new_id, now_ms
from recado.messages import Address

P, Q = Address(kind="phone", value="51999000001"), Address(kind="phone", value="51999000002")
B1, B2 = Address(kind="bsuid", value="PE.1"), Address(kind="bsuid", value="PE.2")


class Provider:
    """Says what people wish, as webhooks bring it."""

    def __init__(self, database: Database, project_id: str) -> None:
        self.database, self.project_id = database, project_id
        self.line = Line(new_id(), project_id, "cloud-api", "1", 80.0)

    async def says(self, stopped: bool, at_ms: int, *of: Address) -> None:
        name = "contact.marketing_stopped" if stopped else "contact.marketing_resumed"
        key, choice = f"{stopped} {at_ms} {of[0].value}", MarketingChoice(of, stopped)
        one = Happening(name, "waba", key, at_ms, {}, {}, marketing=choice)
        await Happenings(self.database).take([self.line], one)

    async def known(self, *addresses: Address) -> str:
        async with self.database.project(self.project_id) as session:
            return (await create_contact(session, None, addresses)).id

    async def contact(self, address: Address) -> str:
        async with self.database.project(self.project_id, read_only=True) as session:
            found = await find_by_address(session, address)
        assert found is not None
        return found.id

    async def stopped(self, contact_id: str) -> bool:
        async with self.database.project(self.project_id, read_only=True) as session:
            return (await wishes_of(session, [contact_id]))[contact_id].opted_out

    async def events(self) -> int:
        async with self.database.project(self.project_id, read_only=True) as session:
            return await session.scalar(select(func.count()).select_from(Event)) or 0


@pytest.fixture
def provider(database: Database, project_id: str) -> Provider:
    return Provider(database, project_id)


async def test_opposite_wishes_of_one_second_are_taken_in_the_order_in_which_they_come(provider: Provider) -> None:
    """Meta's time is in seconds, so a wish that comes back to an earlier one looks like its repetition: then no
    marketing is what harms nobody.
    """
    ana, second = await provider.known(P), now_ms() // 1000 * 1000 - 60_000
    for stopped in (True, False, True):
        await provider.says(stopped, second, P)
        assert await provider.stopped(ana) == stopped
    assert await provider.events() == 3
    # A repetition says nothing new, and one of a resume takes no stop back.
    await provider.says(True, second, P)
    await provider.says(False, second, P)
    assert await provider.stopped(ana)
    assert await provider.events() == 3
    # Nor does that of an older second.
    await provider.says(False, second + 1000, P)
    await provider.says(True, second, P)
    assert not await provider.stopped(ana)
    # Of somebody who is not known any more nothing is made.
    await provider.says(True, second, Q)
    async with provider.database.project(provider.project_id) as session:
        row = await find_by_address(session, Q)
        assert row is not None
        await delete_contact(session, row, ())
    await provider.says(True, second, Q)
    async with provider.database.project(provider.project_id, read_only=True) as session:
        assert await find_by_address(session, Q) is None


async def test_a_wish_is_not_that_of_whoever_had_the_number_before(provider: Provider) -> None:
    ana = await provider.known(B1, P)
    await provider.says(True, now_ms() - 60_000, B2, P)
    assert not await provider.stopped(ana)
    beto = await provider.contact(B2)
    assert beto != ana
    assert await provider.stopped(beto)
    assert await provider.contact(P) == ana  # a wish gives nobody a number
    # Who is known by the number alone is who says it.
    eva = await provider.known(Q)
    await provider.says(True, now_ms() - 60_000, Address(kind="bsuid", value="PE.3"), Q)
    assert await provider.stopped(eva)


async def test_nothing_is_kept_of_a_notice_that_comes_again(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Providers repeat themselves for days: what each try had in its hands must go with it."""
    sessions: list[weakref.ref[object]] = []
    add_unique = happenings.add_unique

    async def noted(session: AsyncSession, row: SeenNotice, conflict: Conflict) -> None:
        sessions.append(weakref.ref(session))
        await add_unique(session, row, conflict)

    monkeypatch.setattr(happenings, "add_unique", noted)
    for _ in range(3):
        await provider.says(True, 1_700_000_000_000, P)
    gc.collect()
    assert len(sessions) == 3
    assert [one() for one in sessions] == [None] * 3
