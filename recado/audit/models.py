"""The audit log's table."""

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from recado.db import Base, Id, OfProject
from recado.kit import now_ms

# Requests may be called longer (`recado.kit.gate`).
MAX_REQUEST_ID = 64


class AuditEntry(OfProject, Base):
    """A change, or an attempt that was refused. The database refuses to change one, and to remove a young one.

    `changes` is JSON text without message text, numbers or secrets (`recado.audit.changes`), of the first of
    `changed_objects` objects. Entries of the whole installation have the project `INSTALLATION`.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_project_id_id", "project_id", "id"),
        Index("ix_audit_entries_object", "project_id", "object_id", "id"),
    )

    project_id: Mapped[str] = mapped_column(Id)
    actor: Mapped[str] = mapped_column(String(16))
    key_id: Mapped[str | None] = mapped_column(Id)
    name: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[str | None] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(64))
    object_kind: Mapped[str | None] = mapped_column(String(32))
    object_id: Mapped[str | None] = mapped_column(Id)
    outcome: Mapped[str] = mapped_column(String(16))
    code: Mapped[str | None] = mapped_column(String(64))
    request_id: Mapped[str | None] = mapped_column(String(MAX_REQUEST_ID))
    changed_objects: Mapped[int] = mapped_column(default=0)
    changes: Mapped[str] = mapped_column(Text, default="[]")
    created_ms: Mapped[int] = mapped_column(default=now_ms)
