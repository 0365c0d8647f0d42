"""Reads the part of PromQL that our rules and dashboards are written in, and refuses whatever it does not know.

The grammar is that of https://prometheus.io/docs/prometheus/latest/querying/basics/ and .../operators/.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""\s*(?:
    (?P<duration>\d+(?:ms|[smhdwy])(?![\w.])) | (?P<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])) |
    (?P<text>"(?:[^"\\]|\\.)*") | (?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*) |
    (?P<sign>=~|!~|==|!=|<=|>=|[-+*/%^<>=(){}\[\],])
    )""",
    re.VERBOSE,
)
BINARY = {"or": 1, "and": 2, "unless": 2, "==": 3, "!=": 3, "<": 3, ">": 3, "<=": 3, ">=": 3, "+": 4, "-": 4, "*": 5,
          "/": 5, "%": 5, "^": 6}  # fmt: skip
AGGREGATIONS = {"sum": 0, "min": 0, "max": 0, "avg": 0, "count": 0, "topk": 1, "bottomk": 1}
# What each function takes: s a number, v a vector, r a vector over a time.
FUNCTIONS = {"rate": "r", "increase": "r", "delta": "r", "histogram_quantile": "sv", "absent": "v", "time": ""}


@dataclass(frozen=True, slots=True)
class Selector:
    """One metric as it is asked for; `matchers` are (label, operator, value)."""

    name: str
    matchers: tuple[tuple[str, str, str], ...]


@dataclass
class Query:
    """What a query uses. `grouped` are the labels that it groups by, or matches on; `calls` are the functions with what
    they are of, however far inside.
    """

    selectors: list[Selector] = field(default_factory=list[Selector])
    calls: list[tuple[str, Selector]] = field(default_factory=list[tuple[str, Selector]])
    grouped: set[str] = field(default_factory=set[str])


def read(text: str) -> Query:
    """Raises `ValueError` with the place where it is no PromQL."""
    parser = _Parser(text)
    parser.expression(0)
    parser.expect("end", "")
    return parser.query


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while text[at:].strip():
        found = TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise ValueError(f"not PromQL: {text[at:]!r}")
        yield found.lastgroup, found[found.lastgroup]
        at = found.end()
    yield "end", ""


class _Parser:
    def __init__(self, text: str) -> None:
        self.query = Query()
        self._text = text
        self._left = list(_tokens(text))

    def expect(self, kind: str, value: str | None = None) -> str:
        found = self._left.pop(0)
        if found[0] != kind or (value is not None and found[1] != value):
            raise ValueError(f"{value or kind} is missing before {found[1]!r} in {self._text!r}")
        return found[1]

    def _is(self, value: str) -> bool:
        return self._left[0][1] == value and self._left[0][0] in ("sign", "name")

    def _take(self, value: str) -> bool:
        if self._is(value):
            self._left.pop(0)
            return True
        return False

    def expression(self, least: int) -> str:
        """The kind of what was read: s, v or r."""
        kind = self.expression(6) if self._take("-") else self._operand()
        while (power := BINARY.get(self._left[0][1], 0)) > least:
            operator = self._left.pop(0)[1]
            for word in ("on", "ignoring"):
                if self._take(word):
                    self._labels()
            other = self.expression(power)
            if "r" in (kind, other) or (operator in ("and", "or", "unless") and "s" in (kind, other)):
                raise ValueError(f"{operator} cannot join these in {self._text!r}")
            kind = "v" if "v" in (kind, other) else "s"
        return kind

    def _operand(self) -> str:
        if self._take("("):
            kind = self.expression(0)
            self.expect("sign", ")")
            return kind
        if self._left[0][0] == "number":
            self._left.pop(0)
            return "s"
        name = self.expect("name")
        if name in AGGREGATIONS:
            return self._aggregation(name)
        if self._is("("):
            return self._call(name)
        return self._selector(name)

    def _aggregation(self, name: str) -> str:
        grouped = self._grouping()
        self.expect("sign", "(")
        for _ in range(AGGREGATIONS[name]):
            self.expect("number")
            self.expect("sign", ",")
        if self.expression(0) != "v":
            raise ValueError(f"{name} takes a vector in {self._text!r}")
        self.expect("sign", ")")
        if not grouped:
            self._grouping()
        return "v"

    def _grouping(self) -> bool:
        if self._take("by") or self._take("without"):
            self._labels()
            return True
        return False

    def _labels(self) -> None:
        self.expect("sign", "(")
        while not self._take(")"):
            self.query.grouped.add(self.expect("name"))
            if not self._is(")"):
                self.expect("sign", ",")

    def _call(self, name: str) -> str:
        if name not in FUNCTIONS:
            raise ValueError(f"there is no function {name} in {self._text!r}")
        self.expect("sign", "(")
        before = len(self.query.selectors)
        kinds: list[str] = []
        while not self._take(")"):
            kinds.append(self.expression(0))
            if not self._is(")"):
                self.expect("sign", ",")
        if "".join(kinds) != FUNCTIONS[name]:
            raise ValueError(f"{name} takes something else in {self._text!r}")
        self.query.calls += [(name, selector) for selector in self.query.selectors[before:]]
        return "s" if name == "time" else "v"

    def _selector(self, name: str) -> str:
        matchers: list[tuple[str, str, str]] = []
        if self._take("{"):
            while not self._take("}"):
                label, operator = self.expect("name"), self.expect("sign")
                if operator not in ("=", "!=", "=~", "!~"):
                    raise ValueError(f"{operator} matches no label in {self._text!r}")
                matchers.append((label, operator, self.expect("text")[1:-1]))
                if not self._is("}"):
                    self.expect("sign", ",")
        self.query.selectors.append(Selector(name, tuple(matchers)))
        if self._take("["):
            self.expect("duration")
            self.expect("sign", "]")
            return "r"
        return "v"
