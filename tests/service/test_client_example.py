"""The example of a client decides, stores, lists and fetches, bears with a service that stumbles, shows mistakes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from examples.client import Client, ServiceError
from tests.rulesets_for_tests.making import write_rulesets
from tests.service.conftest import ROOT
from tests.service.running import Running, running
from tests.service.stored import SAFEGUARDS, small


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("served")
    with running(write_rulesets(folder / "rulesets"), folder) as found:
        yield found


def run(served: Running, *arguments: str | Path, key: str | None = None) -> subprocess.CompletedProcess[str]:
    given = {"SAFECONDUCT_ADDRESS": served.address, "SAFECONDUCT_KEY": served.key if key is None else key}
    command = [sys.executable, str(ROOT / "examples" / "client.py"), *map(str, arguments)]
    return subprocess.run(command, env={**os.environ, **given}, capture_output=True, text=True, check=False)


def written(folder: Path, data: Any) -> Path:
    file = folder / "arrangement.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    return file


@contextmanager
def stumbling(served: Running, *stumbles: str) -> Iterator[tuple[str, list[str]]]:
    """Stand before a server and fail first, once for each of `stumbles`; yields the address and what was asked.

    `busy` answers 503 with `Retry-After`, `restart` 502, and nobody is asked; `hang up` has the server answer,
    and loses the answer.
    """
    left, keys = list(stumbles), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            keys.append(self.headers["idempotency-key"])
            stumble = left.pop(0) if left else ""
            if stumble == "busy":
                self.send_response(503)
                self.send_header("Retry-After", "0")
                self.end_headers()
                return
            if stumble == "restart":  # what a proxy says meanwhile
                self.send_error(502)
                return
            passed = {name: self.headers[name] for name in ("authorization", "content-type", "idempotency-key")}
            answer = httpx.post(served.address + self.path, content=body, headers=passed, timeout=60)
            if stumble == "hang up":
                self.close_connection = True
                return
            self.send_response(answer.status_code)
            for name in ("content-type", "location", "idempotency-replayed"):
                if name in answer.headers:
                    self.send_header(name, answer.headers[name])
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", keys
    server.shutdown()
    server.server_close()


def titled(client: Client, title: str) -> list[str]:
    return [line["id"] for line in client.stored(title=title)]


def test_on_the_command_line_an_arrangement_is_decided_stored_listed_and_written(
    served: Running, tmp_path: Path
) -> None:
    done = run(served, "decide", written(tmp_path, small(title="By the command line")), "--store")
    assert (done.returncode, done.stderr) == (4, "")
    line = done.stdout.splitlines()[0]
    assert line.startswith("By the command line: not_yet_permitted (law of ")
    name = line.rpartition(", ")[2]
    listed = run(served, "list", "--outcome", "not_yet_permitted").stdout
    assert any(each.startswith(f"{name}  ") and each.endswith("By the command line") for each in listed.splitlines())
    assert run(served, "list", "--outcome", "prohibited").stdout == ""
    document = tmp_path / "decision.pdf"
    assert run(served, "report", name, "-o", document).returncode == 0
    assert document.read_bytes().startswith(b"%PDF-")


def test_what_is_lawful_ends_with_nothing_wrong_and_shows_the_duties(served: Running, tmp_path: Path) -> None:
    done = run(served, "decide", written(tmp_path, small(measures=SAFEGUARDS)), key="")
    assert (done.returncode, done.stderr) == (0, "")
    assert "permitted" in done.stdout.splitlines()[0]
    assert ", ev_" not in done.stdout  # nobody asked for it to be stored


def test_mistakes_are_shown_with_place_and_remedy(served: Running, tmp_path: Path) -> None:
    wrong = small()
    wrong["transfers"][0]["importer"] = "uno"
    wrong["datasets"][0]["identifiability"] = "identifed"
    done = run(served, "decide", written(tmp_path, wrong))
    assert (done.returncode, done.stdout) == (2, "")
    lines = done.stderr.splitlines()
    assert lines[0].startswith("/datasets/0/identifiability: ")
    assert lines[1] == "  remedy: did you mean `identified`?"
    assert lines[2] == "/transfers/0/importer: no party has the id `uno` [unknown-party]"
    assert lines[3] == "  remedy: did you mean `uni`?"
    assert lines[4].startswith("status 422, request ")


def test_a_key_that_is_not_good_is_told(served: Running) -> None:
    done = run(served, "list", key="sck_nobody.x")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("header:Authorization: the credentials are not good [bad-credentials]\n  remedy: ")


def test_a_busy_service_is_asked_again_when_it_says_so(served: Running) -> None:
    with stumbling(served, "busy", "restart") as (address, keys), Client(address, served.key) as client:
        found = client.decide(small(title="In the end"), store=True)
        assert (found.decision["outcome"], found.was_known) == ("not_yet_permitted", False)
    assert len(keys) == 3
    assert len(set(keys)) == 1


def test_a_lost_answer_is_asked_for_again_and_nothing_is_stored_twice(served: Running) -> None:
    with stumbling(served, "hang up") as (address, keys), Client(address, served.key) as client:
        found = client.decide(small(title="Lost once"), store=True)
    assert found.was_known
    assert len(keys) == 2
    with Client(served.address, served.key) as client:
        assert titled(client, "Lost once") == [found.id]
        client.decide(small(title="Lost once"), store=True)  # another wish, another key
        assert len(titled(client, "Lost once")) == 2


def test_patience_ends(served: Running) -> None:
    with stumbling(served, *["busy"] * 1000) as (address, keys):
        with Client(address, served.key, patience=0.0) as client, pytest.raises(ServiceError) as refused:
            client.decide(small())
        assert refused.value.status == 503
        assert len(keys) == 1
    with Client(address, patience=0.0) as client, pytest.raises(httpx.TransportError):  # nobody is there any more
        client.decide(small())


def test_every_page_is_read(served: Running) -> None:
    with Client(served.address, served.key) as client:
        names = {client.decide(small(title="Paged"), store=True).id for _ in range(3)}
        assert {line["id"] for line in client.stored(title="Paged", limit="1")} == names
