"""What providers delivered and nobody could be given."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.channels.converters import CONVERTERS
from recado.db import database_now_ms
from recado.doctor.findings import Finding, ok, warn
from recado.doctor.rows import how_many
from recado.mailbox.models import Unrouted
from recado.mailbox.queries import list_strays
from recado.privacy.service import DAY_MS

# So many deliveries without a line's address are read again to tell what they are; a body may have 3 MB.
MAX_STRAYS_READ = 200


async def unrouted(session: AsyncSession, kept_days: int) -> list[Finding]:
    """Deliveries that got lost, apart from the provider's notices: those are for no line, and kept for reading."""
    lost = await how_many(session, Unrouted, Unrouted.line_address.is_not(None))
    addresses = await session.scalars(
        select(Unrouted.line_address).where(Unrouted.line_address.is_not(None)).distinct().limit(5)
    )
    nameless = await list_strays(session, CONVERTERS, Unrouted.line_address.is_(None), limit=MAX_STRAYS_READ)
    people = sum(stray.kind == "person" for stray in nameless)
    notices = sorted({stray.about or "other" for stray in nameless if stray.kind == "notice"})
    found: list[Finding] = []
    if lost:
        goes = await _removed_when(session, kept_days, Unrouted.line_address.is_not(None))
        named = ", ".join(str(address) for address in addresses)
        mend = (
            "Connect the line that they name: recado line add cloud-api --phone-number-id ID ... (one that is "
            "connected has another app's secret: recado line update); then clear them: recado line unrouted drop"
        )
        found.append(warn("routing", f"{lost} deliveries were well signed but fit no line (for {named}){goes}", mend))
    if people:
        mend = "recado line unrouted list --json shows them; then: recado line unrouted drop ID"
        goes = await _removed_when(session, kept_days, Unrouted.line_address.is_(None))
        says = f"{people} deliveries hold something that no person can be found for{goes}"
        found.append(warn("routing", says, mend))
    if notices:
        count = sum(stray.kind == "notice" for stray in nameless)
        says = f"{count} of the provider are kept ({', '.join(notices)}); to read them: recado line unrouted list"
        found.append(ok("notices", says))
    return found if lost or people else [ok("routing", "every delivery found its line"), *found]


async def _removed_when(session: AsyncSession, kept_days: int, which: ColumnElement[bool]) -> str:
    """Until when there is time for them; empty where they stay."""
    oldest_ms = await session.scalar(select(func.min(Unrouted.created_ms)).where(which))
    if not kept_days or oldest_ms is None:
        return ""
    left = kept_days - max(await database_now_ms(session) - oldest_ms, 0) // DAY_MS
    when = "today" if left <= 0 else "tomorrow" if left == 1 else f"in {left} days"
    return f"; the oldest is removed {when} (RECADO_UNROUTED_DAYS)"
