"""Filling a form in a chat: one question at a time, several answers at once, corrections at any time."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from recado.brain.rules.dialogue import fields, typed
from recado.brain.rules.dialogue.fields import Kind
from recado.brain.rules.dialogue.listening import Said
from recado.brain.rules.dialogue.memory import FORM, FormTalk, form_of
from recado.brain.rules.dialogue.outcome import Option, Outcome, choices, reply
from recado.brain.rules.dialogue.phrases import PHRASES
from recado.brain.rules.dialogue.typed import Wrong
from recado.brain.rules.normalise import fold, words
from recado.decisions import MAX_VALUES, FieldType, Plain, UpdateForm
from recado.messages import OutText, Reply

ROLE = "formulario"
FACTS = "forms"
UPDATE = "update_form"
CHOOSES = "field"
SHORT_ANSWER_WORDS = 4
"""With more words, what an entry answers is a question rather than the answer to one."""

_CUT = re.compile(r"[\n;]+|[.!]+(?:\s+|$)|,\s+(?![0-9]{4}\b)")  # not before the year of "March 3, 2024"
_DONT_KNOW = re.compile(
    r"^\W*(?:(?:la verdad|pues)\W+)?(?:no (?:lo |la )?(?:se|recuerdo)\b|no me acuerdo|ni idea"
    r"|(?:no quiero|prefiero no) (?:dar|decir|contar|responder|contestar)"
    r"|i don'?t (?:know|remember)|(?:i'?d )?rather not|i don'?t want to (?:say|tell|give)|no idea|not sure|skip|paso\b)"
)
_CORRECTION = re.compile(
    r"^\W*(?:(?:no|perd[oó]n|disculpa|ups|uy|me equivoqu[eé]|corrijo|sorry|oops|wait|no wait|i meant)[\s,.:]+)+"
    r"(?:(?:es|era|eran|son|ser[ií]a|quise decir|it'?s|it is|its|i meant|it was)\s+)?"
    r"(?P<new>.+?)(?:[\s,]+(?:y\s+|and\s+)?(?:no|not)\s+(?P<old>[^,]+))?\W*$",
    re.IGNORECASE | re.DOTALL,
)
_CORRECTS = re.compile(r"\b(?:es|era|eran|son|seria|quise decir|me equivoque|corrijo|i meant|it'?s|it is|its|it was)\b")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the assistant's form. `type`, if it has one, is what its value must be."""

    name: str
    question: str
    kind: Kind
    type: FieldType | None = None

    def read(self, text: str, said: Said) -> Plain | Wrong | None:
        """What the words say as its value."""
        if self.type is None:
            return fields.value_of(self.kind, text, said)
        return typed.read(self.type, self.kind, text, said)

    def value(self, text: str, said: Said) -> Plain | None:
        """The same, None if it is none."""
        found = self.read(text, said)
        return None if isinstance(found, Wrong) else found

    def named_in(self, part: str, said: Said) -> Plain | None:
        """The value in words that can hardly be that of anything else."""
        return typed.names_itself(self.type, part, said) if self.type else None


class Filling:
    """One turn of filling the form of an assistant."""

    def __init__(self, said: Said) -> None:
        self._said = said
        self._phrases = PHRASES[said.language]
        form = fields.usable(said.context.assistant.form)
        types = said.context.assistant.field_types
        self._fields = tuple(
            Field(name, text, fields.kind_of(name, text, types.get(name)), types.get(name))
            for name, text in form.items()
        )
        self._talk = form_of(said.context.state)
        self._known = _known(said.context.facts.get(FACTS), self._talk)

    @property
    def is_on(self) -> bool:
        """True if this assistant fills a form, may do so, and a field is missing, or one can be corrected."""
        context = self._said.context
        if context.assistant.role != ROLE or UPDATE not in context.allowed or not self._fields:
            return False
        return bool(self._missing(self._known)) or self._corrected() is not None

    def answer(self, greeting: str) -> Outcome:
        """What was learnt, and the next question. `greeting` is blank where nobody greeted."""
        said = self._said
        corrected = self._corrected()
        if corrected is not None:
            return self._next({corrected[0]: corrected[1]}, [self._phrases.corrected])
        pressed = self._pressed()
        if pressed is not None:
            again = [self._phrases.corrected] if pressed[0].name in self._known else []
            return self._next({pressed[0].name: pressed[1]}, again)
        if self._is_answer():
            return self._next(self._learnt(), [])
        if said.answers:
            return self._again([entry.answer for entry in said.answers], "information")
        if said.wants("thanks") and not self._content():
            return self._again([self._phrases.welcome_thanks], "thanks")
        if said.text and _DONT_KNOW.match(said.folded) and self._talk.asked:
            return self._skip(self._talk.asked)
        if "?" in said.text:
            return self._again([self._phrases.unknown_in_between], "other")
        learnt = self._learnt()
        if learnt:
            return self._next(learnt, [])
        return self._wrong() or self._again([greeting], "greeting" if greeting else "other")

    def resumed(self, made: Outcome) -> Outcome:
        """What interrupted the form and is over now, and the question that stood before it."""
        asked = self._asked
        if asked is None or not isinstance(made.reply, OutText):
            return made
        return replace(made, reply=self._shown(asked, [made.reply.text, asked.question]))

    # --- what was said ------------------------------------------------------------------------------------

    @property
    def _asked(self) -> Field | None:
        """The field whose question stands."""
        return next((field for field in self._missing(self._known) if field.name == self._talk.asked), None)

    def _pressed(self) -> tuple[Field, Plain] | None:
        """The field and the value of the option that was chosen."""
        press = self._said.press(CHOOSES)
        name, _, at = press.value.rpartition("=") if press else ("", "", "")
        field = next((field for field in self._fields if field.name == name), None)
        values = _values(field) if field else ()
        return (field, values[int(at)]) if field and at.isdecimal() and int(at) < len(values) else None

    def _is_answer(self) -> bool:
        """The words are what was asked for: of a type, and nothing else was asked back with them."""
        asked, said = self._asked, self._said
        if asked is None or asked.type is None or "?" in said.text or not self._content():
            return False
        if said.answers and len(said.folded.split()) > SHORT_ANSWER_WORDS:
            return False
        return not _DONT_KNOW.match(said.folded) and asked.name in self._learnt()

    def _wrong(self) -> Outcome | None:
        """What is wrong with the answer to a typed question, and the question again."""
        asked, said = self._asked, self._said
        if asked is None or asked.type is None or not (self._content() or (said.context.messages and not said.text)):
            return None
        wrong = asked.read(said.text, said)
        if not isinstance(wrong, Wrong):
            return None
        count = self._talk.wrong + 1
        hint = [self._phrases.form_skip] if count > 1 else []
        text = self._phrases.wrong[wrong.reason].format_map(wrong.details)
        memory = {FORM: _kept(replace(self._talk, wrong=count))}
        return Outcome("other", self._asking(asked, [text, *hint]), memory=memory)

    def _content(self) -> bool:
        """True if a field was asked for and the words may be its value."""
        return bool(self._talk.asked) and any(
            reading.intent not in ("greeting", "thanks") for _, reading in self._said.sentences
        )

    def _learnt(self) -> dict[str, Plain]:
        """Values of fields that are missing, from the words and pictures."""
        missing = [field for field in self._fields if field.name not in self._known]
        found: dict[str, Plain] = {}
        photo = next((field for field in missing if field.kind == "photo"), None)
        if photo is not None and fields.photo_sent(self._said):
            found[photo.name] = True
        left = self._named(missing, found)
        self._telling(left, missing, found)
        self._dated(left, missing, found)
        if self._talk.asked:
            self._in_order(left, missing, found)
        return dict(list(found.items())[:MAX_VALUES])

    def _parts(self) -> list[str]:
        """The pieces that may be values of their own. A list of short words ("papa, yuca y maíz") is one value."""
        parts: list[str] = []
        for text in self._said.texts:
            pieces = [piece.strip() for piece in _CUT.split(text) if piece and piece.strip()]
            listed = len(pieces) > 1 and all(len(piece.split()) <= 3 for piece in pieces)
            if listed and re.search(r"\b(?:y|e|and)\b", pieces[-1]):
                pieces = [text.strip()]
            parts.extend(pieces)
        return [part for part in parts if not self._small_talk(part)]

    def _small_talk(self, part: str) -> bool:
        return any(
            reading.intent in ("greeting", "thanks") and reading.confidence > 0.8
            for text, reading in self._said.sentences
            if text == part or text.startswith(part)
        )

    def _named(self, missing: Iterable[Field], found: dict[str, Plain]) -> list[str]:
        """Take "cultivo: papa" and "el cultivo es papa"; the other parts are left."""
        left: list[str] = []
        for part in self._parts():
            named = next(((field, text) for field in missing if (text := _value_named(field, part))), None)
            value = named[0].value(named[1], self._said) if named else None
            if named and value is not None:
                found.setdefault(named[0].name, value)
            else:
                left.append(part)
        return left

    def _telling(self, left: list[str], missing: list[Field], found: dict[str, Plain]) -> None:
        """Parts that say what they are, beside others: "3 ha" is the area wherever it stands."""
        for part in list(left) if len(left) > 1 else ():
            free = (field for field in missing if field.name not in found)
            told = next(((one, value) for one in free if (value := one.named_in(part, self._said)) is not None), None)
            if told is not None:
                found[told[0].name] = told[1]
                left.remove(part)

    def _dated(self, left: list[str], missing: list[Field], found: dict[str, Plain]) -> None:
        """A part that names a day is the value of the field that wants one."""
        wanting = next(
            (field for field in missing if field.kind in ("date", "since") and field.name not in found), None
        )
        if wanting is None:
            return
        for part in left:
            day = fields.date_in(wanting.kind, part, self._said)
            if day is not None:
                found[wanting.name] = day
                if len(left) > 1 or wanting.name == self._talk.asked:
                    left.remove(part)
                return

    def _in_order(self, left: list[str], missing: list[Field], found: dict[str, Plain]) -> None:
        """The asked field takes the first part, the next ones of text the others."""
        asked = next((field for field in missing if field.name == self._talk.asked), None)
        order = ([asked] if asked else []) + [field for field in missing if field is not asked]
        free = [field for field in order if field.name not in found]
        for position, part in enumerate(left):
            fits = [field for field in free if field is asked or (field.kind == "text" and field.type is None)]
            if not fits or (position and fits[0] is asked):
                return
            figures = fits[0].kind == "number" and sum(field.kind == "number" for field in free) == 1
            value = fits[0].value(self._said.text if figures and not fits[0].type else part, self._said)
            if value is None:
                return
            found[fits[0].name] = value
            free.remove(fits[0])

    def _corrected(self) -> tuple[str, Plain] | None:
        """The field whose value was wrong, and the right one: "no, es papa, no maíz"."""
        match = _CORRECTION.match(self._said.text) if self._said.text else None
        if match is None or not (match["old"] or _CORRECTS.search(self._said.folded)):
            return None
        old = fold(match["old"]).strip(" .!") if match["old"] else None
        asked = self._talk.asked
        named = _holding(self._known, old) if old else None
        # What nobody noted before is told for the first time.
        name = named or (asked if old and asked else self._talk.last)
        field = next((one for one in self._fields if one.name == name and (name in self._known or old)), None)
        if field is None:
            return None
        if asked and old is None and _is_yes_no(self._fields, asked):
            return None
        if field.type is not None:
            value = field.value(match["new"], self._said)
        else:
            kind = "text" if field.kind in ("yes_no", "photo") else field.kind
            value = fields.value_of(kind, match["new"], self._said)
        return (field.name, value) if value is not None else None

    # --- what is asked ------------------------------------------------------------------------------------

    def _missing(self, known: Mapping[str, Any], skipped: Iterable[str] | None = None) -> list[Field]:
        left_out = set(self._talk.skipped if skipped is None else skipped)
        return [field for field in self._fields if field.name not in known and field.name not in left_out]

    def _next(self, learnt: dict[str, Plain], before: list[str]) -> Outcome:
        known = {**self._known, **learnt}
        last = next(reversed(learnt))
        # What is told from elsewhere is told anew each time: it may not hold any more.
        talk = replace(self._talk, last=last, known={**(self._talk.known or {}), **learnt}, wrong=0)
        return self._question(talk, known, before, UpdateForm(values=learnt))

    def _skip(self, name: str) -> Outcome:
        talk = replace(self._talk, skipped=(*self._talk.skipped, name), wrong=0)
        return self._question(talk, self._known, [], None)

    def _question(
        self, talk: FormTalk, known: Mapping[str, Any], before: list[str], action: UpdateForm | None
    ) -> Outcome:
        missing = self._missing(known, talk.skipped)
        memory = {FORM: _kept(replace(talk, asked=missing[0].name if missing else None))}
        actions = (action,) if action else ()
        said = self._asking(missing[0], before) if missing else reply([" ".join([*before, self._done(known)])])
        return Outcome("other", said, actions=actions, memory=memory)

    def _asking(self, field: Field, before: list[str]) -> Reply:
        """The field's question, after what is said before it on the same line, with what can be chosen."""
        return self._shown(field, [" ".join([*before, field.question])])

    def _shown(self, field: Field, parts: list[str]) -> Reply:
        titles = [self._title(value) for value in _values(field)]
        options = [Option(title, CHOOSES, f"{field.name}={at}") for at, title in enumerate(titles)]
        return choices(parts, options, self._phrases.choose_from)

    def _title(self, value: Plain) -> str:
        return {True: self._phrases.yes, False: self._phrases.no}[value] if isinstance(value, bool) else str(value)

    def _done(self, known: Mapping[str, Any]) -> str:
        without = [" ".join(words(field.name)) for field in self._fields if field.name not in known]
        if without:
            return self._phrases.form_done_but.format(missing=", ".join(without))
        return self._phrases.form_done

    def _again(self, before: list[str], intent: Any) -> Outcome:
        """The question that stands, or the first one."""
        missing = self._missing(self._known)
        asked = next((field for field in missing if field.name == self._talk.asked), missing[0] if missing else None)
        if asked is None:
            return Outcome(intent, reply([*before, self._done(self._known)]))
        memory = {FORM: _kept(replace(self._talk, asked=asked.name))}
        shown = self._shown(asked, [*before, asked.question])
        return Outcome(intent, shown, memory=memory, sources=self._said.answers)


def _known(told: Any, talk: FormTalk) -> dict[str, Any]:
    """What the form holds: as the forms skill tells ({field: value}, or that under "values"), else as learnt here."""
    if not isinstance(told, Mapping):
        return dict(talk.known or {})
    held = cast("Mapping[str, Any]", told)
    inner = held.get("values")
    values = cast("Mapping[str, Any]", inner) if isinstance(inner, Mapping) else held
    return {name: value for name, value in values.items() if value is not None and value != ""} | dict(talk.known or {})


def _kept(talk: FormTalk) -> dict[str, Any]:
    kept: dict[str, Any] = {"known": dict(talk.known or {}), "skipped": list(talk.skipped)}
    given = (("asked", talk.asked), ("last", talk.last), ("wrong", talk.wrong))
    return kept | {name: value for name, value in given if value}


def _values(field: Field) -> tuple[Plain, ...]:
    """What can be chosen."""
    if field.type is None:
        return ()
    return (True, False) if field.type.kind == "yes_no" else field.type.choices


def _value_named(field: Field, part: str) -> str | None:
    """The value in "cultivo: papa", "el cultivo es papa", "inicio problema = ayer"."""
    name = r"[\s_-]+".join(re.escape(word) for word in words(field.name))
    if not name:
        return None
    match = re.match(rf"^\W*(?:el|la|mi|the|my)?\s*{name}\s*(?::|=|\bes\b|\bis\b|\bson\b)\s*(?P<value>.+)$", fold(part))
    return part[match.start("value") - len(fold(part)) :] if match else None


def _holding(known: Mapping[str, Any], value: str) -> str | None:
    """The field that holds a value, or what is spelled much like it."""
    held = {name: fold(str(one)) for name, one in known.items()}
    best = difflib.get_close_matches(value, list(held.values()), n=1, cutoff=0.75)
    return next((name for name, one in held.items() if best and one == best[0]), None)


def _is_yes_no(all_fields: Iterable[Field], name: str) -> bool:
    return any(field.name == name and field.kind == "yes_no" for field in all_fields)
