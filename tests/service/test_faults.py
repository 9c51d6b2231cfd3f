"""What happens when something dies: no answer that was given is lost, and nothing is there twice."""

from __future__ import annotations

import http.client
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, func, select, text

from engine.cli import main
from service.access import organisations
from service.storage.database import Database
from service.storage.tables import audit_entries, evaluations, idempotency
from service.verifying import check_database
from tests.conftest import SERVER
from tests.rulesets_for_tests.making import write_rulesets
from tests.service.stored import Service, name_of, small
from tests.service.test_serving import server, statuses_until_ready

SENDERS = 8
STORED_BEFORE_DEATH = 60


class Sender(threading.Thread):
    """Sends arrangements, each with a key of its own, and sends again what got no answer."""

    def __init__(self, number: int, key: str) -> None:
        super().__init__(daemon=True)
        self.number, self.key = number, key
        self.port = 0
        self.acknowledged: dict[str, str] = {}
        self.statuses: list[int] = []
        self.retried = 0
        self.ending = threading.Event()

    def run(self) -> None:
        count = 0
        while not self.ending.is_set():
            name = f"{self.number}-{count}"
            location = self._send(name)
            if location:
                self.acknowledged[name] = location
                count += 1
            else:
                self.retried += 1
                time.sleep(0.05)

    def _send(self, name: str) -> str:
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": name, "Content-Type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", "/v1/evaluations", json.dumps(small(title=name)), headers)
            response = connection.getresponse()
            response.read()
            self.statuses.append(response.status)
            if response.status == 503:
                assert response.headers["retry-after"]
            return (response.headers["location"] or "") if response.status == 201 else ""
        except (OSError, http.client.HTTPException):
            return ""
        finally:
            connection.close()


@contextmanager
def sending(key: str) -> Iterator[list[Sender]]:
    senders = [Sender(number, key) for number in range(SENDERS)]
    yield senders
    for sender in senders:
        sender.ending.set()
    for sender in senders:
        sender.join(60)


def until(condition: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def until_stored(senders: list[Sender], count: int) -> None:
    until(lambda: sum(len(sender.acknowledged) for sender in senders) >= count)


def check(database: Database, senders: list[Sender]) -> None:
    """Everything acknowledged is there, once, with its entry in a whole log."""
    with database.reading() as connection:
        stored = dict(connection.execute(select(evaluations.c.title, evaluations.c.id)).tuples().all())
        count = connection.execute(select(func.count()).select_from(evaluations)).scalar_one()
        keys = connection.execute(select(func.count()).select_from(idempotency)).scalar_one()
        query = select(audit_entries.c.object).where(audit_entries.c.action == "evaluation.stored")
        logged = connection.execute(query).scalars().all()
        check_database(connection)
    assert count == len(stored) == keys == len(logged)  # no title twice
    assert set(logged) == set(stored.values())
    for sender in senders:
        for name, location in sender.acknowledged.items():
            assert location == f"/v1/evaluations/{stored[name]}"


@pytest.mark.slow
def test_a_server_that_is_killed_loses_and_repeats_nothing(database_url: str, tmp_path: Path) -> None:
    rulesets = write_rulesets(tmp_path / "rulesets")
    database = Database(database_url)
    key = database.write(lambda connection: organisations.found(connection, "ours")).text
    settings = {"SAFECONDUCT_DATABASE": database_url, "SAFECONDUCT_LOG_LEVEL": "error"}
    with sending(key) as senders:
        for turn in range(3):
            with server(rulesets, tmp_path, **settings) as (port, process):
                assert statuses_until_ready(port)[-1] == 200
                before = sum(len(sender.acknowledged) for sender in senders)
                for sender in senders:
                    sender.port = port
                    if turn == 0:
                        sender.start()
                until_stored(senders, before + STORED_BEFORE_DEATH)
                if turn == 2:
                    for sender in senders:
                        sender.ending.set()
                    for sender in senders:
                        sender.join(60)
                os.kill(process.pid, signal.SIGKILL)
                process.wait(10)
    assert sum(sender.retried for sender in senders)  # some were on their way when it died
    check(database, senders)
    database.close()


@pytest.mark.slow
def test_a_database_that_goes_away_under_load_is_503_and_then_all_is_well(postgresql_url: str, tmp_path: Path) -> None:
    rulesets = write_rulesets(tmp_path / "rulesets")
    database = Database(postgresql_url)
    key = database.write(lambda connection: organisations.found(connection, "ours")).text
    name = postgresql_url.rpartition("/")[2]
    settings = {"SAFECONDUCT_DATABASE": postgresql_url, "SAFECONDUCT_LOG_LEVEL": "error"}
    with server(rulesets, tmp_path, **settings) as (port, _), sending(key) as senders:
        assert statuses_until_ready(port)[-1] == 200
        for sender in senders:
            sender.port = port
            sender.start()
        until_stored(senders, STORED_BEFORE_DEATH)
        with psycopg.connect(SERVER, autocommit=True) as connection:
            # As at a restart: nobody is let in, and those who are in are thrown out.
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
            until(lambda: all(503 in each.statuses[-20:] for each in senders))
            ready = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            ready.request("GET", "/readyz")
            assert ready.getresponse().status == 503
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
        before = sum(len(sender.acknowledged) for sender in senders)
        until_stored(senders, before + STORED_BEFORE_DEATH)
    assert {status for sender in senders for status in sender.statuses} == {201, 503}
    database.engine.dispose()
    check(database, senders)
    database.close()


def test_a_full_disk_is_said_clearly_and_stores_nothing(stored: Service) -> None:
    if not stored.database.is_sqlite:
        pytest.skip("a disk of PostgreSQL is filled by hand")
    first = name_of(stored.submit())
    shelf = stored.client.app.state.shelf  # type: ignore[attr-defined]

    def limit(connection: Any, _record: Any, _proxy: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(shelf.database.engine, "checkout", limit)
    found = {stored.submit(small(title="x" * 400 + str(number))).status_code for number in range(40)}
    event.remove(shelf.database.engine, "checkout", limit)
    assert 507 in found
    assert found <= {201, 507}
    assert stored.ask("GET", f"/v1/evaluations/{first}", "reader").status_code == 200


def test_a_backup_of_a_running_service_is_whole(
    stored: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if not stored.database.is_sqlite:
        pytest.skip("PostgreSQL has pg_dump; the README says how")
    name = name_of(stored.submit())
    with stored.database.writing() as connection:  # somebody is writing just now
        connection.execute(text("UPDATE organisations SET name = 'not yet'"))
        monkeypatch.setenv("SAFECONDUCT_DATABASE", str(stored.database.url.database))
        assert main(["db", "backup", str(tmp_path / "copy.sqlite3")]) == 0
    monkeypatch.setenv("SAFECONDUCT_DATABASE", str(tmp_path / "copy.sqlite3"))
    assert main(["audit", "verify"]) == 0
    copy = Database(str(tmp_path / "copy.sqlite3"))
    with copy.reading() as connection:
        assert connection.execute(select(evaluations.c.id)).scalars().all() == [name]
        assert "not yet" not in connection.execute(text("SELECT name FROM organisations")).scalars().all()
    copy.close()
    assert main(["db", "backup", str(tmp_path / "copy.sqlite3")]) == 1  # never over another
    assert "exists" in capsys.readouterr().err
