"""Draft arrangements from other documents."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from engine.imports import import_document
from engine.imports.reading import Form
from service import shapes
from service.bodies import read_body
from service.negotiation import check_media
from service.problems import problem
from service.published import Shelf
from service.routes.common import as_json, errors, only, shelf_of

router = APIRouter(prefix="/v1", tags=["decide"])
MEDIA: tuple[str, ...] = ("application/json", "application/ld+json", "text/turtle", "application/rdf+xml", "text/plain")
_BLANK = b"\xef\xbb\xbf \t\r\n"
_FILE = {"schema": {"type": "string", "format": "binary"}}
_BODY: dict[str, Any] = {
    "application/json": {"schema": {"$ref": "#/components/schemas/JsonDocument"}},
    "application/ld+json": {"schema": {"$ref": "#/components/schemas/LinkedDocument"}},
    "text/turtle": _FILE,
    "application/rdf+xml": _FILE,
    # With its charset, which tells it from the plain text of answers where a generator is told what to make of each.
    "text/plain; charset=utf-8": _FILE,
}
# Each of a name of its own: a typed client chooses the media type by the type of the body.
DOCUMENTS: dict[str, dict[str, Any]] = {
    "JsonDocument": {"type": "object", "description": "A data management plan or a data card."},
    "LinkedDocument": {"type": "object", "description": "A catalogue or a data card as JSON-LD."},
}
From = Annotated[
    Form | None,
    Query(alias="from", description="What the document is; seen from the document where left out.", examples=["madmp"]),
]


@router.post(
    "/imports",
    operation_id="importDocument",
    summary="Draft an arrangement from a data management plan, a catalogue, a data card or DUO tags",
    description="Reads RDA maDMP, DCAT and HealthDCAT-AP (Turtle, JSON-LD, RDF/XML), Croissant and DUO tags. "
    "Nothing is stored, and nothing that the document refers to is fetched. What it does not say stays out of the "
    "draft; what the draft cannot hold is listed with its place.",
    dependencies=[only("from")],
    response_model=shapes.ImportedDraft,
    responses=errors(401, 403, 413, 415, 422, 503),
    openapi_extra={"requestBody": {"required": True, "content": _BODY}},
)
async def post_import(request: Request, form: From = None) -> Response:
    """Draft an arrangement from the document in the body."""
    shelf = shelf_of(request)
    _ = shelf.published
    check_media(request.headers, MEDIA)
    body = await read_body(request, shelf.settings.body_limit)
    if "json" in request.headers["content-type"].lower() and not body.lstrip(_BLANK).startswith((b"{", b"[")):
        message = "the body is announced as JSON, and is no object or list"
        raise problem(422, "bad-json", message, "", "send tags as `text/plain`, and Turtle as `text/turtle`")
    return as_json(await shelf.aside(partial(_draft, body, form, shelf)))


def _draft(body: bytes, form: Form | None, shelf: Shelf) -> dict[str, Any]:
    return asdict(import_document(body, shelf.published.law.library, form))
