"""Pauses at an upgrade: time in which several people wait whom nothing else holds up, and nobody is answered."""

from tests.chaos.pauses import Asked, Pause, pause_of_upgrade

UPGRADE = (10_000, 30_000)


def three(written_ms: int, answered_ms: int | None) -> list[Asked]:
    return [Asked(person, written_ms, answered_ms) for person in ("ana", "bea", "caro")]


def test_a_pause_lasts_from_when_the_third_waits_until_a_phone_gets_an_answer() -> None:
    asked = [Asked("ana", 11_000, 20_000), Asked("bea", 12_000, 20_000), Asked("caro", 13_000, 20_500)]
    assert pause_of_upgrade(asked, [9_000, 20_000, 20_500], UPGRADE) == Pause(7.0, 3)
    assert pause_of_upgrade(asked, [9_000, 15_000, 20_000, 20_500], UPGRADE) == Pause(5.0, 3)


def test_two_who_wait_are_no_pause_however_much_they_wrote() -> None:
    assert pause_of_upgrade(three(11_000, 19_000)[:2] * 3, [19_000, 29_000], UPGRADE) == Pause(None, 2)


def test_silence_while_nobody_waits_is_no_pause() -> None:
    assert pause_of_upgrade(three(11_000, 11_100), [11_100, 29_000], UPGRADE) == Pause(0.1, 3)
    assert pause_of_upgrade([], [11_100, 29_000], UPGRADE) == Pause(None, 0)


def test_who_waits_already_waits_from_the_begin_of_the_exchange() -> None:
    assert pause_of_upgrade(three(2_000, 14_000), [14_000], UPGRADE) == Pause(4.0, 3)
    assert pause_of_upgrade(three(2_000, 9_500), [9_500, 14_000], UPGRADE) == Pause(None, 0)


def test_who_is_held_up_by_an_outcome_that_is_not_known_is_not_counted() -> None:
    asked = [*three(11_000, 29_000), *(Asked(person, 11_000, 12_000) for person in ("dora", "eva", "flor"))]
    answers_ms = [12_000, 29_000]
    assert pause_of_upgrade(asked, answers_ms, UPGRADE) == Pause(17.0, 6)
    assert pause_of_upgrade(asked, answers_ms, UPGRADE, held_up={"ana"}) == Pause(1.0, 5)


def test_what_is_never_answered_is_waited_for() -> None:
    assert pause_of_upgrade(three(11_000, None), [10_000, 31_000], UPGRADE) == Pause(20.0, 3)


def test_what_was_written_after_the_exchange_is_not_part_of_it() -> None:
    assert pause_of_upgrade(three(30_500, 60_000), [9_000, 60_000], UPGRADE) == Pause(None, 0)


def test_the_pause_ends_where_the_next_kill_begins_a_takeover() -> None:
    asked = three(26_000, 90_000)
    assert pause_of_upgrade(asked, [90_000], UPGRADE, [9_000, 31_000, 33_000]) == Pause(5.0, 3)
    assert pause_of_upgrade(asked, [30_500, 90_000], UPGRADE, [9_000, 31_000, 33_000]) == Pause(4.5, 3)
    assert pause_of_upgrade(asked, [32_000, 90_000], UPGRADE, [31_000]) == Pause(5.0, 3)
    # The next answer came after that kill, and long after: none of it is the exchange's.
    assert pause_of_upgrade([*asked, *three(30_000, 99_000)], [90_000, 99_000], UPGRADE, [31_000]) == Pause(5.0, 3)
