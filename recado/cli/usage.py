"""`recado usage`: what models took."""

from typing import Any

import click

from recado.cli import support

DEFAULT_DAYS = 7


@click.command()
@click.argument("project")
@click.option("--days", default=DEFAULT_DAYS, show_default=True, type=click.IntRange(1, 92), help="Latest days.")
@support.json_option
def usage(project: str, days: int, as_json: bool) -> None:
    """Tokens and money that models took, by day (UTC). PROJECT is its short name."""
    rows = support.run(_read(project, days))
    columns = ("day", "calls", "refused", "tokens_in", "tokens_out", "cost")
    support.show(rows, columns, as_json=as_json, nothing=f"No model was asked for {project} yet.")


async def _read(project: str, days: int) -> list[dict[str, Any]]:
    from recado.brain.llm.budget import MICROS
    from recado.projects.service import get_by_slug
    from recado.usage.service import days as days_of

    async with support.open_database() as database:
        async with database.system(read_only=True) as session:
            found = await get_by_slug(session, project)
        async with database.project(found.id, read_only=True) as session:
            return [
                {
                    "day": row.day,
                    "calls": row.calls,
                    "refused": row.refused,
                    "tokens_in": row.tokens_in,
                    "tokens_out": row.tokens_out,
                    "cost": row.cost_micros / MICROS,
                }
                for row in await days_of(session, days)
            ]
