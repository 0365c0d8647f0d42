"""What people signal beside their question: a greeting, thanks, a wish for a person, doubts about who answers.

The patterns read segments of plain words (see `normalise.py`), so they have no accents and no punctuation.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from recado.brain.rules.normalise import Segment

_GREETING = re.compile(
    r"\b(?:hola+|(?:muy )?buen(?:os|as)? (?:dias?|tardes?|noches?)|(?:muy )?buenas|saludos|hi|hello|hey(?: there)?|howdy"
    r"|good (?:morning|afternoon|evening|day|night)|greetings)\b"
    r"|^(?:que tal|como (?:estas?|estan|le va|te va|andas?)(?: usted(?:es)?)?(?: hoy)?|(?:i )?hope (?:you|all).*"
    r"|espero que (?:se encuentren?|esten?).*|how (?:are|r) you(?: doing)?(?: today)?|muy bien|un gusto)$"
    r"|^(?:que tal|que hay)\b|\bdisculp\w* (?:la (?:hora|molestia|demora)|las molestias)\b|\bsorry to bother you\b"
)
_THANKS = re.compile(
    r"\b(?:(?:muchas|muchisimas|mil|muy) gracias|gracias|(?:se )?agradezco|(?:muy )?agradecid[oa]s?|se agradece|thank you"
    r"(?: (?:so|very) much)?|(?:many )?thanks(?: a lot| so much)?|(?:i )?appreciate (?:it|that)|muy amables?|dios (?:las?|los?|les?) bendiga"
    r"|bendiciones)\b"
)
_FAREWELL = re.compile(
    r"\b(?:chau|chao|adios|hasta (?:luego|pronto|la vista)|nos vemos|(?:good)?bye(?: bye)?|see (?:you|ya)(?: (?:later|soon))?"
    r"|have a (?:good|nice|great) (?:day|one)|(?:que )?(?:tenga|ten|tengan) (?:un )?(?:buen|lindo|bonito|excelente) dia"
    r"|cuidense|take care)\b|^hasta manana$"
)

_SURELY_A_PERSON = (
    r"(?:humano|humana|ser humano|asesora?|agente|operadora?|representante|recepcionista|persona real|ejecutiv[oa]"
    r"|human(?: being)?|real person|live (?:agent|person)|agent|operator|representative|receptionist|customer service)"
)
_SOMEONE = (
    rf"(?:{_SURELY_A_PERSON}|personas?|alguien|encargad[oa]|secretaria|senorita|recepcion|person|someone|somebody|anyone"
    r"|staff|manager)"
)
_TALK = r"(?:hablar|conversar|chatear|comuni\w+|talk|speak|chat)"
_PASS_ON = (
    r"(?:contactar(?:me)?|pas(?:ame|eme|enme|arme)|me pas(?:as?|an?|arian?)|conect\w+|transfi\w+|deriv\w+|connect|transfer"
    r"|reach|contact|put me|get me)"
)
_WANT = r"(?:quiero|quisiera|necesito|deseo|prefiero|busco|hay|tienen|i want|i need|i would like|id like|prefer|give me|get me)"
_HUMAN = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_TALK}(?: \w+){{0,4}} (?:{_SOMEONE}|doctora?|medic[oa]|nurse)\b",
        rf"\b{_PASS_ON}(?! (?:number|info\w*))(?: \w+){{0,4}} {_SOMEONE}\b",
        rf"\b{_WANT}(?: \w+){{0,3}} {_SURELY_A_PERSON}\b",
        rf"\b(?:me|nos) (?:\w+ )?(?:atend\w+|atiend\w+|respond\w+|ayud\w+|llam\w+)(?: \w+)? {_SOMEONE}\b",
        r"\balguien (?:que )?(?:me )?(?:\w+ )?(?:atienda|atender\w*|ayude|ayudar\w*|responda|responder\w*|llame|llamar\w*)\b",
        rf"^(?:(?:quiero|quisiera|necesito|deseo|prefiero) )?(?:con )?(?:una? |an? )?(?:{_SURELY_A_PERSON}|persona|person)"
        r"(?: (?:por favor|please|now|ya|ahora))*$",
        r"\b(?:person|human|someone|somebody) (?:answer|help|call|reply|respond)\w*\b",
        r"\bcon (?:una persona|alguien)$",
        r"\bno (?:quiero|deseo)(?: \w+){0,3} (?:bot|robot|maquina)\b|\b(?:no bots?|not (?:a|with a|to a) (?:bot|robot|machine))\b",
        r"\b(?:me|nos) (?:puede|pueden|podrian?) llamar\b|\bllam(?:a|e|en)me\b|\bcall me\b",
    )
)
_IDENTITY = re.compile(
    r"\b(?:(?:eres|es usted|sos|esto es|hablo con|hablando con|chateando con|es)(?: con)? (?:un |una )?(?:robot|bot|maquina"
    r"|ia|persona(?: real)?|humano|humana|inteligencia artificial|grabacion)|(?:are you|am i (?:talking|speaking|chatting|texting)"
    r" (?:to|with)|is this|is it) (?:a |an )?(?:real |actual |live )?(?:robot|bot|human|person|machine|ai|automated))\b"
    r"|^(?:quien (?:eres|es usted|habla)|con quien (?:hablo|tengo el gusto)|como te llamas|who are you|who is this"
    r"|whats your name|what is your name)\b"
)
# "una consulta" opens a question, while "la consulta" is what one pays for.
_OPENING = re.compile(
    r"^(?:(?:disculpe\w*|una?|tengo|queria|quiero|quisiera|puedo|necesito|me|hacer\w*|hago|just|quick|i have|a|may i|can i|ask"
    r"|tenia|solo|por favor) )*(?:(?<=una )consulta|(?<=una )pregunta|(?<=una )duda|consultita|preguntita|question)$"
    r"|^(?:tengo|queria|quiero|quisiera|solo)(?: hacer\w*)? una (?:consulta|pregunta|duda)\b|^una (?:consulta|pregunta|duda)\b"
)
_NAME = re.compile(
    r"\b(?:me llamo|mi nombre es|(?:le|te|les) (?:habla|saluda|escribe)|my name is)(?: \w+){1,2}"
    r"|^(?:yo )?(?:soy|im|i am|this is)(?: (?!paciente|new|nuev|looking|calling)\w+){1,2}$"
)
# Words of these stand for others, so that one word carries what several mean; the last ones mean something else.
_IDIOMS = (
    (re.compile(r"\bhow much\b"), "howmuch"),
    (re.compile(r"\b(?:what|which) time(?= (?:do|does|are|is the|will|you|u)\b)"), "whattime"),
    (re.compile(r"\b(?:get (?:there|to you|to your|to the clinic)|find you|reach you)\b"), "getthere"),
    (re.compile(r"\bwhere (?:are you(?: guys)?|you)$|^where are you\b"), "whereareyou"),
    (re.compile(r"\bfin(?:es)? de semana\b"), "finsemana"),
    (re.compile(r"\bno (?:voy a poder|podre|podria|puedo) (?:ir|asistir|llegar)\b"), "cancelar"),
    (re.compile(r"\b(?:cant|cannot|wont|wont be able to|not going to) make it\b"), "cancel"),
    (re.compile(r"\bno (?:puede|puedo|esta|estoy pudiendo) respir\w+\b"), "asfixia"),
    (re.compile(r"\b(?:cannot|cant|isnt|not) breath\w+\b"), "choking"),
    (re.compile(r"\bcuando (?:abren|atienden)\b"), "abren"),
    (re.compile(r"\b(?:(?<!hasta )(?<!a )que hora (?:es|son)|what time is it|whats the time|what is the time)\b"), "clocktime"),
)

_INFORMATION = frozenset(
    "informacion informes info ayuda ayudar ayudarme ayudas ayudan menu opciones consulta consultita pregunta preguntita duda"
    " dudas help information question questions options details si yes yeah yep".split()
)
_CONTENT_OF_INFORMATION = frozenset({"consulta"})
_SMALL_TALK = frozenset(
    "ok okay okey oka oki okis ya listo perfecto genial excelente bien bueno claro entiendo entendido dale vale acuerdo esta"
    " de muy no great good fine cool perfect sure nice alright right got it understood that is is all eso es todo seria"
    " super chevere bacan nada mas thats por ahora".split()
)


@dataclass(frozen=True, slots=True)
class Signals:
    """What was signalled, and `rest`: the segments without it, empty ones left out."""

    greeting: bool = False
    thanks: bool = False
    farewell: bool = False
    human: bool = False
    identity: bool = False
    information: bool = False
    small_talk: bool = False
    rest: tuple[Segment, ...] = ()


def read(said: Iterable[Segment]) -> Signals:
    """Take the signals out of what was said."""
    lines = [" ".join(segment) for segment in said]
    whole = " ".join(lines)
    identity = any(_IDENTITY.search(line) for line in lines)
    # The whole too, for people who send a thought in pieces ("quiero hablar" / "con una persona").
    human = not identity and any(pattern.search(line) for pattern in _HUMAN for line in (whole, *lines))
    lines, farewell = _take(_FAREWELL, lines)
    lines, greeting = _take(_GREETING, lines)
    lines, thanks = _take(_THANKS, lines)
    lines, opened = _take(_OPENING, lines)
    if greeting:
        lines, _ = _take(_NAME, lines)
    lines, _ = _take(_IDENTITY, lines)
    spoken = tuple(tuple(_plain(line).split()) for line in lines if line)
    asked = tuple(segment for segment in spoken if not _SMALL_TALK.issuperset(segment))
    informed, rest = _without_information(asked)
    return Signals(
        greeting=greeting,
        thanks=thanks,
        farewell=farewell,
        human=human,
        identity=identity,
        information=opened or informed,
        small_talk=asked != spoken,
        rest=rest,
    )


def _take(pattern: re.Pattern[str], lines: list[str]) -> tuple[list[str], bool]:
    taken = [" ".join(pattern.sub(" ", line).split()) for line in lines]
    return taken, taken != lines


def _plain(line: str) -> str:
    for pattern, word in _IDIOMS:
        line = pattern.sub(word, line)
    return line


def _without_information(rest: tuple[Segment, ...]) -> tuple[bool, tuple[Segment, ...]]:
    """Leave out the words that only ask for help; "consulta" stays, for it may be what the question is about."""
    kept = tuple(
        tuple(word for word in segment if word not in _INFORMATION or word in _CONTENT_OF_INFORMATION)
        for segment in rest
    )
    return kept != rest, tuple(segment for segment in kept if segment)
