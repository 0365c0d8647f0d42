"""The rules brain: listens, understands and answers from the assistant's own entries, without a model."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from recado.brain.rules import answers, hearing, language, normalise, signals
from recado.brain.rules.dialogue import leading, standing, urgent
from recado.brain.rules.dialogue.listening import Said
from recado.brain.rules.dialogue.outcome import Outcome
from recado.brain.rules.greeting import greeting
from recado.brain.rules.hearing import Heard
from recado.brain.rules.index import Index, IndexCache
from recado.brain.rules.menu import clip, menu, topics_of
from recado.brain.rules.phrases import PHRASES, Phrases
from recado.brain.rules.scoring import Match
from recado.brain.rules.signals import Signals
from recado.brain.rules.terms import terms
from recado.decisions import MAX_SOURCES, Context, Decision, Entry, Intent, Language
from recado.messages import MAX_OUT_TEXT, OutText, Reply

_QUIET = Decision()
# What the brain keeps of a conversation: the id of the entry that it last answered with.
_LAST_ENTRY = "entry"
_CONTINUES = re.compile(r"\W*(?:y|and|what about|how about|que tal)\b")


@dataclass(frozen=True, slots=True)
class _Turn:
    """Everything that the replies of one turn are made of."""

    context: Context
    heard: Heard
    signals: Signals
    index: Index
    language: Language
    told: Language | None
    found: tuple[Match, ...]
    chosen: tuple[Entry, ...]
    said: Said

    @property
    def phrases(self) -> Phrases:
        return PHRASES[self.language]

    @property
    def last_entry(self) -> Any:
        return self.context.state.get(_LAST_ENTRY)


class RulesBrain:
    """Answers greetings, thanks and what an entry answers; hands over to a person; else says that it does not know.

    All pending messages get one answer. Decides on the values alone, so the same context gives the same decision.
    """

    name = "rules"

    def __init__(self) -> None:
        self._indexes = IndexCache()

    async def decide(self, context: Context) -> Decision:
        index = self._indexes.get(context.assistant)
        heard = hearing.listen(context.messages, index.topics(context.assistant.language))
        if heard.nothing:
            return _QUIET
        turn = _understand(context, heard, index)
        if urgent.is_urgent(turn.said):
            return _told(turn, urgent.answer(turn.said))
        return _QUIET if context.handed_over else _decide(turn)

    def is_asking(self, state: Mapping[str, Any], now: datetime) -> bool:
        """Whether a question of its own stands, by the state that it kept."""
        return standing.is_asking(state, now)


def _understand(context: Context, heard: Heard, index: Index) -> _Turn:
    said = normalise.segments(heard.texts, index.mend)
    told = language.detect(said, index)
    spoken = told or context.language or context.assistant.language
    read = signals.read(said)
    topics = index.topics(spoken)
    topic = _topic_continued(context, heard, index)
    chosen = tuple(topics[one] for one in heard.topics)

    def ask(texts: Sequence[str]) -> tuple[Entry, ...]:
        asked = signals.read(normalise.segments(texts, index.mend)).rest
        return tuple(match.entry for match in answers.find(asked, index, spoken, topic))

    return _Turn(
        context=context,
        heard=heard,
        signals=read,
        index=index,
        language=spoken,
        told=told,
        found=answers.find(read.rest, index, spoken, topic),
        chosen=chosen,
        said=Said(context, spoken, heard.texts, heard.pressed, ask, chosen),
    )


def _topic_continued(context: Context, heard: Heard, index: Index) -> str | None:
    """The topic of the last answer, if the first words go on from it ("y los domingos?")."""
    last = context.state.get(_LAST_ENTRY)
    if not isinstance(last, str) or not heard.texts or not _CONTINUES.match(normalise.fold(heard.texts[0])):
        return None
    entry = index.entry(last)
    return entry.topic if entry else None


def _decide(turn: _Turn) -> Decision:
    if turn.heard.wants_person or turn.signals.human:
        return _told(turn, leading.hand_over(turn.said))
    entries = tuple(dict.fromkeys((*turn.chosen, *(match.entry for match in turn.found))))
    if turn.heard.correction and (not entries or entries[0].id == turn.last_entry):
        return _QUIET
    greeted = turn.phrases.greeted.format(greeting=_greeting(turn)) if turn.signals.greeting else ""
    unread = turn.phrases.only_text[turn.heard.unread] if turn.heard.unread and not turn.heard.texts else ""
    led = leading.lead(turn.said, before=greeted or unread, greeted=bool(greeted), may_answer=bool(entries))
    if led is not None:
        return _told(turn, led)
    return _answer(turn, entries) if entries else _small_talk(turn)


def _answer(turn: _Turn, entries: tuple[Entry, ...]) -> Decision:
    """The entries' own words, greeted if the person greeted, in one message."""
    parts = [entry.answer.strip() for entry in entries]
    if turn.signals.greeting:
        parts.insert(0, turn.phrases.greeting_before_answer.format(greeting=_greeting(turn)))
    if turn.heard.unread:
        parts.append(turn.phrases.only_text[turn.heard.unread])
    coverages = [match.coverage for match in turn.found] or [1.0]
    return _said(
        turn,
        "information",
        OutText(text=clip("\n\n".join(parts), MAX_OUT_TEXT)),
        confidence=sum(coverages) / len(coverages),
        sources=tuple(entry.id for entry in entries[:MAX_SOURCES]),
    )


def _small_talk(turn: _Turn) -> Decision:
    """Nothing was asked that an entry answers: be polite, offer what there is, or say that it is not known."""
    phrases, read = turn.phrases, turn.signals
    hello = _greeting(turn)
    name = turn.context.assistant.name
    if read.identity:
        return _said(turn, "other", _menu(turn, f"{phrases.identity.format(assistant=name)} {_topics(turn)}"))
    if _asks(turn):
        again, missed = leading.missed(turn.said)
        asked_back = leading.ask_which(turn.said) or again
        if asked_back is not None:
            return _told(turn, asked_back)
        start = f"{phrases.greeted.format(greeting=hello)} " if read.greeting else ""
        return _said(
            turn, "other", _menu(turn, f"{start}{phrases.unknown} {_topics(turn)}"), confidence=0.0, memory=missed
        )
    if read.thanks:
        return _said(turn, "thanks", OutText(text=phrases.thanks))
    if turn.heard.unread:
        return _said(turn, "other", _menu(turn, phrases.only_text[turn.heard.unread]))
    if read.farewell:
        return _said(turn, "thanks", OutText(text=phrases.farewell))
    if read.greeting and not read.asks_for_help:
        return _said(turn, "greeting", _menu(turn, phrases.welcome.format(greeting=hello, assistant=name)))
    if (read.small_talk and not read.rest and not read.asks_for_help) or _is_emoji(turn.heard.texts):
        return _said(turn, "other", OutText(text=phrases.acknowledged))
    start = f"{phrases.greeted.format(greeting=hello)} " if read.greeting else ""
    return _said(turn, "information", _menu(turn, start + phrases.offer))


def _asks(turn: _Turn) -> bool:
    """True if something was asked; a name beside a greeting or a wish beside thanks is not a question."""
    subjects = len(terms(word for segment in turn.signals.rest for word in segment))
    if any("?" in text for text in turn.heard.texts):
        return subjects > 0
    read = turn.signals
    return subjects > (1 if read.greeting else 0) and not (read.thanks or read.farewell)


def _is_emoji(texts: tuple[str, ...]) -> bool:
    """True if something was written, but neither words nor question marks."""
    return any(not letter.isspace() and letter.isprintable() for text in texts for letter in text) and not any(
        letter.isalnum() or letter in "?¿" for text in texts for letter in text
    )


def _greeting(turn: _Turn) -> str:
    context = turn.context
    return greeting(turn.phrases, context.now, context.assistant.timezone, context.contact_name)


def _menu(turn: _Turn, text: str) -> Reply:
    return menu(text, turn.index, turn.language)


def _topics(turn: _Turn) -> str:
    """What leads to the topics of the menu, or to the person who is all there is in it."""
    return turn.phrases.topics if topics_of(turn.index, turn.language) else turn.phrases.no_topics


def _said(
    turn: _Turn,
    intent: Intent,
    reply: Reply,
    confidence: float = 1.0,
    sources: tuple[str, ...] = (),
    memory: Mapping[str, object] | None = None,
) -> Decision:
    """The decision of the knowledge or of small talk; a dialogue's question that was left behind is forgotten."""
    changes = leading.forgotten(turn.said) if memory is None else dict(memory)
    changes |= {_LAST_ENTRY: sources[-1]} if sources else {}
    return Decision(
        intent=intent,
        confidence=min(1.0, round(confidence, 3)),
        replies=(reply,),
        language=turn.told if turn.told != turn.context.language else None,
        state=_changed(turn.context.state, changes),
        sources=sources,
    )


def _told(turn: _Turn, made: Outcome) -> Decision:
    """The decision of a dialogue."""
    sources = tuple(entry.id for entry in made.sources[:MAX_SOURCES])
    return Decision(
        intent=made.intent,
        confidence=min(1.0, round(made.confidence, 3)),
        slots=dict(made.slots),
        actions=made.actions,
        replies=(made.reply,),
        language=turn.told if turn.told != turn.context.language else None,
        state=_changed(turn.context.state, made.memory),
        hand_over=made.hand_over,
        sources=sources,
    )


def _changed(state: Mapping[str, Any], changes: Mapping[str, object]) -> dict[str, Any] | None:
    """The state after the changes (None forgets); None if nothing changes."""
    after = {name: value for name, value in {**state, **changes}.items() if name not in changes or value is not None}
    return after if after != state else None
