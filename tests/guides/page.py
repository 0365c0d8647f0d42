"""What a page of the guides asks its reader to do: commands, files to write, and what is shown after a command.

docs/guides/README.md says how such a page is written. Nothing is run here.
"""

import re
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^(?P<indent>[ \t]*)```(?P<kind>[^\n`]*)\n(?P<body>.*?)^[ \t]*```[ \t]*$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"(?:^|\s{2,})#\s.*$", re.MULTILINE)
# What a test has not, by language: the words after "Needs" or "Hace falta" begin with one of these.
OUTSIDE = {
    "en": ("Meta", "a server with systemd", "an address with HTTPS", "a model", "a provider's key", "newer commits"),
    "es": (
        *("Meta", "un servidor con systemd", "una dirección con HTTPS", "un modelo", "la clave de un proveedor"),
        "una versión nueva",
    ),
}
NEEDS = {"en": "# Needs ", "es": "# Hace falta "}
FAILS = {"en": "ends with 1", "es": "termina con 1"}
TYPED = {"en": re.compile(r"# write: (.*)$", re.MULTILINE), "es": re.compile(r"# escribe: (.*)$", re.MULTILINE)}
FILE = re.compile(r"# (?P<name>[\w.-]+\.\w+)\n")
# Shown where something differs from run to run.
ANYTHING = "…"


@dataclass(frozen=True, slots=True)
class Step:
    """A block of a page: `commands` for a shell, or a file to write (`name`), and what is `shown` afterwards."""

    line: int
    body: str
    name: str | None = None
    needs: str | None = None
    fails: bool = False
    stops: bool = False
    typed: tuple[str, ...] = ()
    shown: str | None = None

    @property
    def commands(self) -> str:
        """The body without what is said in one language: its comments."""
        return "\n".join(line.rstrip() for line in COMMENT.sub("", self.body).splitlines() if line.strip())

    @property
    def act(self) -> tuple[object, ...]:
        """What is the same in every language."""
        return (self.name, "" if self.name else self.commands, bool(self.needs), self.fails, self.stops, self.typed)


class PageError(AssertionError):
    """A block that no test could follow, or that is marked wrongly."""


def steps(page: Path) -> list[Step]:
    """The steps of a page, in order. Raises `PageError` for a block that is neither run, written, shown nor marked."""
    text = page.read_text(encoding="utf-8")
    language = "es" if page.name.endswith(".es.md") else "en"
    found: list[Step] = []
    for fence in FENCE.finditer(text):
        line = text.count("\n", 0, fence.start()) + 1
        body = re.sub(rf"^{fence['indent']}", "", fence["body"], flags=re.MULTILINE)
        kind = fence["kind"].strip()
        if kind == "sh":
            found.append(_commands(f"{page.name}:{line}", line, body, language))
        elif kind == "text" and found and found[-1].shown is None and not found[-1].name:
            found[-1] = _with_shown(found[-1], body)
        elif named := FILE.match(body):
            found.append(Step(line, body, name=named["name"]))
        else:
            raise PageError(
                f"{page.name}:{line}: a block of {kind or 'nothing'!r} that is neither commands (sh), nor what the "
                "commands before it print (text), nor a file whose first line is `# NAME`"
            )
    return found


def _commands(where: str, line: int, body: str, language: str) -> Step:
    first = body.partition("\n")[0]
    needs = None
    if first.startswith(NEEDS[language]):
        needs = first.removeprefix(NEEDS[language])
        if not needs.startswith(OUTSIDE[language]):
            raise PageError(f"{where}: {needs!r} is nothing that a test lacks; known are {OUTSIDE[language]}")
    return Step(
        line,
        body,
        needs=needs,
        fails=FAILS[language] in body,
        stops="Ctrl-C" in first and first.startswith("#"),
        typed=tuple(TYPED[language].findall(body)),
    )


def _with_shown(step: Step, shown: str) -> Step:
    return Step(step.line, step.body, None, step.needs, step.fails, step.stops, step.typed, shown)


def matches(shown: str, printed: str) -> bool:
    """True if `printed` is what a page shows: `…` in a line is anything there, alone it is any lines."""
    pattern = ""
    for line in shown.strip().splitlines():
        if line.strip() == ANYTHING:
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += ".*?".join(re.escape(part) for part in line.rstrip().split(ANYTHING)) + r"[ \t]*\n"
    return re.fullmatch(pattern, printed.strip() + "\n") is not None
