"""Keep a decision: one transaction for the record, its idempotency key and its entry in the audit log."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from service import audit
from service.access.permissions import Principal
from service.evaluating import Asked, Decided
from service.problems import problem
from service.published import Published
from service.records.law import keep_law
from service.storage.columns import canonical, now
from service.storage.database import Database
from service.storage.ids import new_id
from service.storage.tables import evaluations, idempotency

_KEY_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Once:
    """An idempotency key with the hash of the request that it came with."""

    key: str
    request_sha256: str


def check_key(key: str | None) -> None:
    """Refuse an idempotency key that cannot be used.

    Raises:
        Problem: 422.
    """
    if key is not None and (not key.strip() or len(key) > _KEY_LIMIT or not key.isascii() or not key.isprintable()):
        help = f"send up to {_KEY_LIMIT} printable characters, such as a UUID"
        raise problem(422, "bad-value", "this key cannot be used", "header:Idempotency-Key", help)


def once(key: str | None, body: bytes, asked: Asked) -> Once | None:
    """Return what makes a request the same request again."""
    if key is None:
        return None
    query = canonical([asked.as_of and asked.as_of.isoformat(), sorted(asked.readings)])
    return Once(key, hashlib.sha256(query.encode() + b"\0" + body).hexdigest())


def made_before(connection: Connection, by: Principal, wanted: Once) -> str | None:
    """Return the id of what this request made when it came first.

    Raises:
        Problem: 422, the key came with another request.
    """
    mine = (idempotency.c.organisation == by.organisation) & (idempotency.c.actor == by.id)
    found = connection.execute(select(idempotency).where(mine, idempotency.c.key == wanted.key)).mappings().first()
    if found is None:
        return None
    if found["request_sha256"] != wanted.request_sha256:
        message = "this key came with another request"
        raise problem(422, "idempotency-key-reused", message, "header:Idempotency-Key", "send a new key")
    return str(found["made"])


def keep(database: Database, by: Principal, decided: Decided, wanted: Once | None = None) -> tuple[str, bool]:
    """Keep a decision.

    Returns:
        The id of the record, and whether an earlier request had made it.
    """
    ready(database, decided.published)
    row = row_of(by, decided)
    try:
        database.write(lambda connection: store(connection, by, row, wanted))
    except IntegrityError:
        # The same request came twice at the same time, and the other one was first.
        if wanted is not None:
            with database.reading() as connection:
                earlier = made_before(connection, by, wanted)
            if earlier is not None:
                return earlier, True
        raise
    return str(row["id"]), False


def ready(database: Database, published: Published) -> None:
    """See that the law of a decision is kept before the decision is."""
    if not published.is_kept:
        database.write(lambda connection: keep_law(connection, published))
        published.is_kept = True


def store(connection: Connection, by: Principal, row: Mapping[str, Any], wanted: Once | None = None) -> None:
    """Write a record, its key first: of two equal requests the second ends here."""
    if wanted is not None:
        values = {"organisation": by.organisation, "actor": by.id, "key": wanted.key, "made": row["id"]}
        connection.execute(
            insert(idempotency).values(**values, request_sha256=wanted.request_sha256, created_at=row["created_at"])
        )
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
