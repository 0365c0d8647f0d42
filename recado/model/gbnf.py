"""JSON schemas as GBNF, llama.cpp's own grammars (https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md).

For the models whose tokenizer puts a space before every text (Llama 2, the first Mistrals): xllamacpp's grammars go
through llguidance, which then takes "▁word" for "word", and lets invalid texts pass. A grammar made here may allow less
than the schema does (no properties but those that are named, fewer digits), and never more.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from recado.model.schemas import bad_schema

# llama.cpp's bound of a repetition.
MAX_TIMES = 2000
# More values than that are not written out.
MAX_ENUMERATED = 1000
MAX_DIGITS = 15

# What is a character of Unicode, without control characters.
_CHAR = r"""[ !#-\[\]-~\u00A0-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4})"""
_BASE = {
    "char": _CHAR,
    "text": r'"\"" char* "\""',
    "whole": f'"-"? ("0" | [1-9] [0-9]{{0,{MAX_DIGITS - 1}}})',
    "decimal": f'whole ("." [0-9]{{1,{MAX_DIGITS}}})?',
    "truth": '"true" | "false"',
    "date": '[0-9]{4} "-" ("0" [1-9] | "1" [0-2]) "-" ("0" [1-9] | "1" [0-9] | "2" [0-8])',
    "any": 'text | decimal | truth | "null" | anyobject | anylist',
    "anyobject": r'"{" (text ":" any ("," text ":" any)*)? "}"',
    "anylist": r'"[" (any ("," any)*)? "]"',
}
_PLAIN = {"boolean": "truth", "null": '"null"'}


def to_gbnf(schema: Mapping[str, Any]) -> str:
    """The grammar of compact JSON by a schema that `held` let pass. Raises `BadInput` (`bad_schema`)."""
    rules = _Rules(schema)
    rules.named["root"] = rules.of(schema)
    return "\n".join(f"{name} ::= {rule}" for name, rule in {**rules.named, **_BASE}.items())


class _Rules:
    """Collects rules; parts of a schema are put in place, or get a name when they are used twice."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.named: dict[str, str] = {}
        self._root = root
        self._refs: dict[str, str] = {}

    def of(self, schema: Mapping[str, Any] | bool) -> str:
        """What stands for a schema in a rule, in brackets if need be."""
        if schema is True or not schema:
            return "any"
        of: Mapping[str, Any] = schema
        if "$ref" in of:
            return self._ref(of["$ref"])
        if "enum" in of or "const" in of:
            return _either([_literal(value) for value in of.get("enum", [of.get("const")])])
        for several in ("anyOf", "oneOf"):
            if several in of:
                return _either([self.of(one) for one in of[several]])
        if "allOf" in of and len(of["allOf"]) == 1:
            return self.of(of["allOf"][0])
        kinds = of.get("type", "object" if "properties" in of else None)
        if kinds is None:
            raise _not_here("without a type")
        several_kinds: list[str] = [kinds] if isinstance(kinds, str) else list(kinds)
        return _either([self._typed(kind, of) for kind in several_kinds])

    def _ref(self, pointer: str) -> str:
        if pointer not in self._refs:
            target: Any = self._root
            for step in pointer.removeprefix("#/").split("/"):
                if not isinstance(target, Mapping) or step not in target:
                    raise bad_schema("refers to something that is not in it")
                target = cast("Mapping[str, Any]", target)[step]
            self._refs[pointer] = f"ref{len(self._refs)}"
            self.named[self._refs[pointer]] = self.of(target)
        return self._refs[pointer]

    def _typed(self, kind: str, of: Mapping[str, Any]) -> str:
        match kind:
            case "object":
                return self._object(of)
            case "array":
                return self._list(of)
            case "string":
                return _text(of)
            case "integer" | "number":
                return _number(kind, of)
            case _:
                return _PLAIN[kind]

    def _object(self, of: Mapping[str, Any]) -> str:
        properties: Mapping[str, Any] = of.get("properties", {})
        required = set(of.get("required", ()))
        if not required <= set(properties):
            raise _not_here("whose required properties have no schema")
        if not properties:
            return '"{}"' if of.get("additionalProperties") is False else "anyobject"
        members = [
            (f"{_literal(name)} {_quoted(':')} {self.of(one)}", name in required) for name, one in properties.items()
        ]
        return f'"{{" {self._members(members, first=True)} "}}"'

    def _members(self, members: Sequence[tuple[str, bool]], *, first: bool) -> str:
        """The rule for these members of an object, in order, after others or at the beginning."""
        if not members:
            return '""'
        (member, required), *rest = members
        here = member if first else f'"," {member}'
        after = self._name(self._members(rest, first=False))
        if required:
            return f"{here} {after}"
        without = self._name(self._members(rest, first=True)) if first else after
        return f"({here} {after} | {without})"

    def _name(self, rule: str) -> str:
        if len(rule) < 12:
            return rule
        for name, known in self.named.items():
            if known == rule:
                return name
        name = f"part{len(self.named)}"
        self.named[name] = rule
        return name

    def _list(self, of: Mapping[str, Any]) -> str:
        if "prefixItems" in of:
            raise _not_here("with prefixItems")
        least, most = of.get("minItems", 0), min(of.get("maxItems", MAX_TIMES), MAX_TIMES)
        if least > most:
            raise bad_schema("has a list that can have no length")
        if most == 0:
            return '"[]"'
        item = self._name(self.of(of.get("items", True)))
        some = f'{item} ("," {item}){{{max(0, least - 1)},{most - 1}}}'
        return f'"[" {some} "]"' if least else f'"[" ({some})? "]"'


def _text(of: Mapping[str, Any]) -> str:
    if of.get("format") == "date":
        return r'"\"" date "\""'
    if "format" in of or "pattern" in of:
        raise _not_here("with a pattern or a format other than date")
    least, most = of.get("minLength", 0), of.get("maxLength", MAX_TIMES)
    if least > min(most, MAX_TIMES):
        raise bad_schema("has a text that can have no length")
    if not least and "maxLength" not in of:
        return "text"
    return rf'"\"" char{{{least},{min(most, MAX_TIMES)}}} "\""'


def _number(kind: str, of: Mapping[str, Any]) -> str:
    bounds = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"} & set(of)
    if not bounds:
        return "whole" if kind == "integer" else "decimal"
    least, most = of.get("minimum"), of.get("maximum")
    if bounds != {"minimum", "maximum"} or not (isinstance(least, int) and isinstance(most, int)) or least > most:
        raise _not_here("with a number that has other bounds than a whole minimum and maximum")
    if most - least <= MAX_ENUMERATED:
        return _either([_quoted(str(value)) for value in range(least, most + 1)])
    # Fewer digits than the bounds have are always within them.
    up, down = len(str(most)) - 1 if most > 0 else 0, len(str(-least)) - 1 if least < 0 else 0
    ways = ['"0"'] if least <= 0 <= most else []
    if least <= 1 and up:
        ways.append(f"[1-9] [0-9]{{0,{up - 1}}}")
    if most >= -1 and down:
        ways.append(f'"-" [1-9] [0-9]{{0,{down - 1}}}')
    if not ways:
        raise _not_here("with a number far from 0")
    return _either(ways)


def _either(ways: Sequence[str]) -> str:
    return ways[0] if len(ways) == 1 else f"({' | '.join(ways)})"


def _literal(value: object) -> str:
    return _quoted(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _not_here(what: str) -> Exception:
    return bad_schema(f"has a part {what}, which this model's tokenizer cannot be held to")
