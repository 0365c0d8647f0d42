"""What people write: unique texts, so that each answer tells which message of whom it belongs to."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

from tests.chaos.cases import FIRST_LINE, MAX_PER_PERSON, NEIGHBOUR, PICTURES, PROJECT, Scale, stream

_FIRST_PERSON = 51_900_000_000
# A thousand of them fit into the simulator.
_PICTURE_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class Picture:
    """A file, as the simulator makes it of an id and a size."""

    id: str
    size_bytes: int

    @property
    def sha256(self) -> str:
        block = hashlib.sha256(self.id.encode()).digest()
        return hashlib.sha256((block * (self.size_bytes // len(block) + 1))[: self.size_bytes]).hexdigest()


@dataclass(frozen=True, slots=True)
class Written:
    """One message of a person (`person` is their number) to a line.

    `ordered`: nothing may overtake it on its way, so the order in which this person wrote must be kept.
    """

    id: str
    person: str
    line: str
    number: int
    text: str
    ordered: bool
    picture: Picture | None = None

    def injection(self) -> dict[str, Any]:
        """As the simulator takes it. The words of a picture are its caption."""
        said: dict[str, Any] = {"text": self.text}
        if self.picture is not None:
            said = {"image": {**asdict(self.picture), "caption": self.text}}
        return {"phone_number_id": self.line, "from": self.person, "id": self.id, **said}


def line_addresses(lines: int) -> list[str]:
    return [str(FIRST_LINE + n) for n in range(lines)]


def project_of(line: str, lines: int) -> str:
    """Whose a line is: the last one is the neighbour's."""
    return NEIGHBOUR if line == line_addresses(lines)[-1] else PROJECT


def write(scale: Scale, seed: int) -> tuple[list[Written], list[Written]]:
    """Everything that will be written: first by people whose messages keep their order, then by those whose do not.

    The messages of the people of one half are mixed at random; each person's are numbered in their order.
    """
    if scale.per_person > MAX_PER_PERSON:
        raise ValueError(f"at most {MAX_PER_PERSON} messages a person, or pacing would hold the run up")
    random = stream(seed, "people")
    half = scale.messages // 2
    first = _half(scale, random, 0, half, ordered=True)
    return first, _half(scale, random, half, scale.messages - half, ordered=False)


def _half(scale: Scale, random: Random, start: int, messages: int, *, ordered: bool) -> list[Written]:
    lines = line_addresses(scale.lines)
    authors = [_FIRST_PERSON + start + n // scale.per_person for n in range(messages)]
    random.shuffle(authors)
    counts: dict[int, int] = {}
    found: list[Written] = []
    for n, author in enumerate(authors, start):
        number = counts[author] = counts.get(author, 0) + 1
        line = lines[author % len(lines)]
        text = f"persona {author} mensaje {number} de {scale.per_person}: ¿cuál es el turno n.º {n}?"
        picture = Picture(str(10**15 + n), random.randint(1, _PICTURE_BYTES)) if random.random() < PICTURES else None
        found.append(Written(f"wamid.CHAOS{n:08d}", str(author), line, number, text, ordered, picture))
    return found


def slices(messages: Sequence[Written], random: Random) -> list[list[Written]]:
    """The messages in groups that are written at the same moment."""
    found: list[list[Written]] = []
    start = 0
    while start < len(messages):
        size = random.choice((1, 2, 5, 10, 20, 40))
        found.append(list(messages[start : start + size]))
        start += size
    return found
