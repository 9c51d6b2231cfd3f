"""Traces: where they are wanted they arrive, whole, and with nothing of a caller's; elsewhere there are none."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from sqlalchemy import text

from service.app import create_app
from service.logs import JsonLines
from service.settings import Settings, SettingsError, read_settings
from service.telling.delivering import deliver
from service.tracing import NO_TRACER
from tests.service.collecting import Collector, collector, told
from tests.service.conftest import ROOT
from tests.service.receiving import receiver
from tests.service.stored import Service, name_of, service, small
from tests.service.test_serving import free_port

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CALLERS = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
LOCAL = (ip_network("127.0.0.0/8"),)


@pytest.fixture
def sink() -> Iterator[Collector]:
    with collector() as found:
        yield found


def traced(url: str, folder: Path, sink: Collector, **more: Any) -> Any:
    return service(url, folder, workers=False, trace_endpoint=sink.url, trace_service="ours", **more)


def ancestors(spans: list[Span], span: Span) -> list[str]:
    by_id = {each.span_id: each for each in spans}
    names = []
    while span.parent_span_id in by_id:
        span = by_id[span.parent_span_id]
        names.append(span.name)
    return names


def test_a_request_is_one_trace_from_the_caller_to_the_database(
    database_url: str, tmp_path: Path, sink: Collector
) -> None:
    with traced(database_url, tmp_path, sink) as running:
        name_of(running.submit(**CALLERS))
    mine = [span for span in sink.spans if span.trace_id.hex() == TRACE]
    request = sink.one("POST /v1/evaluations")
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE, PARENT)
    assert told(request)["http.response.status_code"] == 201
    assert ancestors(mine, sink.one("intake")) == [request.name]
    assert ancestors(mine, sink.one("decide")) == [request.name]
    assert told(sink.one("decide"))["safeconduct.outcome"] == "not_yet_permitted"
    stored = [span for span in mine if ancestors(mine, span) == ["store", request.name]]
    statements = [told(span)["db.query.text"] for span in stored]
    for table in ("evaluations", "audit_entries"):
        assert any(each.startswith(f"INSERT INTO {table} ") for each in statements)
    assert {told(span)["db.system.name"] for span in stored} == {running.database.engine.dialect.name}
    assert (sink.resource["service.name"], sink.resource["service.version"] != "") == ("ours", True)


def test_log_lines_name_the_request_and_the_trace(database_url: str, tmp_path: Path, sink: Collector) -> None:
    lines: list[dict[str, Any]] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(JsonLines().format(record)))

    logger, handler = logging.getLogger("safeconduct.request"), Keeping()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        with traced(database_url, tmp_path, sink) as running:
            running.submit(**CALLERS, **{"X-Request-ID": "r-7"})
        with service(database_url, tmp_path, workers=False) as running:
            running.submit(**CALLERS)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    assert (lines[0]["request_id"], lines[0]["trace_id"]) == ("r-7", TRACE)
    assert "trace_id" not in lines[1]  # nothing is traced there


def test_nothing_that_a_caller_wrote_leaves(
    database_url: str, tmp_path: Path, sink: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "Mustermann"
    with traced(database_url, tmp_path, sink) as running:
        data = small(title=f"Survey of {secret}")
        data["parties"][0]["name"] = f"Institute {secret}"
        headers = {"X-Request-ID": secret, "User-Agent": secret, "Idempotency-Key": secret, "Host": f"{secret}.example"}
        name_of(running.submit(data, **headers))
        running.submit(small(), **headers)  # the same key with another request: refused
        key = running.key("reader")
        running.ask("GET", f"/v1/evaluations?title={secret}", "reader")
        running.ask("GET", f"/v1/evaluations/{secret}", "reader")
        running.ask("GET", f"/{secret}")
        running.ask(secret.upper(), "/v1/evaluations")
        running.submit({"title": secret, "parties": secret})

        def fail(*_: Any, **__: Any) -> Any:
            raise RuntimeError(f"no rule for {secret}")

        monkeypatch.setattr("service.evaluating.decide", fail)
        assert running.submit({**data, "title": f"Another of {secret}"}).status_code == 500
        monkeypatch.undo()
        # The database repeats values in its messages.
        row = "INSERT INTO organisations (id, name, created_at) SELECT id, :name, created_at FROM organisations"
        shelf = running.client.app.state.shelf
        with pytest.raises(Exception, match=r"(?i)unique"), shelf.tracing.tracer.start_as_current_span("a test"):
            shelf.database.write(lambda connection: connection.execute(text(row), {"name": secret}))
    assert len(sink.spans) > 10
    for body in sink.came:
        assert secret.lower() not in body.decode("latin-1").lower()
        assert key not in body.decode("latin-1")
        assert "testclient" not in body.decode("latin-1")  # the address of the client
    failed = [span for span in sink.spans if span.status.code == Status.STATUS_CODE_ERROR]
    assert {"decide", "INSERT", "POST /v1/evaluations"} <= {span.name for span in failed}
    assert told(sink.one("a test"))["error.type"].endswith("IntegrityError")


def test_the_delivery_of_a_webhook_is_a_trace(database_url: str, tmp_path: Path, sink: Collector) -> None:
    with receiver() as target, traced(database_url, tmp_path, sink, webhook_networks=LOCAL) as running:
        secret_url = target.url + "?token=hunter2"
        assert running.ask("POST", "/v1/webhooks", "administrator", json={"url": secret_url}).status_code == 201
        name_of(running.ask("POST", "/v1/agreements", "submitter", json={"arrangement": small()}))
        shelf = running.client.app.state.shelf
        assert deliver(shelf.database, LOCAL, shelf.tracing.tracer) == 1
        assert deliver(shelf.database, LOCAL, shelf.tracing.tracer) == 0
    delivery = sink.one("deliver")
    assert told(delivery)["safeconduct.answered"] == 204
    assert told(delivery)["safeconduct.delivery"].startswith("dl_")
    assert delivery.kind == Span.SPAN_KIND_PRODUCER
    beneath = [span.name for span in sink.spans if ancestors(sink.spans, span) == ["deliver"]]
    assert beneath[-1] == "UPDATE"
    assert not any(b"hunter2" in body for body in sink.came)
    # What looks for work and finds none is no trace.
    roots = {span.name for span in sink.spans if not ancestors(sink.spans, span)}
    assert roots == {"deliver", "POST /v1/webhooks", "POST /v1/agreements"}


@pytest.mark.parametrize(("flag", "sampled"), [("00", False), ("01", True), ("", False)])
def test_the_share_is_kept_and_a_caller_who_traces_is_heard(
    postgresql_url: str, tmp_path: Path, sink: Collector, flag: str, sampled: bool
) -> None:
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-{flag}"} if flag else {}
    with traced(postgresql_url, tmp_path, sink, trace_ratio=0.0) as running:
        name_of(running.submit(**headers))
    assert bool(sink.came) == sampled


def test_a_traceparent_that_is_wrong_begins_a_new_trace(postgresql_url: str, tmp_path: Path, sink: Collector) -> None:
    with traced(postgresql_url, tmp_path, sink) as running:
        for wrong in ("x", f"00-{'0' * 32}-{PARENT}-01", f"00-{TRACE}-{PARENT}-01" * 400):
            name_of(running.submit(traceparent=wrong))
    requests = [span for span in sink.spans if span.name == "POST /v1/evaluations"]
    assert len({span.trace_id for span in requests}) == 3
    assert not any(span.parent_span_id for span in requests)


def test_a_collector_that_is_away_keeps_nobody_waiting(postgresql_url: str, tmp_path: Path) -> None:
    nowhere = Collector()
    nowhere.url = f"http://127.0.0.1:{free_port()}/v1/traces"
    with traced(postgresql_url, tmp_path, nowhere) as running:
        name_of(running.submit(**CALLERS))


# -- off --------------------------------------------------------------------------------------------------------------


def test_without_a_collector_there_is_no_sdk_and_no_trace(stored: Service) -> None:
    shelf = stored.client.app.state.shelf  # type: ignore[attr-defined]
    assert shelf.tracing.tracer is NO_TRACER
    code = "import sys, service.serving; print([name for name in sys.modules if name.startswith('opentelemetry.sdk')])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_traces_without_the_extra_are_an_error_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    monkeypatch.delitem(sys.modules, "service.collector", raising=False)
    with pytest.raises(SettingsError) as raised:
        create_app(Settings(database="none", trace_endpoint="http://127.0.0.1:4318/v1/traces"))
    (fault,) = raised.value.faults
    assert (fault.code, fault.where) == ("missing-extra", "SAFECONDUCT_TRACE_ENDPOINT")
    assert "safeconduct[tracing]" in fault.help


def test_settings_of_traces(tmp_path: Path) -> None:
    given = {"TRACE_ENDPOINT": "https://collector.example/v1/traces", "TRACE_SERVICE": "ours", "TRACE_RATIO": "0.1"}
    found = read_settings({f"SAFECONDUCT_{name}": value for name, value in given.items()})
    assert (found.trace_endpoint, found.trace_service, found.trace_ratio) == (given["TRACE_ENDPOINT"], "ours", 0.1)
    wrong = {"TRACE_ENDPOINT": "http://me:hunter2@collector:4318", "TRACE_SERVICE": " ", "TRACE_RATIO": "nan"}
    with pytest.raises(SettingsError) as raised:
        read_settings({f"SAFECONDUCT_{name}": value for name, value in wrong.items()})
    assert {str(fault.where) for fault in raised.value.faults} == {f"SAFECONDUCT_{name}" for name in wrong}
    assert "hunter2" not in str(raised.value)
