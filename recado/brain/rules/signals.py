"""What people signal beside their question: a greeting, thanks, a wish for a person, doubts about who answers."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recado.brain.rules import patterns
from recado.brain.rules.lexicon import words_of
from recado.brain.rules.normalise import Segment

# Words that ask for help with nothing in particular. "consulta" is also what one pays for, so it may be a subject.
_ASKS_FOR_HELP = words_of("""
    informacion informes info ayuda ayudar ayudarme ayudas ayudan menu opciones pregunta preguntita consultita duda
    dudas help information question questions options details si yes yeah yep
""")
_SMALL_TALK = words_of("""
    ok okay okey oka oki okis ya listo perfecto genial excelente bien bueno claro entiendo entendido dale vale
    acuerdo esta de muy no great good fine cool perfect sure nice alright right got it understood that is all eso es
    todo seria super chevere bacan nada mas thats por ahora
""")


@dataclass(frozen=True, slots=True)
class Signals:
    """What was signalled, and `rest`: the segments without it, empty ones left out."""

    greeting: bool
    thanks: bool
    farewell: bool
    human: bool
    identity: bool
    asks_for_help: bool
    small_talk: bool
    rest: tuple[Segment, ...]


def read(said: Sequence[Segment]) -> Signals:
    """Take the signals out of what was said."""
    lines = [" ".join(segment) for segment in said]
    identity = any(patterns.IDENTITY.search(line) for line in lines)
    human = not identity and _wants_person(lines)
    lines, farewell = _take(patterns.FAREWELL, lines)
    lines, greeting = _take(patterns.GREETING, lines)
    lines, thanks = _take(patterns.THANKS, lines)
    lines, opened = _take(patterns.OPENING, lines)
    lines, _ = _take(patterns.IDENTITY, lines)
    if greeting:
        lines, _ = _take(patterns.NAME, lines)
    spoken = [patterns.with_idioms(line.split()) for line in lines]
    asked = [segment for segment in spoken if not _SMALL_TALK.issuperset(segment)]
    rest = [tuple(word for word in segment if word not in _ASKS_FOR_HELP) for segment in asked]
    return Signals(
        greeting=greeting,
        thanks=thanks,
        farewell=farewell,
        human=human,
        identity=identity,
        asks_for_help=opened or rest != asked,
        small_talk=asked != spoken,
        rest=tuple(segment for segment in rest if segment),
    )


def _wants_person(lines: Sequence[str]) -> bool:
    """Looks at the whole too, for people who send a thought in pieces ("quiero hablar" / "con una persona")."""
    return any(pattern.search(line) for pattern in patterns.HUMAN for line in (" ".join(lines), *lines))


def _take(pattern: re.Pattern[str], lines: Iterable[str]) -> tuple[list[str], bool]:
    """The lines without what the pattern finds, empty ones left out, and whether it found anything."""
    before = list(lines)
    after = [" ".join(pattern.sub(" ", line).split()) for line in before]
    return [line for line in after if line], after != before
