"""Beyond the verdict: timeline, remedies, missing facts, matrix. Nothing is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import TypeAdapter
from starlette.responses import Response

from engine.analysis.matrix import Matrix, countries_of, matrix
from engine.analysis.scenario import scenario
from engine.decision.missing import Missing, missing_facts
from engine.decision.remedies import Remedies, remedies
from engine.decision.statute import Law
from engine.decision.timeline import Timeline, timeline
from engine.errors import ArrangementError, Fault
from engine.facts.arrangement import Arrangement, Day
from engine.pictures.heatmap import heatmap_svg
from engine.pictures.remedies import remedies_svg
from engine.pictures.timeline import timeline_svg
from service.bodies import read_body
from service.evaluating import arrangement_and_readings
from service.negotiation import check_json
from service.published import Shelf
from service.routes.common import AsOf, errors, only, shelf_of, today
from service.routes.evaluations import Readings

router = APIRouter(prefix="/v1", tags=["beyond the verdict"])
BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Arrangement"}}},
    }
}
_SVG = "image/svg+xml"
_MOST_PLACES = 60
# Every schema that these answers have, for the OpenAPI document. None is named as a property of its own is: a generated
# client has variables of both names.
ANSWERS: Mapping[str, TypeAdapter[Any]] = {
    "Timeline": TypeAdapter(Timeline),
    "RemediesFound": TypeAdapter(Remedies),
    "Missing": TypeAdapter(Missing),
    "Matrix": TypeAdapter(Matrix),
}
AsPicture = Annotated[bool, Query(alias="svg", description="Whether the answer is a picture (SVG) instead of data.")]


def answered(name: str, picture: bool = False) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of an answer."""
    content: dict[str, Any] = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    if picture:
        content[_SVG] = {"schema": {"type": "string"}}
    return {200: {"description": "The answer, with what it rests on.", "content": content}}


async def _asked(
    request: Request, reading: list[str] | None, work: Callable[[Arrangement, Law, Mapping[str, str]], bytes]
) -> bytes:
    """Read the arrangement in the body, and work on it in a thread."""
    shelf = shelf_of(request)
    _ = shelf.published
    check_json(request.headers)
    body = await read_body(request, shelf.settings.body_limit)
    return await shelf.aside(partial(_work, body, tuple(reading or ()), shelf, work))


def _work(
    body: bytes,
    reading: tuple[str, ...],
    shelf: Shelf,
    work: Callable[[Arrangement, Law, Mapping[str, str]], bytes],
) -> bytes:
    law = shelf.published.law
    arrangement, readings = arrangement_and_readings(body, reading, law.library, shelf.settings.leg_limit)
    return work(arrangement, law, readings)


@router.post(
    "/timeline",
    operation_id="timeline",
    summary="Ask for the outcome on every day on which encoded law changes",
    dependencies=[only("as_of", "reading", "from", "until", "svg", many=("reading",))],
    response_class=Response,
    responses={**answered("Timeline", picture=True), **errors(401, 403, 413, 415, 422, 503)},
    openapi_extra=BODY,
)
async def post_timeline(
    request: Request,
    as_of: AsOf = None,
    reading: Readings = None,
    first: Annotated[Day | None, Query(alias="from", description="First day.")] = None,
    until: Annotated[Day | None, Query(description="Last day.")] = None,
    svg: AsPicture = False,
) -> Response:
    """Follow an arrangement through time."""

    def work(arrangement: Arrangement, law: Law, readings: Mapping[str, str]) -> bytes:
        found = timeline(arrangement, law, first=first, last=until, as_of=as_of, readings=readings)
        return timeline_svg(found).encode() if svg else ANSWERS["Timeline"].dump_json(found)

    return Response(await _asked(request, reading, work), media_type=_SVG if svg else "application/json")


@router.post(
    "/remedies",
    operation_id="remedies",
    summary="Ask what would make a whole arrangement lawful",
    dependencies=[only("as_of", "reading", "most", "alternatives", "svg", many=("reading",))],
    response_class=Response,
    responses={**answered("RemediesFound", picture=True), **errors(401, 403, 413, 415, 422, 503)},
    openapi_extra=BODY,
)
async def post_remedies(
    request: Request,
    as_of: AsOf = None,
    reading: Readings = None,
    most: Annotated[int, Query(ge=1, le=10, description="How many sets of acts.")] = 3,
    alternatives: Annotated[bool, Query(description="Whether other shapes are tried.")] = True,
    svg: AsPicture = False,
) -> Response:
    """Search for remedies."""

    def work(arrangement: Arrangement, law: Law, readings: Mapping[str, str]) -> bytes:
        found = remedies(arrangement, law, as_of=as_of, readings=readings, most=most, alternatives=alternatives)
        return remedies_svg(found).encode() if svg else ANSWERS["RemediesFound"].dump_json(found)

    return Response(await _asked(request, reading, work), media_type=_SVG if svg else "application/json")


@router.post(
    "/missing-facts",
    operation_id="missingFacts",
    summary="Ask which facts an open arrangement misses, those that decide most first",
    description="Answer the first one in the arrangement and ask again: an interview in steps.",
    dependencies=[only("as_of", "reading", "without", many=("reading", "without"))],
    response_class=Response,
    responses={**answered("Missing"), **errors(401, 403, 413, 415, 422, 503)},
    openapi_extra=BODY,
)
async def post_missing_facts(
    request: Request,
    as_of: AsOf = None,
    reading: Readings = None,
    without: Annotated[list[str] | None, Query(description="Pointers of facts that nobody can tell.")] = None,
) -> Response:
    """List missing facts."""

    def work(arrangement: Arrangement, law: Law, readings: Mapping[str, str]) -> bytes:
        found = missing_facts(arrangement, law, as_of=as_of, readings=readings, without=without or ())
        return ANSWERS["Missing"].dump_json(found)

    return Response(await _asked(request, reading, work), media_type="application/json")


@router.get(
    "/matrix",
    operation_id="getMatrix",
    summary="Read a reference arrangement for every ordered pair of countries",
    dependencies=[only("scenario", "jurisdictions", "as_of", "svg")],
    response_class=Response,
    responses={**answered("Matrix", picture=True), **errors(401, 403, 422, 503)},
)
async def get_matrix(
    request: Request,
    name: Annotated[str, Query(alias="scenario", max_length=100, examples=["health-cohort"])],
    jurisdictions: Annotated[str, Query(max_length=400, examples=["g7", "FI,US,JP"])] = "t12",
    as_of: AsOf = None,
    svg: AsPicture = False,
) -> Response:
    """Read a matrix."""
    shelf = shelf_of(request)
    run = partial(_matrix, shelf.published.law, name, jurisdictions, today(as_of), svg)
    return Response(await shelf.aside(run), media_type=_SVG if svg else "application/json")


def _matrix(law: Law, name: str, jurisdictions: str, day: date, svg: bool) -> bytes:
    faults: list[Fault] = []
    places: tuple[str, ...] = ()
    try:
        scenario(name)
    except ArrangementError as error:
        faults += [Fault(f.code, f.message, "query:scenario", f.help) for f in error.faults]
    try:
        places = countries_of(jurisdictions, law, day)
    except ArrangementError as error:
        faults += [Fault(f.code, f.message, "query:jurisdictions", f.help) for f in error.faults]
    if len(places) > _MOST_PLACES:
        message = f"{len(places)} countries, {_MOST_PLACES} can be asked about at a time"
        faults.append(Fault("too-many-places", message, "query:jurisdictions", "ask about fewer"))
    if faults:
        raise ArrangementError(faults)
    found = matrix(name, law, places, as_of=day)
    return heatmap_svg(found).encode() if svg else ANSWERS["Matrix"].dump_json(found)
