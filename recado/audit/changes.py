"""What is noted of a changed row: which one, which of its fields, and their values where those are nobody's business.

By construction nothing private gets in: values are noted only of the columns named here, which hold flags, numbers, ids
and words of ours. Of all others, those of tables and columns to come too, only the name is noted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import inspect

from recado.db import Row

Change = Literal["created", "changed", "removed"]
# Objects of one entry that are named; more are counted.
MAX_OBJECTS = 20
# No column below has longer values but the events of a webhook.
MAX_VALUE = 200

# What people call the rows of a table; it is how the API's paths call their ids, too.
KINDS = {
    "addresses": "address",
    "answer_jobs": "answer_job",
    "api_keys": "key",
    "assistants": "assistant",
    "bulk_recipients": "recipient",
    "contacts": "contact",
    "conversations": "conversation",
    "erasures": "erasure",
    "facts": "fact",
    "inbox": "inbox",
    "jobs": "job",
    "knowledge_entries": "entry",
    "lines": "line",
    "media": "media",
    "outbox": "message",
    "projects": "project",
    "schedules": "schedule",
    "templates": "template",
    "webhook_deliveries": "delivery",
    "webhook_endpoints": "webhook",
}
SHOWN: Mapping[str, frozenset[str]] = {
    "api_keys": frozenset({"role", "revoked_ms"}),
    "assistants": frozenset({"brain", "language", "timezone", "settle_ms"}),
    "addresses": frozenset({"kind", "contact_id"}),
    "contacts": frozenset({"alias_of", "allowed", "opted_out"}),
    "conversations": frozenset({"mode", "line_id", "contact_id"}),
    "jobs": frozenset({"kind", "state", "cancel_requested"}),
    "knowledge_entries": frozenset({"assistant_id", "language"}),
    "lines": frozenset({"assistant_id", "channel", "max_per_second"}),
    "retention": frozenset({"messages_days", "media_days", "logs_days"}),
    "schedules": frozenset({"kind", "cron", "timezone", "paused", "next_ms"}),
    "templates": frozenset({"language", "status", "category"}),
    "webhook_deliveries": frozenset({"state", "event_id", "endpoint_id"}),
    "webhook_endpoints": frozenset({"active", "events", "paused_ms"}),
}
# Rows that follow from others: they say nothing of what somebody wanted.
FOLLOWING = frozenset(
    {"audit_entries", "event_audiences", "event_positions", "events", "job_callbacks", "webhook_positions"}
)
_SAYS_NOTHING = frozenset(
    {"id", "project_id", "created_ms", "updated_ms", "version", "opted_out_ms", "retry_ms", "display_number"}
)


@dataclass(frozen=True, slots=True)
class Changed:
    """One row, or with no id the rows of one statement. `fields`: name -> [before, after], or null for private ones."""

    project_id: str | None
    kind: str
    id: str | None
    change: Change
    fields: Mapping[str, list[Any] | None]

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {"kind": self.kind, "id": self.id, "change": self.change}
        return {**found, "fields": dict(self.fields)} if self.fields else found


def kind_of(table: str) -> str:
    """What a row of a table is called."""
    return KINDS.get(table, table)


def table_of(cls: type[Any]) -> str:
    """The table of a mapped class."""
    return str(cls.__tablename__)


def changed_row(row: Row, change: Change) -> Changed | None:
    """What is noted of a row that is being flushed; None if it says nothing."""
    table = table_of(type(row))
    if table in FOLLOWING:
        return None
    fields = {} if change == "removed" else _fields(row, SHOWN.get(table, frozenset()), change)
    if change == "changed" and not fields:
        return None
    project_id = row.id if table == "projects" else getattr(row, "project_id", None)
    return Changed(project_id, kind_of(table), row.id, change, fields)


def _fields(row: Row, shown: frozenset[str], change: Change) -> dict[str, list[Any] | None]:
    state: Any = inspect(row)
    fields: dict[str, list[Any] | None] = {}
    for column in state.mapper.column_attrs:
        history = state.attrs[column.key].history
        if column.key in _SAYS_NOTHING or not history.has_changes():
            continue
        after = history.added[0] if history.added else None
        before = history.deleted[0] if history.deleted else None
        if change == "changed" or (column.key in shown and after is not None):
            fields[column.key] = [_value(before), _value(after)] if column.key in shown else None
    return fields


def _value(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float) else str(value)[:MAX_VALUE]
