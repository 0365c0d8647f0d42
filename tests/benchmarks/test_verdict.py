"""The checker of the benchmarks sees every way in which a subject may be wrong."""

import pytest

from benchmarks.dispatch import Webhook
from benchmarks.payloads import phone_of, text_of
from benchmarks.stub import Counts, Record
from benchmarks.verdict import Report, judge
from recado.conversations.turn import FALLBACK_TEXT

SENT_AT = 100.0
PEOPLE, MESSAGES = 3, 4
ALICE, BOB, STRANGER = 0, 1, 99


def webhooks(status: int = 200) -> list[Webhook]:
    """Everybody's first messages, then everybody's second ones, 1 s apart."""
    sent: list[Webhook] = []
    for number in range(MESSAGES):
        for person in range(PEOPLE):
            due_at = SENT_AT + len(sent)
            sent.append(Webhook(person, number, b"", due_at, due_at + 0.01, status))
    return sent


def right() -> Record:
    """Each gets the echo of each text half a second after it was due."""
    record: Record = {}
    for webhook in webhooks():
        answer = (webhook.due_at + 0.5, text_of(webhook.person, webhook.number))
        record.setdefault(phone_of(webhook.person), []).append(answer)
    return record


def verdict(record: Record, sent: list[Webhook] | None = None, due: int = 0, taken: int = 0) -> Report:
    counts: Counts = {
        "messages": 0,
        "reads": 0,
        "refused": 0,
        "statuses_due": due,
        "statuses_taken": taken,
        "statuses_refused": due - taken,
        "last_status_at": 0.0,
    }
    return judge(webhooks() if sent is None else sent, record, counts)


def faults(report: Report) -> tuple[int, int, int, int]:
    return report.lost, report.doubled, report.misordered, report.strange


def test_right_answers_are_correct_and_measured() -> None:
    report = verdict(right(), due=3, taken=3)
    assert report.correct
    assert faults(report) == (0, 0, 0, 0)
    assert report.messages == report.acknowledged == report.replies == PEOPLE * MESSAGES
    assert report.acknowledgement_ms.p99 == pytest.approx(10.0)
    assert report.reply_ms.max == pytest.approx(500.0)
    assert report.wall_s == pytest.approx(PEOPLE * MESSAGES - 1 + 0.5)
    assert report.replies_per_s == pytest.approx(PEOPLE * MESSAGES / report.wall_s, abs=0.1)


def test_a_missing_answer_is_lost() -> None:
    record = right()
    del record[phone_of(ALICE)][2]
    report = verdict(record)
    assert faults(report) == (1, 0, 0, 0)
    assert not report.correct


def test_the_last_answer_missing_is_lost() -> None:
    record = right()
    del record[phone_of(ALICE)][-1]
    assert faults(verdict(record)) == (1, 0, 0, 0)


def test_a_person_without_any_answer_lost_all() -> None:
    record = right()
    del record[phone_of(BOB)]
    assert faults(verdict(record)) == (MESSAGES, 0, 0, 0)


def test_no_answer_at_all_is_not_correct() -> None:
    report = verdict({})
    assert faults(report) == (PEOPLE * MESSAGES, 0, 0, 0)
    assert report.replies_per_s == 0.0
    assert not report.correct


def test_the_same_answer_twice_is_doubled() -> None:
    record = right()
    record[phone_of(ALICE)].append(record[phone_of(ALICE)][0])
    report = verdict(record)
    assert faults(report) == (0, 1, 0, 0)
    assert not report.correct


def test_answers_in_another_order_are_misordered() -> None:
    record = right()
    answers = record[phone_of(ALICE)]
    answers[1], answers[2] = answers[2], answers[1]
    report = verdict(record)
    assert faults(report) == (0, 0, 1, 0)
    assert not report.correct


def test_an_answer_that_reached_another_person_is_strange_there_and_lost_here() -> None:
    record = right()
    record[phone_of(BOB)].append(record[phone_of(ALICE)].pop())
    report = verdict(record)
    assert faults(report) == (1, 0, 0, 1)
    assert not report.correct


def test_an_answer_to_an_unknown_number_is_strange() -> None:
    record = right()
    record[phone_of(STRANGER)] = [(SENT_AT, text_of(ALICE, 0))]
    report = verdict(record)
    assert faults(report) == (0, 0, 0, 1)
    assert not report.correct


@pytest.mark.parametrize("text", [*FALLBACK_TEXT.values(), "", text_of(ALICE, 0) + " ", text_of(ALICE, MESSAGES)])
def test_a_text_that_nobody_sent_is_strange(text: str) -> None:
    record = right()
    record[phone_of(ALICE)].append((SENT_AT + 60.0, text))
    report = verdict(record)
    assert faults(report) == (0, 0, 0, 1)
    assert not report.correct


def test_a_fallback_text_in_place_of_an_answer_is_strange_and_lost() -> None:
    record = right()
    record[phone_of(ALICE)][0] = (SENT_AT, FALLBACK_TEXT["es"])
    assert faults(verdict(record)) == (1, 0, 0, 1)


@pytest.mark.parametrize(("status", "named"), [(503, "503"), (0, "0"), (-1, "-1")])
def test_a_webhook_that_was_not_taken_is_refused(status: int, named: str) -> None:
    sent = webhooks()
    sent[0].status = status
    report = verdict(right(), sent)
    assert report.refused == {named: 1}
    assert report.acknowledged == PEOPLE * MESSAGES - 1
    assert not report.correct


def test_a_status_that_was_not_taken_is_missed() -> None:
    report = verdict(right(), due=3, taken=2)
    assert report.statuses_missed == 1
    assert not report.correct
