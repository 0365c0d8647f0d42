"""The contract of channels that hand out: the same for each (`recado.channels.contract.HandsOut`)."""

import pytest

from recado.channels.contract import Answer, Channel, HandsOut, Line, MarksRead, Outgoing, ReceivesWebhooks
from recado.channels.registry import ChannelRegistry
from recado.channels.web import WebChannel
from recado.errors import SendError
from recado.kit import new_id
from recado.messages import (
    Address,
    Button,
    OutButtons,
    OutByWindow,
    OutContent,
    OutList,
    OutTemplate,
    OutText,
    Row,
    words_of,
)

CHANNELS: list[Channel] = [WebChannel()]
every_channel = pytest.mark.parametrize("channel", CHANNELS, ids=[channel.name for channel in CHANNELS])

TEXT = OutText(text="x" * 60_000)
BUTTONS = OutButtons(text="Yes?", buttons=(Button(id="y", title="Yes"),))
LIST = OutList(text="Which?", button="Choose", rows=(Row(id="a", title="First"),))
CONTENTS: list[OutContent] = [TEXT, BUTTONS, LIST]


def hands_out(channel: Channel) -> HandsOut:
    assert isinstance(channel, HandsOut)
    return channel


@every_channel
def test_messages_are_one_answer_in_their_order(channel: Channel) -> None:
    answer = hands_out(channel).hand_out([OutText(text="first"), BUTTONS, OutText(text="last")])
    assert [answer.text.index(words) for words in ("first", "Yes?", "last")] == sorted(
        answer.text.index(words) for words in ("first", "Yes?", "last")
    )
    assert answer.choices == BUTTONS
    assert hands_out(channel).hand_out([BUTTONS, LIST]).choices == LIST
    assert hands_out(channel).hand_out([]) == Answer("", "")


@every_channel
@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: content.type)
def test_nothing_is_lost_by_splitting(channel: Channel, content: OutContent) -> None:
    answer = hands_out(channel).hand_out(channel.split(content))
    assert (answer.text, answer.bare) == (words_of(content), words_of(content, choices=False))
    assert answer.choices == (None if content.type == "text" else content)


@every_channel
def test_choices_are_words_wherever_they_are_not_shown(channel: Channel) -> None:
    answer = hands_out(channel).hand_out([BUTTONS, LIST])
    assert [name in answer.text for name in ("Yes\n", "First")] == [True, True]
    assert [name in answer.bare for name in ("- Yes", "- First")] == [True, False]
    # Without a window what was meant for its inside is sent, and shown.
    by_window = OutByWindow(inside=BUTTONS, outside=OutTemplate(name="ask"))
    assert hands_out(channel).hand_out([by_window]) == hands_out(channel).hand_out([BUTTONS])


@every_channel
async def test_it_sends_nothing_and_says_so_for_good(channel: Channel) -> None:
    line = Line(new_id(), new_id(), channel.name, "somewhere", 80)
    with pytest.raises(SendError) as refused:
        await channel.send(line, Outgoing(new_id(), (Address(kind="web", value="chat:1"),), TEXT), 1)
    assert refused.value.verdict.permanent


@every_channel
async def test_it_is_known_by_its_name_and_can_be_closed(channel: Channel) -> None:
    registry = ChannelRegistry([channel])
    assert registry.get(channel.name) is channel
    assert channel.window_s is None
    assert channel.contact_pace is None
    assert not isinstance(channel, ReceivesWebhooks | MarksRead)
    await registry.close()
