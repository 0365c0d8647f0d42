"""Pauses at an upgrade: time in which several people wait who have nothing else in their way."""

from tests.chaos.pauses import Asked, Pause, pause_of_upgrade

UPGRADE = (10_000, 30_000)


def three(written_ms: int, answered_ms: int | None) -> list[Asked]:
    return [Asked(person, written_ms, answered_ms) for person in ("ana", "bea", "caro")]


def test_a_pause_lasts_from_when_the_third_waits_until_a_phone_gets_something() -> None:
    asked = [Asked("ana", 11_000, 20_000), Asked("bea", 12_000, 20_000), Asked("caro", 13_000, 20_500)]
    assert pause_of_upgrade(asked, [9_000, 20_000, 20_500], UPGRADE) == Pause(7.0, 3)
    assert pause_of_upgrade(asked, [9_000, 15_000, 20_000, 20_500], UPGRADE) == Pause(5.0, 3)


def test_two_who_wait_are_no_pause_and_neither_is_silence_while_nobody_wrote() -> None:
    assert pause_of_upgrade(three(11_000, 11_100)[:2], [11_100, 29_000], UPGRADE) == Pause(0.0, 2)
    assert pause_of_upgrade(three(11_000, 11_100), [11_100, 29_000], UPGRADE) == Pause(0.1, 3)


def test_who_was_owed_something_already_is_not_counted() -> None:
    stuck = [*three(9_000, 28_000), *three(11_000, 29_000)]
    assert pause_of_upgrade(stuck, [28_000, 29_000], UPGRADE) == Pause(0.0, 0)
    assert pause_of_upgrade([*three(9_000, 10_500), *three(11_000, 29_000)], [10_500, 29_000], UPGRADE).seconds == 18.0


def test_what_is_never_answered_is_waited_for() -> None:
    assert pause_of_upgrade(three(11_000, None), [10_000, 31_000], UPGRADE) == Pause(20.0, 3)


def test_what_was_written_before_or_after_is_not_the_upgrade() -> None:
    asked = [*three(5_000, 9_000), *three(30_500, 60_000)]
    assert pause_of_upgrade(asked, [9_000, 60_000], UPGRADE) == Pause(0.0, 0)


def test_the_pause_ends_where_the_next_kill_begins_a_takeover() -> None:
    asked = three(26_000, 90_000)
    assert pause_of_upgrade(asked, [90_000], UPGRADE, [9_000, 31_000, 33_000]) == Pause(5.0, 3)
    assert pause_of_upgrade(asked, [30_500, 90_000], UPGRADE, [9_000, 31_000, 33_000]) == Pause(4.5, 3)
    assert pause_of_upgrade(asked, [32_000, 90_000], UPGRADE, [31_000]) == Pause(5.0, 3)
