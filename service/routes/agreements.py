"""Reviews of agreements."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Request
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from engine.errors import ArrangementError
from service.access.authorising import Asking
from service.access.permissions import Principal
from service.evaluating import Asked, evaluate
from service.forms import Form, FormT, read_form
from service.published import Shelf
from service.records.keeping import ready, row_of
from service.records.once import Once, claim, made_before, made_meanwhile, once
from service.records.pages import Cursor, Limit, page
from service.reviews import doing, forms, shapes
from service.reviews.agreements import Row, find, for_change, read_version
from service.reviews.answering import answered
from service.reviews.showing import line, whole
from service.reviews.steps import State
from service.routes.common import IdempotencyKey, as_json, body_of, errors, only, shelf_of
from service.storage.ids import new_id
from service.storage.tables import agreements

router = APIRouter(prefix="/v1", tags=["reviews"])
Id = Annotated[str, Path(alias="id", description="Id of an agreement, such as `ag_01k...`.")]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="`ETag` of what you read; needed, and held against the current one."),
]
_HEADERS = {
    "ETag": {"description": "The version, for `If-Match`.", "schema": {"type": "string"}},
    "Idempotency-Replayed": {
        "description": "`true` where an earlier request with this key did it; the agreement is shown as it is now.",
        "schema": {"type": "string"},
    },
}
AttentionSought = Literal["any", "permission_lost", "outcome_changed", "override_expired"]
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
    attention: Annotated[AttentionSought | None, Query(description="Only those that ask for it.")] = None,
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
    responses={201: {"headers": _HEADERS}, **errors(401, 403, 404, 413, 415, 422, 503)},
    openapi_extra=body_of(forms.AgreementForm),
)
async def post_agreement(request: Request, by: Asking, idempotency_key: IdempotencyKey = None) -> Response:
    """Begin an agreement, as a draft, with its first revision."""
    form = await read_form(request, forms.AgreementForm)
    doer = _Doer(shelf_of(request), by, new_id("ag"), _once(request, idempotency_key, form), 201)
    body = json.dumps(form.arrangement).encode()

    def work() -> Response:
        record = doer.decided(body)
        return doer.write(lambda connection: doing.make(connection, by, doer.name, record, form.note))

    return await _deciding(doer, work)


@router.get(
    "/agreements/{id}",
    operation_id="getAgreement",
    summary="Read an agreement with everything that was done to it",
    dependencies=[only()],
    response_model=shapes.Agreement,
    responses={200: {"headers": {"ETag": _HEADERS["ETag"]}}, **errors(401, 403, 404, 422, 503)},
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
    responses={200: {"headers": _HEADERS}, **errors(401, 403, 404, 409, 413, 415, 422, 428, 503)},
    openapi_extra=body_of(forms.RevisionForm),
)
async def post_revision(
    request: Request, by: Asking, name: Id, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
) -> Response:
    """Revise an agreement."""
    version = read_version(if_match)
    form = await read_form(request, forms.RevisionForm)
    doer = _Doer(shelf_of(request), by, name, _once(request, idempotency_key, form, version))
    body = json.dumps(form.arrangement).encode()

    def work() -> Response:
        with doer.shelf.database.reading() as connection:  # before anything is decided in vain
            doing.check_revisable(for_change(connection, by, name, version))
        record = doer.decided(body)
        return doer.write(lambda each: doing.revise(each, by, name, version, record, form.note))

    return await _deciding(doer, work)


@router.post(
    "/agreements/{id}/answers",
    operation_id="answerQuestion",
    summary="Answer a question of the decision",
    description="Makes a revision in which the fact is known.",
    dependencies=[only()],
    response_model=shapes.Agreement,
    responses={200: {"headers": _HEADERS}, **errors(401, 403, 404, 409, 413, 415, 422, 428, 503)},
    openapi_extra=body_of(forms.AnswerForm),
)
async def post_answer(
    request: Request, by: Asking, name: Id, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
) -> Response:
    """Answer a question."""
    version = read_version(if_match)
    form = await read_form(request, forms.AnswerForm)
    doer = _Doer(shelf_of(request), by, name, _once(request, idempotency_key, form, version))

    def work() -> Response:
        with doer.shelf.database.reading() as connection:
            row = for_change(connection, by, name, version)
            doing.check_revisable(row)
            body, answer = answered(doing.current_record(connection, row), form)
        record = doer.decided(body)
        return doer.write(lambda each: doing.revise(each, by, name, version, record, "", answer))

    return await _deciding(doer, work)


@router.post(
    "/agreements/{id}/steps",
    operation_id="takeStep",
    summary="Take a step to another state",
    description="What becomes `approved` or `active` is decided again: it has to be permitted by today's law as well "
    "(for `approved`, of its `as_of` where that is still to come), or overridden.",
    dependencies=[only()],
    response_model=shapes.Agreement,
    responses={200: {"headers": _HEADERS}, **errors(401, 403, 404, 409, 413, 415, 422, 428, 503)},
    openapi_extra=body_of(forms.StepForm),
)
async def post_step(
    request: Request, by: Asking, name: Id, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
) -> Response:
    """Take a step."""
    version = read_version(if_match)
    form = await read_form(request, forms.StepForm)
    doer = _Doer(shelf_of(request), by, name, _once(request, idempotency_key, form, version))

    def take(standing: doing.Standing | None) -> Response:
        return doer.write(lambda each: doing.step(each, by, name, version, form, standing))

    def work() -> Response:
        with doer.shelf.database.reading() as connection:
            row = for_change(connection, by, name, version)
            doing.check_step(row, by, form)
            record = doing.current_record(connection, row)
        return take(doer.standing(record, form.to))

    if form.to not in doing.PERMITTING:
        return await run_in_threadpool(take, None)
    return await _deciding(doer, work)


def _add(path: str, name: str, summary: str, form: type[FormT], act: Act) -> None:
    """Add a route for an act that decides nothing."""

    @router.post(
        f"/agreements/{{id}}/{path}",
        operation_id=name,
        summary=summary,
        dependencies=[only()],
        response_model=shapes.Agreement,
        responses={200: {"headers": _HEADERS}, **errors(401, 403, 404, 409, 413, 415, 422, 428, 503)},
        openapi_extra=body_of(form),
    )
    async def post(
        request: Request, by: Asking, name: Id, if_match: IfMatch = None, idempotency_key: IdempotencyKey = None
    ) -> Response:
        version = read_version(if_match)
        given = await read_form(request, form)
        doer = _Doer(shelf_of(request), by, name, _once(request, idempotency_key, given, version))
        return await run_in_threadpool(doer.write, lambda each: act(each, by, name, version, given))


_add("comments", "comment", "Comment on the agreement, a finding or a fact", forms.CommentForm, doing.comment)
_add("signoffs", "signOff", "Sign the current revision off, or object to it", forms.SignoffForm, doing.sign)
_add("overrides", "proposeOverride", "Propose to proceed against the outcome", forms.OverrideForm, doing.override)
_add(
    "confirmations", "confirmOverride", "Confirm an override as a second person", forms.ConfirmationForm, doing.confirm
)
_add("attention", "attend", "Say that attention was given", forms.AttentionForm, doing.seen)


@dataclass(frozen=True, slots=True)
class _Doer:
    """Does once what a request asks to be done to the agreement `name`."""

    shelf: Shelf
    by: Principal
    name: str
    wanted: Once | None
    status: int = 200

    def decided(self, body: bytes) -> Row:
        """Return the record of the decision on an arrangement."""
        decided = evaluate(body, Asked(), self.shelf, "/arrangement", self.by.organisation)
        ready(self.shelf.database, decided.published)
        return row_of(self.by, decided)

    def standing(self, record: Row, to: State) -> doing.Standing:
        """Return the outcome of a record on the first day on which it can count in a state."""
        day = max(record["as_of"], doing.today()) if to == "approved" else doing.today()
        asked = Asked(day, tuple(record["asked_readings"]))
        try:
            decided = evaluate(record["arrangement"], asked, self.shelf, whose=self.by.organisation)
        except ArrangementError:  # the law of today no longer knows a word of it
            return doing.Standing("undetermined", day)
        return doing.Standing(decided.outcome, day)

    def write(self, work: Callable[[Connection], Row]) -> Response:
        """Do it, unless it was done, and show the agreement."""

        def run(connection: Connection) -> Response:
            claim(connection, self.by, self.wanted, self.name)
            work(connection)
            return self._shown(connection, self.name)

        try:
            return self.shelf.database.write(run)
        except IntegrityError as error:
            return self._again(made_meanwhile(self.shelf.database, self.by, self.wanted, error))

    def earlier(self) -> Response | None:
        """Show the agreement where it was done by an earlier request, before anything is decided in vain."""
        earlier = made_before(self.shelf.database, self.by, self.wanted)
        return None if earlier is None else self._again(earlier)

    def _again(self, name: str) -> Response:
        with self.shelf.database.reading() as connection:
            response = self._shown(connection, name)
        response.headers["Idempotency-Replayed"] = "true"
        return response

    def _shown(self, connection: Connection, name: str) -> Response:
        row = find(connection, self.by, name)
        headers = {"ETag": f'"{row["version"]}"', "Location": f"/v1/agreements/{row['id']}"}
        return as_json(whole(connection, row), self.status, headers)


def _once(request: Request, key: str | None, form: Form, version: int = 0) -> Once | None:
    return once(key, [request.url.path, version, form.model_dump(mode="json")], b"")


async def _deciding(doer: _Doer, work: Callable[[], Response]) -> Response:
    _ = doer.shelf.published, doer.shelf.database
    return await doer.shelf.aside(lambda: doer.earlier() or work())
