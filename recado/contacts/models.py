"""Tables of contacts and their addresses."""

from sqlalchemy import Boolean, Index, String, Text, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from recado.db import Base, Id, OfProject
from recado.kit import now_ms


class Contact(OfProject, Base):
    """One person. A merged contact keeps its row and names the other one in `alias_of`.

    Not `allowed`: assistants answer this person, but do nothing for them. `opted_out`: they asked for no marketing,
    or for it again, at `opted_out_ms` (null: never asked, or nobody noted when).
    """

    __tablename__ = "contacts"
    __table_args__ = (
        Index(
            "ix_contacts_alias",
            "alias_of",
            postgresql_where=text("alias_of IS NOT NULL"),
            sqlite_where=text("alias_of IS NOT NULL"),
        ),
    )

    name: Mapped[str | None] = mapped_column(String(256))
    alias_of: Mapped[str | None] = mapped_column(Id)
    allowed: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    opted_out: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    opted_out_ms: Mapped[int | None]
    created_ms: Mapped[int] = mapped_column(default=now_ms)


class AddressRow(OfProject, Base):
    """One name of a contact on a network; unique by (project, kind, value)."""

    __tablename__ = "addresses"
    __table_args__ = (Index("uq_addresses_name", "project_id", "kind", "value", unique=True),)

    # The unique index begins with it. With one of its own, PostgreSQL looked for a name among all of a new project.
    project_id: Mapped[str] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(String(16))
    value: Mapped[str] = mapped_column(String(160))
    contact_id: Mapped[str] = mapped_column(Id, index=True)
    # When the provider says the message was sent by which the contact got it: older messages take it from nobody.
    since_ms: Mapped[int] = mapped_column(server_default="0")
    created_ms: Mapped[int] = mapped_column(default=now_ms)


class Fact(OfProject, Base):
    """Something that assistants have learned of a person, for all their conversations. `value` is JSON text.

    It stays with the contact in whose conversation it was learned, so that a merge can be undone, and holds for all
    that are one person: of one name, the newest.
    """

    __tablename__ = "facts"
    __table_args__ = (UniqueConstraint("contact_id", "name"),)

    contact_id: Mapped[str] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(128))
    value: Mapped[str] = mapped_column(Text)
    created_ms: Mapped[int]
    updated_ms: Mapped[int]
