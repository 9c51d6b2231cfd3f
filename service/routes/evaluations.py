"""Decide arrangements."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from service.access.authorising import Asking
from service.bodies import read_body
from service.evaluating import Asked, evaluate, in_form
from service.negotiation import MEDIA_TYPES, accepted, check_json
from service.published import Shelf
from service.records.answering import Answered, decide_and_keep, storing
from service.routes.common import AsOf, IdempotencyKey, errors, only, shelf_of

router = APIRouter(prefix="/v1", tags=["decide"])
_REQUEST = {"$ref": "#/components/schemas/Arrangement"}
_CONTENT = {
    "application/json": {"schema": {"$ref": "#/components/schemas/Decision"}},
    "text/markdown": {"schema": {"type": "string"}},
    "text/plain": {"schema": {"type": "string"}},
}
_DECIDED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The decision, with its reasons; it is not stored. The same input, rulesets and day give the "
        "same bytes.",
        "content": _CONTENT,
    },
    201: {
        "description": "The decision, stored.",
        "content": _CONTENT,
        "headers": {
            "Location": {"description": "Where the record is.", "schema": {"type": "string"}},
            "Idempotency-Replayed": {
                "description": "`true` where an earlier request with this key made the record.",
                "schema": {"type": "string"},
            },
        },
    },
}
Store = Annotated[
    bool | None,
    Query(
        description="Whether the decision is stored; where left out, it is if there is a database and the caller has "
        "the permission `evaluations:write`."
    ),
]
Readings = Annotated[
    list[str] | None,
    Query(
        description="Where authorities differ: an option chosen, as `ID:OPTION`. May be repeated; stronger than the "
        "readings of the arrangement."
    ),
]


@router.post(
    "/evaluations",
    operation_id="evaluate",
    summary="Decide an arrangement",
    description="May these data cross these borders, as this arrangement proposes, and why? Stored where the caller "
    "may store, with the arrangement, the receipt and the law that decided it; otherwise decided and forgotten.",
    dependencies=[only("as_of", "reading", "store", many=("reading",))],
    response_class=Response,
    responses={**_DECIDED, **errors(401, 403, 404, 406, 413, 415, 422, 503, 507)},
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _REQUEST}}}},
)
async def post_evaluation(
    request: Request,
    by: Asking,
    as_of: AsOf = None,
    reading: Readings = None,
    store: Store = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Decide the arrangement in the body."""
    shelf = shelf_of(request)
    _ = shelf.published  # before the body is read: without a law there is nothing to read it for
    database = storing(shelf, by, store)
    form = accepted(request.headers)
    check_json(request.headers)
    body = await read_body(request, shelf.settings.body_limit)
    asked = Asked(as_of, tuple(reading or ()), form)
    if database is None:
        work: Callable[[], Answered] = partial(_decide, body, asked, shelf)
    else:
        work = partial(decide_and_keep, body, asked, shelf, database, by, idempotency_key)
    found = await shelf.aside(work)
    headers = {"Vary": "Accept"}
    if found.id:
        headers["Location"] = f"/v1/evaluations/{found.id}"
    if found.is_replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(found.written, 201 if found.id else 200, headers, MEDIA_TYPES[form])


def _decide(body: bytes, asked: Asked, shelf: Shelf) -> Answered:
    return Answered(in_form(evaluate(body, asked, shelf), asked.form))
