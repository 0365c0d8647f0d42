"""Alerts of a conversation.

State: the latest alerts, oldest first, each `{level, reason, recommended, at}`. An alert is open for a day: the same
reason is not told twice meanwhile, unless it has become worse, and is told again afterwards.
"""

from datetime import datetime, timedelta
from typing import Any

from recado.decisions import RaiseAlert
from recado.skills import Effects, Handler, Skill, TurnFacts

# Long enough that a worried person who writes on is not ten alerts, short enough that tomorrow's trouble is a new one.
OPEN_FOR = timedelta(hours=24)
# Of one conversation; more in a day are noise, and the latest count.
MAX_OPEN = 20
_RANK = {"low": 0, "medium": 1, "high": 2, "critical": 3}


def raise_alert(facts: TurnFacts, action: RaiseAlert) -> Effects:
    """Tell the team, once per reason while the alert is open; again if the level rises."""
    current = open_alerts(facts)
    twin = next((alert for alert in current if _key(alert["reason"]) == _key(action.reason)), None)
    if twin is not None and _RANK[twin["level"]] >= _RANK[action.level]:
        return Effects(facts.state)
    raised = {
        "level": action.level,
        "reason": action.reason,
        "recommended": action.recommended,
        "at": facts.now.isoformat(),
    }
    kept = [alert for alert in current if alert is not twin]
    event = ("alert.raised", {"level": action.level, "escalated": twin is not None})
    return Effects([*kept, raised][-MAX_OPEN:], (event,))


def alerts_context(facts: TurnFacts) -> list[dict[str, Any]] | None:
    """The level and reason of the latest open alerts."""
    found = [{"level": alert["level"], "reason": alert["reason"]} for alert in open_alerts(facts)[-3:]]
    return found or None


def open_alerts(facts: TurnFacts) -> list[dict[str, Any]]:
    """The alerts that count as open now, oldest first."""
    since = facts.now - OPEN_FOR
    return [alert for alert in facts.state or () if datetime.fromisoformat(alert["at"]) > since]


def _key(reason: str) -> str:
    return " ".join(reason.casefold().split())


ALERTS = Skill("alerts", (Handler(RaiseAlert, raise_alert),), alerts_context)
