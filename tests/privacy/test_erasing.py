"""Erasure: nothing is left of a person in any table or file, and nothing of anybody else is touched."""

import json

from recado.privacy.service import erasures_of
from tests.mailbox.support import stored
from tests.privacy.support import ANA, ANA_TOO, BETO, TRACES, WORDS, Life, differences


async def test_before_the_erasure_the_traces_are_everywhere(life: Life) -> None:
    """So that the tests below look in the right places."""
    found = await life.found(*TRACES)
    assert {needle for needles in found.values() for needle in needles} == set(TRACES)
    tables = {name.split(".")[-1].strip('"') for name in found}
    assert tables >= {
        "addresses", "answer_jobs", "contacts", "conversations", "facts", "inbox", "jobs", "media", "outbox",
        "schedules", "unrouted", "webhook_deliveries",
    }  # fmt: skip


async def test_nothing_is_left_and_nobody_else_is_touched(life: Life) -> None:
    before = await life.everything()
    conversations = await life.world.rows("SELECT id FROM conversations WHERE project_id = :p", p=life.project)
    row = await life.erase()

    assert await life.found(*TRACES) == {}
    after = await life.everything()
    left = {name: [r for r in rows if ANA in r and life.elsewhere not in r] for name, rows in after.items()}
    assert {name: rows for name, rows in left.items() if rows} == {}
    # Whose events and rows were Ana's can no longer be told by ids either.
    beto = await life.contact(BETO)
    (talk,) = await life.world.rows("SELECT id FROM conversations WHERE contact_id = :c", c=beto)
    gone = [r["id"] for r in conversations if r["id"] != talk["id"]]
    assert len(gone) == 2
    for name, rows in after.items():
        assert not [r for r in rows if any(one in r for one in gone)], name

    kept = differences(before, after, (beto, BETO, "de Beto", "-0000", talk["id"], life.elsewhere))
    # What named both of them was written anew without her.
    assert kept == {}
    counts = json.loads(row.counts)
    assert (row.state, row.person, row.asked_by) == ("done", "", "test")
    assert counts["inbox"] == 6
    assert counts["outbox"] == 4
    assert counts["contacts"] == counts["addresses"] == 2
    assert counts["media"] == 4
    assert counts["jobs"] == counts["schedules"] == counts["bulk_recipients"] == 2
    assert (row.scrubbed, row.traces) == (
        ("vacuumed", None) if not life.database.is_sqlite else (row.scrubbed, row.traces)
    )


async def test_lists_keep_their_places_without_the_person(life: Life) -> None:
    await life.erase()
    orders = [json.loads(r["input"]) for r in await life.world.rows("SELECT input FROM jobs ORDER BY id")]
    assert [order["phones"] for order in orders] == [["000000", "34600000009"]] * 2 + [[BETO, "34600000009"]]
    recipients = await life.world.rows("SELECT state, code, contact_id FROM bulk_recipients ORDER BY id")
    assert [r["state"] for r in recipients] == ["refused", "refused", "queued"]
    assert recipients[0]["code"] == "erased"


async def test_whoever_writes_from_the_number_later_is_somebody_new(life: Life) -> None:
    await life.erase()
    (came,) = await stored(life.world.mailbox(), life.shop.arrival("later", (("phone", ANA),), words="hola de nuevo"))
    assert came.message_id is not None
    assert await life.contact(ANA) != life.ana
    assert await life.contact(ANA, life.elsewhere) is not None


async def test_a_number_can_be_shown_to_have_been_erased(life: Life) -> None:
    row = await life.erase()
    async with life.database.project(life.project, read_only=True) as session:
        for phone in (ANA, ANA_TOO):
            assert [one.id for one in await erasures_of(session, life.box, "phone", phone)] == [row.id]
        assert await erasures_of(session, life.box, "phone", BETO) == []
    async with life.database.project(life.elsewhere, read_only=True) as session:
        assert await erasures_of(session, life.box, "phone", ANA) == []
    assert ANA not in row.marks
    assert len(WORDS) == len(set(WORDS))
