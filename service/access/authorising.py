"""Find out who asks, and hold it against the table of routes. Runs before everything else of a route."""

from __future__ import annotations

import logging
from typing import Annotated, cast

from fastapi import Depends, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from engine.errors import Fault
from service.access import keys
from service.access.permissions import Principal, anonymous
from service.access.routes import GUARDS
from service.problems import Problem, problem
from service.storage.database import Database

log = logging.getLogger("safeconduct.access")
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="safeconduct"'}


async def authorise(request: Request) -> None:
    """Let a request through, or not.

    Raises:
        Problem: 401, nobody is known to ask, or the credentials are not good; 403, they do not allow it; 429, too many.
    """
    route = (request.method, request.scope["route"].path)
    if route not in GUARDS:  # one that was added to the application later
        raise AssertionError(f"a route without a permission: {route}")
    guard = GUARDS[route]
    if guard == "public":
        return
    principal = await _identify(request)
    shelf = request.app.state.shelf
    shelf.limits.take(f"{principal.id} {_host(request)}" if principal.is_anonymous else principal.id)
    request.state.principal = principal
    if guard in principal.permissions:
        return
    if principal.is_anonymous:
        help = "send `Authorization: Bearer` and a key"
        raise problem(401, "credentials-needed", "this needs credentials", "header:Authorization", help, _CHALLENGE)
    raise forbidden(guard)


def forbidden(permission: str) -> Problem:
    """Return the problem of a permission that is not there."""
    return problem(403, "not-allowed", f"this needs the permission `{permission}`", "", "ask an administrator for it")


def principal_of(request: Request) -> Principal:
    """Return who asks."""
    return cast(Principal, request.state.principal)


Asking = Annotated[Principal, Depends(principal_of)]


def _host(request: Request) -> str:
    return request.client.host if request.client else ""


async def _identify(request: Request) -> Principal:
    shelf = request.app.state.shelf
    given = request.headers.get("authorization")
    if given is None:
        return anonymous(shelf.settings.allows_anonymous)
    kind, _, text = given.partition(" ")
    found = None
    if kind.lower() == "bearer" and text and shelf.has_storage:
        found = await run_in_threadpool(_by_key, shelf.database, text.strip())
    if found is None:
        shelf.bad_credentials.take(_host(request))
        # Never anonymous instead: whoever sends a key means to be somebody.
        help = "send `Authorization: Bearer` and a key that has neither expired nor been revoked"
        fault = Fault("bad-credentials", "the credentials are not good", "header:Authorization", help)
        raise Problem(401, [fault], _CHALLENGE)
    return found


def _by_key(database: Database, text: str) -> Principal | None:
    with database.reading() as connection:
        principal, stale = keys.identify(connection, text)
    if principal and stale:
        try:
            database.write(lambda connection: keys.touch(connection, principal.id))
        except SQLAlchemyError as error:  # a note that is not worth failing for
            log.info("the last use of a key was not written", extra={"key": principal.id, "reason": str(error)[:200]})
    return principal
