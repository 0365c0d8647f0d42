"""What a model may answer: a Pydantic model made from the allowed actions, bounded everywhere; and the way to a
decision.

One shape and one validation for every model. An action that is not allowed has no words in it. Values are lists of
pairs, because strict structured output knows no open objects.
"""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, Union

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, create_model

from recado.brain.llm.prompt import RULES
from recado.decisions import (
    ACTION,
    MAX_WORD,
    Action,
    Context,
    Decision,
    Intent,
)
from recado.errors import RecadoError
from recado.messages import MAX_BUTTON_TITLE, MAX_BUTTONS, Button, OutButtons, OutText, Reply
from recado.wire import MODEL_LINE, MODEL_NOTE, MODEL_REPLY, MODEL_VALUE

MAX_MODEL_ACTIONS = 4
MAX_PAIRS = 12
MAX_ANSWER_BYTES = 32_000
"""Nothing longer is looked at: the longest answer of the schema, in escapes, is shorter."""
MODEL_ID = "model:"
"""What the ids of a model's buttons begin with: none of them means anything to the rules."""
ANSWER_TOKENS = 1_000
"""What a model may write: the longest reply and some actions."""

_Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_WORD)]
_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MODEL_LINE)]
_Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MODEL_NOTE)]
_Value = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MODEL_VALUE)]
_Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
_Time = Annotated[str, StringConstraints(pattern=r"^\d{2}:\d{2}$")]


class WrongAnswer(RecadoError):
    """A model's answer that is not of the schema, or must not be said. `message` quotes nothing of it."""

    code = "model_wrong"
    status = 502


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Pair(_Shape):
    name: _Word
    value: _Value


class _Alert(_Shape):
    type: Literal["raise_alert"]
    level: Literal["low", "medium", "high", "critical"]
    reason: _Line
    recommended: _Line | None


class _NoteOf(_Shape):
    type: Literal["add_note"]
    text: _Note


class _Log(_Shape):
    type: Literal["add_daily_log"]
    day: _Day
    notes: _Note | None
    metrics: list[_Pair] = Field(max_length=MAX_PAIRS)


class _Task(_Shape):
    type: Literal["update_task"]
    task_id: _Word
    status: Literal["pending", "in_progress", "blocked", "done"]
    progress: int | None = Field(ge=0, le=100)
    reason: _Line | None


class _Appointment(_Shape):
    type: Literal["request_appointment"]
    wish: Literal["schedule", "reschedule", "cancel"]
    day: _Day | None
    time: _Time | None
    name: _Line | None
    reason: _Line | None


_SHAPES: dict[str, type[_Shape]] = {
    "raise_alert": _Alert,
    "add_note": _NoteOf,
    "add_daily_log": _Log,
    "update_task": _Task,
    "request_appointment": _Appointment,
}


def answer_type(context: Context) -> type[BaseModel]:
    """The shape of a model's answer in this turn. The same permissions and form give the same type."""
    return _answer_type(tuple(sorted(context.allowed)), tuple(context.assistant.form))


@lru_cache(maxsize=256)
def _answer_type(allowed: tuple[str, ...], fields: tuple[str, ...]) -> type[BaseModel]:
    shapes: list[Any] = [_SHAPES[kind] for kind in allowed if kind in _SHAPES]
    if "update_form" in allowed and fields:
        shapes.append(_form_shape(fields))
    parts: dict[str, Any] = {
        "intent": (Intent, ...),
        "confidence": (float, Field(ge=0.0, le=1.0)),
        "reply": (
            Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MODEL_REPLY)],
            Field(description="What the person reads."),
        ),
        "buttons": (
            list[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_BUTTON_TITLE)]],
            Field(max_length=MAX_BUTTONS, description="Short answers to choose from, if the reply asks; else empty."),
        ),
        "hand_over": (bool, ...),
    }
    if shapes:
        one: Any = Union[tuple(shapes)]  # noqa: UP007 # made while the program runs
        parts["actions"] = (list[one], Field(max_length=MAX_MODEL_ACTIONS))
    return create_model("Answer", __base__=_Shape, **parts)


def _form_shape(fields: tuple[str, ...]) -> type[_Shape]:
    name: Any = Literal[fields]
    pair = create_model("FormValue", __base__=_Shape, name=(name, ...), value=(_Value, ...))
    values: Any = Annotated[list[pair], Field(min_length=1, max_length=MAX_PAIRS)]
    kind: Any = Literal["update_form"]
    return create_model("UpdateForm", __base__=_Shape, type=(kind, ...), values=(values, ...))


def read(text: str, context: Context, told: str) -> Decision:
    """The decision in a model's answer to a prompt. `told` is what the model was given to answer from.

    Raises `WrongAnswer`. The decision of a turn in which nothing is allowed has no actions.
    """
    if len(text.encode("utf-8", "replace")) > MAX_ANSWER_BYTES:
        raise WrongAnswer("The answer is too long")
    try:
        answer: Any = answer_type(context).model_validate_json(_unfenced(text))
        actions = tuple(_action(one) for one in getattr(answer, "actions", ()))
        reply = _reply(str(answer.reply), answer.buttons)
        made = Decision(
            intent=answer.intent,
            confidence=answer.confidence,
            actions=actions,
            replies=(reply,),
            hand_over=answer.hand_over,
        )
    except ValidationError as error:
        raise WrongAnswer(_explained(error)) from None
    except ValueError:
        raise WrongAnswer("A day or a time is not in the calendar") from None
    check_said(_said(answer), context, told)
    return made


def _unfenced(text: str) -> str:
    """Models that are not held to the schema like to put JSON into a code block."""
    found = re.fullmatch(r"\s*```(?:json)?\s*(.*?)\s*```\s*", text, re.DOTALL)
    return found.group(1) if found else text


def _action(asked: Any) -> Action:
    values = asked.model_dump(exclude_none=True)
    for part in ("values", "metrics"):
        if part in values:
            values[part] = {pair["name"]: pair["value"] for pair in values[part]}
    if "day" in values:
        values["day"] = dt.date.fromisoformat(values["day"])
    if "time" in values:
        values["time"] = dt.time.fromisoformat(values["time"])
    return ACTION.validate_python(values)


def _reply(text: str, titles: Sequence[str]) -> Reply:
    text = text.replace("\x00", "").encode("utf-8", "replace").decode()
    titles = tuple(dict.fromkeys(title.replace("\x00", "") for title in titles))
    if not titles:
        return OutText(text=text)
    buttons = (Button(id=f"{MODEL_ID}{number}", title=title) for number, title in enumerate(titles, 1))
    return OutButtons(text=text, buttons=tuple(buttons))


def _explained(error: ValidationError) -> str:
    """Where and what is wrong, in the schema's words: a repair needs no more, and logs may hold it."""
    found = error.errors(include_input=False, include_url=False, include_context=False)[:5]
    known = {"intent", "confidence", "reply", "buttons", "hand_over", "actions", "type", "values", "name", "value"}
    known |= {name for shape in _SHAPES.values() for name in shape.model_fields}
    places = [(".".join(str(p) for p in one["loc"] if isinstance(p, int) or p in known), one["type"]) for one in found]
    return "; ".join(dict.fromkeys(f"{place or 'answer'}: {kind}" for place, kind in places))


# --- what must not be said -------------------------------------------------------------------------------------

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"']+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_BARE_HOST = re.compile(
    r"(?<![\w@.-])(?:[a-z0-9-]+\.)+(?:com|net|org|info|io|co|me|ly|link|site|xyz|app|top|shop|online|biz|pe|mx|ar|cl|bo|ru|cn)"
    r"(?:/[^\s<>\"']*)?(?![\w-])",
    re.IGNORECASE,
)
# Days and times are no numbers that reach somebody.
_MOMENTS = re.compile(r"\b(?:\d{4}-\d{2}-\d{2}|\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})|\d{1,2}:\d{2})\b")
_NUMBER = re.compile(r"\d(?:[ .()-]{0,2}\d){6,}")
# Shorter runs of the rules' words come up in honest answers.
_LEAK_CHARS = 40


def _said(answer: Any) -> str:
    """All words of an answer that a person or the team may come to read."""
    parts = [answer.reply, *answer.buttons]
    parts += [str(value) for action in getattr(answer, "actions", ()) for value in _texts(action.model_dump())]
    return "\n".join(parts)


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():  # pyright: ignore[reportUnknownVariableType]
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _texts(one)


def check_said(text: str, context: Context, told: str) -> None:
    """Raise `WrongAnswer` for links, addresses and long numbers that nobody told, and for words of our rules.

    Links and addresses must be the owner's (prompt, knowledge); numbers may also be the person's own.
    """
    owned = " ".join((context.assistant.prompt, *(entry.answer for entry in context.assistant.entries)))
    for found in (*_LINK.findall(text), *_BARE_HOST.findall(text)):
        if found.rstrip(".,;:!?)").casefold() not in owned.casefold():
            raise WrongAnswer("reply: a link or address that is not in the owner's texts")
    known = [re.sub(r"\D", "", found) for found in _NUMBER.findall(told)]
    for found in _NUMBER.findall(_MOMENTS.sub(" ", text)):
        digits = re.sub(r"\D", "", found)
        if not any(digits in one for one in known):
            raise WrongAnswer("reply: a number that was not given")
    said, rules = " ".join(text.split()).casefold(), " ".join(RULES.split()).casefold()
    if any(rules[at : at + _LEAK_CHARS] in said for at in range(0, len(rules) - _LEAK_CHARS, _LEAK_CHARS // 2)):
        raise WrongAnswer("reply: repeats the rules")
