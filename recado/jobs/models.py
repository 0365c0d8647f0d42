"""Tables of jobs and schedules. Inputs and results are JSON text."""

from sqlalchemy import Boolean, Index, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from recado.db import Base, Id, OfProject


class Job(OfProject, Base):
    """Work in the background. What is true of it stands here; the library that runs it keeps only its steps.

    `state` is pending, running, succeeded, failed or cancelled. A running job belongs to the process `owner` under
    `epoch`, which only grows: whoever lost it writes nothing. No owner: its process stopped, and any may go on.
    `workflow_id` names the record of its steps. Times are the database's.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_state", "state", "due_ms"),
        Index(
            "uq_jobs_key",
            "project_id",
            "key",
            unique=True,
            postgresql_where=text("key IS NOT NULL"),
            sqlite_where=text("key IS NOT NULL"),
        ),
    )

    kind: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="pending")
    input: Mapped[str] = mapped_column(Text)
    progress: Mapped[str] = mapped_column(Text, default="{}")
    result: Mapped[str | None] = mapped_column(Text)
    error_code: Mapped[str | None] = mapped_column(String(64))
    error_text: Mapped[str | None] = mapped_column(Text)
    cancel_requested: Mapped[bool] = mapped_column(Boolean, default=False)
    # Tries that were begun, and deaths of processes since the last step that was completed.
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    crashes: Mapped[int] = mapped_column(SmallInteger, default=0)
    # Once per key and project: the caller's own, or the schedule and its tick.
    key: Mapped[str | None] = mapped_column(String(64))
    schedule_id: Mapped[str | None] = mapped_column(Id)
    owner: Mapped[str | None] = mapped_column(Id)
    epoch: Mapped[int] = mapped_column(default=0)
    workflow_id: Mapped[str | None] = mapped_column(String(64))
    due_ms: Mapped[int]
    created_ms: Mapped[int]
    started_ms: Mapped[int | None]
    finished_ms: Mapped[int | None]


class JobCallback(OfProject, Base):
    """An address that is told when a job has ended. `secret` is encrypted for this row.

    `due_ms` is null until the job ends, and again once it is `done_ms`: taken, or given up with an `error`.
    """

    __tablename__ = "job_callbacks"
    __table_args__ = (
        UniqueConstraint("job_id"),
        Index(
            "ix_job_callbacks_due",
            "due_ms",
            postgresql_where=text("due_ms IS NOT NULL"),
            sqlite_where=text("due_ms IS NOT NULL"),
        ),
    )

    job_id: Mapped[str] = mapped_column(Id)
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(Text)
    due_ms: Mapped[int | None]
    tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    error: Mapped[str | None] = mapped_column(Text)
    created_ms: Mapped[int]
    done_ms: Mapped[int | None]


class Schedule(OfProject, Base):
    """When jobs of a kind are made. `next_ms` is the next tick; null while it is paused."""

    __tablename__ = "schedules"
    __table_args__ = (
        Index(
            "ix_schedules_next",
            "next_ms",
            postgresql_where=text("next_ms IS NOT NULL"),
            sqlite_where=text("next_ms IS NOT NULL"),
        ),
    )

    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(64))
    input: Mapped[str] = mapped_column(Text)
    cron: Mapped[str] = mapped_column(String(100))
    timezone: Mapped[str] = mapped_column(String(64))
    paused: Mapped[bool] = mapped_column(Boolean, default=False)
    next_ms: Mapped[int | None]
    last_ms: Mapped[int | None]
    created_ms: Mapped[int]
