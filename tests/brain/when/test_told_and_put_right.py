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
