"""Send spans to a collector, by OTLP over HTTP. Only what is listed here leaves the process.

A list of what may be told, not of what may not: a library that tells more one day tells it to nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Status

from engine.decision.receipt import engine_version
from service.settings import Settings

# No path, query, address or header: they hold what a caller wrote, or who the caller is.
_TOLD = frozenset(
    "db.operation.name db.query.text db.system.name error.type http.request.method http.response.status_code "
    "http.route network.protocol.version url.scheme".split()
)
OURS = "safeconduct."
# A collector that does not answer keeps neither spans nor the end of the service waiting for longer.
_SECONDS = 3.0


def provider(settings: Settings) -> TracerProvider:
    """Return what makes spans and sends them.

    Where the caller is part of a trace, the caller decides whether it is sampled; else the ratio of the settings does.
    """
    resource = Resource.create({SERVICE_NAME: settings.trace_service, SERVICE_VERSION: engine_version()})
    made = TracerProvider(ParentBased(TraceIdRatioBased(settings.trace_ratio)), resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(settings.trace_endpoint, timeout=_SECONDS)
    made.add_span_processor(BatchSpanProcessor(_Sparing(exporter)))
    return made


class _Sparing(SpanExporter):
    """Leaves out whatever is not listed, before anything is sent."""

    def __init__(self, exporter: SpanExporter) -> None:
        self.exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self.exporter.export([_spared(span) for span in spans])

    def shutdown(self) -> None:
        self.exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return self.exporter.force_flush(timeout_millis)


def _spared(span: ReadableSpan) -> ReadableSpan:
    told = {name: value for name, value in (span.attributes or {}).items() if name in _TOLD or name.startswith(OURS)}
    for each in span.events:
        # The message and the lines of an exception repeat what it was about; its kind does not.
        kind = (each.attributes or {}).get("exception.type")
        if kind is not None:
            told["error.type"] = kind
    return ReadableSpan(
        span.name,
        span.context,
        span.parent,
        span.resource,
        told,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
