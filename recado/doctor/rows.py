"""How many rows there are."""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.db import Base


async def how_many(session: AsyncSession, table: type[Base], *where: ColumnElement[bool]) -> int:
    """The rows of a table for which all of it is true."""
    return (await session.scalar(select(func.count()).select_from(table).where(*where))) or 0
