"""Lines: the addresses that are connected to a channel. Nothing here commits: the caller's block does."""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.assistants.service import get_assistant
from recado.channels.contract import Line
from recado.channels.models import LineRow
from recado.channels.web import NAME as WEB
from recado.db import add_unique
from recado.errors import BadInput, Conflict, NotFound, RecadoError
from recado.kit import new_id
from recado.kit.crypto import SecretBox
from recado.kit.names import check_text
from recado.kit.pages import FIRST, Cut, Page, read_page
from recado.kit.spans import ALWAYS, Span

# What Meta gives a phone number, https://developers.facebook.com/docs/whatsapp/cloud-api/overview#throughput.
DEFAULT_MAX_PER_SECOND = 80.0
MAX_ADDRESS = 160
# Where a line's configuration names its business account.
WABA_ID = "waba_id"
# Locks of a line (PostgreSQL's FOR KEY SHARE and FOR UPDATE): who orders something on it wants it to stay, and who
# deletes it waits for all of them.
STAYS: Mapping[str, bool] = MappingProxyType({"read": True, "key_share": True})
GOES: Mapping[str, bool] = MappingProxyType({"read": False, "key_share": False})


@dataclass(frozen=True, slots=True)
class LoadedLine:
    """A line as the running processes need it. `problem` says why it cannot be used; then `line` has no secrets."""

    line: Line
    assistant_id: str
    name: str
    problem: str | None = None

    @property
    def usable(self) -> bool:
        return self.problem is None


async def create_line(
    session: AsyncSession,
    box: SecretBox,
    *,
    assistant_id: str,
    channel: str,
    address: str,
    name: str | None = None,
    max_per_second: float = DEFAULT_MAX_PER_SECOND,
    secrets: Mapping[str, str] | None = None,
    config: Mapping[str, Any] | None = None,
) -> LineRow:
    """Connect an address. Secrets are encrypted for this line only; `name` is the address unless given.

    Raises `BadInput` (`bad_address`, `bad_text`, `bad_rate`, `bad_config`), `NotFound` (`assistant_not_found`) or
    `Conflict` (`line_exists`).
    """
    await get_assistant(session, assistant_id, stays=True)
    line_id = new_id()
    line = LineRow(
        id=line_id,
        assistant_id=assistant_id,
        channel=channel,
        address=_check_address(address),
        name=check_text(name or address, "name"),
        max_per_second=_check_rate(max_per_second),
        secrets=_encrypt(box, line_id, secrets or {}),
        config=_check_config(config or {}),
    )
    message = f"{address} on {channel} is connected already, here or in another project: change that line instead"
    await add_unique(session, line, Conflict(message, code="line_exists"))
    return line


async def find_line(session: AsyncSession, channel: str, address: str) -> LineRow | None:
    return await session.scalar(select(LineRow).where(LineRow.channel == channel, LineRow.address == address))


async def get_line(session: AsyncSession, line_id: str, lock: Mapping[str, bool] | None = None) -> LineRow:
    """The line, secrets encrypted; locked as it says. Raises `NotFound` (`line_not_found`)."""
    line = await session.get(LineRow, line_id, with_for_update=None if lock is None else dict(lock))
    if line is None:
        raise NotFound("There is no such line", code="line_not_found")
    return line


async def list_lines(
    session: AsyncSession,
    cut: Cut = FIRST,
    *,
    assistant_id: str | None = None,
    channel: str | None = None,
    span: Span = ALWAYS,
) -> Page[LineRow]:
    """The project's lines, oldest first."""
    statement = select(LineRow).where(*span.of(LineRow.created_ms))
    if assistant_id is not None:
        statement = statement.where(LineRow.assistant_id == assistant_id)
    if channel is not None:
        statement = statement.where(LineRow.channel == channel)
    return await read_page(session, statement, LineRow, cut)


def fetching_lines() -> Select[str]:
    """The ids of the lines on which nothing is sent: whoever asks fetches the answer (`HandsOut`)."""
    return select(LineRow.id).where(LineRow.channel == WEB)


async def delete_line(session: AsyncSession, line: LineRow) -> None:
    """Disconnect an address; its secrets go with it. The mailbox closes what waits on it."""
    await session.delete(line)
    await session.flush()


async def refuse_if_answering(session: AsyncSession, assistant_id: str) -> None:
    """Raise `Conflict` (`assistant_in_use`) while an assistant answers on a line."""
    answers = await session.scalar(select(LineRow.id).where(LineRow.assistant_id == assistant_id).limit(1))
    if answers is not None:
        raise Conflict(
            "This assistant answers on a line: give its lines to another assistant, or delete them",
            code="assistant_in_use",
        )


async def update_line(
    session: AsyncSession,
    box: SecretBox,
    line_id: str,
    *,
    name: str | None = None,
    assistant_id: str | None = None,
    max_per_second: float | None = None,
    secrets: Mapping[str, str | None] | None = None,
    config: Mapping[str, Any] | None = None,
) -> LineRow:
    """Change what is given; of `secrets` those named (None removes one), of `config` all.

    Raises as `create_line` does, and `NotFound`.
    """
    line = await get_line(session, line_id)
    if name is not None:
        line.name = check_text(name, "name")
    if assistant_id is not None:
        line.assistant_id = (await get_assistant(session, assistant_id, stays=True)).id
    if max_per_second is not None:
        line.max_per_second = _check_rate(max_per_second)
    if secrets:
        given = {name: text for name, text in secrets.items() if text is not None}
        kept = {name: kept for name, kept in line.secrets.items() if name not in secrets}
        line.secrets = kept | _encrypt(box, line.id, given)
    if config is not None:
        line.config = _check_config(config)
    await session.flush()
    return line


async def load_lines(session: AsyncSession, box: SecretBox) -> list[LoadedLine]:
    """Every line that the session sees, secrets decrypted. Only one that cannot be read has a `problem`."""
    rows = await session.scalars(select(LineRow).order_by(LineRow.id))
    return [load_line(row, box) for row in rows]


def load_line(row: LineRow, box: SecretBox) -> LoadedLine:
    """A stored line with its secrets decrypted."""
    secrets: dict[str, str] = {}
    problem: str | None = None
    try:
        secrets = {name: box.decrypt(str(text), row.id) for name, text in row.secrets.items()}
    except RecadoError as error:
        problem = error.message
    return LoadedLine(_line(row, secrets), row.assistant_id, row.name, problem)


async def sealed_secrets(session: AsyncSession) -> list[str]:
    """What the session sees of lines' secrets, encrypted as they are."""
    rows = await session.scalars(select(LineRow.secrets))
    return [str(text) for secrets in rows for text in secrets.values()]


async def renew_secrets(session: AsyncSession, box: SecretBox, *, lost: bool = False) -> int:
    """Encrypt what the session sees of lines' secrets with the box's first key; how many lines that changed.

    Raises `RecadoError` (`secret_unreadable`) if one fits no key; with `lost` it is given up (`SecretBox.renew`).
    """
    changed = 0
    for row in await session.scalars(select(LineRow).order_by(LineRow.id).with_for_update()):
        renewed = {name: box.renew(str(text), row.id, lost=lost) for name, text in row.secrets.items()}
        if renewed != row.secrets:
            row.secrets = renewed
            changed += 1
    await session.flush()
    return changed


def _line(row: LineRow, secrets: Mapping[str, str]) -> Line:
    return Line(
        id=row.id,
        project_id=row.project_id,
        channel=row.channel,
        address=row.address,
        max_per_second=row.max_per_second,
        secrets=secrets,
        config=row.config,
        display_number=row.display_number,
    )


async def note_display_number(session: AsyncSession, line_id: str, number: str) -> None:
    """Keep the number that people know a line by (E.164), if the line is still there."""
    line = await session.get(LineRow, line_id)
    if line is not None:
        line.display_number = number
        await session.flush()


async def lines_of_number(session: AsyncSession, line_ids: Collection[str], number: str) -> Sequence[str]:
    """Which of these lines people know by this number."""
    named = select(LineRow.id).where(LineRow.id.in_(line_ids), LineRow.display_number == number)
    return (await session.scalars(named)).all()


def without_secrets(row: LineRow) -> Line:
    """A stored line for what needs none of its secrets."""
    return _line(row, {})


async def usable_line(session: AsyncSession, box: SecretBox, line_id: str) -> Line:
    """The line with its secrets. Raises `NotFound` (`line_not_found`) or `Conflict` (`line_unusable`)."""
    loaded = load_line(await get_line(session, line_id), box)
    if loaded.problem is not None:
        raise Conflict(f"The line cannot be used: {loaded.problem}", code="line_unusable")
    return loaded.line


def with_account(config: Mapping[str, Any] | None, before: Mapping[str, Any], waba_id: str | None) -> dict[str, Any]:
    """The configuration of a line: `config` in place of what was, but it keeps its business account unless named."""
    found = dict(before if config is None else config)
    known = waba_id or found.get(WABA_ID) or before.get(WABA_ID)
    return found | ({WABA_ID: known} if known else {})


def _encrypt(box: SecretBox, line_id: str, secrets: Mapping[str, str]) -> dict[str, Any]:
    return {name: box.encrypt(text, line_id) for name, text in secrets.items()}


def _check_address(address: str) -> str:
    if address != address.strip():
        raise BadInput("A line's address has no space around it", code="bad_address")
    return check_text(address, "address", MAX_ADDRESS, "bad_address")


def _check_config(config: Mapping[str, Any]) -> dict[str, Any]:
    if "\\u0000" in json.dumps(config):
        raise BadInput("config may not contain U+0000", code="bad_config")
    return dict(config)


def _check_rate(max_per_second: float) -> float:
    if not (math.isfinite(max_per_second) and max_per_second > 0):
        raise BadInput("max_per_second must be more than 0", code="bad_rate")
    return max_per_second
