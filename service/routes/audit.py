"""The audit log of the caller's own organisation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy import select
from starlette.responses import Response, StreamingResponse

from service import shapes_records as shapes
from service.access.authorising import Asking
from service.audit import FIELDS
from service.routes.common import as_json, errors, only, shelf_of
from service.shapes import Shape
from service.storage.tables import audit_entries
from service.verifying import export, signing_key

router = APIRouter(prefix="/v1", tags=["audit"])
_LINES = {"application/x-ndjson": {"schema": {"type": "string", "format": "binary"}}}


class AuditEntry(Shape):
    """Who did what to which object."""

    organisation: str
    number: int
    at: shapes.TimeText
    actor: str
    action: str
    object: str
    before_sha256: shapes.Sha256 | None
    after_sha256: shapes.Sha256 | None
    request: str
    detail: dict[str, Any]
    previous_sha256: shapes.Sha256
    sha256: shapes.Sha256


class AuditPage(Shape):
    """A page of entries, newest first."""

    items: list[AuditEntry]
    next: int | None


@router.get(
    "/audit",
    operation_id="listAuditEntries",
    summary="Read the audit log, newest first",
    dependencies=[only("object", "actor", "limit", "before")],
    response_model=AuditPage,
    responses=errors(401, 403, 404, 422, 503),
)
def get_entries(
    request: Request,
    by: Asking,
    object: Annotated[str | None, Query(max_length=40, description="Only what was done to this.")] = None,  # noqa: A002
    actor: Annotated[str | None, Query(max_length=40, description="Only what this key or person did.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[int | None, Query(ge=1, le=2**62, description="`next` of the page before.")] = None,
) -> Response:
    """Read entries."""
    table = audit_entries.c
    query = select(audit_entries).where(table.organisation == by.organisation)
    for column, value in ((table.object, object), (table.actor, actor)):
        if value is not None:
            query = query.where(column == value.replace("\x00", ""))
    if before is not None:
        query = query.where(table.number < before)
    with shelf_of(request).database.reading() as connection:
        rows = connection.execute(query.order_by(table.number.desc()).limit(limit + 1)).mappings().all()
    items = [
        {**{name: row[name] for name in (*FIELDS, "sha256")}, "at": row["at"].isoformat(timespec="microseconds")}
        for row in rows[:limit]
    ]
    return as_json({"items": items, "next": rows[limit - 1]["number"] if len(rows) > limit else None})


@router.get(
    "/audit/export",
    operation_id="exportAudit",
    summary="Read the whole audit log, its head signed",
    description="A line of JSON for each entry; the last line is the head with an Ed25519 signature over its canonical "
    "form. `safeconduct audit verify FILE` checks it without the service.",
    dependencies=[only()],
    response_class=Response,
    responses={200: {"description": "The log.", "content": _LINES}, **errors(401, 403, 404, 422, 503)},
)
def get_export(request: Request, by: Asking) -> Response:
    """Export the log."""
    shelf = shelf_of(request)
    key = signing_key(shelf.settings.data)
    database = shelf.database

    def lines() -> Iterator[bytes]:
        with database.reading() as connection:
            yield from export(connection, by.organisation, key)

    return StreamingResponse(lines(), media_type="application/x-ndjson")
