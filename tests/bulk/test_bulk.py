"""Bulk send: each person once, for good reasons not to the others, no more ahead than the line sends in a moment."""

import asyncio
import json
import os
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from benchmarks import bulk_stage
from benchmarks.bulk import run_bulk
from benchmarks.processes import REPOSITORY, Child, running
from recado.assistants.service import create_assistant
from recado.bulk import sending
from recado.bulk.models import BulkRecipient
from recado.bulk.schemas import NewBulkSend
from recado.bulk.sending import MIN_AHEAD, BulkSend
from recado.bulk.service import KIND, check, start
from recado.channels.registry import ChannelRegistry
from recado.channels.service import create_line, get_line
from recado.channels.templates.models import TemplateRow
from recado.contacts import service as contacts
from recado.conversations.service import refuse_if_known
from recado.db import json_text
from recado.errors import SendRefused
from recado.jobs import relay
from recado.jobs import service as jobs
from recado.jobs.kinds import JobCancelled, Kind, Kinds
from recado.jobs.models import Job
from recado.jobs.service import submit
from recado.kit import new_id, now_ms
from recado.mailbox import outbox
from recado.mailbox.claims import NewOut
from recado.mailbox.driver import Priority
from recado.mailbox.models import Conversation, OutboxMessage, Sender
from recado.mailbox.outbox import Mark
from recado.mailbox.people import Arrival
from recado.messages import Address, OutTemplate
from recado.personal import NOBODYS_NUMBER
from recado.privacy.erasing import Eraser
from recado.privacy.models import Erasure
from recado.privacy.service import ask_erasure
from recado.projects.service import create_project
from recado.runtime import Runtime, open_runtime
from recado.settings import Settings
from tests.cli.terminal import loaded
from tests.jobs.support import at_work, ended, read
from tests.mailbox.support import eventually, take_lines

T = TypeVar("T")
DAY_MS = 24 * 3_600_000
WABA = "102290129340398"


@dataclass
class Scene:
    """A project with a line, and people who may be written to."""

    runtime: Runtime
    project_id: str
    line_id: str
    sending: BulkSend
    people: int = 0

    async def person(self, *, wrote_ms_ago: int | None = 1_000, allowed: bool = True) -> tuple[str, str]:
        """(contact id, phone) of somebody new; None: they never wrote on the line."""
        self.people += 1
        phone = f"5917{self.people:07d}"
        async with self.runtime.database.project(self.project_id) as session:
            contact = await contacts.create_contact(session, "Ana", [Address(kind="phone", value=phone)])
            contact.allowed = allowed
            if wrote_ms_ago is not None:
                session.add(
                    Conversation(
                        line_id=self.line_id,
                        contact_id=contact.id,
                        send_to=json_text([["phone", phone]]),
                        last_in_ms=now_ms() - wrote_ms_ago,
                        created_ms=now_ms(),
                    )
                )
            return contact.id, phone

    async def order(self, contact_ids: list[str], phones: list[str] | None = None) -> Job:
        async with self.runtime.database.project(self.project_id) as session:
            order = NewBulkSend(text="hola", contact_ids=contact_ids, phones=phones or [])
            return await start(session, self.registry, self.line_id, order)

    @property
    def registry(self) -> ChannelRegistry:
        return ChannelRegistry(self.runtime.channels.values())

    async def outbox(self) -> list[OutboxMessage]:
        async with self.runtime.database.project(self.project_id, read_only=True) as session:
            return list(await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))

    async def send_all(self) -> None:
        """What is queued is sent, as a sender would mark it."""
        async with self.runtime.database.project(self.project_id) as session:
            await session.execute(
                update(OutboxMessage).where(OutboxMessage.state == "queued").values(state="sent", sent_ms=now_ms())
            )

    async def recipients(self) -> list[BulkRecipient]:
        async with self.runtime.database.project(self.project_id, read_only=True) as session:
            return list(await session.scalars(select(BulkRecipient).order_by(BulkRecipient.place)))


@dataclass
class StepByStep:
    """A run without a library: `after` is told of each progress, and may end it by what it raises."""

    job: Job
    after: Callable[[Mapping[str, Any]], Awaitable[None]]
    shown: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])

    @property
    def id(self) -> str:
        return self.job.id

    @property
    def project_id(self) -> str:
        return self.job.project_id

    @property
    def input(self) -> Any:
        import json

        return json.loads(self.job.input)

    async def step(self, name: str, work: Callable[[], Awaitable[T]]) -> T:
        return await work()

    async def progress(self, shown: Mapping[str, Any]) -> None:
        self.shown.append(shown)
        await self.after(shown)

    async def wait(self, wait_s: float) -> None:
        await asyncio.sleep(wait_s)


@pytest_asyncio.fixture
async def scene(database_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_runtime(Settings(database_url=database_url, data_dir=tmp_path)) as runtime:
        async with runtime.database.system() as session:
            project = await create_project(session, "clinica", "Clínica")
        async with runtime.database.project(project.id) as session:
            who = await create_assistant(
                session, slug="clinic", name="Clinic", brain="rules", brains=runtime.brains.keys()
            )
            line = await create_line(
                session, runtime.box, assistant_id=who.id, channel="cloud-api", address=new_id(), max_per_second=1,
                config={"waba_id": WABA},
            )  # fmt: skip
        yield Scene(runtime, project.id, line.id, BulkSend(runtime.database, runtime.mailbox, runtime.channels))


async def test_each_person_once_and_why_not_to_the_others(scene: Scene) -> None:
    ana, ana_phone = await scene.person()
    beto, beto_phone = await scene.person()
    ana_again, _ = await scene.person()
    late, _ = await scene.person(wrote_ms_ago=DAY_MS + 60_000)
    never, _ = await scene.person(wrote_ms_ago=None)
    gone, _ = await scene.person(allowed=False)
    async with scene.runtime.database.project(scene.project_id) as session:
        await contacts.merge(session, ana_again, ana)
    nobody, stranger = new_id(), "34699999999"
    job = await scene.order([ana, ana_again, late, never, gone, nobody], [beto_phone, ana_phone, stranger])

    async def after(_: Mapping[str, Any]) -> None:
        await scene.send_all()

    counts = await scene.sending.run(StepByStep(job, after))
    assert counts == {
        "total": 9, "waiting": 0, "queued": 0, "sent": 2, "failed": 0, "refused": 4, "skipped": 3,
        "codes": {"duplicate": 2, "not_allowed": 1, "outside_window": 3, "contact_not_found": 1},
    }  # fmt: skip
    assert [(row.state, row.code, row.contact_id) for row in await scene.recipients()] == [
        ("sent", None, ana), ("skipped", "duplicate", None), ("refused", "outside_window", late),
        ("refused", "outside_window", never), ("skipped", "not_allowed", gone), ("refused", "contact_not_found", None),
        ("sent", None, beto), ("skipped", "duplicate", None), ("refused", "outside_window", None),
    ]  # fmt: skip
    assert {message.id for message in await scene.outbox()} == {
        row.message_id for row in await scene.recipients() if row.state == "sent"
    }


async def keep_template(scene: Scene, category: str = "UTILITY", name: str = "cita") -> None:
    components = [{"type": "BODY", "text": "Hola, su cita es el {{1}}."}]
    async with scene.runtime.database.project(scene.project_id) as session:
        for language in ("es", "en"):
            session.add(
                TemplateRow(
                    waba_id=WABA, name=name, language=language, status="APPROVED", category=category,
                    parameter_format="POSITIONAL", components=components, checked_ms=now_ms(),
                )
            )  # fmt: skip


async def send_template(scene: Scene, phones: list[str], name: str = "cita", **more: Any) -> dict[str, Any]:
    """The counts of a send whose messages all go out."""
    template = OutTemplate(name=name, body=("lunes",))
    async with scene.runtime.database.project(scene.project_id) as session:
        order = NewBulkSend(template=template, phones=phones, **more)
        job = await start(session, scene.registry, scene.line_id, order)

    async def after(_: Mapping[str, Any]) -> None:
        await scene.send_all()

    return await scene.sending.run(StepByStep(job, after))


async def test_outside_the_window_a_template_goes_also_to_who_never_wrote(scene: Scene) -> None:
    await keep_template(scene)
    (_, here), (_, late) = await scene.person(), await scene.person(wrote_ms_ago=DAY_MS + 60_000)
    (_, never), (_, no) = await scene.person(wrote_ms_ago=None), await scene.person(allowed=False)
    stranger = "34699999999"
    counts = await send_template(scene, [here, late, never, no, stranger, stranger], text="Le esperamos")
    assert (counts["sent"], counts["skipped"], counts["refused"]) == (4, 2, 0)
    assert counts["codes"] == {"duplicate": 1, "not_allowed": 1}
    bodies = [json.loads(message.body) for message in await scene.outbox()]
    assert {body["type"] for body in bodies} == {"by_window"}  # decided when it is sent
    assert bodies[0]["inside"]["text"] == "Le esperamos"
    assert (bodies[0]["outside"]["name"], bodies[0]["outside"]["language"]) == ("cita", "es")
    async with scene.runtime.database.project(scene.project_id, read_only=True) as session:
        found = await contacts.contacts_by_phone(session, {stranger})
        conversations = list(await session.scalars(select(Conversation)))
    assert list(found) == [stranger]
    assert len({(one.line_id, one.contact_id) for one in conversations}) == len(conversations)
    again = await send_template(scene, [stranger])
    assert again["sent"] == 1
    assert json.loads((await scene.outbox())[-1].body)["type"] == "template"


async def test_who_opted_out_is_sent_nothing_but_a_service_notice_without_marketing(scene: Scene) -> None:
    """Whatever it says and whichever way it goes; a template that is marketing does not become a notice by name."""
    people = [await scene.person(wrote_ms_ago=age) for age in (1_000, DAY_MS + 60_000)]
    ids, phones = [person[0] for person in people], [person[1] for person in people]
    async with scene.runtime.database.project(scene.project_id) as session:
        for contact_id in ids:
            await contacts.set_opted_out(session, contact_id, True)
    everybody = (0, {"recipient_opted_out": 2})

    async def of_text(**more: Any) -> tuple[int, Any]:
        async with scene.runtime.database.project(scene.project_id) as session:
            job = await start(session, scene.registry, scene.line_id, NewBulkSend(text="OFERTA", phones=phones, **more))
        counts = await scene.sending.run(StepByStep(job, lambda _: scene.send_all()))
        return counts["sent"], counts["codes"]

    async def of_template(**more: Any) -> tuple[int, Any]:
        counts = await send_template(scene, phones, text="Le esperamos", **more)
        return counts["sent"], counts["codes"]

    assert await of_text() == everybody
    await keep_template(scene)
    assert await of_template() == everybody
    assert await scene.outbox() == []
    assert await of_text(service_notice=True) == (1, {"outside_window": 1})
    assert await of_template(service_notice=True) == (2, {})
    await keep_template(scene, "MARKETING", "oferta")
    assert await of_template(name="oferta") == everybody
    assert await of_template(name="oferta", service_notice=True) == (1, {"recipient_opted_out": 1})
    assert json.loads((await scene.outbox())[-1].body)["type"] == "text"


async def test_who_is_removed_while_it_is_sent_is_refused_and_the_others_get_it(scene: Scene) -> None:
    people = [(await scene.person(wrote_ms_ago=None))[0], (await scene.person())[0]]
    job = await scene.order(people)
    removed: list[str] = []

    async def after(shown: Mapping[str, Any]) -> None:
        if not removed and shown.get("listed"):
            async with scene.runtime.database.project(scene.project_id) as session:
                gone = await contacts.get_contact(session, people[0])
                await contacts.delete_contact(session, gone, [refuse_if_known])
            removed.append(people[0])
        await scene.send_all()

    counts = await scene.sending.run(StepByStep(job, after))
    assert removed
    assert (counts["sent"], counts["waiting"], counts["refused"]) == (1, 0, 1)
    assert counts["codes"] == {"contact_not_found": 1}


async def merge_by_hand(scene: Scene, before: str, phone: str) -> None:
    person, _ = await scene.person(wrote_ms_ago=None)
    async with scene.runtime.database.project(scene.project_id) as session:
        await contacts.merge(session, before, person)


async def merge_by_network(scene: Scene, before: str, phone: str) -> None:
    """The network names somebody who was known by their number only, and whom it had named elsewhere."""
    names = (("bsuid", "BO.1"), ("phone", phone))
    for n, written in enumerate((names[:1], names)):
        body = f'{{"type":"text","text":"hola {n}"}}'
        await scene.runtime.mailbox.store(
            [Arrival(scene.project_id, scene.line_id, f"m{n}", written, "Ana", now_ms(), body)]
        )
    async with scene.runtime.database.project(scene.project_id, read_only=True) as session:
        assert (await contacts.get_contact(session, before)).alias_of is not None


@pytest.mark.parametrize("merge", [merge_by_hand, merge_by_network])
@pytest.mark.parametrize(
    ("allowed", "opted_out", "code"), [(True, True, "recipient_opted_out"), (False, False, "not_allowed")]
)
async def test_what_a_person_did_not_want_outlives_a_merge(
    scene: Scene,
    merge: Callable[[Scene, str, str], Awaitable[None]],
    allowed: bool,
    opted_out: bool,
    code: str,
) -> None:
    await keep_template(scene, "MARKETING")
    contact_id, phone = await scene.person(wrote_ms_ago=None)
    async with scene.runtime.database.project(scene.project_id) as session:
        await contacts.set_allowed(session, contact_id, allowed)
        await contacts.set_opted_out(session, contact_id, opted_out)
    await merge(scene, contact_id, phone)
    counts = await send_template(scene, [phone])
    assert (counts["sent"], counts["codes"]) == (0, {code: 1})
    assert await scene.outbox() == []


async def test_a_template_that_is_not_there_ends_the_send_with_the_reason(scene: Scene) -> None:
    _, phone = await scene.person()
    with pytest.raises(SendRefused) as caught:
        await send_template(scene, [phone])
    assert caught.value.code == "template_missing"
    assert await scene.outbox() == []


async def test_a_line_whose_answers_are_fetched_sends_nothing_to_many(scene: Scene) -> None:
    """Also a job that is there already, of a schedule, ends: nothing that it queued would ever be sent."""
    contact_id, phone = await scene.person()
    order = NewBulkSend(text="hola", contact_ids=[contact_id], phones=[phone])
    async with scene.runtime.database.project(scene.project_id) as session:
        who = (await get_line(session, scene.line_id)).assistant_id
        web = await create_line(session, scene.runtime.box, assistant_id=who, channel="web", address=new_id())
        with pytest.raises(SendRefused) as refused:
            await start(session, scene.registry, web.id, order)
        of_schedule = await submit(session, KIND, check({"line_id": web.id, **order.model_dump()}))

    async def after(_: Mapping[str, Any]) -> None:
        raise AssertionError("nothing is listed")

    with pytest.raises(SendRefused) as ended:
        await scene.sending.run(StepByStep(of_schedule, after))
    for caught in (refused, ended):
        assert (caught.value.code, caught.value.status, caught.value.verdict.permanent) == ("handed_out", 422, True)
    assert await scene.recipients() == []


async def test_who_is_erased_while_the_list_is_read_is_made_nobody_new(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The erasure is in its middle, cut and not swept: a message to the person is being sent at this moment."""
    await keep_template(scene)
    monkeypatch.setattr(sending, "MAKE_BATCH", 1)
    mailbox, database = scene.runtime.mailbox, scene.runtime.database
    (_, here), (ana, phone) = await scene.person(), await scene.person()
    async with database.project(scene.project_id) as session:
        talk = await session.scalar(select(Conversation.id).where(Conversation.contact_id == ana))
        assert talk is not None
        asked = (await ask_erasure(session, scene.runtime.box, ana, "test")).id
    await mailbox.enqueue(scene.project_id, talk, [NewOut(new_id(), '{"type":"text","text":"hola"}')], None)
    fence = (await take_lines(mailbox))[scene.line_id]
    (being_sent,) = await mailbox.claim_heads(scene.line_id, fence, 1)
    async with database.system() as session:  # whoever sends it lives
        await session.execute(update(Sender).values(lease_until_ms=Sender.lease_until_ms + 600_000))
    eraser = Eraser(database, scene.runtime.store, scene.runtime.box, scene.runtime.settings.data_dir)
    erasing: list[asyncio.Task[bool]] = []

    async def is_cut() -> bool:
        async with database.project(scene.project_id, read_only=True) as session:
            return (await session.get_one(Erasure, asked)).cut_ms is not None

    async def after(_: Mapping[str, Any]) -> None:
        if not erasing:
            erasing.append(asyncio.create_task(eraser.work_on(scene.project_id, asked)))
            await eventually(is_cut)
        await scene.send_all()

    async with database.project(scene.project_id) as session:
        order = NewBulkSend(template=OutTemplate(name="cita", body=("lunes",)), phones=[here, phone])
        job = await start(session, scene.registry, scene.line_id, order)
    counts = await scene.sending.run(StepByStep(job, after))
    mark = Mark(being_sent.id, being_sent.seq, fence, "sent", provider_message_id="sent.1")
    await mailbox.driver.run(lambda tx: outbox.mark(tx, [mark]), Priority.MARK)
    assert await erasing[0]
    assert (counts["sent"], counts["codes"]) == (1, {"erased": 1})
    async with database.project(scene.project_id, read_only=True) as session:
        assert list(await contacts.contacts_by_phone(session, {here, phone, NOBODYS_NUMBER})) == [here]
        assert [message.origin for message in await scene.outbox()] == ["bulk"]


def test_a_send_says_something() -> None:
    with pytest.raises(ValueError, match="text, template or both"):
        NewBulkSend(phones=["34600000000"])


async def test_begun_again_after_each_death_nobody_gets_it_twice(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies when messages are queued and nothing says so yet, and in the middle of the list."""
    people = [(await scene.person())[0] for _ in range(5)]
    job = await scene.order(people)

    class Died(Exception):
        pass

    async def dies(_: Mapping[str, Any]) -> None:
        raise Died

    async def never_comes(*_: object) -> None:
        raise Died

    with pytest.raises(Died):
        await scene.sending.run(StepByStep(job, dies))
    with monkeypatch.context() as patch:
        patch.setattr(BulkSend, "_mark", never_comes)

        async def lives(_: Mapping[str, Any]) -> None: ...

        with pytest.raises(Died):
            await scene.sending.run(StepByStep(job, lives))
    assert len(await scene.outbox()) == 5
    assert {row.state for row in await scene.recipients()} == {"waiting"}

    async def sends(_: Mapping[str, Any]) -> None:
        await scene.send_all()

    counts = await scene.sending.run(StepByStep(job, sends))
    assert (counts["total"], counts["sent"]) == (5, 5)
    assert Counter(message.conversation_id for message in await scene.outbox()).most_common(1)[0][1] == 1


async def test_little_is_queued_ahead_and_a_cancelled_send_stops(scene: Scene) -> None:
    people = [(await scene.person())[0] for _ in range(MIN_AHEAD + 10)]
    job = await scene.order(people)

    async def cancels(shown: Mapping[str, Any]) -> None:
        if shown.get("queued"):
            await scene.send_all()
            raise JobCancelled

    run = StepByStep(job, cancels)
    with pytest.raises(JobCancelled):
        await scene.sending.run(run)
    assert len(await scene.outbox()) == MIN_AHEAD
    assert (run.shown[-1]["sent"], run.shown[-1]["queued"], run.shown[-1]["waiting"]) == (MIN_AHEAD, 0, 10)


async def test_a_send_that_waits_for_its_line_gives_its_place_back(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where others need the place: put off at every wait, it sends to each person once, and stops when it is told."""

    def is_needed(*_: object) -> bool:
        return True

    monkeypatch.setattr(relay.Relay, "_is_place_needed", is_needed)
    monkeypatch.setattr(relay, "PUT_OFF_S", 0.05)
    monkeypatch.setattr(sending, "CANCEL_SETTLE_S", 60.0)
    job = await scene.order([(await scene.person())[0] for _ in range(MIN_AHEAD + 3)])

    async def is_put_off(job_id: str, after_epoch: int) -> bool:
        row = await read(scene.runtime.database, job_id)
        return row.state == "pending" and row.epoch > after_epoch

    async with at_work(scene.runtime.database, Kinds.of([Kind(KIND, scene.sending.run)])):
        await eventually(lambda: is_put_off(job.id, 2))
        assert len(await scene.outbox()) == MIN_AHEAD, "no more than before, however often it is begun"

        async def is_over() -> bool:
            await scene.send_all()
            return (await read(scene.runtime.database, job.id)).state == "succeeded"

        await eventually(is_over)
        sent = await read(scene.runtime.database, job.id)
        assert (json.loads(sent.result or "")["sent"], sent.attempts, sent.crashes) == (MIN_AHEAD + 3, 1, 0)
        assert len(await scene.outbox()) == MIN_AHEAD + 3

        monkeypatch.setattr(relay, "PUT_OFF_S", 600.0)
        stopped = await scene.order([(await scene.person())[0] for _ in range(MIN_AHEAD + 3)])
        await eventually(lambda: is_put_off(stopped.id, 0))
        await scene.send_all()
        async with scene.runtime.database.project(scene.project_id) as session:
            assert (await jobs.cancel(session, stopped.id)).cancel_requested
        done = await ended(scene.runtime.database, stopped.id)
        assert (done.state, json.loads(done.progress)["sent"]) == ("cancelled", MIN_AHEAD)
        assert len(await scene.outbox()) == 2 * MIN_AHEAD + 3, "nothing more is queued for what is to stop"


async def test_what_could_not_be_sent_is_counted_with_its_code(scene: Scene) -> None:
    job = await scene.order([(await scene.person())[0] for _ in range(2)])

    async def fails_one(_: Mapping[str, Any]) -> None:
        async with scene.runtime.database.project(scene.project_id) as session:
            rows = list(await session.scalars(select(OutboxMessage).where(OutboxMessage.state == "queued")))
            for row, state in zip(rows, ("dead", "sent"), strict=False):
                row.state, row.error_code = state, "access_token_invalid" if state == "dead" else None

    counts = await scene.sending.run(StepByStep(job, fails_one))
    assert (counts["sent"], counts["failed"], counts["codes"]) == (1, 1, {"access_token_invalid": 1})


@contextmanager
def again(name: str, argv: list[str], folder: Path, env: dict[str, str] | None = None) -> Generator[Child]:
    """As `running` does it; but a command of Recado comes from a process that has loaded it, from its second start."""
    parent = loaded(argv[1:]) if Path(argv[0]).name == "recado" else None
    if parent is None:
        with running(name, argv, folder, env) as child:
            yield child
        return
    log = folder / f"{name}.log"
    log.touch()
    process = parent.start(argv[1:], REPOSITORY, {**os.environ, **(env or {})}, [Path(os.devnull), log, log])
    child = Child(name, log, cast("subprocess.Popen[bytes]", process))
    try:
        yield child
    finally:
        child.stop()


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_killed_twice_each_person_gets_it_once(
    empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same as `make bench-bulk`, small: real processes, `kill -9`, the simulator's phones."""
    monkeypatch.setattr(bulk_stage, "running", again)
    monkeypatch.setattr(bulk_stage, "RECONCILE_AFTER_S", 20.0)  # on a busy machine a status takes its time
    report = await asyncio.wait_for(run_bulk(tmp_path, empty_database_url, 120, 15, kills=2, forget=True), 580)
    assert report.correct, report
    assert len(report.resumed_s) == 2
