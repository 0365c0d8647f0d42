"""The verdict: what people wrote, what they saw, and what the database says, held against each other. Pure."""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tests.chaos.people import Written
from tests.chaos.rows import Found, In, Out, Talk
from tests.chaos.simulator import Seen

# What can be wrong. "strange" is what should not exist at all, "unfinished" what was left open.
Fault = Literal["lost", "doubled", "misordered", "wrong_person", "unmarked", "strange", "unfinished"]
FAULTS: tuple[Fault, ...] = ("lost", "doubled", "misordered", "wrong_person", "unmarked", "strange", "unfinished")


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong: its kind, the text it is about, and what was found."""

    fault: Fault
    text: str
    found: str


@dataclass(slots=True)
class Verdict:
    """`repeats` are second sends that were allowed (each is marked), `marked` the rows marked as repeated."""

    messages: int
    repeats: int = 0
    marked: int = 0
    violations: list[Violation] = field(default_factory=list[Violation])

    def count(self, fault: Fault) -> int:
        """How many messages (or, without one, findings) have this fault: several sides may tell of the same."""
        return len({found.text or found.found for found in self.violations if found.fault == fault})

    def add(self, fault: Fault, text: str, found: str) -> None:
        self.violations.append(Violation(fault, text, found))


def judge(written: Sequence[Written], seen: Sequence[Seen], found: Found, stats: Mapping[str, int]) -> Verdict:
    """`seen` is what reached the phones, in its order; `stats` counts things that must not have happened."""
    verdict = Verdict(len(written), marked=sum(row.repeated for row in found.outbox))
    by_text = {message.text: message for message in written}
    if len(by_text) != len(written):
        raise ValueError("the texts must be unique")
    _check_inbox(verdict, written, found)
    _check_outbox(verdict, by_text, found)
    _check_talks(verdict, by_text, found)
    _check_phones(verdict, by_text, seen, found)
    _check_orders(verdict, written, seen, found)
    for name, count in stats.items():
        if count:
            verdict.add("strange", "", f"{name}: {count}")
    return verdict


# --- the database -----------------------------------------------------------------------------------------


def _check_inbox(verdict: Verdict, written: Sequence[Written], found: Found) -> None:
    rows: dict[str, list[In]] = {}
    for row in found.inbox:
        rows.setdefault(row.provider_id, []).append(row)
    for message in written:
        stored = rows.pop(message.id, [])
        if not stored:
            verdict.add("lost", message.text, "not in the inbox")
        elif len(stored) > 1:
            verdict.add("doubled", message.text, f"{len(stored)} rows in the inbox")
        if any(row.text != message.text for row in stored):
            verdict.add("strange", message.text, f"stored as {stored}")
        if any(row.dead for row in stored):
            verdict.add("lost", message.text, "its turn was given up")
    for provider_id in rows:
        verdict.add("strange", provider_id, "in the inbox, and nobody wrote it")


def _check_outbox(verdict: Verdict, by_text: Mapping[str, Written], found: Found) -> None:
    asked = {row.text: row for row in found.inbox}
    answers: dict[str, list[Out]] = {}
    for row in found.outbox:
        answers.setdefault(row.text, []).append(row)
        if row.text not in by_text:
            verdict.add("strange", row.text, f"in the outbox, and answers nothing: {row}")
    for text in by_text:
        rows = answers.get(text, [])
        if len(rows) > 1:
            verdict.add("doubled", text, f"{len(rows)} answers in the outbox: {rows}")
        elif not rows:
            verdict.add("lost", text, "no answer in the outbox")
        for row in rows:
            if row.state != "sent":
                verdict.add("unfinished", text, f"its answer is {row.state}: {row}")
            question = asked.get(text)
            if question is not None and row.conversation != question.conversation:
                verdict.add("wrong_person", text, f"answered in another conversation: {row}")
            if question is not None and row.seq <= question.seq:
                verdict.add("misordered", text, f"answered before it was asked: {row}")


def _check_talks(verdict: Verdict, by_text: Mapping[str, Written], found: Found) -> None:
    talks: dict[str, Talk] = {talk.id: talk for talk in found.talks}
    of_person: dict[tuple[str, str], set[str]] = {}
    for row in found.inbox:
        message, talk = by_text.get(row.text), talks.get(row.conversation)
        if message is None:
            continue
        of_person.setdefault((message.person, message.line), set()).add(row.conversation)
        if talk is None or talk.line != message.line or talk.people != (message.person,):
            verdict.add("wrong_person", row.text, f"stored in {talk}, written by {message.person} to {message.line}")
    for (person, line), ids in of_person.items():
        if len(ids) > 1:
            verdict.add("strange", "", f"{person} has {len(ids)} conversations on {line}")
    for talk in found.talks:
        if talk.open or talk.owner:
            verdict.add("unfinished", "", f"left open: {talk}")


# --- the phones -------------------------------------------------------------------------------------------


def _check_phones(verdict: Verdict, by_text: Mapping[str, Written], seen: Sequence[Seen], found: Found) -> None:
    rows = {row.id: row for row in found.outbox}
    got: dict[str, list[Seen]] = {}
    for each in seen:
        message = by_text.get(each.text)
        if message is None:
            verdict.add("strange", each.text, f"nobody wrote this: {each}")
            continue
        got.setdefault(each.text, []).append(each)
        if (each.person, each.line) != (message.person, message.line):
            verdict.add("wrong_person", each.text, f"went to {each.person} on {each.line}, asked by {message.person}")
    for text in by_text:
        copies = got.get(text, [])
        if not copies:
            verdict.add("lost", text, "no phone got an answer")
        for each in copies:
            row = rows.get(each.client_id or "")
            if row is None or row.text != text:
                verdict.add("strange", text, f"the phone got what the outbox does not know: {each}")
        for before, again in itertools.pairwise(copies):
            check_repeat(verdict, text, before, again, rows)
        check_provider_id(verdict, text, copies, rows)


def check_repeat(verdict: Verdict, text: str, before: Seen, again: Seen, rows: Mapping[str, Out]) -> None:
    """A second send is allowed only of the same row, marked, and if no status ever came of the one before."""
    row = rows.get(again.client_id or "")
    if again.client_id != before.client_id or row is None:
        verdict.add("doubled", text, f"two answers: {before}, {again}")
    elif before.statuses:
        verdict.add("doubled", text, f"sent again though a status was there: {before}, {again}")
    elif not row.repeated:
        verdict.add("unmarked", text, f"sent again without a mark: {row}")
    else:
        verdict.repeats += 1


def check_provider_id(verdict: Verdict, text: str, copies: Sequence[Seen], rows: Mapping[str, Out]) -> None:
    """What was sent is known by a name that a phone got it by."""
    for client_id in {each.client_id for each in copies}:
        row = rows.get(client_id or "")
        if row is not None and row.state == "sent" and row.provider_id not in {each.id for each in copies}:
            verdict.add("strange", text, f"sent as {row.provider_id}, which no phone got")


# --- the order --------------------------------------------------------------------------------------------


def _check_orders(verdict: Verdict, written: Sequence[Written], seen: Sequence[Seen], found: Found) -> None:
    committed = _by_conversation(found.inbox)
    answered = _by_conversation(found.outbox)
    place = {row.text: (row.conversation, n) for rows in committed.values() for n, row in enumerate(rows)}
    for rows in answered.values():
        _check_growing(verdict, [row.text for row in rows], place, "answers were queued in another order")
    arrived: dict[tuple[str, str], list[str]] = {}
    for each in seen:
        if each.text in place:
            arrived.setdefault((each.person, each.line), []).append(each.text)
    for texts in arrived.values():
        # A repetition follows at once: what was unknown holds its lane until it is settled.
        firsts = [text for text, _ in itertools.groupby(texts)]
        for text, count in Counter(firsts).items():
            if count > 1:
                verdict.add("misordered", text, "came again after a later answer")
        _check_growing(verdict, list(dict.fromkeys(firsts)), place, "answers came in another order")
    by_author: dict[tuple[str, str], list[str]] = {}
    for message in written:
        if message.ordered and message.text in place:
            by_author.setdefault((message.person, message.line), []).append(message.text)
    for texts in by_author.values():
        _check_growing(verdict, texts, place, "stored in another order than written")


def _by_conversation(rows: Sequence[In] | Sequence[Out]) -> dict[str, list[In | Out]]:
    found: dict[str, list[In | Out]] = {}
    for row in sorted(rows, key=lambda row: row.seq):
        found.setdefault(row.conversation, []).append(row)
    return found


def _check_growing(verdict: Verdict, texts: Sequence[str], place: Mapping[str, tuple[str, int]], what: str) -> None:
    known = [text for text in texts if text in place]
    for earlier, later in itertools.pairwise(known):
        if place[earlier][0] == place[later][0] and place[earlier][1] >= place[later][1]:
            verdict.add("misordered", later, f"{what}: {earlier!r} before {later!r}")
