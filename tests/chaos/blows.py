"""What is killed, and when: a plan from a seed, so that it can be made again."""

from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from tests.chaos.attachments import due_at
from tests.chaos.cases import COPIES, Case, Scale, stream

# "one" process; "two" at the same time; "start": one, and again while it starts; "database": the PostgreSQL server.
# "upgrade" is no kill: a later release migrates the database, and each process in turn is stopped and comes as that.
BlowKind = Literal["one", "two", "start", "database", "upgrade"]
# Messages that people wrote, those that were answered, and messages with a file that the API took.
Meter = Literal["written", "answered", "files"]

# A worker needs about a second to start; a kill within it meets imports, the look at the migrations, the first claims.
_START_LIVES_S = (0.1, 2.5)
_PAUSES_S = (0.0, 0.0, 0.2, 0.5, 1.0, 2.0)
# The very first starts make the database; their kills meet the migration.
_FIRST_LIVES_S = (0.3, 1.4)
# Every so many kills meet a file on its way.
_EVERY = 3
# Somewhat longer than an upload takes (`upload_pause_s`).
_FILE_JITTER_S = 0.4


@dataclass(frozen=True, slots=True)
class Blow:
    """Falls `jitter_s` after `meter` has reached `at` messages ("files": and the last of them is on its way); what was
    killed starts again after `pause_s`.
    """

    at: int
    meter: Meter
    jitter_s: float
    kind: BlowKind
    group: bool
    pause_s: float
    lived_s: float


def plan(case: Case, scale: Scale, seed: int) -> tuple[list[Blow], list[float]]:
    """The blows in their order, and how long the first starts live. Together they are `scale.kills` kills."""
    random = stream(seed, f"{case.key}/blows")
    firsts = [random.uniform(*_FIRST_LIVES_S) for _ in range(scale.starts_killed)]
    kinds: list[BlowKind] = []
    left = scale.kills - len(firsts)
    while left > 0:
        kind = random.choices(("one", "two", "start"), (6, 2 if len(case.processes) > 1 else 0, 2))[0]
        size = 1 if kind == "one" else 2
        if size <= left:
            kinds.append(kind)
            left -= size
    blows = [_blow(random, n, len(kinds), scale.messages, kind) for n, kind in enumerate(kinds)]
    if case.database == "postgresql":
        blows += [_blow(random, n, scale.crashes, scale.messages, "database") for n in range(scale.crashes)]
    blows = sorted([*blows, _upgrade(scale)], key=lambda blow: blow.at)
    processes = [blow for blow in blows if blow.kind not in ("database", "upgrade")]
    at_files = {id(blow) for n, blow in enumerate(processes) if n % _EVERY == 1}
    return [_at_a_file(random, scale, blow) if id(blow) in at_files else blow for blow in blows], firsts


def _at_a_file(random: Random, scale: Scale, blow: Blow) -> Blow:
    """The same blow, when the file that is nearest is sent for the first time: while it is uploaded, or soon after."""
    half = scale.messages // 2  # what follows the upgrade is sent after it only
    firsts = [n for n in range(0, scale.files, COPIES) if (due_at(n, scale) > half) == (blow.at > half)]
    n = min(firsts, key=lambda n: abs(due_at(n, scale) - blow.at))
    return replace(blow, meter="files", at=n + 1, jitter_s=random.uniform(0.0, _FILE_JITTER_S))


def _upgrade(scale: Scale) -> Blow:
    """In the middle: what follows meets the later release, too. The second half is written from then on, by people to
    whom nothing is owed.
    """
    return Blow(scale.messages // 2, "written", 0.0, "upgrade", group=False, pause_s=0.0, lived_s=0.0)


def _blow(random: Random, n: int, of: int, messages: int, kind: BlowKind) -> Blow:
    """One in each stretch of the run, at a random place of it."""
    return Blow(
        at=max(1, int((n + random.random()) / of * messages * 0.97)),
        meter=random.choice(("written", "answered")),
        jitter_s=random.choice((0.0, random.uniform(0.0, 0.1), random.uniform(0.0, 0.6))),
        kind=kind,
        group=random.random() < 0.5,
        pause_s=random.choice(_PAUSES_S),
        lived_s=random.uniform(*_START_LIVES_S),
    )
