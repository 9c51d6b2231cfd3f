"""Reviews of agreements."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Request
from sqlalchemy import Connection, select
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from service.access.authorising import Asking
from service.access.permissions import Principal
from service.evaluating import Asked, evaluate
from service.forms import FormT, read_form
from service.published import Shelf
from service.records.keeping import ready, row_of
from service.records.pages import Cursor, Limit, page
from service.reviews import doing, forms, shapes
from service.reviews.agreements import Row, find, for_change, read_version
from service.reviews.answering import answered
from service.reviews.showing import line, whole
from service.reviews.steps import State
from service.routes.common import as_json, body_of, errors, only, shelf_of
from service.storage.tables import agreements

router = APIRouter(prefix="/v1", tags=["reviews"])
Id = Annotated[str, Path(alias="id", description="Id of an agreement, such as `ag_01k...`.")]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="`ETag` of what you read; needed, and held against the current one."),
]
_TAG = {"ETag": {"description": "The version, for `If-Match`.", "schema": {"type": "string"}}}
Act = Callable[[Connection, Principal, str, int, Any], Row]


@router.get(
    "/agreements",
    operation_id="listAgreements",
    summary="List agreements, newest first",
    dependencies=[only("state", "attention", "limit", "cursor", many=("state",))],
    response_model=shapes.AgreementPage,
    responses=errors(401, 403, 404, 422, 503),
)
def get_agreements(
    request: Request,
    by: Asking,
    state: Annotated[list[State] | None, Query(description="One of these; may be repeated.")] = None,
    attention: Annotated[
        Literal["any", "permission_lost", "outcome_changed", "override_expired"] | None,
        Query(description="Only those that ask for it."),
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """List agreements."""
    query = select(agreements).where(agreements.c.organisation == by.organisation)
    if state:
        query = query.where(agreements.c.state.in_(state))
    if attention == "any":
        query = query.where(agreements.c.attention.is_not(None))
    elif attention:
        query = query.where(agreements.c.attention == attention)
    with shelf_of(request).database.reading() as connection:
        return as_json(page(connection, query, agreements.c.id, limit, cursor, line, "ag"))


@router.post(
    "/agreements",
    operation_id="makeAgreement",
    summary="Begin the review of an agreement",
    dependencies=[only()],
    status_code=201,
    response_model=shapes.Agreement,
    responses={201: {"headers": _TAG}, **errors(401, 403, 404, 413, 415, 422, 503)},
    openapi_extra=body_of(forms.AgreementForm),
)
async def post_agreement(request: Request, by: Asking) -> Response:
    """Begin an agreement, as a draft, with its first revision."""
    form = await read_form(request, forms.AgreementForm)
    body = json.dumps(form.arrangement).encode()

    def work(shelf: Shelf) -> Response:
        record = _decided(shelf, by, body)
        return _written(shelf, by, lambda connection: doing.make(connection, by, record, form.note), 201)

    return await _deciding(request, work)


@router.get(
    "/agreements/{id}",
    operation_id="getAgreement",
    summary="Read an agreement with everything that was done to it",
    dependencies=[only()],
    response_model=shapes.Agreement,
    responses={200: {"headers": _TAG}, **errors(401, 403, 404, 422, 503)},
)
def get_agreement(request: Request, by: Asking, name: Id) -> Response:
    """Read an agreement."""
    with shelf_of(request).database.reading() as connection:
        row = find(connection, by, name)
        return as_json(whole(connection, row), 200, {"ETag": f'"{row["version"]}"'})


@router.post(
    "/agreements/{id}/revisions",
    operation_id="reviseAgreement",
    summary="Send another revision",
    dependencies=[only()],
    response_model=shapes.Agreement,
    responses={200: {"headers": _TAG}, **errors(401, 403, 404, 409, 412, 413, 415, 422, 428, 503)},
    openapi_extra=body_of(forms.RevisionForm),
)
async def post_revision(request: Request, by: Asking, name: Id, if_match: IfMatch = None) -> Response:
    """Revise an agreement."""
    version = read_version(if_match)
    form = await read_form(request, forms.RevisionForm)
    body = json.dumps(form.arrangement).encode()

    def work(shelf: Shelf) -> Response:
        with shelf.database.reading() as connection:  # before anything is decided in vain
            doing.check_revisable(for_change(connection, by, name, version))
        record = _decided(shelf, by, body)
        return _written(shelf, by, lambda each: doing.revise(each, by, name, version, record, form.note))

    return await _deciding(request, work)


@router.post(
    "/agreements/{id}/answers",
    operation_id="answerQuestion",
    summary="Answer a question of the decision",
    description="Makes a revision in which the fact is known.",
    dependencies=[only()],
    response_model=shapes.Agreement,
    responses={200: {"headers": _TAG}, **errors(401, 403, 404, 409, 412, 413, 415, 422, 428, 503)},
    openapi_extra=body_of(forms.AnswerForm),
)
async def post_answer(request: Request, by: Asking, name: Id, if_match: IfMatch = None) -> Response:
    """Answer a question."""
    version = read_version(if_match)
    form = await read_form(request, forms.AnswerForm)

    def work(shelf: Shelf) -> Response:
        with shelf.database.reading() as connection:
            row = for_change(connection, by, name, version)
            doing.check_revisable(row)
            body, answer = answered(doing.current_record(connection, row), form)
        record = _decided(shelf, by, body)
        return _written(shelf, by, lambda each: doing.revise(each, by, name, version, record, "", answer))

    return await _deciding(request, work)


def _add(path: str, name: str, summary: str, form: type[FormT], act: Act) -> None:
    """Add a route for an act that decides nothing."""

    @router.post(
        f"/agreements/{{id}}/{path}",
        operation_id=name,
        summary=summary,
        dependencies=[only()],
        response_model=shapes.Agreement,
        responses={200: {"headers": _TAG}, **errors(401, 403, 404, 409, 412, 413, 415, 422, 428, 503)},
        openapi_extra=body_of(form),
    )
    async def post(request: Request, by: Asking, name: Id, if_match: IfMatch = None) -> Response:
        version = read_version(if_match)
        given = await read_form(request, form)
        work = partial(_written, shelf_of(request), by, lambda each: act(each, by, name, version, given))
        return await run_in_threadpool(work)


_add("steps", "takeStep", "Take a step to another state", forms.StepForm, doing.step)
_add("comments", "comment", "Comment on the agreement, a finding or a fact", forms.CommentForm, doing.comment)
_add("signoffs", "signOff", "Sign the current revision off, or object to it", forms.SignoffForm, doing.sign)
_add("overrides", "proposeOverride", "Propose to proceed against the outcome", forms.OverrideForm, doing.override)
_add(
    "confirmations", "confirmOverride", "Confirm an override as a second person", forms.ConfirmationForm, doing.confirm
)
_add("attention", "attend", "Say that attention was given", forms.AttentionForm, doing.seen)


def _decided(shelf: Shelf, by: Principal, body: bytes) -> Row:
    decided = evaluate(body, Asked(), shelf, "/arrangement")
    ready(shelf.database, decided.published)
    return row_of(by, decided)


def _written(shelf: Shelf, by: Principal, work: Callable[[Connection], Row], status: int = 200) -> Response:
    def run(connection: Connection) -> Response:
        row = find(connection, by, work(connection)["id"])
        headers = {"ETag": f'"{row["version"]}"', "Location": f"/v1/agreements/{row['id']}"}
        return as_json(whole(connection, row), status, headers)

    return shelf.database.write(run)


async def _deciding(request: Request, work: Callable[[Shelf], Response]) -> Response:
    shelf = shelf_of(request)
    _ = shelf.published, shelf.database
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(shelf.deciders, copy_context().run, work, shelf)
