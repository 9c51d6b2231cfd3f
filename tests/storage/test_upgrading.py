"""Migrations lead from nothing, and from every earlier revision, to the tables of this version."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import select, text

from service.records.reading import RECORDS
from service.storage.columns import Blob
from service.storage.database import Database
from service.storage.tables import decisions, metadata
from service.storage.upgrading import SchemaError, check, revision_of, revisions, upgrade


def differences(database: Database) -> list[Any]:
    with database.reading() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))


@pytest.mark.parametrize("start", [None, *revisions()])
def test_every_revision_is_led_to_the_tables_of_this_version(empty_url: str, start: str | None) -> None:
    database = Database(empty_url)
    if start is not None:
        assert upgrade(database, start) == (None, start)
    assert upgrade(database) == (start, revisions()[-1])
    assert differences(database) == []
    check(database)
    assert upgrade(database) == (revisions()[-1], revisions()[-1])
    database.close()


def test_decisions_are_kept_once_when_they_were_kept_each_time(empty_url: str) -> None:
    database = Database(empty_url)
    upgrade(database, "0004")
    answers = {
        "ev_1": ("org_a", b"first"),
        "ev_2": ("org_a", b"first"),
        "ev_3": ("org_b", b"first"),
        "ev_4": ("org_a", b"other"),
    }
    with database.writing() as connection:
        for name in ("org_a", "org_b"):
            say = "INSERT INTO organisations (id, name, created_at) VALUES (:id, 'x', '2026-01-01 00:00:00')"
            connection.execute(text(say), {"id": name})
        connection.execute(
            text("INSERT INTO law_libraries (sha256, files, first_used_at) VALUES ('law', '{}', '2026-01-01 00:00:00')")
        )
        for name, (organisation, content) in answers.items():
            row = {"id": name, "organisation": organisation, "decision": Blob(content).packed}
            row |= {"decision_sha256": Blob(content).sha256, "arrangement": Blob(b"{}").packed}
            row |= dict.fromkeys(("created_by", "title", "outcome", "input_sha256", "engine"), "x")
            row |= {
                "created_at": "2026-01-01 00:00:00",
                "as_of": "2026-01-01",
                "asked_readings": "[]",
                "library_sha256": "law",
            }
            names = ", ".join(row), ", ".join(f":{each}" for each in row)
            connection.execute(text(f"INSERT INTO evaluations ({names[0]}) VALUES ({names[1]})"), row)
    upgrade(database)
    with database.reading() as connection:
        found = {row["id"]: (row["organisation"], row["decision"]) for row in connection.execute(RECORDS).mappings()}
        assert found == answers
        assert len(connection.execute(select(decisions.c.sha256)).all()) == 3
    database.close()


def test_a_migration_that_fails_leaves_the_database_as_it_was(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(empty_url)
    real = command.upgrade

    def fail_after(*given: Any) -> None:
        real(*given)
        raise RuntimeError("the power went")

    monkeypatch.setattr(command, "upgrade", fail_after)
    with pytest.raises(RuntimeError):
        upgrade(database)
    monkeypatch.undo()
    assert revision_of(database) is None
    assert upgrade(database) == (None, revisions()[-1])
    database.close()


def test_two_that_migrate_at_once_do_it_once(empty_url: str) -> None:
    found: list[tuple[str | None, str | None]] = []

    def run() -> None:
        database = Database(empty_url)
        found.append(upgrade(database))
        database.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found, key=str).count((None, revisions()[-1])) == 1
    assert len(found) == 3


def test_a_database_of_another_version_is_refused(empty_url: str) -> None:
    database = Database(empty_url)
    with pytest.raises(SchemaError, match="safeconduct db upgrade"):
        check(database)
    upgrade(database)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="9999"):
        check(database)
    with pytest.raises(SchemaError, match="use a newer"):
        upgrade(database)
    database.close()
