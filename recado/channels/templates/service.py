"""Templates of a business account: kept, found, brought up to date. Nothing here commits: the caller's block does."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.channels.contract import Line
from recado.channels.service import WABA_ID
from recado.channels.templates.models import TemplateRow
from recado.channels.templates.values import Template
from recado.errors import BadInput
from recado.kit import now_ms
from recado.kit.pages import FIRST, Cut, Page, read_page
from recado.kit.spans import ALWAYS, Span


@dataclass(frozen=True, slots=True)
class Synced:
    """What a synchronisation changed: numbers of templates (each language counts)."""

    added: int
    changed: int
    removed: int
    total: int


def account_of(line: Line) -> str:
    """The line's business account. Raises `BadInput` (`no_waba_id`)."""
    waba_id = line.config.get(WABA_ID)
    if not waba_id:
        raise BadInput(
            "The line does not know its WhatsApp business account. Its id stands in Meta's app under WhatsApp > API "
            f"setup: recado line update --phone-number-id {line.address} --waba-id ID",
            code="no_waba_id",
        )
    return str(waba_id)


async def keep(session: AsyncSession, waba_id: str, fetched: Sequence[Template], asked_ms: int) -> Synced:
    """Make what is kept of an account the same as what was fetched of it: all of its templates.

    `asked_ms` is when the fetching began: of what changed later, a notice has told more already, and it is left alone.
    """
    rows = {(row.name, row.language): row for row in await _of_account(session, waba_id)}
    added = changed = 0
    for template in fetched:
        row = rows.pop((template.name, template.language), None)
        if row is None:
            session.add(_fill(TemplateRow(waba_id=waba_id, name=template.name, language=template.language), template))
            added += 1
        elif not _is_newer(row, asked_ms):
            changed += as_template(row) != template
            _fill(row, template)
    gone = [row for row in rows.values() if not _is_newer(row, asked_ms)]
    for row in gone:
        await session.delete(row)
    await session.flush()
    return Synced(added, changed, len(gone), len(fetched))


def _is_newer(row: TemplateRow, asked_ms: int) -> bool:
    return row.stale and row.checked_ms >= asked_ms


async def find(session: AsyncSession, waba_id: str, name: str) -> list[Template]:
    """The template in all its languages; empty if there is none of this name."""
    rows = await session.scalars(
        select(TemplateRow).where(TemplateRow.waba_id == waba_id, TemplateRow.name == name).order_by(TemplateRow.id)
    )
    return [as_template(row) for row in rows]


async def list_templates(
    session: AsyncSession, waba_id: str, cut: Cut = FIRST, *, status: str | None = None, span: Span = ALWAYS
) -> Page[TemplateRow]:
    """An account's templates, those first that were first known."""
    statement = select(TemplateRow).where(TemplateRow.waba_id == waba_id, *span.of(TemplateRow.created_ms))
    if status is not None:
        statement = statement.where(TemplateRow.status == status)
    return await read_page(session, statement, TemplateRow, cut)


async def note_change(session: AsyncSession, waba_id: str, name: str, language: str, **values: Any) -> None:
    """Take up what a notice says of a template (`status`, `category`, `quality`), and ask for the rest later."""
    row = await session.scalar(
        select(TemplateRow).where(
            TemplateRow.waba_id == waba_id, TemplateRow.name == name, TemplateRow.language == language
        )
    )
    if row is None:
        # Unknown here: until it was fetched nobody can tell what fits it, so that it cannot be sent yet.
        unknown = Template(name, language, "UNKNOWN", str(values.get("category") or "UNKNOWN"))
        row = _fill(TemplateRow(waba_id=waba_id, name=name, language=language), unknown)
        session.add(row)
    else:
        for column, value in values.items():
            if value is not None:
                setattr(row, column, value)
    row.stale, row.checked_ms = True, now_ms()
    await session.flush()


async def stale_accounts(session: AsyncSession, limit: int) -> list[tuple[str, str]]:
    """(project id, business account) of accounts of which a notice said that a template changed. A system session."""
    found = await session.execute(
        select(TemplateRow.project_id, TemplateRow.waba_id).where(TemplateRow.stale).distinct().limit(limit)
    )
    return [(row[0], row[1]) for row in found]


async def checked_since(session: AsyncSession, accounts: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Since when all templates of these accounts (project id, business account) are as they were last looked at; those
    that have none are left out. A system session.
    """
    # One by one, so that SQLite goes by the index that has both.
    these = (and_(TemplateRow.project_id == project_id, TemplateRow.waba_id == one) for project_id, one in accounts)
    found = await session.execute(
        select(TemplateRow.project_id, TemplateRow.waba_id, func.min(TemplateRow.checked_ms))
        .where(or_(false(), *these))
        .group_by(TemplateRow.project_id, TemplateRow.waba_id)
    )
    return {(row[0], row[1]): row[2] for row in found}


def as_template(row: TemplateRow) -> Template:
    """A kept template as a value."""
    return Template(
        name=row.name,
        language=row.language,
        status=row.status,
        category=row.category,
        components=row.components,
        parameter_format=row.parameter_format,
        quality=row.quality,
        provider_id=row.provider_id,
    )


def _fill(row: TemplateRow, template: Template) -> TemplateRow:
    row.provider_id = template.provider_id
    row.status = template.status
    row.category = template.category
    row.quality = template.quality
    row.parameter_format = template.parameter_format
    row.components = [dict(component) for component in template.components]
    row.stale = False
    row.checked_ms = now_ms()
    return row


async def _of_account(session: AsyncSession, waba_id: str) -> list[TemplateRow]:
    return list(await session.scalars(select(TemplateRow).where(TemplateRow.waba_id == waba_id)))
