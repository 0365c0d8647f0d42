"""Words for the same thing find the same entry, in memory and in the database's index."""

import pytest

from recado.brain.rules import answers, normalise, signals
from recado.brain.rules.index import Index
from recado.brain.rules.synonyms import others_of, same_terms
from recado.brain.rules.terms import stem
from recado.decisions import Entry

ENTRIES = (
    Entry("results", "results", "es", "¿Cuándo recojo mis exámenes?", "A las 16:00.", ()),
    Entry("payment", "payment", "es", "¿Cómo puedo pagar?", "En efectivo.", ("tarjeta", "yape", "cuotas")),
    Entry("closed", "hours", "es", "¿Atienden los feriados?", "No.", ()),
    Entry("hours", "hours", "es", "¿Cuál es el horario?", "De 8 a 18.", ()),
    Entry("address", "address", "es", "¿Dónde están?", "En la plaza.", ()),
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cuándo puedo retirar mis análisis", "results"), ("puedo cancelar con tarjeta", "payment"),
        ("se paga en dos partes?", "payment"), ("atienden el 25 de diciembre", "closed"),
        ("cómo llego desde el Callao", "address"), ("quiero cancelar", None),
    ],
)  # fmt: skip
def test_questions_find_the_entry_that_says_it_in_other_words(text: str, found: str | None) -> None:
    index = Index(ENTRIES)
    asked = signals.read(normalise.segments([text], index.mend)).rest
    assert [match.entry.id for match in answers.find(asked, index, "es", None)] == ([found] if found else [])


def test_a_group_has_one_term_and_the_search_knows_the_others() -> None:
    assert same_terms(["analisis"]) == same_terms(["examen"]) == same_terms(["pruebas"])
    assert stem("examen") in others_of(stem("analisis"))
    assert stem("analisis") not in others_of(stem("analisis"))
    assert others_of("papa") == ()
