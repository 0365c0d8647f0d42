"""Table of knowledge entries."""

from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from recado.db import Base, Id, OfProject
from recado.kit import now_ms


class KnowledgeEntry(OfProject, Base):
    """One question and its answer, in one language, under one topic."""

    __tablename__ = "knowledge_entries"

    assistant_id: Mapped[str] = mapped_column(Id, index=True)
    topic: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    keywords: Mapped[list[Any]] = mapped_column(default=list)
    created_ms: Mapped[int] = mapped_column(default=now_ms)
