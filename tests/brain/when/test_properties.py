"""Whatever is written: no error, the same answer twice, and answers that hang together."""

import time
from datetime import date, datetime
from datetime import time as clock_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recado.brain.rules.when import When, resolve
from recado.brain.rules.when.lexer import MAX_CHARACTERS, fold, read
from recado.brain.rules.when.lexicon import WORDS
from recado.decisions import Language

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=ZoneInfo("America/Lima"))
LANGUAGES: tuple[Language, ...] = ("es", "en")
SHAPES = [
    "5", "15", "31", "32", "0", "1530", "5pm", "17:30", "25:70", "5.30", "1/2", "30/2", "3-5", "2026-02-30",
    "12/12/2026", "99/99/9999", "10°", "?", "!", ",", ".", "(", ")", "-", "/", ":", "\n",
]  # fmt: skip
COMMON = [
    "el", "la", "a", "las", "de", "del", "al", "para", "no", "o", "y", "mejor", "lunes", "martes", "viernes", "mañana",
    "hoy", "ayer", "tarde", "noche", "en", "por", "entre", "desde", "hasta", "marzo", "cita", "mi", "cambiar", "puedo",
    "semana", "próxima", "que", "viene", "at", "on", "to", "from", "the", "monday", "next", "week", "or", "not", "i",
    "can", "move", "appointment", "fui", "was", "half", "past", "quarter",
    "cuarto", "media", "pm",
]  # fmt: skip
LEXICON = sorted(set(WORDS["es"]) | set(WORDS["en"]))
# A hundred times what the worst takes on a quiet machine: what runs away takes minutes.
MAX_SECONDS = 5.0
"""For the longest message, whatever it says."""
SLOTS = {
    "past", "vague", "soonest", "impossible", "options", "time_from", "time_to", "part_of_day", "from_date",
    "from_time", "birth_date",
}  # fmt: skip


def check(text: str, when: When) -> None:
    """What holds for every answer."""
    assert set(when.slots) <= SLOTS
    for name in ("vague", "impossible", "options"):
        assert when.clarify or name not in when.slots
    for name in ("from_date", "birth_date"):
        if name in when.slots:
            date.fromisoformat(str(when.slots[name]))
    for name in ("time_from", "time_to", "from_time"):
        if name in when.slots:
            clock_time.fromisoformat(str(when.slots[name]))
    assert when.slots.get("part_of_day", "morning") in ("morning", "afternoon", "evening", "night")
    if "past" in when.slots:
        assert when.date is not None
        assert when.date <= NOW.date()
    ends = [0]
    for start, end in when.spans:
        assert ends[-1] <= start < end <= len(text)
        ends.append(end)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None)  # the first text of all compiles the grammar
@given(text=st.text(max_size=300))
def test_any_string_is_read(language: Language, text: str) -> None:
    check(text, resolve(text, now=NOW, language=language))


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None)
@given(words=st.lists(st.sampled_from(COMMON) | st.sampled_from(SHAPES) | st.sampled_from(LEXICON), max_size=25))
def test_any_words_of_the_lexicon_are_read(language: Language, words: list[str]) -> None:
    text = " ".join(words)
    when = resolve(text, now=NOW, language=language)
    check(text, when)
    assert resolve(text, now=NOW, language=language) == when


@settings(deadline=None)
@given(text=st.text(max_size=200))
def test_offsets_are_those_of_the_message_as_written(text: str) -> None:
    tokens = read(text, "es")
    assert len(tokens.letters) == len(tokens.values) == len(tokens.starts) == len(tokens.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(tokens.starts, tokens.ends, strict=True))
    folded, where = fold(text)
    assert len(folded) == len(text) if where is None else len(folded) == len(where)


def test_spans_are_the_text_that_was_used() -> None:
    text = "Hola! quiero cita para man\u0303ana a las 5, soy Ana"
    when = resolve(text, now=NOW, language="es")
    assert [text[start:end] for start, end in when.spans] == ["man\u0303ana", "a las 5"]


def spent_s(text: str, language: Language) -> float:
    """Processor time, which a busy machine does not lengthen as it does the clock's."""
    started = time.process_time()
    resolve(text, now=NOW, language=language)
    return time.process_time() - started


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    [
        "lunes " * 680, "el lunes o " * 370, "5 " * 2048, "a las " * 680, "de 3 a " * 580, "no puedo " * 450,
        "1" * 4096, "1/" * 2048, "a. m. " * 680, "entre 3 y " * 400, "\u0301" * 4096, "(" * 4096, "a" * 4096,
        "mi cita del lunes a las 5 " * 160, "l a v " * 680, "lunesito " * 450, "ita" * 1365, "ayer " * 800,
        "3 dias antes de " * 250, "no el lunes, el otro " * 190, "siempre a las 8 " * 250, "te aviso mañana " * 250,
        "13 jul " * 580, "i will tell you " * 250,
    ],
)  # fmt: skip
def test_no_message_takes_long(text: str, language: Language) -> None:
    assert spent_s(text[:MAX_CHARACTERS], language) < MAX_SECONDS


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None)
@given(
    words=st.lists(st.sampled_from(COMMON) | st.sampled_from(SHAPES) | st.sampled_from(LEXICON), min_size=1, max_size=6)
)
def test_no_repeated_words_take_long(language: Language, words: list[str]) -> None:
    unit = " ".join(words) + " "
    assert spent_s((unit * (MAX_CHARACTERS // len(unit) + 1))[:MAX_CHARACTERS], language) < MAX_SECONDS
