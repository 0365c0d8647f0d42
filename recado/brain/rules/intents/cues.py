"""Finds classes of meaning in a text, where they stand, and whether they are denied."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from recado.brain.rules.intents import english, spanish

DENIED_WORDS = 4
"""How many words after a "no" it still denies."""


class Hit(NamedTuple):
    """One cue: where it starts and ends (characters), and its class."""

    start: int
    end: int
    name: str


def compiled(*languages: Mapping[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """One regular expression a class, of all languages. Flat alternatives of words: linear in the text."""
    classes: dict[str, list[str]] = {}
    for language in languages:
        for name, alternatives in language.items():
            classes.setdefault(name, []).append("".join(line.strip() for line in alternatives.splitlines()))
    return tuple((name, re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)")) for name, parts in classes.items())


_CLASSES = compiled(spanish.CUES, english.CUES)
_SMILEYS = {
    letter: name
    for name, letters in {
        "smile_yes": "👍👌✅🙌✔🆗💯🤝",
        "smile_no": "👎🙅❌🚫",
        "smile_thanks": "🙏💕❤🥰😘🤗🌸💐🌹💖😇🫶♥💙💚💜🧡💛",
        "smile_greet": "👋",
        "smile_laugh": "😂🤣😅😆😹💀",
        "smile_sad": "😭😢😞😔😥🥺😩😫",
        "smile_alarm": "🚨🆘🚑😱😰😨🩸",
        "smile_angry": "😡🤬😠😤",
    }.items()
    for letter in letters
}
_NEGATION = re.compile(r"(?<!\w)(?:no|ni|sin|nunca|jamas|tampoco|not|never|without|neither|nor|\w+n't)(?!\w)")
_WORD = re.compile(r"\S+")
_HOT = re.compile(r"(?<![\d:/.,-])(\d{2,3})(?:[.,](\d))?(?![\d:/-]|[.,]\d)")
_HEAT = re.compile(
    r"\bgrados?\b|°|\bc\b|\bf\b|\bdegrees?\b|fiebre|fever|calentura|temp|celsius|fahrenheit|termometro|thermom|febril|marca|hierve"
)
FEVER_C = 38.5
FEVER_F = 101.3


def temperature(line: str) -> str:
    """What the text says of a body's heat: "" (nothing), "low" or "high" (over 38.5 C or 101.3 F).

    A figure with a decimal from 38 to 42 is one without a word beside it; other figures need one.
    """
    said = ""
    named = bool(_HEAT.search(line))
    for whole, tenth in _HOT.findall(line):
        if not named and not tenth:
            continue
        degrees = int(whole) + int(tenth or 0) / 10
        if (FEVER_C < degrees <= 43) or (FEVER_F < degrees <= 109):
            return "high"
        if 35 <= degrees <= FEVER_C or 95 <= degrees <= FEVER_F:
            said = "low"
    return said


def find(line: str) -> list[Hit]:
    """The cues of a line of folded words with one blank between them, in order of where they start."""
    hits = [Hit(match.start(), match.end(), name) for name, pattern in _CLASSES for match in pattern.finditer(line)]
    for at, letter in enumerate(line):
        if letter in _SMILEYS:
            hits.append(Hit(at, at + 1, _SMILEYS[letter]))
    hits.sort()
    return hits


def denied(line: str, hits: Iterable[Hit]) -> list[str]:
    """The classes that a negation before them denies: "no quiero cancelar" denies both."""
    spans: list[tuple[int, int]] = []
    for match in _NEGATION.finditer(line):
        end = match.end()
        for count, word in enumerate(_WORD.finditer(line, match.end())):
            if count == DENIED_WORDS or word.group() in ".?!,;":
                break
            end = word.end()
        spans.append((match.start(), end))
    return [hit.name for hit in hits if any(start < hit.start < end for start, end in spans)]
