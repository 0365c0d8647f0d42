"""What the messages of a turn say to a dialogue: buttons that were pressed, what is wanted, when, and yes or no."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from recado.brain.rules.dialogue.buttons import Pressed
from recado.brain.rules.intents import classifier
from recado.brain.rules.normalise import fold
from recado.brain.rules.understanding import SURE, Understood, understand
from recado.brain.rules.when import resolve
from recado.brain.rules.when.resolver import When
from recado.brain.rules.zones import zone
from recado.decisions import Context, Entry, Intent, Language

MAX_READ = 4096
"""Characters of a turn that are understood, the latest: as much as one WhatsApp text holds."""
TORN = 0.2
"""Two wishes that are nearer to each other are asked about, also over the threshold: which comes first is chance."""
MAX_SENTENCES = 12
"""Sentences of a turn that are understood on their own; more than people write, and it bounds the time."""

# In the order of what people mean when they say several (the contract's): the first one wins.
TASKS: tuple[Intent, ...] = ("reschedule", "cancel", "schedule", "lookup")

Ask = Callable[[Sequence[str]], tuple[Entry, ...]]
"""The entries that answer these texts."""

_SENTENCES = re.compile(r"[.?!¿¡;\n]+\s*|,\s+(?=(?:y|pero|and|but)\s)")
_YES = re.compile(
    r"^\W*(?:a+h+\W+)?(?:ya\W+)?(?:s+[iy]+p?|claro|dale|ok(?:ay|i|is)?|listo|perfecto|correcto|exacto|ya"
    r"|de acuerdo|bueno|confirm\w*|asi es|ahora si|esta bien|me parece|por supuesto|obvio|va|sale|simon"
    r"|y+e+s+|yea+h*|ye[pa]+h?|sure|perfect|great|correct|right|of course|go ahead|sounds good|that works|please do"
    r"|👍\S*|👌\S*|✅|💯)(?!\w)"
)
_NO = re.compile(r"^\W*(?:n+o+|nop|nope|nah|na|👎\S*|❌)(?!\w)")
# "Sí, pero ...", "ya te aviso", "ok let me see": beside these a yes is only half of one.
_RESERVED = re.compile(
    r"\b(?:pero|aunque|siempre y cuando|salvo|a menos que|tal vez|tal ves|quizas?|a lo mejor|capaz"
    r"|no (?:lo )?(?:se(?! (?:preocup|molest|apur|olvid))|sabria|estoy segur[oa])"
    r"|(?:te|le|les|os) (?:aviso|avisare|confirmo|confirmare|digo|escribo|llamo|cuento)"
    r"|(?:deja|deje|dejen)(?:me|nos)|(?:lo|la) (?:pienso|consulto)|pensar(?:lo|melo)"
    r"|but|although|though|unless|maybe|perhaps|not (?:so )?sure|let me (?:see|check|think|ask|look)"
    r"|let (?:you|u|ya) know|get back to (?:you|u|ya)|think (?:about|on) it)\b"
)
_GIVES_UP = re.compile(
    r"\b(?:olvidal[oa]|olvidate|dejal[oa]|dejemoslo|mejor no|ya no|no gracias|nada olvid\w*|cancel\w*|anul\w*|ya fue"
    r"|never ?mind|forget (?:it|about it)|leave it|don'?t bother|no thanks|not anymore|not any more|scratch that)\b"
)
_APPOINTMENT = re.compile(
    r"\b(?:[cs]itas?|citita|turnos?|reserv\w+|agend\w+|reprogram\w+|consulta|control|cupos?|me toca|me atiend\w+"
    r"|appointments?|appts?|book\w*|slots?|reschedul\w+|visit|check ?-?up|see (?:the|a) (?:doctor|dr))\b"
)
_MOVES = re.compile(
    r"(?<!no )(?<!no la )(?<!no quiero )\b(?:reprogram\w+|reagend\w+|posterg\w+"
    r"|cambi(?:ar|arla|ela|ala|emosla|o de fecha)"
    r"|mover(?:la)?|reschedul\w+|move (?:it|my))\b"
)
# Who cancels one to have another moves it.
_REPLACES = re.compile(
    r"\b(?:cancel|anul)\w*\b.{0,60}\b(?:y|e|para|and|to)\b.{0,20}"
    r"\b(?:sac|saqu|agend|ped|pid|hac|hag|pon|d[ae]|reserv|program|book|make|set|get|schedul)\w*\W+(?:up\W+)?"
    r"(?:otr[oa]|un[oa]? nuev[oa]|another|a (?:new|different) one)\b"
)
_TAKES_BACK = re.compile(
    r"\bmejor (?:cancela|cancelala|cancelarla|cancelemosla|anulala|anularla|la cancel\w+|la anul\w+)\b"
    r"|\bbetter (?:to )?cancel it\b|\bjust cancel it\b"
)
_CHANGES_MIND = re.compile(
    r"\b(?:mejor|en realidad|perdon|disculp\w+|me equivoque|en vez|no puedo|cambi\w+|otr[oa] (?:dia|hora)"
    r"|actually|instead|rather|sorry|i meant|make it|change|another (?:day|time))\b|^\W*no\b"
)
_SAME_HOUR = re.compile(r"\bmism[oa] (?:hora|horita|horario)\b|\bsame (?:time|hour)\b")
_SAME_DAY = re.compile(
    r"\bmismo dia\b|\bsame day\b|\b(?:solo|solamente|nomas|nada mas)\W+(?:\w+\W+){0,2}(?:la hora|el horario)\b"
    r"|\b(?:cambi|mov|corr)\w+ (?:solo )?(?:la hora|el horario)\b"
    r"|\b(?:just|only)\W+(?:\w+\W+){0,2}(?:the time|the hour)\b|\bchange (?:just |only )?the time\b"
)
_HOURS = re.compile(r"\b(?:hora|horario|time|hour|temprano|tarde|earlier|later|early)\b")
_DAY = re.compile(r"\b(?:dia|fecha|day|date)\b")
_STARTS_WITH_NUMBER = re.compile(
    r"^\W*(?:\d{1,2}|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|one|two|three|four|five|six|seven"
    r"|eight|nine|ten|eleven|twelve)\b"
)
# "3 i media": as people spell "y" who write as they speak.
_AND_A_HALF = re.compile(
    r"(\d|\b(?:una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce)) i (?=media|cuarto)"
)
_SHORT_ANSWER_WORDS = 5


@dataclass(frozen=True)
class Said:
    """One turn. `texts` are what was written, `pressed` the buttons of dialogues, `chosen` the topics of a
    menu; `ask` finds knowledge."""

    context: Context
    language: Language
    texts: tuple[str, ...]
    pressed: tuple[Pressed, ...]
    ask: Ask = field(repr=False)
    chosen: tuple[Entry, ...] = ()

    @cached_property
    def now(self) -> dt.datetime:
        """The moment where the assistant is."""
        return self.context.now.astimezone(zone(self.context.assistant.timezone))

    @cached_property
    def text(self) -> str:
        """All that was written, the latest part of it if it is endless."""
        text = "\n".join(self.texts)[-MAX_READ:]
        return _AND_A_HALF.sub(r"\1 y ", text) if self.language == "es" else text

    @cached_property
    def folded(self) -> str:
        return " ".join(fold(self.text).split())

    @cached_property
    def understood(self) -> Understood:
        facts = self.context.assistant
        return understand(self.text, now=self.now, language=self.language, opens=facts.opens, closes=facts.closes)

    @cached_property
    def reading(self) -> classifier.Reading:
        """What the whole wants, with how sure that is."""
        return classifier.classify(self.text)

    @cached_property
    def sentences(self) -> tuple[tuple[str, classifier.Reading], ...]:
        """The sentences on their own, each with what it wants."""
        parts = [part.strip() for part in _SENTENCES.split(self.text)]
        found = [part for part in parts if any(letter.isalnum() for letter in part)][-MAX_SENTENCES:]
        return tuple((part, classifier.classify(part)) for part in found)

    @cached_property
    def sure(self) -> bool:
        return self.understood.confidence >= SURE

    def wants(self, intent: str) -> bool:
        """The whole or a sentence of it surely wants this."""
        if self.sure and self.understood.intent == intent:
            return True
        return any(reading.intent == intent and reading.confidence >= SURE for _, reading in self.sentences)

    @cached_property
    def task(self) -> Intent | None:
        """What is to be done about an appointment: that of the whole, else the first of those its sentences want."""
        pressed = next((press.value for press in self.pressed if press.does == "wish"), None)
        whole = pressed or (self.understood.intent if self.sure else None)
        if whole == "cancel" and (_MOVES.search(self.folded) or _REPLACES.search(self.folded)):
            return "reschedule"  # who cannot come and says what to do instead
        if not pressed and whole in ("reschedule", None) and self._changes_wish:
            return "schedule"
        if pressed or whole in TASKS:
            return next((task for task in TASKS if task == whole), None)
        return next((task for task in TASKS if self.wants(task)), None)

    @cached_property
    def _changes_wish(self) -> bool:
        """What was wished for a sentence ago is changed: there is nothing else to move."""
        return self._first_task == "schedule" and not _MOVES.search(self.folded) and not self.wants("cancel")

    @cached_property
    def _first_task(self) -> str | None:
        """What the first sentence that wants something about an appointment wants."""
        found = (reading.intent for _, reading in self.sentences if reading.confidence >= SURE)
        return next((intent for intent in found if intent in TASKS), None)

    @cached_property
    def is_torn(self) -> bool:
        """The two likeliest wishes are about an appointment, and the other one is nearly as likely."""
        first, second = self.likeliest
        chances = self.reading.probabilities
        if {first, second} == {"schedule", "reschedule"} and self._changes_wish:
            return False
        return {first, second} <= set(TASKS) and chances[first] - chances[second] < TORN

    @cached_property
    def names_one(self) -> bool:
        """An appointment is named."""
        return bool(_APPOINTMENT.search(self.folded))

    @cached_property
    def likeliest(self) -> tuple[str, ...]:
        """The two likeliest wishes."""
        return self.reading.likeliest(2)

    @cached_property
    def answers(self) -> tuple[Entry, ...]:
        """What the assistant knows of the questions among the sentences."""
        if self.chosen or not self.text:
            return self.chosen
        asked = [
            part for part, reading in self.sentences if reading.intent == "information" and reading.confidence >= SURE
        ]
        found = self.ask(asked) if asked else ()
        return found or (self.ask(self.texts) if self.wants("information") else ())

    @cached_property
    def same_hour(self) -> bool:
        """The hour of the appointment that there is: "a la misma hora"."""
        return bool(_SAME_HOUR.search(self.folded))

    @cached_property
    def same_day(self) -> bool:
        """Its day: "el mismo día", "solo cambiar la hora"."""
        return bool(_SAME_DAY.search(self.folded))

    # --- answers to what was asked --------------------------------------------------------------------

    def press(self, does: str) -> Pressed | None:
        """The last button that was pressed, if it does this."""
        return self.pressed[-1] if self.pressed and self.pressed[-1].does == does else None

    @cached_property
    def yes(self) -> bool:
        """A yes to what was asked, in words."""
        if self.no or not self.text:
            return False
        agrees = self.understood.intent == "yes" and self.sure
        return agrees or bool(_YES.match(self.folded)) or any(_YES.match(fold(part)) for part, _ in self.sentences[-1:])

    @cached_property
    def agrees(self) -> bool:
        """A yes without reserve: nothing is done upon another."""
        return self.yes and not self.hesitates

    @cached_property
    def hesitates(self) -> bool:
        """Not yet, or not like this: "sí, pero más tarde", "ya te aviso"."""
        return bool(_RESERVED.search(self.folded))

    @cached_property
    def no(self) -> bool:
        """A no to what was asked, in words."""
        if not self.text:
            return False
        return bool(_NO.match(self.folded)) or (self.understood.intent == "no" and self.sure) or self.gives_up

    @cached_property
    def gives_up(self) -> bool:
        """It need not go on: "olvídalo"."""
        return bool(_GIVES_UP.search(self.folded))

    @cached_property
    def takes_back(self) -> bool:
        """Rather than changed, the appointment shall be cancelled: "no, mejor cancélala"."""
        return bool(_TAKES_BACK.search(self.folded))

    @cached_property
    def changes_mind(self) -> bool:
        """Something said before shall be otherwise: "mejor el viernes"."""
        return self.task is not None or bool(_CHANGES_MIND.search(self.folded))

    @cached_property
    def about_hour(self) -> bool:
        return bool(_HOURS.search(self.folded))

    @cached_property
    def about_day(self) -> bool:
        return bool(_DAY.search(self.folded))

    def when(self, asked: str | None) -> When:
        """The day and time that were said. A bare number is what was asked for: "5" is the fifth, or five o'clock."""
        seen = self.understood
        slots = {name: slot for name, slot in seen.slots.items() if isinstance(slot, (bool, str, list))}
        found = When(seen.date, seen.time, seen.clarify, slots)
        if found.date or found.time or found.slots or asked not in ("day", "time"):
            return found
        if not _STARTS_WITH_NUMBER.match(self.folded) or len(self.folded.split()) > _SHORT_ANSWER_WORDS:
            return found
        lead = {("es", "time"): "a las ", ("en", "time"): "at ", ("es", "day"): "el ", ("en", "day"): "on the "}
        facts = self.context.assistant
        return resolve(
            lead[self.language, asked] + self.text.strip(),
            now=self.now,
            language=self.language,
            opens=facts.opens,
            closes=facts.closes,
        )
