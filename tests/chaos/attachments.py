"""Files that programs send to people during a run: each uploaded once through the API, and sent to several."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random

from recado.db import Database
from tests.chaos.asking import Api, Content
from tests.chaos.cases import COPIES, Scale, stream
from tests.chaos.people import Written, line_addresses, project_of
from tests.chaos.rows import conversation_of

# What the words of a file begin with; no person writes so.
ATTACHED = "archivo"
# Files are sent between these parts of the run.
FILES_FROM, FILES_TO = 0.15, 0.85
_KINDS = (("document", "application/pdf"), ("image", "image/jpeg"))
_MOST_BYTES = 200_000
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that the API has taken, of a project (a slug)."""

    media_id: str
    project: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A message with a file, for one person (a number) of one line."""

    text: str
    line: str
    person: str
    upload: Upload


@dataclass(slots=True)
class Attachments:
    """Uploads and sends, and remembers what the API took. A message with a number in `held` waits for its event: for
    whoever is to be killed at it.
    """

    api: Api
    database: Database
    scale: Scale
    seed: int
    uploads: list[Upload] = field(default_factory=list[Upload])
    sent: list[Attachment] = field(default_factory=list[Attachment])
    held: dict[int, asyncio.Event] = field(default_factory=dict[int, asyncio.Event])

    def hold(self, numbers: Iterable[int]) -> None:
        self.held = {number: asyncio.Event() for number in numbers}

    def let_go(self, number: int) -> None:
        self.held[number].set()

    async def run(self, first: Sequence[Written], written: Callable[[], int], answered: Collection[str]) -> None:
        """Each message at its part of the run, to somebody who has got an answer, and nobody twice but for want of
        others.
        """
        random = stream(self.seed, "files")
        lines = line_addresses(self.scale.lines)
        had: set[str] = set()
        for n in range(self.scale.files):
            while written() < due_at(n, self.scale):  # noqa: ASYNC110 # a count, not an event
                await asyncio.sleep(_POLL_S)
            if n in self.held:
                await self.held[n].wait()
            number = n // COPIES
            line, kind = lines[-1 - number % len(lines)], number % len(_KINDS)
            if n % COPIES == 0:
                await self._upload(random, kind, project_of(line, self.scale.lines))
            person = random.choice(await self._known([one for one in first if one.line == line], answered, had))
            had.add(person)
            await self._send(f"{ATTACHED} {number} para {n}", line, person, _KINDS[kind][0])

    async def _upload(self, random: Random, kind: int, project: str) -> None:
        """An answer that is lost leaves a file that is asked for no more."""
        content = random.randbytes(random.randint(1, _MOST_BYTES))
        made = await self.api.ask("POST", "media", Content(content, _KINDS[kind][1]), project=project)
        self.uploads.append(Upload(made["id"], project, sha256(content).hexdigest()))

    async def _known(self, first: Sequence[Written], answered: Collection[str], had: Collection[str]) -> list[str]:
        while True:
            known = {one.person for one in first if one.text in answered}
            if known:
                return sorted(known - set(had)) or sorted(known)
            await asyncio.sleep(_POLL_S)

    async def _send(self, words: str, line: str, person: str, kind: str) -> None:
        upload = self.uploads[-1]
        path = f"conversations/{await conversation_of(self.database, line, person)}/messages"
        content = {"type": "media", "media": kind, "media_id": upload.media_id, "caption": words}
        await self.api.ask("POST", path, {"content": content}, key=words, project=upload.project)
        self.sent.append(Attachment(words, line, person, upload))


def due_at(n: int, scale: Scale) -> float:
    """After how many messages of people the n-th file is sent."""
    return scale.messages * (FILES_FROM + (FILES_TO - FILES_FROM) * n / scale.files)
