"""From mentions and their roles to the answer: a date, a time, whether to ask, and what else was said."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from recado.brain.rules.when import asides, calendar, choosing, clock, lasted, polarity, roles
from recado.brain.rules.when.calendar import Day, Problem
from recado.brain.rules.when.choosing import Choosing, Chosen
from recado.brain.rules.when.clock import NAMED_PARTS, Clock, Part
from recado.brain.rules.when.items import Item, Skeleton
from recado.brain.rules.when.lexicon import ALPHABET
from recado.brain.rules.when.mentions import (
    Apart,
    DayNamed,
    DaysOffered,
    DaySpan,
    Except,
    Moment,
    PartNamed,
    Soonest,
    TimeNamed,
    TimesOffered,
    TimeSpan,
    Vague,
)

Slot = bool | str | list[str]
_LIMIT = ALPHABET.compile(
    "COMMA? EJEM? (<after:DESPUES (de | del) | PASADA | after> | antes (de | del) | before) (el | la | the | DIA){0,2}"
)
_FEW_HOURS = 2
_HALF_MINUTE = dt.timedelta(seconds=30)


@dataclass(slots=True)
class Verdict:
    """What was understood, as it comes together."""

    date: dt.date | None = None
    time: dt.time | None = None
    clarify: bool = False
    slots: dict[str, Slot] = field(default_factory=dict[str, Slot])


class Judge:
    """Decides over one message."""

    def __init__(self, skeleton: Skeleton, now: dt.datetime, opens: dt.time, closes: dt.time) -> None:
        self._skeleton, self._now, self._opens, self._closes = skeleton, now, opens, closes
        self._today = now.date()
        self._out = Verdict()
        self._ahead = self._moving = False

    def decide(self) -> Verdict:
        skeleton = self._skeleton
        roles.drop_habits(skeleton)
        roles.drop_later_word(skeleton)
        roles.drop_routines(skeleton)
        lasted.drop(skeleton)
        naming_nothing = polarity.mark(skeleton)
        roles.mark_sources(skeleton)
        polarity.refuse_sources(skeleton, naming_nothing)
        asides.mark(skeleton)
        roles.mark_open_sides(skeleton)
        roles.mark_reported(skeleton)
        self._moving = roles.moving(skeleton)
        self._choosing = Choosing(skeleton, self._today)
        self._choosing.refuse_ranges()
        self._choosing.apply_weeks()
        self._choosing.share_weeks()
        if not self._moving:
            self._choosing.share_sources()
        times = self._times()
        day = self._day(times)
        if times.last is not None and self._of_another_day(times.last, day):
            times = choosing.NONE
        self._tell_times(times, day)
        self._tell_part(times)
        self._tell_old(day, times)
        self._tell_past(day)
        return self._out

    # Which mentions stand

    def _offered(self, item: Item) -> bool:
        return not item.negative and not item.source

    def _wished(self, item: Item) -> bool:
        """What is offered, and is not of something else."""
        return self._offered(item) and not item.aside

    def _times(self) -> Chosen:
        named = False
        for item in self._skeleton.items:
            if item.negative and (span := choosing.turned(item)) is not None:
                # "Half four? I can't before 4" limits nothing more.
                item.meant, item.negative, item.aside = span, False, named
            named = named or (isinstance(item.meant, TimeNamed) and self._wished(item))
        return self._choosing.chosen(choosing.time_of, self._wished)

    def _day(self, times: Chosen) -> Chosen:
        """Choose the day, and tell it."""
        self._ahead = any(
            not self._lies_behind(item)
            for item in self._skeleton.items
            if self._is_day(item) and not item.negative and choosing.is_definite(item)
        )
        definite = self._choosing.chosen(choosing.day_of, lambda item: self._stands(item) and not item.aside)
        if definite.last is not None and definite.last.open_side and not definite.last.source:
            definite = self._without_limit(definite)
        loose = self._choosing.chosen(choosing.day_of, lambda item: self._is_loose(item) and not item.aside)
        if loose.last is not None and definite.last is None and not self._moving and self._only_hours(loose.last):
            definite = self._day_talked_about(times)
        if loose.last is not None and (
            definite.last is None
            or self._overrides(definite.last, loose.last)
            or self._is_reason(definite.last, loose.last)
        ):
            self._tell_loose(loose.last)
            return loose
        if definite.last is None:
            definite = self._day_talked_about(times)
        if definite.last is None and loose.last is None:
            definite = self._choosing.chosen(choosing.day_of, self._stands)
            loose = self._choosing.chosen(choosing.day_of, self._is_loose)
            if definite.last is None and loose.last is not None:
                self._tell_loose(loose.last)
                return loose
        self._tell_days(definite)
        return definite

    def _without_limit(self, limited: Chosen) -> Chosen:
        """ "Tuesday please, I'm away from friday": a day stands against the limit that follows, unless that puts it
        right."""
        days = self._choosing.chosen(
            choosing.day_of, lambda item: self._wished(item) and self._stands(item) and not item.open_side
        )
        last, limit = days.last, limited.last
        if last is None or limit is None or last.at > limit.at:
            return limited
        return limited if self._choosing.either(last, limit) and not self._within(last, limit) else days

    def _within(self, item: Item, limit: Item) -> bool:
        """ "El 20 de septiembre, después del 18": the limit goes with the day, and puts nothing right."""
        words = _LIMIT.fullmatch(self._skeleton.letters, item.at + 1, limit.at)
        day, edge = next(self._dates(item), None), next(self._dates(limit), None)
        if words is None or not isinstance(day, dt.date) or not isinstance(edge, dt.date):
            return False
        return day > edge if words.group("after") is not None else day < edge

    def _is_loose(self, item: Item) -> bool:
        """A day that nobody can tell, unless it is told of the past: "me operaron en diciembre"."""
        if not self._offered(item) or choosing.is_definite(item):
            return False
        if isinstance(item.meant, Soonest) and item.meant.now:
            return not any(isinstance(other.meant, Vague) and self._offered(other) for other in self._skeleton.items)
        if isinstance(item.meant, Vague) and item.meant.any and self._soonest_before(item):
            return False
        if not isinstance(item.meant, Vague):
            return True
        return not (item.reported and item.meant.week is None) and not (item.meant.hours and self._hour_offered())

    def _soonest_before(self, item: Item) -> bool:
        """ "The earliest you have, whatever it is"."""
        return any(
            isinstance(other.meant, Soonest)
            and other.at < item.at
            and self._offered(other)
            and not self._choosing.or_else(other, item)
            for other in self._skeleton.items
        )

    def _hour_offered(self) -> bool:
        return any(
            isinstance(item.meant, TimeNamed | TimeSpan) and self._offered(item) for item in self._skeleton.items
        )

    def _stands(self, item: Item) -> bool:
        """A day that is offered and that a calendar knows; one of the past only if there is no other."""
        return self._offered(item) and choosing.is_definite(item) and not (self._ahead and self._lies_behind(item))

    def _is_day(self, item: Item) -> bool:
        return not isinstance(item.meant, TimeNamed | TimesOffered | TimeSpan) and item.slot != _PART_SLOT

    def _lies_behind(self, item: Item) -> bool:
        found = next(self._dates(item), None)
        return isinstance(found, dt.date) and found < self._today

    def _overrides(self, definite: Item, loose: Item) -> bool:
        if self._only_hours(loose) and not self._moving and not self._lies_behind(definite):
            return False
        sure = isinstance(loose.meant, Soonest) or (isinstance(loose.meant, Vague) and not loose.reported)
        if definite.reported and self._lies_behind(definite) and sure:
            return True
        return loose.at > definite.at and (
            isinstance(loose.meant, Except)
            or self._lies_behind(definite)
            or self._choosing.changed_between(definite, loose)
            or self._choosing.or_else(definite, loose)
            or self._choosing.any_but(definite, loose)
            or roles.cancelled(self._skeleton, definite)
        )

    def _is_reason(self, definite: Item, loose: Item) -> bool:
        """ "Otro día, que hoy no me siento bien": today only says why."""
        if definite.cluster.time is not None or next(self._dates(definite), None) != self._today:
            return False
        other = isinstance(loose.meant, Vague) and loose.meant.other
        return loose.at < definite.at and (other or choosing.because(self._skeleton, loose, definite))

    def _day_talked_about(self, times: Chosen) -> Chosen:
        """No new day was named: the one of the appointment, if it was not refused, or if only its hour was."""
        old = self._choosing.chosen(
            choosing.day_of, lambda item: item.source and not item.negative and choosing.is_definite(item)
        )
        if old.last is None and times.last is not None:
            old = self._choosing.chosen(choosing.day_of, lambda item: item.negative and self._hour_refused(item))
        return old

    @staticmethod
    def _only_hours(item: Item) -> bool:
        """ "Tengo turno el 22, puede ser más tarde?"."""
        return isinstance(item.meant, Vague) and item.meant.hours

    def _hour_refused(self, item: Item) -> bool:
        if not choosing.is_definite(item):
            return False
        return any(isinstance(other.meant, TimeNamed) and other.negative for other in self._skeleton.items)

    # What they say

    def _tell_loose(self, item: Item) -> None:
        match item.meant:
            case Soonest():
                self._out.slots["soonest"] = True
            case Vague():
                self._out.slots["vague"] = True
                self._out.clarify = True
            case _:
                self._out.clarify = True

    def _tell_days(self, chosen: Chosen) -> None:
        item = chosen.last
        if item is None:
            return
        if self._moving and isinstance(item.meant, DaySpan) and len(item.meant.days) == 2:
            old, new = list(self._dates(item))
            self._tell_from("from_date", old)
            self._tell_date(new)
        elif (
            chosen.range
            or isinstance(item.meant, DaySpan)
            or (item.open_side and not item.source and not self._lies_behind(item))
        ):
            self._out.clarify = True
        elif len(chosen.items) > 1 and all(one.reported and self._lies_behind(one) for one in chosen.items):
            # "I had a fever on monday and tuesday": told, not offered.
            self._tell_date(next(self._dates(item), None))
        elif choosing.several_days(chosen.items):
            self._tell_choice([found for one in chosen.items for found in self._dates(one)])
        else:
            self._tell_date(next(self._dates(item), None))

    def _tell_choice(self, found: list[dt.date | Problem]) -> None:
        dates = list(dict.fromkeys(day for day in found if isinstance(day, dt.date)))
        if len(dates) < 2:
            self._tell_date(dates[0] if dates else "impossible")
            return
        self._out.clarify = True
        self._out.slots["options"] = [day.isoformat() for day in dates]

    def _tell_date(self, found: dt.date | Problem | None) -> None:
        if isinstance(found, dt.date):
            self._out.date = found
        elif found is not None:
            self._out.clarify = True
            if found == "impossible":
                self._out.slots["impossible"] = True

    def _dates(self, item: Item) -> Iterator[dt.date | Problem]:
        match item.meant:
            case DayNamed(day) | PartNamed(day=Day() as day):
                yield calendar.resolve(day, self._today, backward=item.backward)
            case DaysOffered(days) | DaySpan(days):
                for day in days:
                    yield calendar.resolve(day, self._today)
            case Apart(days) if item.base is not None:
                base = next(self._dates(item.base), None)
                yield base + dt.timedelta(days=days) if isinstance(base, dt.date) else base or "impossible"
            case Moment(minutes):
                at = self._moment(minutes)
                yield at.date() if at is not None else "impossible"
            case _:
                return

    def _moment(self, minutes: int) -> dt.datetime | None:
        """So many minutes from now, by the clock on the wall then; None beyond the calendar."""
        try:
            there = self._now.astimezone(dt.UTC) + dt.timedelta(minutes=minutes) + _HALF_MINUTE
            return there.astimezone(self._now.tzinfo)
        except (ValueError, OverflowError):
            return None

    def _tell_times(self, chosen: Chosen, day: Chosen) -> None:
        if day.last is not None and isinstance(day.last.meant, Moment):
            at = self._moment(day.last.meant.minutes)
            self._out.time = dt.time(at.hour, at.minute) if at is not None else None
            return
        item = chosen.last
        if item is None:
            item = self._old_time(day) or self._time_aside(day)
            if item is None:
                return
            said = self._choosing.chosen(choosing.time_of, lambda one: one.source and not one.negative)
            chosen = said if item in said.items and not said.range else Chosen((item,))
        if self._of_another_day(item, day):
            return
        if isinstance(item.meant, TimeNamed) and item.meant.weak and self._is_number_of_day(item.meant.clock):
            return
        clocks = [(one, own) for one in chosen.items for own in _clocks(one)]
        if len(chosen.items) > 1 and any(isinstance(one.meant, TimeSpan) for one in chosen.items):
            # "Mañana antes de las 12 o el jueves desde las 3": no span holds for both.
            self._out.clarify = True
        elif isinstance(item.meant, TimeSpan) or chosen.range:
            self._tell_span(chosen)
        elif len(clocks) > 1:
            self._tell_hours([self._hour(one, own) for one, own in clocks], day)
        else:
            self._tell_hours([self._hour(item, own) for _, own in clocks], day)

    def _of_another_day(self, item: Item, day: Chosen) -> bool:
        """Whether the hour was told with another day than the one that stands, and that was not put right."""
        own, chosen = item.cluster.day, day.last
        if own is None or chosen is None or own in day.items:
            return False
        if chosen.cluster.part is not None and item.cluster.last < chosen.cluster.first:
            # "My visit on monday at 11 moves to thursday evening": the hour went with its day.
            return True
        if chosen.cluster.time is not None or own.at > chosen.at:
            return False
        if own.negative or own.source or self._choosing.put_right(item, chosen):
            return False
        return next(self._dates(own), None) != next(self._dates(chosen), None)

    def _is_number_of_day(self, own: Clock) -> bool:
        """ "Mañana 5": if tomorrow is the fifth, that is what was said."""
        return self._out.date is not None and self._out.date.day == own.hour

    def _old_time(self, day: Chosen) -> Item | None:
        """The hour of the appointment that is talked about, if nothing new was named."""
        own = day.last.cluster.time if day.last is not None and day.last.source else None
        if own is not None and not own.negative:
            return own
        if day.last is None:
            old = self._choosing.chosen(choosing.time_of, lambda item: item.source and not item.negative)
            return old.last
        return None

    def _time_aside(self, day: Chosen) -> Item | None:
        """The hour of something else, if nothing but that is told."""
        chosen = self._choosing.chosen(choosing.time_of, lambda item: self._offered(item) and item.aside)
        item = chosen.last
        if item is None or isinstance(item.meant, TimeSpan) or (day.last is not None and day.last.aside):
            return item
        refused = any(one.negative and self._is_day(one) for one in self._skeleton.items)
        return item if day.last is None and not refused else None

    def _hour(self, item: Item, own: Clock) -> dt.time | None:
        part = self._part_for(item)
        told = clock.resolve(own, part, self._opens, self._closes)
        return self._near_another(own, told) if part is None and own.open else told

    def _near_another(self, own: Clock, told: dt.time | None) -> dt.time | None:
        """An hour that may be of either half of the day, beside one that is sure and out of hours: "sale a las 6 de la
        mañana, me recoge a las 5?"."""
        if told is None or len(self._skeleton.items) < 2:
            return told
        for other in (one for item in self._skeleton.items for one in _clocks(item) if not one.open):
            sure = clock.resolve(other, None, self._opens, self._closes)
            if sure is not None and not self._opens <= sure < self._closes:
                for hour in (told.hour, (told.hour + 12) % 24):
                    if abs(hour - sure.hour) <= _FEW_HOURS:
                        return told.replace(hour=hour)
        return told

    def _part_for(self, item: Item) -> Part | None:
        """The part of the day that decides about an hour: the one said with it, or else anywhere."""
        near = item.cluster.part
        if near is None:
            near = next((one for one in reversed(self._skeleton.items) if self._decides(one, item)), None)
        return near.meant.part if near is not None and isinstance(near.meant, PartNamed) else None

    def _decides(self, part: Item, hour: Item) -> bool:
        """Whether a part of the day said elsewhere is that of an hour: not if it is of another day or of the past."""
        if not isinstance(part.meant, PartNamed) or not self._offered(part):
            return False
        day, other = part.cluster.day, hour.cluster.day
        if part.meant.day is not None and other is not None and part.cluster is not hour.cluster:
            return False
        if day is None or day is part:
            return not (part.reported or self._lies_behind(part))
        apart = other is not None and next(self._dates(day), None) != next(self._dates(other), None)
        return not (day.reported or self._lies_behind(day) or apart)

    def _tell_hours(self, hours: list[dt.time | None], day: Chosen) -> None:
        possible = list(dict.fromkeys(hour for hour in hours if hour is not None))
        if not possible:
            self._out.clarify = True
            self._out.slots["impossible"] = True
        elif len(possible) == 1:
            self._out.time = possible[0]
        else:
            self._out.clarify = True
            self._tell_options([hour.isoformat("minutes") for hour in possible], day)

    def _tell_options(self, hours: list[str], day: Chosen) -> None:
        """Hours to choose from; or days and hours, together if every day was named with its own."""
        days = self._out.slots.get("options")
        if not isinstance(days, list):
            self._out.slots["options"] = hours
        elif len(days) == len(hours) == len(day.items) and all(item.cluster.time for item in day.items):
            self._out.slots["options"] = [f"{on}T{hour}" for on, hour in zip(days, hours, strict=True)]
        else:
            self._out.slots["options"] = days + hours

    def _tell_span(self, chosen: Chosen) -> None:
        first, last = self._ends(chosen)
        item = chosen.items[-1]
        between = isinstance(item.meant, TimeSpan) and item.meant.between
        start, end = clock.resolve_range(first, last, self._part_for(item), self._opens, self._closes)
        if self._moving and not between and start is not None and end is not None:
            self._out.slots["from_time"] = start.isoformat("minutes")
            self._out.time = end
            return
        if start is not None:
            self._out.slots["time_from"] = start.isoformat("minutes")
        if end is not None:
            self._out.slots["time_to"] = end.isoformat("minutes")

    def _ends(self, chosen: Chosen) -> tuple[Clock | None, Clock | None]:
        clocks = [own for one in chosen.items for own in _clocks(one)]
        meant = chosen.items[-1].meant
        if isinstance(meant, TimeSpan) and len(chosen.items) == 1:
            return meant.first, meant.last
        return clocks[0], clocks[-1]

    def _tell_part(self, times: Chosen) -> None:
        """The part of the day, where no hour says it better."""
        if times.items or self._out.time is not None:
            return
        parts = self._choosing.chosen(choosing.part_of, self._told_part)
        told = [item.meant for item in parts.items if isinstance(item.meant, PartNamed)]
        if not told:
            return
        names = list(dict.fromkeys(NAMED_PARTS[meant.part] for meant in told))
        if len(names) == 1:
            self._out.slots["part_of_day"] = names[0]
        elif "options" not in self._out.slots:
            self._out.clarify = True
            self._out.slots["options"] = list(names)

    def _told_part(self, item: Item) -> bool:
        meant = item.meant
        return isinstance(meant, PartNamed) and meant.told and not item.negative and meant.part in NAMED_PARTS

    # What was before

    def _tell_old(self, day: Chosen, times: Chosen) -> None:
        """The day and hour of the appointment that is given up."""
        standing = {id(item) for item in (*day.items, *times.items)}
        given_up = [
            item for item in self._skeleton.items if id(item) not in standing and self._given_up(item, day, times)
        ]
        for item in given_up:
            found = next(self._dates(item), None) if self._is_day(item) else None
            if found is not None:
                self._tell_from("from_date", found)
            for own in _clocks(item):
                hour = self._hour(item, own)
                if isinstance(item.meant, TimeNamed) and hour is not None and hour != self._out.time:
                    self._out.slots.setdefault("from_time", hour.isoformat("minutes"))

    def _given_up(self, item: Item, day: Chosen, times: Chosen) -> bool:
        """An appointment of old; or what was refused, if nothing is offered instead."""
        if item.open_side or isinstance(item.meant, DaySpan):
            return False
        if item.source:
            return True
        new_day = any(choosing.is_definite(one) and not one.source for one in day.items)
        return item.negative and not new_day and not (times.items and not self._is_day(item))

    def _tell_from(self, name: str, found: dt.date | Problem) -> None:
        if isinstance(found, dt.date):
            self._out.slots.setdefault(name, found.isoformat())

    def _tell_past(self, chosen: Chosen) -> None:
        item, out = chosen.last, self._out
        if item is None or out.date is None:
            return
        gone = out.time is not None and out.time < self._now.time().replace(second=0, microsecond=0)
        if out.date < self._today or (out.date == self._today and gone):
            out.slots["past"] = True
            told = item.reported or (out.date < self._today and roles.told_of_the_past(self._skeleton, item))
            out.clarify = out.clarify or not told


_PART_SLOT = Item(0, 0, PartNamed("morning")).slot


def _clocks(item: Item) -> Iterator[Clock]:
    match item.meant:
        case TimeNamed(own):
            yield own
        case TimesOffered(clocks):
            yield from clocks
        case TimeSpan(first, last):
            yield from (own for own in (first, last) if own is not None)
        case _:
            return
