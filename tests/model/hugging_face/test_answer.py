"""The judge of answers judges."""

import json
from typing import Any

import pytest

from tests.model.hugging_face.answer import violations

GOOD: dict[str, Any] = {
    "role": "consulta",
    "respuesta_chat": "hola",
    "acciones": {
        "actualizar_formulario": {"cultivo": "papa", "foto_recibida": True},
        "alerta": None,
        "log": None,
        "bitacora": {"fecha": "2026-02-30", "notas": "", "metricas": {"ph": 7}, "log_type_id": None},
        "actualizar_tarea": {"task_id": "riego-1", "status": "PENDIENTE", "avance": 100, "motivo": ""},
    },
    "estado": {"formulario_completo": False, "confianza": 0.3},
}


def test_a_good_answer() -> None:
    assert violations(json.dumps(GOOD)) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("role", "root"),
        ("role", 1),
        ("respuesta_chat", ""),
        ("respuesta_chat", "x" * 41),
        ("respuesta_chat", "\ud800"),
        ("more", 1),
        ("acciones", {}),
        ("acciones.alerta", {"nivel": "bajo"}),
        ("acciones.actualizar_formulario", {"borrar": "todo"}),
        ("acciones.actualizar_formulario", {"cultivo": 0.5}),
        ("acciones.bitacora.fecha", "mañana"),
        ("acciones.bitacora.fecha", "2026-02-300"),
        ("acciones.actualizar_tarea.avance", 101),
        ("acciones.actualizar_tarea.avance", True),
        ("estado.confianza", 0.35),
        ("estado.formulario_completo", None),
    ],
)
def test_a_bad_one(path: str, value: Any) -> None:
    answer = json.loads(json.dumps(GOOD))
    *parents, name = path.split(".")
    place = answer
    for one in parents:
        place = place[one]
    place[name] = value
    assert violations(json.dumps(answer))


def test_what_is_no_json() -> None:
    assert violations('{"role":')
    assert violations("[]")
