"""Reads the audit log, and removes what is old. Nothing here commits."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.audit.models import AuditEntry
from recado.errors import BadInput
from recado.kit import now_ms
from recado.kit.pages import FIRST, Cut, Page, read_page
from recado.kit.spans import ALWAYS, Span
from recado.settings import MIN_AUDIT_DAYS

# Entries of one transaction, some dozen milliseconds' work.
MAX_REMOVED = 1_000
_DAY_MS = timedelta(days=1) // timedelta(milliseconds=1)


async def list_entries(
    session: AsyncSession,
    cut: Cut = FIRST,
    *,
    key_id: str | None = None,
    action: str | None = None,
    object_id: str | None = None,
    outcome: str | None = None,
    span: Span = ALWAYS,
) -> Page[AuditEntry]:
    """The project's entries, or all in a system session, newest first."""
    statement = select(AuditEntry).where(*span.of(AuditEntry.created_ms))
    for column, wanted in (
        (AuditEntry.key_id, key_id),
        (AuditEntry.action, action),
        (AuditEntry.object_id, object_id),
        (AuditEntry.outcome, outcome),
    ):
        if wanted is not None:
            statement = statement.where(column == wanted)
    return await read_page(session, statement, AuditEntry, cut, newest_first=True)


async def remove_older(session: AsyncSession, days: int) -> int:
    """Remove up to `MAX_REMOVED` entries older than so many days, the oldest first; how many: none, and it is done.

    Raises `BadInput` (`audit_too_young`) for less than `MIN_AUDIT_DAYS`.
    """
    if days < MIN_AUDIT_DAYS:
        raise BadInput(f"Entries are kept for {MIN_AUDIT_DAYS} days at least", code="audit_too_young")
    old = AuditEntry.created_ms < now_ms() - days * _DAY_MS
    ids = (await session.scalars(select(AuditEntry.id).where(old).order_by(AuditEntry.id).limit(MAX_REMOVED))).all()
    if ids:
        await session.execute(delete(AuditEntry).where(AuditEntry.id.in_(ids)))
    return len(ids)
