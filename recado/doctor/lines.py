"""Lines, and what their providers say of them."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from recado.channels.cloud_api.channel import CloudApiChannel
from recado.channels.contract import Line
from recado.channels.language import machine_language
from recado.channels.models import LineRow
from recado.channels.service import load_lines
from recado.db import Database
from recado.demo.phone import DEMO_NUMBER_ID
from recado.doctor.findings import Finding, Level, ok, warn
from recado.doctor.keys import box_of
from recado.doctor.rows import how_many
from recado.settings import Settings

CLOUD_API = "cloud-api"
# Lines are asked about beside each other, but not all at once; each takes three calls.
LINES_AT_ONCE = 8
MAX_LINES_ASKED = 200
LINE_CHECK_S = 20.0


async def lines_there(session: AsyncSession) -> Finding:
    """Whether a line is connected."""
    lines = await how_many(session, LineRow)
    if lines:
        return ok("lines", f"{lines} connected")
    return warn("lines", "none is connected", "recado line add cloud-api --help, or try the demo: recado up")


async def at_providers(database: Database, settings: Settings) -> list[Finding]:
    """What the providers say of the lines; the demo's has none. Lines without readable secrets were told before."""
    box = box_of(settings)
    if box is None:
        return []
    async with database.system(read_only=True) as session:
        loaded = await load_lines(session, box)
    lines = [one.line for one in loaded if one.usable and one.line.channel == CLOUD_API and not _is_demo(one.line)]
    channel = CloudApiChannel(
        settings.cloud_api_base_url, public_url=settings.public_url, networks=settings.webhook_networks
    )
    at_once = asyncio.Semaphore(LINES_AT_ONCE)
    try:
        found = await asyncio.gather(*(_at_provider(channel, line, at_once) for line in lines[:MAX_LINES_ASKED]))
    finally:
        await channel.close()
    return [finding for findings in found for finding in findings]


async def _at_provider(channel: CloudApiChannel, line: Line, at_once: asyncio.Semaphore) -> list[Finding]:
    name, language = f"line {line.address}", machine_language()
    try:
        async with at_once, asyncio.timeout(LINE_CHECK_S):
            findings = (await channel.examine(line)).findings
    except TimeoutError:
        return [warn(name, "its provider does not answer", f"Try again: recado line check {line.address}")]
    told = [
        Finding(f"{name} {one.check}", Level(one.level), one.says[language], one.mend.get(language, ""))
        for one in findings
        if one.level != Level.OK
    ]
    return told or [ok(name, "its provider finds nothing wrong")]


def _is_demo(line: Line) -> bool:
    return line.address == DEMO_NUMBER_ID
