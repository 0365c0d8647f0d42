"""What the assistant can do, as buttons or a list to choose from."""

from recado.brain.rules.index import Index
from recado.brain.rules.phrases import PHRASES, TITLES
from recado.decisions import Entry, Language
from recado.messages import (
    MAX_BUTTON_TITLE,
    MAX_BUTTONS,
    MAX_CHOICE_ID,
    MAX_INTERACTIVE_BODY,
    MAX_ROW_DESCRIPTION,
    MAX_ROW_TITLE,
    MAX_ROWS,
    Button,
    OutButtons,
    OutList,
    Row,
)

TOPIC_PREFIX = "topic:"
PERSON_ID = "human"


def menu(text: str, index: Index, language: Language) -> OutButtons | OutList:
    """The text, the assistant's first topics and a person: buttons if they are so few, else a list."""
    phrases = PHRASES[language]
    body = clip(text, MAX_INTERACTIVE_BODY)
    topics = topics_of(index, language)
    if len(topics) < MAX_BUTTONS:
        buttons = [
            Button(id=TOPIC_PREFIX + topic, title=clip(title(topic, language), MAX_BUTTON_TITLE)) for topic, _ in topics
        ]
        person = Button(id=PERSON_ID, title=phrases.person)
        return OutButtons(text=body, buttons=(*buttons, person))
    rows = [_row(topic, entry, language) for topic, entry in topics[: MAX_ROWS - 1]]
    person_row = Row(id=PERSON_ID, title=phrases.person, description=phrases.person_description)
    return OutList(text=body, button=phrases.menu_button, rows=(*rows, person_row))


def topics_of(index: Index, language: Language) -> list[tuple[str, Entry]]:
    """The topics that can be offered, each with its first entry."""
    return [(topic, entry) for topic, entry in index.topics(language).items() if _can_be_offered(topic)]


def title(topic: str, language: Language) -> str:
    """What a topic is called: by its usual name, else by its own word ("home_visits" -> "Home visits")."""
    return TITLES[language].get(topic) or topic.replace("_", " ").strip().capitalize()


def clip(text: str, limit: int) -> str:
    """The text in at most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _can_be_offered(topic: str) -> bool:
    return bool(topic.replace("_", " ").strip()) and len(TOPIC_PREFIX + topic) <= MAX_CHOICE_ID


def _row(topic: str, entry: Entry, language: Language) -> Row:
    question = clip(entry.question.strip(), MAX_ROW_DESCRIPTION)
    name = clip(title(topic, language), MAX_ROW_TITLE)
    return Row(id=TOPIC_PREFIX + topic, title=name, description=question or None)
