"""Ids of traces and spans, and who is traced."""

import subprocess
import sys

import pytest

from recado.kit import new_id
from recado.settings import Settings
from recado.tracing.noting import MAX_IN_WORK, MAX_NOTED, InWork, Notes
from recado.tracing.spans import Span, is_kept, span_of, trace_of

COLLECTOR = "http://127.0.0.1:4318"


def test_a_trace_is_the_messages_own_id() -> None:
    message = new_id()
    assert f"{trace_of(message):032x}" == message.replace("-", "")
    assert span_of(trace_of(message), "turn:3") == span_of(trace_of(message), "turn:3")
    assert span_of(trace_of(message), "turn:3") != span_of(trace_of(new_id()), "turn:3")
    assert 0 < span_of(trace_of(message), "receive") < 1 << 64


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.9])
def test_a_share_of_the_messages_is_kept_and_more_of_them_with_a_larger_one(share: float) -> None:
    traces = [trace_of(new_id()) for _ in range(20_000)]
    kept = {trace for trace in traces if is_kept(trace, share)}
    assert len(kept) / len(traces) == pytest.approx(share, abs=0.02)
    assert all(is_kept(trace, min(1.0, share + 0.05)) for trace in kept)
    assert all(is_kept(trace, 1.0) for trace in traces)
    assert not any(is_kept(trace, 0.0) for trace in traces)


@pytest.mark.parametrize(
    ("variables", "share"),
    [
        ({}, 0.0),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": COLLECTOR}, 1.0),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": COLLECTOR + "/v1/traces"}, 1.0),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": COLLECTOR, "OTEL_SDK_DISABLED": "true"}, 0.0),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": COLLECTOR, "OTEL_TRACES_EXPORTER": "none"}, 0.0),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": COLLECTOR, "OTEL_TRACES_SAMPLER": "always_off"}, 0.0),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": COLLECTOR, "OTEL_TRACES_SAMPLER_ARG": "0.5"}, 1.0),
        (
            {
                "OTEL_EXPORTER_OTLP_ENDPOINT": COLLECTOR,
                "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
                "OTEL_TRACES_SAMPLER_ARG": "0.25",
            },
            0.25,
        ),
    ],
)
def test_the_usual_variables_say_who_is_traced(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], share: float
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert Settings().traced_share == share


def test_notes_are_bounded_and_what_is_too_much_is_counted() -> None:
    notes = Notes()
    span = Span(new_id(), "receive", "receive", None, 1, 2)
    for _ in range(MAX_NOTED + 3):
        notes.add(span)
    assert (len(notes), notes.dropped) == (MAX_NOTED, 3)
    assert len(notes.take(10)) == 10
    assert len(notes) == MAX_NOTED - 10


def test_what_nobody_heard_the_end_of_is_forgotten() -> None:
    begun: InWork[int] = InWork()
    for n in range(MAX_IN_WORK + 5):
        begun.begin(str(n), n)
    assert begun.get("4") is None
    assert begun.end("5") == 5
    assert begun.end("5") is None


def test_without_a_collector_nothing_is_loaded_for_it() -> None:
    """The library of durable work loads the interface of OpenTelemetry; what makes and sends spans is ours to load."""
    look = "import sys, recado.main; print([m for m in sys.modules if m.startswith(NAMES)])".replace(
        "NAMES", "('opentelemetry.sdk.trace', 'opentelemetry.exporter', 'requests', 'recado.tracing.exporting')"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
