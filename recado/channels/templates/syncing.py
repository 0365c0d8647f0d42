"""Bringing templates up to date with the provider: on demand, after a notice that one changed, and once a day."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from recado.channels.contract import Channel, HasTemplates, Line
from recado.channels.service import WABA_ID
from recado.channels.templates import service
from recado.channels.templates.service import Synced
from recado.db import Database
from recado.errors import BadInput, OutcomeUnknown, RecadoError, Unavailable, retry_after
from recado.kit import now_ms, randomness

# How often a worker looks for templates that changed; an approval takes Meta minutes to hours.
LOOK_EVERY_S = 15.0
# After a failure an account waits, up to twice as long with jitter: a token may need a person.
RETRY_S = 120.0
MAX_ACCOUNTS = 100
# Notices get lost, and an app may not be subscribed to them. Each process draws its own part of the last quarter, so
# that they do not all ask at once.
REFRESH_MS = 24 * 3_600_000
# An account is looked at when it may be due, and at the latest after so long; one that has no templates yet, or whose
# token may not see them, is asked again then.
ASK_AGAIN_S = 3600.0
# (project id, business account)
Account = tuple[str, str]

log = structlog.get_logger(__name__)


async def sync(database: Database, channel: Channel, line: Line) -> Synced:
    """Fetch all templates of the line's account and keep them.

    Raises `BadInput` (`no_templates`, `no_waba_id`), `Unavailable` or what the channel raises.
    """
    if not isinstance(channel, HasTemplates):
        raise BadInput(f"Lines of {channel.name} have no templates", code="no_templates")
    waba_id = service.account_of(line)
    asked_ms = now_ms()
    try:
        fetched = await channel.fetch_templates(line)
    except OutcomeUnknown as error:
        raise Unavailable(error.message, verdict=retry_after(5)) from None
    try:
        async with database.project(line.project_id) as session:
            return await service.keep(session, waba_id, fetched, asked_ms)
    except IntegrityError:  # another process kept the same ones just now: now they are there
        async with database.project(line.project_id) as session:
            return await service.keep(session, waba_id, fetched, asked_ms)


class TemplateKeeper:
    """Fetches the templates of accounts that lines have: soon after they are known, once a day, and when a notice said
    that one changed. Several workers may do it at once.
    """

    def __init__(
        self, database: Database, channels: Mapping[str, Channel], lines: Callable[[str], Sequence[Line]]
    ) -> None:
        self._database = database
        self._channels = channels
        self._lines = lines
        self._not_before_s: dict[Account, float] = {}
        self._not_unasked_before_s: dict[Account, float] = {}
        self._fresh_ms = round(REFRESH_MS * (1 - randomness.source().random() / 4))

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await self.look()
            except Exception as error:  # whatever it was, the next look may succeed
                log.warning("templates_not_kept", error=type(error).__name__)

    async def look(self) -> int:
        """Bring accounts up to date that need it; how many were."""
        now_s = asyncio.get_running_loop().time()
        self._not_before_s = {key: s for key, s in self._not_before_s.items() if s > now_s}
        self._not_unasked_before_s = {key: s for key, s in self._not_unasked_before_s.items() if s > now_s}
        looked_at = [key for key in self._accounts() if key not in self._not_unasked_before_s][:MAX_ACCOUNTS]
        async with self._database.system(read_only=True) as session:
            stale = await service.stale_accounts(session, MAX_ACCOUNTS)
            due = await self._due(session, looked_at, now_s)
        done = 0
        for key in dict.fromkeys([*stale, *due]):
            if key not in self._not_before_s:
                done += await self._sync(*key)
        return done

    async def _due(self, session: AsyncSession, accounts: Sequence[Account], now_s: float) -> list[Account]:
        """Those to be fetched unasked; none of them is looked at again before it may be due."""
        checked = await service.checked_since(session, accounts) if accounts else {}
        oldest_ms = now_ms() - self._fresh_ms
        fresh = {key: (since_ms - oldest_ms) / 1000 for key, since_ms in checked.items() if since_ms > oldest_ms}
        self._not_unasked_before_s |= {key: now_s + min(fresh.get(key, ASK_AGAIN_S), ASK_AGAIN_S) for key in accounts}
        return [key for key in accounts if key not in fresh]

    def _accounts(self) -> set[Account]:
        """Of all lines that have one."""
        return {
            (line.project_id, str(line.config[WABA_ID]))
            for name, channel in self._channels.items()
            if isinstance(channel, HasTemplates)
            for line in self._lines(name)
            if line.config.get(WABA_ID)
        }

    async def _sync(self, project_id: str, waba_id: str) -> bool:
        for name, channel in self._channels.items():
            for line in self._lines(name):
                if line.project_id != project_id or str(line.config.get(WABA_ID)) != waba_id:
                    continue
                try:
                    await sync(self._database, channel, line)
                except RecadoError as error:
                    log.warning("templates_not_fetched", line_id=line.id, code=error.code)
                    continue
                return True
        wait_s = RETRY_S * (1 + randomness.source().random())
        self._not_before_s[project_id, waba_id] = asyncio.get_running_loop().time() + wait_s
        return False
