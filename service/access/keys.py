"""API keys: `sck_<id>.<secret>`. Only a hash of the secret is kept, and the secret is shown once.

The secret has 256 random bits, so a fast hash is enough: there is no dictionary to try. It is compared in constant
time, also where no key has the id.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from service import audit
from service.access.permissions import Principal, permissions_of
from service.storage.columns import now
from service.storage.ids import is_id, new_id
from service.storage.tables import api_keys

_NOBODY = hashlib.sha256(secrets.token_bytes(32)).hexdigest()
_BY_ID = select(api_keys).where(api_keys.c.id == bindparam("name"))
# Writing at each use would make every read a write.
_LAST_USED_STEP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: the only moment at which its text is known."""

    id: str
    text: str


def make(
    connection: Connection,
    by: Principal,
    name: str,
    roles: Sequence[str],
    scopes: Sequence[str] | None = None,
    expires_at: datetime | None = None,
    rotated_from: str | None = None,
) -> NewKey:
    """Make a key in the organisation of the one who asks."""
    secret = secrets.token_urlsafe(32)
    row: dict[str, Any] = {
        "id": new_id("sck"),
        "organisation": by.organisation,
        "name": name,
        "secret_sha256": _hash(secret),
        "roles": sorted(set(roles)),
        "scopes": None if scopes is None else sorted(set(scopes)),
        "created_at": now(),
        "created_by": by.id,
        "expires_at": expires_at,
        "rotated_from": rotated_from,
    }
    connection.execute(insert(api_keys).values(row))
    audit.append(connection, by, "key.made", row["id"], after=state_of(row), detail={"rotated_from": rotated_from})
    return NewKey(row["id"], f"{row['id']}.{secret}")


def state_of(row: Any) -> dict[str, Any]:
    """Return what the audit log hashes of a key."""
    fields = ("id", "name", "secret_sha256", "roles", "scopes")
    # In UTC, as they are kept, whatever zone they were given in.
    times = {each: row.get(each) and row[each].astimezone(UTC).isoformat() for each in ("expires_at", "revoked_at")}
    return {**{name: row[name] for name in fields}, **times}


def identify(connection: Connection, text: str) -> tuple[Principal | None, bool]:
    """Return whom a key belongs to, or None where it is not known, has expired or was revoked.

    Returns:
        The principal, and whether its last use is worth writing down.
    """
    name, _, secret = text.partition(".")
    row = None
    if is_id(name, "sck"):
        row = connection.execute(_BY_ID, {"name": name}).mappings().first()
    right = hmac.compare_digest(_hash(secret), row["secret_sha256"] if row else _NOBODY)
    if row is None or not right or row["revoked_at"] or (row["expires_at"] and row["expires_at"] <= now()):
        return None, False
    scopes = None if row["scopes"] is None else frozenset(row["scopes"])
    allowed = permissions_of(row["roles"], scopes)
    stale = row["last_used_at"] is None or now() - row["last_used_at"] > _LAST_USED_STEP
    return Principal(row["id"], row["organisation"], frozenset(row["roles"]), allowed, scopes), stale


def touch(connection: Connection, name: str) -> None:
    """Write down that a key was used just now."""
    connection.execute(update(api_keys).where(api_keys.c.id == name).values(last_used_at=now()))


def revoke(connection: Connection, by: Principal, row: Any, at: datetime) -> None:
    """Let a key end at a time; a later time than it has already is ignored."""
    until = min(at, row["expires_at"]) if row["expires_at"] else at
    change = {"revoked_at": until} if until <= now() else {"expires_at": until}
    connection.execute(update(api_keys).where(api_keys.c.id == row["id"]).values(change))
    after = state_of({**row, **change})
    audit.append(connection, by, "key.ended", row["id"], before=state_of(row), after=after)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
