"""`recado key`: the keys that open a project's API, and secrets for settings."""

from typing import TYPE_CHECKING

import click

from recado.cli import support

if TYPE_CHECKING:
    from recado.projects.models import ApiKey

project_option = click.option("--project", "project", required=True, metavar="SLUG", help="Whose keys.")


@click.group()
def key() -> None:
    """API keys of a project."""


@key.command()
@project_option
@click.option("--name", default="cli", show_default=True, help="What the key is for.")
@click.option(
    "--role",
    type=click.Choice(["read", "agent", "admin"]),
    default="admin",
    show_default=True,
    help="What it may do: look, also answer people, or everything.",
)
@support.json_option
def create(project: str, name: str, role: str, as_json: bool) -> None:
    """Make a key. It is shown once, now."""
    made = support.run(_create(project, name, role))
    if as_json:
        support.emit(made)
    else:
        click.echo(made["key"])
        click.echo("Keep it now: only its hash is stored. Use it as X-API-Key or Authorization: Bearer.", err=True)


@key.command("list")
@project_option
@support.json_option
def list_(project: str, as_json: bool) -> None:
    """All keys, the revoked ones too."""
    rows = support.run(_list(project))
    columns = ("id", "name", "role", "hint", "created_ms", "revoked_ms")
    nothing = f"There is no key yet. Make one: recado key create --project {project}"
    support.show(rows, columns, as_json=as_json, nothing=nothing)


@key.command()
@project_option
@click.argument("key_id", type=support.ID, metavar="ID")
def revoke(project: str, key_id: str) -> None:
    """Close a key for good."""
    support.run(_revoke(project, key_id))
    click.echo(f"Key {key_id} is revoked.")


@key.command("generate-secret")
def generate_secret() -> None:
    """Print a new secret for RECADO_SECRET_KEY. Stores nothing."""
    import secrets

    click.echo(secrets.token_urlsafe(32))


@key.command(epilog="\b\nExample:\n  RECADO_SECRET_KEY=the-new-one,the-old-one recado key reencrypt")
@click.option(
    "--key-lost", is_flag=True, help="Give up what no key opens; it cannot be had back. Only when its key is lost."
)
@click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
@support.json_option
def reencrypt(key_lost: bool, yes: bool, as_json: bool) -> None:
    """Encrypt all stored secrets with the first key of RECADO_SECRET_KEY.

    Then the others are needed no more. All processes must know the new key before. Running again does no harm.

    If a key is lost for ever, --key-lost gives up what it opened, so that Recado can start: lines stay, and work once
    they have their secrets again (recado line update); webhooks post once they have new ones (PATCH in the API).
    """
    if key_lost and not yes:
        click.echo("Every secret that no key at hand opens will be gone for good.", err=True)
        click.confirm("Is RECADO_SECRET_KEY here what the service has, and the old key lost?", abort=True, err=True)
    changed = support.run(_reencrypt(lost=key_lost))
    if as_json:
        support.emit(changed)
        return
    told = ", ".join(f"{count} {what}" for what, count in changed.items())
    if key_lost:
        click.echo(f"Encrypted anew or given up: {told}. What needs its secrets again: recado doctor")
    else:
        click.echo(f"Encrypted anew: {told}. Everything is encrypted with the first key now.")


async def _reencrypt(*, lost: bool) -> dict[str, int]:
    from recado.channels.service import renew_secrets as renew_lines
    from recado.compat.jobs import renew_keys as renew_callbacks
    from recado.jobs.callbacks import renew_secrets as renew_job_callbacks
    from recado.keyring import open_box
    from recado.kit.crypto import secret_box
    from recado.webhooks.service import renew_secrets as renew_webhooks

    settings = support.settings()
    async with support.open_database() as database:
        box = secret_box(settings.secret_key, settings.data_dir) if lost else await open_box(settings, database)
        async with database.system() as session:
            lines = await renew_lines(session, box, lost=lost)
            webhooks = await renew_webhooks(session, box, lost=lost)
            callbacks = await renew_callbacks(session, box, lost=lost)
            callbacks += await renew_job_callbacks(session, box, lost=lost)
            return {"lines": lines, "webhooks": webhooks, "callbacks": callbacks}


async def _create(slug: str, name: str, role: str) -> dict[str, object]:
    from recado.projects.service import Role, create_key, get_by_slug

    async with support.open_database() as database:
        async with database.system(read_only=True) as session:
            project = await get_by_slug(session, slug)
        async with database.project(project.id) as session:
            made, token = await create_key(session, project.id, name, Role(role))
        return {**_json(made), "key": token}


async def _list(slug: str) -> list[dict[str, object]]:
    from recado.projects.service import get_by_slug, list_keys

    async with support.open_database() as database:
        async with database.system(read_only=True) as session:
            project = await get_by_slug(session, slug)
        async with database.project(project.id, read_only=True) as session:
            return [_json(found) for found in await support.every(lambda cut: list_keys(session, cut))]


async def _revoke(slug: str, key_id: str) -> None:
    from recado.projects.service import get_by_slug, revoke_key

    async with support.open_database() as database:
        async with database.system(read_only=True) as session:
            project = await get_by_slug(session, slug)
        async with database.project(project.id) as session:
            await revoke_key(session, key_id)


def _json(found: "ApiKey") -> dict[str, object]:
    return {
        "id": found.id,
        "name": found.name,
        "role": found.role,
        "hint": found.hint,
        "created_ms": found.created_ms,
        "revoked_ms": found.revoked_ms,
    }
