"""Browse the law, its vocabulary and its coverage."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from engine.decision.browsing import instrument_data, instrument_list, rule_data
from service import shapes
from service.routes.common import AsOf, as_json, errors, find, only, published_of, today
from service.vocabulary import coverage_data

router = APIRouter(prefix="/v1", tags=["law"])


@router.get(
    "/instruments",
    operation_id="listInstruments",
    summary="List the instruments in force on a day",
    dependencies=[only("as_of")],
    response_model=list[shapes.InstrumentLine],
    responses=errors(422, 503),
)
def get_instruments(request: Request, as_of: AsOf = None) -> Response:
    """List the instruments in force."""
    return as_json(instrument_list(published_of(request).law, today(as_of)))


@router.get(
    "/instruments/{id}",
    operation_id="getInstrument",
    summary="Read one instrument, its rules as of a day",
    dependencies=[only("as_of")],
    response_model=shapes.InstrumentText,
    responses=errors(404, 422, 503),
)
def get_instrument(request: Request, id: str, as_of: AsOf = None) -> Response:  # noqa: A002
    """Read one instrument."""
    law = published_of(request).law
    find(id, law.library.instruments, "instrument")
    return as_json(instrument_data(law, id, today(as_of)))


@router.get(
    "/rules/{id}",
    operation_id="getRule",
    summary="Read one rule",
    dependencies=[only()],
    response_model=shapes.RuleText,
    responses=errors(404, 422, 503),
)
def get_rule(request: Request, id: str) -> Response:  # noqa: A002
    """Read one rule."""
    return as_json(rule_data(find(id, published_of(request).law.library.rules, "rule")))


@router.get(
    "/facts",
    operation_id="listFacts",
    summary="Read the vocabulary: enums, built-in facts, traits, measures, readings",
    dependencies=[only()],
    response_model=shapes.VocabularyText,
    responses=errors(422, 503),
)
def get_facts(request: Request) -> Response:
    """Read the vocabulary."""
    return Response(published_of(request).vocabulary_bytes, media_type="application/json")


@router.get(
    "/jurisdictions",
    operation_id="listJurisdictions",
    summary="Read which countries' law is encoded on a day, what is left out, and which countries are not covered",
    dependencies=[only("as_of")],
    response_model=shapes.Coverage,
    responses=errors(422, 503),
)
def get_jurisdictions(request: Request, as_of: AsOf = None) -> Response:
    """Read the coverage."""
    return as_json(coverage_data(published_of(request).law, today(as_of)))


@router.get(
    "/schema",
    operation_id="getSchema",
    summary="Read the JSON Schema of an arrangement",
    dependencies=[only()],
    response_class=Response,
    responses={
        200: {
            "description": "JSON Schema, draft 2020-12, with the words of the law being served.",
            "content": {"application/schema+json": {"schema": {"type": "object"}}},
        },
        **errors(422, 503),
    },
)
def get_schema(request: Request) -> Response:
    """Read the schema of an arrangement."""
    return Response(published_of(request).schema_bytes, media_type="application/schema+json")
