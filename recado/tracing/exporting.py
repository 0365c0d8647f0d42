"""The way out: spans become those of OpenTelemetry and go to a collector (OTLP over HTTP), from a thread of their own.

The only module that knows the library; it is loaded when somebody wants traces. What the library reads of the
environment holds: `OTEL_EXPORTER_OTLP_*` (endpoint, headers, timeout, compression, certificates), `OTEL_SERVICE_NAME`
and `OTEL_RESOURCE_ATTRIBUTES` (https://opentelemetry.io/docs/specs/otel/protocol/exporter/).
"""

import logging
import queue
import threading
from collections.abc import Callable, Sequence

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.status import Status, StatusCode

from recado import __version__
from recado.tracing.spans import Span, span_of, trace_of

# Batches that wait while the collector does not answer; later ones are dropped and counted.
MAX_BATCHES = 8
# https://www.w3.org/TR/trace-context-2/#random-trace-id-flag
_FLAGS = TraceFlags(TraceFlags.SAMPLED | 0x02)
_KINDS = {"receive": SpanKind.SERVER, "status": SpanKind.SERVER}

log = structlog.get_logger(__name__)


class Exporter:
    """Sends batches of spans, one after the other. `done` is called in the thread when it has ended."""

    def __init__(self, process_id: str, kind: str) -> None:
        # It would log each failure with the collector's address, which may hold a key.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        self.exported = 0
        self.failed = 0
        self._resource = _resource(process_id, kind)
        self._scope = InstrumentationScope("recado", __version__)
        self._otlp = OTLPSpanExporter()
        self._batches: queue.Queue[Sequence[Span] | None] = queue.Queue(MAX_BATCHES)
        self._down = False
        self._done: Callable[[], None] = _nothing
        # A daemon: a collector that never answers must not hold up the end of the process.
        self._thread = threading.Thread(target=self._work, name="traces", daemon=True)
        self._thread.start()

    def offer(self, batch: Sequence[Span]) -> bool:
        """Take a batch to be exported; False if too many wait already."""
        try:
            self._batches.put_nowait(batch)
        except queue.Full:
            return False
        return True

    def end(self, done: Callable[[], None]) -> None:
        """Export what waits and end; `done` is called in the thread then."""
        self._done = done
        try:
            self._batches.put_nowait(None)
        except queue.Full:  # the collector does not answer: there is nothing to wait for
            self.give_up()

    def give_up(self) -> None:
        """End without waiting for the collector."""
        self._otlp.shutdown()

    def _work(self) -> None:
        while (batch := self._batches.get()) is not None:
            self._export(batch)
        self._done()

    def _export(self, batch: Sequence[Span]) -> None:
        try:
            done = self._otlp.export([self._span(one) for one in batch]) is SpanExportResult.SUCCESS
        except Exception as error:  # a defect must not end the thread
            log.error("traces_defect", error=type(error).__name__)
            done = False
        if done:
            self.exported += len(batch)
        else:
            self.failed += len(batch)
        if done == self._down:
            self._down = not done
            if self._down:
                log.warning("traces_not_exported", cure="See that the collector of OTEL_EXPORTER_OTLP_ENDPOINT runs")
            else:
                log.info("traces_exported_again")

    def _span(self, span: Span) -> ReadableSpan:
        trace = trace_of(span.message_id)
        return ReadableSpan(
            span.name,
            _context(trace, span.key),
            None if span.parent is None else _context(trace, span.parent),
            self._resource,
            span.attributes if span.error is None else {**span.attributes, "error.type": span.error},
            links=[Link(_context(trace_of(message_id), key)) for message_id, key in span.links],
            kind=_KINDS.get(span.name, SpanKind.CLIENT) if span.outside else SpanKind.INTERNAL,
            status=Status(StatusCode.UNSET if span.error is None else StatusCode.ERROR),
            start_time=span.start_ns,
            end_time=span.end_ns,
            instrumentation_scope=self._scope,
        )


def _context(trace: int, key: str) -> SpanContext:
    return SpanContext(trace, span_of(trace, key), is_remote=False, trace_flags=_FLAGS)


def _resource(process_id: str, kind: str) -> Resource:
    """Who speaks: what the environment says, else our own name."""
    ours = {"service.version": __version__, "service.instance.id": process_id, "recado.process": kind}
    resource = Resource.create(ours)
    if str(resource.attributes.get(SERVICE_NAME, "")).startswith("unknown_service"):
        resource = resource.merge(Resource({SERVICE_NAME: "recado"}))
    return resource


def _nothing() -> None:
    pass
