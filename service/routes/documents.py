"""Documents for the agreement file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from engine.decision.model import DECISION, Decision
from engine.facts.arrangement import Arrangement
from engine.law.intake import parse_json, read_arrangement
from engine.pictures.transfers import map_svg
from service.access.authorising import Asking
from service.access.permissions import Principal
from service.bodies import read_body
from service.documents.crate import Evidence, as_crate
from service.documents.writing import MEDIA, DocumentForm, Written, write
from service.evaluating import Asked, evaluate
from service.negotiation import check_json
from service.published import Shelf
from service.records.reading import as_kept, find
from service.reviews.exporting import document_of, evidence_of
from service.routes.common import AsOf, errors, only, shelf_of
from service.routes.evaluations import Readings

router = APIRouter(prefix="/v1", tags=["documents"])
Id = Annotated[str, Path(alias="id", description="Id of an evaluation, such as `ev_01k...`.")]
AgreementId = Annotated[str, Path(alias="id", description="Id of an agreement, such as `ag_01k...`.")]
ExportForm = DocumentForm | Literal["crate"]
Form = Annotated[
    ExportForm, Query(alias="format", description="The form of the document; `crate` is an RO-Crate with all of them.")
]
Summary = Annotated[bool, Query(description="Whether the reasons are left out of the document.")]
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
        }
        | {"application/zip": _BINARY},
    }
}
_DRAWN: dict[int | str, dict[str, Any]] = {
    200: {"description": "The map, as SVG.", "content": {"image/svg+xml": {"schema": {"type": "string"}}}}
}


@dataclass(frozen=True, slots=True)
class _Matter:
    """What a document is about; what a crate holds besides is read when it is asked for."""

    decision: Decision
    arrangement: Arrangement
    evidence: Callable[[], Evidence]


@dataclass(frozen=True, slots=True)
class _Named:
    """A document with the name of its file, the ending left out."""

    written: Written
    name: str


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
    dependencies=[only("format", "summary", "as_of", "reading", many=("reading",))],
    response_class=Response,
    responses={**_WRITTEN, **errors(401, 403, 413, 415, 422, 503)},
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _REQUEST}}}},
)
async def post_report(
    request: Request, form: Form = "html", summary: Summary = False, as_of: AsOf = None, reading: Readings = None
) -> Response:
    """Write the document about the arrangement in the body."""
    shelf = shelf_of(request)
    _ = shelf.published
    check_json(request.headers)
    body = await read_body(request, shelf.settings.body_limit)
    matter = partial(_matter, body, Asked(as_of, tuple(reading or ())), shelf)
    return await _answer(shelf, partial(_written, shelf, form, summary, matter))


@router.get(
    "/evaluations/{id}/report",
    operation_id="getReport",
    summary="Read the document of a stored decision",
    description="The decision of record, not a new one.",
    dependencies=[only("format", "summary")],
    response_class=Response,
    responses={**_WRITTEN, **errors(401, 403, 404, 422, 503)},
)
async def get_report(request: Request, by: Asking, name: Id, form: Form = "html", summary: Summary = False) -> Response:
    """Write the document of a record."""
    shelf = shelf_of(request)
    return await _answer(shelf, partial(_written, shelf, form, summary, partial(_matter_of_record, shelf, by, name)))


@router.get(
    "/agreements/{id}/report",
    operation_id="getAgreementReport",
    summary="Read the document of an agreement: its current revision, with overrides, sign-offs and what was done",
    description="The decision of record on the current revision. The same state of an agreement gives the same bytes.",
    dependencies=[only("format", "summary")],
    response_class=Response,
    responses={**_WRITTEN, **errors(401, 403, 404, 422, 503)},
)
async def get_agreement_report(
    request: Request, by: Asking, name: AgreementId, form: Form = "html", summary: Summary = False
) -> Response:
    """Write the document of an agreement."""
    shelf = shelf_of(request)
    return await _answer(shelf, partial(_of_agreement, shelf, by, name, form, summary))


@router.get(
    "/agreements/{id}/crate",
    operation_id="getAgreementCrate",
    summary="Read an agreement as an RO-Crate: decision, documents, law, and its review with every sign-off",
    description="Sign-offs are actions of the Five Safes RO-Crate profile (`shp#SignOff`). The same state of an "
    "agreement gives the same bytes.",
    dependencies=[only()],
    response_class=Response,
    responses={
        200: {"description": "The crate.", "content": {"application/zip": _BINARY}},
        **errors(401, 403, 404, 422, 503),
    },
)
async def get_agreement_crate(request: Request, by: Asking, name: AgreementId) -> Response:
    """Write the crate of an agreement."""
    shelf = shelf_of(request)
    return await _answer(shelf, partial(_of_agreement, shelf, by, name, "crate"))


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


async def _drawn(shelf: Shelf, work: Callable[[], _Matter]) -> Response:
    def draw() -> str:
        matter = work()
        return map_svg(matter.arrangement, matter.decision)

    return Response(await shelf.aside(draw), media_type="image/svg+xml")


async def _answer(shelf: Shelf, work: Callable[[], _Named]) -> Response:
    found = await shelf.aside(work)
    written = found.written
    shown = "inline" if written.ending in (".html", ".md") else "attachment"
    headers = {"Content-Disposition": f'{shown}; filename="{found.name}{written.ending}"'}
    if written.ending == ".html":
        headers["Content-Security-Policy"] = _PAGE_POLICY
    return Response(written.content, headers=headers, media_type=written.media_type)


def _matter(body: bytes, asked: Asked, shelf: Shelf) -> _Matter:
    found = evaluate(body, asked, shelf)
    arrangement = read_arrangement(parse_json(body.decode("utf-8-sig")), found.published.law.library)
    return _Matter(found.decision(), arrangement, lambda: Evidence(body, found.published.files, found.written))


def _matter_of_record(shelf: Shelf, by: Principal, name: str) -> _Matter:
    with shelf.database.reading() as connection:
        row = find(connection, by, name)

    def evidence() -> Evidence:
        with shelf.database.reading() as connection:
            return evidence_of(connection, row)

    arrangement = as_kept(row["arrangement"], shelf.published.law.library)
    return _Matter(DECISION.validate_json(row["decision"]), arrangement, evidence)


def _written(shelf: Shelf, form: ExportForm, is_summary: bool, matter: Callable[[], _Matter]) -> _Named:
    found, library = matter(), shelf.published.law.library
    if form == "crate":
        written = as_crate(found.decision, found.arrangement, library, found.evidence())
    else:
        written = write(found.decision, found.arrangement, library, form, is_summary)
    # Only hexadecimal digits come from the caller's input: a name can lead nowhere.
    return _Named(written, f"safeconduct-{found.decision.receipt.input_sha256[:12]}")


def _of_agreement(shelf: Shelf, by: Principal, name: str, form: ExportForm, is_summary: bool = False) -> _Named:
    with shelf.database.reading() as connection:
        work = document_of(connection, by, name, shelf.published.law.library, form, is_summary)
    return _Named(work(), f"safeconduct-{name}")
