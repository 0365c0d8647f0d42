"""Tickets: what a browser may show of a key in an address, where it cannot send a header. Short-lived and sealed."""

from recado.errors import RecadoError, Unauthorized
from recado.kit.clock import now_ms
from recado.kit.crypto import SecretBox

# Long enough to open a connection with, too short to be of use to whoever finds it in a log of addresses.
TICKET_S = 60
_PURPOSE = "event ticket"


def seal_ticket(box: SecretBox, key_id: str) -> tuple[str, int]:
    """A ticket that stands for a key, and when it ends (milliseconds since 1970)."""
    until_ms = now_ms() + TICKET_S * 1000
    return box.encrypt(f"{key_id} {until_ms}", _PURPOSE), until_ms


def open_ticket(box: SecretBox, ticket: str) -> str:
    """The id of the key that a ticket stands for. Raises `Unauthorized` (`bad_ticket`)."""
    try:
        key_id, _, until_ms = box.decrypt(ticket, _PURPOSE).partition(" ")
    except RecadoError:
        key_id, until_ms = "", "0"
    if int(until_ms) < now_ms():
        raise Unauthorized("This ticket is unknown or has ended: ask for a new one", code="bad_ticket")
    return key_id
