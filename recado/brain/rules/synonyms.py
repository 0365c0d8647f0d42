"""Words that every business uses for one another: a question with one of them finds an entry with another.

Kept apart from `terms`, which the full-text index is made of: a group may grow without making an index again.
"""

from collections.abc import Iterable, Mapping

from recado.brain.rules.terms import stem, terms

# A group a line. Only words that mean the same wherever they are said to a business; a concept's words have no place.
_GROUPS = """
    examen examenes analisis prueba pruebas
    bebe bebes guagua lactante
    carro auto coche camioneta vehiculo movilidad
    plata dinero
    recoger recojo retirar retiro
    postergar aplazar posponer reprogramar
    anular cancelar
    certificado constancia
    charla taller capacitacion curso
    chacra parcela finca
    suelo tierra
    muestra muestras
    demora demoran tarda tardan
    correo email mail
    rebaja descuento promocion oferta
    embarazada gestante
    test tests exam exams
    doctor doctors physician
    baby babies newborn infant infants
    child children kid kids
    car vehicle truck
    collect pickup
    postpone reschedule
    workshop training course class
    soil dirt
    lift elevator
    email mail
    discount promotion offer
"""


def _table() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for line in _GROUPS.strip().splitlines():
        stems = [stem(word) for word in line.split()]
        first = next((found[one] for one in stems if one in found), stems[0])
        found.update((one, first) for one in stems)
    return found


_FIRST = _table()


def same_terms(words: Iterable[str]) -> dict[str, float]:
    """`terms` of the words, each by the first of its group."""
    found: dict[str, float] = {}
    for term, weight in terms(words).items():
        first = _FIRST.get(term, term)
        found[first] = max(weight, found.get(first, 0.0))
    return found


def others_of(term: str) -> tuple[str, ...]:
    """The other terms that mean the same."""
    first = _FIRST.get(term)
    return () if first is None else tuple(other for other, one in _FIRST.items() if one == first and other != term)
