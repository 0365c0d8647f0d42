"""Schedule, reschedule, cancel and look up: one question at a time, and nothing is done before it is confirmed."""

from dataclasses import replace

from recado.brain.rules.dialogue.book import Book
from recado.brain.rules.dialogue.filling import Filled, check, fill, named, told_of
from recado.brain.rules.dialogue.listening import Said
from recado.brain.rules.dialogue.memory import FLOW, STALE_AFTER, Asked, Flow, Kind
from recado.brain.rules.dialogue.outcome import Option, Outcome, reply
from recado.brain.rules.dialogue.phrases import PHRASES, Phrases, say_at, say_day, say_when
from recado.decisions import Intent, RequestAppointment

REQUEST = "request_appointment"


class Talk:
    """One turn of the talk about an appointment."""

    def __init__(self, said: Said, book: Book) -> None:
        self._said, self._book = said, book
        self._phrases: Phrases = PHRASES[said.language]

    # --- beginnings ---------------------------------------------------------------------------------------

    def begin(self, kind: Kind, given: Flow | None = None) -> Outcome:
        """A new wish, with whatever else the message says. `given` is what was said of it before."""
        flow = given or Flow(kind, self._said.now)
        if kind != "schedule" and self._book.upcoming == ():
            return Outcome(kind, reply([self._phrases.no_appointments]), memory={FLOW: None})
        filled = fill(self._said, flow, self._book)
        return self._ask(replace(filled, flow=named(self._said, filled.flow)), kind)

    def look_up(self) -> Outcome:
        """The next appointment; a person tells where it is not known."""
        upcoming = self._book.upcoming
        if upcoming is None:
            return Outcome("lookup", reply([self._phrases.lookup_passed_on]), hand_over=True, memory={FLOW: None})
        if not upcoming:
            return Outcome("lookup", reply([self._phrases.no_appointments]))
        return Outcome("lookup", reply([told_of(upcoming, self._said)]))

    @property
    def knows_one(self) -> bool:
        """An appointment of the person is known."""
        return bool(self._book.upcoming)

    def old_button(self) -> Outcome:
        """A button was pressed whose question is over: nothing is done, and what is on record is told."""
        known = [told_of(self._book.upcoming, self._said)] if self._book.upcoming else []
        return Outcome("other", reply([self._phrases.old_button, *known]))

    # --- in the middle ------------------------------------------------------------------------------------

    def go_on(self, flow: Flow) -> Outcome | None:
        """The next step of a flow that is on. None for what says nothing to it: others may know what to say."""
        if self._said.now - flow.at > STALE_AFTER and flow.asked != "resume":
            return self._after_a_while(flow)
        if flow.asked == "resume":
            return self._resume(flow)
        return self._decided(flow) or self._changed(flow) or self._answered(flow)

    def _after_a_while(self, flow: Flow) -> Outcome | None:
        """Whatever is said, an old flow is asked about before it goes on; a new wish makes a new one."""
        if self._said.task == "lookup":
            return None
        new = self._other_wish(flow)
        if new is not None or (self._said.task == flow.kind and self._said.understood.date):
            return self.begin(new or flow.kind)
        filled = fill(self._said, flow, self._book)
        return self._ask_to_resume(filled.flow if filled.changed else flow)

    def _other_wish(self, flow: Flow) -> Kind | None:
        """A wish that is not what the flow is about. Who is choosing a day may well speak of changing it."""
        match self._said.task:
            case "reschedule" if flow.kind == "cancel":
                return "reschedule"
            case "cancel" if flow.kind == "reschedule":
                return "cancel"
            case "schedule" if flow.kind != "schedule":
                return "schedule"
            case _:
                return None

    def _ask_to_resume(self, flow: Flow) -> Outcome:
        when = say_when(flow.day, flow.time, self._said.language)
        question = self._phrases.resume_about[flow.kind].format(when=when) if when else self._phrases.resume
        options = (self._yes("resume"), Option(self._phrases.no, "no"))
        before = [entry.answer for entry in self._said.answers]
        return self._outcome([*before, question], options, replace(flow, asked="resume"), flow.kind)

    def _resume(self, flow: Flow) -> Outcome | None:
        said, asleep = self._said, replace(flow, asked=None)
        if said.press("no") or (said.no and not said.press("yes")):
            return self._drop(flow)
        filled = fill(said, asleep, self._book)
        if (new := self._other_wish(flow)) is not None:
            return self.begin(new)
        if said.press("yes") or said.yes or filled.changed:
            checked = filled if filled.changed else check(asleep, self._book.rules, said)
            return self._ask(checked, flow.kind)
        return None

    def _decided(self, flow: Flow) -> Outcome | None:
        """Confirmed, refused or given up."""
        said = self._said
        yes, no = said.press("yes"), said.press("no")
        if said.press("drop"):
            return self._drop(flow)
        if flow.asked == "confirm":
            if yes is not None:
                return self._commit(flow) if yes.value == _token(flow) else self.ask_again(flow, ())
            if no is not None:
                return self._refused(flow)
        if flow.asked == "change" and no is not None:
            return self._drop(flow)
        if (change := said.press("change")) is not None:
            return self._clear(flow, change.value)
        return None

    def _changed(self, flow: Flow) -> Outcome | None:
        """Another day, another hour, or another wish."""
        said = self._said
        task = said.task
        if flow.kind == "cancel" and task == "reschedule":
            return self.begin("reschedule", Flow("reschedule", said.now))
        if flow.kind == "reschedule" and (said.takes_back or (task == said.understood.intent == "cancel")):
            return self.begin("cancel", Flow("cancel", said.now))
        if flow.kind == "cancel" and task == "schedule":
            return self.begin("schedule", Flow("schedule", said.now))
        if flow.kind == "schedule" and task == "reschedule" and said.understood.slots.get("from_date"):
            flow = replace(flow, day=None) if said.understood.date is None else flow
        if self._asks_about_hours() or self._answers_in_words(flow):
            return None
        filled = fill(said, flow, self._book)
        if not filled.changed:
            return self._for_somebody_else(flow) or self._wants_another(flow)
        if flow.asked == "confirm" and said.agrees and filled.flow == flow:
            return None  # "sí, el jueves a las 4"
        if said.gives_up and not (filled.flow.day or filled.flow.time):
            return self._drop(flow)
        filled = replace(filled, flow=named(said, filled.flow) if flow.kind == "schedule" else filled.flow)
        return self._ask(filled, flow.kind, answers=True)

    def _asks_about_hours(self) -> bool:
        """A question for the hours of business names a day without choosing it."""
        answers = self._said.answers
        return bool(answers) and answers[0].topic == "hours" and self._said.understood.time is None

    def _for_somebody_else(self, flow: Flow) -> Outcome | None:
        """ "Sí, pero a nombre de Rosa": with the name it is asked again whether all is right."""
        if flow.kind != "schedule" or flow.asked != "confirm" or not self._said.hesitates or "?" in self._said.text:
            return None
        with_name = named(self._said, flow)
        return None if with_name.name == flow.name else self._ask(Filled(with_name), flow.kind)

    def _answers_in_words(self, flow: Flow) -> bool:
        """A name or a reason may have a day in it ("me duele desde ayer"); only who changes their mind means it."""
        return flow.asked in ("name", "reason") and not self._said.changes_mind

    def _wants_another(self, flow: Flow) -> Outcome | None:
        """ "A esa hora no puedo", "otro día": the old one is given up, and no new one named."""
        said = self._said
        refuses = said.task == "reschedule" or (flow.asked in ("confirm", "change") and said.no)
        refuses |= flow.asked == "confirm" and said.yes and said.hesitates and "?" not in said.text
        if not refuses or flow.kind == "cancel" or said.gives_up or said.answers:
            return None
        if said.about_hour and flow.time:
            return self._clear(flow, "time")
        if said.about_day and flow.day:
            return self._clear(flow, "day")
        return self._refused(flow) if flow.asked == "confirm" else None

    def _answered(self, flow: Flow) -> Outcome | None:
        """Yes, no, or words that were asked for."""
        said = self._said
        if flow.asked == "confirm" and said.answers and not said.agrees:
            return None
        if flow.asked == "confirm" and (said.agrees or said.no):
            if said.agrees:
                return self._commit(flow)
            return self._drop(flow) if said.gives_up or flow.kind == "cancel" else self._refused(flow)
        if said.gives_up or (said.task == "cancel" and flow.kind != "cancel"):
            return self._drop(flow)
        if flow.asked == "change" and said.no:
            return self._drop(flow)
        if flow.asked == "change" and (said.about_hour or said.about_day):
            return self._clear(flow, "time" if said.about_hour else "day")
        if flow.asked in ("day", "time") and said.no and not said.answers:
            return self._drop(flow)
        if flow.asked in ("name", "reason") and said.text and not said.answers:
            return self._ask(Filled(named(said, flow)), flow.kind)
        if said.task == flow.kind:
            return self.ask_again(flow, ())
        return None

    # --- what is said -------------------------------------------------------------------------------------

    def ask_again(self, flow: Flow, before: tuple[str, ...], intent: Intent | None = None) -> Outcome:
        """The question that stands, after something else was answered."""
        if flow.asked == "change":
            return self._refused(flow, before)
        return self._ask(Filled(flow, notes=before), intent or flow.kind)

    def _ask(self, filled: Filled, intent: Intent, *, answers: bool = False) -> Outcome:
        """The next thing that is missing, or whether all of it is right."""
        flow = filled.flow
        asked = self._missing(flow)
        notes = list(filled.notes)
        if answers or flow.asked is None:
            notes = [*(entry.answer for entry in self._said.answers), *notes]
        if asked == "confirm":
            return self._confirm(flow, notes, intent)
        question = filled.question or self._question(asked, filled)
        if notes and filled.options and notes[-1].endswith("?"):
            question = ""
        sources = tuple(self._said.answers) if answers or flow.asked is None else ()
        made = self._outcome([*notes, question], filled.options, replace(flow, asked=asked), intent)
        return replace(made, sources=sources)

    def _missing(self, flow: Flow) -> Asked:
        if flow.kind == "cancel":
            return "day" if self._must_choose(flow) else "confirm"
        if flow.day is None:
            return "day"
        if flow.time is None:
            return "time"
        if flow.kind == "schedule":
            known = {"name": flow.name or self._said.context.contact_name, "reason": flow.reason}
            for part in self._book.asks:
                if not known[part]:
                    return "name" if part == "name" else "reason"
        return "confirm"

    def _must_choose(self, flow: Flow) -> bool:
        """The person has several appointments, and has not said which one."""
        upcoming = self._book.upcoming or ()
        return len(upcoming) > 1 and (flow.day, flow.time) not in {(held.day, held.time) for held in upcoming}

    def _question(self, asked: Asked, filled: Filled) -> str:
        flow, phrases, language = filled.flow, self._phrases, self._said.language
        match asked:
            case "day" if flow.time is not None:
                return phrases.ask_day_at.format(at=say_at(flow.time, language))
            case "day":
                return phrases.ask_day_for_move if flow.kind == "reschedule" else phrases.ask_day
            case "time" if flow.day is not None:
                text = phrases.ask_part if filled.options else phrases.ask_time
                return text.format(day=say_day(flow.day, language))
            case "name":
                return phrases.ask_name
            case "reason":
                return phrases.ask_reason
            case _:
                return phrases.ask_time_alone

    def _confirm(self, flow: Flow, notes: list[str], intent: Intent) -> Outcome:
        flow = replace(flow, asked="confirm")
        when = say_when(flow.day, flow.time, self._said.language)
        text = self._phrases.confirm[flow.kind].format(when=when) if when else self._phrases.confirm_cancel_any
        options = (self._yes(_token(flow)), Option(self._phrases.no, "no"))
        return self._outcome([*notes, text], options, flow, intent)

    def _refused(self, flow: Flow, before: tuple[str, ...] = ()) -> Outcome:
        """Not like this: what shall change? Of a cancellation there is nothing to change."""
        if flow.kind == "cancel":
            return self._drop(flow)
        phrases = self._phrases
        options = (
            Option(phrases.other_day, "change", "day"),
            Option(phrases.other_time, "change", "time"),
            Option(phrases.drop, "drop"),
        )
        text = [*before, phrases.what_to_change]
        return self._outcome(text, options, replace(flow, asked="change"), "no")

    def _clear(self, flow: Flow, part: str) -> Outcome:
        cleared = replace(flow, time=None) if part == "time" else replace(flow, day=None)
        return self._ask(Filled(cleared), flow.kind)

    def _drop(self, flow: Flow) -> Outcome:
        text = self._phrases.kept if flow.kind != "schedule" else self._phrases.dropped
        return Outcome("no", reply([text]), memory={FLOW: None})

    def _commit(self, flow: Flow) -> Outcome:
        """What was confirmed is asked for, if it still can be had; by a person where the brain may not."""
        again = check(flow, self._book.rules, self._said) if flow.kind != "cancel" else Filled(flow)
        if again.notes:
            return self._ask(again, flow.kind)
        when = say_when(flow.day, flow.time, self._said.language)
        slots = self._slots(flow)
        if REQUEST not in self._said.context.allowed:
            text = self._phrases.passed_on.format(when=when) if when else self._phrases.passed_on_any
            return Outcome("yes", reply([text]), slots=slots, memory={FLOW: None}, hand_over=True)
        action = RequestAppointment(
            wish=flow.kind,
            day=flow.day,
            time=flow.time,
            name=flow.name or (self._said.context.contact_name or "").strip() or None,
            reason=flow.reason,
        )
        text = self._phrases.done[flow.kind].format(when=when) if when else self._phrases.done_cancel_any
        return Outcome("yes", reply([text]), slots=slots, actions=(action,), memory={FLOW: None})

    # --- small things -------------------------------------------------------------------------------------

    def _outcome(self, parts: list[str], options: tuple[Option, ...], flow: Flow, intent: Intent) -> Outcome:
        kept = replace(flow, at=self._said.now).as_json()
        return Outcome(intent, reply(parts, options), slots=self._slots(flow), memory={FLOW: kept})

    def _slots(self, flow: Flow) -> dict[str, str]:
        kept = flow.as_json()
        slots = {"wish": flow.kind}
        return slots | {key: str(kept[key]) for key in ("day", "time", "name", "reason") if key in kept}

    def _yes(self, token: str) -> Option:
        return Option(self._phrases.yes, "yes", token)


def _token(flow: Flow) -> str:
    """What a yes is a yes to: a button of an earlier question confirms nothing."""
    return f"{flow.kind} {say_when(flow.day, flow.time, 'en')}"
