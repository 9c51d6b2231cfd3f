"""Signing in at the identity provider, and out again; and who it is that asks."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, Query, Request
from pydantic import Field
from sqlalchemy import Connection, select
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from engine.errors import shown
from service import pages
from service import shapes_records as shapes
from service.access import attempts, cookies, crossing, people
from service.access.authorising import Asking, session_of
from service.access.permissions import Permission, Role
from service.access.provider import DistrustedError, Provider
from service.access.sessions import Session
from service.bodies import read_body
from service.problems import Problem, problem
from service.published import Shelf
from service.routes.common import as_json, errors, only, shelf_of
from service.shapes import Shape
from service.storage.tables import organisations

router = APIRouter(prefix="/auth", tags=["access"])
_FORM_LIMIT = 4096
_LINKS = {"Sign in": "/auth/sign-in"}


class Caller(Shape):
    """Who asks."""

    kind: Literal["key", "person"]
    id: str
    name: Annotated[str | None, Field(description="Of a person.")]
    orcid: Annotated[str | None, Field(description="Of a person, where the identity provider tells it.")]
    organisation: str
    roles: list[Role]
    permissions: list[Permission]
    csrf_token: Annotated[str | None, Field(description="Of a session: to be sent as `X-CSRF-Token` with each change.")]
    expires_at: Annotated[shapes.TimeText | None, Field(description="When the session ends at the latest.")]


@router.get(
    "/me",
    operation_id="getCaller",
    summary="Ask who one is",
    description="Who the key or the session belongs to, and what it may do.",
    dependencies=[only()],
    response_model=Caller,
    responses=errors(401, 503),
)
async def get_me(request: Request, by: Asking) -> Response:
    """Say who asks."""
    session = await session_of(request)
    return as_json(
        {
            "kind": "person" if session else "key",
            "id": by.id,
            "name": session and session.name,
            "orcid": by.orcid,
            "organisation": by.organisation,
            "roles": sorted(by.roles),
            "permissions": sorted(by.permissions),
            "csrf_token": session and session.csrf,
            "expires_at": session and session.expires_at.isoformat(),
        }
    )


@router.get("", include_in_schema=False)
async def get_account(request: Request) -> Response:
    """Show who is signed in, with the way in or out."""
    shelf = shelf_of(request)
    base = _base(shelf)
    if not shelf.settings.has_sign_in:
        return pages.answer_to(request, _no_sign_in(), base, {})
    session = await session_of(request)
    documentation = (
        {"Decide an arrangement": "/", "Review desk": "/desk", "HTTP interface": "/docs"} if shelf.settings.docs else {}
    )
    if session is None:
        return pages.page("You are not signed in", links={**_LINKS, **documentation}, base=base)

    organisation = await run_in_threadpool(_name_of, shelf, session.principal.organisation)
    roles = ", ".join(sorted(session.principal.roles)).replace("_", " ")
    facts = {"Name": session.name, "Organisation": organisation, "Roles": roles}
    return pages.page("You are signed in", facts=facts, links=documentation, base=base, csrf=session.csrf)


@router.get("/sign-in", include_in_schema=False, dependencies=[only("next")])
async def get_sign_in(request: Request, next_: Annotated[str, Query(alias="next")] = "") -> Response:
    """Send a browser to the identity provider."""
    shelf = shelf_of(request)
    settings = shelf.settings
    try:
        provider = _provider(shelf)
        shelf.sign_ins.take(request.client.host if request.client else "")
        if next_ and not attempts.is_local(next_):
            raise problem(422, "bad-value", "this is no path of this service", "query:next", "begin it with one `/`")

        def work(connection: Connection) -> tuple[attempts.Attempt, str]:
            return attempts.begin(connection, next_ or f"{_base(shelf)}/auth")

        attempt, browser = await run_in_threadpool(shelf.database.write, work)
        response = RedirectResponse(await provider.address(attempt), 303)
    except Problem as found:
        return pages.answer_to(request, found, _base(shelf), _LINKS)
    cookies.put(response, settings, "sign_in", browser, attempts.MINUTES * 60)
    return response


@router.get("/callback", include_in_schema=False)
async def get_callback(request: Request) -> Response:
    """Take what the identity provider sends a browser back with, and let its person in, or not."""
    shelf = shelf_of(request)
    settings = shelf.settings
    try:
        provider = _provider(shelf)
        attempt, token = await _finish(request, shelf, provider)
    except Problem as found:
        response = pages.answer_to(request, found, _base(shelf), _LINKS)
    else:
        response = RedirectResponse(attempt.next, 303)
        cookies.put(response, settings, "session", token, settings.session_minutes * 60)
    cookies.drop(response, settings, "sign_in")
    return response


async def _finish(request: Request, shelf: Shelf, provider: Provider) -> tuple[attempts.Attempt, str]:
    """Return the sign-in that is done, and the token of its session.

    Raises:
        Problem: It was not begun here, the provider does not vouch for anybody, or nothing lets that person in.
    """
    said = request.query_params
    state, browser = said.get("state"), cookies.given(request, shelf.settings, "sign_in")
    attempt = None
    if state and browser:
        work = lambda connection: attempts.finish(connection, state, browser)  # noqa: E731
        attempt = await run_in_threadpool(shelf.database.write, work)
    if attempt is None:
        shelf.bad_credentials.take(request.client.host if request.client else "")
        message = f"this sign-in was not begun in this browser within the last {attempts.MINUTES} minutes"
        raise problem(400, "sign-in-unknown", message, "query:state", "sign in again")
    if "error" in said or not said.get("code"):
        why = shown(said.get("error", "no code"))
        raise people.refused(f"the identity provider did not let you in: `{why}`", "sign in again")
    try:
        vouched = await provider.vouched(attempt, said["code"], said.get("iss"))
    except DistrustedError:
        await run_in_threadpool(shelf.database.write, lambda each: people.tell_of_distrust(each, shelf.settings))
        raise
    earlier = cookies.given(request, shelf.settings, "session")
    found = await run_in_threadpool(
        shelf.database.write, lambda each: people.sign_in(each, vouched, shelf.settings, earlier)
    )
    if isinstance(found, Problem):
        raise found
    return attempt, found


@router.post("/sign-out", include_in_schema=False)
async def post_sign_out(request: Request) -> Response:
    """End the session of a browser, and have it forget the cookie; also where the session is over already.

    A page goes on to the identity provider, where the session ends as well, if that offers it.
    """
    shelf = shelf_of(request)
    session = await session_of(request) if shelf.settings.has_sign_in else None
    if session is not None:
        token = request.headers.get(crossing.TOKEN_HEADER) or await _field(request, "csrf_token")
        try:
            crossing.check(request.headers, token, session.csrf, shelf.settings)
        except Problem as found:
            return pages.answer_to(request, found, _base(shelf), {"Back": "/auth"})
        await run_in_threadpool(shelf.database.write, lambda each: people.sign_out(each, session))
    response = await _signed_out(shelf, session) if pages.wants_page(request) else Response(status_code=204)
    cookies.drop(response, shelf.settings, "session")
    return response


async def _signed_out(shelf: Shelf, session: Session | None) -> Response:
    """Return the page that follows; no redirect, which the policy of the page before would keep within this service."""
    there = None
    if session is not None and shelf.provider is not None:
        there = await shelf.provider.way_out(session.id_token)
    if there is None:
        return RedirectResponse(f"{_base(shelf)}/auth", 303)
    return pages.page("You are signed out here", ["On to the identity provider, to sign out there."], go_on=there)


async def _field(request: Request, name: str) -> str:
    """Return a field of a form of ours."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        return ""
    fields: dict[str, Any] = parse_qs((await read_body(request, _FORM_LIMIT)).decode("ascii", "replace"))
    return str(fields.get(name, [""])[0])


def _name_of(shelf: Shelf, organisation: str) -> str:
    with shelf.database.reading() as connection:
        query = select(organisations.c.name).where(organisations.c.id == organisation)
        return str(connection.execute(query).scalar_one())


def _provider(shelf: Shelf) -> Provider:
    if shelf.provider is None:
        raise _no_sign_in()
    return shelf.provider


def _no_sign_in() -> Problem:
    help = "the operator sets `SAFECONDUCT_OIDC_ISSUER`; keys are the credentials here"
    return problem(404, "no-sign-in", "nobody signs in at this service", "", help)


def _base(shelf: Shelf) -> str:
    """Return the path below which people see the service."""
    return urlsplit(shelf.settings.public_url).path
