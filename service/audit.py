"""The audit log: who did what to which object.

Each organisation has a chain of entries; each entry holds the hash of the one before, and of its object before and
after. An entry is written in the transaction of what it tells of, so that neither is there without the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from service.access.permissions import Principal
from service.logs import request_id
from service.storage.columns import canonical, now
from service.storage.tables import audit_entries, audit_heads

BEGINNING = "0" * 64
FIELDS = (
    "organisation",
    "number",
    "at",
    "actor",
    "action",
    "object",
    "before_sha256",
    "after_sha256",
    "request",
    "detail",
    "previous_sha256",
)


def begin(connection: Connection, organisation: str) -> None:
    """Begin the chain of an organisation."""
    connection.execute(insert(audit_heads).values(organisation=organisation, number=0, sha256=BEGINNING))


def append(
    connection: Connection,
    by: Principal,
    action: str,
    object: str,  # noqa: A002 - the word of the log
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Append an entry. Do it last: until the transaction ends, nobody else of the organisation can append.

    Args:
        action: Such as `evaluation.stored`.
        before: The object's state, hashed; None where it was not there.
        detail: Words of ours and ids; no personal data, since an entry can never be taken back.
    """
    mine = audit_heads.c.organisation == by.organisation
    head = connection.execute(select(audit_heads).where(mine).with_for_update()).mappings().one()
    entry: dict[str, Any] = {
        "organisation": by.organisation,
        "number": head["number"] + 1,
        "at": now(),
        "actor": by.id,
        "action": action,
        "object": object,
        "before_sha256": before and digest(before),
        "after_sha256": after and digest(after),
        "request": request_id.get(),
        "detail": dict(detail or {}),
        "previous_sha256": head["sha256"],
    }
    sha256 = entry_hash(entry)
    connection.execute(insert(audit_entries).values(**entry, sha256=sha256))
    connection.execute(update(audit_heads).where(mine).values(number=entry["number"], sha256=sha256))


def digest(state: Mapping[str, Any]) -> str:
    """Return the hash of plain data."""
    return hashlib.sha256(canonical(state).encode()).hexdigest()


def entry_hash(entry: Mapping[str, Any]) -> str:
    """Return the hash of an entry over everything that it says, the hash of the entry before it included."""
    return digest({**{name: entry[name] for name in FIELDS}, "at": entry["at"].isoformat(timespec="microseconds")})
