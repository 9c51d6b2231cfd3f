"""An agreement as a document: the decision on its current revision, with its review; in a crate, all revisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

from sqlalchemy import Connection

from engine.decision.model import DECISION
from engine.law.model import Library
from service.access.organisations import name_of
from service.access.permissions import Principal
from service.documents.crate import Evidence, as_crate
from service.documents.signoffs import Review
from service.documents.writing import DocumentForm, Written, write
from service.records.law import kept_files
from service.records.reading import RECORDS, as_kept
from service.reviews.agreements import find
from service.reviews.showing import whole
from service.storage.tables import evaluations, revisions

# They depend on the day of asking, and follow from the rest.
_OF_THE_DAY = ("override", "next_states")


def document_of(
    connection: Connection,
    by: Principal,
    name: str,
    library: Library,
    form: DocumentForm | Literal["crate"],
    is_summary: bool = False,
) -> Callable[[], Written]:
    """Read what a document about an agreement holds, and return what writes it.

    Args:
        library: For the words of the vocabulary only.
    """
    row = find(connection, by, name)
    agreement: dict[str, Any] = {key: value for key, value in whole(connection, row).items() if key not in _OF_THE_DAY}
    query = (
        RECORDS.add_columns(revisions.c.number)
        .join(revisions, revisions.c.evaluation == evaluations.c.id)
        .where(revisions.c.agreement == name)
    )
    records = {each["number"]: each for each in connection.execute(query).mappings()}
    current = dict(records.pop(row["revision"]))
    review = Review(agreement, {number: (each["arrangement"], each["decision"]) for number, each in records.items()})
    evidence = replace(evidence_of(connection, current), review=review)
    decision, arrangement = DECISION.validate_json(current["decision"]), as_kept(current["arrangement"], library)
    if form == "crate":
        return lambda: as_crate(decision, arrangement, library, evidence)
    return lambda: write(decision, arrangement, library, form, is_summary, review)


def evidence_of(connection: Connection, record: Mapping[str, Any]) -> Evidence:
    """Return what a crate about a kept decision holds beside it."""
    law, keeper = kept_files(connection, record["library_sha256"]), name_of(connection, record["organisation"])
    return Evidence(record["arrangement"], law, record["decision"], record["created_at"], keeper)
