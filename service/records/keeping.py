"""Keep a decision: one transaction for the record, its idempotency key and its entry in the audit log."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from service import audit
from service.access.permissions import Principal
from service.evaluating import Decided
from service.published import Published
from service.records.law import keep_law
from service.records.once import Once, claim, made_meanwhile
from service.storage.columns import now
from service.storage.database import Database
from service.storage.ids import new_id
from service.storage.tables import evaluations


def keep(database: Database, by: Principal, decided: Decided, wanted: Once | None = None) -> tuple[str, bool]:
    """Keep a decision.

    Returns:
        The id of the record, and whether an earlier request had made it.
    """
    ready(database, decided.published)
    row = row_of(by, decided)
    try:
        database.write(lambda connection: store(connection, by, row, wanted))
    except IntegrityError as error:
        return made_meanwhile(database, by, wanted, error), True
    return str(row["id"]), False


def ready(database: Database, published: Published) -> None:
    """See that the law of a decision is kept before the decision is."""
    if not published.is_kept:
        database.write(lambda connection: keep_law(connection, published))
        published.is_kept = True


def store(connection: Connection, by: Principal, row: Mapping[str, Any], wanted: Once | None = None) -> None:
    """Write a record, its key first: of two equal requests the second ends here."""
    claim(connection, by, wanted, row["id"])
    connection.execute(insert(evaluations).values(row))
    audit.append(connection, by, "evaluation.stored", row["id"], after=state_of(row))


def row_of(by: Principal, decided: Decided) -> dict[str, Any]:
    """Return the record of a decision."""
    decision = decided.decision
    return {
        "id": new_id("ev"),
        "organisation": by.organisation,
        "created_at": now(),
        "created_by": by.id,
        "title": decision.title,
        "as_of": decision.as_of,
        "outcome": decision.outcome,
        "asked_as_of": decided.asked.as_of,
        "asked_readings": list(decided.asked.readings),
        "arrangement": decided.body,
        "decision": decided.written,
        "decision_sha256": hashlib.sha256(decided.written).hexdigest(),
        "input_sha256": decision.receipt.input_sha256,
        "library_sha256": decision.receipt.library_sha256,
        "engine": decision.receipt.engine,
    }


def state_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the audit log hashes of a record: everything that it says."""
    names = ("id", "created_by", "title", "outcome", "asked_readings", "input_sha256", "library_sha256", "engine")
    return {
        **{name: row[name] for name in names},
        "as_of": row["as_of"].isoformat(),
        "asked_as_of": row["asked_as_of"] and row["asked_as_of"].isoformat(),
        "arrangement_sha256": hashlib.sha256(row["arrangement"]).hexdigest(),
        "decision_sha256": hashlib.sha256(row["decision"]).hexdigest(),
    }
