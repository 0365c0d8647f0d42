"""Where scripted conversations are held: a real inbox, turn and outbox on an embedded database in a temporary folder.

Only the ends are ours: messages are stored as a channel would store them, and the channel that sends keeps what it
was given. The clock is the script's.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from recado.assistants.service import create_assistant
from recado.channels.contract import Line, Outgoing, Sent
from recado.channels.service import create_line
from recado.conversations.turn import Turns
from recado.db import Database
from recado.decisions import AssistantFacts, Brain
from recado.errors import RecadoError
from recado.evaluation.probe import Probe
from recado.events.service import list_events
from recado.kit import new_id
from recado.kit.clock import use_clock
from recado.kit.crypto import SecretBox
from recado.mailbox.people import Arrival
from recado.mailbox.sender import Sender
from recado.mailbox.service import Mailbox
from recado.mailbox.sqlite import SqliteDriver
from recado.messages import Address, InboundContent, InboundMessage, OutContent, Person
from recado.migrate import migrate
from recado.projects.service import create_project
from recado.settings import Settings
from recado.skills import Skill, Skills

CHANNEL = "evaluation"
STEP_LIMIT_S = 90.0
"""Longer than a turn may take (60 s), with its failed tries."""
_LOOK_S = 0.002
_FIRST_NUMBER = 51_900_000_000


@dataclass
class CaptureChannel:
    """Takes every message and keeps it. `due` counts what the turns made, `sent` is what the sender gave."""

    due: int = 0
    sent: list[OutContent] = field(default_factory=list[OutContent])

    name = CHANNEL
    window_s = None
    contact_pace = None

    def split(self, content: OutContent) -> tuple[OutContent, ...]:
        self.due += 1
        return (content,)

    async def send(self, line: Line, outgoing: Outgoing, fence: int) -> Sent:
        self.sent.append(outgoing.content)
        return Sent(f"{CHANNEL}.{outgoing.client_id}")

    async def close(self) -> None: ...


@dataclass
class _Directory:
    """One line, and whoever the script says answers on it."""

    only: Line
    facts: AssistantFacts

    def line(self, line_id: str) -> Line | None:
        return self.only if line_id == self.only.id else None

    def assistant(self, line_id: str) -> AssistantFacts | None:
        return self.facts if line_id == self.only.id else None


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one step. `took_ms` is from the message to the last reply sent; `refused` are why actions were left
    out."""

    replies: tuple[OutContent, ...]
    took_ms: float
    refused: tuple[str, ...] = ()


class Stage:
    """Holds one conversation after the other. `now_ms` is the script's time."""

    def __init__(self, database: Database, mailbox: Mailbox, line: Line, brain: Brain, skills: Skills) -> None:
        self.now_ms = 0
        self.probe = Probe(brain)
        self._database, self._mailbox, self._line = database, mailbox, line
        self._channel = CaptureChannel()
        nobody = AssistantFacts("nobody", "", "es", "UTC", brain.name)
        self._directory = _Directory(line, nobody)
        channels = {CHANNEL: self._channel}
        self._turns = Turns(mailbox, self._directory, {brain.name: self.probe}, channels, skills)
        self._sender = Sender(mailbox, self._directory, channels, reconcile_after_s=30.0)
        self._person = _FIRST_NUMBER
        self._conversation_id = ""
        self._refusals = 0

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Turns and sends inside the block."""
        tasks = [asyncio.create_task(self._turns.run()), asyncio.create_task(self._sender.run())]
        try:
            with use_clock(lambda: self.now_ms):
                yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def new_person(self, assistant: AssistantFacts) -> None:
        """The next messages are of somebody new, who writes to this assistant."""
        self._person += 1
        self._refusals = 0
        self._directory.facts = assistant

    async def give_to(self, mode: str) -> None:
        """A person of the team takes the conversation, or the assistant gets it back."""
        await self._mailbox.set_mode(self._line.project_id, self._conversation_id, mode)

    async def send(self, contents: Sequence[InboundContent], name: str | None) -> Answered:
        """These messages come in at once; what is answered. Raises `RecadoError` (`evaluation_stuck`)."""
        started = time.perf_counter()
        settled, sent = self._settled(), len(self._channel.sent)
        self._channel.due = sent
        stored = await self._mailbox.store([self._arrival(content, name) for content in contents])
        self._conversation_id = stored[0].conversation_id
        try:
            async with asyncio.timeout(STEP_LIMIT_S):
                # Nothing rings when a turn that says nothing is settled.
                while self._settled() == settled or len(self._channel.sent) < self._channel.due:  # noqa: ASYNC110
                    await asyncio.sleep(_LOOK_S)
        except TimeoutError:
            raise RecadoError(f"No answer within {STEP_LIMIT_S:.0f} s", code="evaluation_stuck") from None
        took_ms = (time.perf_counter() - started) * 1000
        return Answered(tuple(self._channel.sent[sent:]), took_ms, await self._refused())

    async def _refused(self) -> tuple[str, ...]:
        """The codes of the actions that the last step asked for in vain, the latest first."""
        if not any(decision.actions for decision in self.probe.decisions):
            return ()
        async with self._database.project(self._line.project_id, read_only=True) as session:
            found = await list_events(session, name="action.refused", conversation_id=self._conversation_id)
        codes = [str(json.loads(event.data)["code"]) for event in found.items]
        new, self._refusals = len(codes) - self._refusals, len(codes)
        return tuple(codes[:new])

    def _settled(self) -> int:
        stats = self._turns.stats
        return stats.settled + stats.lost

    def _arrival(self, content: InboundContent, name: str | None) -> Arrival:
        message = InboundMessage(
            provider_message_id=new_id(),
            sender=Person(addresses=(Address(kind="phone", value=str(self._person)),), name=name),
            sent_ms=self.now_ms,
            content=content,
        )
        return Arrival(
            self._line.project_id,
            self._line.id,
            message.provider_message_id,
            (("phone", str(self._person)),),
            name,
            self.now_ms,
            message.model_dump_json(exclude_none=True),
        )


@asynccontextmanager
async def open_stage(brain: Brain, skills: Iterable[Skill]) -> AsyncGenerator[Stage]:
    """A stage on a database of its own, gone at the end; these skills carry out what the brain asks for."""
    with tempfile.TemporaryDirectory(prefix="recado-eval-") as folder:
        settings = Settings(data_dir=Path(folder), database_url="", database_direct_url="")
        await migrate(settings)
        database = Database(settings.resolved_database_url)
        mailbox = Mailbox(SqliteDriver(database.sqlite_path), new_id())
        try:
            stage = Stage(database, mailbox, await _line(database, brain), brain, Skills(skills))
            async with stage.running():
                yield stage
        finally:
            await mailbox.close()
            await database.close()


async def _line(database: Database, brain: Brain) -> Line:
    async with database.system() as session:
        project = await create_project(session, CHANNEL, "Evaluation")
    async with database.project(project.id) as session:
        brains: Mapping[str, Brain] = {brain.name: brain}
        who = await create_assistant(session, slug=CHANNEL, name="Evaluation", brain=brain.name, brains=brains)
        box = SecretBox([new_id()])
        row = await create_line(
            session, box, assistant_id=who.id, channel=CHANNEL, address=CHANNEL, max_per_second=100_000.0
        )
    return Line(row.id, project.id, CHANNEL, CHANNEL, row.max_per_second)
