"""Traces for OpenTelemetry, where an operator names a collector; otherwise nothing is traced.

FastAPI traces requests itself, and takes up the trace that a caller's `traceparent` names. This module says what it may
tell, and adds the statements of the database: the published instrumentation of SQLAlchemy refuses 2.1. What is sent,
and how, is in `service.collector`, which alone needs the SDK.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from opentelemetry.trace import NoOpTracer, NoOpTracerProvider, Span, SpanKind, Tracer, TracerProvider
from sqlalchemy import Engine, event

from engine.errors import Fault
from service.settings import PREFIX, Settings, SettingsError

# Asked every few seconds by machines; nobody wants to see each time.
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
NO_TRACER: Tracer = NoOpTracer()


class Tracing:
    """The traces of one service.

    Attributes:
        tracer: What makes spans beside those of requests.
    """

    def __init__(self, settings: Settings) -> None:
        """Begin to trace, where settings name a collector.

        Raises:
            SettingsError: They do, and OpenTelemetry's SDK is not installed.
        """
        self._provider: TracerProvider = NoOpTracerProvider()
        self._end: Callable[[], None] = lambda: None
        self.is_on = bool(settings.trace_endpoint)
        if self.is_on:
            self._provider, self._end = _begin(settings)
        self.tracer = self._provider.get_tracer("safeconduct") if self.is_on else NO_TRACER

    @property
    def of_requests(self) -> TelemetryConfig:
        """What FastAPI is told. Never its logs: they repeat what a caller sent. Nor what another provider would get."""
        return {
            "tracing": self.is_on,
            "tracer_provider": self._provider,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
            "exclude": _is_quiet,
        }

    def watch(self, engine: Engine) -> None:
        """Make a span of every statement, where it is part of something that is traced."""
        if self.is_on:
            _Statements(self.tracer, engine)

    def end(self) -> None:
        """Send what is left, within seconds."""
        self._end()


def _begin(settings: Settings) -> tuple[TracerProvider, Callable[[], None]]:
    try:
        from service.collector import provider
    except ImportError:
        message = "traces need OpenTelemetry's SDK and OTLP exporter, which are not installed"
        help = "pip install 'safeconduct[tracing]', or leave the setting out"
        raise SettingsError([Fault("missing-extra", message, PREFIX + "TRACE_ENDPOINT", help)]) from None
    made = provider(settings)
    return made, made.shutdown


def _is_quiet(scope: MutableMapping[str, Any]) -> bool:
    return scope.get("path") in _QUIET


class _Statements:
    """Spans of the statements of an engine. Values are bound and no part of a statement, so that it may be told."""

    def __init__(self, tracer: Tracer, engine: Engine) -> None:
        self.tracer = tracer
        self.system = engine.dialect.name
        event.listen(engine, "before_cursor_execute", self.begin)
        event.listen(engine, "after_cursor_execute", self.end)
        event.listen(engine, "handle_error", self.fail)

    def begin(self, _connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        """Begin a span. What looks for work every second and finds none is part of nothing."""
        if not trace.get_current_span().is_recording():
            return
        operation = statement.split(maxsplit=1)[0].upper()
        told = {"db.system.name": self.system, "db.operation.name": operation, "db.query.text": statement}
        context.safeconduct_span = self.tracer.start_span(operation, kind=SpanKind.CLIENT, attributes=told)

    def end(self, _connection: Any, _cursor: Any, _statement: str, _values: Any, context: Any, _many: bool) -> None:
        """End it."""
        span: Span | None = getattr(context, "safeconduct_span", None)
        if span is not None:
            span.end()

    def fail(self, failure: Any) -> None:
        """End it with the kind of failure; its message may hold values."""
        span: Span | None = getattr(failure.execution_context, "safeconduct_span", None)
        if span is not None:
            span.set_attribute("error.type", type(failure.original_exception).__name__)
            span.set_status(trace.StatusCode.ERROR)
            span.end()
