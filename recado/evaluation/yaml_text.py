"""YAML in which words stay as they are written, and every value knows its line.

`yes`, `no`, 15:00 and 2026-11-26 are texts, as whoever writes conversations expects; true, false, null and plain
numbers are not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml


class NotYaml(Exception):
    """The text is no YAML. `line` counts from 1."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line, self.problem = line, problem


@dataclass(frozen=True, slots=True)
class Document:
    """A value and where its parts stand."""

    value: Any
    _root: Any

    def line_of(self, where: Sequence[int | str]) -> int:
        """The line of the deepest part on this way (keys and positions) that is there; it counts from 1."""
        node, line = self._root, 1
        for step in where:
            found = _child(node, step)
            if found is None:
                return line
            line, node = found
        return line


class _Loader(yaml.SafeLoader):
    """Knows fewer kinds of values than YAML 1.1 does."""


_TYPES = (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:null|~|)$", "n~"),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789"),
)
_RESOLVERS: dict[str, list[tuple[str, re.Pattern[str]]]] = {"": [("tag:yaml.org,2002:null", re.compile(""))]}
for _name, _pattern, _firsts in _TYPES:
    for _first in _firsts:
        _RESOLVERS.setdefault(_first, []).append((f"tag:yaml.org,2002:{_name}", re.compile(_pattern)))
_Loader.yaml_implicit_resolvers = _RESOLVERS


def read(text: str) -> Document:
    """The one document of a text. Raises `NotYaml`."""
    loader: Any = _Loader(text)
    try:
        root = loader.get_single_node()
        return Document(None if root is None else loader.construct_document(root), root)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise NotYaml(mark.line + 1 if mark else 1, str(getattr(error, "problem", None) or "is no YAML")) from None
    except RecursionError:
        raise NotYaml(1, "is nested too deep") from None
    finally:
        loader.dispose()


def _child(node: Any, step: int | str) -> tuple[int, Any] | None:
    """The line and the node of a key or a position; None if there is none."""
    if isinstance(node, yaml.MappingNode):
        pairs: list[tuple[Any, Any]] = node.value
        return next(((key.start_mark.line + 1, value) for key, value in pairs if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        items: list[Any] = node.value
        return (items[step].start_mark.line + 1, items[step]) if step < len(items) else None
    return None
