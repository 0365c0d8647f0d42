"""An appointment that somebody else understood, as the rules take it up: checked, and confirmed by the person."""

from recado.brain.rules.dialogue import book
from recado.brain.rules.dialogue.appointments import Talk
from recado.brain.rules.dialogue.listening import Said
from recado.brain.rules.dialogue.memory import Flow
from recado.brain.rules.dialogue.outcome import Outcome
from recado.decisions import Context, RequestAppointment


def propose(context: Context, wish: RequestAppointment) -> Outcome:
    """The next question of a talk in which this much is known: what is missing, what cannot be, or whether to do it."""
    said = Said(context, context.language or context.assistant.language, (), (), lambda _: ())
    known = Flow(wish.wish, said.now, wish.day, wish.time, wish.name, wish.reason)
    return Talk(said, book.read(context)).begin(wish.wish, known)
