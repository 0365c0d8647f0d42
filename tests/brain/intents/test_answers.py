"""What a whole message consists of: an answer and nothing else, or words besides."""

import pytest

from recado.brain.rules.intents.answers import answer_names, parts
from recado.brain.rules.intents.folding import tokens


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("claro, dale doctora", ["yes", "yes"]),
        ("Sí, gracias 🙏", ["yes", "thanks", "thanks"]),
        ("ok gracias", ["ok", "thanks"]),
        ("no gracias", ["no"]),
        ("claro que no", ["no"]),
        ("hola doctora", ["greet"]),
        ("I don't think so, sorry", ["no"]),
        ("uh-huh", ["yes"]),
        ("👍", ["yes"]),
        ("doctora", ["fillers"]),
        ("claro, como ellos tienen plata", ["yes", "puzzled", "?", "?", "?"]),
        ("🐶 ...", []),
        ("", []),
    ],
)
def test_the_kinds_of_phrases(text: str, kinds: list[str]) -> None:
    assert parts(tokens(text)) == kinds


def test_an_answer_is_told_from_the_same_word_in_a_sentence() -> None:
    assert "whole yes" in answer_names(tokens("claro, dale"))
    assert not any(name.startswith("whole") for name in answer_names(tokens("claro, como ellos tienen plata")))


def test_a_question_mark_makes_another_answer() -> None:
    assert "whole ok?" in answer_names(tokens("ok?"))
    assert "whole ok" not in answer_names(tokens("ok?"))


def test_the_longest_phrase_wins() -> None:
    assert parts(tokens("no")) == ["no"]
    assert parts(tokens("no hay ningun problema")) != ["no"]
    assert parts(tokens("no hay problema")) == ["yes"]
    assert parts(tokens("no se")) == ["doubt"]


def test_a_long_message_has_few_names() -> None:
    assert len(answer_names(["pizza"] * 1000)) <= 4
