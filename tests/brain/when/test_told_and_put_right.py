"""Days that are only told of the past are no wish, and the last of several that are put right stands."""

from datetime import datetime
from zoneinfo import ZoneInfo

from recado.brain.rules.when import resolve
from recado.decisions import Language
from tests.brain.when.notation import spelled, written

# A Friday.
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("America/Lima"))
CASES: tuple[tuple[Language, str, str], ...] = (
    # An appointment to which nobody came.
    ("en", "i was supposed to come thursday but i forgot", "11-19 past"),
    ("es", "el jueves me tocaba y no fui", "11-19 past"),
    ("es", "tenía cita el lunes pero se me pasó", "11-16 past"),
    ("es", "me tocaba el martes y se me olvidó", "11-17 past"),
    ("es", "el miércoles debía ir y no pude", "11-18 past"),
    ("es", "quedamos el martes y no llegué", "11-17 past"),
    ("es", "tenía turno el 15 y no fui", "11-15 past"),
    ("es", "me tocaba el 3 de mayo y no fui", "05-03 past"),
    ("es", "la cita era el 15 y falté", "11-15 past"),
    ("en", "i was meant to be there tuesday, overslept", "11-17 past"),
    ("en", "we said monday but i forgot", "11-16 past"),
    ("en", "my appointment was on the 12th and i overslept", "11-12 past"),
    ("es", "tenía cita el lunes y no fui porque llovió, quiero el jueves a las 4", "11-26 16:00 from_date=2026-11-16"),
    ("en", "i was supposed to come thursday but forgot, can i come monday", "11-23 from_date=2026-11-19"),
    # The same beginning, and the day is still to come.
    ("es", "tenía cita el lunes y no voy a poder ir", "from_date=2026-11-23"),
    ("en", "i had an appointment for monday, can i change it", "11-23"),
    # Put right in one message.
    ("en", "thursday, no friday", "11-27"),
    ("en", "on monday at 3, no tuesday at 4", "11-24 16:00"),
    ("es", "el 3 de mayo, perdón, de junio", "2027-06-03"),
    ("es", "el 3 de mayo, digo junio", "2027-06-03"),
    ("es", "el 12 de enero, no, de febrero", "2027-02-12"),
    ("es", "el 12 de enero no, febrero", "2027-02-12"),
    ("en", "may 3rd, sorry, june", "2027-06-03"),
    ("en", "june 4, wait sorry, july", "2027-07-04"),
    ("en", "the 3rd, no the 4th", "12-04"),
    # What only looks like it.
    ("en", "thursday, not friday", "11-26"),
    ("es", "jueves, no viernes", "11-26"),
    ("en", "i can do thursday, no problem", "11-26"),
    ("en", "thursday, no rush", "11-26"),
)


def test_the_day_is_the_one_that_stands() -> None:
    failures = [
        f"{text!r}: {got}, wanted {wanted}"
        for language, text, expected in CASES
        if (got := written(resolve(text, now=NOW, language=language))) != (wanted := spelled(expected))
    ]
    assert not failures, "\n".join(failures)


ENGLISH_PAST = """
ate became began bent bled blew broke brought built burnt bought called came caught chose crept cut dealt did drank
dreamt drew drove fell fed felt flew forgot found froze gave got handed hid hit hurt kept learnt left lent lost made
met mistook ordered overpaid paid picked put rang read rented returned rode ran saw sold sent shook slept spent spilt
split stole swam swept swore taught threw took tore tried used visited waited went withdrew woke won wore wrote
"""
SPANISH_PAST = """
fui fuiste fue fuimos vine vino vinimos vinieron estuve estuvieron tuve tuvieron hice hizo hicieron puse puso pusieron
pude pudieron supe supimos traje trajo trajimos trajeron di dimos vi vio vimos anduve hubo conduje produjo caí cayó
leí leyó leímos oyó pagué pagó pagaste compré compraste comí comimos perdí pedí pidieron dormí durmió sentí sirvieron
seguí murió elegí salió subí escribió recibí rompí vendí devolví volvimos dejé dejaste llevé llegó saqué busqué
entregué cobré mandé llamaron habló olvidé transferí depositaron operé retiré trajisteis vendisteis
"""
"""Not those that may be of now as well ("pagamos"), nor those that make an appointment ("dieron")."""


def not_told(language: Language, texts: list[str]) -> list[str]:
    """What was not understood as told of the Tuesday before."""
    read = {text: written(resolve(text, now=NOW, language=language)) for text in texts}
    return [f"{text!r}: {got}" for text, got in read.items() if got != "2026-11-17 past"]


def test_every_verb_of_the_past_tells_that_the_day_lies_behind() -> None:
    failures = not_told("en", [f"on tuesday i {verb} the box, can you check" for verb in ENGLISH_PAST.split()])
    failures += not_told("es", [f"el martes {verb} la caja, lo pueden revisar?" for verb in SPANISH_PAST.split()])
    ambiguous = ("pagamos", "cambié", "dieron")
    failures += not_told("es", [f"el martes pasado {verb} la caja, lo pueden revisar?" for verb in ambiguous])
    assert not failures, "\n".join(failures)
