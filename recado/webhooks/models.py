"""Tables of webhooks."""

from sqlalchemy import Boolean, CheckConstraint, Index, SmallInteger, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from recado.db import Base, Id, OfProject
from recado.kit import now_ms


class WebhookEndpoint(OfProject, Base):
    """Where events go. `secret` is encrypted for this row; `events` is JSON: a list of names, "*" for all.

    It gets what has a position above `after_position`. `failing_since_ms` is the first failure after the last success,
    `failures` how many events it has not taken since. Nothing is sent to it before `retry_ms` (database clock).
    """

    __tablename__ = "webhook_endpoints"

    url: Mapped[str] = mapped_column(String(2048))
    secret: Mapped[str] = mapped_column(Text)
    events: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    paused_ms: Mapped[int | None]
    failing_since_ms: Mapped[int | None]
    failures: Mapped[int] = mapped_column(SmallInteger, server_default="0", default=0)
    retry_ms: Mapped[int | None]
    after_position: Mapped[int]
    created_ms: Mapped[int] = mapped_column(default=now_ms)


class WebhookDelivery(OfProject, Base):
    """An event on its way to an endpoint: one row, however often it is tried.

    `state` is queued, delivered or dead. Times are the database's clock, but `created_ms`. `log` is JSON: the latest
    attempts. It is tried until `until_ms`.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id"),
        Index(
            "ix_webhook_deliveries_due",
            "endpoint_id",
            "due_ms",
            postgresql_where=text("state = 'queued'"),
            sqlite_where=text("state = 'queued'"),
        ),
        # In order, without a look at all that waits.
        Index(
            "ix_webhook_deliveries_order",
            "endpoint_id",
            "position",
            postgresql_where=text("state = 'queued'"),
            sqlite_where=text("state = 'queued'"),
        ),
        # What is in work: little, however much waits.
        Index(
            "ix_webhook_deliveries_held",
            "endpoint_id",
            postgresql_where=text("owner IS NOT NULL"),
            sqlite_where=text("owner IS NOT NULL"),
        ),
        Index("ix_webhook_deliveries_done", "done_ms"),
    )

    endpoint_id: Mapped[str] = mapped_column(Id)
    event_id: Mapped[str] = mapped_column(Id)
    event: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    state: Mapped[str] = mapped_column(String(16), default="queued")
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    due_ms: Mapped[int]
    until_ms: Mapped[int]
    owner: Mapped[str | None] = mapped_column(Id)
    lease_until_ms: Mapped[int] = mapped_column(default=0)
    log: Mapped[str] = mapped_column(Text, default="[]")
    created_ms: Mapped[int] = mapped_column(default=now_ms)
    done_ms: Mapped[int | None]


class WebhookPosition(Base):
    """Up to where events were handed to endpoints: one row. Whoever hands them out holds it until its commit."""

    __tablename__ = "webhook_positions"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int]
