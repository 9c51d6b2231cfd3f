"""Decide many arrangements in one request."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from service.access.authorising import Asking
from service.bodies import check_length
from service.evaluating import Asked, evaluate
from service.negotiation import check_media
from service.published import Shelf
from service.records.answering import Answered, decide_and_keep, storing
from service.records.batches import MEDIA_TYPE, Batch, Lines
from service.records.once import check_key
from service.routes.common import AsOf, IdempotencyKey, errors, only, shelf_of
from service.routes.evaluations import Readings, Store
from service.storage.database import Database

router = APIRouter(prefix="/v1", tags=["decide"])
# Read and written as it comes: for a generated client it is a stream, like a file.
_LINES = {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}
_ANSWERED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A line for each line, in order, as soon as it is decided: `line`, `done` (how many are "
        "answered so far), `status`, and `id`, `outcome` and `decision`, or `problem`. The last is the `summary`: "
        "`lines`, `decided`, `stored`, `failed`. Without it, the batch was broken off.",
        "content": _LINES,
    }
}


@router.post(
    "/evaluations/batch",
    operation_id="evaluateBatch",
    summary="Decide many arrangements, one JSON object per line",
    description="A line that is wrong costs that line and no other; empty lines are not counted. With "
    "`Idempotency-Key`, each line has a key of its own, made of it and the line's number: a batch sent again after "
    "a failure stores nothing twice.",
    dependencies=[only("as_of", "reading", "store", "brief", many=("reading",))],
    response_class=Response,
    responses={**_ANSWERED, **errors(401, 403, 404, 413, 415, 422, 503)},
    openapi_extra={"requestBody": {"required": True, "content": _LINES}},
)
async def post_batch(
    request: Request,
    by: Asking,
    as_of: AsOf = None,
    reading: Readings = None,
    store: Store = None,
    brief: Annotated[bool, Query(description="Leave the decisions out and give outcomes only.")] = False,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Decide each line of the body."""
    shelf = shelf_of(request)
    _ = shelf.published
    database = storing(shelf, by, store)
    check_media(request.headers, (MEDIA_TYPE, "application/ndjson", "application/jsonl"))
    check_length(request, shelf.settings.batch_limit)
    check_key(idempotency_key)
    asked = Asked(as_of, tuple(reading or ()))
    batch = Batch(shelf, partial(_decide, asked, shelf, database, by, idempotency_key), brief)
    return Lines(batch.answers(request))


def _decide(
    asked: Asked, shelf: Shelf, database: Database | None, by: Asking, key: str | None, number: int, body: bytes
) -> Answered:
    if database is None:
        decided = evaluate(body, asked, shelf)
        return Answered(decided.written, outcome=decided.outcome)
    return decide_and_keep(body, asked, shelf, database, by, key, number)
