"""What a recipient of a bulk send gets, or why they get nothing."""

from recado.bulk.queries import Due
from recado.bulk.schemas import Order
from recado.channels.contract import Channel, HasTemplates, Line
from recado.channels.templates.values import MARKETING
from recado.errors import SendRefused
from recado.messages import OutContent, OutTemplate

Outcome = tuple[OutContent | None, str, str | None]


class Wording:
    """Of one round: a template is looked up once for each language."""

    def __init__(self, order: Order, channel: Channel, line: Line) -> None:
        self._order = order
        self._channel = channel
        self._line = line
        self._fitted: dict[str | None, tuple[OutTemplate, str | None]] = {}

    async def of(self, one: Due, is_open: bool) -> Outcome:
        """(content, state, code). Raises `SendRefused` for a template that does not fit: it would be so for all."""
        order = self._order
        if not one.is_there:  # removed since the list was read
            return None, "refused", "contact_not_found"
        if not one.wishes.allowed:
            return None, "skipped", "not_allowed"
        if one.wishes.opted_out and not order.service_notice:
            return None, "skipped", "recipient_opted_out"
        says_text = is_open and order.text is not None
        if one.conversation_id is None or (order.template is None and not says_text):
            return None, "refused", "outside_window"
        if order.template is None:
            return order.content(None), "queued", None
        template, category = await self._fitting(order.template, one.language)
        if category == MARKETING and one.wishes.opted_out:
            # A notice is due to them; a template that is marketing they do not want, whatever the order calls it.
            return (order.content(None), "queued", None) if says_text else (None, "skipped", "recipient_opted_out")
        return order.content(template), "queued", None

    async def _fitting(self, template: OutTemplate, language: str | None) -> tuple[OutTemplate, str | None]:
        if language not in self._fitted:
            if not isinstance(self._channel, HasTemplates):
                raise SendRefused(f"Lines of {self._channel.name} have no templates", code="no_templates")
            self._fitted[language] = await self._channel.fitting(self._line, template, language)
        return self._fitted[language]
