"""Design, Semantics, "Identity". The rules are those of docs/decisions/0005."""

import asyncio
import json
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from recado.contacts.service import merge, resolve, same_person, set_allowed, undo_merge
from recado.errors import Conflict
from recado.kit import new_id
from recado.mailbox.service import Mailbox
from tests.mailbox.support import Names, Shop, World, claim, stored

P = ("phone", "51999000001")
Q = ("phone", "51999000002")
B1 = ("bsuid", "PE.1")
B2 = ("bsuid", "PE.2")
B3 = ("bsuid", "PE.3")
PARENT = ("parent_bsuid", "PE.ENT.1")


class People:
    """Somebody writes under some names; which contact that is."""

    def __init__(self, world: World, mailbox: Mailbox, shop: Shop) -> None:
        self.world, self.mailbox, self.shop = world, mailbox, shop
        self.messages = 0

    async def write(self, *names: tuple[str, str], previous: Names = (), shop: Shop | None = None) -> str:
        """The contact of the conversation that the message went to."""
        self.messages += 1
        one = (shop or self.shop).arrival(f"m{self.messages}", names, previous=previous)
        (kept,) = await stored(self.mailbox, one)
        return (await self.world.conversation(kept.conversation_id))["contact_id"]

    async def owner(self, name: tuple[str, str]) -> str | None:
        sql = "SELECT contact_id FROM addresses WHERE kind = :kind AND value = :value"
        row = await self.world.one_or_none(sql, kind=name[0], value=name[1])
        return row["contact_id"] if row else None

    async def alias_of(self, contact_id: str) -> str | None:
        return (await self.world.one("SELECT alias_of FROM contacts WHERE id = :id", id=contact_id))["alias_of"]

    async def send_to(self, contact_id: str) -> str:
        row = await self.world.one("SELECT send_to FROM conversations WHERE contact_id = :id", id=contact_id)
        return row["send_to"]


@pytest.fixture
async def people(world: World, mailbox: Mailbox, shop: Shop) -> People:
    return People(world, mailbox, shop)


async def test_addresses_are_unique_by_project_kind_and_value(world: World, people: People, shop: Shop) -> None:
    ana = await people.write(P)
    assert await people.write(("bsuid", P[1])) != ana  # another kind
    assert await people.write(Q) != ana  # another value
    assert await people.write(P, shop=await world.shop()) != ana  # another project
    beside = await world.shop(project_id=shop.project_id)
    assert await people.write(P, shop=beside) == ana  # another line of the project: one person, two conversations
    assert len(await world.rows("SELECT 1 FROM conversations WHERE contact_id = :id", id=ana)) == 2
    with pytest.raises(IntegrityError):
        await world.execute(
            "INSERT INTO addresses (id, project_id, kind, value, contact_id, created_ms)"
            " VALUES (:id, :project, :kind, :value, :contact, 0)",
            id=new_id(),
            project=shop.project_id,
            kind=P[0],
            value=P[1],
            contact=ana,
        )


async def test_addresses_are_unique_also_when_two_processes_meet_somebody_at_the_same_moment(
    world: World, mailbox: Mailbox, other: Mailbox, shop: Shop
) -> None:
    await asyncio.gather(
        *(one.store([shop.arrival(f"{n} {one.owner}", (P,))]) for n in range(5) for one in (mailbox, other))
    )
    assert len(await world.rows("SELECT 1 FROM contacts")) == len(await world.rows("SELECT 1 FROM conversations")) == 1
    rows = await world.rows("SELECT seq FROM inbox ORDER BY seq")
    assert [row["seq"] for row in rows] == list(range(1, 11))


@pytest.mark.parametrize("strong", [B1, PARENT])
async def test_a_business_scoped_id_outranks_a_phone_number(people: People, strong: tuple[str, str]) -> None:
    ana = await people.write(strong, P)
    assert await people.write(strong, Q) == ana  # a new number
    assert await people.write(strong) == ana  # no number
    assert await people.owner(Q) == ana
    assert await people.send_to(ana) == f'[["{strong[0]}","{strong[1]}"]]'


async def test_a_known_id_takes_the_number_that_came_with_it(people: People) -> None:
    ana, beto = await people.write(B1, P), await people.write(B2, Q)
    assert await people.write(B1, Q) == ana
    assert await people.owner(Q) == ana
    assert await people.alias_of(beto) is None  # another person, who lost a number
    assert await people.send_to(beto) == '[["bsuid","PE.2"]]'
    assert await people.write(Q) == ana


async def test_the_same_number_with_another_id_is_another_person(people: People) -> None:
    ana = await people.write(B1, P)
    beto = await people.write(B2, P)
    assert beto != ana
    assert await people.owner(P) == beto
    assert await people.write(P) == beto
    assert await people.write(B1) == ana
    assert await people.send_to(ana) == '[["bsuid","PE.1"]]'  # nothing for Ana goes to the number that is Beto's now


async def test_the_same_number_with_another_id_is_another_person_within_one_delivery(
    world: World, mailbox: Mailbox, shop: Shop, people: People
) -> None:
    first, second = await stored(mailbox, shop.arrival("1", (B1, P)), shop.arrival("2", (B2, P)))
    assert first.conversation_id != second.conversation_id
    assert await people.owner(P) == (await world.conversation(second.conversation_id))["contact_id"]


async def test_a_known_number_that_gets_its_first_id_is_the_same_person(people: People) -> None:
    ana = await people.write(P)
    assert await people.write(B1, P) == ana
    assert await people.write(B1) == ana
    assert await people.write(B2, P) != ana


async def test_a_changed_number_is_the_same_person_and_the_old_one_is_free(people: People) -> None:
    ana = await people.write(P)
    assert await people.write(Q, previous=(P,)) == ana
    assert await people.owner(P) is None
    assert await people.write(P) != ana


async def test_who_was_known_by_a_number_only_becomes_an_alias_and_the_conversation_stays(
    world: World, people: People
) -> None:
    before = await people.write(P)
    ana = await people.write(B1)
    history = await world.rows("SELECT id, conversation_id, seq FROM inbox ORDER BY id")
    assert await people.write(B1, P) == ana
    assert await people.alias_of(before) == ana
    assert (await world.rows("SELECT id, conversation_id, seq FROM inbox ORDER BY id"))[:2] == history
    assert len(await world.rows("SELECT 1 FROM conversations WHERE contact_id = :id", id=before)) == 1
    async with world.database.project(people.shop.project_id) as session:
        assert (await resolve(session, before)).id == ana
        assert sorted(await same_person(session, ana)) == sorted([before, ana])


async def test_merging_makes_an_alias_conversations_and_history_stay_and_it_can_be_undone(
    world: World, people: People
) -> None:
    ana, old = await people.write(P), await people.write(Q)

    async def picture() -> list[list[dict[str, object]]]:
        tables = ("SELECT id, contact_id FROM conversations", "SELECT id, conversation_id, seq FROM inbox")
        names = "SELECT value, contact_id FROM addresses ORDER BY value"
        return [*[await world.rows(f"{sql} ORDER BY id") for sql in tables], await world.rows(names)]

    before = await picture()
    async with world.database.project(people.shop.project_id) as session:
        await merge(session, old, ana)
    assert await people.alias_of(old) == ana
    assert await picture() == before
    assert await people.write(Q) == old  # what the person writes by the old name goes where it went
    async with world.database.project(people.shop.project_id) as session:
        assert (await resolve(session, old)).id == ana
        await undo_merge(session, old)
    async with world.database.project(people.shop.project_id) as session:
        assert (await resolve(session, old)).id == old
        with pytest.raises(Conflict):
            await undo_merge(session, old)
    assert await people.write(Q) == old
    assert await people.write(P) == ana


async def test_nothing_is_done_for_a_person_if_that_was_said_of_any_of_their_contacts(
    world: World, mailbox: Mailbox, people: People
) -> None:
    ana, old, oldest = await people.write(P), await people.write(Q), await people.write(B1)
    eva, beto = await people.write(B2), await people.write(B3)
    async with world.database.project(people.shop.project_id) as session:
        await set_allowed(session, oldest, allowed=False)
        await merge(session, oldest, old)
        await merge(session, old, ana)
        await merge(session, eva, beto)
    held_by = {(await world.conversation(held.conversation_id))["contact_id"]: held for held in await claim(mailbox)}
    assert {contact for contact, held in held_by.items() if held.contact_allowed} == {eva, beto}
    assert {contact for contact, held in held_by.items() if not held.contact_allowed} == {ana, old, oldest}


async def test_merges_of_one_delivery_leave_no_alias_of_an_alias(
    world: World, mailbox: Mailbox, shop: Shop, people: People
) -> None:
    ana, beto = await people.write(P), await people.write(Q)
    await mailbox.store([shop.arrival("x", (P, Q)), shop.arrival("y", (B1,)), shop.arrival("z", (B1, P))])
    last = await people.owner(B1)
    assert last is not None
    assert await people.owner(P) == await people.owner(Q) == last
    assert {await people.alias_of(one) for one in (ana, beto) if one != last} == {last}
    assert await people.alias_of(last) is None


async def test_a_name_is_remembered_and_a_message_without_one_keeps_it(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    async def name() -> str | None:
        return (await world.one("SELECT name FROM contacts"))["name"]

    for n, (said, expected) in enumerate([("Ana", "Ana"), (None, "Ana"), ("Ana María", "Ana María")]):
        await mailbox.store([shop.arrival(str(n), (P,), name=said)])
        assert await name() == expected


async def test_nothing_goes_to_a_number_that_changed_hands_within_one_delivery(
    mailbox: Mailbox, shop: Shop, people: People
) -> None:
    await stored(mailbox, shop.arrival("1", (B1, P)), shop.arrival("2", (B2, P)))
    ana, beto = await people.owner(B1), await people.owner(B2)
    assert ana is not None
    assert beto is not None
    assert await people.send_to(ana) == '[["bsuid","PE.1"]]'
    assert await people.send_to(beto) == '[["bsuid","PE.2"],["phone","51999000001"]]'


async def test_a_late_message_takes_no_number_back(mailbox: Mailbox, shop: Shop, people: People) -> None:
    await stored(mailbox, shop.arrival("1", (B1, P), sent_ms=1_000))
    await stored(mailbox, shop.arrival("2", (B2, P), sent_ms=3_000))
    await stored(mailbox, shop.arrival("3", (B1, P), sent_ms=2_000))  # written before the number was Beto's
    ana, beto = await people.owner(B1), await people.owner(B2)
    assert ana is not None
    assert await people.owner(P) == beto
    assert await people.send_to(ana) == '[["bsuid","PE.1"]]'


async def test_a_changed_number_that_somebody_else_had_is_theirs_no_more(people: People) -> None:
    ana, beto = await people.write(B1, P), await people.write(Q)
    new = ("bsuid", "PE.3")
    assert await people.write(new, Q, previous=(B1, P)) == ana
    assert await people.alias_of(beto) is None  # another person, with a history of their own
    assert await people.owner(new) == await people.owner(Q) == ana
    assert await people.send_to(beto) == "[]"
    assert await people.write(new, Q) == ana


@pytest.mark.parametrize("new", [(("bsuid", "PE.3"), Q), (Q,)], ids=["id", "number"])
async def test_a_change_of_number_that_is_overtaken_leaves_one_person(
    mailbox: Mailbox, shop: Shop, people: People, new: Names
) -> None:
    """Her first message from the new number comes before the news that it is hers."""
    await stored(mailbox, shop.arrival("1", (B1, P), sent_ms=1_000))
    await stored(mailbox, shop.arrival("2", new, sent_ms=3_000))
    ana, met = await people.owner(P), await people.owner(Q)
    assert ana is not None
    assert met is not None
    await stored(mailbox, shop.arrival("3", new, sent_ms=2_000, previous=(B1, P)))
    assert await people.alias_of(met) == ana
    assert await people.owner(Q) == ana
    assert await people.owner(P) is None
    assert await people.write(*new) == ana
    assert P[1] not in await people.send_to(ana)


async def test_who_was_merged_by_hand_is_not_merged_again_in_a_ring(world: World, people: People) -> None:
    ana, hidden = await people.write(P), await people.write(B1)
    async with world.database.project(people.shop.project_id) as session:
        await merge(session, hidden, ana)
    assert await people.write(B1, P) == hidden  # where this name wrote before
    assert (await people.alias_of(ana), await people.alias_of(hidden)) == (None, ana)
    assert await people.send_to(hidden) == '[["bsuid","PE.1"],["phone","51999000001"]]'
    other = await people.write(Q)
    async with world.database.project(people.shop.project_id) as session:
        await merge(session, other, hidden)
        assert (await resolve(session, other)).id == ana


async def test_what_the_network_joined_is_not_undone(world: World, people: People) -> None:
    before = await people.write(P)
    ana = await people.write(B1)
    await people.write(B1, P)
    async with world.database.project(people.shop.project_id) as session:
        with pytest.raises(Conflict, match="network"):
            await undo_merge(session, before)
    assert await people.alias_of(before) == ana


async def test_late_news_of_a_number_that_is_somebody_elses_by_now_joins_nobody(
    mailbox: Mailbox, shop: Shop, people: People
) -> None:
    await stored(mailbox, shop.arrival("1", (P,), sent_ms=1_000))
    await stored(mailbox, shop.arrival("2", (Q,), sent_ms=3_000, previous=(P,)))
    await stored(mailbox, shop.arrival("3", (B2, P), sent_ms=5_000))
    ana, beto = await people.owner(Q), await people.owner(P)
    await stored(mailbox, shop.arrival("4", (Q,), sent_ms=3_000, previous=(P,)))  # the news once more, under another id
    assert (await people.owner(Q), await people.owner(P)) == (ana, beto)
    assert ana != beto


async def test_a_message_and_the_change_of_number_after_it_may_come_in_one_delivery(
    mailbox: Mailbox, shop: Shop, people: People
) -> None:
    first, second = await stored(
        mailbox, shop.arrival("1", (B1, P), sent_ms=1_000), shop.arrival("2", (B1, Q), sent_ms=2_000, previous=(B1, P))
    )
    assert first.conversation_id == second.conversation_id
    ana = await people.owner(B1)
    assert ana is not None
    assert await people.owner(P) is None
    assert await people.send_to(ana) == '[["bsuid","PE.1"],["phone","51999000002"]]'


async def test_no_conversation_of_a_merged_person_goes_to_a_number_they_lost(world: World, people: People) -> None:
    ana, hidden = await people.write(P), await people.write(B1)
    async with world.database.project(people.shop.project_id) as session:
        await merge(session, hidden, ana)
    assert await people.write(B1, P) == hidden
    beto = await people.write(B2, P)
    assert beto not in (ana, hidden)
    assert await people.send_to(hidden) == await people.send_to(ana) == '[["bsuid","PE.1"]]'


async def test_a_person_merged_of_several_loses_a_number_everywhere_and_only_that(world: World, people: People) -> None:
    """Aliases of aliases, as people make them by merging twice: the number goes nowhere any more, the others stay."""
    first, ana, hidden = await people.write(P), await people.write(B1), await people.write(Q)
    async with world.database.project(people.shop.project_id) as session:
        await merge(session, first, ana)
        await merge(session, ana, hidden)
    # Whoever has the number now has an id of their own, and Ana, of whom it was only a name, has another.
    beto = await people.write(B2, P)
    assert beto not in (first, ana, hidden)
    assert await people.send_to(first) == '[["bsuid","PE.1"],["phone","51999000002"]]'
    assert await people.send_to(ana) == '[["bsuid","PE.1"]]'
    # And the one at the end of the aliases loses hers: no conversation of the three goes to it.
    eva = await people.write(B3, Q)
    assert eva not in (first, ana, hidden, beto)
    assert await people.send_to(first) == await people.send_to(ana) == await people.send_to(hidden)
    assert await people.send_to(hidden) == '[["bsuid","PE.1"]]'


async def test_somebody_new_at_a_number_is_not_taken_for_a_person_whose_id_another_contact_has(
    world: World, people: People
) -> None:
    number, known, both = await people.write(P), await people.write(B1), await people.write(Q)
    async with world.database.project(people.shop.project_id) as session:
        await merge(session, number, both)
        await merge(session, known, both)
    beto = await people.write(B2, P)
    assert beto not in (number, known, both)
    assert await people.alias_of(beto) is None
    assert await people.owner(P) == await people.owner(B2) == beto
    assert await people.write(B3, Q) not in (number, known, both, beto)
    assert await people.write(B1) == known


SOMEBODY = st.tuples(
    st.sampled_from([(P,), (Q,), (B1,), (B2,), (B1, P), (B2, P), (B1, Q), (B2, Q), (B3, Q), (P, Q)]),
    st.sampled_from([(), (), (), (P,), (B1, P), (B1,)]),
    st.integers(1, 5),
)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    database=None,
)
@given(messages=st.lists(SOMEBODY, min_size=1, max_size=6), cuts=st.sets(st.integers(1, 5)))
async def test_batches_do_not_matter_and_nobody_is_written_to_by_the_name_of_another(
    world: World, mailbox: Mailbox, messages: list[tuple[Names, Names, int]], cuts: set[int]
) -> None:
    pictures: list[list[tuple[str, int]]] = []
    for bounds in (range(len(messages) + 1), sorted({0, len(messages), *(cut for cut in cuts if cut < len(messages))})):
        shop = await world.shop()
        arrivals = [
            shop.arrival(str(n), names, previous=tuple(old for old in previous if old not in names), sent_ms=sent_ms)
            for n, (names, previous, sent_ms) in enumerate(messages)
        ]
        for start, end in pairwise(bounds):
            await mailbox.store(arrivals[start:end])
        contacts = await world.rows(
            "SELECT id, coalesce(alias_of, id) AS person FROM contacts WHERE project_id = :id", id=shop.project_id
        )
        person = {row["id"]: row["person"] for row in contacts}
        assert all(person[one] == one for one in person.values())  # no alias of an alias, no ring
        rows = await world.rows(
            "SELECT kind, value, contact_id, since_ms FROM addresses WHERE project_id = :id ORDER BY kind, value",
            id=shop.project_id,
        )
        owner = {(row["kind"], row["value"]): person[row["contact_id"]] for row in rows}
        talks = await world.rows("SELECT contact_id, send_to FROM conversations WHERE line_id = :id", id=shop.line_id)
        for talk in talks:
            for kind, value in json.loads(talk["send_to"]):
                assert owner[kind, value] == person[talk["contact_id"]]
        number: dict[str, int] = {}
        pictures.append(
            [(f"{row['value']} {row['since_ms']}", number.setdefault(row["contact_id"], len(number))) for row in rows]
        )
    assert pictures[0] == pictures[1]
