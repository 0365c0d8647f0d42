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
from dataclasses import dataclass
from typing import Generic, TypeVar

from recado.brain.rules.when.tokens import Tokens

_FIRST_LETTER = 0x4E00
"""Letters are taken from the ideographs: none of them means anything to `re`, and they do not change with case."""

_PIECES = re.compile(r"<\w+:|>|\(\?<?[=!]|\{\d*,?\d+\}|\w+|\S")
_OPENING = ("(?=", "(?!", "(?<=", "(?<!")

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

    def first(self, rule: str) -> frozenset[str]:
        """The letters that a match of the rule can begin with."""
        return _First(_PIECES.findall(rule), self._sets).letters()


class _First:
    """Reads a rule only as far as is needed to know how its matches begin."""

    def __init__(self, pieces: Sequence[str], sets: Mapping[str, str]) -> None:
        self._pieces, self._sets, self._at = pieces, sets, 0

    def letters(self) -> frozenset[str]:
        found, nullable = self._choices()
        if nullable or self._at != len(self._pieces):
            raise ValueError("a rule must begin with something, and close what it opens")
        return frozenset(found)

    def _choices(self) -> tuple[set[str], bool]:
        found, nullable = self._sequence()
        while self._peek() == "|":
            self._at += 1
            more, also = self._sequence()
            found, nullable = found | more, nullable or also
        return found, nullable

    def _sequence(self) -> tuple[set[str], bool]:
        found: set[str] = set()
        open_yet = True
        while self._peek() not in ("", "|", ")", ">"):
            letters, nullable = self._item()
            if open_yet:
                found |= letters
                open_yet = nullable
        return found, open_yet

    def _item(self) -> tuple[set[str], bool]:
        piece = self._pieces[self._at]
        self._at += 1
        if piece in _OPENING:
            self._choices()
            self._at += 1
            return set(), True
        if piece[0] in "(<":
            letters, nullable = self._choices()
            self._at += 1
        elif piece == "$":
            return set(), True
        elif piece == ".":
            letters, nullable = set(self._sets), False
        else:
            letters, nullable = set(self._sets[piece]), False
        after = self._peek()
        if after and after[0] in "?{":
            self._at += 1
            nullable = nullable or after == "?" or after.startswith(("{0", "{,"))
        return letters, nullable

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
        self._rules: list[_Compiled[Product]] = []
        for rule in rules:
            compiled = _Compiled(alphabet, rule)
            self._rules.append(compiled)
            for letter in alphabet.first(rule.text):
                self._by_first.setdefault(letter, []).append(compiled)

    def scan(self, tokens: Tokens, at_most: int = sys.maxsize) -> list[Found[Product]]:
        """The matches from left to right, none overlapping another: all, or the first so many."""
        found: list[Found[Product]] = []
        free = 0
        for at, letter in enumerate(tokens.letters):
            if at >= free and letter in self._by_first:
                best = self._longest(tokens, at, self._by_first[letter])
                if best is not None:
                    found.append(best)
                    free = best.end
                    if len(found) == at_most:
                        break
        return found

    def compiling(self) -> Iterator[Callable[[], None]]:
        """A step for each rule, after which no text has to wait for it."""
        for rule in self._rules:
            yield rule.compile

    def _longest(self, tokens: Tokens, at: int, rules: "list[_Compiled[Product]]") -> Found[Product] | None:
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

    __slots__ = ("_alphabet", "match", "rule")

    def __init__(self, alphabet: Alphabet, rule: Rule[Product]) -> None:
        self._alphabet, self.rule = alphabet, rule
        self.match: Callable[[str, int], re.Match[str] | None] = self._first_match

    def compile(self) -> None:
        """Nothing if it is compiled already. Two threads may both do it: either result is as good."""
        if self.match == self._first_match:
            self.match = self._alphabet.compile(self.rule.text).match

    def _first_match(self, letters: str, at: int) -> re.Match[str] | None:
        self.compile()
        return self.match(letters, at)
