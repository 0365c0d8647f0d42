"""The format of scripted conversations: YAML files, read strictly, with the line of whatever is wrong in them.

A file holds `conversations`, and what they share: `assistant` (who answers), `now` and `contact`. A conversation may
change any of it for itself. Words stay as they are written: `yes`, `no`, 15:00 and 2026-11-26 are texts here.
"""

import datetime as dt
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, Self, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from recado.assistants.forms import FieldName, FormField, Question
from recado.decisions import BrainMode, Intent, Language
from recado.errors import BadInput
from recado.evaluation import yaml_text
from recado.evaluation.yaml_text import NotYaml
from recado.messages import InboundContent

BUNDLED = Path(__file__).with_name("conversations")
"""The conversations that come with Recado: those of the rules brain."""
MAX_FILE_BYTES = 4 * 1024 * 1024
"""Some ten thousand conversations; more is a mistake."""
ALL_ACTIONS = ("update_form", "raise_alert", "add_note", "add_daily_log", "update_task", "request_appointment")


def _as_texts(value: Any) -> Any:
    """One text or a list of them; a number is the text that it looks like."""
    listed = cast("list[Any]", value) if isinstance(value, list) else [value]
    return [str(one) if isinstance(one, int | float) and not isinstance(one, bool) else one for one in listed]


Texts = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_as_texts)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class KnownEntry(_Part):
    """One question and its answer, as in an assistant's knowledge."""

    topic: str
    question: str
    answer: str
    language: Language = "es"
    keywords: Texts = ()


class Setting(_Part):
    """Who answers. `entries` is what it knows: the demo clinic's, none, or a list."""

    name: str = "Clínica San Martín"
    language: Language = "es"
    timezone: str = "America/Lima"
    role: str = "consulta"
    prompt: str = ""
    mode: BrainMode = "hybrid"
    allowed: Texts = ALL_ACTIONS
    form: dict[FieldName, Question | FormField] = Field(default_factory=dict[FieldName, Question | FormField])
    opens: dt.time = dt.time(7)
    closes: dt.time = dt.time(19)
    entries: Literal["demo", "none"] | tuple[KnownEntry, ...] = "demo"

    def changed_by(self, other: "Setting") -> "Setting":
        """This one with what the other says itself."""
        return self.model_copy(update={name: getattr(other, name) for name in other.model_fields_set})


class Step(_Part):
    """One thing that is done, and what must come of it.

    `say` is one message or several that come at once, `press` a button or row that was offered by its title (the
    latest of that title), `send` any other content. `mode` first gives the conversation to a person or back;
    `after_minutes` lets time go by. Texts are looked for without regard to case and accents. Unless it says otherwise
    a step must be answered, ask for no action and hand nothing over.
    """

    say: Texts = ()
    press: str | None = None
    send: InboundContent | None = None
    mode: Literal["person", "assistant"] | None = None
    after_minutes: float = Field(default=0, ge=0)
    intent: Intent | None = None
    reply: Texts = ()
    reply_any: Texts = ()
    not_: Texts = Field(default=(), alias="not")
    buttons: Texts = ()
    buttons_any: Texts = ()
    actions: tuple[dict[str, Any], ...] = ()
    handed_over: bool = False
    silence: bool = False
    replies: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        if sum((bool(self.say), self.press is not None, self.send is not None)) != 1:
            raise ValueError("a step has exactly one of: say, press, send")
        return self

    @property
    def label(self) -> str:
        """What is done, for people."""
        if self.press is not None:
            return f"[{self.press}]"
        return " / ".join(self.say) if self.say else f"({self.send.type})" if self.send else ""


class Conversation(_Part):
    """One scripted conversation. `now` is where the assistant is; `facts` are what skills would contribute."""

    name: str = Field(min_length=1)
    topic: str = "other"
    assistant: Setting = Setting()
    contact: str | None = None
    now: dt.datetime | None = None
    facts: dict[str, Any] = Field(default_factory=dict[str, Any])
    steps: tuple[Step, ...] = Field(min_length=1)


class _File(_Part):
    assistant: Setting = Setting()
    contact: str | None = None
    # A Friday in the morning.
    now: dt.datetime = dt.datetime(2026, 11, 20, 10, 0)  # noqa: DTZ001 # local to the assistant
    conversations: tuple[Conversation, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Scripted:
    """A conversation ready to be held: with what its file says for all."""

    file: str
    name: str
    topic: str
    assistant: Setting
    contact: str | None
    now: dt.datetime
    facts: dict[str, Any]
    steps: tuple[Step, ...]

    def in_mode(self, mode: BrainMode) -> "Scripted":
        """The same, with so much of a model."""
        return replace(self, assistant=self.assistant.model_copy(update={"mode": mode}))

    @property
    def key(self) -> str:
        """Names it across runs."""
        return f"{self.file}: {self.name}"


# --- reading ----------------------------------------------------------------------------------------------


def read_all(paths: Sequence[Path]) -> list[Scripted]:
    """The conversations of these files; of a folder, those of its YAML files by name. Raises `BadInput`."""
    files: list[Path] = []
    for path in paths:
        files.extend(sorted(path.glob("*.y*ml")) if path.is_dir() else [path])
    if not files:
        raise BadInput("There are no conversations: name YAML files, or a folder that has some")
    found = [scripted for file in files for scripted in read_file(file)]
    seen: set[str] = set()
    for scripted in found:
        if scripted.key in seen:
            raise BadInput(f"{scripted.file}: two conversations are called {scripted.name!r}", code="bad_script")
        seen.add(scripted.key)
    return found


def read_file(path: Path) -> list[Scripted]:
    """The conversations of a file. Raises `BadInput` (`bad_script`) with the file and the line."""
    try:
        document = yaml_text.read(_text(path))
    except NotYaml as error:
        raise _bad(path, error.line, error.problem) from None
    value: object = document.value
    if not isinstance(value, dict):
        raise _bad(path, 1, "must be a mapping with `conversations`")
    try:
        file = _File.model_validate(document.value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = first["loc"]
        raise _bad(path, document.line_of(where), f"{_path_text(where)}: {_plain(first['msg'])}") from None
    return [_ready(path.stem, file, conversation) for conversation in file.conversations]


def _ready(name: str, file: _File, conversation: Conversation) -> Scripted:
    return Scripted(
        name,
        conversation.name,
        conversation.topic,
        file.assistant.changed_by(conversation.assistant),
        conversation.contact or file.contact,
        conversation.now or file.now,
        conversation.facts,
        conversation.steps,
    )


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BadInput(f"{path}: larger than {MAX_FILE_BYTES // 1024 // 1024} MiB", code="bad_script")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})", code="bad_script") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path}: is not UTF-8 text", code="bad_script") from None


def _bad(path: Path, line: int, problem: str) -> BadInput:
    return BadInput(f"{path}, line {line}: {problem}", code="bad_script")


def _path_text(where: Sequence[Hashable]) -> str:
    text = ""
    for step in where:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text or "file"


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ")
