"""A message as tokens."""

from dataclasses import dataclass, replace

from recado.decisions import Language


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a message: `letters` has one letter of the alphabet per token, the tuples one value per token.

    `values` are numbers: of a numeral, of a weekday, of the parts of a clock or date; () for a plain word. `starts`
    and `ends` are offsets into the message as it was written.
    """

    letters: str
    values: tuple[tuple[int, ...], ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    language: Language = "es"

    def number(self, at: int) -> int:
        """The number of one token; 0 if it has none."""
        value = self.values[at]
        return value[0] if value else 0

    def length(self, at: int) -> int:
        """How many characters of the message a token takes."""
        return self.ends[at] - self.starts[at]

    def since(self, at: int) -> "Tokens":
        """The tokens from one on."""
        return Tokens(self.letters[at:], self.values[at:], self.starts[at:], self.ends[at:], self.language)

    def without(self, spans: list[tuple[int, int]], gone: str) -> "Tokens":
        """The same tokens with some of them made unreadable: the letter `gone` stands in their place."""
        letters = list(self.letters)
        for start, end in spans:
            letters[start:end] = gone * (end - start)
        return replace(self, letters="".join(letters))
