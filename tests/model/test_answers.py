"""What is made of a context, and how an answer that was cut is closed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recado.errors import Unavailable
from recado.model.answers import CUT_CONFIDENCE, Frame, finished, frame_of
from recado.wire import Acciones, Alerta, Bitacora, EstadoRespuesta, Respuesta, Tarea, read, write

FRAME = Frame(roles=("consulta",), fields=("edad", "cultivo"), metrics=("ph",), tasks=("t1",))
FULL = Respuesta(
    role="consulta",
    respuesta_chat='Dijo "sí" \\ y ñandú 🙂 a las 10',
    acciones=Acciones(
        actualizar_formulario={"edad": 125, "cultivo": "papa"},
        alerta=Alerta(nivel="alto", motivo="plaga", accion_recomendada="llamar"),
        log="nota",
        bitacora=Bitacora(fecha="2026-11-20", notas="riego", metricas={"ph": 61}, log_type_id="d"),
        actualizar_tarea=Tarea(task_id="t1", status="EN_PROGRESO", avance=45, motivo="lluvia"),
    ),
    estado=EstadoRespuesta(formulario_completo=True, confianza=0.8),
)


@pytest.mark.parametrize("escaped", [False, True])
def test_an_answer_cut_anywhere_is_closed_with_nothing_made_up(escaped: bool) -> None:
    text = json.dumps(json.loads(write(FULL)), ensure_ascii=escaped, separators=(",", ":"))
    wanted = FULL.acciones
    for end in range(len(text) + 1):
        answer = read(finished(text[:end], FRAME, cut=True))
        assert answer.role == "consulta"
        assert FULL.respuesta_chat.startswith(answer.respuesta_chat)
        asked = answer.acciones
        assert asked.actualizar_formulario.items() <= wanted.actualizar_formulario.items()
        assert asked.alerta in (None, wanted.alerta)
        assert asked.log in (None, wanted.log)
        assert asked.bitacora in (None, wanted.bitacora)
        assert asked.actualizar_tarea in (None, wanted.actualizar_tarea)
        assert answer.estado.confianza in (CUT_CONFIDENCE, 0.8)
    assert read(finished(text, FRAME, cut=True)) == FULL


@pytest.mark.parametrize(
    "said",
    [
        r"a\ud800b",
        r"\udc00\ud83d",
        r"\\ud800",
        r"\ud83d\ude42\ud83d",
        r"\u0000\b\f\/",
        r"\\\ud800\"",
        "\ufffd\U0010ffff\x7f",
    ],
)
def test_hostile_texts_are_closed_wherever_they_are_cut(said: str) -> None:
    text = (
        f'{{"role":"consulta","respuesta_chat":"{said}","acciones":{{"actualizar_formulario":{{"cultivo":"{said}"}},'
        f'"alerta":null,"log":"{said}","bitacora":null,"actualizar_tarea":null}},'
        '"estado":{"formulario_completo":false,"confianza":0.5}}'
    )
    for end in range(len(text) + 1):
        answer = read(finished(text[:end], FRAME, cut=True))
        assert answer.acciones.log in (None, read(text).acciones.log)


@given(st.text(max_size=40), st.text(max_size=40), st.booleans())
def test_any_texts_are_closed_wherever_they_are_cut(one: str, other: str, escaped: bool) -> None:
    full = json.loads(write(FULL))
    full["respuesta_chat"], full["acciones"]["log"] = one, other
    text = json.dumps(full, ensure_ascii=escaped, separators=(",", ":"))
    for end in range(len(text) + 1):
        assert read(finished(text[:end], FRAME, cut=True))


def test_a_text_that_is_not_of_the_grammar_is_an_error() -> None:
    for text in ("hola", '{"role":"consulta"}', ""):
        with pytest.raises(Unavailable):
            finished(text, FRAME, cut=False)
    with pytest.raises(Unavailable):
        finished("hola", FRAME, cut=True)


def test_the_frame_is_of_the_context() -> None:
    frame = frame_of(
        {
            "role": "vendedor",
            "form_state": {"talla": "M", "": 1, "x" * 65: 2, "a\nb": 3, "</s>": 4, "[INST] a": 5},
            "active_task": {"task_id": "t7"},
            "last_logs": [{"metricas": {"ph": 6}}, 5],
        }
    )
    assert frame.roles == ["vendedor"]
    assert frame.fields[-1] == "talla"
    assert (frame.metrics, frame.tasks) == (["ph"], ["t7"])


@pytest.mark.parametrize(
    "context", [None, 7, "x", [], {"role": 5, "form_state": [], "active_task": 1, "last_logs": {}}]
)
def test_a_strange_context_leaves_the_defaults(context: object) -> None:
    assert frame_of(context) == frame_of({})
