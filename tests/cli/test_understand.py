"""`recado understand`: lines in, one JSON object a line out, whatever is in them."""

import datetime as dt
import json
import subprocess
from typing import Any

import pytest

from recado.brain.rules.facts import Facts
from recado.brain.rules.understanding import Understood
from recado.cli.understand import shown
from tests.cli.terminal import RECADO, Installation

AT = ("--now", "2026-11-20T10:00", "--timezone", "America/Lima")
KEYS = ["intent", "confidence", "date", "time", "clarify", "slots"]


def seen(installation: Installation, *lines: str, options: tuple[str, ...] = AT) -> list[dict[str, Any]]:
    """What the real program prints for these lines."""
    return seen_bytes(installation, "".join(f"{line}\n" for line in lines).encode(), options)


def seen_bytes(
    installation: Installation, typed: bytes, options: tuple[str, ...] = AT, **variables: str
) -> list[dict[str, Any]]:
    done = subprocess.run(
        [*RECADO, "understand", *options],
        cwd=installation.folder,
        env=installation.environment | variables,
        input=typed,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def test_each_line_is_answered_by_a_line(installation: Installation) -> None:
    first, second, third = seen(
        installation,
        "hola kiero una cita mañana a las 5, soy José Ruiz, dni 45678912, cel 987 654 321",
        "tiene 38 y medio de fiebre",
        "can you book me for friday at half past four? my name is Ann Lee",
    )
    assert list(first) == KEYS
    assert first["intent"] == "schedule"
    assert 0.5 <= first["confidence"] <= 1
    assert (first["date"], first["time"], first["clarify"]) == ("2026-11-21", "17:00", False)
    assert first["slots"] == {
        "name": "José Ruiz", "phone": "+51987654321", "document": "45678912", "document_kind": "dni",
    }  # fmt: skip
    assert (second["date"], second["time"], second["slots"]["temperature_c"]) == (None, None, 38.5)
    assert (third["date"], third["time"], third["slots"]) == ("2026-11-27", "16:30", {"name": "Ann Lee"})


def test_the_zone_tells_the_day_and_the_money(installation: Installation) -> None:
    (there,) = seen(
        installation,
        "mañana te pago 500 pesos",
        options=("--now", "2026-11-21T03:30+00:00", "--timezone", "America/Mexico_City"),
    )
    assert (there["date"], there["slots"]) == ("2026-11-21", {"amount": "500", "currency": "MXN"})


def test_the_language_can_be_told(installation: Installation) -> None:
    (spanish,) = seen(installation, "3/4", options=(*AT, "--language", "es"))
    (english,) = seen(installation, "3/4", options=(*AT, "--language", "en"))
    assert (spanish["date"], english["date"]) == ("2027-04-03", "2027-03-04")


def test_without_a_moment_it_is_now(installation: Installation) -> None:
    (answer,) = seen(installation, "mañana", options=())
    assert answer["date"] is not None


def test_an_unsure_answer_names_the_choices() -> None:
    unsure = Understood("lookup", 0.41234, None, dt.time(9, 5), True, ("lookup", "cancel"), {"name": "Ana"}, Facts())
    assert shown(unsure) == {
        "intent": "lookup", "confidence": 0.412, "date": None, "time": "09:05", "clarify": True,
        "slots": {"name": "Ana", "choices": ["lookup", "cancel"]},
    }  # fmt: skip


def test_an_empty_line_is_answered_too(installation: Installation) -> None:
    empty, spaces, hello = seen(installation, "", "   ", "hola")
    assert list(empty) == KEYS
    assert (empty["date"], empty["time"]) == (None, None)
    assert spaces == empty
    assert hello["intent"] == "greeting"


def test_nothing_comes_of_nothing(installation: Installation) -> None:
    assert seen_bytes(installation, b"") == []


def test_the_last_line_needs_no_end_and_windows_lines_are_lines(installation: Installation) -> None:
    answers = seen_bytes(installation, b"hola\r\ncita el 15 de enero a las 4\r\nel lunes a las 10")
    assert [(answer["date"], answer["time"]) for answer in answers] == [
        (None, None), ("2027-01-15", "16:00"), ("2026-11-23", "10:00"),
    ]  # fmt: skip


def test_what_is_no_utf8_breaks_nothing(installation: Installation) -> None:
    broken, control, whole = seen_bytes(
        installation, b"ma\xf1ana a las 5 \xff\xfe\xc3\n\x00\x07\xed\xa0\x80\n" + "mañana a las 5\n".encode()
    )
    assert broken["time"] == "17:00"
    assert list(control) == KEYS
    assert (whole["date"], whole["time"]) == ("2026-11-21", "17:00")


def test_the_terminals_own_encoding_does_not_matter(installation: Installation) -> None:
    (answer,) = seen_bytes(installation, "soy José".encode(), PYTHONIOENCODING="ascii")
    assert answer["slots"] == {"name": "José"}


def test_a_very_long_line_is_one_message(installation: Installation) -> None:
    long, after = seen(installation, "cita mañana a las 5 " + "x" * 100_000, "hola")
    assert (long["date"], long["time"]) == ("2026-11-21", "17:00")
    assert after["intent"] == "greeting"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--now", "tomorrow"), ("--now", "2026-13-40"), ("--now", ""), ("--now", "0001-01-01T00:00+14:00"),
        ("--timezone", "Lima"), ("--timezone", ""), ("--timezone", "../../etc/passwd"), ("--timezone", "/etc/passwd"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_told_in_one_line(installation: Installation, option: str, value: str) -> None:
    done = installation.run("understand", option, value, typed="hola\n")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"Invalid value for {option}" in done.stderr
    assert "such as" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59", "2026-11-20"])
def test_any_moment_of_the_calendar_will_do(installation: Installation, moment: str) -> None:
    (answer,) = seen(
        installation,
        "mañana, en 3 semanas o el lunes, hace 2 dias",
        options=("--now", moment, "--timezone", "Asia/Tokyo"),
    )
    assert list(answer) == KEYS
