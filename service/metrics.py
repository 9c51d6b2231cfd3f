"""What the service counts, for Prometheus."""

from __future__ import annotations

import logging

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

log = logging.getLogger("safeconduct.decision")
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The counters of one service. Their labels are words of ours, never a caller's."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.requests = Histogram(
            "safeconduct_request_seconds",
            "Time to answer, by path template, method and status",
            ("path", "method", "status"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.decision_seconds = Histogram(
            "safeconduct_decision_seconds", "Time to decide an arrangement", buckets=_SECONDS, registry=self.registry
        )
        self.decisions = Counter("safeconduct_decisions", "Decisions", ("outcome",), registry=self.registry)
        self.remembered = Counter(
            "safeconduct_decisions_remembered",
            "Decisions made a moment ago that were asked for again",
            registry=self.registry,
        )
        self.differences = Counter(
            "safeconduct_evaluator_differences",
            "Findings on which the two evaluators differed; each was answered as undetermined",
            ("instrument",),
            registry=self.registry,
        )
        self.deliveries = Gauge(
            "safeconduct_webhook_deliveries", "Deliveries of webhooks not made", ("state",), registry=self.registry
        )
        self.ready = Gauge("safeconduct_ready", "1 once the law is loaded", registry=self.registry)
        self.law = Gauge("safeconduct_law", "The law being served", ("sha256", "engine"), registry=self.registry)

    def difference(self, instrument: str, transfer: str, difference: str) -> None:
        """Count and log that the two evaluators differ."""
        self.differences.labels(instrument).inc()
        extra = {"instrument": instrument, "transfer": transfer, "difference": difference}
        log.error("evaluators differ", extra=extra)

    def text(self) -> bytes:
        """Return everything in the exposition format."""
        return generate_latest(self.registry)
