"""A question as its client puts it, and the same as the inbox keeps it. Pure."""

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import quote

from recado.channels.contract import Line
from recado.kit import new_id, now_ms
from recado.mailbox.people import Arrival
from recado.messages import Address, InboundMessage, Person, Text

# As the column of addresses has it.
MAX_ADDRESS = 160
WHATSAPP = "whatsapp:"
# E.164: up to 15 digits. Old bridges write 51987654321@c.us, and whatsapp-web.js that is not Baileys @s.whatsapp.net.
_NUMBER = re.compile(r"\+?([1-9][0-9]{6,14})(@c\.us|@s\.whatsapp\.net)?")

# What WhatsApp calls those that are no person: groups, the status of people and lists, channels.
_MANY = ("@g.us", "@broadcast", "@newsletter")


@dataclass(frozen=True, slots=True)
class Question:
    """One text of somebody.

    `conversation` is the client's name of the conversation, `who` the address of whoever writes in it, and `customer`
    the person behind it, if the client says so. `message_id` is the client's name of the message.
    """

    conversation: str
    who: Address
    text: str
    customer: Address | None = None
    name: str | None = None
    message_id: str | None = None
    sent_ms: int | None = None


def in_chat(conversation: str, text: str, customer: str | None, message_id: str | None = None) -> Question:
    """A question in a conversation that the client names. The same name of two customers is two conversations."""
    who = _web("chat", *((customer, conversation) if customer else (conversation,)))
    return Question(conversation, who, text, customer_address(customer) if customer else None, message_id=message_id)


def by_whatsapp(
    number: str,
    text: str,
    *,
    message_id: str | None = None,
    customer: str | None = None,
    name: str | None = None,
    sent_ms: int | None = None,
) -> Question:
    """A question that a bridge has from WhatsApp. A number is the person's wherever they are known by it."""
    plain = _NUMBER.fullmatch(re.sub(r"[\s().-]", "", number) if "@" not in number else number)
    who = Address(kind="phone", value=plain[1]) if plain else _web("whatsapp", number)
    named = plain[1] if plain else number
    of = customer_address(customer) if customer else None
    return Question(WHATSAPP + named, who, text, of, name, message_id, sent_ms)


def is_ignored(number: str) -> bool:
    """Whether this is no person: nothing that comes from there is stored or answered."""
    return number.strip().lower().endswith(_MANY)


def customer_address(customer: str) -> Address:
    """A client's own name of a person."""
    return _web("customer", customer)


def provider_id(question: Question) -> str:
    """What the inbox knows the message by. One name of a message stands for one message of one person."""
    if question.message_id is None:
        return f"web:{new_id()}"
    return f"web:{question.who.value}:{question.message_id}".replace("\x00", "\N{REPLACEMENT CHARACTER}")


def arrival_of(question: Question, line: Line, settle_ms: int) -> Arrival:
    """The question as a message that came in."""
    sent_ms = question.sent_ms if question.sent_ms is not None else now_ms()
    message_id = provider_id(question)
    message = InboundMessage(
        provider_message_id=hashlib.sha256(message_id.encode()).hexdigest() if len(message_id) > 512 else message_id,
        sender=Person(addresses=(question.who,), name=question.name),
        sent_ms=sent_ms,
        content=Text(text=question.text),
    )
    return Arrival(
        project_id=line.project_id,
        line_id=line.id,
        provider_message_id=message.provider_message_id,
        addresses=((question.who.kind, question.who.value),),
        name=question.name,
        sent_ms=sent_ms,
        body=message.model_dump_json(),
        settle_ms=settle_ms,
    )


def _web(kind: str, *names: str) -> Address:
    """An address of its own for each sequence of names; long ones are kept as their hash."""
    value = f"{kind}:" + "/".join(quote(name, safe="") for name in names)
    if len(value) > MAX_ADDRESS:
        value = f"{kind}#" + hashlib.sha256(value.encode()).hexdigest()
    return Address(kind="web", value=value)
