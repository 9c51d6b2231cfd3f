"""What happens when something dies: no answer that was given is lost, and nothing is there twice."""

from __future__ import annotations

import http.client
import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, event, func, select, text

from engine.cli import main
from service.audit import digest
from service.records.keeping import state_of
from service.reviews import agreements as reviews
from service.storage.database import Database
from service.storage.tables import acts, agreements, audit_entries, evaluations, events, idempotency, revisions
from service.storage.upgrading import upgrade
from service.verifying import check_database
from tests.conftest import SERVER
from tests.rulesets_for_tests.making import write_rulesets
from tests.service.postgresql import cluster
from tests.service.sending import (
    ACTS,
    POSTS,
    Acknowledged,
    Sender,
    acknowledged,
    begin,
    sending,
    until,
    until_acknowledged,
)
from tests.service.stored import Service, name_of, small
from tests.service.test_serving import server, statuses_until_ready

SENDERS, ROUNDS = 50, 2
KILLED_AFTER = (100, 400, 700, 950)
BEFORE_AND_AFTER = 120  # requests around a failure of the database


def check(database: Database, answers: dict[str, Acknowledged]) -> None:
    """Everything acknowledged is there, once, as it was answered, with its entries in a whole log.

    What was not acknowledged may be there or not, but whole and once.
    """
    with database.reading() as connection:
        check_database(connection)
        entries = select(audit_entries.c.object, audit_entries.c.action, audit_entries.c.after_sha256)
        logged = Counter(map(tuple, connection.execute(entries)))
        claimed = dict(map(tuple, connection.execute(select(idempotency.c.key, idempotency.c.made))))
        records = {row["id"]: dict(row) for row in connection.execute(select(evaluations)).mappings()}
        found = {row["id"]: dict(row) for row in connection.execute(select(agreements)).mappings()}
        done = {name: reviews.acts_of(connection, name) for name in found}
        first = dict(map(tuple, connection.execute(select(revisions.c.evaluation, revisions.c.agreement))))
        told = connection.execute(select(func.count()).select_from(events)).scalar_one()
    assert set(first) <= set(records)
    assert len({row["title"] for row in records.values()}) == len(records)  # each request has a title of its own
    assert set(first.values()) == set(found)
    for name, record in records.items():
        assert logged[name, "evaluation.stored", digest(state_of(record))] == 1
    for name, row in found.items():
        check_agreement(row, done[name], logged)
    # An entry for each and no other; an event for each step of an agreement.
    steps = sum(row["version"] for row in found.values())
    about = [times for (_, action, _), times in logged.items() if action.startswith(("evaluation.", "agreement."))]
    assert sum(about) == len(records) + steps
    assert told == steps
    assert len(claimed) == len(records) - len(first) + steps
    for key, answer in answers.items():
        name = answer.location.rpartition("/")[2]
        assert claimed[key] == name
        if answer.path == "/v1/evaluations":
            assert (records[name]["title"], records[name]["decision_sha256"]) == (key, answer.sha256)
        else:
            assert found[name]["version"] >= answer.version


def check_agreement(row: dict[str, Any], done: list[dict[str, Any]], logged: Counter[Any]) -> None:
    """An agreement has as many acts as its version says, in their order, each with its entry."""
    assert [act["version"] for act in done] == list(range(2, row["version"] + 1))
    assert [act["kind"] for act in done] == [kind for *_, kind in ACTS[: len(done)]]
    actions = ["agreement.made", *(f"agreement.{act['kind']}" for act in done)]
    mine = Counter({(action, after): times for (name, action, after), times in logged.items() if name == row["id"]})
    assert sorted(action for action, _ in mine.elements()) == sorted(actions)
    assert mine[actions[-1], digest(reviews.state_of(row))] == 1


@pytest.mark.slow
def test_a_server_that_is_killed_amid_a_thousand_posts_loses_and_repeats_nothing(
    database_url: str, tmp_path: Path
) -> None:
    rulesets = write_rulesets(tmp_path / "rulesets")
    settings = {"SAFECONDUCT_DATABASE": database_url, "SAFECONDUCT_LOG_LEVEL": "error"}
    database = Database(database_url)
    with sending(database, SENDERS, ROUNDS) as senders:
        for number in (*KILLED_AFTER, SENDERS * ROUNDS * POSTS):
            with server(rulesets, tmp_path, **settings) as (port, process):
                assert statuses_until_ready(port)[-1] == 200
                begin(senders, port)
                until_acknowledged(senders, number)
                os.kill(process.pid, signal.SIGKILL)
                process.wait(10)
            check(database, acknowledged(senders))
    answers = acknowledged(senders)
    assert len(answers) == SENDERS * ROUNDS * POSTS == 1000
    assert sum(sender.retried for sender in senders) >= len(KILLED_AFTER)  # some were on their way when it died
    assert {status for sender in senders for status in sender.statuses} <= {200, 201}
    with database.reading() as connection:
        assert counts(connection, evaluations, agreements, acts, idempotency) == [400, 100, 600, 1000]
        assert set(connection.execute(select(agreements.c.state)).scalars()) == {"active"}
    database.close()


def counts(connection: Connection, *tables: Any) -> list[int]:
    return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]


def busy_until_back(senders: list[Sender], port: int, restore: Any) -> None:
    """See that all are told that the database is away, and that all goes on once it is back."""
    until(lambda: all(503 in each.statuses[-20:] for each in senders))
    ready = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    ready.request("GET", "/readyz")
    assert ready.getresponse().status == 503
    restore()
    until_acknowledged(senders, len(acknowledged(senders)) + BEFORE_AND_AFTER)
    assert {status for sender in senders for status in sender.statuses} == {200, 201, 503}


@pytest.mark.slow
def test_a_database_that_lets_nobody_in_under_load_is_503_and_then_all_is_well(
    postgresql_url: str, tmp_path: Path
) -> None:
    rulesets = write_rulesets(tmp_path / "rulesets")
    database = Database(postgresql_url)
    name = postgresql_url.rpartition("/")[2]
    settings = {"SAFECONDUCT_DATABASE": postgresql_url, "SAFECONDUCT_LOG_LEVEL": "error"}
    with server(rulesets, tmp_path, **settings) as (port, _), sending(database, 8) as senders:
        assert statuses_until_ready(port)[-1] == 200
        begin(senders, port)
        until_acknowledged(senders, BEFORE_AND_AFTER)
        with psycopg.connect(SERVER, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
            back = f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode()
            busy_until_back(senders, port, lambda: connection.execute(back))
    database.engine.dispose()
    check(database, acknowledged(senders))
    database.close()


@pytest.mark.slow
@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_a_postgresql_restarted_under_load_is_503_and_then_all_is_well(how: str, tmp_path: Path) -> None:
    rulesets = write_rulesets(tmp_path / "rulesets")
    with cluster() as own:
        database = Database(own.url)
        upgrade(database)
        settings = {"SAFECONDUCT_DATABASE": own.url, "SAFECONDUCT_LOG_LEVEL": "error"}
        with server(rulesets, tmp_path, **settings) as (port, _), sending(database, 8) as senders:
            assert statuses_until_ready(port)[-1] == 200
            begin(senders, port)
            until_acknowledged(senders, BEFORE_AND_AFTER)
            own.stop(how)
            busy_until_back(senders, port, own.start)
        database.engine.dispose()
        check(database, acknowledged(senders))
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
