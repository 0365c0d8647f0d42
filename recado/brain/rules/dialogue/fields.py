"""The fields of a form: what kind of value each wants, told from its question, and how words become that value."""

import re
from collections.abc import Mapping
from typing import Literal

from recado.brain.rules.dialogue.listening import Said
from recado.brain.rules.normalise import fold, words
from recado.brain.rules.when import resolve
from recado.decisions import MAX_LINE, MAX_WORD, FieldType, Plain
from recado.messages import Media

Kind = Literal["photo", "since", "date", "number", "yes_no", "text"]

_PHOTO = re.compile(r"\b(?:foto|fotos|fotografia|imagen|photo|picture|image)\b")
_DATE = re.compile(r"\b(?:cuando|fecha|desde cuando|inicio|when|date|since)\b")
_SINCE = re.compile(r"\b(?:empez\w+|comenz\w+|inici\w+|desde|began|begin|started?|since|noticed?)\b")
_BEGAN = {"es": "empezó ", "en": "it started "}
_NUMBER = re.compile(
    r"\b(?:cuant[oa]s?|numero|cantidad|edad|hectareas?|temperatura|peso|how (?:many|much|old|big|far)|number"
    r"|amount|age|quantity|hectares?|acres?|weight)\b"
)
_YES_NO = re.compile(
    r"^\W*(?:tienes?|tiene|hay|has?|esta|estan|es|son|usas?|riegas?|aplicaste|is|are|was|were|do|does|did|have|has|can)\b"
)
_FIGURE = re.compile(r"-?\d+(?:[.,]\d+)?")
_LEAD = re.compile(
    r"^\W*(?:(?:pues|bueno|mira|well|so)\W+)?(?:(?:es|son|sería|seria|tengo|tenemos|se llama|it'?s|it is|its|they are|"
    r"they're|i have|we have|i've got)\s+)?(?:(?:un poco de|puro|pura)\s+)?",
    re.IGNORECASE,
)
MAX_FIGURE_DIGITS = 15


def kind_of(name: str, question: str, wanted: FieldType | None = None) -> Kind:
    """From the words of the field's name and of its question, as far as its type does not tell."""
    if wanted is not None:
        return _kind_of_type(wanted, f"{' '.join(words(name))} {' '.join(words(question))}")
    asked = fold(question)
    line = f"{' '.join(words(name))} {' '.join(words(question))}"
    if _PHOTO.search(line):
        return "photo"
    if _DATE.search(line):
        return "since" if _SINCE.search(line) else "date"
    if _NUMBER.search(line):
        return "number"
    return "yes_no" if _YES_NO.match(asked) else "text"


def _kind_of_type(wanted: FieldType, line: str) -> Kind:
    match wanted.kind:
        case "date":
            return "since" if _SINCE.search(line) else "date"
        case "photo" | "yes_no" | "text":
            return wanted.kind
        case "number" | "area" | "amount":
            return "number"
        case "choice" | "phone":
            return "text"


def value_of(kind: Kind, text: str, said: Said) -> Plain | None:
    """What the words say as a value of this kind; None if they do not. A date is ISO text where it is certain."""
    match kind:
        case "date" | "since":
            return date_in(kind, text, said) or plain(text)
        case "number":
            return figure_in(text) if _FIGURE.search(text) else plain(text)
        case "yes_no":
            return True if said.yes else False if said.no else plain(text)
        case "photo":
            return False if said.no else None
        case "text":
            return plain(text)


def date_in(kind: Kind, text: str, said: Said) -> str | None:
    """The one day that is named, of birth as well, as ISO text. Of a beginning it is the last one: "desde el lunes"."""
    told = _BEGAN[said.language] + text if kind == "since" else text
    when = resolve(told, now=said.now, language=said.language)
    born = when.slots.get("birth_date")
    return when.date.isoformat() if when.date else born if isinstance(born, str) else None


def figure_in(text: str) -> float | int | None:
    """The figure that is named; one with decimals before others."""
    found = [one for one in _FIGURE.findall(text) if len(one) <= MAX_FIGURE_DIGITS]
    best = next((one for one in found if not one.lstrip("-").isdigit()), next(iter(found), None))
    if best is None:
        return None
    return int(best) if best.lstrip("-").isdigit() else float(best.replace(",", "."))


def plain(text: str) -> str | None:
    """The words without what leads up to them: "es papa" is "papa"."""
    line = " ".join(text.split()).strip(" .,;:!¡¿")
    bare = _LEAD.sub("", line, count=1).strip()
    return (bare or line)[:MAX_LINE].strip() or None


def photo_sent(said: Said) -> bool:
    """True if one of the messages is a picture."""
    return any(
        isinstance(message.content, Media) and message.content.media == "image" for message in said.context.messages
    )


def usable(form: Mapping[str, str]) -> dict[str, str]:
    """The fields that a form action can name."""
    return {
        name: question
        for name, question in form.items()
        if name.strip() == name and 0 < len(name) <= MAX_WORD and question.strip()
    }
