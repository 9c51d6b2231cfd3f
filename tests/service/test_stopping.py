"""A server that is told to stop: what it has begun to answer is answered and kept, and it is gone within bounds."""

from __future__ import annotations

import json
import signal
import socket
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from service.access import organisations
from service.storage.database import Database
from service.storage.tables import evaluations
from tests.rulesets_for_tests.making import write_rulesets
from tests.service.stored import small
from tests.service.test_rehashing import checked
from tests.service.test_serving import server, statuses_until_ready
from tests.service.test_slow_clients import connected, head, lines, rest

GONE_SECONDS = 40  # more than it takes on purpose, far less than for ever


def refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return True
    return False


def test_what_is_on_its_way_when_it_stops_is_answered_and_kept(database_url: str, tmp_path: Path) -> None:
    database = Database(database_url)
    key = database.write(lambda connection: organisations.found(connection, "ours")).text
    body = json.dumps(small()).encode()
    settings = {"SAFECONDUCT_DATABASE": database_url, "SAFECONDUCT_LOG_LEVEL": "error"}
    with server(write_rulesets(tmp_path / "rulesets"), tmp_path, **settings) as (port, process):
        assert statuses_until_ready(port)[-1] == 200
        mine = f"Authorization: Bearer {key}\r\n"
        with connected(port) as one, connected(port) as many:
            one.sendall(head("/v1/evaluations", f"{mine}Content-Length: {len(body)}") + body[:20])
            media = "application/x-ndjson"
            many.sendall(head("/v1/evaluations/batch?brief=true", f"{mine}Transfer-Encoding: chunked", media))
            line = body + b"\n"
            chunk = b"%x\r\n%b\r\n" % (len(line), line)
            many.sendall(chunk)
            while b'"status": 201' not in many.recv(65536):  # until the batch is under way
                pass
            process.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + GONE_SECONDS
            while not refuses(port):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            one.sendall(body[20:])
            many.sendall(chunk + b"0\r\n\r\n")
            assert rest(one).startswith(b"HTTP/1.1 201 ")
            assert lines(b"\r\n\r\n" + rest(many))[-1]["summary"]["stored"] == 2
        assert process.wait(GONE_SECONDS) in (0, -signal.SIGTERM)
    with database.reading() as connection:
        assert len(connection.execute(select(evaluations.c.id)).all()) == 3
    checked(database)
    database.close()


@pytest.mark.slow
def test_whoever_never_comes_to_an_end_does_not_keep_it(tmp_path: Path) -> None:
    settings = {"SAFECONDUCT_DATABASE": "none", "SAFECONDUCT_REQUEST_SECONDS": "3600"}
    with server(write_rulesets(tmp_path / "rulesets"), tmp_path, **settings) as (port, process):
        assert statuses_until_ready(port)[-1] == 200
        with connected(port) as client:
            client.sendall(head("/v1/evaluations", "Content-Length: 1000") + b"{")
            process.send_signal(signal.SIGTERM)
            assert process.wait(GONE_SECONDS) in (0, -signal.SIGTERM)
