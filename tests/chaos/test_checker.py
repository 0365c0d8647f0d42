"""A checker that cannot fail is worthless: one right run, doctored in every way that it must notice."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from tests.chaos.attachments import due_at
from tests.chaos.blows import plan
from tests.chaos.cases import CASES, COPIES, FULL, LEASE_S, SHORT, TAKEOVER_S, Case, Scale
from tests.chaos.checker import Fault, Verdict, judge
from tests.chaos.people import Written, write
from tests.chaos.rows import Found, In, Out, Talk
from tests.chaos.simulator import Seen
from tests.chaos.takeover import Able, counted_s


@dataclass(frozen=True)
class Story:
    """What a run leaves, small enough to read: two people, three messages each, on two lines."""

    written: tuple[Written, ...]
    seen: tuple[Seen, ...]
    inbox: tuple[In, ...]
    outbox: tuple[Out, ...]
    talks: tuple[Talk, ...]

    def judge(self, stats: dict[str, int] | None = None) -> Verdict:
        found = Found(self.inbox, self.outbox, self.talks, 0, ())
        return judge(self.written, self.seen, found, stats or {})


def right() -> Story:
    written = tuple(
        Written(f"in-{person}-{n}", person, f"line-{person}", n, f"{person} says {n}", ordered=True)
        for n in (1, 2, 3)
        for person in ("ana", "bea")
    )
    return Story(
        written,
        tuple(_seen(message) for message in written),
        tuple(In(f"talk-{m.person}", m.number, m.id, m.text, dead=False) for m in written),
        tuple(
            Out(f"out-{m.id}", f"talk-{m.person}", 10 + m.number, m.text, "sent", False, f"wamid-{m.id}")
            for m in written
        ),
        tuple(Talk(f"talk-{person}", f"line-{person}", (person,), 0, None) for person in ("ana", "bea")),
    )


def _seen(message: Written) -> Seen:
    statuses = (("sent", 1), ("delivered", 2))
    return Seen(f"wamid-{message.id}", message.person, message.line, message.text, f"out-{message.id}", 1_000, statuses)


# Indexes into the story: 0 is ana's first message, 1 bea's first, 2 ana's second, and so on.
def _phone_got_nothing(story: Story) -> Story:
    return replace(story, seen=story.seen[:2] + story.seen[3:])


def _never_stored(story: Story) -> Story:
    return replace(story, inbox=story.inbox[1:])


def _no_answer_row(story: Story) -> Story:
    return replace(story, outbox=story.outbox[1:])


def _given_up(story: Story) -> Story:
    return replace(story, inbox=(replace(story.inbox[0], dead=True), *story.inbox[1:]))


def _stored_twice(story: Story) -> Story:
    return replace(story, inbox=(*story.inbox, replace(story.inbox[0], seq=9)))


def _answered_twice(story: Story) -> Story:
    return replace(story, outbox=(*story.outbox, replace(story.outbox[0], id="another", seq=19)))


def _sent_twice_as_two(story: Story) -> Story:
    again = replace(story.seen[0], id="wamid-again", client_id="another")
    return replace(story, seen=(story.seen[0], again, *story.seen[1:]))


def _marked_but_status_came(story: Story) -> Story:
    outbox = (replace(story.outbox[0], repeated=True), *story.outbox[1:])
    again = replace(story.seen[0], id="wamid-again")
    return replace(story, seen=(story.seen[0], again, *story.seen[1:]), outbox=outbox)


def _repeated(story: Story, *, marked: bool) -> Story:
    """The first try got no status at all."""
    first = replace(story.seen[0], id="wamid-first", statuses=())
    outbox = (replace(story.outbox[0], repeated=marked), *story.outbox[1:])
    return replace(story, seen=(first, *story.seen), outbox=outbox)


def _repeated_unmarked(story: Story) -> Story:
    return _repeated(story, marked=False)


def _repeated_late(story: Story) -> Story:
    """Marked and without a status, but after a later answer."""
    allowed = _repeated(story, marked=True)
    first, again, *rest = allowed.seen
    return replace(allowed, seen=(first, *rest, again))


def _phones_disordered(story: Story) -> Story:
    seen = list(story.seen)
    seen[0], seen[2] = seen[2], seen[0]
    return replace(story, seen=tuple(seen))


def _queued_in_another_order(story: Story) -> Story:
    outbox = list(story.outbox)
    outbox[0], outbox[2] = replace(outbox[0], seq=outbox[2].seq), replace(outbox[2], seq=outbox[0].seq)
    return replace(story, outbox=tuple(outbox))


def _stored_in_another_order(story: Story) -> Story:
    inbox, outbox, seen = list(story.inbox), list(story.outbox), list(story.seen)
    inbox[0], inbox[2] = replace(inbox[0], seq=inbox[2].seq), replace(inbox[2], seq=inbox[0].seq)
    outbox[0], outbox[2] = replace(outbox[0], seq=outbox[2].seq), replace(outbox[2], seq=outbox[0].seq)
    seen[0], seen[2] = seen[2], seen[0]
    return replace(story, inbox=tuple(inbox), outbox=tuple(outbox), seen=tuple(seen))


def _answered_before_asked(story: Story) -> Story:
    return replace(story, outbox=(replace(story.outbox[0], seq=1), *story.outbox[1:]))


def _to_another_phone(story: Story) -> Story:
    return replace(story, seen=(replace(story.seen[0], person="bea"), *story.seen[1:]))


def _from_another_line(story: Story) -> Story:
    return replace(story, seen=(replace(story.seen[0], line="line-bea"), *story.seen[1:]))


def _in_another_conversation(story: Story) -> Story:
    return replace(story, outbox=(replace(story.outbox[0], conversation="talk-bea"), *story.outbox[1:]))


def _stored_as_another_person(story: Story) -> Story:
    return replace(story, inbox=(replace(story.inbox[0], conversation="talk-bea", seq=30), *story.inbox[1:]))


def _invented(story: Story) -> Story:
    return replace(story, seen=(*story.seen, replace(story.seen[0], text="Disculpa, tuve un problema")))


def _invented_row(story: Story) -> Story:
    return replace(story, outbox=(*story.outbox, replace(story.outbox[0], id="x", text="Disculpa", seq=40)))


def _unknown_to_the_outbox(story: Story) -> Story:
    return replace(story, seen=(replace(story.seen[0], client_id=None), *story.seen[1:]))


def _sent_as_something_else(story: Story) -> Story:
    return replace(story, outbox=(replace(story.outbox[0], provider_id="wamid-elsewhere"), *story.outbox[1:]))


def _still_unknown(story: Story) -> Story:
    return replace(story, outbox=(replace(story.outbox[0], state="unknown"), *story.outbox[1:]))


def _left_claimed(story: Story) -> Story:
    return replace(story, talks=(replace(story.talks[0], owner="somebody"), *story.talks[1:]))


def _left_unsettled(story: Story) -> Story:
    return replace(story, talks=(replace(story.talks[0], open=1), *story.talks[1:]))


DOCTORED: tuple[tuple[Callable[[Story], Story], Fault], ...] = (
    (_phone_got_nothing, "lost"),
    (_never_stored, "lost"),
    (_no_answer_row, "lost"),
    (_given_up, "lost"),
    (_stored_twice, "doubled"),
    (_answered_twice, "doubled"),
    (_sent_twice_as_two, "doubled"),
    (_marked_but_status_came, "doubled"),
    (_repeated_unmarked, "unmarked"),
    (_repeated_late, "misordered"),
    (_phones_disordered, "misordered"),
    (_queued_in_another_order, "misordered"),
    (_stored_in_another_order, "misordered"),
    (_answered_before_asked, "misordered"),
    (_to_another_phone, "wrong_person"),
    (_from_another_line, "wrong_person"),
    (_in_another_conversation, "wrong_person"),
    (_stored_as_another_person, "wrong_person"),
    (_invented, "strange"),
    (_invented_row, "strange"),
    (_unknown_to_the_outbox, "strange"),
    (_sent_as_something_else, "strange"),
    (_still_unknown, "unfinished"),
    (_left_claimed, "unfinished"),
    (_left_unsettled, "unfinished"),
)


def test_a_right_run_passes() -> None:
    assert right().judge() == Verdict(6)


@pytest.mark.parametrize(("doctor", "fault"), DOCTORED, ids=lambda value: getattr(value, "__name__", None))
def test_what_is_wrong_is_noticed(doctor: Callable[[Story], Story], fault: Fault) -> None:
    assert doctor(right()).judge().count(fault) > 0


def test_a_marked_repeat_without_a_status_is_allowed_and_counted() -> None:
    verdict = _repeated(right(), marked=True).judge()
    assert (verdict.violations, verdict.repeats, verdict.marked) == ([], 1, 1)


def test_an_order_that_was_changed_on_the_way_is_no_fault() -> None:
    story = _stored_in_another_order(right())
    written = tuple(replace(message, ordered=False) for message in story.written)
    assert replace(story, written=written).judge().violations == []


def test_counts_of_what_must_not_happen_are_faults() -> None:
    assert right().judge({"failed statuses": 1, "webhooks never taken": 0}).count("strange") == 1


def test_a_takeover_counts_from_the_kill_while_somebody_is_able() -> None:
    assert counted_s(100.0, 105.6, able_since_s=20.0) > TAKEOVER_S
    assert counted_s(100.0, 105.4, able_since_s=20.0) < TAKEOVER_S
    # A process that was started again before the lease had ended gains nothing by it.
    assert counted_s(100.0, 105.6, able_since_s=103.0) > TAKEOVER_S


def test_a_takeover_by_a_late_start_counts_from_a_lease_before_it() -> None:
    assert counted_s(100.0, 120.4, able_since_s=120.0) == pytest.approx(LEASE_S + 0.4)
    assert counted_s(100.0, 120.6, able_since_s=120.0) > TAKEOVER_S


def test_whoever_is_able_is_so_since_the_last_gap() -> None:
    able = Able()
    for able_now, at_s in ((True, 10.0), (True, 11.0), (False, 20.0), (True, 25.0)):
        able.set(able_now, at_s)
    assert (able.since(15.0), able.since(22.0), able.since(30.0)) == (10.0, 22.0, 25.0)


@pytest.mark.parametrize("scale", [FULL, SHORT])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_a_plan_has_as_many_kills_as_were_asked_for(case: Case, scale: Scale) -> None:
    blows, firsts = plan(case, scale, seed=1)
    kills = sum({"one": 1, "two": 2, "start": 2, "database": 0, "upgrade": 0}[blow.kind] for blow in blows)
    assert kills + len(firsts) == scale.kills
    assert plan(case, scale, seed=1) == (blows, firsts)
    assert plan(case, scale, seed=2) != (blows, firsts)


@pytest.mark.parametrize("scale", [FULL, SHORT])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.key)
def test_some_kills_meet_a_file_and_none_waits_for_one_that_never_comes(case: Case, scale: Scale) -> None:
    for seed in range(50):
        blows, _ = plan(case, scale, seed)
        upgrade = next(n for n, blow in enumerate(blows) if blow.kind == "upgrade")
        files = [(n > upgrade, blow.at - 1) for n, blow in enumerate(blows) if blow.meter == "files"]
        assert files == sorted(files)
        assert files
        for after, number in files:
            assert number % COPIES == 0  # the one that is uploaded
            # What is sent in the second half of the run is sent after the upgrade, which the kills before it precede.
            assert (due_at(number, scale) > scale.messages // 2) == after
        assert all(blow.at <= scale.messages // 2 for blow in blows[:upgrade])


def test_texts_are_unique_and_nobody_writes_too_much() -> None:
    first, second = write(FULL, seed=1)
    everything = [*first, *second]
    assert len({message.text for message in everything}) == len(everything) == FULL.messages
    assert {message.person for message in first}.isdisjoint(message.person for message in second)
    assert max(message.number for message in everything) <= FULL.per_person
