"""What people write to get no mass messages any more, or to get them again: whole messages, of a small closed list.

The words are CTIA's (Messaging Principles and Best Practices, https://www.ctia.org, as carriers apply them: STOP,
STOPALL, UNSUBSCRIBE, OPTOUT; START and UNSTOP to come back), those of the opt-out button of Meta's marketing templates
("Stop promotions", "Detener promociones"), and what Spanish speakers write for them: BAJA and ALTA. CTIA's CANCEL, END
and QUIT, and its YES to come back, are not among them: here they are said of appointments.

Such a message is no brain's to answer, and it counts while a person has the conversation too. BAJA and ALTA alone may
also answer a question ("which appointment ...?", a form's "priority?"): while one stands they are left to the brain
that asked it. STOP and what names messages answer no question, so they always count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from pydantic import ValidationError

from recado.brain.rules.normalise import words
from recado.decisions import Language
from recado.mailbox.claims import Claim
from recado.mailbox.wishes import Wish
from recado.messages import Choice, InboundMessage, OutText, Text

# Longer than the longest of the list with all politeness: not looked at.
MAX_CHARACTERS = 120
_POLITE = frozenset({"por", "favor", "porfavor", "please", "gracias", "thanks", "hola", "hello"})

_ES_ALL = ("mensajes", "promociones", "publicidad")
_EN_ALL = ("messages", "promotions", "marketing")
_ES_STOP = (
    "no quiero mas {}", "no quiero recibir {}", "no quiero recibir mas {}", "ya no quiero {}",
    "ya no quiero recibir {}", "no mas {}", "no me envien {}", "no me envien mas {}",
    "no me manden {}", "no me manden mas {}",
    "dejar de recibir {}", "quiero dejar de recibir {}", "detener {}", "cancelar suscripcion",
    "cancelar la suscripcion",
    "desuscribir", "desuscribirme", "desuscribirse", "no me escriban mas",
)  # fmt: skip
_EN_STOP = (
    "stopall", "stop all", "unsubscribe", "optout", "opt out", "stop {}", "no more {}", "i dont want {}",
    "i dont want more {}", "i dont want any more {}", "i do not want {}", "i do not want any more {}",
    "stop sending me {}", "dont send me {}", "dont send me more {}", "stop messaging me", "stop texting me",
)  # fmt: skip
_ES_START = (
    "quiero recibir {}", "quiero volver a recibir {}", "volver a recibir {}", "reanudar {}", "suscribirme",
)  # fmt: skip
_EN_START = ("unstop", "subscribe", "opt in", "optin", "resume {}", "i want {}", "i want to receive {}")  # fmt: skip
_BAJA = ("baja", "de baja", "dar de baja", "darme de baja", "darse de baja", "deme de baja", "quiero darme de baja")
_ALTA = ("alta", "de alta", "dar de alta", "darme de alta", "darse de alta", "deme de alta", "quiero darme de alta")


@dataclass(frozen=True, slots=True)
class Said:
    """A wish as it was said. `language` is that of its words; None where both have them. `doubtful`: it may as well
    answer a question.
    """

    stops: bool
    language: Language | None
    doubtful: bool = False


def _listed() -> Mapping[str, Said]:
    listed = {"stop": Said(True, None), "start": Said(False, None)}
    for phrases, named, said in (
        (_ES_STOP, _ES_ALL, Said(True, "es")),
        (_EN_STOP, _EN_ALL, Said(True, "en")),
        (_ES_START, _ES_ALL, Said(False, "es")),
        (_EN_START, _EN_ALL, Said(False, "en")),
        (_BAJA, ("",), Said(True, "es", doubtful=True)),
        (_ALTA, ("",), Said(False, "es", doubtful=True)),
    ):
        listed |= {phrase.format(what): said for phrase, what in product(phrases, named)}
    return listed


_LISTED = _listed()

CONFIRMED: Mapping[tuple[bool, Language], str] = {
    (True, "es"): "Listo: no te enviaremos más promociones ni mensajes masivos. Si nos escribes, te respondemos como "
    "siempre, y los avisos necesarios te seguirán llegando. Para volver a recibirlos, escribe ALTA.",
    (True, "en"): "Done: we will send you no more promotions or mass messages. If you write to us we answer as always, "
    "and necessary notices will still reach you. To get them again, write START.",
    (False, "es"): "Listo: volverás a recibir nuestras promociones y mensajes. Para no recibirlos más, escribe BAJA.",
    (False, "en"): "Done: you will get our promotions and messages again. To get no more of them, write STOP.",
}


def said_in(message: InboundMessage) -> Said | None:
    """The wish that a message is, as a text or as the button of a template; None if it is anything else."""
    content = message.content
    if isinstance(content, Text):
        return _read(content.text)
    return _read(content.title) if isinstance(content, Choice) and content.source == "template_button" else None


def _read(text: str) -> Said | None:
    if len(text) > MAX_CHARACTERS or "?" in text:
        return None
    return _LISTED.get(" ".join(word for word in words(text) if word not in _POLITE))


def confirmed(said: Said, language: Language) -> OutText:
    """What was done, and how it is undone; in the language of the words, or else in `language`."""
    return OutText(text=CONFIRMED[said.stops, said.language or language])


def alone(claim: Claim) -> Claim:
    """The claim up to its first wish, or with that wish alone if it comes first: a wish is a turn of its own, so that
    it neither waits for a brain nor is given up with what a brain could not answer. The rest is the next turn's.
    """
    if len(claim.messages) < 2:
        return claim
    for n, pending in enumerate(claim.messages):
        try:
            said = said_in(InboundMessage.model_validate_json(pending.body))
        except ValidationError:  # the turn will say so
            return claim
        if said is not None:
            return claim._replace(messages=claim.messages[: max(n, 1)])
    return claim


def is_late(known: Wish | None, at_ms: int) -> bool:
    """Whether they have said something newer since: networks deliver again for days. In seconds, as they count."""
    return known is not None and known.at_ms // 1000 > at_ms // 1000
