"""Organisations: whatever is stored belongs to one, and nobody sees another's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, insert, select

from service import audit
from service.access import keys
from service.access.permissions import Principal, itself
from service.storage.columns import now
from service.storage.ids import new_id
from service.storage.tables import organisations


def found(connection: Connection, name: str) -> keys.NewKey:
    """Make an organisation with a key for its first administrator."""
    made: dict[str, Any] = {"id": new_id("org"), "name": name, "created_at": now()}
    connection.execute(insert(organisations).values(made))
    audit.begin(connection, made["id"])
    operator = itself("operator", made["id"])
    audit.append(connection, operator, "organisation.made", made["id"], after=state_of(made))
    return keys.make(connection, operator, "first administrator", ["administrator"])


def state_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the audit log hashes of an organisation."""
    return {name: row[name] for name in ("id", "name")}


def first_run(connection: Connection) -> keys.NewKey | None:
    """Make the first organisation of an embedded database, or return None where there is one."""
    if connection.execute(select(func.count()).select_from(organisations)).scalar_one():
        return None
    return found(connection, "default")


def may_see_all(connection: Connection, by: Principal) -> bool:
    """Return whether somebody may see what all organisations do together.

    They belong to the first, whose people run the service, or there is no other.
    """
    first = select(organisations.c.id).order_by(organisations.c.created_at, organisations.c.id).limit(2)
    found = connection.execute(first).scalars().all()
    return len(found) < 2 or by.organisation == found[0]


def name_of(connection: Connection, id_: str) -> str:
    """Return the name of an organisation."""
    return str(connection.execute(select(organisations.c.name).where(organisations.c.id == id_)).scalar_one())
