"""The brains that echo."""

import time

import pytest

from recado.brain.echo import EchoBrain, SlowEchoBrain, echo_text
from recado.decisions import MAX_REPLIES
from recado.messages import (
    MAX_OUT_TEXT,
    Choice,
    Contacts,
    Deleted,
    FormReply,
    InboundContent,
    Location,
    Media,
    Order,
    Reaction,
    SharedContact,
    System,
    Text,
    Unsupported,
)
from tests.brain.contexts import context, decide


def test_it_answers_exactly_the_text_it_got_in_order() -> None:
    texts = ["hola", "  dos  ", "¿tres? 🙏\n", "hola"]
    assert [reply.text for reply in decide(EchoBrain(), context(*texts)).replies] == texts


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (Choice(source="button", id="a", title="Sí"), "Sí"),
        (Media(media="image", media_id="1", caption="mira"), "mira"),
        (Media(media="image", media_id="1"), "[image]"),
        (Media(media="audio", media_id="1", voice=True), "[voice]"),
        (Location(latitude=1.0, longitude=2.0, name="Parque"), "Parque"),
        (Location(latitude=1.0, longitude=2.0), "[location]"),
        (Contacts(contacts=(SharedContact(name="Ana"), SharedContact(name="Luis"))), "Ana, Luis"),
        (FormReply(fields={}), "[form_reply]"),
        (Reaction(message_id="m", emoji="👍"), "👍"),
        (Order(items=()), "[order]"),
        (System(event="other"), "[system]"),
        (Deleted(message_id="m"), "[deleted]"),
        (Unsupported(provider_type="poll"), "[unsupported]"),
        (Text(text=""), "[text]"),
        (Text(text=" \n"), "[text]"),
    ],
)
def test_what_has_no_words_is_its_kind_in_brackets(content: InboundContent, said: str) -> None:
    assert echo_text(content) == said


def test_more_messages_than_replies_lose_nothing() -> None:
    texts = [str(number) for number in range(MAX_REPLIES + 5)]
    replies = decide(EchoBrain(), context(*texts)).replies
    assert len(replies) == MAX_REPLIES
    assert "\n".join(reply.text for reply in replies).split("\n") == texts


def test_a_text_longer_than_a_message_is_cut() -> None:
    assert len(decide(EchoBrain(), context("x" * (MAX_OUT_TEXT + 1))).replies[0].text) == MAX_OUT_TEXT


def test_the_slow_one_takes_its_time() -> None:
    started = time.monotonic()
    decision = decide(SlowEchoBrain(delay_s=0.05), context("hola"))
    assert time.monotonic() - started >= 0.05
    assert [reply.text for reply in decision.replies] == ["hola"]
