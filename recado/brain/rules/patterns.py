"""Patterns of what people signal, over segments of plain words: no accents, no punctuation (see `normalise.py`)."""

import re
from collections.abc import Iterable


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives))


GREETING = _any(
    r"\bhola+\b",
    r"\b(?:muy )?buen(?:os|as)? (?:dias?|tardes?|noches?)\b",
    r"\b(?:muy )?buenas\b",
    r"\bsaludos\b",
    r"\b(?:hi|hello|hey(?: there)?|howdy|greetings)\b",
    r"\bgood (?:morning|afternoon|evening|day|night)\b",
    r"^que tal\b",
    r"^como (?:estas?|estan|le va|te va|andas?)(?: usted(?:es)?)?(?: hoy)?$",
    r"^how (?:are|r) you(?: doing)?(?: today)?$",
    r"^(?:i )?hope (?:you|all).*$",
    r"^espero que (?:se encuentren?|esten?).*$",
    r"^(?:muy bien|un gusto)$",
    r"\bdisculp\w* (?:la (?:hora|molestia|demora)|las molestias)\b",
    r"\bsorry to bother you\b",
)
THANKS = _any(
    r"\b(?:(?:muchas|muchisimas|mil|muy) )?gracias\b",
    r"\b(?:se )?agrade(?:zco|ce)\b",
    r"\b(?:muy )?agradecid[oa]s?\b",
    r"\bthank you(?: (?:so|very) much)?\b",
    r"\b(?:many )?thanks(?: a lot| so much)?\b",
    r"\b(?:i )?appreciate (?:it|that)\b",
    r"\bmuy amables?\b",
    r"\bdios (?:las?|los?|les?) bendiga\b",
    r"\bbendiciones\b",
)
FAREWELL = _any(
    r"\b(?:chau|chao|adios|nos vemos|cuidense)\b",
    r"\bhasta (?:luego|pronto|la vista)\b",
    r"^hasta manana$",
    r"\b(?:que )?teng?an? (?:un )?(?:buen|lindo|bonito|excelente) dia\b",
    r"\b(?:good)?bye(?: bye)?\b",
    r"\bsee (?:you|ya)(?: (?:later|soon))?\b",
    r"\bhave a (?:good|nice|great) (?:day|one)\b",
    r"\btake care\b",
)

_SURELY_A_PERSON = (
    "(?:humano|humana|ser humano|asesora?|agente|operadora?|representante|recepcionista|persona real|ejecutiv[oa]"
    "|human(?: being)?|real person|live (?:agent|person)|agent|operator|representative|receptionist|customer service)"
)
_SOMEONE = (
    f"(?:{_SURELY_A_PERSON}|personas?|alguien|encargad[oa]|secretaria|senorita|recepcion"
    "|person|someone|somebody|anyone|staff|manager)"
)
_CLINICIAN = "(?:doctora?|medic[oa]|nurse)"
_TALK = r"(?:hablar|conversar|chatear|comuni\w+|talk|speak|chat)"
_CONNECT = (
    r"(?:contactar(?:me)?|pas(?:ame|eme|enme|arme)|me pas(?:as?|an?|arian?)|conect\w+|transfi\w+|deriv\w+"
    r"|connect|transfer|reach|contact|put me|get me)"
)
_WISH = "(?:quiero|quisiera|necesito|deseo|prefiero|busco|hay|tienen|i want|i need|i would like|id like|give me|get me)"
_MACHINE = "(?:ro)?bot|maquina|machine"
_SERVE = r"(?:atend\w+|atiend\w+|respond\w+|ayud\w+|llam\w+)"

HUMAN = (
    re.compile(rf"\b{_TALK}(?: \w+){{0,4}} (?:{_SOMEONE}|{_CLINICIAN})\b"),
    re.compile(rf"\b{_CONNECT}(?! (?:number|info\w*))(?: \w+){{0,4}} {_SOMEONE}\b"),
    re.compile(rf"\b{_WISH}(?: \w+){{0,3}} {_SURELY_A_PERSON}\b"),
    re.compile(rf"\b(?:me|nos) (?:\w+ )?{_SERVE}(?: \w+)? {_SOMEONE}\b"),
    re.compile(rf"\balguien (?:que )?(?:me )?(?:\w+ )?{_SERVE}\b"),
    re.compile(r"\b(?:person|human|someone|somebody) (?:answer|help|call|reply|respond)\w*\b"),
    re.compile(r"\bcon (?:una persona|alguien)$"),
    re.compile(
        r"^(?:(?:quiero|quisiera|necesito|deseo|prefiero) )?(?:con )?(?:una? |an? )?"
        rf"(?:{_SURELY_A_PERSON}|persona|person)(?: (?:por favor|please|now|ya|ahora))*$"
    ),
    re.compile(
        rf"\bno (?:quiero|deseo)(?: \w+){{0,3}} (?:{_MACHINE})\b|\b(?:no|not (?:a|with a|to a)) (?:{_MACHINE})s?\b"
    ),
    re.compile(r"\b(?:me|nos) (?:puede|pueden|podrian?) llamar\b|\bllam(?:a|e|en)me\b|\bcall me\b"),
)
"""A person is asked for."""

IDENTITY = _any(
    r"\b(?:eres|es usted|sos|es|esto es|(?:hablo|hablando|chateando) con) (?:un |una )?"
    rf"(?:{_MACHINE}|ia|persona(?: real)?|humano|humana|inteligencia artificial|grabacion)\b",
    r"\b(?:are you|is this|is it|am i (?:talking|speaking|chatting|texting) (?:to|with)) "
    rf"(?:an? )?(?:real |actual |live )?(?:{_MACHINE}|human|person|ai|automated)\b",
    r"^(?:quien (?:eres|es usted|habla)|con quien (?:hablo|tengo el gusto)|como te llamas)\b",
    r"^(?:who are you|who is this|whats your name|what is your name)\b",
)
"""They doubt who answers."""

OPENING = _any(
    # "una consulta" opens a question, while "la consulta" is what one pays for.
    r"^(?:(?:tengo|tenia|queria|quiero|quisiera|solo|por favor)(?: hacer\w*)? )?una (?:consulta|pregunta|duda)\b",
    r"^(?:\w+ ){0,3}(?:consultita|preguntita)$",
    r"^(?:just |quick |i have |a |may i |can i |ask )*question$",
)
"""They say that a question will come."""

NAME = _any(
    r"\b(?:me llamo|mi nombre es|(?:le|te|les) (?:habla|saluda|escribe)|my name is)(?: \w+){1,2}",
    r"^(?:yo )?(?:soy|im|i am|this is)(?: (?!paciente|new|nuev|looking|calling)\w+){1,2}$",
)
"""They say who they are."""

_MEANS = r"(?:tarjeta|efectivo|yape|plin|nequi|visa|mastercard|transferencia|cheque|cuotas|soles|dolares|pesos)"
IDIOMS = (
    (re.compile(r"\bhow much\b"), "howmuch"),
    # In Latin America a bill is cancelled by paying it.
    (re.compile(rf"\bcancel\w+(?= (?:(?:con|en|por|mediante) )+{_MEANS}\b)"), "pagar"),
    (re.compile(r"\b(?:en|por) (?:dos|tres|varias|\d)? ?(?:partes|plazos)\b|\ba plazos\b"), "cuotas"),
    (re.compile(r"\b(?:prest\w+|facilit\w+) (?:plata|dinero)\b"), "prestamo"),
    (re.compile(r"\b(?:lend|borrow)(?: me| us)? (?:some )?money\b"), "loan"),
    (re.compile(r"\bnumero (?:para|de) (?:llamar\w*|contacto|comunic\w+)\b"), "telefono"),
    (re.compile(r"\b(?:number to call|contact number)\b"), "telephone"),
    (
        re.compile(r"\bcomo (?:hago para |se |puedo |hay que )?lleg\w+(?: (?:desde|de) (?:el |la |los )?\w+)?"),
        "direccion",
    ),
    (
        re.compile(r"\b(?:28|29) de julio\b|\b(?:25|24|31) de diciembre\b|\b(?:1|primero|1ro) de (?:enero|mayo)\b"),
        "feriado",
    ),
    (re.compile(r"\b(?:jueves|viernes) santo\b|\bano nuevo\b|\bfiestas patrias\b"), "feriado"),
    (
        re.compile(r"\b(?:good friday|new years?(?: day| eve)?|boxing day|thanksgiving|fourth of july|july 4th)\b"),
        "holiday",
    ),
    (re.compile(r"\ba (?:como|cuanto)(?= (?:esta|estan|sale|salen|vende|venden|compra|compran|pagan?)\b)"), "precio"),
    (re.compile(r"\b(?:what|which) time(?= (?:do|does|are|is the|will|you|u)\b)"), "whattime"),
    (re.compile(r"\b(?:get (?:there|to (?:you|your|the))|find you|reach you)\b"), "getthere"),
    (re.compile(r"\bwhere (?:are you(?: guys)?|you)$|^where are you\b"), "whereareyou"),
    (re.compile(r"\bcuando (?:abren|atienden)\b"), "abren"),
    (re.compile(r"\bfin(?:es)? de semana\b"), "finsemana"),
    (re.compile(r"\bcada cuant[oa]s?\b|\bhow often\b"), "cuando"),
    (re.compile(r"\bmedio dia\b"), "mediodia"),
    (re.compile(r"\ben que (?:parte|zona|lugar|sitio|calle)\b"), "donde"),
    (re.compile(r"\bcuanto tiempo\b|\bhow long\b"), "cuando"),
    (re.compile(r"\bno (?:voy a poder|podre|podria|puedo) (?:ir|asistir|llegar)\b"), "cancelar"),
    (re.compile(r"\b(?:cant|cannot|wont|wont be able to|not going to) make it\b"), "cancel"),
    (re.compile(r"\bno (?:puede|puedo|esta|estoy pudiendo) respir\w+\b"), "asfixia"),
    (re.compile(r"\b(?:cannot|cant|isnt|not) breath\w+\b"), "choking"),
    # The time of day is not the hours of business.
    (re.compile(r"\b(?:(?<!hasta )(?<!a )que hora (?:es|son)|what time is it|what ?i?s the time)\b"), "clocktime"),
)
"""Turns of phrase and the one word that carries what they mean."""


def with_idioms(words: Iterable[str]) -> tuple[str, ...]:
    """The words, each turn of phrase as the word that carries what it means."""
    line = " ".join(words)
    for pattern, word in IDIOMS:
        line = pattern.sub(word, line)
    return tuple(line.split())
