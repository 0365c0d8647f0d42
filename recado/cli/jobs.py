"""`recado job` and `recado schedule`: work in the background, seen and stopped."""

import json
from typing import TYPE_CHECKING, Any

import click

from recado.cli import support

if TYPE_CHECKING:
    from recado.jobs.models import Job

STATES = ("pending", "running", "succeeded", "failed", "cancelled")
MAX_SHOWN = 200

project_option = click.option("--project", required=True, metavar="SLUG", help="The project's short name.")


@click.group()
def job() -> None:
    """Work in the background: how far it is, and how to stop it."""


@job.command("list")
@project_option
@click.option("--state", type=click.Choice(STATES), help="Only jobs in this state.")
@click.option("--kind", help="Only jobs of this kind, such as bulk_send.")
@click.option(
    "--limit", type=click.IntRange(1, MAX_SHOWN), default=50, show_default=True, help="At most so many, newest first."
)
@support.json_option
def list_jobs(project: str, state: Any, kind: str | None, limit: int, as_json: bool) -> None:
    """The project's jobs, newest first."""
    rows = support.run(_list(project, state, kind, limit))
    columns = ("id", "kind", "state", "attempts", "error", "created_ms", "progress")
    support.show(rows, columns, as_json=as_json, nothing="No jobs.")


@job.command()
@project_option
@click.argument("job_id", type=support.ID, metavar="ID")
def show(project: str, job_id: str) -> None:
    """One job, as JSON."""
    support.emit(support.run(_show(project, job_id)))


@job.command()
@project_option
@click.argument("job_id", type=support.ID, metavar="ID")
@support.json_option
def cancel(project: str, job_id: str, as_json: bool) -> None:
    """Stop a job: at once if it waits, else within moments. What it has done stays done."""
    found = support.run(_cancel(project, job_id))
    if as_json:
        support.emit(found)
    elif found["state"] == "cancelled":
        click.echo("Cancelled.")
    else:
        click.echo("Asked to stop. Look: recado job show ID")


@click.group()
def schedule() -> None:
    """When jobs are made."""


@schedule.command("list")
@project_option
@support.json_option
def list_schedules(project: str, as_json: bool) -> None:
    """The project's schedules, and when each is due next."""
    rows = support.run(_schedules(project))
    columns = ("id", "name", "kind", "cron", "timezone", "state", "next_ms", "last_ms")
    support.show(rows, columns, as_json=as_json, nothing="No schedules.")


async def _list(project: str, state: Any, kind: str | None, limit: int) -> list[dict[str, Any]]:
    from recado.jobs.service import list_page
    from recado.kit.pages import Cut

    async with support.project_session(project) as session:
        page = await list_page(session, Cut(None, limit), state=state, kind=kind)
        return [_row(one) for one in page.items]


async def _show(project: str, job_id: str) -> dict[str, Any]:
    from recado.jobs.service import get

    async with support.project_session(project) as session:
        found = await get(session, job_id)
        result = None if found.result is None else json.loads(found.result)
        return {**_row(found), "progress": json.loads(found.progress), "result": result, "error_text": found.error_text}


async def _cancel(project: str, job_id: str) -> dict[str, Any]:
    from recado.jobs.service import cancel

    async with support.project_session(project, read_only=False) as session:
        return _row(await cancel(session, job_id))


async def _schedules(project: str) -> list[dict[str, Any]]:
    from recado.jobs.schedules import list_page

    async with support.project_session(project) as session:
        return [
            {
                "id": row.id,
                "name": row.name,
                "kind": row.kind,
                "cron": row.cron,
                "timezone": row.timezone,
                "state": "paused" if row.paused else "active",
                "next_ms": row.next_ms,
                "last_ms": row.last_ms,
            }
            for row in await support.every(lambda cut: list_page(session, cut))
        ]


def _row(found: "Job") -> dict[str, Any]:
    return {
        "id": found.id,
        "kind": found.kind,
        "state": found.state,
        "attempts": found.attempts,
        "error": found.error_code,
        "cancel_requested": found.cancel_requested,
        "created_ms": found.created_ms,
        "finished_ms": found.finished_ms,
        "progress": found.progress,
    }
