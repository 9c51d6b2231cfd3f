"""Stored arrangements as a portfolio: of decisions, or of agreements that are active."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, Select, select

from engine.analysis.portfolio import Stored
from service.storage.database import Database
from service.storage.tables import agreements, evaluations, revisions
from service.storage.upgrading import check

Kept = Literal["agreements", "evaluations"]
_AT_A_TIME = 500


def stored_arrangements(connection: Connection, kept: Kept, organisation: str | None = None) -> Iterator[Stored]:
    """Yield stored arrangements in order of id, each with the readings that it was decided by.

    Args:
        kept: Arrangements of all stored decisions, or of the current revisions of active agreements.
        organisation: Whose; everybody's where None.
    """
    name = evaluations.c.id if kept == "evaluations" else agreements.c.id
    query: Select[Any] = select(name.label("name"), evaluations.c.arrangement, evaluations.c.asked_readings)
    if kept == "agreements":
        query = _of_agreements(query)
    if organisation is not None:
        query = query.where((evaluations if kept == "evaluations" else agreements).c.organisation == organisation)
    last = ""
    while True:
        rows = connection.execute(query.where(name > last).order_by(name).limit(_AT_A_TIME)).all()
        for row in rows:
            yield Stored(row.name, _with_readings(row.arrangement, row.asked_readings))
        if len(rows) < _AT_A_TIME:
            return
        last = rows[-1].name


def read_database(url: str, kept: Kept, organisation: str | None = None) -> Iterator[Stored]:
    """Yield the stored arrangements of a database.

    Raises:
        SafeconductError: It cannot be used, or its tables are not those of this version.
    """
    database = Database(url)
    try:
        check(database)
        with database.reading() as connection:
            yield from stored_arrangements(connection, kept, organisation)
    finally:
        database.close()


def _of_agreements(query: Select[Any]) -> Select[Any]:
    current = (revisions.c.agreement == agreements.c.id) & (revisions.c.number == agreements.c.revision)
    joined = query.select_from(
        agreements.join(revisions, current).join(evaluations, evaluations.c.id == revisions.c.evaluation)
    )
    return joined.where(agreements.c.state == "active")


def _with_readings(arrangement: bytes, asked: list[str]) -> bytes:
    """Return an arrangement in which the readings of the query stand: they are part of how it was decided."""
    data = orjson.loads(arrangement.decode("utf-8-sig"))
    if asked:
        chosen = dict(text.split(":", 1) for text in asked)
        data["readings"] = {**(data.get("readings") or {}), **chosen}
    return orjson.dumps(data)
