"""A backup put in place elsewhere: the same answers, the same log, and the service goes on from there."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from engine.cli import main
from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.storage.tables import metadata
from tests.conftest import address, fresh_database
from tests.service.stored import Service, name_of, service, small
from tests.service.test_reviews import active, begin, do

LOCAL = (ip_network("127.0.0.0/8"),)


@pytest.fixture
def stored(database_url: str, tmp_path: Path) -> Iterator[Service]:
    """A service that does nothing by itself."""
    with service(database_url, tmp_path, workers=False, webhook_networks=LOCAL) as running:
        yield running


@contextmanager
def busy(stored: Service) -> Iterator[None]:
    """Have decisions stored all the time."""
    ending = threading.Event()

    def run() -> None:
        while not ending.wait(0.01):
            name_of(stored.submit())

    thread = threading.Thread(target=run)
    thread.start()
    yield
    ending.set()
    thread.join()


def run(*command: str) -> None:
    found = shutil.which(command[0])
    assert found, f"`{command[0]}` is not installed: on Debian and Ubuntu, postgresql-client"
    done = subprocess.run([found, *command[1:]], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def back_up(stored: Service, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a backup as the documentation says."""
    if stored.database.is_sqlite:
        monkeypatch.setenv("SAFECONDUCT_DATABASE", str(stored.database.url.database))
        assert main(["db", "backup", str(file)]) == 0
    else:
        run("pg_dump", "--format=custom", f"--file={file}", address(str(stored.database.url.database)))


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[str]:
    """Where a backup can be put: a database that is empty."""
    if "://" not in database_url:
        yield str(tmp_path / "elsewhere" / "safeconduct.sqlite3")
        return
    yield from fresh_database()


def restore(file: Path, place: str) -> None:
    """Put a backup in place as the documentation says."""
    if "://" in place:
        run("pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", f"--dbname={place}", str(file))
    else:
        Path(place).parent.mkdir()
        shutil.copy(file, place)


def rows(url: str) -> dict[str, list[Any]]:
    database = Database(url)
    with database.reading() as connection:
        found = {
            table.name: sorted(connection.execute(select(table)).all(), key=repr) for table in metadata.sorted_tables
        }
    database.close()
    return found


def fill(stored: Service) -> list[tuple[str, str]]:
    """Have something of everything stored, and return what can be asked about it, with the role to ask in."""
    evaluation = name_of(stored.submit(**{"Idempotency-Key": "k"}))
    hook = {"url": "http://127.0.0.1:9/hook"}
    assert stored.ask("POST", "/v1/webhooks", "administrator", json=hook).status_code == 201
    agreements = [active(stored), begin(stored)]
    comment = {"text": "Is this the newest data set?"}
    assert do(stored, agreements[1], "comments", "reviewer", comment).status_code == 200
    return [
        ("/v1/evaluations", "reader"),
        *((f"/v1/evaluations/{evaluation}{part}", "reader") for part in ("", "/decision", "/law")),
        ("/v1/agreements", "reader"),
        *((f"/v1/agreements/{name}", "reader") for name in agreements),
        ("/v1/webhooks", "administrator"),
        ("/v1/deliveries", "administrator"),
        ("/v1/audit", "administrator"),
    ]


def test_a_backup_put_in_place_elsewhere_answers_the_same_and_goes_on(
    stored: Service,
    database_url: str,
    place: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    questions = fill(stored)
    export = tmp_path / "log.ndjson"
    export.write_bytes(stored.ask("GET", "/v1/audit/export", "administrator").content)
    before = {question: stored.ask("GET", *question).content for question in questions}
    back_up(stored, tmp_path / "backup", monkeypatch)
    restore(tmp_path / "backup", place)
    assert rows(place) == rows(database_url)

    monkeypatch.setenv("SAFECONDUCT_DATABASE", place)
    assert main(["audit", "verify", "--against", str(export)]) == 0
    assert capsys.readouterr().out.count(": whole\n") == 2
    rulesets = tmp_path / "rulesets"
    shelf = stored.client.app.state.shelf  # type: ignore[attr-defined]
    app = create_app(shelf.published.law, Settings(rulesets=rulesets, database=place, data=tmp_path, workers=False))
    with TestClient(app, raise_server_exceptions=False) as client:
        there = Service(client, Database(place), stored)
        assert {question: there.ask("GET", *question).content for question in questions} == before
        evaluation = questions[1][0]
        assert there.ask("POST", f"{evaluation}/replay", "reader").json()["same"] is True
        again = there.submit(**{"Idempotency-Key": "k"})
        assert again.headers["idempotency-replayed"] == "true"
        assert again.headers["location"] == evaluation
        name_of(there.submit(small(title="after the restore")))
        there.database.close()
    assert main(["audit", "verify", "--against", str(export)]) == 0
    assert main(["db", "upgrade"]) == 0
    assert "->" not in capsys.readouterr().out  # it is of this version already


def test_a_backup_of_a_busy_service_is_of_one_moment(
    stored: Service, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(stored)
    with busy(stored):
        back_up(stored, tmp_path / "backup", monkeypatch)
    restore(tmp_path / "backup", place)
    monkeypatch.setenv("SAFECONDUCT_DATABASE", place)
    assert main(["audit", "verify"]) == 0
    found = rows(place)
    entries = [row for row in found["audit_entries"] if "evaluation.stored" in row]
    assert len(entries) == len(found["evaluations"])
