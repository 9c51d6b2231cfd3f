"""Agreements as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from service.reviews.agreements import Row, acts_of
from service.reviews.doing import standing_override, today
from service.reviews.shapes import Act, AgreementLine
from service.reviews.steps import next_states
from service.storage.tables import evaluations, revisions


def line(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a list says of an agreement."""
    return {name: _written(row[name]) for name in AgreementLine.model_fields}


def whole(connection: Connection, row: Row) -> dict[str, Any]:
    """Return an agreement with everything that was ever done to it."""
    done = acts_of(connection, row["id"])
    query = (
        select(revisions, evaluations.c.outcome)
        .join(evaluations, revisions.c.evaluation == evaluations.c.id)
        .where(revisions.c.agreement == row["id"])
        .order_by(revisions.c.number)
    )
    names = ("number", "evaluation", "outcome", "note", "created_at", "created_by")
    made = [{name: _written(each[name]) for name in names} for each in connection.execute(query).mappings()]
    return {
        **line(row),
        "override": _override(standing_override(done, row, today())),
        "next_states": next_states(row["state"]),
        "revisions": made,
        "acts": [{name: _written(each[name]) for name in Act.model_fields} for each in done],
    }


def _override(act: Row | None) -> dict[str, Any] | None:
    if act is None:
        return None
    return {"act": act["id"], **{name: act["body"][name] for name in ("outcome", "reason", "expires_on")}}


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
