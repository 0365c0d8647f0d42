"""`recado project`: the tenants of this installation."""

import click

from recado.cli import support


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
