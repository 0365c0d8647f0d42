"""One message, read whole: dates, times and facts share its numbers out, and none is told twice.

`make eval` says how quickly.
"""

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recado.brain.rules.facts import extract
from recado.brain.rules.regions import region_of
from recado.brain.rules.understanding import Understood, understand
from recado.brain.rules.when import resolve
from recado.decisions import Language
from tests.brain.when.test_cases import TABLE as DATED

ZONES = {
    "PE": "America/Lima", "MX": "America/Mexico_City", "AR": "America/Argentina/Buenos_Aires", "CL": "America/Santiago",
    "CO": "America/Bogota", "US": "America/New_York",
}  # fmt: skip

# Region, message, and its day, hour and slots; on Friday, 20 November 2026, at ten.
SPANISH: tuple[tuple[str, str, str], ...] = (
    (
        "PE", "hola soy Ana Torres, mi dni es 45678912, quiero cita mañana a las 5",
        "2026-11-21; 17:00; name=Ana Torres; document=45678912; document_kind=dni",
    ),
    ("PE", "soy luis, cel 987 654 321, puedo el martes a las 3", "2026-11-24; 15:00; name=Luis; phone=+51987654321"),
    ("PE", "cita para el 12/05 a las 10:30, mi numero 987654321", "2027-05-12; 10:30; phone=+51987654321"),
    ("PE", "te pago S/ 50 el 15 de enero", "2027-01-15; amount=50; currency=PEN"),
    ("PE", "te pago S/ 15.30 el lunes", "2026-11-23; amount=15.30; currency=PEN"),
    ("PE", "cuesta 10.30 soles?", "amount=10.30; currency=PEN"),
    ("PE", "a las 15.30 pago 80 soles", "15:30; amount=80; currency=PEN"),
    ("PE", "son 2 soles a las 2", "14:00; amount=2; currency=PEN"),
    ("PE", "a 5 soles", "amount=5; currency=PEN"),
    ("PE", "20 soles con 50 a las 10", "10:00; amount=20.50; currency=PEN"),
    ("PE", "treinta soles a las tres y media", "15:30; amount=30; currency=PEN"),
    ("PE", "10 soles la hora", "amount=10; currency=PEN"),
    (
        "PE", "mi hijo de 5 años tiene 38 y medio de fiebre desde ayer, para hoy a las 4",
        "2026-11-20; 16:00; temperature_c=38.5",
    ),
    ("PE", "tengo 40 años y 38 de fiebre a las 3", "15:00; temperature_c=38.0"),
    ("PE", "cuarenta de fiebre a las cuatro", "16:00; temperature_c=40.0"),
    ("PE", "le tomé la temperatura a las 10 y marcó 38.2", "10:00; temperature_c=38.2"),
    ("PE", "tiene 39 a las 3 de la mañana", "03:00"),
    ("PE", "hace 38 grados a las 12", "12:00"),
    ("PE", "cuatro y media", "16:30"),
    ("PE", "38 y medio", ""),
    ("PE", "38.5", ""),
    ("PE", "38,7ºC", "temperature_c=38.7"),
    ("PE", "está en 38,5 °C, para el 25 a las 4", "2026-11-25; 16:00; temperature_c=38.5"),
    ("PE", "mi hija Abril tiene cita el 5", "2026-12-05; for_name=Abril"),
    ("PE", "llámame al 987654321 a las 5", "17:00; phone=+51987654321"),
    ("PE", "llamame a las 5 al 987 65 43 21", "17:00; phone=+51987654321"),
    ("PE", "987654321 mañana 10am", "2026-11-21; 10:00; phone=+51987654321"),
    ("PE", "a las 3 987 654 321", "phone=+51987654321"),
    (
        "PE", "mi dni es 12345678 y nací el 12/05/1990",
        "birth_date=1990-05-12; document=12345678; document_kind=dni",
    ),
    ("PE", "nacido el 12-05-2019 dni 78123456", "birth_date=2019-05-12; document=78123456; document_kind=dni"),
    ("PE", "mi dni es 4567891", "document=4567891; document_kind=dni; document_wrong"),
    ("PE", "pedido 45678912 para el 25", "2026-11-25"),
    ("PE", "operación 20261120 el 20/11", "2026-11-20"),
    ("PE", "av. arequipa 1234 a las 5", "17:00"),
    ("PE", "mide 1.20 y tiene 8 años", ""),
    ("PE", "para mi hijo Mateo, el domingo a las 4", "2026-11-22; 16:00; for_name=Mateo"),
    ("PE", "me llamo Julio, cita el 2 de julio", "2027-07-02; name=Julio"),
    (
        "PE", "Nombre: Ana Ruiz. DNI: 45678912. Fecha: 25/11/2026. Hora: 10:30. Celular: 987654321",
        "2026-11-25; 10:30; name=Ana Ruiz; phone=+51987654321; document=45678912; document_kind=dni",
    ),
    ("PE", "soy la mamá de Thiago, mi correo es ana@gmail.com", "for_name=Thiago; email=ana@gmail.com"),
    ("CL", "cita a las 4, mi cel 9 8765 4321", "16:00; phone=+56987654321"),
    ("CL", "el lunes por 20 lucas", "2026-11-23; amount=20000; currency=CLP"),
    ("MX", "mi cel 55 12 34 56 78 y puedo el 12 a las 10", "2026-12-12; 10:00; phone=+525512345678"),
    ("MX", "mi cel 55-12-34-56-78", "phone=+525512345678"),
    ("MX", "el 12 de mayo te deposito 1,500 pesos", "2027-05-12; amount=1500; currency=MXN"),
    (
        "AR", "turno para el 12/5, dni 28.444.190, cel 11 2345 6789",
        "2027-05-12; phone=+541123456789; document=28444190; document_kind=dni",
    ),
    ("AR", "a las 17 hs por $ 8.000", "17:00; amount=8000; currency=ARS"),
    ("CO", "cc 1.045.678.903 para el 10 de diciembre", "2026-12-10; document=1045678903; document_kind=cedula"),
)  # fmt: skip
ENGLISH: tuple[tuple[str, str, str], ...] = (
    ("US", "I'm Tom, 415-555-2671, tomorrow at 5", "2026-11-21; 17:00; name=Tom; phone=+14155552671"),
    ("US", "can i come dec 3 at 10:30, my number is (415) 555-2671", "2026-12-03; 10:30; phone=+14155552671"),
    ("US", "i'll pay $50 on friday at 3", "2026-11-27; 15:00; amount=50; currency=USD"),
    ("US", "it's 50 bucks at 5pm", "17:00; amount=50; currency=USD"),
    ("US", "at 10.30 for 10.50 dollars", "10:30; amount=10.50; currency=USD"),
    ("US", "at 5 dollars", "amount=5; currency=USD"),
    ("US", "born 05/12/2019, passport AB1234567", "birth_date=2019-05-12; document=AB1234567; document_kind=passport"),
    ("US", "temp 101.5 at 10:30 am", "10:30; temperature_c=38.6"),
    ("US", "book me for the 5th, 4155552671", "2026-12-05; phone=+14155552671"),
    ("US", "my name is April May, may 5 at 4", "2027-05-05; 16:00"),
    ("US", "room 305 at 3:05", "15:05"),
    ("US", "I'm 45, 5'9 and 180 pounds", ""),
)
DATES: tuple[tuple[Language, str], ...] = tuple(
    (language, text) for _, language, text, _ in DATED if any(letter.isdigit() for letter in text)
)
TABLE: tuple[tuple[Language, str, str, str], ...] = (
    *(("es", region, text, expected) for region, text, expected in SPANISH),
    *(("en", region, text, expected) for region, text, expected in ENGLISH),
)


def at(region: str) -> dt.datetime:
    return dt.datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo(ZONES[region]))


def written(seen: Understood) -> str:
    parts = [seen.date.isoformat()] if seen.date else []
    parts += [seen.time.isoformat("minutes")] if seen.time else []
    parts += [name if value is True else f"{name}={value}" for name, value in seen.slots.items()]
    return "; ".join(parts)


def test_numbers_are_shared_out() -> None:
    wrong = [
        (language, region, text, got, expected)
        for language, region, text, expected in TABLE
        if (got := written(understand(text, now=at(region), language=language))) != expected
    ]
    assert not wrong


@pytest.mark.parametrize("region", ZONES)
def test_no_part_of_a_date_is_a_number_of_another_kind(region: str) -> None:
    """Over all that the dates' own tests hold."""
    for language, text in DATES:
        when = resolve(text, now=at(region), language=language)
        owned = {place for start, end in when.spans for place in range(start, end)}
        for fact in extract(text, language, region).numbers:
            assert owned.isdisjoint(range(fact.start, fact.end)), (text, fact)


def test_the_region_can_be_told() -> None:
    assert understand("500 pesos", now=at("PE"), region="CO").slots == {"amount": "500", "currency": "COP"}
    assert understand("500 pesos", now=dt.datetime(2026, 11, 20, tzinfo=dt.UTC)).slots == {"amount": "500"}


@settings(deadline=None)
@given(text=st.text(max_size=200), region=st.sampled_from(tuple(ZONES)))
def test_any_string_is_understood(text: str, region: str) -> None:
    seen = understand(text, now=at(region))
    assert 0 <= seen.confidence <= 1
    assert seen.clarify or not seen.choices


def test_the_zones_of_our_countries_are_known() -> None:
    known = available_timezones()
    assert {region: region_of(ZoneInfo(zone)) for region, zone in ZONES.items() if zone in known} == {
        region: region for region, zone in ZONES.items() if zone in known
    }
    assert region_of(ZoneInfo("Asia/Tokyo")) is None
    assert region_of(dt.UTC) is None
    assert region_of(None) is None
