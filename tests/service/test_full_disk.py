"""A full disk: it is said clearly, nothing is half stored, what is there can be read, and room made is used."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select, text

from service.storage.database import Database
from service.storage.tables import agreements, audit_entries, decisions, evaluations, events, idempotency, revisions
from service.storage.upgrading import upgrade
from service.verifying import check_database
from tests.conftest import SERVER, fresh_database
from tests.service.asking import codes
from tests.service.postgresql import cluster
from tests.service.small_disk import Disk, small_disk
from tests.service.stored import Service, name_of, service, small
from tests.service.test_reviews import begin, do

FULL = {"": "storage-full"}


def whole(database: Database) -> int:
    """Hold what is stored against the log, and return how many decisions there are."""
    with database.reading() as connection:
        check_database(connection)
        stored = set(connection.execute(select(evaluations.c.id)).scalars())
        query = select(audit_entries.c.object).where(audit_entries.c.action == "evaluation.stored")
        assert sorted(connection.execute(query).scalars()) == sorted(stored)
        assert set(connection.execute(select(idempotency.c.made)).scalars()) <= stored
        count = select(func.count())
        begun = connection.execute(count.select_from(agreements)).scalar_one()
        assert connection.execute(count.select_from(revisions)).scalar_one() == begun
        return len(stored)


def prepare(running: Service) -> None:
    """Make the keys while there is room."""
    for role in ("submitter", "reader", "reviewer", "administrator"):
        running.key(role)


def fill_up(running: Service, disk: Disk) -> list[str]:
    """Store until there has been no room for several, and return the ids of what was stored."""
    acknowledged: list[str] = []
    refused = 0
    for number in range(5000):
        key = {"Idempotency-Key": str(number)}
        response = running.submit(small(title=secrets.token_hex(200)), **key)
        if response.status_code == 507:
            assert codes(response, 507) == FULL
            refused += 1
            if refused == 5:
                return acknowledged
            continue
        acknowledged.append(name_of(response))
        if number == 5:
            disk.fill()
    raise AssertionError("the disk was never full")


def check(running: Service, disk: Disk, size: int) -> None:
    prepare(running)
    acknowledged = fill_up(running, disk)
    assert running.ask("GET", f"/v1/evaluations/{acknowledged[0]}/decision", "reader").status_code == 200
    assert running.ask("GET", "/v1/audit", "administrator").status_code == 200
    assert running.client.get("/readyz").status_code == 200
    disk.resize(size)
    assert whole(running.database) == len(acknowledged)
    name_of(running.submit())
    assert whole(running.database) == len(acknowledged) + 1


def test_a_disk_that_is_full_under_sqlite(tmp_path: Path) -> None:
    with small_disk(4) as disk:
        database = Database(str(disk.folder / "test.sqlite3"))
        upgrade(database)
        database.close()
        with service(str(database.url.database), tmp_path, workers=False) as running:
            check(running, disk, 8)


@contextmanager
def place_on(disk: Disk, template: str) -> Iterator[str]:
    """Make a database of PostgreSQL whose tables are on a disk; its log of transactions is elsewhere."""
    name = f"safeconduct_test_{secrets.token_hex(6)}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        folder = connection.execute("SHOW data_directory").fetchone()
        assert folder
        if not Path(folder[0]).is_dir():
            pytest.skip("the server is on another machine")
        owner = Path(folder[0]).stat()
        os.chown(disk.folder, owner.st_uid, owner.st_gid)
        connection.execute(f"CREATE TABLESPACE {name} LOCATION '{disk.folder}'".encode())
        try:
            databases = fresh_database(f" TEMPLATE {template} TABLESPACE {name}")
            try:
                yield next(databases)
            finally:
                next(databases, None)
        finally:
            connection.execute(f"DROP TABLESPACE {name}".encode())


def test_a_disk_that_is_full_under_postgresql(postgresql_template: str, tmp_path: Path) -> None:
    with (
        small_disk(24) as disk,
        place_on(disk, postgresql_template) as url,
        service(url, tmp_path, workers=False) as running,
    ):
        check(running, disk, 48)


@pytest.mark.slow
def test_a_disk_that_is_full_under_the_log_of_postgresql(tmp_path: Path) -> None:
    """Then the server itself crashes, and cannot come up again before there is room."""
    with small_disk(7) as disk:
        shutil.chown(disk.folder, "postgres")
        log = ("--waldir", str(disk.folder / "log"), "--wal-segsize", "1")
        with cluster(*log, settings=" -c min_wal_size=2MB -c max_wal_size=1GB") as own:
            database = Database(own.url)
            upgrade(database)
            with service(own.url, tmp_path, workers=False) as running:
                prepare(running)
                acknowledged, refused = fill_log(running)
                told = Counter(refused.values())
                assert told["507 storage-full"] <= 1  # whoever met the end; the others met no server
                assert set(told) <= {"507 storage-full", "503 database-away"}
                assert running.client.get("/readyz").status_code == 503
                disk.resize(64)
                until_ready(running)
                # Of the one whose commit met the end nobody knows what became of it, so everything is asked again.
                assert 0 <= whole(database) - len(acknowledged) <= 1
                for key in refused:
                    name_of(running.submit(small(title=key * 40), **{"Idempotency-Key": key}))
                assert whole(database) == len(acknowledged) + len(refused)
            database.close()


def fill_log(running: Service) -> tuple[list[str], dict[str, str]]:
    """Store until several found no room, and return what was stored, and what was said of the others by key."""
    acknowledged: list[str] = []
    refused: dict[str, str] = {}
    for key in map(str, range(10_000, 20_000)):
        response = running.submit(small(title=key * 40), **{"Idempotency-Key": key})
        if response.status_code == 201:
            acknowledged.append(name_of(response))
            continue
        (code,) = codes(response, response.status_code).values()
        refused[key] = f"{response.status_code} {code}"
        if len(refused) == 5:
            return acknowledged, refused
    raise AssertionError("the disk was never full")


def until_ready(running: Service) -> None:
    deadline = time.monotonic() + 60
    while running.client.get("/readyz").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)


# What PostgreSQL says of a full disk, whichever of the tables had no room.
NO_ROOM = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$
"""


@pytest.mark.parametrize("table", [decisions.name, evaluations.name, idempotency.name, audit_entries.name])
def test_whichever_table_has_no_room_nothing_is_half_stored(postgresql_url: str, tmp_path: Path, table: str) -> None:
    with service(postgresql_url, tmp_path, workers=False) as running:
        prepare(running)
        first = name_of(running.submit(**{"Idempotency-Key": "1"}))
        trigger = f"CREATE TRIGGER no_room BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION no_room()"
        with running.database.writing() as connection:
            connection.execute(text(NO_ROOM))
            connection.execute(text(trigger))
        response = running.submit(small(title="no room"), **{"Idempotency-Key": "2"})
        assert codes(response, 507) == FULL
        assert whole(running.database) == 1
        assert running.ask("GET", f"/v1/evaluations/{first}", "reader").status_code == 200
        with running.database.writing() as connection:
            connection.execute(text(f"DROP TRIGGER no_room ON {table}"))
        name_of(running.submit(small(title="no room"), **{"Idempotency-Key": "2"}))
        assert whole(running.database) == 2


@pytest.mark.parametrize("table", [events.name, audit_entries.name, revisions.name])
def test_a_review_that_finds_no_room_is_as_it_was(postgresql_url: str, tmp_path: Path, table: str) -> None:
    with service(postgresql_url, tmp_path, workers=False) as running:
        prepare(running)
        name = begin(running)
        before = running.ask("GET", f"/v1/agreements/{name}", "reader").content
        trigger = f"CREATE TRIGGER no_room BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION no_room()"
        with running.database.writing() as connection:
            connection.execute(text(NO_ROOM))
            connection.execute(text(trigger))
        if table == revisions.name:
            refused = do(running, name, "revisions", "submitter", {"arrangement": small(), "note": "second"})
        else:
            refused = do(running, name, "steps", "submitter", {"to": "submitted", "reason": "ready"})
        assert codes(refused, 507) == FULL
        assert running.ask("GET", f"/v1/agreements/{name}", "reader").content == before
        whole(running.database)
