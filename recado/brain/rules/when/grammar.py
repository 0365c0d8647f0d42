"""A message as a string with one letter per token, and rules over it as regular expressions.

Writing a rule over the kinds of tokens ("in N DAY_UNIT") keeps it short and readable, and matching it over a string
that has one letter per token keeps it fast: the search happens in C, over a dozen letters instead of sixty.

The language of rules: names of kinds (as in `lexicon.py`), `( | )`, `?`, `{m,n}`, `(?= )`, `(?! )`, `(?<= )`, `(?<! )`,
`<name: >` for a named group, `$` for the end and `.` for any token. Spaces mean nothing. Every repetition is bounded,
so that the time stays linear in the length of the message.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from recado.brain.rules.when.tokens import Tokens

_FIRST_LETTER = 0x4E00
"""Letters are taken from the ideographs: none of them means anything to `re`, and they do not change with case."""

_PIECES = re.compile(r"<\w+:|>|\(\?<?[=!]|\{\d*,?\d+\}|\w+|\S")
_OPENING = ("(?=", "(?!", "(?<=", "(?<!")
_ENDING = ("", "|", ")", ">")

_MAX_PAIRS = 4096
"""Pairs of letters that a grammar remembers rules for: some hundreds are met with."""

Product = TypeVar("Product")


class Alphabet:
    """The kinds of tokens and the letter of each. `classes` are names for several kinds at once."""

    def __init__(self, kinds: Iterable[str], classes: Mapping[str, str]) -> None:
        self.letters = {kind: chr(_FIRST_LETTER + at) for at, kind in enumerate(dict.fromkeys(kinds))}
        self._sets: dict[str, str] = dict(self.letters)
        for name, members in classes.items():
            if name in self.letters:
                raise ValueError(f"a class has the name of a kind: {name}")
            self._sets[name] = "".join(dict.fromkeys("".join(self.of(member) for member in members.split())))

    def of(self, name: str) -> str:
        """The letters of a kind or class. An unknown name is a slip of the pen in a rule: KeyError."""
        return self._sets[name]

    def union(self, names: str) -> str:
        """The letters of several kinds or classes, named in one string."""
        return "".join(map(self.of, names.split()))

    def regex(self, rule: str) -> str:
        """The regular expression of a rule."""
        return "".join(self._regex_piece(piece) for piece in _PIECES.findall(rule))

    def compile(self, rule: str) -> re.Pattern[str]:
        """The compiled regular expression of a rule."""
        return re.compile(self.regex(rule))

    def _regex_piece(self, piece: str) -> str:
        if piece[0] == "<":
            return f"(?P<{piece[1:-1]}>"
        if piece == ">":
            return ")"
        if piece == "(":
            return "(?:"
        if not (piece[0].isalpha() or piece[0] == "_"):
            return piece
        letters = self._sets[piece]
        return letters if len(letters) == 1 else f"[{letters}]"

    def beginning(self, rule: str) -> tuple[frozenset[str], frozenset[str] | None]:
        """The letters a match of the rule can begin with, and those that can follow it: "" is the end, None is any."""
        start = _Starts(_PIECES.findall(rule), self._sets).start()
        return start.first, None if start.one else start.second


@dataclass(slots=True)
class _Start:
    """How what a piece of a rule matches begins. `second` is what may follow the first letter, "" for the end; if `one`
    letter may be all that is matched, anything may. `nullable`: it may match nothing."""

    first: frozenset[str] = frozenset()
    second: frozenset[str] = frozenset()
    one: bool = False
    nullable: bool = True

    def then(self, after: "_Start") -> "_Start":
        return _Start(
            self.first | after.first if self.nullable else self.first,
            self.second | (after.first if self.one else _NONE) | (after.second if self.nullable else _NONE),
            (self.one and after.nullable) or (self.nullable and after.one),
            self.nullable and after.nullable,
        )

    def before(self, ahead: "_Start") -> "_Start":
        """With a look ahead behind it, that takes no letter but says which one follows."""
        if ahead.nullable or not self.one:
            return self
        return replace(self, second=self.second | ahead.first, one=False)

    def either(self, other: "_Start") -> "_Start":
        return _Start(
            self.first | other.first,
            self.second | other.second,
            self.one or other.one,
            self.nullable or other.nullable,
        )

    def repeated(self, suffix: str) -> "_Start":
        again = self if suffix == "?" or not self.one else replace(self, second=self.second | self.first)
        return replace(again, nullable=self.nullable or suffix == "?" or suffix.startswith(("{0", "{,")))


_NONE: frozenset[str] = frozenset()
_END = _Start(first=frozenset(("",)), nullable=False)


class _Starts:
    """Reads a rule only as far as is needed to know how its matches begin."""

    def __init__(self, pieces: Sequence[str], sets: Mapping[str, str]) -> None:
        self._pieces, self._sets, self._at = pieces, sets, 0

    def start(self) -> _Start:
        found = self._choices()
        if found.nullable or "" in found.first or self._at != len(self._pieces):
            raise ValueError("a rule must begin with something, and close what it opens")
        return found

    def _choices(self) -> _Start:
        found = self._sequence()
        while self._peek() == "|":
            self._at += 1
            found = found.either(self._sequence())
        return found

    def _sequence(self) -> _Start:
        found = _Start()
        while (piece := self._peek()) not in _ENDING:
            if not (found.one or found.nullable):
                self._pass_over()
            elif piece in _OPENING:
                self._at += 1
                around = self._choices()
                self._at += 1
                found = found.before(around) if piece == "(?=" else found
            else:
                found = found.then(self._item(piece))
        return found

    def _pass_over(self) -> None:
        """To the end of a sequence of which nothing more need be known."""
        depth = 0
        while depth or self._peek() not in _ENDING:
            piece = self._peek()
            if not piece:
                return
            depth += 1 if piece[0] in "(<" else -1 if piece in ")>" else 0
            self._at += 1

    def _item(self, piece: str) -> _Start:
        self._at += 1
        if piece == "$":
            return _END
        if piece[0] in "(<":
            found = self._choices()
            self._at += 1
        else:
            found = _Start(self._letters(piece), one=True, nullable=False)
        after = self._peek()
        if after and after[0] in "?{":
            self._at += 1
            found = found.repeated(after)
        return found

    def _letters(self, piece: str) -> frozenset[str]:
        return frozenset("".join(self._sets.values()) if piece == "." else self._sets[piece])

    def _peek(self) -> str:
        return self._pieces[self._at] if self._at < len(self._pieces) else ""


def said(match: re.Match[str], group: str) -> bool:
    """Whether the rule has such a group and the match something in it."""
    return group in match.re.groupindex and match.group(group) is not None


@dataclass(frozen=True, slots=True)
class Rule(Generic[Product]):
    """A rule and what a match of it means. `make` may answer None: then it was not meant after all."""

    text: str
    make: Callable[[Tokens, re.Match[str]], Product | None]


@dataclass(frozen=True, slots=True)
class Found(Generic[Product]):
    """The tokens from `start` to before `end`, and what they mean."""

    start: int
    end: int
    product: Product


class Grammar(Generic[Product]):
    """Rules that are looked for together: leftmost first, and there the longest; of equals the one written first."""

    def __init__(self, alphabet: Alphabet, rules: Iterable[Rule[Product]]) -> None:
        self._by_first: dict[str, list[_Compiled[Product]]] = {}
        self.rules: list[_Compiled[Product]] = []
        for rule in rules:
            compiled = _Compiled(alphabet, rule)
            self.rules.append(compiled)
            for letter in compiled.first:
                self._by_first.setdefault(letter, []).append(compiled)
        self._by_pair: dict[str, tuple[_Compiled[Product], ...]] = {}

    def scan(self, tokens: Tokens, at_most: int = sys.maxsize) -> list[Found[Product]]:
        """The matches from left to right, none overlapping another: all, or the first so many."""
        found: list[Found[Product]] = []
        free = 0
        for at in range(len(tokens.letters)):
            if at >= free and (rules := self.that_may_begin(tokens.letters[at : at + 2])):
                best = self._longest(tokens, at, rules)
                if best is not None:
                    found.append(best)
                    free = best.end
                    if len(found) == at_most:
                        break
        return found

    def compiling(self) -> Iterator[Callable[[], None]]:
        """A step for each rule, after which no text has to wait for it."""
        for rule in self.rules:
            yield rule.compile

    def that_may_begin(self, pair: str) -> "tuple[_Compiled[Product], ...]":
        """The rules that a letter and the one after it leave: of those that begin so, a fifth."""
        rules = self._by_pair.get(pair)
        if rules is None:
            if len(self._by_pair) >= _MAX_PAIRS:
                self._by_pair.clear()
            after = pair[1:]
            found = self._by_first.get(pair[0], ())
            rules = tuple(rule for rule in found if rule.second is None or after in rule.second)
            self._by_pair[pair] = rules
        return rules

    def _longest(self, tokens: Tokens, at: int, rules: "tuple[_Compiled[Product], ...]") -> Found[Product] | None:
        best: Found[Product] | None = None
        end = at
        for rule in rules:
            match = rule.match(tokens.letters, at)
            if match is not None and match.end() > end:
                product = rule.rule.make(tokens, match)
                if product is not None:
                    end = match.end()
                    best = Found(at, end, product)
        return best


class _Compiled(Generic[Product]):
    """A rule and its regular expression, made when a text first needs it: all at once would be half a second."""

    __slots__ = ("_alphabet", "first", "match", "rule", "second")

    def __init__(self, alphabet: Alphabet, rule: Rule[Product]) -> None:
        self._alphabet, self.rule = alphabet, rule
        self.first, self.second = alphabet.beginning(rule.text)
        self.match: Callable[[str, int], re.Match[str] | None] = self._first_match

    def compile(self) -> None:
        """Nothing if it is compiled already. Two threads may both do it: either result is as good."""
        if self.match == self._first_match:
            self.match = self._alphabet.compile(self.rule.text).match

    def _first_match(self, letters: str, at: int) -> re.Match[str] | None:
        self.compile()
        return self.match(letters, at)
