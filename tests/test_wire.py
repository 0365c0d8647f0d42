"""The wire form: both ways without loss but for what its docstring says, and a schema whose answers are all read."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recado import wire
from recado.decisions import (
    Action,
    AddDailyLog,
    AddNote,
    Decision,
    RaiseAlert,
    UpdateForm,
    UpdateTask,
)
from recado.errors import BadInput
from recado.messages import Button, OutButtons, OutList, OutText, Row

# Texts as they come out of a brain: some of them with everything that may go wrong on the way.
_line = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(lambda text: text.strip())
_perhaps = st.none() | _line
_word = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=64).filter(lambda text: text.strip())
_plain = _line | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False)
_values = st.dictionaries(_word, _plain, max_size=5)

ACTIONS: dict[type, st.SearchStrategy[Any]] = {
    UpdateForm: st.builds(UpdateForm, values=_values.filter(bool)),
    RaiseAlert: st.builds(
        RaiseAlert, level=st.sampled_from(["low", "medium", "high", "critical"]), reason=_line, recommended=_perhaps
    ),
    AddNote: st.builds(AddNote, text=_line),
    AddDailyLog: st.builds(AddDailyLog, day=st.dates(), notes=_perhaps, metrics=_values, log_type_id=st.none() | _word),
    UpdateTask: st.builds(
        UpdateTask,
        task_id=_word,
        status=st.sampled_from(["pending", "in_progress", "blocked", "done"]),
        progress=st.none() | st.integers(0, 100),
        reason=_perhaps,
    ),
}


@st.composite
def _decisions(draw: st.DrawFn) -> Decision:
    """Decisions that the wire form can hold: one action of a type, in the order in which it lists them."""
    actions: list[Action] = [draw(strategy) for strategy in ACTIONS.values() if draw(st.booleans())]
    replies = (OutText(text=draw(_line)),) if draw(st.booleans()) else ()
    return Decision(confidence=draw(st.floats(0, 1)), actions=tuple(actions), replies=replies)


@given(decision=_decisions(), complete=st.booleans())
def test_a_decision_comes_back_as_it_went(decision: Decision, complete: bool) -> None:
    answer = wire.to_wire(decision, role="consulta", form_complete=complete)
    assert wire.from_wire(answer) == decision
    assert (answer.role, answer.estado.formulario_completo) == ("consulta", complete)


@given(decision=_decisions())
def test_an_answer_comes_back_as_it_went_and_as_text(decision: Decision) -> None:
    answer = wire.to_wire(decision, role="formulario")
    assert wire.to_wire(wire.from_wire(answer), role="formulario") == answer
    if "\\u0000" not in wire.write(answer):  # taken out on the way in
        assert wire.read(wire.write(answer)) == answer


def test_the_words_of_the_contract() -> None:
    decision = Decision(
        confidence=0.75,
        replies=(OutText(text="Anotado."), OutText(text="¿Desde cuándo?")),
        actions=(
            UpdateForm(values={"cultivo": "papa"}),
            UpdateForm(values={"foto_recibida": True}),
            RaiseAlert(level="critical", reason="helada", recommended="llamar"),
            RaiseAlert(level="low", reason="a second one"),
            AddNote(text="vive lejos"),
            AddDailyLog(day=date(2026, 11, 20), notes="regó", metrics={"litros": 40}, log_type_id="riego"),
            UpdateTask(task_id="t1", status="in_progress", progress=50),
        ),
    )
    assert json.loads(wire.write(wire.to_wire(decision, role="formulario", form_complete=False))) == {
        "role": "formulario",
        "respuesta_chat": "Anotado.\n\n¿Desde cuándo?",
        "acciones": {
            "actualizar_formulario": {"cultivo": "papa", "foto_recibida": True},
            "alerta": {"nivel": "critico", "motivo": "helada", "accion_recomendada": "llamar"},
            "log": "vive lejos",
            "bitacora": {
                "fecha": "2026-11-20",
                "notas": "regó",
                "metricas": {"litros": 40},
                "log_type_id": "riego",
            },
            "actualizar_tarea": {"task_id": "t1", "status": "EN_PROGRESO", "avance": 50, "motivo": ""},
        },
        "estado": {"formulario_completo": False, "confianza": 0.75},
    }


def test_choices_are_written_out() -> None:
    buttons = OutButtons(text="¿Confirmas?", buttons=(Button(id="y", title="Sí"), Button(id="n", title="No")))
    rows = OutList(text="¿Cuál?", button="Ver", rows=(Row(id="1", title="Lunes"),))
    answer = wire.to_wire(Decision(replies=(buttons, rows)), role="consulta")
    assert answer.respuesta_chat == "¿Confirmas?\n- Sí\n- No\n\n¿Cuál?\n- Lunes"


def test_what_says_nothing_is_left_out() -> None:
    answer = wire.read(
        '{"role":"consulta","respuesta_chat":" ","acciones":{"actualizar_formulario":{"a":" "," ":1,"b":null},'
        '"alerta":{"nivel":"alto","motivo":" "},"log":"","bitacora":{"fecha":"2026-02-30"},'
        '"actualizar_tarea":{"task_id":" ","status":"COMPLETADO"}}}'
    )
    assert wire.from_wire(answer) == Decision(confidence=0.3, actions=(RaiseAlert(level="high", reason="sin motivo"),))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 100_000,
        "NaN",
        "[]",
        "{}",
        '{"role":"consulta","respuesta_chat":"x","extra":"secreto"}',
        '{"role":"consulta","respuesta_chat":"x","estado":{"confianza":1e999}}',
        '{"role":"consulta","respuesta_chat":"x","estado":{"confianza":1.1}}',
        '{"role":"consulta","respuesta_chat":"x","acciones":{"actualizar_formulario":{"secreto":[1]}}}',
    ],
)
def test_what_is_no_answer(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        wire.read(text)
    assert caught.value.code == "bad_wire"
    assert "secreto" not in caught.value.message


def test_escapes_that_cannot_be_stored_are_taken_out() -> None:
    answer = wire.read(r'{"role":"consulta","respuesta_chat":"a\ud800b\u0000c \ud83d\ude00"}')
    assert answer.respuesta_chat == "a?bc 😀"


# --- the schema -----------------------------------------------------------------------------------------------

KEYWORDS = {
    "type", "properties", "required", "additionalProperties", "enum", "anyOf",
    "minLength", "maxLength", "minimum", "maximum", "format",
}  # fmt: skip
FULL = wire.wire_schema(fields=["cultivo", "síntoma"], metrics=["litros"], tasks=["t1", "t2"])


def _nodes(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield schema
    for below in (*schema.get("properties", {}).values(), *schema.get("anyOf", ())):
        yield from _nodes(below)


@pytest.mark.parametrize("schema", [FULL, wire.wire_schema()], ids=["full", "default"])
def test_the_schema_is_closed_and_bounded(schema: dict[str, Any]) -> None:
    for node in _nodes(schema):
        assert set(node) <= KEYWORDS
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            assert set(node["required"]) <= set(node["properties"])
        if node.get("type") == "string":
            assert "maxLength" in node or "enum" in node or node.get("format") == "date"
        if node.get("type") in ("integer", "number"):
            assert {"minimum", "maximum"} <= set(node) or "enum" in node


def test_the_schema_is_deterministic_and_names_what_was_given() -> None:
    again = wire.wire_schema(fields=["cultivo", "síntoma"], metrics=["litros"], tasks=["t1", "t2"])
    assert json.dumps(again) == json.dumps(FULL)
    actions = FULL["properties"]["acciones"]["properties"]
    assert list(FULL["properties"]) == ["role", "respuesta_chat", "acciones", "estado"]
    assert list(actions["actualizar_formulario"]["properties"]) == ["cultivo", "síntoma"]
    assert wire.wire_schema()["properties"]["acciones"]["properties"]["actualizar_tarea"] == {"type": "null"}


def test_llama_cpp_makes_a_grammar_of_it() -> None:
    xllamacpp = pytest.importorskip("xllamacpp")
    assert xllamacpp.json_schema_to_grammar(json.dumps(FULL))


def _written(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    """Any JSON text that a grammar of this schema lets pass, escapes of half characters included."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"]).map(json.dumps)
    if "anyOf" in schema:
        return st.one_of(*map(_written, schema["anyOf"]))
    match schema["type"]:
        case "null":
            return st.just("null")
        case "boolean":
            return st.sampled_from(["true", "false"])
        case "integer":
            return st.integers(schema["minimum"], schema["maximum"]).map(str)
        case "string" if schema.get("format") == "date":
            return st.from_regex(r'"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"', fullmatch=True)
        case "string":
            letter = st.sampled_from([r"\ud800", r"\u0000", r"\"", " ", "ñ", "😀", r"\n"]) | st.characters(
                min_codepoint=97, max_codepoint=122
            )
            return st.lists(letter, min_size=schema["minLength"], max_size=min(schema["maxLength"], 12)).map(
                lambda letters: '"' + "".join(letters) + '"'
            )
        case _:
            return _object(schema)


def _object(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    absent = st.none()
    parts = [
        _written(below) if name in schema["required"] else absent | _written(below)
        for name, below in schema["properties"].items()
    ]
    return st.tuples(*parts).map(
        lambda written: (
            "{"
            + ",".join(
                f"{json.dumps(name)}:{text}"
                for name, text in zip(schema["properties"], written, strict=True)
                if text is not None
            )
            + "}"
        )
    )


@given(text=_written(FULL))
@settings(max_examples=300, deadline=None)
def test_all_that_the_schema_allows_is_read_and_is_a_decision(text: str) -> None:
    decision = wire.from_wire(wire.read(text))
    assert Decision.model_validate_json(decision.model_dump_json()) == decision


def test_the_longest_answer_under_the_schema_is_read() -> None:
    longest = wire.to_wire(
        Decision(
            replies=(OutText(text="x" * wire.MODEL_REPLY),),
            actions=(
                RaiseAlert(reason="x" * wire.MODEL_LINE, recommended="x" * wire.MODEL_LINE),
                AddNote(text="x" * wire.MODEL_NOTE),
            ),
        ),
        role="intervencion",
    )
    assert wire.read(wire.write(longest)) == longest
