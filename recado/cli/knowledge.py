"""`recado knowledge`: what assistants answer from."""

from typing import Any

import click

from recado.cli import support


@click.group()
def knowledge() -> None:
    """Knowledge: the entries that an assistant answers from."""


@knowledge.command(epilog='\b\nExample:\n  recado knowledge search --project clinica rules "¿atienden los sábados?"')
@click.option("--project", required=True, metavar="SLUG", help="Whose assistant.")
@click.argument("assistant")
@click.argument("question")
@click.option("--limit", type=click.IntRange(1, 50), default=10, metavar="N", help="How many at most (10).")
@support.json_option
def search(project: str, assistant: str, question: str, limit: int, as_json: bool) -> None:
    """The entries that have most to do with a question, the best first. ASSISTANT is its short name."""
    rows = support.run(_search(project, assistant, question, limit))
    columns = ("score", "topic", "language", "question")
    support.show(rows, columns, as_json=as_json, nothing="No entry has anything to do with it.")


async def _search(project: str, slug: str, question: str, limit: int) -> list[dict[str, Any]]:
    from recado.assistants.service import find_assistant
    from recado.errors import NotFound
    from recado.knowledge.search import search as search_entries
    from recado.projects.service import find_project

    async with support.open_database() as database:
        async with database.system(read_only=True) as session:
            found = await find_project(session, project)
        if found is None:
            raise NotFound(f"There is no project {project!r}. See: recado project list", code="project_not_found")
        async with database.project(found.id, read_only=True) as session:
            who = await find_assistant(session, slug)
            if who is None:
                raise NotFound(f"There is no assistant {slug!r} in {project}", code="assistant_not_found")
            hits = await search_entries(session, who.id, [question], limit=limit)
    return [
        {
            "score": hit.score,
            "topic": hit.entry.topic,
            "language": hit.entry.language,
            "question": hit.entry.question,
            "answer": hit.entry.answer,
            "id": hit.entry.id,
        }
        for hit in hits
    ]
