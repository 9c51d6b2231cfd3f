"""A real server process: it starts, says when it is ready, answers threads as it answers one, and stops."""

from __future__ import annotations

import gc
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.decision.deciding import decide
from engine.decision.model import DECISION
from engine.decision.statute import Law
from engine.law.intake import read_arrangement
from service.metrics import Metrics
from service.published import Shelf
from service.settings import Settings, SettingsError, read_settings
from tests.rulesets_for_tests.making import write_rulesets
from tests.service.conftest import ROOT

READY_SECONDS = 180
COMMAND = [sys.executable, "-c", "import sys; from engine.cli import main; sys.exit(main())"]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def ask(port: int, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


@contextmanager
def server(rulesets: Path, cache: Path, **environment: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port = free_port()
    command = [*COMMAND, "--rulesets", str(rulesets), "serve", "--port", str(port)]
    variables = {**os.environ, "XDG_CACHE_HOME": str(cache), "SAFECONDUCT_DATA": str(cache / "data"), **environment}
    with subprocess.Popen(command, cwd=ROOT, env=variables, stderr=subprocess.PIPE) as process:
        try:
            yield port, process
        finally:
            process.kill()


def status(port: int, path: str) -> int:
    try:
        return ask(port, "GET", path)[0]
    except OSError:
        return 0


def statuses_until_ready(port: int) -> list[int]:
    seen: list[int] = []
    deadline = time.monotonic() + READY_SECONDS
    while 200 not in seen and time.monotonic() < deadline:
        seen.append(status(port, "/readyz"))
        time.sleep(0.02)
    return list(dict.fromkeys(seen))


@pytest.mark.slow
def test_threads_get_the_answers_that_one_gets(law: Law, shipped: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    days = ["2015-06-01", "2019-03-01", "2026-11-23"]
    wanted = {}
    for data in shipped.values():
        for dated in ({**data, "as_of": day} for day in days):
            decision = decide(read_arrangement(dated, law.library), law)
            wanted[json.dumps(dated).encode()] = DECISION.dump_json(decision)
    with server(ROOT / "rulesets", tmp_path, SAFECONDUCT_LOG_LEVEL="error") as (port, process):
        assert statuses_until_ready(port) == [0, 503, 200]

        def check(body: bytes) -> bool:
            return ask(port, "POST", "/v1/evaluations", body) == (200, wanted[body.rstrip()])

        bodies = list(wanted)
        assert all(map(check, bodies))
        with ThreadPoolExecutor(8) as threads:
            # With blanks behind it, a body is one that was never asked before: it is decided, not remembered.
            assert all(threads.map(check, [body + b" " * turn for turn in range(1, 9) for body in bodies]))
        metrics = ask(port, "GET", "/metrics")[1].decode()
        assert "safeconduct_evaluator_differences_total{" not in metrics
        assert "safeconduct_decisions_remembered_total 0.0" in metrics
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) in (0, -signal.SIGTERM)


def test_a_law_with_faults_is_not_served(tmp_path: Path) -> None:
    rulesets = tmp_path / "rulesets"
    (rulesets / "zz").mkdir(parents=True)
    (rulesets / "facts.yaml").write_text(
        (ROOT / "rulesets" / "facts.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (rulesets / "zz" / "act.yaml").write_text("instrument: {}\n", encoding="utf-8")
    with server(rulesets, tmp_path) as (_, process):
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 2
        assert re.search(r"^zz/act\.yaml:1:\d+: error\[", errors.decode(), re.MULTILINE)


def test_the_law_that_is_served_is_no_garbage_to_be_looked_through(tmp_path: Path) -> None:
    shelf = Shelf(Settings(rulesets=write_rulesets(tmp_path / "rulesets"), database="none"), Metrics())
    before = gc.get_freeze_count()
    try:
        shelf.load()
        assert gc.get_freeze_count() > before
    finally:
        gc.unfreeze()


def test_settings_that_cannot_be_used_are_all_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        read_settings({"SAFECONDUCT_BODY_LIMIT": "2 MiB", "SAFECONDUCT_DOCS": "yes", "SAFECONDUCT_LEG_LIMIT": "0"})
    assert [str(fault.where) for fault in raised.value.faults] == [
        "SAFECONDUCT_BODY_LIMIT",
        "SAFECONDUCT_DOCS",
        "SAFECONDUCT_LEG_LIMIT",
    ]


def test_settings_are_read_from_the_environment() -> None:
    given = {"SAFECONDUCT_RULESETS": "/law", "SAFECONDUCT_BODY_LIMIT": "10", "SAFECONDUCT_DOCS": "off"}
    assert read_settings(given) == Settings(rulesets=Path("/law"), body_limit=10, docs=False)


def test_a_misspelt_setting_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    read_settings({"SAFECONDUCT_BODYLIMIT": "10", "SAFECONDUCT_SERVICE_HOST": "10.0.0.1"})
    assert [record.setting for record in caplog.records] == ["SAFECONDUCT_BODYLIMIT"]  # type: ignore[attr-defined]
