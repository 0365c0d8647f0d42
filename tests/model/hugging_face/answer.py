"""The shape of an answer (contract A), and whether a value has it: of the keywords that the wire form's schema uses."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any, cast


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _text(longest: int, shortest: int = 0) -> dict[str, Any]:
    return {"type": "string", "minLength": shortest, "maxLength": longest}


def _some(**properties: Any) -> dict[str, Any]:
    return {**_object(**properties), "required": []}


_NULL = {"type": "null"}
_PLAIN = {
    "anyOf": [_text(12, 1), {"type": "boolean"}, {"type": "integer", "minimum": -1_000_000, "maximum": 1_000_000}]
}
# Texts are shorter than in the real one: a random model fills each to its end, and 2,000 answers should take minutes.
ANSWER = _object(
    role={"type": "string", "enum": ["formulario", "consulta", "intervencion"]},
    respuesta_chat=_text(40, 1),
    acciones=_object(
        actualizar_formulario=_some(cultivo=_PLAIN, sintoma=_PLAIN, inicio_problema=_PLAIN, foto_recibida=_PLAIN),
        alerta={
            "anyOf": [
                _NULL,
                _object(
                    nivel={"type": "string", "enum": ["bajo", "medio", "alto", "critico"]},
                    motivo=_text(16, 1),
                    accion_recomendada=_text(16),
                ),
            ]
        },
        log={"anyOf": [_NULL, _text(20, 1)]},
        bitacora={
            "anyOf": [
                _NULL,
                _object(
                    fecha={"type": "string", "format": "date"},
                    notas=_text(16),
                    metricas=_some(ph=_PLAIN),
                    log_type_id={"anyOf": [_text(16, 1), _NULL]},
                ),
            ]
        },
        actualizar_tarea={
            "anyOf": [
                _NULL,
                _object(
                    task_id={"type": "string", "enum": ["riego-1", "abono 2"]},
                    status={"type": "string", "enum": ["PENDIENTE", "EN_PROGRESO", "BLOQUEADO", "COMPLETADO"]},
                    avance={"anyOf": [_NULL, {"type": "integer", "minimum": 0, "maximum": 100}]},
                    motivo=_text(16),
                ),
            ]
        },
    ),
    estado=_object(
        formulario_completo={"type": "boolean"}, confianza={"type": "number", "enum": [0.0, 0.1, 0.3, 0.5, 0.9, 1.0]}
    ),
)
# More than its longest answer has characters, escapes included.
ANSWER_TOKENS = 3_000


def violations(text: str, schema: Mapping[str, Any] = ANSWER) -> list[str]:
    """What is wrong with a text that should be JSON of this shape; nothing if it is."""
    try:
        value = json.loads(text)
    except ValueError as error:
        return [f"no JSON: {error}"]
    return list(_wrong(value, schema, "$"))


_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}


def _wrong(value: Any, schema: Mapping[str, Any], at: str) -> Iterator[str]:
    if "anyOf" in schema:
        if all(any(True for _ in _wrong(value, one, at)) for one in schema["anyOf"]):
            yield f"{at}: none of anyOf"
        return
    kinds = _TYPES[schema["type"]]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        yield f"{at}: no {schema['type']}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: not in enum"
    if isinstance(value, str):
        yield from _wrong_text(value, schema, at)
    elif isinstance(value, dict):
        yield from _wrong_object(cast("dict[str, Any]", value), schema, at)
    elif value is not None and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{at}: out of bounds"


def _wrong_text(value: str, schema: Mapping[str, Any], at: str) -> Iterator[str]:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield f"{at}: {len(value)} characters"
    try:
        value.encode()
        if schema.get("format") == "date":
            dt.date.fromisoformat(value)
    except ValueError:
        # A date that the calendar lacks has the right shape: no grammar knows leap years.
        if "date" not in schema.get("format", "") or len(value) != len("2026-11-20"):
            yield f"{at}: no text, or no date"


def _wrong_object(value: dict[str, Any], schema: Mapping[str, Any], at: str) -> Iterator[str]:
    known: Mapping[str, Any] = schema["properties"]
    for name in schema["required"]:
        if name not in value:
            yield f"{at}: lacks {name}"
    for name, one in value.items():
        if name in known:
            yield from _wrong(one, known[name], f"{at}.{name}")
        else:
            yield f"{at}: has {name!r}"
