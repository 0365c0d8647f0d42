"""How a room brings a kind of work: what runs, and what may be asked of it. `main.py` names all kinds."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from recado.errors import BadInput

T = TypeVar("T")
# Tries of a job whose errors may pass; the waits between them grow to five minutes.
MAX_ATTEMPTS = 5


class JobCancelled(Exception):
    """Raised inside a job when it has been asked to stop, and let through by it once it has tidied up."""


class JobLost(Exception):
    """Raised inside a job that another process has taken on: nothing more of this one counts."""


class JobPutOff(Exception):
    """Raised inside a job that only waits while its place is needed, and let through by it: it is begun anew after
    `wait_s`.
    """

    def __init__(self, wait_s: float) -> None:
        super().__init__()
        self.wait_s = wait_s


class Run(Protocol):
    """A job at work."""

    @property
    def id(self) -> str: ...

    @property
    def project_id(self) -> str: ...

    @property
    def input(self) -> Any:
        """What was asked, as JSON."""
        ...

    async def step(self, name: str, work: Callable[[], Awaitable[T]]) -> T:
        """Do `work` and remember its result (JSON): a process that goes on after this one died gets the result.

        Steps come one after the other, each time in the same order. A step may be begun more than once, so what it does
        must bear that. Raises `JobLost`, and what `work` raises.
        """
        ...

    async def progress(self, shown: Mapping[str, Any]) -> None:
        """Say how far it is (JSON, no words or numbers of people). Raises `JobLost`, or `JobCancelled` once asked to
        stop: call it every second or so.
        """
        ...

    async def wait(self, wait_s: float) -> None:
        """Wait for what others do, some seconds at most. Raises `JobPutOff` where the place is needed: the job is begun
        anew later, with a new record of its steps, and this was no try that failed.
        """
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job. `run` gives the result (JSON) or raises: a `RecadoError` by its verdict, anything else is tried
    again.

    `check` reads what a person asks of it and raises `BadInput`; kinds without one are not for schedules. `examine`
    looks at what that names in the project, and raises a `RecadoError` if no job could ever do it; what it names stays
    there, if it looks in the transaction that writes it down.
    """

    name: str
    run: Callable[[Run], Awaitable[Any]]
    check: Callable[[Any], Any] | None = None
    max_attempts: int = MAX_ATTEMPTS
    examine: Callable[[AsyncSession, Any], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds of an installation, by name."""

    all: Mapping[str, Kind] = field(default_factory=dict[str, Kind])

    @classmethod
    def of(cls, kinds: Iterable[Kind]) -> "Kinds":
        """Raises `ValueError` if two have one name."""
        listed = list(kinds)
        by_name = {kind.name: kind for kind in listed}
        if len(by_name) != len(listed):
            raise ValueError("Two kinds of jobs have the same name")
        return cls(by_name)

    def checked(self, name: str, given: Any) -> Any:
        """What is asked of a kind, checked. Raises `BadInput` (`bad_kind`, and what the kind says)."""
        kind = self.all.get(name)
        if kind is None or kind.check is None:
            known = ", ".join(sorted(one.name for one in self.all.values() if one.check)) or "none"
            raise BadInput(f"There is no kind of job {name!r} for schedules. There are: {known}", code="bad_kind")
        return kind.check(given)

    async def examined(self, session: AsyncSession, name: str, given: Any) -> Any:
        """What is asked of a kind, checked, by the project of the session too. Raises as `checked`, and what the kind
        says.
        """
        checked = self.checked(name, given)
        if (examine := self.all[name].examine) is not None:
            await examine(session, checked)
        return checked
