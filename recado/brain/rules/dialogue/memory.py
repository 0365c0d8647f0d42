"""What a conversation remembers of what it was about, as JSON. Whatever stands there, reading it never fails."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast, get_args

from recado.brain.rules.dialogue.book import day_of, time_of

FLOW = "flow"
FORM = "form"
CHOICE = "choice"
MISSED = "missed"
OFFERED_PERSON = "offered_person"

STALE_AFTER = dt.timedelta(minutes=30)
"""A flow this old is asked about before it goes on."""
FORGOTTEN_AFTER = dt.timedelta(hours=24)
"""An older one is no longer spoken of: WhatsApp's own window for free replies ends there as well."""

_MAX_TEXT = 200

Kind = Literal["schedule", "reschedule", "cancel"]
Asked = Literal["day", "time", "name", "reason", "confirm", "change", "resume"]


@dataclass(frozen=True, slots=True)
class Flow:
    """An appointment that is being talked about. `asked` is the question that stands, `at` when it was asked."""

    kind: Kind
    at: dt.datetime
    day: dt.date | None = None
    time: dt.time | None = None
    name: str | None = None
    reason: str | None = None
    asked: Asked | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            key: value.isoformat("minutes")
            if isinstance(value, dt.time)
            else value.isoformat()
            if isinstance(value, dt.date)
            else value
            for key, value in asdict(self).items()
            if value is not None
        }


def flow_of(state: Mapping[str, Any], now: dt.datetime) -> Flow | None:
    """The flow that is on; None if there is none, or none that anybody remembers."""
    kept = _object(state.get(FLOW))
    kind: Any = kept.get("kind")
    asked, at = kept.get("asked"), _moment(kept.get("at"))
    if kind not in get_args(Kind) or at is None or now - at > FORGOTTEN_AFTER:
        return None
    return Flow(
        kind=kind,
        at=at,
        day=day_of(kept.get("day")),
        time=time_of(kept.get("time")),
        name=_text(kept.get("name")),
        reason=_text(kept.get("reason")),
        asked=asked if asked in get_args(Asked) else None,
    )


@dataclass(frozen=True, slots=True)
class FormTalk:
    """`asked` is the field whose question stands; `last` the one filled last; `known` what was learnt here; `wrong`
    how many answers on end to the question that stands were none."""

    asked: str | None = None
    last: str | None = None
    skipped: tuple[str, ...] = ()
    known: Mapping[str, Any] | None = None
    wrong: int = 0


def form_of(state: Mapping[str, Any]) -> FormTalk:
    kept = _object(state.get(FORM))
    skipped = kept.get("skipped")
    names = cast("list[Any]", skipped) if isinstance(skipped, list) else []
    return FormTalk(
        asked=_text(kept.get("asked")),
        last=_text(kept.get("last")),
        skipped=tuple(name for name in names if isinstance(name, str)),
        known=_object(kept.get("known")),
        wrong=_count(kept.get("wrong")),
    )


@dataclass(frozen=True, slots=True)
class Asking:
    """Two wishes that were offered, and the day and time that were named meanwhile."""

    wishes: tuple[str, ...]
    day: dt.date | None = None
    time: dt.time | None = None


def asking_of(state: Mapping[str, Any]) -> Asking | None:
    kept = _object(state.get(CHOICE))
    wishes = kept.get("wishes")
    if not isinstance(wishes, list):
        return None
    named = tuple(wish for wish in cast("list[Any]", wishes) if isinstance(wish, str))
    return Asking(named, day_of(kept.get("day")), time_of(kept.get("time"))) if named else None


def missed_of(state: Mapping[str, Any]) -> int:
    """How many times in a row the person was not understood."""
    return _count(state.get(MISSED))


def _count(value: Any) -> int:
    return value if isinstance(value, int) and 0 < value < 1000 else 0


def _object(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value[:_MAX_TEXT] if isinstance(value, str) and value.strip() else None


def _moment(value: Any) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
