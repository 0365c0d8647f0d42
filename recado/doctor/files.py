"""Files that people sent."""

from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import database_now_ms
from recado.doctor.findings import Finding, ok, warn
from recado.media.source import EXPIRED
from recado.media.stuck import stuck_files

# A file is fetched in seconds; by then several tries have failed, or nobody fetches.
FILE_LATE_MS = 600_000
FILE_CURES = {
    "access_token_invalid": "Its line needs a new token: recado line check LINE says how",
    "line_unknown": "The secrets of their line cannot be read: recado line list",
    EXPIRED: "Meta has it no longer (7 days is all), or the line's token may not see it: recado line check LINE",
    "media_store_unavailable": "Can this machine write RECADO_MEDIA_URL, or media in RECADO_DATA_DIR?",
    "media_unreachable": "Can this machine reach the internet? Meta's links lead to lookaside.fbsbx.com",
    "provider_unreachable": "Can this machine reach RECADO_CLOUD_API_BASE_URL?",
}


async def files(session: AsyncSession) -> Finding:
    """Files that people sent and that are not kept yet, or were given up while they can still be had."""
    name, stuck = "files", await stuck_files(session)
    commonest = max(stuck.errors, key=stuck.errors.__getitem__, default=None)
    why = f"; most often: {commonest}" if commonest else ""
    if stuck.failed:
        says = f"{stuck.failed} files that people sent in the last 7 days were given up{why}"
        mend = "recado media list shows them; once mended: recado media retry --all (Meta keeps them for 7 days)"
        return warn(name, says, mend)
    late_ms = await database_now_ms(session) - (stuck.oldest_ms or 0)
    if stuck.oldest_ms is not None and late_ms > FILE_LATE_MS:
        says = (
            f"{stuck.pending} files that people sent are not fetched yet, the oldest for {late_ms // 60_000} min{why}"
        )
        return warn(
            name, says, FILE_CURES.get(commonest or "", "Is a worker running? recado worker; else its log says")
        )
    return ok(name, "every file that people sent is kept")
