"""Put the service together."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from engine.decision.statute import Law
from engine.errors import ArrangementError
from service import desk, docs, home, openapi, problems
from service.access.authorising import authorise
from service.access.routes import unguarded
from service.background import Background
from service.envelope import Envelope
from service.metrics import Metrics
from service.published import Shelf
from service.routes import (
    agreements,
    audit,
    batches,
    beyond,
    changing,
    documents,
    evaluations,
    impact,
    imports,
    keys,
    law,
    operations,
    people,
    records,
    sign_in,
    watch,
    webhooks,
)
from service.routes import (
    problems as problem_pages,
)
from service.routes.common import published_of
from service.settings import Settings


def create_app(
    law_or_settings: Law | Settings, settings: Settings | None = None, on_failure: Callable[[], None] | None = None
) -> FastAPI:
    """Return the application.

    Args:
        law_or_settings: A law to serve at once; or settings, from which the law is loaded in the background when the
            application starts. Until then `/readyz` answers 503.
        settings: Settings beside a law.
        on_failure: Called from another thread when the law cannot be loaded; `app.state.shelf.error` says why.
    """
    law_given = law_or_settings if isinstance(law_or_settings, Law) else None
    if isinstance(law_or_settings, Settings):
        settings = law_or_settings
    metrics = Metrics()
    shelf = Shelf(settings or Settings(), metrics, law_given)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if shelf.is_ready:
            await run_in_threadpool(shelf.open_storage)
        else:
            shelf.load_in_background(on_failure or (lambda: None))
        background = Background(shelf) if shelf.has_storage and shelf.settings.workers else None
        if background is not None:
            background.start()
        yield
        if background is not None:
            await run_in_threadpool(background.stop)
        await run_in_threadpool(shelf.close)
        await run_in_threadpool(shelf.tracing.end)

    app = FastAPI(
        title="Safeconduct",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        dependencies=[Depends(authorise)],
        telemetry=shelf.tracing.of_requests,
    )
    app.state.shelf = shelf
    app.add_middleware(Envelope, metrics=metrics)
    _handle_errors(app)
    # The batch before what reads an id: `/v1/evaluations/batch` is no id.
    for each in (
        batches,
        evaluations,
        beyond,
        changing,
        impact,
        documents,
        imports,
        records,
        agreements,
        sign_in,
        keys,
        people,
        watch,
        webhooks,
        audit,
        law,
        operations,
        problem_pages,
    ):
        app.include_router(each.router)
    _publish(app, with_pages=shelf.settings.docs)
    missing = unguarded(app.routes)
    if missing:
        raise AssertionError(f"routes without a permission in service/access/routes.py: {missing}")
    return app


def _handle_errors(app: FastAPI) -> None:
    app.add_exception_handler(problems.Problem, problems.on_problem)
    app.add_exception_handler(ArrangementError, problems.on_arrangement_error)
    app.add_exception_handler(RequestValidationError, problems.on_invalid_request)
    app.add_exception_handler(HTTPException, problems.on_http_exception)
    app.add_exception_handler(SQLAlchemyError, problems.on_database_error)


def _publish(app: FastAPI, with_pages: bool) -> None:
    """Serve the OpenAPI document, made once per law, and the pages that show it."""
    made: dict[str, bytes] = {}

    @app.get("/openapi.json", include_in_schema=False)
    def get_openapi_document(request: Request) -> Response:
        published = published_of(request)
        digest = published.law.library.digest
        if digest not in made:
            made[digest] = json.dumps(openapi.document(app, published), ensure_ascii=False).encode()
        return Response(made[digest], media_type="application/json")

    if with_pages:
        app.include_router(docs.router)
        app.include_router(home.router)
        app.include_router(desk.router)
