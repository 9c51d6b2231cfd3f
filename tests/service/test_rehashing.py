"""What is stored is what the log says it is: whatever was done to it behind the log's back is found and named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, LargeBinary, Table, delete, func, insert, select, type_coerce, update

from engine.cli import main
from engine.errors import Fault
from service import audit
from service.access import people
from service.rehashing import KINDS, check_objects
from service.storage import tables
from service.storage.database import Database
from service.storage.ids import new_id
from service.storage.upgrading import upgrade
from service.verifying import AuditError, check_database
from tests.service.stored import Service, name_of, service, small
from tests.service.test_backups import busy
from tests.service.test_reviews import active, begin, do

LOCAL = (ip_network("127.0.0.0/8"),)


def fill(stored: Service) -> dict[str, str]:
    """Have every kind of object made, changed and ended, and return the ids of some."""
    name_of(stored.submit())
    agreement = active(stored)
    other = begin(stored)
    note = {"arrangement": small(title="second"), "note": "second"}
    assert do(stored, other, "revisions", "submitter", note).status_code == 200
    made = []
    zone = (datetime.now(UTC) + timedelta(days=3)).isoformat().replace("+00:00", "+02:00")
    for _ in range(3):
        body = {"name": "a machine", "roles": ["reader"], "expires_at": zone}
        made.append(stored.ask("POST", "/v1/keys", "administrator", json=body).json()["id"])
    assert stored.ask("DELETE", f"/v1/keys/{made[0]}", "administrator").status_code == 204
    rotated = stored.ask("POST", f"/v1/keys/{made[1]}/rotate", "administrator", json={"overlap_seconds": 60})
    assert rotated.status_code == 201, rotated.text
    hooks = []
    for _ in range(2):
        body = {"url": "http://127.0.0.1:9/hook"}
        hooks.append(stored.ask("POST", "/v1/webhooks", "administrator", json=body).json()["id"])
    assert stored.ask("DELETE", f"/v1/webhooks/{hooks[0]}", "administrator").status_code == 204
    by = stored.principal(stored.key("administrator"))
    person = new_id("per")

    def sign_in_and_keep_out(connection: Connection) -> None:
        row: dict[str, Any] = {"id": person, "organisation": by.organisation, "roles": ["reader"], "disabled_at": None}
        row |= {"issuer": "https://id.example", "subject": "1", "name": "Ada", "created_at": datetime.now(UTC)}
        connection.execute(insert(tables.people).values(row))
        audit.append(connection, by, "person.signed-in", person, after=people.state_of(row))
        people.disable(connection, by, row, is_disabled=True)

    stored.database.write(sign_in_and_keep_out)
    return {"per": person, "ag": agreement, "other": other, "sck": made[2], "ended": made[0], "wh": hooks[1]}


@pytest.fixture
def stored(database_url: str, tmp_path: Path) -> Any:
    with service(database_url, tmp_path, workers=False, webhook_networks=LOCAL) as running:
        yield running


def checked(database: Database) -> int:
    with database.snapshot() as connection:
        return check_objects(connection)


def test_what_nobody_touched_is_what_the_log_says(stored: Service) -> None:
    fill(stored)
    assert checked(stored.database) > 10
    with stored.database.reading() as connection:
        logged = set(connection.execute(select(tables.audit_entries.c.object)).scalars())
    assert {name.partition("_")[0] for name in logged} == set(KINDS)  # every kind was made


def test_a_log_is_checked_while_it_grows(stored: Service, monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("SAFECONDUCT_DATABASE", database_url)
    with busy(stored):
        for _ in range(5):
            assert main(["audit", "verify"]) == 0


Tamper = Callable[[Connection, dict[str, str]], str]


def change(table: Table, kind: str = "", **values: Any) -> Tamper:
    def work(connection: Connection, ids: dict[str, str]) -> str:
        name = ids.get(kind) or connection.execute(select(table.c.id).order_by(table.c.id).limit(1)).scalar_one()
        connection.execute(update(table).where(table.c.id == name).values(**values))
        return str(name)

    return work


def answer_of(connection: Connection) -> tuple[str, Any]:
    """Return a record whose decision no other has, and that decision."""
    records, kept = tables.evaluations.c, tables.decisions.c
    alone = select(func.min(records.id), records.organisation, records.decision_sha256)
    alone = alone.group_by(records.organisation, records.decision_sha256).having(func.count() == 1)
    name, organisation, sha256 = connection.execute(alone.limit(1)).one()
    return name, (kept.organisation == organisation) & (kept.sha256 == sha256)


def rewrite_decision(content: Any) -> Tamper:
    def work(connection: Connection, _ids: dict[str, str]) -> str:
        name, mine = answer_of(connection)
        connection.execute(update(tables.decisions).where(mine).values(content=content))
        return name

    return work


def remove_decision(connection: Connection, _ids: dict[str, str]) -> str:
    name, mine = answer_of(connection)
    connection.execute(delete(tables.decisions).where(mine))
    return name


def swap_decision(connection: Connection, ids: dict[str, str]) -> str:
    """Let an active agreement rest on the decision of another arrangement."""
    mine = tables.revisions.c.agreement == ids["ag"]
    query = select(tables.revisions.c.evaluation).where(tables.revisions.c.agreement == ids["other"]).limit(1)
    connection.execute(update(tables.revisions).where(mine).values(evaluation=connection.execute(query).scalar_one()))
    return ids["ag"]


def let_in(connection: Connection, ids: dict[str, str]) -> str:
    """Make a key without the service."""
    row = dict(connection.execute(select(tables.api_keys).where(tables.api_keys.c.id == ids["sck"])).mappings().one())
    name = "sck_" + "0" * 26
    connection.execute(insert(tables.api_keys).values({**row, "id": name, "roles": ["administrator"]}))
    return name


def remove(table: Table, kind: str = "") -> Tamper:
    def work(connection: Connection, ids: dict[str, str]) -> str:
        name = ids.get(kind) or connection.execute(select(table.c.id).order_by(table.c.id).limit(1)).scalar_one()
        connection.execute(delete(table).where(table.c.id == name))
        return str(name)

    return work


def move(connection: Connection, _ids: dict[str, str]) -> str:
    """Give a decision to another organisation."""
    found = connection.execute(select(tables.evaluations.c.id, tables.evaluations.c.organisation).limit(1)).one()
    others = tables.organisations.c.id != found.organisation
    other = connection.execute(select(tables.organisations.c.id).where(others).limit(1)).scalar_one()
    mine = tables.evaluations.c.id == found.id
    connection.execute(update(tables.evaluations).where(mine).values(organisation=other))
    return str(found.id)


def rewrite_law(connection: Connection, _ids: dict[str, str]) -> str:
    name = connection.execute(select(tables.law_files.c.sha256).limit(1)).scalar_one()
    mine = tables.law_files.c.sha256 == name
    connection.execute(update(tables.law_files).where(mine).values(content=b"everything is permitted"))
    return str(name)


def exchange_law(connection: Connection, _ids: dict[str, str]) -> str:
    """Let one file of the law that decided stand for another."""
    library = connection.execute(select(tables.law_libraries).limit(1)).mappings().one()
    names = sorted(library["files"])
    files = {**library["files"], names[-1]: library["files"][names[0]]}
    mine = tables.law_libraries.c.sha256 == library["sha256"]
    connection.execute(update(tables.law_libraries).where(mine).values(files=files))
    return str(library["sha256"])


def revised_by_another(connection: Connection, ids: dict[str, str]) -> str:
    """Let the author of a revision be another, so that they could sign it off."""
    mine = (tables.revisions.c.agreement == ids["other"]) & (tables.revisions.c.number == 2)
    connection.execute(update(tables.revisions).where(mine).values(created_by="sck_other"))
    return ids["other"]


EARLIER = datetime(2020, 1, 1, tzinfo=UTC)
TAMPERING: dict[str, tuple[Tamper, str]] = {
    "another outcome": (change(tables.evaluations, outcome="permitted"), "object-changed"),
    "another decision": (rewrite_decision(b"{}"), "object-changed"),
    "no decision": (remove_decision, "object-changed"),
    "another hash beside the decision": (change(tables.evaluations, decision_sha256="0" * 64), "object-changed"),
    "another arrangement": (change(tables.evaluations, arrangement=b"{}"), "object-changed"),
    "bytes that are none": (rewrite_decision(type_coerce(b"no longer packed", LargeBinary)), "object-changed"),
    "a decision of others": (move, "object-missing"),
    "an agreement made active": (change(tables.agreements, "other", state="active"), "object-changed"),
    "a flag taken away": (change(tables.agreements, "ag", attention="outcome_changed"), "object-changed"),
    "a decision under an agreement swapped": (swap_decision, "object-changed"),
    "another reason": (change(tables.acts, body={"reason": "none"}), "object-changed"),
    "an act removed": (remove(tables.acts), "object-missing"),
    "a key with more roles": (change(tables.api_keys, "sck", roles=["administrator"]), "object-changed"),
    "a key that is good again": (change(tables.api_keys, "ended", revoked_at=None), "object-changed"),
    "a key with another secret": (change(tables.api_keys, "sck", secret_sha256="0" * 64), "object-changed"),
    "a key removed": (remove(tables.api_keys, "sck"), "object-missing"),
    "a key added": (let_in, "object-not-logged"),
    "a person with more roles": (change(tables.people, "per", roles=["administrator"]), "object-changed"),
    "a person let in again": (change(tables.people, "per", disabled_at=None), "object-changed"),
    "a person removed": (remove(tables.people, "per"), "object-missing"),
    "another address": (change(tables.webhooks, "wh", url="https://elsewhere.example"), "object-changed"),
    "another name": (change(tables.organisations, name="theirs"), "object-changed"),
    "another text of law": (rewrite_law, "object-changed"),
    "another law": (exchange_law, "object-changed"),
    "an earlier decision": (change(tables.evaluations, created_at=EARLIER), "object-changed"),
    "an agreement of another author": (change(tables.agreements, "ag", created_by="sck_other"), "object-changed"),
    "a revision of another author": (revised_by_another, "object-changed"),
    "a key that another made": (change(tables.api_keys, "sck", created_by="sck_other"), "object-changed"),
}


def test_no_change_behind_the_log_goes_unseen(stored: Service) -> None:
    ids = fill(stored)
    for name, (tamper, code) in TAMPERING.items():
        with stored.database.engine.connect() as connection:  # what is done is taken back at the end
            touched = tamper(connection, ids)
            with pytest.raises(AuditError) as raised:
                check_objects(connection)
        faults = {(fault.code, str(fault.where).rpartition(":")[2]) for fault in raised.value.faults}
        assert (code, touched) in faults, name
        assert {where for _, where in faults} == {touched}, name
    assert checked(stored.database) > 10


# What the log does not hash, because it changes without anybody's doing or is personal; and what is no state.
UNHASHED = {
    "api_keys": {"rotated_from"},
    "people": {"issuer", "subject", "name", "email", "orcid"},
    "webhooks": {"secret"},
    "agreements": {"watched_evaluation", "watched_library"},
    "agreement_revisions": {"note"},
}


def test_whatever_is_written_into_a_column_is_told_and_stops_no_check(tmp_path: Path) -> None:
    """SQLite keeps any text in any column, and bytes that are no text."""
    url = str(tmp_path / "test.sqlite3")
    database = Database(url)
    upgrade(database)
    database.close()
    watched = [*(kind.table for kind in KINDS.values()), tables.acts, tables.revisions, tables.audit_entries]
    with service(url, tmp_path, workers=False, webhook_networks=LOCAL) as stored:
        fill(stored)
        for table, column in [(each.table, each) for kind in watched for each in kind.c]:
            for value in ("'2026-13-45'", "CAST(x'C328FF' AS TEXT)"):
                with stored.database.snapshot() as connection:
                    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
                    first = f"(SELECT min(rowid) FROM {table.name})"
                    sql = f"UPDATE {table.name} SET {column.name} = {value} WHERE rowid = {first}"
                    assert connection.exec_driver_sql(sql).rowcount == 1
                    told = bool(faults_of(connection))
                assert told == (column.name not in UNHASHED.get(table.name, ())), (table.name, column.name, value)
        assert checked(stored.database) > 10


def faults_of(connection: Connection) -> list[Fault]:
    faults: list[Fault] = []
    for check in (check_database, check_objects):
        try:
            check(connection)
        except AuditError as error:
            faults += error.faults
    return faults


def test_the_command_names_what_was_changed_in_the_log_and_behind_it(
    stored: Service, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = name_of(stored.submit())
    monkeypatch.setenv("SAFECONDUCT_DATABASE", database_url)
    assert main(["audit", "verify"]) == 0
    assert capsys.readouterr().out.endswith(" objects are what the log says\n")
    with stored.database.writing() as connection:
        connection.execute(update(tables.evaluations).values(outcome="permitted"))
        connection.execute(
            update(tables.audit_entries).where(tables.audit_entries.c.number == 2).values(actor="nobody")
        )
    assert main(["audit", "verify"]) == 2
    told = capsys.readouterr().err
    assert f"{name}: error[object-changed]" in told
    assert ":2: error[entry-changed]" in told
