"""Find out who asks, and hold it against the table of routes. Runs before everything else of a route."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Annotated, Any, cast

from fastapi import Depends, Request
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from engine.errors import Fault
from service.access import cookies, crossing, keys, sessions
from service.access.permissions import Principal, anonymous
from service.access.routes import GUARDS
from service.problems import Problem, problem
from service.settings import Settings
from service.storage.database import Database

log = logging.getLogger("safeconduct.access")
_OF_PROXIES = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="safeconduct"'}


async def authorise(request: Request) -> None:
    """Let a request through, or not.

    Raises:
        Problem: 401, nobody is known to ask, or the credentials are not good; 403, they do not allow it, or
            another site may have made a browser ask; 429, too many.
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
    if guard in principal.permissions or (guard == "known" and not principal.is_anonymous):
        return
    if principal.is_anonymous:
        help = "send `Authorization: Bearer` and a key"
        help += ", or sign in at `/auth/sign-in`" if shelf.settings.has_sign_in else ""
        raise problem(401, "credentials-needed", "this needs credentials", "header:Authorization", help, _CHALLENGE)
    raise forbidden(guard)


def forbidden(permission: str) -> Problem:
    """Return the problem of a permission that is not there."""
    return problem(403, "not-allowed", f"this needs the permission `{permission}`", "", "ask an administrator for it")


async def principal_of(request: Request) -> Principal:
    """Return who asks; without a thread, which a plain function would cost."""
    return cast(Principal, request.state.principal)


Asking = Annotated[Principal, Depends(principal_of)]


def _host(request: Request) -> str:
    return request.client.host if request.client else ""


async def _identify(request: Request) -> Principal:
    shelf = request.app.state.shelf
    given = request.headers.get("authorization")
    if given is None:
        return await _by_cookie(request)
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


async def session_of(request: Request) -> sessions.Session | None:
    """Return the session of the browser that asks; None where there is none, it is over, or a key came instead."""
    shelf = request.app.state.shelf
    token = cookies.given(request, shelf.settings, "session")
    if token is None or "authorization" in request.headers or not shelf.settings.has_sign_in:
        return None
    return await run_in_threadpool(_session, shelf, token)


async def _by_cookie(request: Request) -> Principal:
    shelf = request.app.state.shelf
    settings: Settings = shelf.settings
    if not settings.has_sign_in or cookies.given(request, settings, "session") is None:
        return anonymous(settings.allows_anonymous and not (settings.anonymous is None and _is_forwarded(request)))
    session = await session_of(request)
    if session is None:
        shelf.bad_credentials.take(_host(request))
        headers = {**_CHALLENGE, **cookies.dropping(settings, "session")}
        raise problem(401, "session-ended", "you are no longer signed in", "header:Cookie", "sign in again", headers)
    if request.method not in crossing.SAFE_METHODS:
        token = request.headers.get(crossing.TOKEN_HEADER, "")
        crossing.check(request.headers, token, session.csrf, settings)
    return session.principal


def _is_forwarded(request: Request) -> bool:
    """Whether a proxy says that it passes the request on: then others reach an address that only this machine does."""
    return any(name in request.headers for name in _OF_PROXIES)


def _session(shelf: Any, token: str) -> sessions.Session | None:
    with shelf.database.reading() as connection:
        session = sessions.identify(connection, token, shelf.settings)
    if session is not None and session.is_stale:
        _note(shelf.database, lambda each: sessions.touch(each, session), session.principal)
    return session


def _by_key(database: Database, text: str) -> Principal | None:
    with database.looking() as connection:
        principal, stale = keys.identify(connection, text)
    if principal and stale:
        _note(database, lambda connection: keys.touch(connection, principal.id), principal)
    return principal


def _note(database: Database, work: Callable[[Connection], None], by: Principal) -> None:
    """Write down that credentials were used: a note that is not worth failing for."""
    try:
        database.write(work)
    except SQLAlchemyError as error:
        extra = {"of": by.id, "reason": type(error).__name__}
        log.info("the last use of credentials was not written", extra=extra)
