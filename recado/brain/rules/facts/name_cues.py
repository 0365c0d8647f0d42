"""After which words a name stands, how sure that is, and whose name it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from recado.brain.rules.facts import name_words
from recado.brain.rules.facts.values import Role
from recado.brain.rules.lexicon import words_of

Trust = Literal["announced", "self", "named", "hinted"]
"""How sure it is that a name follows. "announced": any word that is not barred is one ("me llamo yuleisy").
"self": the same where nothing else follows ("soy yuleisy"). "named": a known name, or one with a capital ("I'm Tom",
"mi hijo Luis"). "hinted": a known name that is nothing else, or with a surname ("para Luis Torres")."""


@dataclass(frozen=True, slots=True)
class Cue:
    """`pattern` is a regular expression over the folded text; it begins at the beginning of a word.

    `describes`: what people are stands there as well ("soy vegano"). `family`: only family names follow.
    """

    pattern: str
    trust: Trust
    role: Role
    describes: bool = False
    family: bool = False


def _one_of(words: str) -> str:
    return f"(?:{'|'.join(sorted(words.split(), key=len, reverse=True))})"


_RELATION = rf"{_one_of(name_words.RELATIONS)}\b"
_OTHER_TITLE = rf"(?:(?:el|la|the) )?{_one_of(name_words.OTHER_TITLES)}\b\.? "
_KIN = (
    r"(?:mis?|my|su|nuestr[oa]|our) (?:(?:otr[oa]|querid[oa]|pequen[oa]|little|older|younger|oldest|youngest"
    rf"|[0-9]{{1,2}}[ -]years?[ -]old) )?(?:{_RELATION}|paciente|patient|client)"
    r"(?: (?:mayor|menor|pequen[oa]|politic[oa])\b)?(?: de [0-9]{1,2} (?:anos|anitos|meses)\b)?"
)
_IS = r"(?: ?[:=] ?| (?:es|is|son)\b ?:?)"
_LINE_START = r"(?<![^\n.,;*-])|(?<=[.,;*-] )"
_LABEL_END = r"(?: ?[:=-]\s{0,2}| (?:es|is) )"
_PATIENT = "(?:paciente|nino|nina|titular|menor)"

CUES: Mapping[str, Cue] = {
    # Forms, line by line.
    "label_patient": Cue(
        rf"(?:{_LINE_START})(?:nombres? (?:completos? )?(?:de(?:l| la)? )?{_PATIENT}|patient(?:'?s)?(?: full)? name"
        rf"|paciente|patient){_LABEL_END}",
        "announced",
        "other",
    ),
    "label_family": Cue(
        rf"(?:{_LINE_START})(?:apellidos?|surname|last name){_LABEL_END}", "announced", "self", family=True
    ),
    "family": Cue(r"me apellido\b", "announced", "self", family=True),
    "label": Cue(
        rf"(?:{_LINE_START})(?:nombres?(?: completos?)?(?: ?(?:y|/) ?apellidos?)?|apellidos? ?(?:y|/) ?nombres?"
        rf"|(?:full |first )?name){_LABEL_END}",
        "announced",
        "self",
    ),
    "label_bare": Cue(rf"(?:{_LINE_START})(?:nombres?|name) ", "hinted", "self"),
    # People who say whom it is about, where it begins like what people say of themselves.
    "relation_of": Cue(
        r"(?:(?:so[yi]|es|am|i'm|im|(?:(?:le|te|les) )?(?:habla|saluda|escribe)) |(?<=, ))"
        rf"(?:la |el |una? |the )?{_RELATION} (?:de|del|of)\b(?: {_RELATION})?",
        "named",
        "other",
    ),
    # People who say who they are.
    "yours": Cue(
        r"(?:so[yi]|habla|saluda|escribe|i am|i'm|im|this is) (?:su|tu|your) "
        rf"(?:{_RELATION}|paciente|patient|cliente?)\b,?",
        "named",
        "self",
    ),
    "called": Cue(r"me (?:llamo|yamo|llano|dicen)\b,?", "announced", "self"),
    "my_name": Cue(
        rf"mis? nombres?(?: completos?)?(?: y apellidos?)?{_IS}|my (?:full )?name(?:'?s\b|{_IS})"
        r"|(?<!your )(?<!what is )(?:the )?name(?: is|'s)\b",
        "announced",
        "self",
    ),
    "my_name_bare": Cue(r"(?:mi nombre|my name)\b,?", "hinted", "self"),
    "greets": Cue(r"(?:le|te|les) (?:habla|saluda|escribe)n?\b", "announced", "self"),
    "signed": Cue(r"(?:atte|atentamente|cordialmente|sincerely|regards)\b[\s.,:]{0,3}", "named", "self"),
    # People who say whom it is about.
    "kin_called": Cue(
        rf"{_KIN}(?:(?:,? que)? (?:se llama|llamad[oa]|called|named|whose name is)|'?s name(?:'s| is))\b"
        rf"|(?:(?:su|his|her) (?:nombre|name)|nombre (?:de {_KIN}|(?:de(?:l| la) )?{_PATIENT})) (?:es|is)\b",
        "announced",
        "other",
    ),
    "name_of": Cue(
        rf"(?:nombre del?|(?:under|in) the name(?: of)?|de parte de|on behalf of)\b(?: {_KIN},?)?", "announced", "other"
    ),
    "kin": Cue(rf"{_KIN}(?:,? (?:es|is)\b)?,?", "named", "other"),
    "patient": Cue(r"(?:el|la|the) (?:paciente|patient) (?:es|is|se llama|llamad[oa])\b", "announced", "other"),
    "called_so": Cue(r"se llama\b|is (?:called|named)\b", "hinted", "other"),
    "for_title": Cue(rf"(?:para|pa|for|es) (?={_OTHER_TITLE})", "named", "other"),
    "for": Cue(r"(?:para|pa|for)\b", "hinted", "other"),
    # People who say who they are, less surely.
    "i_am": Cue(r"so[yi](?: yo)?\b,?", "self", "self", describes=True),
    "i_am_en": Cue(r"(?:i am|i'm|im|this is|it's)\b", "named", "self", describes=True),
    "speaks": Cue(r"(?:habla|saluda|escribe)\b", "named", "self"),
}
"""In the order in which they are tried where several begin at the same place."""
_FIRST_WORDS = """
    nombre nombres name full first last surname apellido apellidos patient patients paciente me mi mis my su nuestro
    nuestra our his her the in under de on se is el la para pa for soy soi i im this it es am una un le te les habla
    saluda escribe atte atentamente cordialmente sincerely regards
"""


@cache
def pattern() -> re.Pattern[str]:
    """All cues as one expression, whose group names are those of `CUES`. Made when first needed: it takes 15 ms."""
    # The first words alone are quicker to find than all of the cues.
    return re.compile(
        rf"(?<![a-z])(?=(?:{_one_of(_FIRST_WORDS + ' ' + name_words.RELATIONS)})\b)"
        rf"(?:{'|'.join(f'(?P<{name}>{cue.pattern})' for name, cue in CUES.items())})"
    )


WORDS = words_of("""
    nombre nombres name surname apellido apellidos patient paciente llamo yamo llano dicen habla hablan saluda saludan
    escribe escriben atte atentamente cordialmente sincerely regards mi mis my su nuestro nuestra our llama called
    named parte behalf para pa for soy soi am i im this it
""")
"""At least one of them is in every text that has a cue."""
