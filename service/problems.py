"""Errors as a caller sees them: one shape, RFC 9457 problem details, for everything that goes wrong.

The type is `/problems/<code>`, where the code is that of the faults, or `invalid-arrangement` where a request has
faults of several kinds. `where` is a JSON pointer into the body (empty: the request as a whole), or `query:NAME`,
`path:NAME` or `header:NAME`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from engine.errors import ArrangementError, Fault
from service.access.routes import methods_of
from service.storage.database import failure_of

log = logging.getLogger("safeconduct.service")
MEDIA_TYPE = "application/problem+json"
SEVERAL = "invalid-arrangement"
# More are counted and not listed: an answer must not be many times as long as the question.
_MOST_LISTED = 200


class Problem(Exception):
    """An error to answer with.

    Attributes:
        status: The HTTP status.
        faults: At least one.
    """

    def __init__(self, status: int, faults: Iterable[Fault], headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.faults = tuple(faults)
        self.headers = dict(headers or {})
        super().__init__(", ".join(fault.code for fault in self.faults))


def problem(
    status: int, code: str, message: str, where: str = "", help: str = "", headers: Mapping[str, str] | None = None
) -> Problem:
    """Return a problem with one fault."""
    return Problem(status, (Fault(code, message, where, help),), headers)


def answer(found: Problem) -> Response:
    """Return the response for a problem."""
    errors = [
        {"code": fault.code, "where": str(fault.where), "message": fault.message, "help": fault.help}
        for fault in found.faults[:_MOST_LISTED]
    ]
    rest = len(found.faults) - len(errors)
    if rest:
        message = f"at least {rest} more are not listed"
        errors.append({"code": "more-faults", "where": "", "message": message, "help": "correct these first"})
    codes = {error["code"] for error in errors}
    code = codes.pop() if len(codes) == 1 else SEVERAL
    body = {"type": f"/problems/{code}", "title": code.replace("-", " "), "status": found.status, "errors": errors}
    # ASCII: a message may quote half a character, which UTF-8 cannot carry.
    return Response(json.dumps(body), found.status, found.headers, MEDIA_TYPE)


async def on_problem(_request: Request, error: Exception) -> Response:
    """Answer a problem raised by a route."""
    assert isinstance(error, Problem)
    return answer(error)


async def on_arrangement_error(_request: Request, error: Exception) -> Response:
    """Answer an arrangement that cannot be read."""
    assert isinstance(error, ArrangementError)
    return answer(Problem(422, error.faults))


async def on_invalid_request(_request: Request, error: Exception) -> Response:
    """Answer a query or path that FastAPI refused."""
    assert isinstance(error, RequestValidationError)
    faults = []
    for each in error.errors():
        place = ":".join(str(part) for part in each["loc"][:2])
        if each["type"] == "missing":
            help = "add it; GET /openapi.json says what it may be"
            faults.append(Fault("bad-value", f"`{each['loc'][-1]}` is missing", place, help))
            continue
        told = each.get("ctx", {}).get("error")
        faults.append(Fault("bad-value", str(told) if told else each["msg"][:1].lower() + each["msg"][1:], place))
    return answer(Problem(422, faults))


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Answer what Starlette and FastAPI raise themselves, such as an unknown path."""
    assert isinstance(error, HTTPException)
    path = request.url.path[:200]
    if error.status_code == 404:
        found = problem(404, "unknown-path", f"there is nothing at `{path}`", "", "GET /openapi.json lists the paths")
    elif error.status_code == 405:
        allowed = ", ".join(methods_of(request.app.routes, request.url.path))
        message = f"`{request.method[:20]}` is not a method of `{path}`"
        found = problem(405, "unknown-method", message, "", f"use {allowed}", {"Allow": allowed})
    else:
        found = problem(error.status_code, "bad-request", "the request cannot be read", headers=error.headers)
    return answer(found)


async def on_database_error(_request: Request, error: Exception) -> Response:
    """Answer what a database did not do; what is no failure of its own is one of ours."""
    found = problem_of_database(error)
    if found is None:
        raise error
    return answer(found)


def problem_of_database(error: Exception) -> Problem | None:
    """Return the problem of a database that failed, or None where something else did."""
    failure = failure_of(error)
    if not failure:
        return None
    if failure == "full":
        log.error("the disk of the database is full")
        help = "the operator has to make room; nothing was stored"
        return problem(507, "storage-full", "there is no room to store anything", "", help)
    log.warning("the database cannot be used", extra={"reason": failure})
    return database_away()


def database_away() -> Problem:
    """Return the problem of a database that cannot be reached."""
    help = "try again in a few seconds; with `Idempotency-Key` nothing is stored twice"
    return problem(503, "database-away", "the database cannot be used just now", "", help, {"Retry-After": "2"})


def too_slow(message: str) -> Problem:
    """Return the problem of a client that sends too slowly; the rest is not waited for, so the connection ends."""
    return problem(408, "too-slow", message, "", "send the request in one go", {"Connection": "close"})


def internal_error(request_id: str) -> Response:
    """Return the answer to a failure of ours: nothing about it but the id under which it is logged."""
    message = "the service failed; the failure is logged"
    return answer(problem(500, "internal-error", message, "", f"report the request id `{request_id}`"))
