"""The words of somebody who will answer, confirm, write or call on a day."""

from recado.brain.rules.when.lexicon import ALPHABET

_THEY_SAY = (
    "((me | los | lo | las){1,2} (AVISO | DIGO | SOY | AVISAS) | me{1,2} (word | HAPPENED | ROUTINE) (un | una | el)?"
    " MENSAJE)"
)
LATER_WORD = ALPHABET.compile(
    # "Mañana te confirmo", "te aviso el lunes", "me avisas mañana?"
    f"(?<! para) (?<! para el) (?<! o) (?<! o el) DAYM PARTM? COMMA? (yo | ya | i | si | EJEM | FILL){{0,2}}"
    f" {_THEY_SAY}"
    f" | (?<! para) (?<! para el) DAYM PARTM? AVISAME | ({_THEY_SAY} | AVISAME | (me)? (VOY | PUEDO) (a)? (me)? AVISAR)"
    " (EJEM | FILL | ya | el | en | la | por | hasta){0,3} (DAYM | PARTM)"
    # "Mañana vuelvo a escribirle"
    " | DAYM PARTM? COMMA? (yo | ya | i | si | EJEM){0,2} (TAKES_PLACE | VOY | word) a me? AVISAR"
    # "Mañana hablamos"
    " | (?<! para) DAYM PARTM? COMMA? (yo | ya | si | EJEM){0,2} AVISO (?= $ | PAUSE | FILL | con)"
    # "Can you call me tomorrow?", "let me know by friday"
    # "I'll give you a shout monday", "I'll hit you up saturday", "you'll hear from me tuesday"
    " | ILL EJEM? ((word | POP) u a? (TALK | PIEZA) | POP a TALK (your (word | words))? | TALK at u | DID u up)"
    " (EJEM | on | by | in | the){0,2} (DAYM | PARTM)"
    " | ILL be? hear (word | words | from | my | me | u | EJEM){1,3} (on | by){0,1} (DAYM | PARTM)"
    " | (WANT me TALK | TALK me | DID me up | able TALK (u | me)) (word | EJEM | on | by | in | the | until){0,2}"
    " (DAYM | PARTM)"
    # "I'll let you know tomorrow", "let me get back to you on monday"
    " | (ILL (EJEM)? TALK | WANT u TALK | MAKE word to) (u | with u | to u | word){0,2} (EJEM | on | by | in |"
    " the){0,2}"
    " (DAYM | PARTM)"
    # "Will confirm with my wife about the numbers tomorrow"
    " | ILL EJEM? TALK (with | my | the | about | word | words | UNA_COSA | DOCTOR){2,7} (on | by){0,1} (DAYM | PARTM)"
    # "Please reply by tomorrow", "espero su respuesta mañana"
    " | (?<! i | to) TALK (me | EJEM | FILL)? by (the)? (DAYM | PARTM)"
    " | (word | VOY | HOLD) (word | a | de | la)? (un | una | su | el | la)? MENSAJE"
    " (word | para | el | en | la | por | EJEM){0,2}"
    " (DAYM | PARTM)"
    " | DAYM PARTM? COMMA? (i)? ILL (EJEM)? (TALK (?! if) | WANT u TALK) | DAYM PARTM? COMMA? i (TALK | about) u"
)
"""With the day or the part of it on which they will."""
