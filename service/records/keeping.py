"""Keep a decision: one transaction for the record, its idempotency key and its entry in the audit log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from service import audit
from service.access.permissions import Principal
from service.evaluating import Decided
from service.published import Published
from service.records.law import insert_new, keep_law
from service.records.once import Once, claim, made_meanwhile
from service.storage.columns import Blob, blob, now
from service.storage.database import Database
from service.storage.ids import new_id
from service.storage.tables import decisions, evaluations

_INSERT = insert(evaluations)  # made once: to make it anew costs more than to run it


def keep(database: Database, by: Principal, decided: Decided, wanted: Once | None = None) -> tuple[str, bool]:
    """Keep a decision.

    Returns:
        The id of the record, and whether an earlier request had made it.
    """
    ready(database, decided.published)
    row = row_of(by, decided)
    try:
        database.write_together(store_all, _new(by, row, wanted))
    except IntegrityError as error:
        return made_meanwhile(database, by, wanted, error), True
    return str(row["id"]), False


def ready(database: Database, published: Published) -> None:
    """See that the law of a decision is kept before the decision is."""
    if not published.is_kept:
        database.write(lambda connection: keep_law(connection, published))
        published.is_kept = True


@dataclass(frozen=True, slots=True)
class New:
    """A record to be written, with what was answered, its key and its entry."""

    by: Principal
    row: Mapping[str, Any]
    decision: Blob
    wanted: Once | None
    entry: audit.Entry


def _new(by: Principal, record: Mapping[str, Any], wanted: Once | None = None) -> New:
    row = dict(record)
    decision = row.pop("decision")
    return New(by, row, decision, wanted, audit.entry(by, "evaluation.stored", row["id"], after=state_of(row)))


def store(connection: Connection, by: Principal, row: Mapping[str, Any]) -> None:
    """Write a record with its entry."""
    store_all(connection, [_new(by, row)])


def store_all(connection: Connection, records: Sequence[New]) -> None:
    """Write records, their keys first: of two equal requests the second ends there. Their entries come last."""
    for each in records:
        claim(connection, each.by, each.wanted, each.row["id"])
    answered = {(each.row["organisation"], each.row["decision_sha256"]): each.decision for each in records}
    # In the order of their hashes, so that no two transactions wait for each other.
    contents = [
        {"organisation": of, "sha256": sha256, "content": answered[of, sha256]} for of, sha256 in sorted(answered)
    ]
    insert_new(connection, decisions, contents)
    connection.execute(_INSERT, [each.row for each in records])
    audit.append_all(connection, [each.entry for each in records])


def row_of(by: Principal, decided: Decided) -> dict[str, Any]:
    """Return the record of a decision, with the decision itself."""
    arrangement = Blob(decided.body)
    # Not once the transaction has begun: others wait for its end.
    _ = arrangement.packed, decided.written.packed
    return {
        "id": new_id("ev"),
        "organisation": by.organisation,
        "created_at": now(),
        "created_by": by.id,
        "title": decided.title,
        "as_of": decided.as_of,
        "outcome": decided.outcome,
        "asked_as_of": decided.asked.as_of,
        "asked_readings": list(decided.asked.readings),
        "arrangement": arrangement,
        "decision": decided.written,
        "decision_sha256": decided.written.sha256,
        "input_sha256": decided.receipt.input_sha256,
        "library_sha256": decided.receipt.library_sha256,
        "engine": decided.receipt.engine,
    }


def state_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the audit log hashes of a record: everything that it says."""
    names = ("id", "created_by", "title", "outcome", "asked_readings", "input_sha256", "library_sha256", "engine")
    return {
        **{name: row[name] for name in names},
        "as_of": row["as_of"].isoformat(),
        "asked_as_of": row["asked_as_of"] and row["asked_as_of"].isoformat(),
        "arrangement_sha256": blob(row["arrangement"]).sha256,
        "decision_sha256": row["decision_sha256"],
    }
