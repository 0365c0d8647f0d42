"""The breaker: closed, open, half open, on a clock of the test's."""

from recado.brain.llm.breaker import FAILURES_TO_OPEN, LONGEST_OPEN_S, OPEN_S, Breaker


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def opened() -> tuple[Breaker, Clock]:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(FAILURES_TO_OPEN):
        assert breaker.allows()
        breaker.failed()
    return breaker, clock


def test_it_opens_after_failures_in_a_row() -> None:
    breaker, _ = opened()
    assert breaker.state == "open"
    assert not breaker.allows()


def test_a_success_in_between_starts_the_count_anew() -> None:
    breaker = Breaker(Clock())
    for _ in range(FAILURES_TO_OPEN - 1):
        breaker.failed()
    breaker.succeeded()
    for _ in range(FAILURES_TO_OPEN - 1):
        breaker.failed()
    assert breaker.state == "closed"


def test_half_open_lets_one_call_through_at_a_time() -> None:
    breaker, clock = opened()
    clock.now_s += OPEN_S
    assert breaker.state == "half_open"
    assert breaker.allows()
    assert not breaker.allows()
    breaker.succeeded()
    assert breaker.state == "closed"
    assert breaker.allows()


def test_a_failed_try_opens_it_again_and_one_given_up_says_nothing() -> None:
    breaker, clock = opened()
    clock.now_s += OPEN_S
    assert breaker.allows()
    breaker.gave_up()
    assert breaker.allows()
    breaker.failed()
    assert breaker.state == "open"
    clock.now_s += OPEN_S
    assert breaker.state == "half_open"


def test_a_provider_is_left_alone_for_as_long_as_it_asks_within_reason() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    breaker.failed(asked_s=10**6)
    assert breaker.state == "open"
    clock.now_s += LONGEST_OPEN_S
    assert breaker.state == "half_open"


def test_a_short_time_that_a_model_asks_for_is_kept_to_as_well() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(FAILURES_TO_OPEN + 1):
        assert breaker.allows()
        breaker.failed(asked_s=2.0)
        clock.now_s += 1.9
        assert breaker.state == "open"
        clock.now_s += 0.2
    assert breaker.state == "half_open"
