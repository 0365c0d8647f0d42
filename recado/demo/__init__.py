"""The demo: a small clinic, as values that `main.py` stores at the first start."""

from recado.demo.english import ENGLISH
from recado.demo.spanish import SPANISH
from recado.demo.values import DemoEntry, DemoProject

DEMO = DemoProject(
    slug="demo",
    name="Clínica Demo San Martín",
    assistant_slug="recepcion",
    assistant_name="Clínica San Martín",
    brain="rules",
    language="es",
    timezone="America/Lima",
    entries=SPANISH + ENGLISH,
)

__all__ = ["DEMO", "DemoEntry", "DemoProject"]
