"""The parts of the phone that need no terminal: what was said, how it looks, one line that is written."""

from typing import Any

import pytest

from recado.chat.editor import LineEditor
from recado.chat.looks import Look, columns, printable, wrap
from recado.chat.story import Story, Tick, message_of
from recado.chat.words import WORDS, say
from recado.kit.languages import language_of_machine

ENTRY: dict[str, Any] = {
    "id": "m1", "direction": "out", "type": "text", "content": {"type": "text", "text": {"body": "Hola"}}, "at_ms": 0,
    "statuses": [],
}  # fmt: skip


def offer(message_id: str) -> dict[str, Any]:
    buttons = [{"type": "reply", "reply": {"id": "a", "title": "A"}}]
    content = {"interactive": {"type": "button", "body": {"text": "?"}, "action": {"buttons": buttons}}}
    return {**ENTRY, "id": message_id, "type": "interactive", "content": content}


def mine(message_id: str) -> dict[str, Any]:
    return {**ENTRY, "id": message_id, "direction": "in"}


def told(entry: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "message", "message": entry}


def test_ticks_never_move_back() -> None:
    story = Story()
    story.apply(told(ENTRY))
    for status, tick in (
        ("delivered", Tick.DELIVERED),
        ("sent", Tick.DELIVERED),
        ("failed", Tick.DELIVERED),
        ("read", Tick.READ),
    ):
        story.apply({"kind": "status", "id": "m1", "status": status})
        assert story.messages[0].tick is tick


def test_a_message_told_twice_is_one() -> None:
    story = Story()
    assert [c.kind for c in story.apply(told(ENTRY))] == ["new"]
    assert story.apply(told(ENTRY)) == []
    assert len(story.messages) == 1


def test_whoever_answers_has_got_what_was_written() -> None:
    story = Story()
    story.begin([mine("q")])
    assert story.messages[0].tick is Tick.SENT
    story.apply(told(ENTRY))
    assert story.messages[0].tick is Tick.DELIVERED


def test_a_failure_says_why() -> None:
    story = Story()
    story.apply(told(ENTRY))
    error = {"code": 131026, "title": "Message undeliverable"}
    (change,) = story.apply({"kind": "status", "id": "m1", "status": "failed", "error": error})
    assert change.message is not None
    assert change.message.error == "131026 Message undeliverable"


def test_an_offer_is_open_until_the_next_answer_of_the_person() -> None:
    story = Story()
    story.begin([offer("o")])
    assert story.choice("1") is not None
    assert story.choice("[1]") is not None
    assert [story.choice(text) for text in ("0", "2", "uno", "²", "")] == [None] * 5
    story.apply(told(mine("q")))
    assert story.choice("1") is None


@pytest.mark.parametrize(
    "content", [{}, {"text": None}, {"interactive": 7}, {"interactive": {"action": {"buttons": 7}}}]
)
@pytest.mark.parametrize("kind", ["text", "interactive", "image", "something new"])
def test_odd_contents_are_shown_somehow(kind: str, content: dict[str, Any]) -> None:
    message = message_of({**ENTRY, "type": kind, "content": content})
    assert Look("es", "Clínica", 80, colour=True).plain(message)


def test_rows_fit_the_width_and_keep_every_word() -> None:
    text = "Los sábados atendemos de 8:00 a 13:00 👩‍⚕️ " * 9 + "x" * 95
    rows = wrap(text, 40, "   ")
    assert max(map(columns, rows)) <= 40
    assert "".join("".join(rows).split()) == "".join(text.split())


def test_others_cannot_steer_this_terminal() -> None:
    assert printable("a\x1b[2Jb\x07\r\nc\td") == "a[2Jb\nc    d"


def test_every_phrase_is_there_in_both_languages() -> None:
    assert all(spanish and english for spanish, english in WORDS.values())
    assert say("en", "silence", seconds=5) == "No answer within 5 s."


@pytest.mark.parametrize(
    ("locale", "language"), [("en_GB.UTF-8", "en"), ("es_PE.UTF-8", "es"), ("C", "es"), ("", "es")]
)
def test_the_language_follows_the_machine(monkeypatch: pytest.MonkeyPatch, locale: str, language: str) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", locale)
    assert language_of_machine() == language


@pytest.mark.parametrize(
    ("typed", "entered"),
    [
        ("hola\n", ["hola"]),
        ("hoja\x1b[D\x7fl\n", ["hola"]),
        ("ola\x01h\x05!\n", ["hola!"]),
        ("hola mundo\x17tú\n", ["hola tú"]),
        ("nada\x15hola\n", ["hola"]),
        ("holas\x02\x0b\n", ["hola"]),
        ("xhola\x1b[H\x1b[3~\n", ["hola"]),
        ("uno\ndos\n\x1b[A\x1b[A\n", ["uno", "dos", "uno"]),
        ("uno\nborrador\x1b[A\x1b[B\n", ["uno", "borrador"]),
        ("\x1b[200~dos\nfilas\x1b[201~\n", ["dos filas"]),
        ("\x1b[15~a\x00\n", ["a"]),
        ("é👍\x7f\n", ["é"]),
    ],
)
def test_the_line_editor(typed: str, entered: list[str]) -> None:
    whole, slowly = LineEditor(), LineEditor()
    assert whole.feed(typed) == entered
    assert [line for key in typed for line in slowly.feed(key)] == entered


def test_the_end_of_input_on_an_empty_line_leaves() -> None:
    editor = LineEditor()
    editor.feed("ab\x02\x04")
    assert (editor.text, editor.closed) == ("a", False)
    editor.feed("\x15\x04")
    assert editor.closed
