"""What a demo is made of. Ids are made when it is stored."""

from dataclasses import dataclass

from recado.decisions import Language


@dataclass(frozen=True, slots=True)
class DemoEntry:
    """One question and its answer; the fields mean what they mean in `recado.decisions.Entry`."""

    topic: str
    language: Language
    question: str
    answer: str
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoProject:
    """A project with one assistant and all that it knows."""

    slug: str
    name: str
    assistant_slug: str
    assistant_name: str
    brain: str
    language: Language
    timezone: str
    entries: tuple[DemoEntry, ...]
