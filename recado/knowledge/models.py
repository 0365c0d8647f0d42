"""Table of knowledge entries."""

from typing import Any

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from recado.db import Base, Id, OfProject
from recado.kit import now_ms


class KnowledgeEntry(OfProject, Base):
    """One question and its answer, in one language, under one topic.

    `number`, `asked` and `said` are what `recado.knowledge.search` finds it by; an entry without a number is not found.
    """

    __tablename__ = "knowledge_entries"
    __table_args__ = (Index("uq_knowledge_entries_number", "number", unique=True),)

    assistant_id: Mapped[str] = mapped_column(Id, index=True)
    topic: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    keywords: Mapped[list[Any]] = mapped_column(default=list)
    number: Mapped[int | None]
    asked: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    said: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    created_ms: Mapped[int] = mapped_column(default=now_ms)
