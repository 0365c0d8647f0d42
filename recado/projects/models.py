"""Tables of projects and their API keys."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from recado.db import Base, OfProject, Row
from recado.kit import now_ms


class Project(Row, Base):
    __tablename__ = "projects"

    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    created_ms: Mapped[int] = mapped_column(default=now_ms)


class ApiKey(OfProject, Base):
    """A key. `hash` is SHA-256 of it; `hint` its first characters, to tell keys apart."""

    __tablename__ = "api_keys"

    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16))
    hint: Mapped[str] = mapped_column(String(16))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_ms: Mapped[int] = mapped_column(default=now_ms)
    revoked_ms: Mapped[int | None]
