"""What providers delivered and nobody could be given."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.channels.converters import CONVERTERS
from recado.doctor.findings import Finding, ok, warn
from recado.doctor.rows import how_many
from recado.mailbox.models import Unrouted
from recado.mailbox.queries import list_strays

# So many deliveries without a line's address are read again to tell what they are; a body may have 3 MB.
MAX_STRAYS_READ = 200


async def unrouted(session: AsyncSession) -> list[Finding]:
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
        named = ", ".join(str(address) for address in addresses)
        mend = (
            "Connect the line that they name: recado line add cloud-api --phone-number-id ID ... (one that is "
            "connected has another app's secret: recado line update); then clear them: recado line unrouted drop"
        )
        found.append(warn("routing", f"{lost} deliveries were well signed but fit no line (for {named})", mend))
    if people:
        mend = "recado line unrouted list --json shows them; then: recado line unrouted drop ID"
        found.append(warn("routing", f"{people} deliveries hold something that no person can be found for", mend))
    if notices:
        count = sum(stray.kind == "notice" for stray in nameless)
        says = f"{count} of the provider are kept ({', '.join(notices)}); to read them: recado line unrouted list"
        found.append(ok("notices", says))
    return found if lost or people else [ok("routing", "every delivery found its line"), *found]
