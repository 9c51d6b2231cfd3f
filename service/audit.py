"""The audit log: who did what to which object.

Each organisation has a chain of entries; each entry holds the hash of the one before, and of its object before and
after. An entry is written in the transaction of what it tells of, so that neither is there without the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from service.access.permissions import Principal
from service.logs import request_id
from service.storage.columns import canonical, now
from service.storage.tables import audit_entries, audit_heads

BEGINNING = "0" * 64
# Made once: to make them anew costs more than to run them.
_MINE = audit_heads.c.organisation == bindparam("of")
_HEAD = select(audit_heads.c.number, audit_heads.c.sha256).where(_MINE).with_for_update()
_ENTRY = insert(audit_entries)
_MOVE = update(audit_heads).where(_MINE).values(number=bindparam("to"), sha256=bindparam("hash"))
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


@dataclass(frozen=True, slots=True)
class Entry:
    """What an entry says before it has its place in the chain."""

    by: Principal
    action: str
    object: str
    before_sha256: str | None
    after_sha256: str | None
    detail: Mapping[str, Any]
    request: str = field(default_factory=request_id.get)


def entry(
    by: Principal,
    action: str,
    object: str,  # noqa: A002 - the word of the log
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Entry:
    """Return an entry for the request that is being answered.

    Args:
        action: Such as `evaluation.stored`.
        before: The object's state, hashed; None where it was not there.
        detail: Words of ours and ids; no personal data, since an entry can never be taken back.
    """
    old, new = (None if state is None else digest(state) for state in (before, after))
    return Entry(by, action, object, old, new, detail or {})


def append(connection: Connection, by: Principal, action: str, object: str, **more: Any) -> None:  # noqa: A002
    """Append an entry, described as for `entry`; see `append_all`."""
    append_all(connection, [entry(by, action, object, **more)])


def append_all(connection: Connection, entries: Sequence[Entry]) -> None:
    """Append entries. Do it last: until the transaction ends, nobody else of the organisations can append."""
    rows: list[dict[str, Any]] = []
    # In the order of their ids, so that no two transactions wait for each other.
    for organisation in sorted({each.by.organisation for each in entries}):
        number, previous = connection.execute(_HEAD, {"of": organisation}).one()
        for each in entries:
            if each.by.organisation == organisation:
                number += 1
                row = {**_said(each), "number": number, "at": now(), "previous_sha256": previous}
                previous = entry_hash(row)
                rows.append({**row, "sha256": previous})
        connection.execute(_MOVE, {"of": organisation, "to": number, "hash": previous})
    connection.execute(_ENTRY, rows)


def _said(given: Entry) -> dict[str, Any]:
    return {
        "organisation": given.by.organisation,
        "actor": given.by.id,
        "action": given.action,
        "object": given.object,
        "before_sha256": given.before_sha256,
        "after_sha256": given.after_sha256,
        "request": given.request,
        "detail": dict(given.detail),
    }


def digest(state: Mapping[str, Any]) -> str:
    """Return the hash of plain data."""
    return hashlib.sha256(canonical(state).encode()).hexdigest()


def entry_hash(entry: Mapping[str, Any]) -> str:
    """Return the hash of an entry over everything that it says, the hash of the entry before it included."""
    return digest({**{name: entry[name] for name in FIELDS}, "at": entry["at"].isoformat(timespec="microseconds")})
