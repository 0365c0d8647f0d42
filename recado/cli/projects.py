"""`recado project`: the tenants of this installation."""

from typing import Any

import click

from recado.cli import support


class _Days(click.ParamType[int]):
    """A number of days, or "keep", which is 0 here."""

    name = "days"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if value == "keep" or isinstance(value, int):
            return 0 if value == "keep" else value
        if not str(value).isdecimal() or not int(value):
            self.fail(f'{value!r} is no number of days. Give one such as 365, or "keep"')
        return int(value)


DAYS = _Days()


@click.group()
def project() -> None:
    """Projects: each has its own lines, assistants, contacts and keys."""


@project.command()
@click.argument("slug")
@click.option("--name", help="What people call it. Default: the slug.")
@support.json_option
def create(slug: str, name: str | None, as_json: bool) -> None:
    """Make a project. SLUG is its short name, such as clinica-norte."""
    made = support.run(_create(slug, name or slug))
    if as_json:
        support.emit(made)
    else:
        click.echo(f"Project {slug} is made. Next: recado key create --project {slug}")


@project.command("list")
@support.json_option
def list_(as_json: bool) -> None:
    """All projects."""
    rows = support.run(_list())
    nothing = "There is no project yet. Make one: recado project create SLUG"
    support.show(rows, ("slug", "name", "id", "created_ms"), as_json=as_json, nothing=nothing)


@project.command(epilog="\b\nExample:\n  recado project retention clinica-norte --messages 365 --media 90 --logs 30")
@click.argument("slug")
@click.option("--messages", type=DAYS, help="Days that messages of both directions are kept, with their files.")
@click.option("--media", type=DAYS, help="Days that files of people are kept.")
@click.option("--logs", type=DAYS, help="Days that events, webhook deliveries and ended jobs are kept.")
@click.option("--dry-run", is_flag=True, help="Change nothing; show how many rows would go.")
@support.json_option
def retention(
    slug: str, messages: int | None, media: int | None, logs: int | None, dry_run: bool, as_json: bool
) -> None:
    """How long a project keeps what; "keep" is for ever. What is not given stays as it is.

    A worker looks every hour and removes what is older. Nothing goes that waits, is owed, was given up or may have been
    sent. What has gone does not come back.
    """
    told = support.run(_retention(slug, {"messages": messages, "media": media, "logs": logs}, dry_run))
    if as_json:
        support.emit(told)
        return
    for name in ("messages", "media", "logs"):
        click.echo(f"{name:<9} {'for ever' if told[name] is None else f'{told[name]} days'}")
    due = {table: count for table, count in told["due"].items() if count}
    listed = ", ".join(f"{count} of {table}" for table, count in due.items()) or "nothing"
    click.echo(f"{'Would go now' if dry_run else 'Goes within the next hour'}: {listed}.")


async def _retention(slug: str, given: dict[str, int | None], dry_run: bool) -> dict[str, Any]:
    from recado.privacy.service import Days, count_due, get_retention, set_retention

    async with support.project_session(slug, read_only=False) as session:
        project_id = str(session.info["project_id"])
        now = await get_retention(session, project_id)
        wanted = {name: getattr(now, name) if days is None else (days or None) for name, days in given.items()}
        days = Days(**wanted)
        if not dry_run and any(value is not None for value in given.values()):
            await set_retention(session, project_id, days)
        return {**wanted, "due": await count_due(session, days)}


async def _create(slug: str, name: str) -> dict[str, object]:
    from recado.projects.service import create_project

    async with support.open_database() as database, database.system() as session:
        made = await create_project(session, slug, name)
        return {"id": made.id, "slug": made.slug, "name": made.name, "created_ms": made.created_ms}


async def _list() -> list[dict[str, object]]:
    from recado.projects.service import list_projects

    async with support.open_database() as database, database.system(read_only=True) as session:
        found = await support.every(lambda cut: list_projects(session, cut))
        return [{"id": p.id, "slug": p.slug, "name": p.name, "created_ms": p.created_ms} for p in found]
