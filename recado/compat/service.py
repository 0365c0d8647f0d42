"""Questions and their answers: stored like any message, answered by a turn like any other, and handed back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recado.channels.contract import Answer, HandsOut
from recado.channels.registry import ChannelRegistry
from recado.compat import jobs
from recado.compat.jobs import Callback, Job
from recado.compat.places import CHANNEL, contacts_of, is_linked, line_of, link
from recado.compat.questions import Question, arrival_of
from recado.compat.waiting import Answers
from recado.contacts.service import facts_of
from recado.db import Database
from recado.errors import NotFound, Unavailable
from recado.kit.crypto import SecretBox
from recado.kit.ids import is_id
from recado.mailbox.answers import Handed, HandedOut
from recado.mailbox.directory import Directory
from recado.mailbox.erased import ForgetsErased, WasErased
from recado.mailbox.people import Arrival
from recado.mailbox.service import Mailbox
from recado.messages import OUT_CONTENT, Address


@dataclass(frozen=True, slots=True)
class Taken:
    """A question that is stored; `repeated` if its words were to be sent again."""

    message_id: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Asking:
    """Takes the questions of all projects. `limit_s` is how long a question waits for its answer."""

    database: Database
    box: SecretBox
    mailbox: Mailbox
    directory: Directory
    channels: ChannelRegistry
    answers: Answers
    limit_s: float
    erased: ForgetsErased

    async def ask(self, project_id: str, question: Question) -> Answer:
        """The answer, behind what the team wrote before it, marked as handed out. Raises as `take` and `answer` do."""
        handed = await self.answer(project_id, question, await self.take(project_id, question))
        handed = await self.mailbox.with_words(handed)
        await self.hand_out(handed)
        return self.answer_of(handed.out)

    async def take(self, project_id: str, question: Question) -> Taken:
        """Store a question, if nobody has done so before: the same name is the same message, and without one, words
        that were to be sent again are.

        Raises `Conflict` (`no_assistant`), `WasErased` or `Unavailable` (also where nobody can wait for the answer):
        nothing was stored then.
        """
        self.answers.check()
        if question.message_id is None and (owed := await jobs.owed(self.mailbox, project_id, question)) is not None:
            return Taken(owed, repeated=True)
        arrival = await self._arrival(project_id, question)
        (stored,) = await self.mailbox.store([arrival])
        message_id = stored.message_id or await self.mailbox.asked(arrival.line_id, arrival.provider_message_id)
        if message_id is None:
            raise Unavailable("The message was removed meanwhile", code="message_gone")
        return Taken(message_id)

    async def answer(self, project_id: str, question: Question, taken: Taken) -> Handed:
        """The answer of a question that was taken, once it stands.

        Raises `AnswerLate` or `Unavailable`: the same question again gives the answer.
        """
        try:
            handed = await self.answers.of(taken.message_id, self.limit_s)
        except Unavailable:
            if question.message_id is None:
                await jobs.owe(self.mailbox, project_id, question, taken.message_id)
            raise
        if taken.repeated:
            await jobs.pay(self.mailbox, project_id, question)
        return handed

    async def said(
        self, project_id: str, out: Iterable[Sequence[HandedOut]], questions: Iterable[Question | None]
    ) -> None:
        """These messages were said to the person, and with them the answers of these questions, which were late."""
        if ids := [one.id for each in out for one in each]:
            await self.mailbox.hand_out(ids)
        for question in questions:
            if question is not None and question.message_id is None:
                await jobs.pay(self.mailbox, project_id, question)

    async def hand_out(self, handed: Handed) -> None:
        """Whoever asked has got it."""
        if handed.to_do:
            await self.mailbox.hand_out(handed.to_do)

    async def start(self, project_id: str, question: Question, callback: Callback | None) -> str:
        """Store the question, and a job by which its answer is asked for, in one commit; the job's id.

        The same question again gives the same job. Raises as `ask` does, but for `AnswerLate`.
        """
        arrival = await self._arrival(project_id, question)
        return await jobs.start(self.mailbox, self.box, arrival, question, callback)

    async def job(self, project_id: str, job_id: str) -> Job:
        """How far a job is. Raises `NotFound` (`job_not_found`)."""
        async with self.database.project(project_id, read_only=True) as session:
            row = await jobs.find(session, job_id) if is_id(job_id) else None
        if row is None:
            raise NotFound("There is no such job", code="job_not_found")
        handed = await jobs.look(self.mailbox, row)
        if handed is not None:
            await self.hand_out(handed)
        return jobs.job_of(row, handed, self.answer_of)

    async def remembered(self, project_id: str, customer: Address) -> dict[str, str]:
        """What is remembered of a customer: JSON texts by name."""
        contacts = await contacts_of(self.database, project_id, customer)
        if not contacts:
            return {}
        async with self.database.project(project_id, read_only=True) as session:
            return await facts_of(session, contacts)

    async def forget(self, project_id: str, customer: Address) -> None:
        """Forget what is remembered of a customer, in their conversations too. What was written stays."""
        contacts = await contacts_of(self.database, project_id, customer)
        if contacts:
            await self.mailbox.forget(project_id, contacts)

    def answer_of(self, out: Sequence[HandedOut]) -> Answer:
        """Messages of the outbox as one answer."""
        channel = self.channels.get(CHANNEL)
        assert isinstance(channel, HandsOut)  # noqa: S101 # what it is there for
        return channel.hand_out([OUT_CONTENT.validate_json(one.body) for one in out])

    async def _arrival(self, project_id: str, question: Question) -> Arrival:
        line = await line_of(self.database, self.box, self.directory, project_id)
        arrival = arrival_of(question, line, self.directory.settle_ms(line.id))
        # Before anything is written of whoever is said to ask: they are gone, too.
        if question.customer is not None and not await is_linked(
            self.database, project_id, question.who, question.customer
        ):
            await self.erased.refresh()  # another process may have erased them a moment ago
            self._refuse_erased(arrival)
            await link(self.database, project_id, question.who, question.customer)
        else:
            self._refuse_erased(arrival)
        return arrival

    def _refuse_erased(self, arrival: Arrival) -> None:
        if self.erased and not self.erased.without([arrival]):
            raise WasErased
