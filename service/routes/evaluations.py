"""Decide arrangements."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from service.bodies import read_body
from service.evaluating import Asked, evaluate
from service.negotiation import MEDIA_TYPES, accepted, check_json
from service.routes.common import AsOf, errors, only, shelf_of

router = APIRouter(prefix="/v1", tags=["decide"])
_REQUEST = {"$ref": "#/components/schemas/Arrangement"}
_DECIDED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The decision, with its reasons. The same input, rulesets and day give the same bytes.",
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Decision"}},
            "text/markdown": {"schema": {"type": "string"}},
            "text/plain": {"schema": {"type": "string"}},
        },
    }
}
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
    description="May these data cross these borders, as this arrangement proposes, and why? Nothing is stored.",
    dependencies=[only("as_of", "reading", many=("reading",))],
    response_class=Response,
    responses={**_DECIDED, **errors(406, 413, 415, 422, 503)},
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _REQUEST}}}},
)
async def post_evaluation(request: Request, as_of: AsOf = None, reading: Readings = None) -> Response:
    """Decide the arrangement in the body."""
    shelf = shelf_of(request)
    _ = shelf.published  # before the body is read: without a law there is nothing to read it for
    form = accepted(request.headers)
    check_json(request.headers)
    body = await read_body(request, shelf.settings.body_limit)
    asked = Asked(as_of, tuple(reading or ()), form)
    loop = asyncio.get_running_loop()
    # The context carries the request id into the log records of the thread.
    written = await loop.run_in_executor(shelf.deciders, copy_context().run, evaluate, body, asked, shelf)
    return Response(written, media_type=MEDIA_TYPES[form], headers={"Vary": "Accept"})
