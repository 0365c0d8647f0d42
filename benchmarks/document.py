"""Writes a benchmark's figures into docs/benchmarks.md: each benchmark owns one marked part of the page."""

import datetime
import shlex
from pathlib import Path

NEW_PAGE = "# Benchmarks\n"


def _markers(name: str) -> tuple[str, str]:
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def write_part(page: Path, name: str, title: str, machine: str, command: list[str], body: str) -> None:
    """Replace (or append) the part called `name`, with machine, date and command; the rest of the page stays."""
    begin, end = _markers(name)
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    part = f"{begin}\n## {title}\n\n`{shlex.join(command)}`, {today}. {machine}.\n\n{body}\n{end}"
    text = page.read_text() if page.exists() else NEW_PAGE
    if begin in text and end in text:
        before, _, rest = text.partition(begin)
        text = before + part + rest.partition(end)[2]
    else:
        text = text.rstrip("\n") + "\n\n" + part + "\n"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text)
