"""Erasure: nothing is left of a person in any table or file, and nothing of anybody else is touched."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog

from recado.archive.backup import back_up
from recado.archive.restore import restore
from recado.audit.models import AuditEntry
from recado.bulk.schemas import Order
from recado.contacts.models import AddressRow
from recado.contacts.service import add_address, merge, resolve
from recado.db import Database
from recado.errors import RecadoError
from recado.jobs.models import Schedule
from recado.jobs.service import submit
from recado.kit import logs, new_id
from recado.kit.crypto import secret_box
from recado.mailbox import outbox
from recado.mailbox.claims import NewOut
from recado.mailbox.driver import Priority
from recado.mailbox.erased import WasErased
from recado.mailbox.models import Unrouted
from recado.mailbox.outbox import Mark
from recado.mailbox.personal import FILES_SENT
from recado.messages import Address, OutTemplate, TemplateMedia
from recado.personal import Person
from recado.privacy.again import erase_again
from recado.privacy.erasing import Eraser
from recado.privacy.ledger import LEDGER, read_ledger
from recado.privacy.people import person_of, purpose_of
from recado.privacy.repeats import Erased
from recado.privacy.scrubbing import Scrubbed, compact, scrub
from recado.privacy.service import ask_erasure, erasures_of
from recado.privacy.work import Keeper
from recado.settings import Settings
from tests.databases import Databases
from tests.mailbox.support import World, answer, claim, eventually, on_sqlite, out, stored, take_lines
from tests.privacy.support import ANA, ANA_TOO, BETO, TRACES, WORDS, Life, delivery, differences, stray


def quiet(_stage: str, _done: int, _total: int) -> None: ...


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

    kept = differences(before, after, (beto, BETO, "de Beto", "-otro", talk["id"], life.elsewhere))
    # What named both of them was written anew without her.
    assert kept == {}
    counts = json.loads(row.counts)
    assert (row.state, row.person, row.asked_by) == ("done", "", "test")
    assert counts["inbox"] == 6
    assert counts["outbox"] == 4
    assert counts["contacts"] == counts["addresses"] == 2
    assert counts["media"] == 4
    assert counts["jobs"] == counts["schedules"] == counts["bulk_recipients"] == 2
    assert row.scrubbed == "vacuumed" or (life.database.is_sqlite and row.scrubbed in ("log_cut", "rewritten"))


async def statistics(life: Life, *needles: str) -> list[tuple[str, str]]:
    """Where PostgreSQL's planner keeps these texts as examples: tables and columns."""
    look = """
        SELECT tablename, attname FROM pg_stats WHERE schemaname = 'public' AND
        concat_ws(' ', most_common_vals::text, histogram_bounds::text, most_common_elems::text) LIKE :needle
    """
    found = [row for needle in needles for row in await life.world.rows(look, needle=f"%{needle}%")]
    return sorted({(row["tablename"], row["attname"]) for row in found})


# How tables and indexes are made, to the letter.
DECLARED = """
    SELECT a.attrelid::regclass::text AS of, a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attcollation,
        a.attnotnull, pg_get_indexdef(a.attrelid) AS index
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 ORDER BY 1, 2
"""


async def test_the_planners_statistics_know_nobody_who_was_erased(life: Life) -> None:
    if life.database.is_sqlite:
        assert await life.world.rows("SELECT name FROM sqlite_master WHERE name LIKE 'sqlite_stat%'") == []
        return
    await life.world.execute("ANALYZE")
    tables = {table for table, _ in await statistics(life, ANA, ANA_TOO)}
    assert tables >= {"outbox", "addresses", "jobs", "answer_jobs"}
    await life.world.execute("DELETE FROM answer_jobs")  # by age
    await life.erase()
    known = {table for table, _ in await statistics(life, ANA)}
    assert known <= {"addresses", "inbox", "conversations"}  # of the other project
    assert await statistics(life, *TRACES) == []
    # The last one of a table: it has nothing to be looked at, and would keep what was known of it.
    declared = await life.world.rows(DECLARED)
    life.ana = await life.contact(BETO)
    await life.erase()
    assert await statistics(life, BETO, "de Beto", "respuesta-otro", "clave-otro", f"enviado-otro.{BETO}") == []
    assert await life.world.rows(DECLARED) == declared


async def test_deliveries_of_others_stay_whatever_the_person_is_called(life: Life) -> None:
    """What nobody could be given is of no project: only what this person alone wrote to a line of the project goes."""
    mine, other = life.shop.line.address, await life.address_of(life.elsewhere)
    async with life.database.project(life.project) as session:
        for kind, value in (("web", "whatsapp_business_account"), ("bsuid", "messages"), ("web", BETO)):
            session.add(AddressRow(kind=kind, value=value, contact_id=life.ana))
    kept = {
        "another project's": stray(delivery((other, ANA, "a"))),
        "nobody's": stray(delivery(("5550000", ANA, "b"))),
        "with somebody else's": stray(delivery((mine, ANA, "c"), (mine, BETO, "d"))),
        "with another line's": stray(delivery((mine, ANA, "e"), (other, ANA, "f"))),
        "before the line was here": stray(delivery((mine, ANA, "g")), at_ms=-1),
        "no delivery": Unrouted(channel="cloud-api", line_address=mine, digest="n", body=f'"{ANA}"]', created_ms=1),
        "of another channel": Unrouted(channel="x", line_address=mine, digest="x", body=f'"{ANA}"', created_ms=1),
    }
    async with life.database.system() as session:
        session.add_all(kept.values())
    before = {row["id"]: row["body"] for row in await life.world.rows("SELECT id, body FROM unrouted")}
    row = await life.erase()
    after = {row["id"]: row["body"] for row in await life.world.rows("SELECT id, body FROM unrouted")}
    gone = [body for one, body in before.items() if one not in after]
    assert len(gone) == json.loads(row.counts)["unrouted"] == 2
    assert all("perdido-7319" in body for body in gone)
    assert {one for one in kept if kept[one].id not in after} == set()


@on_sqlite
async def test_a_receipt_tells_nothing_of_what_others_wrote_nor_of_what_is_kept(life: Life) -> None:
    """The audit log keeps the ids of conversations, and another project the same number: neither is a trace."""
    conversations = await life.world.rows("SELECT id FROM conversations WHERE project_id = :p", p=life.project)
    async with life.database.project(life.project) as session:
        person = await person_of(session, life.ana)
        session.add(AddressRow(kind="web", value="en otro lugar", contact_id=life.ana))
        for row in conversations:
            session.add(AuditEntry(actor="key", action="message.send", object_id=row["id"], outcome="done"))
    receipt = await life.erase()
    assert receipt.traces == 0
    # Whatever was there is gone, so there is no cause to write the file anew, although the number stands in it.
    assert await life.found(ANA) != {}
    assert await scrub(life.database, life.project, [], person) == Scrubbed("log_cut", 0)


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


async def test_a_file_that_somebody_else_is_to_get_stays(life: Life) -> None:
    files = [row["id"] for row in await life.world.rows("SELECT id FROM media WHERE filename = 'archivo-7319.png'")]
    beto = await life.contact(BETO)
    (talk,) = await life.world.rows("SELECT id FROM conversations WHERE contact_id = :c", c=beto)
    mine = await life.world.rows(
        "SELECT id FROM conversations WHERE project_id = :p AND contact_id <> :c", p=life.project, c=beto
    )
    person = Person((life.ana,), tuple(row["id"] for row in mine))
    async with life.database.project(life.project, read_only=True) as session:
        assert sorted(await FILES_SENT.find(session, person, 9)) == sorted(files)
    # Meanwhile Beto gets one of them, in the header of a template, and a schedule names the other.
    header = TemplateMedia(media="document", media_id=files[0])
    body = OutTemplate(name="factura", header_media=header).model_dump_json()
    await life.world.mailbox().enqueue(life.project, talk["id"], [NewOut(new_id(), body)])
    order = json.dumps({"template": {"header_media": {"media_id": files[1]}}})
    async with life.database.project(life.project) as session:
        session.add(Schedule(name="s", kind="bulk_send", input=order, cron="0 9 * * *", timezone="UTC", created_ms=1))
    async with life.database.project(life.project) as session:
        assert await FILES_SENT.remove(session, person, files) == 0
        assert await FILES_SENT.find(session, person, 9) == []


async def test_what_a_list_was_to_say_to_this_person_alone_goes_too(life: Life) -> None:
    header = {"media": "document", "media_id": new_id()}
    template = {"name": "cita", "header_media": header, "body": {"quien": "palabra-sola"}}
    buttons = [{"index": 0, "kind": "flow", "value": "palabra-sola", "data": {"de": "palabra-sola"}}]
    orders = [
        {"text": "palabra-sola", "phones": [ANA], "contact_ids": [life.ana]},
        {"template": {**template, "buttons": buttons}, "phones": [ANA_TOO]},
        {"text": "palabra-de-dos", "phones": [ANA, BETO]},
    ]
    async with life.database.project(life.project) as session:
        for n, given in enumerate(orders):
            order = json.dumps({"line_id": life.shop.line_id, **given})
            when = {"cron": "0 9 * * *", "timezone": "UTC", "created_ms": 1}
            session.add(Schedule(name=f"solo-{n}", kind="bulk_send", input=order, **when))
            await submit(session, "bulk_send", json.loads(order))
    await life.erase()
    for table in ("jobs", "schedules"):
        left = [row["input"] for row in await life.world.rows(f"SELECT input FROM {table} ORDER BY id")]  # noqa: S608
        assert not [one for one in left if "palabra-sola" in one or header["media_id"] in one]
        assert sum("palabra-de-dos" in one for one in left) == 1
        assert {Order.model_validate_json(one).text for one in left} == {"oferta", "-", None, "palabra-de-dos"}


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


async def test_a_message_that_is_being_sent_ends_before_the_rest_goes(life: Life) -> None:
    mailbox = life.world.mailbox()
    await life.world.execute("UPDATE outbox SET state = 'queued'")
    fences = await take_lines(mailbox)
    await life.world.execute("UPDATE senders SET lease_until_ms = lease_until_ms + 600000")  # it lives
    rows = await mailbox.claim_heads(life.shop.line_id, fences[life.shop.line_id], 100)
    assert len(rows) == 3
    erasure = await life.ask()
    erasing = asyncio.create_task(life.eraser().work_on(life.project, erasure))

    async def is_cut() -> bool:
        return (await life.erasure(erasure)).cut_ms is not None

    await eventually(is_cut)
    mine = {row["id"] for row in await life.world.rows("SELECT id FROM outbox WHERE state = 'sending'")}
    assert mine == {row.id for row in rows}
    for row in rows:
        mark = Mark(row.id, row.seq, fences[life.shop.line_id], "sent", provider_message_id=f"sent.{row.id}")
        assert await mailbox.driver.run(lambda tx, mark=mark: outbox.mark(tx, [mark]), Priority.MARK)
    assert await erasing
    # The rest of the two lanes was dropped, and nothing of them is left to send; Beto's goes on.
    left = await mailbox.claim_heads(life.shop.line_id, fences[life.shop.line_id], 100)
    assert len(left) == 1
    assert await life.found(*TRACES) == {}


async def test_what_a_dead_process_was_sending_is_not_waited_for(life: Life) -> None:
    mailbox = life.world.mailbox()
    await life.world.execute("UPDATE outbox SET state = 'queued'")
    fences = await take_lines(mailbox)
    assert await mailbox.claim_heads(life.shop.line_id, fences[life.shop.line_id], 100)
    await life.world.execute("UPDATE senders SET lease_until_ms = 0")
    await life.erase()
    assert await life.found(*TRACES) == {}


async def test_what_is_tied_to_a_contact_as_it_goes_is_not_left_without_it(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, tied = Eraser._batch, False  # pyright: ignore[reportPrivateUsage] # the last moment

    async def late(*given: Any) -> bool:
        nonlocal tied
        if given[-1].table == "contacts" and not tied:
            tied = True
            async with life.database.project(life.project) as session:
                await merge(session, await life.contact(BETO), life.ana)
                await add_address(session, life.ana, Address(kind="phone", value="51944444444"))
        return await batch(*given)

    monkeypatch.setattr(Eraser, "_batch", late)
    beto = await life.contact(BETO)
    await life.erase()
    async with life.database.project(life.project, read_only=True) as session:
        assert (await resolve(session, beto)).id == beto
    (came,) = await stored(life.world.mailbox(), life.shop.arrival("new", (("phone", "51944444444"),)))
    assert came.message_id is not None


async def test_an_answer_that_is_being_thought_up_is_discarded(life: Life) -> None:
    mailbox = life.world.mailbox()
    held = await claim(mailbox)
    assert len(held) == 4
    await life.erase()
    done = [await answer(mailbox, one, out("respuesta-7319 tardía")) for one in held]
    assert sorted(done) == [False, False, True, True]
    assert await mailbox.claim_turns(10) == []
    left = await life.world.rows("SELECT conversation_id FROM outbox WHERE body LIKE '%tardía%'")
    assert len(left) == 2


async def test_what_comes_during_the_erasure_is_gone_or_whole(life: Life) -> None:
    """Whoever writes at that moment is erased with the rest, or somebody new: nothing is left between the two."""
    mailboxes = [life.world.mailbox() for _ in range(2)]
    erasing = asyncio.create_task(life.erase())

    async def write(box: int) -> None:
        n = 0
        while not erasing.done() or n < 5:
            phone = (ANA, ANA_TOO)[n % 2]
            await mailboxes[box].store([life.shop.arrival(f"{box}.{n}", (("phone", phone),), words="otra vez")])
            n += 1

    await asyncio.gather(erasing, write(0), write(1))
    orphans = """
        SELECT i.id FROM inbox i LEFT JOIN conversations c ON c.id = i.conversation_id
        LEFT JOIN contacts p ON p.id = c.contact_id WHERE p.id IS NULL
    """
    assert await life.world.rows(orphans) == []
    assert await life.world.rows("SELECT id FROM conversations WHERE contact_id NOT IN (SELECT id FROM contacts)") == []
    new = await life.contact(ANA)
    kept = await life.world.rows(
        "SELECT i.id FROM inbox i JOIN conversations c ON c.id = i.conversation_id WHERE c.contact_id = :c", c=new
    )
    assert kept
    assert await life.found(*TRACES[2:], TRACES[0]) == {}


async def test_an_erased_message_that_comes_once_more_is_not_new(life: Life) -> None:
    await life.erase()
    erased = Erased(life.database, life.box)
    assert not erased
    await erased.refresh()
    assert erased
    again = [life.shop.arrival("recibido-7319.0.1", (("phone", ANA),)), life.shop.arrival("fresh", (("phone", ANA),))]
    assert [one.provider_message_id for one in erased.without(again)] == ["fresh"]
    await life.world.execute("UPDATE erased_messages SET until_ms = 1")
    await erased.refresh()
    await erased.refresh()
    assert not erased
    assert await life.world.rows("SELECT id FROM erased_messages") == []


async def test_a_process_that_has_not_heard_of_an_erasure_takes_no_erased_message_for_a_new_one(life: Life) -> None:
    """It looks now and then only; what it stores meanwhile it looks up in the commit that stores it."""
    mailbox = life.world.mailbox()
    mailbox.erased = erased = Erased(life.database, life.box)
    await erased.refresh()
    await life.erase()
    assert not erased
    again = life.shop.arrival("recibido-7319.0.1", (("phone", ANA),))
    others = [life.shop.arrival(f"other.{n}", (("phone", BETO),)) for n in range(3)]
    told = await asyncio.gather(
        mailbox.store(others[:1]), mailbox.store([again]), mailbox.store(others[1:]), return_exceptions=True
    )
    assert [isinstance(one, WasErased) for one in told] == [False, True, False]
    # From then on it knows of it by itself.
    assert erased.without([others[0], again]) == others[:1]
    with pytest.raises(WasErased):
        await mailbox.store([again])
    ours = "SELECT id FROM addresses WHERE project_id = :p AND value = :v"
    assert await life.world.rows(ours, p=life.project, v=ANA) == []
    # What they write from now on is new.
    assert (await stored(mailbox, life.shop.arrival("fresh", (("phone", ANA),))))[0].message_id is not None


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """Everything that is logged."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    written = io.StringIO()
    logs.configure_logging("DEBUG", to=written)
    yield written
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(level)


async def test_workers_carry_out_what_was_asked_once_and_say_nothing_of_the_person(
    life: Life, said: io.StringIO
) -> None:
    erasure = await life.ask()
    assert await life.ask() == erasure
    keepers = [Keeper(life.database, life.eraser()) for _ in range(2)]
    assert sum(await asyncio.gather(*(keeper.erase_what_is_asked() for keeper in keepers))) == 1
    assert (await life.erasure(erasure)).state == "done"
    assert erasure in said.getvalue()
    assert not [one for one in (ANA, *TRACES) if one in said.getvalue()]


async def test_whoever_takes_over_finishes_and_counts_right(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    erasure = await life.ask()
    batch, done = Eraser._batch, 0  # pyright: ignore[reportPrivateUsage] # to die between two commits

    async def dying(*given: object) -> bool:
        nonlocal done
        done += 1
        if done == 9:
            raise KeyboardInterrupt
        return await batch(*given)  # pyright: ignore[reportArgumentType]

    with monkeypatch.context() as patch:
        patch.setattr(Eraser, "_batch", dying)
        with pytest.raises(KeyboardInterrupt):
            await life.eraser().work_on(life.project, erasure)
    assert not await life.eraser().work_on(life.project, erasure)  # its lease is not over
    await life.world.execute("UPDATE erasures SET lease_until_ms = 0")
    assert await life.eraser().work_on(life.project, erasure)
    counts = json.loads((await life.erasure(erasure)).counts)
    assert (counts["inbox"], counts["outbox"], counts["media"], counts["contacts"]) == (6, 4, 4, 2)
    assert await life.found(*TRACES) == {}


async def test_a_restore_erases_again_whom_the_backup_still_knows(
    life: Life, databases: Databases, tmp_path: Path
) -> None:
    settings = Settings(database_url=life.database.url, data_dir=life.folder, secret_key="a key for tests only")
    made = await back_up(settings, tmp_path / "backups", quiet)
    receipt = await life.erase()
    (entry,) = read_ledger(life.folder / LEDGER)
    assert (entry.id, entry.contact_ids) == (receipt.id, tuple(json.loads(receipt.contact_ids)))
    assert ANA not in (life.folder / LEDGER).read_text()
    url = databases.create_empty("sqlite")
    new = Settings(database_url=url, data_dir=tmp_path / "new", secret_key="a key for tests only")
    done = await restore(new, made.folder, quiet, resume=False, erasures=life.folder / LEDGER)
    assert done.erased == 1
    again = replace(life, world=World(Database(url)), folder=tmp_path / "new")
    try:
        assert await again.found(*TRACES) == {}
        row = await again.erasure(receipt.id)
        assert (row.state, json.loads(row.counts)["inbox"]) == ("done", 6)
        assert await erase_again(again.eraser(), [entry]) == 0
        # Whoever was erased after the backup may have had the number of somebody who has it in the backup.
        number = life.box.mark(f"phone:{BETO}", purpose_of(life.project))
        later = replace(entry, id=new_id(), contact_ids=(new_id(),), marks=(number,))
        await again.world.execute("DELETE FROM schedules")
        await again.world.execute("DELETE FROM jobs")
        assert await erase_again(again.eraser(), [later]) == 0
        assert (await again.erasure(later.id)).state == "done"  # and that one of the list had it stays proven
        later = replace(later, id=new_id())
        beto = await again.contact(BETO)
        await again.world.execute("UPDATE conversations SET contact_id = :a WHERE contact_id = :b", a=new_id(), b=beto)
        assert await erase_again(again.eraser(), [later]) == 1  # an entry of a list, with whom nobody has talked
    finally:
        await again.database.close()
        databases.drop(url)


async def test_a_restore_takes_off_the_lists_whom_the_backup_does_not_know(
    life: Life, databases: Databases, tmp_path: Path
) -> None:
    listed, unlisted, bsuid = "51944441111", "51955552222", "PE.5194444111199"
    lists = {"phones": [listed, BETO], "other": {"ids": [bsuid], "text": f"+{listed} o 9{listed}"}}
    await life.world.execute("UPDATE schedules SET input = :given", given=json.dumps(lists))
    await life.world.execute("UPDATE jobs SET result = :given", given=json.dumps({"told": [listed]}))
    settings = Settings(database_url=life.database.url, data_dir=life.folder, secret_key="a key for tests only")
    made = await back_up(settings, tmp_path / "backups", quiet)
    receipts: list[str] = []
    for person in ((("phone", listed), ("bsuid", bsuid)), (("phone", unlisted),)):
        await life.world.mailbox().store([life.shop.arrival(f"new {person}", person)])
        life.ana = await life.contact(person[0][1])
        receipts.append((await life.erase()).id)
    url = databases.create_empty("postgresql" if life.database.is_sqlite else "sqlite")
    new = Settings(database_url=url, data_dir=tmp_path / "new", secret_key="a key for tests only")
    done = await restore(new, made.folder, quiet, resume=False, erasures=life.folder / LEDGER)
    assert done.erased == 1  # nobody knew of the other one
    again = replace(life, world=World(Database(url)), folder=tmp_path / "new")
    try:
        (schedule,) = {row["input"] for row in await again.world.rows("SELECT input FROM schedules")}
        clean = {"phones": ["000000", BETO], "other": {"ids": ["000000"], "text": f"+000000 o 9{listed}"}}
        assert json.loads(schedule) == clean
        assert {row["result"] for row in await again.world.rows("SELECT result FROM jobs")} == {'{"told":["000000"]}'}
        async with again.database.project(life.project, read_only=True) as session:
            for given, receipt in (
                (("phone", listed), receipts[0]),
                (("bsuid", bsuid), receipts[0]),
                (("phone", unlisted), receipts[1]),
            ):
                assert [row.id for row in await erasures_of(session, life.box, *given)] == [receipt]
            assert await erasures_of(session, life.box, "phone", BETO) == []
        assert read_ledger(again.folder / LEDGER) == read_ledger(life.folder / LEDGER)
    finally:
        await again.database.close()
        databases.drop(url)


async def test_a_restore_wants_the_key_before_it_erases_again(life: Life, databases: Databases, tmp_path: Path) -> None:
    settings = Settings(database_url=life.database.url, data_dir=life.folder, secret_key="a key for tests only")
    made = await back_up(settings, tmp_path / "backups", quiet)
    receipt = await life.erase()
    repeated = [life.shop.arrival("recibido-7319.0.0", (("phone", ANA),))]
    for place, key_lost in (("found", False), ("lost", True)):
        url = databases.create_empty("postgresql" if life.database.is_sqlite else "sqlite")
        folder = tmp_path / place
        new = Settings(database_url=url, data_dir=folder, secret_key="")
        wrong = new.model_copy(update={"secret_key": "another key for tests"})
        for given in (new, wrong):
            with pytest.raises(RecadoError, match="secret key") as refused:
                await restore(given, made.folder, quiet, resume=False, erasures=life.folder / LEDGER)
            assert refused.value.code == "key_missing"
            assert not folder.exists()  # not even a new key
        if not key_lost:
            folder.mkdir()
            (folder / "secret.key").write_text("a key for tests only")
        done = await restore(new, made.folder, quiet, resume=False, erasures=life.folder / LEDGER, key_lost=key_lost)
        assert done.erased == 1
        again = replace(life, world=World(Database(url)), folder=folder)
        try:
            # Under the key that the installation has from now on.
            erased = Erased(again.database, secret_box("", folder))
            await erased.refresh()
            assert erased.without(repeated) == []
            assert await again.found(*TRACES) == {}
            marks = set(json.loads((await again.erasure(receipt.id)).marks))
            assert marks >= set(json.loads(receipt.marks))  # whoever finds the old key can still show it
        finally:
            await again.database.close()
            databases.drop(url)
    # A backup that knows them already can be restored before the key is there.
    made = await back_up(settings, tmp_path / "backups", quiet)
    url = databases.create_empty("sqlite")
    new = Settings(database_url=url, data_dir=tmp_path / "younger", secret_key="")
    assert (await restore(new, made.folder, quiet, resume=False, erasures=life.folder / LEDGER)).erased == 0
    assert not (tmp_path / "younger" / "secret.key").exists()
    databases.drop(url)


@on_sqlite
async def test_a_file_can_be_written_anew_while_others_work(life: Life) -> None:
    mailbox = life.world.mailbox()
    await asyncio.gather(
        compact(life.database), *(mailbox.store([life.shop.arrival(f"w{n}", (("phone", BETO),))]) for n in range(20))
    )
    rows = await life.world.rows("SELECT id FROM inbox WHERE provider_message_id LIKE 'w%'")
    assert len(rows) == 20


async def test_two_people_are_erased_one_after_the_other(life: Life) -> None:
    await life.erase()
    life.ana = await life.contact(BETO)
    async with life.database.project(life.project) as session:
        asked = await ask_erasure(session, life.box, life.ana, "test")
    assert await life.eraser().work_on(life.project, asked.id)
    assert await life.found("de Beto", "respuesta-otro", "dicho-otro", "estado-otro", "clave-otro") == {}
    assert await life.world.rows("SELECT id FROM contacts WHERE project_id = :p", p=life.project) == []
