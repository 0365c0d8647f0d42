"""What is wished once something has happened, whenever that is: nobody can tell the day."""

import re

from recado.brain.rules.when.grammar import Rule
from recado.brain.rules.when.lexicon import ALPHABET
from recado.brain.rules.when.matched import always, each
from recado.brain.rules.when.mentions import Meant, Nothing, Vague
from recado.brain.rules.when.tokens import Tokens

_TALK, _WAIT = ALPHABET.of("TALK"), ALPHABET.of("HOLD")
_OVER = frozenset(ALPHABET.union("DID WAS MISSED SEEMS_PAST"))
_DONE = frozenset(ALPHABET.union("HAVE is been HAVING once"))
_SENTENCES = frozenset(ALPHABET.union("BREAK"))
_WE_SHALL = ALPHABET.compile(
    "(?<! its | that | this | u) ILL (?! its | that | this | the | my | your | u | i | HAVE | GONE | any)"
    " | (i | ejem) each? COME (?! out | up | over | DOWN)"
)
""" "I'll bring them in": but "will it hurt" asks."""
_OF_IT = (
    "(word | words | the | my | this | your | last | new | of | to | from | is | over | out | up | off | DOWN | away"
    " | in | for | FEAST | TEMPORADA | SEASON | term | YEAR | COSAS | UNA_COSA | DINERO | DOSIS | LOCAL | CODIGO"
    " | STREET | TAKES_PLACE | COME | GETTING | MAKE | HAVE | been | SEEMS_PAST | given | gone | left | and | with"
    " | better | RETURN | at | on | end | BUSY | SICK | good | a | work | OLD | PIEZA | MESA | DOCTOR | HAY | ROUTINE"
    " | through)"
)
_THEN_WE = "(COMMA? (and | then | FILL){0,2} ((i | ejem) (ILL | WISHED | COME | TAKE) | ILL))"
_ENDS = "(?= $ | BREAK | COMMA | FILL | PERO)"
_SUBJECT = "(the | my | this | your | its | word (?! u) | words | ejem | i | IM)"
_WHO = "(EJEM | u | me | yo | DOCTOR | el | la | los | las | mi | lo | a | word | words | de | en){0,4}"


def _to_come(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "We'll dose them when the maize is in the pit"; "when I came in" is over, and "I'll call you when it's done"
    tells when somebody will call."""
    before = tokens.letters[: match.start()]
    since = max((at for at, letter in enumerate(before) if letter in _SENTENCES), default=-1)
    wished = _WE_SHALL.search(before, since + 1) is not None or _WAIT in before[since + 1 :]
    return Vague() if wished and _TALK not in before[since + 1 :] and not _is_over(match.group()) else None


def _first(tokens: Tokens, match: re.Match[str]) -> Meant | None:
    """ "When salary drops I will fix the wig"."""
    del tokens
    return None if _is_over(match.group()) else Vague()


def _is_over(clause: str) -> bool:
    return not _OVER.isdisjoint(clause) and _DONE.isdisjoint(clause)


RULES: tuple[Rule[Meant], ...] = (
    *each(
        _to_come,
        f"(when | once | until | after) {_SUBJECT} {_OF_IT}{{1,9}} {_ENDS}",
        # "We shall clear after selling the beans"
        f"after word (the | my | this) {_OF_IT}{{1,4}} {_ENDS}",
    ),
    *each(
        _first,
        f"(?<! INSIDE) (find)? (when | once | until | after) (the | my | this)? {_OF_IT}{{2,8}} (?= {_THEN_WE})",
        f"(?<! INSIDE) when (the | my | this) {_OF_IT}{{2,8}} (?= COMMA? (ejem | FILL){{1,2}} word"
        " (its | me | the | my))",
        # "Gotta shake this cold, then we'll do the extraction"
        f"WISHED (the | my) {_OF_IT}{{1,6}} ORDW (?= $ | BREAK | COMMA)",
        f"(HAVING to | must) (be | find)? {_OF_IT}{{1,6}} ORDW? COMMA then {_THEN_WE}",
    ),
    *always(
        Vague(),
        f"(hasta que | mientras | hasta) no {_WHO} (EVENT | SUBJ)",
        f"no mas {_WHO} (EVENT | SUBJ | dijo (el | la | los))",
        # "Esperamos que venga ella y ahí firmamos"
        f"AWAITING ejem{{0,2}} a? que {_WHO} (EVENT | SUBJ) (?= (INSIDE | COMMA){{0,8}} y (ejem | ya | LUEGO | me | lo"
        " | la){0,3} (WE_DO | VOY | word | PEDIR))",
        f"(?<! INSIDE) ejem que {_WHO} (EVENT | SUBJ) (?= (word | words | mi | el | la | de | COMMA | ya | ejem){{0,5}}"
        " (WE_DO | VOY))",
        # "Algún día de agosto", "thinking April for the dental"
        "(un | ALGUN | CUALQUIER) (DIA | DIAS | RATO | momento) (de | en) ((MES de)? MON (?! (el)? NN) | estos DIAS?)",
        "(some | any | one) (DAY | time | POINT) (in | DOWN | of) MON (?! (the)? (NN | ORDW))",
        "(?<= WONDERING) (of | about | MAYBE | TALVEZ)? MON (?= $ | PAUSE | FILL | for)",
        # "Pasando semana santa voy"
        "(PASADA | FINAL) (de | con)? (el | la | los | las | de | estos){0,2} (TEMPORADA | FERIADO"
        " | vacaciones | CARNAVAL | ESTACION | word) (?= COMMA? (yo | ya | me | la | lo){0,2} (VOY | DESEO | PUEDO))",
    ),
    # "¿O te tomas vacaciones?", "are you taking holidays?"
    *always(
        Nothing(),
        "me (word | words | TAKE | VOY | SALGO) (de | un | ALGUNOS)? vacaciones",
        "(TAKE | getting | MAKE | BOOK) (on | your | a | some | any)? holidays (?! in | of | from)",
    ),
)
