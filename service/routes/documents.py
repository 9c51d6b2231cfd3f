"""Documents for the agreement file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from engine.decision.model import DECISION, Decision
from engine.errors import ArrangementError
from engine.facts.arrangement import Arrangement
from engine.law.intake import parse_json, read_arrangement
from engine.law.model import Library
from engine.pictures.transfers import map_svg
from service.access.authorising import Asking
from service.access.permissions import Principal
from service.bodies import read_body
from service.documents.writing import MEDIA, DocumentForm, Written, write
from service.evaluating import Asked, evaluate
from service.negotiation import check_json
from service.published import Shelf
from service.records.reading import find
from service.routes.common import AsOf, errors, only, shelf_of
from service.routes.evaluations import Readings

router = APIRouter(prefix="/v1", tags=["documents"])
Id = Annotated[str, Path(alias="id", description="Id of an evaluation, such as `ev_01k...`.")]
Form = Annotated[DocumentForm, Query(alias="format", description="The form of the document.")]
_REQUEST = {"$ref": "#/components/schemas/Arrangement"}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_TEXT = {"schema": {"type": "string"}}
_WRITTEN: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The document. The same decision gives the same bytes.",
        "content": {
            media.partition(";")[0]: _BINARY
            if form in ("docx", "pdf")
            else {"schema": {"type": "object"}}
            if form == "jsonld"
            else _TEXT
            # The files first: a generated client takes the first for the type of every answer, and bytes hold them all.
            for form, (media, _) in sorted(MEDIA.items(), key=lambda each: each[0] not in ("pdf", "docx"))
        },
    }
}
_DRAWN: dict[int | str, dict[str, Any]] = {
    200: {"description": "The map, as SVG.", "content": {"image/svg+xml": {"schema": {"type": "string"}}}}
}
# The page has a style sheet of its own inside it, and nothing else: no script, no picture from elsewhere.
_PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@router.post(
    "/reports",
    operation_id="writeReport",
    summary="Decide an arrangement and write the document for the agreement file",
    description="Summary, map of transfers, checklist with owners and deadlines, missing facts, findings, the annexes "
    "that the route calls for, reasons, receipt. Nothing is stored.",
    dependencies=[only("format", "as_of", "reading", many=("reading",))],
    response_class=Response,
    responses={**_WRITTEN, **errors(401, 403, 413, 415, 422, 503)},
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _REQUEST}}}},
)
async def post_report(request: Request, form: Form = "html", as_of: AsOf = None, reading: Readings = None) -> Response:
    """Write the document about the arrangement in the body."""
    shelf = shelf_of(request)
    _ = shelf.published
    check_json(request.headers)
    body = await read_body(request, shelf.settings.body_limit)
    return await _answer(shelf, partial(_decided, body, Asked(as_of, tuple(reading or ())), shelf, form))


@router.get(
    "/evaluations/{id}/report",
    operation_id="getReport",
    summary="Read the document of a stored decision",
    description="The decision of record, not a new one.",
    dependencies=[only("format")],
    response_class=Response,
    responses={**_WRITTEN, **errors(401, 403, 404, 422, 503)},
)
async def get_report(request: Request, by: Asking, name: Id, form: Form = "html") -> Response:
    """Write the document of a record."""
    shelf = shelf_of(request)
    return await _answer(shelf, partial(_stored, shelf, by, name, form))


@router.post(
    "/map",
    operation_id="drawMap",
    summary="Decide an arrangement and draw the map of its transfers",
    description="Parties, and an arrow for each transfer with the colour, the pattern and the sign of its outcome; "
    "with a title and a description in words. Nothing is stored.",
    dependencies=[only("as_of", "reading", many=("reading",))],
    response_class=Response,
    responses={**_DRAWN, **errors(401, 403, 413, 415, 422, 503)},
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _REQUEST}}}},
)
async def post_map(request: Request, as_of: AsOf = None, reading: Readings = None) -> Response:
    """Draw the map of the arrangement in the body."""
    shelf = shelf_of(request)
    _ = shelf.published
    check_json(request.headers)
    body = await read_body(request, shelf.settings.body_limit)
    return await _drawn(shelf, partial(_matter, body, Asked(as_of, tuple(reading or ())), shelf))


@router.get(
    "/evaluations/{id}/map",
    operation_id="getMap",
    summary="Read the map of transfers of a stored decision",
    dependencies=[only()],
    response_class=Response,
    responses={**_DRAWN, **errors(401, 403, 404, 422, 503)},
)
async def get_map(request: Request, by: Asking, name: Id) -> Response:
    """Draw the map of a record."""
    shelf = shelf_of(request)
    return await _drawn(shelf, partial(_matter_of_record, shelf, by, name))


async def _drawn(shelf: Shelf, work: Callable[[], tuple[Decision, Arrangement]]) -> Response:
    def draw() -> str:
        decision, arrangement = work()
        return map_svg(arrangement, decision)

    picture = await asyncio.get_running_loop().run_in_executor(shelf.deciders, copy_context().run, draw)
    return Response(picture, media_type="image/svg+xml")


async def _answer(shelf: Shelf, work: Callable[[], tuple[Decision, Written]]) -> Response:
    loop = asyncio.get_running_loop()
    decision, written = await loop.run_in_executor(shelf.deciders, copy_context().run, work)
    shown = "inline" if written.ending in (".html", ".md") else "attachment"
    # Only hexadecimal digits come from the caller's input: a name can lead nowhere.
    name = f"safeconduct-{decision.receipt.input_sha256[:12]}{written.ending}"
    headers = {"Content-Disposition": f'{shown}; filename="{name}"'}
    if written.ending == ".html":
        headers["Content-Security-Policy"] = _PAGE_POLICY
    return Response(written.content, headers=headers, media_type=written.media_type)


def _matter(body: bytes, asked: Asked, shelf: Shelf) -> tuple[Decision, Arrangement]:
    found = evaluate(body, asked, shelf)
    return found.decision(), read_arrangement(parse_json(body.decode("utf-8-sig")), found.published.law.library)


def _matter_of_record(shelf: Shelf, by: Principal, name: str) -> tuple[Decision, Arrangement]:
    with shelf.database.reading() as connection:
        row = find(connection, by, name)
    return DECISION.validate_json(row["decision"]), _as_kept(row["arrangement"], shelf.published.law.library)


def _decided(body: bytes, asked: Asked, shelf: Shelf, form: DocumentForm) -> tuple[Decision, Written]:
    decision, arrangement = _matter(body, asked, shelf)
    return decision, write(decision, arrangement, shelf.published.law.library, form)


def _stored(shelf: Shelf, by: Principal, name: str, form: DocumentForm) -> tuple[Decision, Written]:
    decision, arrangement = _matter_of_record(shelf, by, name)
    return decision, write(decision, arrangement, shelf.published.law.library, form)


def _as_kept(body: bytes, library: Library) -> Arrangement:
    """Return a kept arrangement; the law of today may no longer know a word of it, and need not."""
    data = parse_json(body.decode("utf-8-sig"))
    try:
        return read_arrangement(data, library)
    except ArrangementError:
        return Arrangement.model_validate(data)
