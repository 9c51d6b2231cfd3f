"""Stored decisions."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from sqlalchemy import select
from starlette.responses import Response

from engine.facts.arrangement import Day
from engine.inference.outcomes import Outcome
from service import shapes_records as shapes
from service.access.authorising import Asking
from service.forms import Time
from service.negotiation import MEDIA_TYPES, accepted
from service.problems import problem
from service.published import Shelf
from service.records.answering import rendered
from service.records.law import kept_files
from service.records.pages import Cursor, Limit, page
from service.records.reading import LINE, find, law_of, line, record
from service.records.replaying import replay, replay_by_kept_law
from service.routes.common import as_json, errors, only, shelf_of
from service.storage.tables import evaluations, law_files

router = APIRouter(prefix="/v1", tags=["records"])
Id = Annotated[str, Path(alias="id", description="Id of an evaluation, such as `ev_01k...`.")]
_Sha256 = Annotated[str | None, Query(pattern="^[0-9a-f]{64}$", description="SHA-256 in hexadecimal.")]
_FILTERS = ("outcome", "title", "as_of", "created_from", "created_before", "input_sha256", "library_sha256")


@router.get(
    "/evaluations",
    operation_id="listEvaluations",
    summary="List stored decisions, newest first",
    dependencies=[only(*_FILTERS, "limit", "cursor", many=("outcome",))],
    response_model=shapes.EvaluationPage,
    responses=errors(401, 403, 404, 422, 503),
)
def get_evaluations(
    request: Request,
    by: Asking,
    outcome: Annotated[list[Outcome] | None, Query(description="One of these; may be repeated.")] = None,
    title: Annotated[str | None, Query(max_length=200, description="Text within the title.")] = None,
    as_of: Annotated[Day | None, Query(description="Decided by the law of this day.")] = None,
    created_from: Annotated[Time | None, Query(description="Stored at this time or later.")] = None,
    created_before: Annotated[Time | None, Query(description="Stored before this time.")] = None,
    input_sha256: _Sha256 = None,
    library_sha256: _Sha256 = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """List records."""
    table = evaluations.c
    query = select(*LINE).where(table.organisation == by.organisation)
    if outcome:
        query = query.where(table.outcome.in_(outcome))
    if title:
        query = query.where(table.title.icontains(title.replace("\x00", ""), autoescape=True))
    for column, value in ((table.as_of, as_of), (table.input_sha256, input_sha256)):
        if value is not None:
            query = query.where(column == value)
    if library_sha256 is not None:
        query = query.where(table.library_sha256 == library_sha256)
    if created_from is not None:
        query = query.where(table.created_at >= _zoned(created_from, "created_from"))
    if created_before is not None:
        query = query.where(table.created_at < _zoned(created_before, "created_before"))
    with shelf_of(request).database.reading() as connection:
        return as_json(page(connection, query, table.id, limit, cursor, line, "ev"))


@router.get(
    "/evaluations/{id}",
    operation_id="getEvaluation",
    summary="Read a stored decision with its arrangement",
    dependencies=[only()],
    response_model=shapes.EvaluationRecord,
    responses=errors(401, 403, 404, 422, 503),
)
def get_evaluation(request: Request, by: Asking, name: Id) -> Response:
    """Read a record."""
    with shelf_of(request).database.reading() as connection:
        return Response(record(find(connection, by, name)), media_type="application/json")


@router.get(
    "/evaluations/{id}/decision",
    operation_id="getStoredDecision",
    summary="Read a stored decision: the bytes that were answered",
    dependencies=[only()],
    response_class=Response,
    responses={
        200: {
            "description": "The decision; as JSON, the very bytes whose SHA-256 the record has.",
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/Decision"}},
                "text/markdown": {"schema": {"type": "string"}},
                "text/plain": {"schema": {"type": "string"}},
            },
        },
        **errors(401, 403, 404, 406, 422, 503),
    },
)
def get_decision(request: Request, by: Asking, name: Id) -> Response:
    """Read the decision of a record."""
    form = accepted(request.headers)
    with shelf_of(request).database.reading() as connection:
        row = find(connection, by, name)
    return Response(rendered(row["decision"], form), media_type=MEDIA_TYPES[form], headers={"Vary": "Accept"})


@router.get(
    "/evaluations/{id}/law",
    operation_id="getLawOfEvaluation",
    summary="Read which files of law decided",
    description="Every file of the law of that time with its SHA-256; those whose rules took part name their "
    "instrument. `/v1/law/files/{sha256}` has the exact text.",
    dependencies=[only()],
    response_model=shapes.LawOfEvaluation,
    responses=errors(401, 403, 404, 422, 503),
)
def get_law(request: Request, by: Asking, name: Id) -> Response:
    """Read the law of a record."""
    with shelf_of(request).database.reading() as connection:
        return as_json(law_of(connection, find(connection, by, name)))


@router.get(
    "/law/files/{sha256}",
    operation_id="getLawFile",
    summary="Read the exact text of a file of law that decided something",
    dependencies=[only()],
    response_class=Response,
    responses={
        200: {"description": "The text.", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **errors(401, 403, 404, 422, 503),
    },
)
def get_law_file(request: Request, sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]) -> Response:
    """Read a file of law."""
    with shelf_of(request).database.reading() as connection:
        text = connection.execute(select(law_files.c.content).where(law_files.c.sha256 == sha256)).scalar()
    if text is None:
        raise problem(404, "unknown-file", f"no file with the hash `{sha256}` decided anything", "path:sha256")
    return Response(text, media_type="text/plain")


@router.post(
    "/evaluations/{id}/replay",
    operation_id="replayEvaluation",
    summary="Decide a stored arrangement again",
    description="The same inputs and statute book give the same bytes; where not, the answer says what changed.",
    dependencies=[only("law")],
    response_model=shapes.Replay,
    responses=errors(401, 403, 404, 422, 503),
)
async def post_replay(
    request: Request,
    by: Asking,
    name: Id,
    law: Annotated[
        Literal["current", "stored"], Query(description="By the law being served, or by the very files of that time.")
    ] = "current",
) -> Response:
    """Replay a record."""
    shelf = shelf_of(request)
    return as_json(await shelf.aside(partial(_replay, shelf, by, name, law)))


def _replay(shelf: Shelf, by: Asking, name: str, law: str) -> dict[str, Any]:
    with shelf.database.reading() as connection:
        row = find(connection, by, name)
        files = kept_files(connection, row["library_sha256"]) if law == "stored" else None
    return replay(row, shelf.published.law) if files is None else replay_by_kept_law(row, files)


def _zoned(given: datetime, name: str) -> datetime:
    if given.tzinfo is None:
        help = "such as `2026-11-23T12:00:00Z`"
        raise problem(422, "bad-value", "a time needs its offset from UTC", f"query:{name}", help)
    return given
