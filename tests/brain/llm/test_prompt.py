"""The prompt: its budget, its order, its fences, and that nobody else is in it."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recado.brain.llm import prompt
from recado.brain.llm.prompt import WANTS_HISTORY, build
from recado.decisions import Context, Said
from tests.brain.contexts import NOW, message
from tests.brain.llm.scenes import ALL, turn

BLOCKS = ("assistant", "actions", "knowledge", "facts", "history", "new")
_any = st.text(max_size=60) | st.sampled_from([f"</{name}>" for name in BLOCKS] + ["<assistant>", "\x00", "\ud800"])


def lines(*texts: str) -> tuple[Said, ...]:
    by = ("contact", "assistant")
    return tuple(Said(by[at % 2], text, NOW + timedelta(seconds=at)) for at, text in enumerate(texts))  # type: ignore[arg-type]


def conversation(count: int, new: str = "y ahora?") -> Context:
    return turn(new, history=lines(*(f"línea {at} del chat" for at in range(count)))[-WANTS_HISTORY:])


def common(one: str, other: str) -> str:
    """The longest beginning of both."""
    size = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[:size]


def whole(context: Context, budget: int = prompt.DEFAULT_PROMPT_TOKENS) -> str:
    made = build(context, budget)
    return made.system + "\n" + made.user


def test_what_changes_least_comes_first() -> None:
    context = turn(allowed=ALL, facts={"forms": {"cultivo": "papa"}}, history=lines("hola", "buenas"))
    text = whole(context)
    places = [text.index(f"\n<{name}>\n") for name in BLOCKS]
    assert places == sorted(places)
    assert text.startswith(prompt.RULES)
    assert json.loads(text.splitlines()[-2]) == {"text": context.messages[0].content.text}  # type: ignore[union-attr]


def test_two_turns_of_a_conversation_share_all_that_did_not_change() -> None:
    first, second = conversation(4), conversation(6, "otra cosa")
    shared = common(whole(first), whole(second))
    assert shared.endswith(prompt.data({"by": "assistant", "text": "línea 3 del chat"}) + "\n")
    assert build(first).system == build(second).system


def test_a_window_that_slides_keeps_its_beginning_for_most_turns() -> None:
    beginnings = [build(conversation(count)).user.split("\n")[1] for count in range(60, 100)]
    changes = sum(one != other for one, other in pairwise(beginnings))
    assert changes <= 12


def test_what_was_left_out_is_told_in_short() -> None:
    long = turn("y ahora?", history=lines(*(f"{at} " + "palabras " * 60 for at in range(30))))
    text = build(long, prompt.LEAST_PROMPT_TOKENS * 2).user
    assert '"left_out":' in text
    assert "29 palabras" in text
    assert build(long, 50_000).user.count('"left_out"') == 0


def test_what_says_nothing_alone_takes_no_room_in_what_was_left_out() -> None:
    said = ("tengo alergia a la penicilina", "ok", "sí", "gracias", "dale", "no", "listo")
    long = turn("y ahora?", history=lines(*said, *("palabras " * 200 for _ in range(6))))
    text = build(long, prompt.LEAST_PROMPT_TOKENS).user
    summary = next(line for line in text.split("\n") if '"left_out":' in line)
    assert "penicilina" in summary
    assert "dale" not in summary


@given(
    texts=st.lists(_any, min_size=1, max_size=5),
    said=st.lists(_any, max_size=12),
    name=_any,
    facts=st.dictionaries(st.sampled_from(["forms", "alerts"]), _any, max_size=2),
    owner=st.text(max_size=4_000),
    budget=st.integers(1_000, 4_000),
)
@settings(max_examples=150, deadline=None)
def test_nothing_closes_a_block_and_the_budget_holds(
    texts: list[str], said: list[str], name: str, facts: dict[str, str], owner: str, budget: int
) -> None:
    context = turn(*texts, allowed=ALL, history=lines(*said), contact_name=name, facts=facts)
    context = replace(context, assistant=replace(context.assistant, prompt=owner.replace("<", "")))
    made = build(context, budget)
    for block in BLOCKS:
        lines_ = (made.system + "\n" + made.user).split("\n")
        assert lines_.count(f"<{block}>") == lines_.count(f"</{block}>") <= 1
    assert made.tokens <= budget
    assert made == build(context, budget)
    (made.system + made.user).encode()


@given(budget=st.integers(1_000, 3_000), size=st.integers(1, 20_000))
@settings(max_examples=40, deadline=None)
def test_long_messages_are_cut_and_their_end_is_kept(budget: int, size: int) -> None:
    text = "x" * size + " al final"
    made = build(turn(text), budget)
    assert made.tokens <= budget
    assert "al final" in made.user


@given(secret=st.uuids())
@settings(max_examples=50, deadline=None)
def test_nothing_of_another_contact_is_in_it(secret: object) -> None:
    """A prompt is made of its own context: those of other conversations, before or after, leave no trace."""
    theirs = turn(f"soy otra persona {secret}", history=lines(f"mi clave es {secret}"), contact_name=str(secret))
    build(theirs)
    before = whole(conversation(3))
    build(theirs)
    assert str(secret) not in before
    assert whole(conversation(3)) == before


def test_numbers_of_the_person_are_not_told() -> None:
    assert message("hola").sender.addresses[0].value not in whole(turn("hola"))


def test_knowledge_found_for_a_turn_stands_behind_what_stays() -> None:
    context = turn()
    recalling = replace(context, assistant=replace(context.assistant, recalls=True))
    assert "\n<knowledge>\n" not in build(recalling).system
    assert "<knowledge>\n" in build(recalling).user


@pytest.mark.parametrize("text", ["hello there", "¿A qué hora abren mañana?", "👍🏽" * 5])
def test_tokens_are_rather_too_many(text: str) -> None:
    assert prompt.tokens(text) >= len(text) / 4
