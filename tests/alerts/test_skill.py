"""Alerts: told once while open, again when worse, and again another day."""

from datetime import UTC, datetime, timedelta
from typing import Any

from recado.alerts.skill import MAX_OPEN, OPEN_FOR, alerts_context, raise_alert
from recado.decisions import AssistantFacts, RaiseAlert
from recado.skills import TurnFacts

WHO = AssistantFacts("a", "Ana", "es", "America/Lima", "rules")
NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


def facts(state: Any = None, later: timedelta = timedelta()) -> TurnFacts:
    return TurnFacts(NOW + later, WHO, state)


def test_the_same_reason_is_told_once_while_the_alert_is_open() -> None:
    first = raise_alert(facts(), RaiseAlert(level="high", reason="Tose sangre"))
    assert first.events == (("alert.raised", {"level": "high", "escalated": False}),)
    again = raise_alert(facts(first.state, OPEN_FOR / 2), RaiseAlert(level="medium", reason=" tose  SANGRE"))
    assert (again.state, again.events) == (first.state, ())
    other = raise_alert(facts(first.state), RaiseAlert(reason="no come"))
    assert [name for name, _ in other.events] == ["alert.raised"]
    assert len(other.state) == 2


def test_it_is_told_again_when_it_is_worse_and_when_the_day_is_over() -> None:
    first = raise_alert(facts(), RaiseAlert(level="high", reason="fiebre"))
    worse = raise_alert(facts(first.state), RaiseAlert(level="critical", reason="fiebre"))
    assert worse.events == (("alert.raised", {"level": "critical", "escalated": True}),)
    assert [alert["level"] for alert in worse.state] == ["critical"]
    tomorrow = raise_alert(facts(worse.state, OPEN_FOR), RaiseAlert(level="high", reason="fiebre"))
    assert tomorrow.events == (("alert.raised", {"level": "high", "escalated": False}),)


def test_a_flood_keeps_the_latest() -> None:
    state: Any = None
    for n in range(MAX_OPEN + 5):
        state = raise_alert(facts(state), RaiseAlert(reason=f"r{n}")).state
    assert [alert["reason"] for alert in state] == [f"r{n}" for n in range(5, MAX_OPEN + 5)]


def test_a_brain_is_told_the_open_ones() -> None:
    state = raise_alert(facts(), RaiseAlert(level="low", reason="plaga")).state
    assert alerts_context(facts(state)) == [{"level": "low", "reason": "plaga"}]
    assert alerts_context(facts(state, OPEN_FOR)) is None
