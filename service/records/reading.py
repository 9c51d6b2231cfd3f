"""Read kept decisions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, and_, select

from engine.errors import ArrangementError, shown
from engine.facts.arrangement import Arrangement
from engine.law.intake import parse_json, read_arrangement
from engine.law.model import Library
from service.access.permissions import Principal
from service.problems import problem
from service.storage.ids import is_id
from service.storage.tables import decisions, evaluations, law_libraries

# Records with what was answered.
RECORDS = select(evaluations, decisions.c.content.label("decision")).join_from(
    evaluations,
    decisions,
    and_(
        decisions.c.organisation == evaluations.c.organisation,
        decisions.c.sha256 == evaluations.c.decision_sha256,
    ),
)
LINE = (
    evaluations.c.id,
    evaluations.c.created_at,
    evaluations.c.created_by,
    evaluations.c.title,
    evaluations.c.as_of,
    evaluations.c.outcome,
    evaluations.c.input_sha256,
    evaluations.c.decision_sha256,
    evaluations.c.library_sha256,
    evaluations.c.engine,
)


def find(connection: Connection, by: Principal, name: str) -> dict[str, Any]:
    """Return a record.

    Raises:
        Problem: 404, there is none, or it is another organisation's: both look the same.
    """
    found = None
    if is_id(name, "ev"):
        mine = (evaluations.c.id == name) & (evaluations.c.organisation == by.organisation)
        found = connection.execute(RECORDS.where(mine)).mappings().first()
    if found is None:
        raise problem(404, "unknown-evaluation", f"there is no evaluation `{shown(name)}`", "path:id")
    return dict(found)


def line(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a list says of a record."""
    made = {column.name: row[column.name] for column in LINE}
    return {**made, "created_at": row["created_at"].isoformat(), "as_of": row["as_of"].isoformat()}


def record(row: Mapping[str, Any]) -> bytes:
    """Return the whole record as JSON; the decision in it is the bytes that were answered."""
    asked = {"as_of": row["asked_as_of"] and row["asked_as_of"].isoformat(), "readings": row["asked_readings"]}
    # Parsed and written again: the body may have blanks and a byte order mark around it.
    arrangement = json.loads(row["arrangement"].decode("utf-8-sig"))
    head = json.dumps({**line(row), "asked": asked, "arrangement": arrangement}, ensure_ascii=False)
    return b"".join((head[:-1].encode(), b', "decision": ', row["decision"], b"}"))


def as_kept(body: bytes, library: Library) -> Arrangement:
    """Return a kept arrangement; the law of today may no longer know a word of it, and need not."""
    data = parse_json(body.decode("utf-8-sig"))
    try:
        return read_arrangement(data, library)
    except ArrangementError:
        return Arrangement.model_validate(data)


def law_of(connection: Connection, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return which files of law decided: all of the library, with the instruments that took part."""
    digest = row["library_sha256"]
    files = connection.execute(select(law_libraries.c.files).where(law_libraries.c.sha256 == digest)).scalar_one()
    used = {each["sha256"]: each["instrument"] for each in json.loads(row["decision"])["receipt"]["rulesets"]}
    return {
        "library_sha256": digest,
        "files": [
            {"path": path, "sha256": sha256, "instrument": used.get(sha256)} for path, sha256 in sorted(files.items())
        ],
    }
