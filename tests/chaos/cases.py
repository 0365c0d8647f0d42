"""What is run: which processes on which database, how much is written, and what goes wrong meanwhile."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal

Kind = Literal["up", "api", "worker"]
DatabaseKind = Literal["sqlite", "postgresql"]

# Brains of the lines, in turn. The slow one holds its conversations for a second, so that kills meet turns in work.
BRAINS = ("echo", "echo", "slow-echo")
FIRST_LINE = 700_001

# Whose the lines are: the last one is another project's, which must see nothing of the first.
PROJECT, NEIGHBOUR = "chaos", "vecino"
KEYS = {PROJECT: "key-of-the-first-project", NEIGHBOUR: "key-of-the-other-project"}

# A person who waits longer than this for work that a dead process held has waited too long.
TAKEOVER_S = 5.5
# Work in the background may wait longer: a job that is taken too early would be done twice.
JOB_TAKEOVER_S = 10.0
# Who stops says so before it goes (docs/decisions/0019): that must not cost people more than if it had been killed.
UPGRADE_PAUSE_S = TAKEOVER_S
# A process that is alone ends within 5 s (docs/decisions/0019); so long for the next one to migrate and to be ready.
UPGRADE_PAUSE_ALONE_S = 5.0 + 5.0
# How long a dead process keeps what it held; nobody may take it before.
LEASE_S = 5.0


@dataclass(frozen=True, slots=True)
class Case:
    """Processes that share one database."""

    database: DatabaseKind
    processes: tuple[Kind, ...]

    @property
    def name(self) -> str:
        shape = {1: "one", 3: "three"}.get(len(self.processes), str(len(self.processes)))
        split = " (api, 2 workers)" if "api" in self.processes else ""
        return f"{self.database} {shape}{split}"

    @property
    def key(self) -> str:
        """The name on the command line and of folders."""
        return f"{self.database}-{'split' if 'api' in self.processes else len(self.processes)}"

    @property
    def pause_limit_s(self) -> float:
        """How long people may wait at an upgrade while no phone gets anything."""
        return UPGRADE_PAUSE_ALONE_S if len(self.processes) == 1 else UPGRADE_PAUSE_S


def stream(seed: int, part: str) -> Random:
    """Random choices of one part of a run, always the same for a seed."""
    return Random(f"{seed}/{part}")  # noqa: S311 # not for secrets


CASES = (
    Case("sqlite", ("up",)),
    Case("sqlite", ("api", "worker", "worker")),
    Case("postgresql", ("up",)),
    Case("postgresql", ("up", "up", "up")),
    Case("postgresql", ("api", "worker", "worker")),
)


@dataclass(frozen=True, slots=True)
class Scale:
    """How long and how hard a run is. Counts are for one case.

    `waiting` is how many messages may be owed before the people pause; `crashes` how often the PostgreSQL server dies.
    `reconcile_after_s` is longer than a status can be on its way, being offered again after at most 1 s. (With a
    balancer that goes on asking dead processes, two of three tries find one, and now and then a status needs longer
    than 6 s.) `slack_s` is added to how long a takeover may take, `pause_slack_s` to the pause at the upgrade: the
    short run shares its machine with other tests, and says how many are lost, not how soon they are answered.
    `ticks` is how many each schedule has, `questions` what programs ask to be answered by a callback, `sends` how often
    they send to many, `files` how many messages with a file they send (`COPIES` of each file). `hangs` is how often a
    callback is left without an answer, `room_within_s` how long the upgrade waits until people have room to write.
    """

    messages: int
    kills: int
    per_person: int
    waiting: int
    crashes: int
    lines: int
    reconcile_after_s: float
    starts_killed: int
    recipients: int
    schedules: int
    ticks: int
    questions: int
    sends: int
    files: int
    hangs: int
    room_within_s: float
    slack_s: float
    pause_slack_s: float


FULL = Scale(
    messages=10_000, kills=50, per_person=25, waiting=400, crashes=3, lines=3, reconcile_after_s=30.0, starts_killed=3,
    recipients=120, schedules=20, ticks=5, questions=100, sends=6, files=96, hangs=3, room_within_s=80.0,
    slack_s=0.0, pause_slack_s=0.0,
)  # fmt: skip
SHORT = Scale(
    messages=300, kills=4, per_person=12, waiting=150, crashes=1, lines=3, reconcile_after_s=20.0, starts_killed=1,
    recipients=8, schedules=2, ticks=3, questions=6, sends=3, files=9, hangs=0, room_within_s=0.0,
    slack_s=15.0, pause_slack_s=math.inf,
)  # fmt: skip

# The pair rate of WhatsApp is one message per 6 s after a burst of 45: a run must end before that.
MAX_PER_PERSON = 40

# Probabilities of what goes wrong between the simulator and Recado; see `recado.channels.cloud_api.simulator.config`.
FAULTS: Mapping[str, float] = {
    "duplicate": 0.10,
    "batch": 0.30,
    "reorder_statuses": 0.20,
    "drop": 0.05,
    "lose_ack": 0.05,
    "delay": 0.10,
    "bad_signature": 0.03,
    "too_many_requests": 0.003,
    "server_error": 0.005,
    "connection_reset": 0.005,
    "accepted_then_timeout": 0.01,
    "graph_delay": 0.10,
    "lost_statuses": 0.03,
    "delay_max_s": 0.3,
    "hold_s": 1.0,
}
# Of what people write, so much is a picture with words; its file is fetched, now and then cut or damaged on the way.
PICTURES = 0.1
MEDIA_FAULTS: Mapping[str, float] = {
    "media_cut": 0.05, "media_corrupt": 0.05, "upload_cut": 0.05, "upload_pause_s": 0.3,
}  # fmt: skip
# So many people get the same file on a line, which is uploaded there once: kills meet the upload and the later sends.
COPIES = 3


@dataclass(frozen=True, slots=True)
class ReceiverFaults:
    """How badly posts are taken: probabilities, and how often at most one is left hanging (10 s each)."""

    refuse: float = 0.03
    cut: float = 0.02
    hang: float = 0.001
    hangs: int = 2


RECEIVER_FAULTS = ReceiverFaults()
# Callbacks are few; each one that is not taken comes again after some seconds.
CALLBACK_FAULTS = ReceiverFaults(refuse=0.15, cut=0.05, hang=0.05, hangs=0)
# While messages overtake each other, the order in which they were written tells nothing.
REORDER: Mapping[str, float] = {"reorder": 0.15}
