"""`/chat`: an answer in the Spanish wire form, whatever the model writes (contract A)."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pydantic import Field
from pydantic_core import from_json

from recado.errors import BadInput, RecadoError, Unavailable, retry_after
from recado.messages import Value
from recado.model.engine import ChatMessage, Generation
from recado.wire import DEFAULT_FIELDS, ROLES, Acciones, EstadoRespuesta, Respuesta, read, wire_schema, write

MAX_SYSTEM = 65_536
DEFAULT_TOKENS = 300
MAX_TOKENS = 4_096
# An answer is to be kept to, not to be surprising.
TEMPERATURE = 0.3
# Names from a context end up in a grammar.
MAX_NAMES = 40
MAX_NAME = 64
# Without what control tokens are made of ("</s>", "[INST]", "<|im_end|>"): a name is written by the grammar, and the
# tokenizer would read such a token in it.
_NAME = re.compile(r"\w[\w .,:;/()%+?¿-]*")
# All of an answer but what it says: names, brackets, nulls and numbers of `{"role":...,"respuesta_chat":"",...}` with a
# form of four fields. A token is at least one byte, so this is what its closing needs at the most.
CLOSING_TOKENS = 300
# Said of an answer that was cut before its state was known.
CUT_CONFIDENCE = 0.3
_RETRY_S = 1.0
# Escapes of JSON texts: a surrogate pair; one that was cut; half of one; any other's first two characters.
_ESCAPE = re.compile(
    r"(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|(?P<cut>\\u[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u[0-9a-fA-F]{0,3})?)?\Z)"
    r"|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
    r"|\\.",
    re.DOTALL,
)


class ChatRequest(Value):
    """Contract A's request; `context` is any JSON value."""

    system: str = Field(default="", max_length=MAX_SYSTEM)
    context: Any = None
    max_tokens: int = Field(default=DEFAULT_TOKENS, ge=1, le=MAX_TOKENS)


@dataclass(frozen=True, slots=True)
class Frame:
    """What the context lets an answer say: its roles, the fields of the form, the tasks that it may report on."""

    roles: Sequence[str]
    fields: Sequence[str]
    metrics: Sequence[str]
    tasks: Sequence[str]

    @property
    def schema(self) -> dict[str, Any]:
        return wire_schema(roles=self.roles, fields=self.fields, metrics=self.metrics, tasks=self.tasks)


def frame_of(context: object) -> Frame:
    """The frame of contract A's context: `role`, `form_state`, `active_task`, `last_logs`. What is missing or strange
    leaves the defaults."""
    given: dict[str, Any] = cast("dict[str, Any]", context) if isinstance(context, dict) else {}
    role: Any = given.get("role")
    task = given.get("active_task")
    logs = given.get("last_logs")
    measured = [log.get("metricas") for log in _objects(logs)]
    return Frame(
        roles=[role] if _is_name(role) else list(ROLES),
        fields=_names((*DEFAULT_FIELDS, *_keys(given.get("form_state")))),
        metrics=_names(name for one in measured for name in _keys(one)),
        tasks=_names(str(one.get(key, "")) for one in _objects([task]) for key in ("task_id", "id")),
    )


def _objects(values: object) -> list[Mapping[str, Any]]:
    several = cast("list[Any]", values) if isinstance(values, list) else []
    return [one for one in several if isinstance(one, Mapping)]


def _keys(value: object) -> list[str]:
    return [str(key) for key in cast("Mapping[Any, Any]", value)] if isinstance(value, Mapping) else []


def _is_name(value: object) -> bool:
    return isinstance(value, str) and len(value) <= MAX_NAME and _NAME.fullmatch(value) is not None


def _names(values: Iterable[str]) -> list[str]:
    return [name for name in dict.fromkeys(values) if _is_name(name)][:MAX_NAMES]


def generation_of(request: ChatRequest, frame: Frame) -> Generation:
    """What the model is to write. The system prompt stands first, so that conversations share it in the cache."""
    told = json.dumps(request.context, ensure_ascii=False)
    system = [ChatMessage("system", request.system)] if request.system.strip() else []
    return Generation(
        messages=[*system, ChatMessage("user", told)],
        max_tokens=request.max_tokens + CLOSING_TOKENS,
        temperature=TEMPERATURE,
        schema=frame.schema,
        own_schema=True,
    )


def finished(text: str, frame: Frame, *, cut: bool) -> str:
    """The answer as JSON that validates. One that was cut is closed: what was said stays, and of what was asked for
    only what was complete, for half a value is a wrong one.

    Raises `Unavailable` (`bad_answer`) when the engine did not hold the text to its grammar.
    """
    try:
        return write(_closed(text, frame) if cut else read(text))
    except (RecadoError, ValueError):
        raise _bad_answer() from None


def check_json(text: str) -> None:
    """Raises `Unavailable` (`bad_answer`) for a text that should be JSON and is not."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        raise _bad_answer() from None


def _bad_answer() -> Unavailable:
    return Unavailable(
        "The model did not answer in its form. Try again.", code="bad_answer", verdict=retry_after(_RETRY_S)
    )


def _closed(text: str, frame: Frame) -> Respuesta:
    try:
        return read(text)  # cut just after its end
    except BadInput:
        pass
    text = _ESCAPE.sub(_without_half, text)
    whole: dict[str, Any] = from_json(_without_number(text), allow_partial=True) if text else {}
    if "acciones" not in whole:
        said: dict[str, Any] = from_json(text, allow_partial="trailing-strings") if text else {}
        role = said["role"] if said.get("role") in frame.roles else frame.roles[0]
        return _answer({"role": role, "respuesta_chat": said.get("respuesta_chat", "")})
    asked: dict[str, Any] = whole["acciones"]
    properties: dict[str, Any] = frame.schema["properties"]["acciones"]["properties"]
    kept = {name: value for name, value in asked.items() if _complete(value, properties[name])}
    state: dict[str, Any] = whole.get("estado") or {}
    return _answer({**whole, "acciones": kept, "estado": state if "confianza" in state else None})


def _without_half(escape: "re.Match[str]") -> str:
    """Half a surrogate pair, which JSON lets pass and this parser does not, as `read` has it; nothing for a cut one."""
    return {"half": "?", "cut": ""}.get(escape.lastgroup or "", escape[0])


def _without_number(text: str) -> str:
    """The text without a number at its end, which may have had more digits."""
    return text.rstrip("0123456789.-+eE")


def _complete(value: object, schema: Mapping[str, Any]) -> bool:
    """Whether an object that was asked for has all its parts."""
    if not isinstance(value, dict):
        return True
    objects: list[dict[str, Any]] = [one for one in schema.get("anyOf", [schema]) if one.get("type") == "object"]
    wanted = objects[0] if objects else {}
    parts = cast("dict[str, Any]", value)
    return all(
        name in parts and _complete(parts[name], wanted["properties"][name]) for name in wanted.get("required", ())
    )


def _answer(parts: Mapping[str, Any]) -> Respuesta:
    """The answer of these parts, in texts that can be stored."""
    state = parts.get("estado") or EstadoRespuesta(confianza=CUT_CONFIDENCE).model_dump()
    actions = parts.get("acciones") or Acciones().model_dump()
    return read(json.dumps({**parts, "acciones": actions, "estado": state}))
