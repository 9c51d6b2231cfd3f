"""The audit log: an entry for everything that is done, and no change, removal or reordering goes unseen."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from sqlalchemy import Connection, delete, insert, select, update

from engine.cli import main
from service.audit import append_all, digest
from service.records.keeping import state_of
from service.routes.audit import AuditPage
from service.storage.tables import audit_entries, audit_heads, evaluations
from service.verifying import AuditError, check_database, check_export
from tests.service.stored import Service, name_of, small


def entries(stored: Service, query: str = "", of: str = "ours") -> list[dict[str, Any]]:
    response = stored.ask("GET", f"/v1/audit{query}", "administrator", of=of)
    TypeAdapter(AuditPage).validate_json(response.content, strict=True)
    return list(response.json()["items"])


def test_what_is_stored_is_in_the_log_with_its_hash(stored: Service) -> None:
    name = name_of(stored.submit(**{"X-Request-ID": "r-1"}))
    (entry,) = entries(stored, f"?object={name}")
    with stored.database.reading() as connection:
        row = connection.execute(select(evaluations)).mappings().one()
    assert (entry["action"], entry["request"]) == ("evaluation.stored", "r-1")
    assert (entry["actor"], entry["before_sha256"]) == (row["created_by"], None)
    assert entry["after_sha256"] == digest(state_of(dict(row)))
    assert name not in {each["object"] for each in entries(stored, of="theirs")}


def test_what_fails_leaves_no_entry_and_what_cannot_be_logged_is_not_done(
    stored: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored.submit()
    before = len(entries(stored))

    def fail(*given: Any) -> None:
        append_all(*given)
        raise RuntimeError("the log is broken")

    monkeypatch.setattr("service.audit.append_all", fail)
    assert stored.submit().status_code == 500
    monkeypatch.undo()
    assert len(entries(stored)) == before
    assert len(stored.ask("GET", "/v1/evaluations", "reader").json()["items"]) == 1


def change(number: int, **values: Any) -> Callable[[Connection, Any], None]:
    def work(connection: Connection, organisation: str) -> None:
        mine = (audit_entries.c.organisation == organisation) & (audit_entries.c.number == number)
        connection.execute(update(audit_entries).where(mine).values(**values))

    return work


def remove(number: int) -> Callable[[Connection, Any], None]:
    def work(connection: Connection, organisation: str) -> None:
        mine = (audit_entries.c.organisation == organisation) & (audit_entries.c.number == number)
        connection.execute(delete(audit_entries).where(mine))

    return work


def swap(connection: Connection, organisation: str) -> None:
    for old, new in ((3, 99), (4, 3), (99, 4)):
        mine = (audit_entries.c.organisation == organisation) & (audit_entries.c.number == old)
        connection.execute(update(audit_entries).where(mine).values(number=new))


def add(connection: Connection, organisation: str) -> None:
    mine = (audit_entries.c.organisation == organisation) & (audit_entries.c.number == 3)
    row = dict(connection.execute(select(audit_entries).where(mine)).mappings().one())
    connection.execute(insert(audit_entries).values({**row, "number": 100}))


def behead(connection: Connection, organisation: str) -> None:
    change(3, actor="sck_other")(connection, organisation)
    connection.execute(delete(audit_heads).where(audit_heads.c.organisation == organisation))


TAMPERING: dict[str, tuple[Callable[[Connection, Any], None], str]] = {
    "another actor": (change(3, actor="sck_other"), "entry-changed"),
    "another action": (change(3, action="evaluation.read"), "entry-changed"),
    "another time": (change(3, at=datetime(2020, 1, 1, tzinfo=UTC)), "entry-changed"),
    "another detail": (change(3, detail={"x": 1}), "entry-changed"),
    "another hash of the object": (change(3, after_sha256="0" * 64), "entry-changed"),
    "one removed": (remove(3), "entry-missing"),
    "the first removed": (remove(1), "entry-missing"),
    "two in another order": (swap, "entry-changed"),
    "one added": (add, "entry-missing"),
    "the head removed, and one changed": (behead, "entry-changed"),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_no_change_goes_unseen(stored: Service, name: str) -> None:
    tamper, code = TAMPERING[name]
    for _ in range(3):
        stored.submit()
    organisation = stored.principal(stored.key("submitter")).organisation
    with stored.database.reading() as connection:
        assert len(check_database(connection)) == 2
    stored.database.write(lambda connection: tamper(connection, organisation))
    with stored.database.reading() as connection, pytest.raises(AuditError) as raised:
        check_database(connection)
    assert code in {fault.code for fault in raised.value.faults}
    assert {str(fault.where).partition(":")[0] for fault in raised.value.faults} == {organisation}


def test_an_end_that_was_cut_off_is_found_by_the_head_and_by_an_earlier_export(stored: Service) -> None:
    stored.submit()
    organisation = stored.principal(stored.key("submitter")).organisation
    stored.key("administrator")
    head = check_export(stored.ask("GET", "/v1/audit/export", "administrator").content.splitlines())
    last = head.number
    stored.database.write(lambda connection: remove(last)(connection, organisation))
    with stored.database.reading() as connection, pytest.raises(AuditError, match="end-missing"):
        check_database(connection)
    # Whoever can write the table can write its head as well; what was exported they cannot.
    with stored.database.writing() as connection:
        mine = audit_entries.c.organisation == organisation
        query = select(audit_entries.c.sha256).where(mine).order_by(audit_entries.c.number.desc()).limit(1)
        sha256 = connection.execute(query).scalar_one()
        heads = audit_heads.c.organisation == organisation
        connection.execute(update(audit_heads).where(heads).values(number=last - 1, sha256=sha256))
    with stored.database.reading() as connection:
        assert check_database(connection)
        with pytest.raises(AuditError, match="head-missing"):
            check_database(connection, [head])


def test_a_log_without_heads_is_not_whole(stored: Service) -> None:
    stored.submit()
    stored.database.write(lambda connection: connection.execute(delete(audit_heads)))
    with stored.database.reading() as connection, pytest.raises(AuditError) as raised:
        check_database(connection)
    assert {fault.code for fault in raised.value.faults} == {"end-missing"}
    assert len(raised.value.faults) == 2  # of each organisation


def test_an_export_is_checked_without_the_service(
    stored: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stored.submit(small(title="Zedland"))
    file = tmp_path / "log.ndjson"
    content = stored.ask("GET", "/v1/audit/export", "administrator").content
    file.write_bytes(content)
    assert main(["audit", "verify", str(file)]) == 0
    assert capsys.readouterr().out.endswith(": whole\n")
    assert b"Zedland" not in content  # nothing of what was decided, only hashes
    lines = content.splitlines()
    head = json.loads(lines[-1])
    other = {**head, "head": {**head["head"], "number": head["head"]["number"] - 1}}
    for wrong, code in (
        ([*lines[:2], *lines[3:]], "entry-missing"),
        ([*lines[:-2], lines[-1]], "end-missing"),
        (lines[:-1], "end-missing"),
        ([*lines[:-1], json.dumps(other).encode()], "bad-signature"),
        ([lines[1], lines[0], *lines[2:]], "entry-missing"),
        ([lines[0].replace(b'"at": "20', b'"at": "no day 20'), *lines[1:]], "entry-changed"),
        ([b"an essay", *lines], "bad-export"),
        ([b"[]", *lines], "bad-export"),
        ([b"{}", *lines], "bad-export"),
        ([*lines[:-1], b'{"head": {}}'], "end-missing"),
        ([*lines[:-1], b"[1]"], "end-missing"),
        ([*lines[:-1], json.dumps({**head, "public_key": 1}).encode()], "end-missing"),
        ([*lines[:-1], json.dumps({**head, "public_key": "AAAA"}).encode()], "bad-signature"),
        ([], "end-missing"),
    ):
        with pytest.raises(AuditError) as raised:
            check_export(wrong)
        assert code in {fault.code for fault in raised.value.faults}
    with pytest.raises(AuditError, match="other-key"):
        check_export(lines, "another key")
    assert check_export(lines, head["public_key"]).number == head["head"]["number"]
    assert (tmp_path / "audit-key.pem").stat().st_mode & 0o077 == 0


def test_the_log_is_read_in_pages(stored: Service) -> None:
    for _ in range(3):
        stored.submit()
    stored.key("administrator")
    whole = [each["number"] for each in entries(stored)]
    assert whole == sorted(whole, reverse=True)
    first = stored.ask("GET", "/v1/audit?limit=2", "administrator").json()
    second = stored.ask("GET", f"/v1/audit?limit=200&before={first['next']}", "administrator").json()
    assert [each["number"] for each in first["items"] + second["items"]] == whole
    assert second["next"] is None
