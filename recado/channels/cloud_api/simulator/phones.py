"""What people's phones do: write, choose, change their number, and tell what became of messages.

`Phones` turns the short forms that tests and chats use into the payloads that Meta would send.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from recado.channels.cloud_api.simulator import payloads
from recado.channels.cloud_api.simulator.config import ConfigError, Faults, Number, SimulatorConfig
from recado.channels.cloud_api.simulator.delivery import Courier
from recado.channels.cloud_api.simulator.dice import Dice
from recado.channels.cloud_api.simulator.errors import status_error
from recado.channels.cloud_api.simulator.media import Files
from recado.channels.cloud_api.simulator.payloads import Json, Phone
from recado.channels.cloud_api.simulator.stats import Stats
from recado.channels.cloud_api.simulator.validation import as_list, as_object
from recado.channels.cloud_api.simulator.world import Conversation, Entry, World, as_json

MEDIA_TYPES = {
    "image": "image/jpeg",
    "audio": "audio/mpeg",
    "video": "video/mp4",
    "document": "application/pdf",
    "sticker": "image/webp",
}
# The short forms of content that an injected message may have, besides `message`.
SHORT_FORMS = (
    "text", *MEDIA_TYPES, "voice", "location", "contacts", "interactive", "button_reply", "list_reply", "nfm_reply",
    "button", "reaction", "order", "system", "edit", "revoke", "unsupported",
)  # fmt: skip


class QueueFullError(Exception):
    """So many webhooks are owed that no more are taken."""


class Phones:
    """Every simulated phone. `draw` streams are seeded, so that a run can be repeated."""

    def __init__(
        self,
        config: SimulatorConfig,
        world: World,
        courier: Courier,
        files: Files,
        stats: Stats,
        faults: Callable[[], Faults],
    ) -> None:
        self._files = files
        self._config = config
        self._world = world
        self._courier = courier
        self._stats = stats
        self._faults = faults
        self.dice = Dice(config.seed, "phones", stats)
        self._timers: dict[str, asyncio.TimerHandle] = {}

    @property
    def scheduled(self) -> int:
        """Messages whose next status is still to come."""
        return len(self._timers)

    def clear(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def resume(self) -> None:
        """Go on with the statuses that a former process left owing."""
        for entry in self._world.entries:
            self._schedule(entry)

    # --- Writing to a business ------------------------------------------------------------------------

    def inject(self, item: Json) -> tuple[Entry, bool]:
        """One message from a person. Returns it, and False if its id was there before (then nothing happens)."""
        number = self.number(item.get("phone_number_id"))
        message_id = item.get("id")
        known = self._world.by_id.get(message_id) if isinstance(message_id, str) else None
        if known is not None:
            return known, False
        self._refuse_if_full()
        phone = self._sender(item)
        content = self._content(number, phone, item)
        now_ms = self._world.now_ms()
        at_s = int(item["timestamp"]) if item.get("timestamp") is not None else now_ms // 1000
        message_id = message_id or payloads.new_wamid(phone.wa_id or phone.user_id or "", outbound=False)
        message = payloads.inbound_message(phone, message_id, at_s, content)
        contact = None if content["type"] == "system" else payloads.contact_of(phone)
        at_ms = at_s * 1000 if item.get("timestamp") is not None else now_ms
        return self._arrive(number, phone, message, contact, at_ms), True

    def _arrive(self, number: Number, phone: Phone, message: Json, contact: Json | None, at_ms: int) -> Entry:
        entry = Entry(0, "in", message["id"], number.phone_number_id, phone.key, at_ms, message["type"], message)
        webhook = self._webhook(number, phone, "messages", message, contact)
        self._world.record("message", entry=as_json(entry), webhook=webhook)
        self._stats.count("injected")
        self._courier.put(self._world.owed[self._world.seq])
        return self._world.by_id[entry.id]

    def send_value(self, number: Number, phone: Phone, field: str, value: Json) -> None:
        """Owe a webhook of any field, with `value` beside the usual metadata (accounts' fields have none)."""
        self._refuse_if_full()
        webhook = self._webhook(number, phone, payloads.FIELD + field, value, None)
        if field in payloads.ACCOUNT_FIELDS:
            webhook["at_s"] = self._world.now_ms() // 1000
        self._world.record("webhook", webhook=webhook)
        self._courier.put(self._world.owed[self._world.seq])

    def _webhook(self, number: Number, phone: Phone, kind: str, item: Json, contact: Json | None) -> Json:
        return {
            "phone_number_id": number.phone_number_id,
            "lane": phone.key,
            "kind": kind,
            "item": item,
            "contact": contact,
        }

    def _refuse_if_full(self) -> None:
        if len(self._world.owed) >= self._config.max_pending:
            raise QueueFullError(f"{self._config.max_pending} webhooks wait already; does the callback URL answer?")

    def number(self, wanted: object) -> Number:
        """The business number of this id; the only one there is if None. Raises ConfigError if it is unknown."""
        numbers = self._world.numbers
        if wanted is None and len(numbers) == 1:
            return next(iter(numbers.values()))
        if str(wanted) not in numbers:
            raise ConfigError(f"phone_number_id {wanted!r} is unknown; add it with POST /simulator/numbers")
        return numbers[str(wanted)]

    def _sender(self, item: Json) -> Phone:
        wa_id, user_id = split_address(item.get("from") or item.get("wa_id"))
        user_id = item.get("user_id") or user_id
        if not wa_id and not user_id:
            raise ConfigError("from must be a number (digits) or a user id (example: PE.13491208655302741)")
        phone = self._world.person_or_new(wa_id, user_id, item.get("name"))
        changes = {n: item[n] for n in ("name", "username") if item.get(n) and item[n] != getattr(phone, n)}
        return self._world.change_phone(phone, **changes) if changes else phone

    # --- Contents -----------------------------------------------------------------------------------

    def _content(self, number: Number, phone: Phone, item: Json) -> Json:
        content = self._body(number, phone, item)
        context = dict(as_object(item.get("context")))
        if item.get("context_id"):
            context = {"from": number.display_phone_number, "id": item["context_id"], **context}
        for flag in ("forwarded", "frequently_forwarded"):
            if item.get(flag):
                context[flag] = True
        if context:
            content = {"context": context, **content}
        if "referral" in item:
            content["referral"] = item["referral"]
        return content

    def _body(self, number: Number, phone: Phone, item: Json) -> Json:
        if "message" in item:
            message = dict(as_object(item["message"]))
            if not isinstance(message.get("type"), str):
                raise ConfigError("message must be an object with a type")
            return message
        forms = [name for name in SHORT_FORMS if name in item]
        wanted = item.get("type")
        if not forms and wanted in ("unsupported", *MEDIA_TYPES, "voice"):
            return self._short(wanted, {})
        if len(forms) != 1:
            raise ConfigError(f"give exactly one of message, {', '.join(SHORT_FORMS)}; got {forms or 'none'}")
        form, value = forms[0], item[forms[0]]
        if form in ("button_reply", "list_reply"):
            conversation = self._world.conversation(number.phone_number_id, phone.key)
            return chosen(form, as_object(value), conversation, number, bool(item.get("context_id")))
        return self._short(form, value)

    def _short(self, form: str, value: Any) -> Json:
        """A short form; one of media gets a file that can be fetched."""
        kind = "audio" if form == "voice" else form
        if kind in MEDIA_TYPES:
            mime_type = "audio/ogg; codecs=opus" if form == "voice" else MEDIA_TYPES[kind]
            value = self._files.of_person(as_object(value), mime_type)
        return short_form(form, value)

    # --- Changing a number -------------------------------------------------------------------------------

    def change_number(self, phone: Phone, wa_id: str, user_id: str | None, only: Number | None) -> Phone:
        """The person has a new number and, as Meta does it, a new user id. Businesses they wrote to are told."""
        self._refuse_if_full()
        taken = self._world.person(wa_id, None)
        if taken is not None and taken.key != phone.key:
            # The number went from one person to another; the former owner has none now.
            self._world.change_phone(taken, wa_id=None, hide_number=True)
        new_user_id = user_id or (payloads.user_id_for(wa_id) if phone.user_id else None)
        new = self._world.change_phone(phone, wa_id=wa_id, user_id=new_user_id)
        told = [only] if only else [self._world.numbers[n] for n, key in self._world.conversations if key == phone.key]
        at_s = self._world.now_ms() // 1000
        for number in told:
            if phone.wa_id and not phone.hide_number:
                self._system(number, new, payloads.number_changed(phone, new, self._new_id(phone), at_s))
            if phone.user_id and new.user_id != phone.user_id:
                self._system(number, new, payloads.user_id_changed(phone, new, self._new_id(phone), at_s))
                self.send_value(number, new, "user_id_update", payloads.user_id_update(phone, new, at_s))
        return new

    def _system(self, number: Number, phone: Phone, message: Json) -> None:
        self._arrive(number, phone, message, None, self._world.now_ms())

    def _new_id(self, phone: Phone) -> str:
        return payloads.new_wamid(phone.wa_id or phone.user_id or "", outbound=False)

    # --- Statuses -----------------------------------------------------------------------------------

    def plan(self, phone: Phone, failure: int | None) -> list[str]:
        """The statuses that a message will have. None at all if the fault `lost_statuses` says so."""
        if not self._config.statuses:
            return []
        if self.dice.fault("lost_statuses", self._faults().lost_statuses):
            return []
        if failure is not None:
            return ["failed"]
        read = self._config.auto_read if phone.auto_read is None else phone.auto_read
        return ["sent", "delivered", "read"] if read else ["sent", "delivered"]

    def receive(self, entry: Entry) -> None:
        """A message reached the phone: its statuses follow."""
        self._schedule(entry)

    def read(self, conversation: Conversation) -> int:
        """The person looks at the conversation: everything that was delivered is read now."""
        count = 0
        for entry in conversation.entries:
            states = {status["status"] for status in entry.statuses}
            if entry.direction == "out" and "delivered" in states and "read" not in states:
                self._tell(entry, "read")
                count += 1
        return count

    def _schedule(self, entry: Entry) -> None:
        if entry.direction == "out" and len(entry.statuses) < len(entry.plan):
            loop = asyncio.get_running_loop()
            self._timers[entry.id] = loop.call_later(self._config.status_delay_s, self._step, entry)

    def _step(self, entry: Entry) -> None:
        self._timers.pop(entry.id, None)
        if self._world.by_id.get(entry.id) is not entry:
            return  # forgotten: there are too many messages
        if len(entry.statuses) < len(entry.plan):
            self._tell(entry, entry.plan[len(entry.statuses)])
            self._schedule(entry)

    def _tell(self, entry: Entry, status: str) -> None:
        number, phone = self._world.numbers[entry.phone_number_id], self._world.phones[entry.person]
        now_ms = self._world.now_ms()
        template = entry.type == "template"
        error = entry.error if status == "failed" else None
        item, contact = payloads.status_item(
            phone, entry.id, status, now_ms // 1000, entry.by_number, entry.callback_data, template, error
        )
        webhook = self._webhook(number, phone, "statuses", item, contact)
        details = item["errors"][0] if status == "failed" else None
        seq = self._world.record("status", id=entry.id, status=status, at_ms=now_ms, error=details, webhook=webhook)
        self._stats.count(f"status_{status}")
        self._courier.put(self._world.owed[seq])


def split_address(value: object) -> tuple[str | None, str | None]:
    """(number, user id) of one text: a user id has a point in it, a number is digits."""
    text = str(value).strip() if value is not None else ""
    if not text:
        return None, None
    if "." in text:
        return None, text
    digits = "".join(character for character in text if character.isdigit())
    if not 5 <= len(digits) <= 15:
        raise ConfigError(
            f"{text!r} is neither a number (5 to 15 digits) nor a user id (example: PE.13491208655302741)"
        )
    return digits, None


def short_form(form: str, value: Any) -> Json:
    """The content of a message as Meta sends it, from a short form: `{"text": "hola"}` and the like."""
    if form == "text":
        return {"type": "text", "text": value if isinstance(value, dict) else {"body": str(value)}}
    if form == "voice":
        return {"type": "audio", "audio": {**as_object(value), "voice": True}}
    if form in MEDIA_TYPES:
        body = as_object(value)
        extra = {"audio": {"voice": False}, "sticker": {"animated": False}}.get(form, {})
        return {"type": form, form: {**body, **{k: v for k, v in extra.items() if k not in body}}}
    if form == "nfm_reply":
        reply = {"name": "flow", "body": "Sent", "response_json": "{}", **as_object(value)}
        return {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": reply}}
    if form == "edit":
        edit = as_object(value)
        new = edit.get("message") or {"type": "text", "text": {"body": str(edit.get("text", ""))}}
        return {"type": "edit", "edit": {"original_message_id": edit.get("original_message_id"), "message": new}}
    if form == "revoke":
        original = value if isinstance(value, str) else as_object(value).get("original_message_id")
        return {"type": "revoke", "revoke": {"original_message_id": original}}
    if form == "unsupported":
        error = {k: v for k, v in status_error(131051).items() if k != "href"}
        return {"errors": [error], "type": "unsupported", "unsupported": {"type": "unknown", **as_object(value)}}
    return {"type": form, form: value}


def chosen(form: str, value: Json, conversation: Conversation, number: Number, has_context: bool) -> Json:
    """A button or a row that a person chose; what was offered last under this id gives the title and the context."""
    offer = _offered(conversation, value.get("id"))
    if offer is not None:
        value = {**offer[1], **value}
    if not isinstance(value.get("id"), str) or not isinstance(value.get("title"), str):
        raise ConfigError(f"{form} needs the id of something that was offered, or an id and a title")
    content: Json = {"type": "interactive", "interactive": {"type": form, form: value}}
    if offer is not None and not has_context:
        content = {"context": {"from": number.display_phone_number, "id": offer[0]}, **content}
    return content


def _offered(conversation: Conversation, choice_id: object) -> tuple[str, Json] | None:
    for entry in reversed(conversation.entries):
        if entry.direction != "out" or entry.type != "interactive":
            continue
        action = as_object(as_object(entry.content.get("interactive")).get("action"))
        choices = [as_object(as_object(button).get("reply")) for button in as_list(action.get("buttons"))]
        for section in as_list(action.get("sections")):
            choices += map(as_object, as_list(as_object(section).get("rows")))
        for choice in choices:
            if choice.get("id") == choice_id:
                return entry.id, choice
    return None
