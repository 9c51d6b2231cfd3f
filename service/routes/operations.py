"""For those who run the service."""

from __future__ import annotations

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from engine.decision.receipt import engine_version
from service import shapes
from service.access.authorising import Asking
from service.access.organisations import may_see_all
from service.access.permissions import Principal
from service.problems import problem
from service.routes.common import as_json, errors, published_of, shelf_of
from service.storage.database import Database

router = APIRouter(tags=["operate"])


@router.get(
    "/healthz",
    operation_id="getHealth",
    summary="Ask whether the process answers",
    response_model=shapes.Health,
    responses=errors(),
)
async def get_health() -> Response:
    """Say that the process answers."""
    return as_json({"status": "ok"})


@router.get(
    "/readyz",
    operation_id="getReadiness",
    summary="Ask whether the law is loaded and the database answers",
    response_model=shapes.Readiness,
    responses=errors(503),
)
async def get_readiness(request: Request) -> Response:
    """Say by which law is decided."""
    library = published_of(request).law.library
    shelf = shelf_of(request)
    if shelf.has_storage:
        await run_in_threadpool(_ask, shelf.database)
    return as_json(
        {
            "status": "ready",
            "engine": engine_version(),
            "library_sha256": library.digest,
            "instruments": len(library.instruments),
            "rules": len(library.rules),
        }
    )


def _ask(database: Database) -> None:
    with database.reading() as connection:
        connection.execute(text("SELECT 1"))


@router.get(
    "/metrics",
    operation_id="getMetrics",
    summary="Read counters for Prometheus",
    description="They count what all organisations do: where there are several, only the first reads them.",
    response_class=Response,
    responses={
        200: {
            "description": "Prometheus text exposition format.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        **errors(),
    },
)
async def get_metrics(request: Request, by: Asking) -> Response:
    """Read the counters."""
    shelf = shelf_of(request)
    # Whoever needs no credentials is let in by the operator, and with the database away, too.
    if not by.is_anonymous and not await run_in_threadpool(_may_see_all, shelf.database, by):
        help = "ask with a key of the organisation that was made first"
        raise problem(403, "not-allowed", "the counters tell what other organisations do", "", help)
    return Response(shelf.metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _may_see_all(database: Database, by: Principal) -> bool:
    with database.reading() as connection:
        return may_see_all(connection, by)
