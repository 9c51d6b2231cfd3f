"""Decide and keep in one go, as the routes need it. Runs in a thread."""

from __future__ import annotations

from dataclasses import dataclass

from engine.decision.model import DECISION
from engine.decision.rendering import render
from service.access.authorising import forbidden
from service.access.permissions import Principal
from service.evaluating import Asked, evaluate, in_form
from service.negotiation import Form
from service.published import Shelf
from service.records.keeping import keep
from service.records.once import made_before, once
from service.records.reading import find
from service.storage.database import Database


@dataclass(frozen=True, slots=True)
class Answered:
    """A decision in the form asked for.

    Attributes:
        id: Of the record; "" where it was not stored.
        is_replayed: Whether an earlier request had made it.
    """

    written: bytes
    id: str = ""
    is_replayed: bool = False
    outcome: str = ""


def storing(shelf: Shelf, by: Principal, wanted: bool | None) -> Database | None:
    """Return the database to store in, or None where the decision is not stored.

    Raises:
        Problem: 403 or 404, it should be stored and cannot.
    """
    may = "evaluations:write" in by.permissions
    if wanted is False or (wanted is None and not (may and shelf.has_storage)):
        return None
    if not may:
        raise forbidden("evaluations:write")
    return shelf.database


def decide_and_keep(
    body: bytes, asked: Asked, shelf: Shelf, database: Database, by: Principal, key: str | None, line: int | None = None
) -> Answered:
    """Decide an arrangement and keep the decision, or give what an earlier request with this key made."""
    # The form of the answer makes no other request of it.
    wanted = once(key, [asked.as_of and asked.as_of.isoformat(), sorted(asked.readings)], body, line)
    earlier = made_before(database, by, wanted)
    if earlier is not None:
        return kept(database, by, earlier, asked.form)
    decided = evaluate(body, asked, shelf, whose=by.organisation)
    with shelf.tracing.tracer.start_as_current_span("store"):
        name, was_there = keep(database, by, decided, wanted)
    if was_there:
        return kept(database, by, name, asked.form)
    return Answered(in_form(decided, asked.form), name, outcome=decided.outcome)


def kept(database: Database, by: Principal, name: str, form: Form) -> Answered:
    """Return a kept decision."""
    with database.reading() as connection:
        row = find(connection, by, name)
    return Answered(rendered(row["decision"], form), name, True, row["outcome"])


def rendered(decision: bytes, form: Form) -> bytes:
    """Return a decision of record in a form; as JSON it is the very bytes."""
    return decision if form == "json" else render(DECISION.validate_json(decision), form).encode()
