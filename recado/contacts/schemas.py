"""Shapes of contacts in the API."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from recado.contacts.models import Contact
from recado.kit.etags import Editable
from recado.kit.schemas import SHOWN_ID, Input, Moment, Uuid, shown
from recado.messages import Address

ContactName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$")
]


def _plain(address: Address) -> Address:
    if not address.value.isprintable() or address.value != address.value.strip():
        raise ValueError("an address has no control characters and no space around it")
    if address.kind == "phone" and not (address.value.isascii() and address.value.isdigit()):
        raise ValueError("a phone number is digits only, with its country, without the plus sign")
    return address


KnownAddress = Annotated[Address, AfterValidator(_plain), Field(examples=[{"kind": "phone", "value": "51987650000"}])]


Allowed = Annotated[bool, Field(strict=True, description="If false, assistants answer, but do nothing for the person.")]


OptedOut = Annotated[bool, Field(strict=True, description="They asked for no marketing, or want it again (false).")]


class NewContact(Input):
    model_config = shown({"name": "Ana", "addresses": [{"kind": "phone", "value": "51987654321"}]})

    name: ContactName | None = None
    addresses: list[KnownAddress] = Field(min_length=1, max_length=4)


class ContactChanges(Input):
    """What is given is changed. `name: null` forgets the name."""

    model_config = shown({"name": "Ana Quispe"})

    name: ContactName | None = None
    allowed: Allowed | None = None
    opted_out: OptedOut | None = None


class MergeInto(Input):
    model_config = shown({"into": SHOWN_ID})

    into: Uuid = Field(description="The contact that stands for both from now on.")


class ContactOut(Editable):
    id: str
    name: str | None
    alias_of: str | None = Field(description="The contact that this one was merged into.")
    addresses: list[Address]
    allowed: bool = Field(description="If false, assistants answer, but do nothing for the person.")
    opted_out: bool = Field(
        description="They asked for no marketing: no marketing template and no bulk send but a service notice goes out."
    )
    created_at: Moment


def contact_out(row: Contact, addresses: tuple[Address, ...]) -> ContactOut:
    """A contact with its addresses."""
    return ContactOut.model_validate(
        {
            "id": row.id,
            "name": row.name,
            "alias_of": row.alias_of,
            "addresses": addresses,
            "allowed": row.allowed,
            "opted_out": row.opted_out,
            "created_at": row.created_ms,
        }
    )
