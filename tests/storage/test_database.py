"""Both databases keep what they are given, and tell a failure that passes from one that does not."""

from __future__ import annotations

import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from service.storage.database import Database, DatabaseUrlError, failure_of, read_url
from service.storage.ids import is_id, new_id
from service.storage.tables import law_files, law_libraries, organisations


def test_what_is_written_is_read_again(database: Database) -> None:
    at = datetime(2026, 11, 23, 12, 30, 0, 123456, tzinfo=UTC)
    files = {"zz/act.yaml": "1" * 64, "ä\u0000": "\ud800"}
    with database.writing() as connection:
        connection.execute(insert(law_files).values(sha256="1" * 64, content=b"\x00\xff" * 1000))
        connection.execute(insert(law_libraries).values(sha256="2" * 64, files=files, first_used_at=at))
    with database.reading() as connection:
        assert connection.execute(select(law_files.c.content)).scalar() == b"\x00\xff" * 1000
        row = connection.execute(select(law_libraries)).mappings().one()
    assert (row["files"], row["first_used_at"], row["first_used_at"].tzinfo) == (files, at, UTC)


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    row = {"id": new_id("org"), "name": "x", "created_at": datetime(2026, 1, 1)}  # noqa: DTZ001
    with pytest.raises(StatementError, match="without a zone"), database.writing() as connection:
        connection.execute(insert(organisations).values(row))


def test_what_fails_leaves_nothing_behind(database: Database) -> None:
    def work(connection: Connection) -> None:
        connection.execute(insert(organisations).values(id="org_1", name="x", created_at=datetime.now(UTC)))
        raise RuntimeError("on the way")

    with pytest.raises(RuntimeError):
        database.write(work)
    with database.reading() as connection:
        assert connection.execute(select(organisations)).all() == []


def test_threads_that_read_and_then_write_lose_no_update(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(insert(organisations).values(id="org_1", name="0", created_at=datetime.now(UTC)))

    def add() -> None:
        for _ in range(10):
            with database.writing() as connection:
                query = select(organisations.c.name).with_for_update()
                count = int(connection.execute(query).scalar_one())
                connection.execute(organisations.update().values(name=str(count + 1)))

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as connection:
        assert connection.execute(select(organisations.c.name)).scalar() == "80"


def test_a_deadlock_is_tried_again(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite lets one writer in at a time")
    with database.writing() as connection:
        for name in ("org_1", "org_2"):
            connection.execute(insert(organisations).values(id=name, name="", created_at=datetime.now(UTC)))
    both = threading.Barrier(2, timeout=10)
    tries: list[str] = []

    def change(first: str, second: str) -> None:
        def work(connection: Connection) -> None:
            tries.append(first)
            for name in (first, second):
                connection.execute(organisations.update().where(organisations.c.id == name).values(name="x"))
                if len(tries) <= 2 and name == first:
                    both.wait()

        database.write(work)

    threads = [threading.Thread(target=change, args=pair) for pair in (("org_1", "org_2"), ("org_2", "org_1"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(tries) == 3


def test_a_file_of_sqlite_is_durable_and_not_for_others(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "new" / "x.sqlite3"))
    with database.reading() as connection:
        settings = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert settings == ["wal", 2, 1]
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
    database.close()


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("/var/x.sqlite3", "sqlite"),
        ("sqlite:///x", "sqlite"),
        ("postgres://h/d", "postgresql+psycopg"),
        ("postgresql://u:p@h:5432/d", "postgresql+psycopg"),
    ],
)
def test_addresses_of_databases(given: str, driver: str) -> None:
    assert read_url(given).drivername == driver


@pytest.mark.parametrize("given", ["mysql://h/d", "http://x", "://", "postgresql://h:port/x"])
def test_other_addresses_are_refused_and_not_repeated(given: str) -> None:
    with pytest.raises(DatabaseUrlError) as raised:
        read_url(given.replace("//", "//user:hunter2@"))
    assert "hunter2" not in str(raised.value)


# -- failures ---------------------------------------------------------------------------------------------------------


def test_a_database_that_is_not_there_is_away() -> None:
    database = Database("postgresql://postgres@127.0.0.1:1/test")
    with pytest.raises(DBAPIError) as raised, database.reading() as connection:
        connection.execute(text("SELECT 1"))
    assert failure_of(raised.value) == "away"


def test_a_full_disk_is_told_apart(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "small.sqlite3"))
    with database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE t (b BLOB)")

    def fill(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 4")
        connection.exec_driver_sql("INSERT INTO t VALUES (zeroblob(1000000))")

    with pytest.raises(DBAPIError) as raised:
        database.write(fill)
    assert failure_of(raised.value) == "full"


def test_a_lock_that_is_held_too_long_is_busy(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "x.sqlite3"))
    with database.writing() as first:
        first.exec_driver_sql("CREATE TABLE t (a)")
        second = sqlite3.connect(tmp_path / "x.sqlite3", timeout=0)
        with pytest.raises(sqlite3.OperationalError) as raised:
            second.execute("BEGIN IMMEDIATE")
        second.close()
    assert failure_of(DBAPIError("", None, raised.value)) == "busy"


def test_a_mistake_of_ours_is_no_failure_of_the_database(database: Database) -> None:
    with pytest.raises(DBAPIError) as raised, database.reading() as connection:
        connection.execute(text("SELECT nothing FROM nowhere"))
    assert failure_of(raised.value) == ""
    assert failure_of(ValueError()) == ""


# -- ids --------------------------------------------------------------------------------------------------------------


def test_ids_sort_by_time_and_do_not_repeat() -> None:
    made = [new_id("ev") for _ in range(2000)]
    assert len(set(made)) == 2000
    assert all(is_id(each, "ev") for each in made)
    stamps = [each[3:13] for each in made]
    assert stamps == sorted(stamps)


@pytest.mark.parametrize(
    "text", ["", "ev_", "ev_" + "u" * 26, "sck_" + "0" * 26, "ev_" + "0" * 27, "ev_" + "0" * 25 + "\n"]
)
def test_what_is_no_id(text: str) -> None:
    assert not is_id(text, "ev")
