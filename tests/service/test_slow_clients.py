"""Clients that send slowly, or without end, at a real server: each is cut off, and nobody else waits for it."""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.rulesets_for_tests.making import write_rulesets
from tests.service.stored import small
from tests.service.test_serving import ask, server, statuses_until_ready

SECONDS = 2  # the server's patience
LONG = 60  # far beyond it: whoever is not cut off fails here
LIMIT = 20_000
HEAD = "POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: {}\r\n{}\r\n\r\n"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("slow")
    settings = {
        "SAFECONDUCT_DATABASE": "none",
        "SAFECONDUCT_REQUEST_SECONDS": str(SECONDS),
        "SAFECONDUCT_BODY_LIMIT": str(LIMIT),
        "SAFECONDUCT_BATCH_LIMIT": str(LIMIT),
        "SAFECONDUCT_LOG_LEVEL": "error",
    }
    with server(write_rulesets(folder / "rulesets"), folder, **settings) as (found, _):
        assert statuses_until_ready(found)[-1] == 200
        yield found


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=LONG) as found:
        yield found


def head(path: str, length: str, media: str = "application/json") -> bytes:
    return HEAD.format(path, media, length).encode()


def drip(client: socket.socket, drop: bytes) -> threading.Event:
    """Send a drop again and again until nobody takes it, or the event is set."""
    ending = threading.Event()

    def run() -> None:
        while not ending.wait(0.1):
            try:
                client.sendall(drop)
            except OSError:
                return

    threading.Thread(target=run, daemon=True).start()
    return ending


def rest(client: socket.socket) -> bytes:
    """Return everything until the other side closes."""
    parts = []
    try:
        while part := client.recv(65536):
            parts.append(part)
    except ConnectionResetError:  # it closed while more was on its way
        pass
    return b"".join(parts)


def problem(answer: bytes) -> dict[str, Any]:
    top, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in top
    found: dict[str, Any] = json.loads(body)
    assert top.startswith(b"HTTP/1.1 %d " % found["status"])
    assert b"connection: close" in top.lower()
    return found


def lines(answer: bytes) -> list[dict[str, Any]]:
    """Return the lines of a batch from an answer in chunks."""
    _, _, body = answer.partition(b"\r\n\r\n")
    assert body.endswith(b"\r\n0\r\n\r\n")
    return [json.loads(line) for line in body.split(b"\r\n") if line.startswith(b"{")]


def test_a_head_that_comes_in_drops_is_cut_off(port: int) -> None:
    with connected(port) as client:
        client.sendall(b"POST /v1/evaluations HTTP/1.1\r\nHost: x\r\n")
        ending = drip(client, b"X-A: b\r\n")
        assert problem(rest(client))["errors"][0]["code"] == "too-slow"
        ending.set()


def test_somebody_who_says_nothing_is_cut_off(port: int) -> None:
    with connected(port) as client:
        assert rest(client) == b""


def test_the_second_request_of_a_connection_is_not_waited_for_either(port: int) -> None:
    with connected(port) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        while b"ok" not in client.recv(65536):
            pass
        client.sendall(b"GET /healthz HTTP/1.1\r\n")
        ending = drip(client, b"X-A: b\r\n")
        assert problem(rest(client))["status"] == 408
        ending.set()


@pytest.mark.parametrize("length", ["Content-Length: 10000", "Transfer-Encoding: chunked"])
def test_a_body_that_comes_in_drops_is_cut_off(port: int, length: str) -> None:
    with connected(port) as client:
        client.sendall(head("/v1/evaluations", length))
        ending = drip(client, b" " if length.startswith("Content") else b"1\r\n \r\n")
        assert problem(rest(client))["errors"][0] == {
            "code": "too-slow",
            "where": "",
            "message": f"the body did not come within {SECONDS} s",
            "help": "send the request in one go",
        }
        ending.set()


def test_the_rest_of_a_body_that_nobody_reads_is_not_waited_for(port: int) -> None:
    with connected(port) as client:
        client.sendall(head("/healthz", "Content-Length: 1000000000"))  # a wrong method: answered at once
        ending = drip(client, b" ")
        assert rest(client).startswith(b"HTTP/1.1 405 ")
        ending.set()


def test_a_body_in_chunks_is_refused_where_it_crosses_the_limit(port: int) -> None:
    with connected(port) as client:
        client.sendall(head("/v1/evaluations", "Transfer-Encoding: chunked"))
        ending = drip(client, b"%x\r\n%b\r\n" % (LIMIT // 4, b" " * (LIMIT // 4)))
        assert problem(rest(client))["errors"][0]["code"] == "body-too-large"
        ending.set()


def test_a_batch_whose_next_line_does_not_come_is_cut_off_and_the_lines_before_are_answered(port: int) -> None:
    with connected(port) as client:
        client.sendall(head("/v1/evaluations/batch?brief=true", "Transfer-Encoding: chunked", "application/x-ndjson"))
        line = json.dumps(small()).encode() + b"\n"
        client.sendall(b"%x\r\n%b\r\n" % (len(line), line))
        ending = drip(client, b"1\r\n\n\r\n")  # empty lines are none
        first, second, last = lines(rest(client))
        ending.set()
    assert (first["status"], second["status"]) == (200, 408)
    assert last == {"summary": {"lines": 2, "decided": 1, "stored": 0, "failed": 1}}


def test_a_batch_in_chunks_beyond_the_limit_has_every_line_before_it_answered(port: int) -> None:
    line = json.dumps(small()).encode() + b"\n"
    fitting = LIMIT // len(line)
    with connected(port) as client:
        client.sendall(head("/v1/evaluations/batch?brief=true", "Transfer-Encoding: chunked", "application/x-ndjson"))
        client.sendall(b"%x\r\n%b\r\n" % (len(line), line) * (fitting + 5))
        *answers, last = lines(rest(client))
    assert [each["status"] for each in answers] == [*[200] * fitting, 413]
    assert last["summary"]["decided"] == fitting


def test_somebody_who_takes_nothing_of_an_answer_is_cut_off(port: int) -> None:
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(LONG)
        client.connect(("127.0.0.1", port))
        ending = drip(client, b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 100)
        watching = select.poll()
        watching.register(client, select.POLLHUP | select.POLLERR)
        assert watching.poll(LONG * 1000)  # reset, with most of the answers not taken
        ending.set()


def test_many_slow_clients_hold_nobody_up(port: int) -> None:
    body = json.dumps(small()).encode()
    slow = [socket.create_connection(("127.0.0.1", port), timeout=LONG) for _ in range(200)]
    for number, client in enumerate(slow):
        whole = head("/v1/evaluations", "Content-Length: 10000")
        client.sendall(whole if number % 2 else whole[:20])
    assert [ask(port, "POST", "/v1/evaluations", body)[0] for _ in range(3)] == [200] * 3
    deadline = time.monotonic() + LONG
    while not all(map(_has_ended, slow)):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    for client in slow:
        client.close()


def _has_ended(client: socket.socket) -> bool:
    client.setblocking(False)
    try:
        while client.recv(65536):
            pass
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True
    return True
