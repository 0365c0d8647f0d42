"""Contacts, on both databases: one person, several names, and merges that can be undone."""

import asyncio

import pytest

from recado.contacts.models import Contact
from recado.contacts.service import (
    Wishes,
    add_address,
    addresses_of,
    contacts_by_id,
    create_contact,
    find_by_address,
    get_contact,
    list_contacts,
    merge,
    rename_contact,
    resolve,
    same_person,
    set_allowed,
    set_opted_out,
    undo_merge,
    wishes_of,
)
from recado.db import Database
from recado.errors import BadInput, Conflict, NotFound
from recado.kit import new_id, now_ms
from recado.kit.pages import Cut
from recado.messages import Address


def phone(value: str) -> Address:
    return Address(kind="phone", value=value)


async def make(database: Database, project_id: str, *names: str) -> list[Contact]:
    async with database.project(project_id) as session:
        return [
            await create_contact(session, name, [phone(f"5190000000{number}")]) for number, name in enumerate(names)
        ]


async def test_a_contact_is_found_by_each_of_its_addresses(database: Database, project_id: str) -> None:
    bsuid = Address(kind="bsuid", value="PE.1")
    async with database.project(project_id) as session:
        contact = await create_contact(session, "Ana", [phone("51900000001")])
        await add_address(session, contact.id, bsuid)
    async with database.project(project_id, read_only=True) as session:
        for address in (phone("51900000001"), bsuid):
            found = await find_by_address(session, address)
            assert found is not None
            assert found.id == contact.id
        assert await find_by_address(session, phone("51900000002")) is None
        assert await addresses_of(session, [contact.id]) == {contact.id: (phone("51900000001"), bsuid)}
        assert await addresses_of(session, []) == {}


async def test_an_address_belongs_to_one_contact_of_a_project(
    database: Database, project_id: str, other_project_id: str
) -> None:
    await make(database, project_id, "Ana")
    await make(database, other_project_id, "Ana")
    with pytest.raises(Conflict) as caught:
        await make(database, project_id, "Eva")
    assert caught.value.code == "address_taken"
    async with database.project(project_id) as session:
        with pytest.raises(BadInput) as missing:
            await create_contact(session, "Nobody", [])
        with pytest.raises(BadInput):
            await create_contact(session, "", [phone("1")])
        with pytest.raises(NotFound):
            await add_address(session, new_id(), phone("1"))
    assert missing.value.code == "no_address"


async def test_contacts_are_listed_and_searched(database: Database, project_id: str) -> None:
    await make(database, project_id, "Ana Flores", "Luis 100%", "ana maria")
    async with database.project(project_id, read_only=True) as session:
        page = await list_contacts(session, Cut(limit=2))
        rest = await list_contacts(session, Cut(page.next_cursor, 2))
        assert [contact.name for contact in page.items + rest.items] == ["Ana Flores", "Luis 100%", "ana maria"]
        for search, names in (
            ("ANA", ["Ana Flores", "ana maria"]),
            ("100%", ["Luis 100%"]),
            ("%", ["Luis 100%"]),
            ("51900000001", ["Luis 100%"]),
            ("519", ["Ana Flores", "Luis 100%", "ana maria"]),
            ("nobody", []),
        ):
            assert [found.name for found in (await list_contacts(session, search=search)).items] == names
        with pytest.raises(BadInput):
            await list_contacts(session, search="a\0")


async def test_a_merged_contact_resolves_to_the_other_and_keeps_its_addresses(
    database: Database, project_id: str
) -> None:
    ana, eva, old = await make(database, project_id, "Ana", "Eva", "Old Ana")
    async with database.project(project_id) as session:
        assert (await merge(session, old.id, ana.id)).id == ana.id
        assert (await merge(session, ana.id, eva.id)).id == eva.id
    async with database.project(project_id, read_only=True) as session:
        for contact in (ana, eva, old):
            assert (await resolve(session, contact.id)).id == eva.id
            assert sorted(await same_person(session, contact.id)) == sorted([ana.id, eva.id, old.id])
        found = await find_by_address(session, phone("51900000002"))
        assert found is not None
        assert found.id == old.id


async def test_a_merge_can_be_undone(database: Database, project_id: str) -> None:
    ana, eva = await make(database, project_id, "Ana", "Eva")
    async with database.project(project_id) as session:
        await merge(session, ana.id, eva.id)
    async with database.project(project_id) as session:
        await undo_merge(session, ana.id)
        with pytest.raises(Conflict) as caught:
            await undo_merge(session, ana.id)
    assert caught.value.code == "not_merged"
    async with database.project(project_id) as session:
        assert (await resolve(session, ana.id)).id == ana.id
        assert await same_person(session, eva.id) == [eva.id]


async def test_an_older_wish_undoes_no_newer_one_whenever_it_comes(database: Database, project_id: str) -> None:
    """Providers deliver again for days. What the API says counts as said now; a clock that is ahead blocks nothing."""
    (ana,) = await make(database, project_id, "Ana")
    now, hour = now_ms(), 3_600_000

    async def after(opted_out: bool, at_ms: int | None) -> bool:
        async with database.project(project_id) as session:
            await set_opted_out(session, ana.id, opted_out, at_ms)
        async with database.project(project_id, read_only=True) as session:
            return (await wishes_of(session, [ana.id]))[ana.id].opted_out

    assert not await after(False, now - 9 * hour)
    assert await after(True, now - 7 * hour)
    assert await after(False, now - 8 * hour)
    assert not await after(False, now - 6 * hour)
    assert not await after(True, now - 7 * hour)
    assert await after(True, None)
    assert await after(False, now - hour)
    assert await after(True, now + 48 * hour)
    # Providers count in seconds: what they say of this one is not before what was said in it.
    assert not await after(False, now_ms() // 1000 * 1000)


async def test_the_newest_wish_holds_for_a_merged_person_and_each_has_theirs_back(
    database: Database, project_id: str
) -> None:
    ana, eva, old = await make(database, project_id, "Ana", "Eva", "Old Ana")
    now, hour = now_ms(), 3_600_000

    async def no_marketing() -> list[bool]:
        async with database.project(project_id, read_only=True) as session:
            found = await wishes_of(session, [ana.id, eva.id, old.id])
        return [found[one.id].opted_out for one in (ana, eva, old)]

    async with database.project(project_id) as session:
        # One whose time nobody noted is older than any that has one.
        (await get_contact(session, eva.id)).opted_out = True
        await set_opted_out(session, old.id, True, now - 5 * hour)
        await set_opted_out(session, ana.id, False, now - 3 * hour)
    assert await no_marketing() == [False, True, True]
    async with database.project(project_id) as session:
        await merge(session, old.id, ana.id)
        await merge(session, eva.id, ana.id)
    assert await no_marketing() == [False, False, False]
    async with database.project(project_id) as session:
        await set_opted_out(session, ana.id, True, now - 4 * hour)
    assert await no_marketing() == [False, False, False]
    async with database.project(project_id) as session:
        await set_opted_out(session, old.id, True, now - 2 * hour)
    assert await no_marketing() == [True, True, True]
    async with database.project(project_id) as session:
        await set_opted_out(session, old.id, False, now - hour)
        await undo_merge(session, old.id)
        await set_opted_out(session, old.id, True)
    assert await no_marketing() == [False, False, True]


async def test_of_two_wishes_that_come_at_once_the_newer_one_holds(database: Database, project_id: str) -> None:
    """Each sees the other only when it is committed: whoever comes second looks again."""
    (ana,) = await make(database, project_id, "Ana")
    now = now_ms()

    async def wish(opted_out: bool, at_ms: int) -> None:
        async with database.project(project_id) as session:
            await set_opted_out(session, ana.id, opted_out, at_ms)

    for n in range(5):
        at_ms = now - 3_600_000 + n * 60_000
        await asyncio.gather(wish(True, at_ms + 30_000), wish(False, at_ms))
        async with database.project(project_id, read_only=True) as session:
            assert (await wishes_of(session, [ana.id]))[ana.id].opted_out


async def test_the_strictest_permission_holds_for_a_merged_person_and_each_has_theirs_back(
    database: Database, project_id: str
) -> None:
    ana, eva, old = await make(database, project_id, "Ana", "Eva", "Old Ana")
    free, nobody = Wishes(allowed=True, opted_out=False), new_id()
    async with database.project(project_id) as session:
        await set_opted_out(session, old.id, opted_out=True)
        await set_allowed(session, eva.id, allowed=False)
        await merge(session, old.id, ana.id)
        assert (await wishes_of(session, [ana.id]))[ana.id] == Wishes(allowed=True, opted_out=True)
        await merge(session, ana.id, eva.id)
    all_three = [ana.id, eva.id, old.id]
    async with database.project(project_id) as session:
        strict = Wishes(allowed=False, opted_out=True)
        assert await wishes_of(session, [*all_three, nobody]) == dict.fromkeys([*all_three, nobody], strict)
        await undo_merge(session, old.id)
        await undo_merge(session, ana.id)
    async with database.project(project_id) as session:
        assert await wishes_of(session, all_three) == {
            ana.id: free, eva.id: Wishes(allowed=False, opted_out=False), old.id: Wishes(allowed=True, opted_out=True),
        }  # fmt: skip
        assert await wishes_of(session, []) == {}


async def test_merges_that_make_no_sense(database: Database, project_id: str) -> None:
    ana, eva, luz = await make(database, project_id, "Ana", "Eva", "Luz")
    async with database.project(project_id) as session:
        await merge(session, ana.id, eva.id)
        for contact_id, into_id, code in (
            (eva.id, ana.id, "same_contact"),
            (luz.id, luz.id, "same_contact"),
            (ana.id, luz.id, "already_merged"),
        ):
            with pytest.raises(Conflict) as caught:
                await merge(session, contact_id, into_id)
            assert caught.value.code == code
        with pytest.raises(NotFound):
            await merge(session, luz.id, new_id())


async def test_two_merges_at_once_make_no_ring(database: Database, project_id: str) -> None:
    ana, eva = await make(database, project_id, "Ana", "Eva")

    async def one(contact_id: str, into_id: str) -> bool:
        try:
            async with database.project(project_id) as session:
                await merge(session, contact_id, into_id)
        except Conflict:
            return False
        return True

    for _ in range(5):
        assert sorted(await asyncio.gather(one(ana.id, eva.id), one(eva.id, ana.id))) == [False, True]
        async with database.project(project_id) as session:
            person = await resolve(session, ana.id)
            assert person.alias_of is None
            await undo_merge(session, eva.id if person.id == ana.id else ana.id)


async def test_another_projects_contact_does_not_exist(
    database: Database, project_id: str, other_project_id: str
) -> None:
    (ana,) = await make(database, project_id, "Ana")
    (eva,) = await make(database, other_project_id, "Eva")
    async with database.project(project_id) as session:
        assert (await rename_contact(session, ana.id, None)).name is None
        assert [contact.id for contact in (await list_contacts(session)).items] == [ana.id]
        for contact_id, into_id in ((ana.id, eva.id), (eva.id, ana.id)):
            with pytest.raises(NotFound):
                await merge(session, contact_id, into_id)
        with pytest.raises(NotFound):
            await get_contact(session, eva.id)
        with pytest.raises(NotFound):
            await rename_contact(session, eva.id, "Mine")


async def test_what_is_said_of_a_person_holds_for_all_their_contacts(database: Database, project_id: str) -> None:
    ana, eva, beto = await make(database, project_id, "Ana", "Eva", "Beto")
    async with database.project(project_id) as session:
        await merge(session, ana.id, eva.id)
        assert not (await set_allowed(session, ana.id, allowed=False)).allowed
        found = await contacts_by_id(session, [ana.id, eva.id, beto.id])
        assert [found[one.id].allowed for one in (ana, eva, beto)] == [False, False, True]
        with pytest.raises(NotFound):
            await set_allowed(session, new_id(), allowed=False)
