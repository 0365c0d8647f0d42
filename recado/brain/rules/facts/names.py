"""Names of people: who writes ("soy maria quispe"), and who else it is about ("para mi hijo Luis")."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from recado.brain.rules.facts import given_names, name_cues, name_words, people, surnames
from recado.brain.rules.facts.name_cues import Cue
from recado.brain.rules.facts.page import Page
from recado.brain.rules.facts.people import Kind
from recado.brain.rules.facts.values import Name, Role
from recado.brain.rules.lexicon import words_of

MAX_WORDS = 6
"""In one name: two given names, two surnames, and particles."""
_MAX_WORD_LETTERS = 25
_MIN_LETTERS = 2
_MIN_UNKNOWN_LETTERS = 3
_MAX_UNKNOWN_WORDS = 2
_MAX_PARTICLES = 2
_LONGEST_SHORTENED = 2
"""A point after so few letters does not end the name ("j. perez", "ma. elena")."""
_NOT_CHARACTERS = 6

_ARTICLE, _TITLE = ("|".join(words.split()) for words in (name_words.ARTICLES, name_words.TITLES))
_LEAD = re.compile(rf"[ :*_\"=]{{0,3}}(?:(?:(?:{_ARTICLE}) )?(?:{_TITLE})\b\.? ?)?")
_WORD = re.compile(r"[^\W\d_]+(?:(?!'s\b)['-][^\W\d_]+)*")
_GAP = re.compile(r" {1,2}")
_GAP_AFTER_INITIAL = re.compile(r"\.? {0,2}(?<=[. ])")
_AND = re.compile(r" (?:y|e|and|&) ")
_NOT = re.compile(r"\b(?:no|not|nunca) $")
_LOWER_CASE = re.compile("[a-zà-ÿ]")
_COMPANY = words_of(name_words.COMPANY)
_BESIDE = Cue("", "hinted", "other")
"""What joins a second name to one ("para luis y ana")."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word where a name may stand. `capital`: it was written with one, in a text that is not all capitals."""

    text: str
    start: int
    end: int
    kind: Kind
    capital: bool


def find(page: Page) -> tuple[Name, ...]:
    """The people in the order of the text, each once."""
    if name_cues.WORDS.isdisjoint(page.words):
        return ()
    return _distinct(_all(page))


def _all(page: Page) -> Iterator[tuple[Name, bool]]:
    """Every name, and whether it is only a family name."""
    capitals = _LOWER_CASE.search(page.text) is not None
    at = 0
    cues = name_cues.pattern()
    while cue_match := cues.search(page.plain, at):
        at = cue_match.end()
        cue = name_cues.CUES[cue_match.lastgroup or ""]
        if cue.role == "self" and _NOT.search(
            page.plain, max(0, cue_match.start() - _NOT_CHARACTERS), cue_match.start()
        ):
            continue
        if page.language == "en" and cue.trust == "self":
            cue = replace(cue, trust="named")
        while words := _name(page, at, cue, capitals):
            at = words[-1].end
            if page.is_free(words[0].start, at):
                # "It's Tom's mother": she is not Tom.
                role: Role = "other" if page.plain.startswith("'s", at) else cue.role
                yield Name(_value(page, words), role, *page.claim(words[0].start, at)), cue.family
            joint = _AND.match(page.plain, at)
            if joint is None:
                break
            at, cue = joint.end(), _BESIDE


def _name(page: Page, at: int, cue: Cue, capitals: bool) -> Sequence[_Word]:
    """The words of the name that stands here; none if there is no name."""
    lead = _LEAD.match(page.plain, at)
    words = _words(page, lead.end() if lead else at, capitals)
    if not words or not (_starts(words, cue) or (cue.family and _particles(words))):
        return ()
    length = _particles(words) if cue.family and words[0].kind == "particle" else 1
    while length < len(words) and (more := _continues(words, length, cue)):
        length += more
    if any(word.text in _COMPANY for word in words[: length + 1]):
        return ()
    return words[: min(length, MAX_WORDS)]


def _words(page: Page, at: int, capitals: bool) -> Sequence[_Word]:
    """The words that stand together here, one more than a name can have."""
    words: list[_Word] = []
    while len(words) <= MAX_WORDS and (match := _WORD.match(page.plain, at)):
        if match.end() - match.start() > _MAX_WORD_LETTERS:
            break
        capital = capitals and page.text[page.at(match.start())].isupper()
        text = match.group()
        words.append(_Word(text, *match.span(), people.kind_of(text, capital), capital))
        gap = (_GAP if len(text) > _LONGEST_SHORTENED else _GAP_AFTER_INITIAL).match(page.plain, match.end())
        if gap is None:
            break
        at = gap.end()
    return words


def _starts(words: Sequence[_Word], cue: Cue) -> bool:
    """Whether a name begins with the first of these words."""
    first, second = words[0], words[1] if len(words) > 1 else None
    if first.kind in {"never", "particle"} or len(first.text) < _MIN_LETTERS:
        return False
    if cue.trust == "announced":
        return True
    surname_follows = second is not None and second.kind == "known"
    if cue.trust == "hinted":
        return first.text in people.GIVEN and (
            surname_follows
            or not (
                first.text in given_names.NEEDS_SURNAME or (first.text in given_names.WORDS_TOO and not first.capital)
            )
        )
    if first.kind == "known":
        return surname_follows or first.capital or first.text in people.GIVEN or first.text not in surnames.WORDS_TOO
    if surname_follows:
        return True
    if cue.describes and people.is_adjective(first.text):
        return False
    return first.capital or (cue.trust == "self" and _stands_alone(words))


def _stands_alone(words: Sequence[_Word]) -> bool:
    """Nothing follows but perhaps one more word of a name that no list knows: "soy yuleisy", "soy yuleisy ccopa"."""
    return len(words) <= _MAX_UNKNOWN_WORDS and all(
        word.kind == "unknown" and len(word.text) >= _MIN_UNKNOWN_LETTERS and not people.is_adjective(word.text)
        for word in words
    )


def _continues(words: Sequence[_Word], length: int, cue: Cue) -> int:
    """By how many words the name of the first `length` words goes on."""
    word = words[length]
    if word.kind == "known":
        return 1
    if word.kind == "particle":
        return _particles(words[length:])
    if word.kind == "never" or len(word.text) < _MIN_UNKNOWN_LETTERS:
        return _initial(words, length)
    if word.capital:
        return 1
    following = words[length + 1].kind if length + 1 < len(words) else "never"
    allowed = _MAX_UNKNOWN_WORDS + 1 if cue.trust == "announced" else _MAX_UNKNOWN_WORDS
    return int(
        not words[0].capital and length < allowed and following != "unknown" and not people.is_adjective(word.text)
    )


def _particles(words: Sequence[_Word]) -> int:
    """How many words a surname with particles has that begins here ("de la cruz" has 3); 0 if none does."""
    for count, word in enumerate(words[: _MAX_PARTICLES + 1]):
        if word.kind != "particle":
            return count + 1 if count and word.text in surnames.COMPOUND else 0
    return 0


def _initial(words: Sequence[_Word], length: int) -> int:
    """A middle initial, if a surname follows it ("maria j quispe")."""
    is_one = len(words[length].text) == 1 and words[length].kind == "unknown"
    return int(is_one and length + 1 < len(words) and words[length + 1].kind == "known")


def _value(page: Page, words: Sequence[_Word]) -> str:
    """The name as it should be written: what is all small or all capitals is set right, the rest is kept."""
    written = [page.written(word.start, word.end) for word in words]
    shouted = all(part.isupper() for part in written)
    return " ".join(
        part.lower() if word.kind == "particle" and at else part.title() if shouted or part.islower() else part
        for at, (part, word) in enumerate(zip(written, words, strict=True))
    )


def _distinct(found: Iterable[tuple[Name, bool]]) -> tuple[Name, ...]:
    """Each person once, where it was first written; "self" if that was said anywhere. Family names on a line of
    their own belong to the name before them."""
    by_name: dict[str, Name] = {}
    last = ""
    for name, is_family in found:
        key = name.value.casefold()
        if is_family and last:
            before = by_name.pop(last)
            key = f"{last} {key}"
            by_name[key] = replace(before, value=f"{before.value} {name.value}")
        elif name.role == "self" and key in by_name:
            by_name[key] = replace(by_name[key], role="self")
        else:
            by_name.setdefault(key, name)
        last = key
    return tuple(by_name.values())
