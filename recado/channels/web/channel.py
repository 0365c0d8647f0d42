"""The channel of those who ask over HTTP. Nothing is sent: answers wait in the outbox and are handed out."""

from collections.abc import Sequence

from recado.channels.contract import Answer, Line, Outgoing, Sent
from recado.errors import SendRefused
from recado.messages import OutButtons, OutByWindow, OutContent, OutList, words_of

NAME = "web"
# Between messages that become one text.
BETWEEN = "\n\n"


class WebChannel:
    """Implements `Channel` and `HandsOut`."""

    @property
    def name(self) -> str:
        return NAME

    @property
    def window_s(self) -> int | None:
        return None

    @property
    def contact_pace(self) -> tuple[int, float] | None:
        return None

    def split(self, content: OutContent) -> tuple[OutContent, ...]:
        return (content,)

    async def send(self, line: Line, outgoing: Outgoing, fence: int) -> Sent:
        raise SendRefused("Nothing is sent on a web line: whoever wrote asks for the answer", code="handed_out")

    async def close(self) -> None:
        pass

    def hand_out(self, contents: Sequence[OutContent]) -> Answer:
        # There is no window here.
        said = [content.inside if isinstance(content, OutByWindow) else content for content in contents]
        shown = next((content for content in reversed(said) if isinstance(content, OutButtons | OutList)), None)
        return Answer(
            BETWEEN.join(words_of(content) for content in said),
            BETWEEN.join(words_of(content, choices=content is not shown) for content in said),
            shown,
        )
