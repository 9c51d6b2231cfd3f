"""What the routes share: the shelf, dates, queries that say nothing unknown, and how errors are documented."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, cast

from fastapi import Depends, Header, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from engine.errors import Fault, did_you_mean, shown
from engine.facts.arrangement import Day
from service.problems import MEDIA_TYPE, Problem
from service.published import Published, Shelf

AsOf = Annotated[
    Day | None, Query(description="The law of this day, `YYYY-MM-DD`; today where left out.", examples=["2026-11-23"])
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        description="A name for this request, such as a UUID: sent again with the same content, it makes nothing new "
        "and answers as the first time."
    ),
]
_DESCRIBED = {
    401: "Credentials are needed, or those sent are not good.",
    403: "The credentials do not allow it.",
    404: "There is no such thing.",
    406: "None of the forms asked for is written.",
    408: "The body did not come in time.",
    409: "The object is not in a state in which this can be done, or it changed since the version named: the answer "
    "says what was done meanwhile.",
    413: "The body is too long.",
    415: "The body is not announced as JSON in UTF-8.",
    422: "The request is understood and wrong; every fault of an arrangement is listed.",
    428: "The version that is to be changed has to be named: `If-Match`.",
    429: "The caller asks too often; `Retry-After` says how long to wait.",
    500: "The service failed; the failure is logged under the request id.",
    503: "The law is not loaded yet, or the database is away.",
    507: "There is no room to store anything.",
}


def shelf_of(request: Request) -> Shelf:
    """Return the shelf of the application."""
    return cast(Shelf, request.app.state.shelf)


async def worked(shelf: Shelf, work: Callable[[], bytes]) -> Response:
    """Work in one of the threads that decide, and answer with the JSON that it makes."""
    return Response(await shelf.aside(work), media_type="application/json")


def published_of(request: Request) -> Published:
    """Return the law being served.

    Raises:
        Problem: 503, it is not loaded yet.
    """
    return shelf_of(request).published


def today(day: date | None) -> date:
    """Return the day asked for, or today."""
    return day or date.today()  # noqa: DTZ011 - the day of the caller's own calendar


def only(*names: str, many: tuple[str, ...] = ()) -> Any:
    """Return a dependency that refuses every other query parameter, and any but those in `many` given twice.

    A misspelt `as_of` must not silently be the law of today.
    """

    async def check(request: Request) -> None:  # a plain function would cost a thread
        given = [name for name, _ in request.query_params.multi_items()]
        faults = {_unknown(name, names) for name in given if name not in names}
        faults |= {
            Fault("repeated-parameter", f"`{name}` stands twice", f"query:{name}", "keep one of them")
            for name in names
            if name not in many and given.count(name) > 1
        }
        if faults:
            raise Problem(422, sorted(faults, key=lambda fault: str(fault.where)))

    return Depends(check)


def _unknown(name: str, names: tuple[str, ...]) -> Fault:
    known = f"known are {', '.join(names)}" if names else "there is none here"
    hint = did_you_mean(name[:60], names) or known
    return Fault("unknown-parameter", f"there is no parameter `{shown(name)}`", f"query:{shown(name)}", hint)


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of error responses; what can be too long (413) can be too slow as well."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    every = sorted({*statuses, *((408,) if 413 in statuses else ()), 500})
    return {status: {"description": _DESCRIBED[status], "content": content} for status in every}


def body_of(form: type[BaseModel]) -> dict[str, Any]:
    """Return the documentation of a JSON body."""
    schema = form.model_json_schema(ref_template="#/components/schemas/{model}")
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def as_json(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return plain data as a response."""
    return Response(json.dumps(data, ensure_ascii=False), status, headers, "application/json")


def find(name: str, known: Any, what: str) -> Any:
    """Return an entry by its id.

    Raises:
        Problem: 404, there is none.
    """
    if name in known:
        return known[name]
    hint = did_you_mean(name[:100], known)
    raise Problem(404, [Fault(f"unknown-{what}", f"there is no {what} `{shown(name)}`", "path:id", hint)])


def line_of(shape: type[BaseModel], row: Any) -> dict[str, Any]:
    """Return what a shape tells of a row, days and times as text."""
    values = {name: row[name] for name in shape.model_fields}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
