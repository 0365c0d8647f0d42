"""What every brain owes its callers, whatever it thinks (`recado.decisions.Brain`)."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recado.brain.hybrid import HybridBrain
from recado.brain.registry import builtin_brains
from recado.decisions import Decision
from recado.messages import (
    OUT_CONTENT,
    Choice,
    Contacts,
    Deleted,
    Edited,
    FormReply,
    InboundContent,
    Location,
    Media,
    Order,
    OrderItem,
    Reaction,
    SharedContact,
    System,
    Text,
    Unsupported,
)
from tests.brain.contexts import CLINIC, context, decide
from tests.contracts.brains import HERE, HOSTED, HOSTED_SAY, LOCAL, NAMES, Brains, Tried

# A process of its own, and a model that writes a word at a time.
_MARKS = {LOCAL: [pytest.mark.slow, pytest.mark.timeout(300)]}


@pytest.fixture(scope="module")
def brains(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brains]:
    opened = Brains(tmp_path_factory.mktemp("brains"))
    yield opened
    opened.close()


@pytest.fixture(params=[pytest.param(name, marks=_MARKS.get(name, [])) for name in NAMES])
def tried(brains: Brains, request: pytest.FixtureRequest) -> Tried:
    """Each brain in turn."""
    return brains[request.param]


_word = st.text(max_size=40) | st.sampled_from(["hola", "a que hora abren?", "talk to a human", "venden pizza?"])
_perhaps = st.none() | _word
_number = st.floats(allow_nan=False, allow_infinity=False)
_json = st.dictionaries(st.text(max_size=5), st.none() | st.integers() | st.text(max_size=5), max_size=3)

CONTENTS: dict[type, st.SearchStrategy[InboundContent]] = {
    Text: st.builds(Text, text=_word),
    Media: st.builds(
        Media,
        media=st.sampled_from(["image", "audio", "video", "document", "sticker"]),
        media_id=_word,
        caption=_perhaps,
        voice=st.booleans(),
    ),
    Location: st.builds(Location, latitude=_number, longitude=_number, name=_perhaps),
    Contacts: st.builds(Contacts, contacts=st.just(()) | st.tuples(st.builds(SharedContact, name=_word))),
    Choice: st.builds(
        Choice,
        source=st.sampled_from(["button", "list", "template_button"]),
        id=_word | st.sampled_from(["topic:hours", "topic:", "human"]),
        title=_word,
    ),
    FormReply: st.builds(FormReply, body=_perhaps, fields=_json),
    Reaction: st.builds(Reaction, message_id=_word, emoji=_perhaps),
    Order: st.builds(
        Order,
        text=_perhaps,
        items=st.just(()) | st.tuples(st.builds(OrderItem, product_id=_word, quantity=st.integers())),
    ),
    System: st.builds(System, event=st.just("other"), text=_perhaps),
    Edited: st.builds(Edited, message_id=st.sampled_from(["m1", "m2", "gone"]), text=_perhaps),
    Deleted: st.builds(Deleted, message_id=st.sampled_from(["m1", "m2", "gone"])),
    Unsupported: st.builds(Unsupported, provider_type=_word, raw=_json),
}
_turns = st.lists(st.one_of(*CONTENTS.values()), min_size=1, max_size=6)
_states = st.dictionaries(st.sampled_from(["entry", "other"]), st.none() | st.integers() | _word, max_size=2)


def _fits_the_limits(decision: Decision) -> None:
    """What went into the outbox as JSON comes out the same: every value is inside the limits of its type."""
    assert Decision.model_validate_json(decision.model_dump_json()) == decision
    for reply in decision.replies:
        assert OUT_CONTENT.validate_json(OUT_CONTENT.dump_json(reply)) == reply


def test_every_type_of_message_is_tried() -> None:
    inbound = {type_.__name__ for type_ in CONTENTS}
    assert inbound == {arm.__name__ for arm in InboundContent.__args__[0].__args__}  # type: ignore[attr-defined]


def test_brains_are_known_by_their_names() -> None:
    assert set(builtin_brains()) == {"rules", "echo", "slow-echo"}
    assert all(brain.name == name for name, brain in builtin_brains().items())


@pytest.mark.parametrize("name", HOSTED)
def test_it_is_the_hosted_model_that_answers(brains: Brains, name: str) -> None:
    assert [reply.text for reply in decide(brains[name].brain, context("hola")).replies] == [HOSTED_SAY]


def test_any_turn_gets_a_decision_that_fits_the_limits(tried: Tried) -> None:
    @given(contents=_turns, state=_states, name=_perhaps, language=st.sampled_from([None, "es", "en"]))
    @settings(max_examples=tried.of(100), deadline=None)
    def in_each(
        contents: list[InboundContent], state: dict[str, object], name: str | None, language: str | None
    ) -> None:
        turn = context(*contents, state=state, contact_name=name, language=language)  # type: ignore[arg-type]
        _fits_the_limits(decide(tried.brain, turn))

    in_each()


def test_the_same_context_gives_the_same_decision(tried: Tried) -> None:
    if not tried.repeats:
        pytest.skip("a model may say another thing each time")
    brain = tried.brain

    @given(contents=_turns)
    @settings(max_examples=tried.of(30), deadline=None)
    def in_each(contents: list[InboundContent]) -> None:
        first = decide(brain, context(*contents))
        assert decide(brain, context(*contents)) == first
        if brain in HERE.values() and brain.name in ("rules", "echo") and not isinstance(brain, HybridBrain):
            assert decide(builtin_brains()[brain.name], context(*contents)) == first

    in_each()


def test_it_is_quiet_while_a_person_has_the_conversation(tried: Tried) -> None:
    @given(contents=_turns)
    @settings(max_examples=tried.of(30), deadline=None)
    def in_each(contents: list[InboundContent]) -> None:
        decision = decide(tried.brain, context(*contents, handed_over=True))
        assert decision.replies == ()
        assert not decision.hand_over

    in_each()


def test_a_full_turn_and_an_empty_assistant_are_borne(tried: Tried) -> None:
    nobody = CLINIC.__class__("new", "", "es", "UTC", tried.brain.name)
    _fits_the_limits(decide(tried.brain, context(*["hola"] * 100, assistant=nobody)))
    _fits_the_limits(decide(tried.brain, context("x" * 70_000)))


def test_a_context_is_left_as_it_was(tried: Tried) -> None:
    state = {"entry": "gone", "other": {"kept": 1}}
    decision = decide(tried.brain, context("a que hora abren?", state=state))
    assert state == {"entry": "gone", "other": {"kept": 1}}
    if decision.state is not None:
        assert decision.state["other"] == {"kept": 1}
