"""The Spanish wire form of a decision, as the field assistants that Recado replaces know it (contract A).

`{role, respuesta_chat, acciones{...}, estado{...}}`: the Model API answers it, and `/agent` passes it on. Here are its
shape, the JSON schema that a model is held to while it writes, and pure conversions both ways.

What the wire form cannot hold of a `Decision`: intent, slots, language, state, hand-over, sources, a request for an
appointment, buttons and lists (they are written out as lines), and more than one action of a type (form values are put
together, of the others the first stands). What a `Decision` cannot hold of the wire form: the role,
`formulario_completo`, and what says nothing: blank texts, a day that is not in the calendar, a task without an id.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, NoReturn, TypeVar

from pydantic import Field, StringConstraints, ValidationError

from recado.decisions import (
    MAX_LINE,
    MAX_NOTE,
    MAX_VALUES,
    MAX_WORD,
    Action,
    AddDailyLog,
    AddNote,
    Decision,
    RaiseAlert,
    UpdateForm,
    UpdateTask,
)
from recado.errors import BadInput
from recado.messages import MAX_OUT_TEXT, OutButtons, OutContent, OutList, OutMedia, OutText, Value, words_of

A = TypeVar("A")

ROLES = ("formulario", "consulta", "intervencion")
"""The roles that every assistant has (contract A); a project may add its own."""
DEFAULT_FIELDS = ("cultivo", "sintoma", "inicio_problema", "foto_recibida")
"""The form of an assistant that defines none, for old clients (contract A)."""
# Contract A's defaults of an alert.
NO_REASON = "sin motivo"
NO_RECOMMENDATION = "sin accion"

Nivel = Literal["bajo", "medio", "alto", "critico"]
Estado = Literal["PENDIENTE", "EN_PROGRESO", "BLOQUEADO", "COMPLETADO"]
_LEVELS: Mapping[Any, Nivel] = {"low": "bajo", "medium": "medio", "high": "alto", "critical": "critico"}
_STATUSES: Mapping[Any, Estado] = {
    "pending": "PENDIENTE",
    "in_progress": "EN_PROGRESO",
    "blocked": "BLOQUEADO",
    "done": "COMPLETADO",
}
_LEVEL_OF: Mapping[Nivel, Any] = {wire: level for level, wire in _LEVELS.items()}
_STATUS_OF: Mapping[Estado, Any] = {wire: status for status, wire in _STATUSES.items()}

Palabra = Annotated[str, StringConstraints(max_length=MAX_WORD)]
Linea = Annotated[str, StringConstraints(max_length=MAX_LINE)]
Nota = Annotated[str, StringConstraints(max_length=MAX_NOTE)]
Dato = Linea | bool | int | Annotated[float, Field(allow_inf_nan=False)] | None
Datos = Annotated[dict[Palabra, Dato], Field(max_length=MAX_VALUES)]


class Alerta(Value):
    nivel: Nivel = "medio"
    motivo: Linea = NO_REASON
    accion_recomendada: Linea = NO_RECOMMENDATION


class Bitacora(Value):
    """A daily log. `fecha` is an ISO date."""

    fecha: Annotated[str, StringConstraints(max_length=10)]
    notas: Nota = ""
    metricas: Datos = Field(default_factory=dict)
    log_type_id: Palabra | None = None


class Tarea(Value):
    """Where a task stands. `avance` is a percentage."""

    task_id: Palabra
    status: Estado
    avance: Annotated[int, Field(ge=0, le=100)] | None = None
    motivo: Linea = ""


class Acciones(Value):
    actualizar_formulario: Datos = Field(default_factory=dict)
    alerta: Alerta | None = None
    log: Nota | None = None
    bitacora: Bitacora | None = None
    actualizar_tarea: Tarea | None = None


class EstadoRespuesta(Value):
    formulario_completo: bool = False
    confianza: float = Field(default=0.3, ge=0.0, le=1.0, allow_inf_nan=False)


class Respuesta(Value):
    """The answer to one turn. An empty `respuesta_chat` is silence."""

    role: Palabra
    respuesta_chat: Annotated[str, StringConstraints(max_length=MAX_OUT_TEXT)]
    acciones: Acciones = Field(default_factory=Acciones)
    estado: EstadoRespuesta = Field(default_factory=EstadoRespuesta)


_NAMES = frozenset(
    name for part in (Alerta, Bitacora, Tarea, Acciones, EstadoRespuesta, Respuesta) for name in part.model_fields
)


# --- from a decision and back -----------------------------------------------------------------------------


def to_wire(decision: Decision, *, role: str, form_complete: bool = False) -> Respuesta:
    """The decision in the wire form; its replies become one text. `role` has at most 64 characters."""
    of = decision.actions
    values = {name: value for action in _all(of, UpdateForm) for name, value in action.values.items()}
    note = _first(of, AddNote)
    return Respuesta(
        role=role,
        respuesta_chat="\n\n".join(map(_written, decision.replies))[:MAX_OUT_TEXT],
        acciones=Acciones(
            actualizar_formulario=dict(list(values.items())[:MAX_VALUES]),
            alerta=_alerta(_first(of, RaiseAlert)),
            log=note.text if note else None,
            bitacora=_bitacora(_first(of, AddDailyLog)),
            actualizar_tarea=_tarea(_first(of, UpdateTask)),
        ),
        estado=EstadoRespuesta(formulario_completo=form_complete, confianza=decision.confidence),
    )


def from_wire(answer: Respuesta) -> Decision:
    """The decision that a wire form stands for; its intent is "other"."""
    text = answer.respuesta_chat
    return Decision(
        confidence=answer.estado.confianza,
        actions=tuple(_actions(answer.acciones)),
        replies=(OutText(text=text),) if text.strip() else (),
    )


def _written(content: OutContent) -> str:
    match content:
        case OutText():
            return content.text
        case OutButtons():
            choices = [button.title for button in content.buttons]
        case OutList():
            choices = [row.title for row in content.rows]
        case OutMedia():
            return words_of(content)
    return "\n".join((content.text, *(f"- {title}" for title in choices)))


def _all(actions: Sequence[Action], kind: type[A]) -> list[A]:
    return [action for action in actions if isinstance(action, kind)]


def _first(actions: Sequence[Action], kind: type[A]) -> A | None:
    return next(iter(_all(actions, kind)), None)


def _alerta(alert: RaiseAlert | None) -> Alerta | None:
    if alert is None:
        return None
    recommended = NO_RECOMMENDATION if alert.recommended is None else alert.recommended
    return Alerta(nivel=_LEVELS[alert.level], motivo=alert.reason, accion_recomendada=recommended)


def _bitacora(log: AddDailyLog | None) -> Bitacora | None:
    if log is None:
        return None
    metrics: dict[str, Dato] = {**log.metrics}
    return Bitacora(fecha=log.day.isoformat(), notas=log.notes or "", metricas=metrics, log_type_id=log.log_type_id)


def _tarea(task: UpdateTask | None) -> Tarea | None:
    if task is None:
        return None
    return Tarea(task_id=task.task_id, status=_STATUSES[task.status], avance=task.progress, motivo=task.reason or "")


def _actions(asked: Acciones) -> Iterable[Action]:
    values = _values(asked.actualizar_formulario)
    if values:
        yield UpdateForm(values=values)
    if (alerta := asked.alerta) is not None:
        recommended = _said(alerta.accion_recomendada)
        yield RaiseAlert(
            level=_LEVEL_OF[alerta.nivel],
            reason=_said(alerta.motivo) or NO_REASON,
            recommended=None if recommended == NO_RECOMMENDATION else recommended,
        )
    if (note := _said(asked.log)) is not None:
        yield AddNote(text=note)
    if asked.bitacora is not None and (day := _day(asked.bitacora.fecha)) is not None:
        yield AddDailyLog(
            day=day,
            notes=_said(asked.bitacora.notas),
            metrics=_values(asked.bitacora.metricas),
            log_type_id=_said(asked.bitacora.log_type_id),
        )
    if (tarea := asked.actualizar_tarea) is not None and (task_id := _said(tarea.task_id)) is not None:
        yield UpdateTask(
            task_id=task_id, status=_STATUS_OF[tarea.status], progress=tarea.avance, reason=_said(tarea.motivo)
        )


def _said(text: str | None) -> str | None:
    """The text; None for one that is blank."""
    return text if text and text.strip() else None


def _values(asked: Mapping[str, Dato]) -> dict[str, Any]:
    """What was learned: null and blank values, and values without a name, say nothing."""
    said = {name: _said(value) if isinstance(value, str) else value for name, value in asked.items()}
    return {name: value for name, value in said.items() if name.strip() and value is not None}


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


# --- as text ------------------------------------------------------------------------------------------------


def read(text: str) -> Respuesta:
    """The answer in a text that is one JSON object. Raises `BadInput` (`bad_wire`), whose message quotes nothing of it.

    Halves of a surrogate pair and U+0000, which JSON lets pass as escapes and databases do not, are taken out.
    """
    try:
        raw = _clean(json.loads(text, parse_constant=_no_constant))
    except (ValueError, RecursionError):
        raise BadInput("The answer is not JSON", code="bad_wire") from None
    try:
        return Respuesta.model_validate(raw)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)[:5]
        wrong = ", ".join(f"{_place(one['loc'])}: {one['type']}" for one in found)
        raise BadInput(f"The answer has the wrong shape ({wrong})", code="bad_wire") from None


def write(answer: Respuesta) -> str:
    """The answer as JSON, in the order of the contract."""
    return answer.model_dump_json()


def _place(path: Sequence[int | str]) -> str:
    """Where an error is, by the words of the contract only: a model may name fields with what a person said."""
    return ".".join(part for part in path if isinstance(part, str) and part in _NAMES) or "answer"


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _clean(value: Any) -> Any:
    """The value with texts that can be stored."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\x00", "")
    if isinstance(value, dict):
        return {_clean(name): _clean(one) for name, one in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [_clean(one) for one in value]  # pyright: ignore[reportUnknownVariableType]
    return value


# --- what a model may write -------------------------------------------------------------------------------------

# Tighter than what may be read, so that an answer under a grammar ends: the sum of these is the longest one.
MODEL_REPLY = 1_000
MODEL_LINE = 200
MODEL_NOTE = 500
MODEL_VALUE = 120
MODEL_NUMBER = 1_000_000
# In steps, because no grammar bounds the digits of a decimal number.
CONFIDENCES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)

_NULL = {"type": "null"}


def wire_schema(
    *,
    roles: Sequence[str] = ROLES,
    fields: Iterable[str] = DEFAULT_FIELDS,
    metrics: Iterable[str] = (),
    tasks: Iterable[str] = (),
) -> dict[str, Any]:
    """The JSON schema of the answer that a model is made to write. The same arguments give the same schema.

    `fields` are those of the form, `metrics` those of the daily log, `tasks` the ids of the tasks that may be
    reported on; others cannot be written. Only keywords that llama.cpp's converter, llguidance and the hosted APIs
    all know: type, properties, required, additionalProperties (false), enum, anyOf, minLength, maxLength, minimum,
    maximum, format (date). All that it allows, `read` reads.
    """
    values = {"anyOf": [_text(MODEL_VALUE, 1), {"type": "boolean"}, _whole(-MODEL_NUMBER, MODEL_NUMBER)]}
    alert = _object(
        nivel={"type": "string", "enum": list(_LEVELS.values())},
        motivo=_text(MODEL_LINE, 1),
        accion_recomendada=_text(MODEL_LINE),
    )
    log = _object(
        fecha={"type": "string", "format": "date"},
        notas=_text(MODEL_NOTE),
        metricas=_open(metrics, values),
        log_type_id={"anyOf": [_text(MAX_WORD, 1), _NULL]},
    )
    actions = _object(
        actualizar_formulario=_open(fields, values),
        alerta={"anyOf": [_NULL, alert]},
        log={"anyOf": [_NULL, _text(MODEL_NOTE, 1)]},
        bitacora={"anyOf": [_NULL, log]},
        actualizar_tarea=_task(tuple(tasks)),
    )
    return _object(
        role={"type": "string", "enum": list(roles)},
        respuesta_chat=_text(MODEL_REPLY, 1),
        acciones=actions,
        estado=_object(
            formulario_completo={"type": "boolean"}, confianza={"type": "number", "enum": list(CONFIDENCES)}
        ),
    )


def _task(ids: tuple[str, ...]) -> dict[str, Any]:
    if not ids:
        return dict(_NULL)
    task = _object(
        task_id={"type": "string", "enum": list(ids)},
        status={"type": "string", "enum": list(_STATUSES.values())},
        avance={"anyOf": [_NULL, _whole(0, 100)]},
        motivo=_text(MODEL_LINE),
    )
    return {"anyOf": [_NULL, task]}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _open(names: Iterable[str], value: Any) -> dict[str, Any]:
    """An object that may leave out any of these names."""
    return {
        "type": "object",
        "properties": dict.fromkeys(list(names)[:MAX_VALUES], value),
        "required": [],
        "additionalProperties": False,
    }


def _text(longest: int, shortest: int = 0) -> dict[str, Any]:
    return {"type": "string", "minLength": shortest, "maxLength": longest}


def _whole(least: int, most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": most}
