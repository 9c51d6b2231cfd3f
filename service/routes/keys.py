"""API keys of the caller's own organisation."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import Field, StringConstraints
from sqlalchemy import Connection, select
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from engine.errors import shown
from service import shapes_records as shapes
from service.access import keys
from service.access.authorising import Asking, forbidden
from service.access.permissions import Permission, Principal, Role, permissions_of
from service.forms import AwareTime, Form, read_form
from service.problems import problem
from service.records.pages import Cursor, Limit, page
from service.routes.common import as_json, body_of, errors, line_of, only, shelf_of
from service.shapes import Shape
from service.storage.columns import now
from service.storage.ids import is_id
from service.storage.tables import api_keys

router = APIRouter(prefix="/v1", tags=["access"])
Id = Annotated[str, Path(alias="id", description="Id of a key: what stands before its dot.")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class NewKeyForm(Form):
    """A key to be made."""

    name: Name
    roles: Annotated[list[Role], Field(min_length=1, max_length=5)]
    scopes: Annotated[
        list[Permission] | None, Field(description="Permissions that it is narrowed to; left out: all of its roles.")
    ] = None
    expires_at: AwareTime | None = None


class RotateForm(Form):
    """How a key is replaced."""

    overlap_seconds: Annotated[
        int, Field(strict=True, ge=0, le=30 * 86400, description="How long the old one stays good.")
    ] = 3600


class KeyLine(Shape):
    """A key, without its secret."""

    id: str
    name: str
    roles: list[Role]
    scopes: list[str] | None
    created_at: shapes.TimeText
    created_by: str | None
    expires_at: shapes.TimeText | None
    last_used_at: shapes.TimeText | None
    revoked_at: shapes.TimeText | None
    rotated_from: str | None


class KeyPage(Shape):
    """A page of keys, newest first."""

    items: list[KeyLine]
    next: shapes.Next


class MadeKey(Shape):
    """A key just made."""

    id: str
    key: Annotated[str, Field(description="The key itself: shown this once.")]


@router.post(
    "/keys",
    operation_id="makeKey",
    summary="Make a key",
    dependencies=[only()],
    status_code=201,
    response_model=MadeKey,
    responses=errors(401, 403, 404, 413, 415, 422, 503),
    openapi_extra=body_of(NewKeyForm),
)
async def post_key(request: Request, by: Asking) -> Response:
    """Make a key; it can do no more than the one who makes it may give."""
    form = await read_form(request, NewKeyForm)
    _check_scopes(by, form.scopes)
    _check_covered(form)
    if form.expires_at is not None and form.expires_at <= now():
        raise problem(422, "bad-value", "this time is over", "/expires_at", "give a later one")

    def work(connection: Connection) -> keys.NewKey:
        return keys.make(connection, by, form.name, form.roles, form.scopes, form.expires_at)

    made = await run_in_threadpool(shelf_of(request).database.write, work)
    return as_json({"id": made.id, "key": made.text}, 201)


def _check_scopes(by: Principal, scopes: list[Permission] | None) -> None:
    """Keep a key that was narrowed from making one that is wider."""
    if by.scopes is None:
        return
    missing = sorted(set(scopes) - by.scopes) if scopes is not None else ["all"]
    if missing:
        raise forbidden(missing[0])


def _check_covered(form: NewKeyForm) -> None:
    """Refuse a permission that none of the roles has: the key could never use it."""
    allowed = permissions_of(form.roles, None)
    for number, scope in enumerate(form.scopes or ()):
        if scope not in allowed:
            help = "give a role that has it, or leave it out"
            raise problem(422, "bad-value", f"none of these roles may `{scope}`", f"/scopes/{number}", help)


@router.get(
    "/keys",
    operation_id="listKeys",
    summary="List the keys of the organisation, newest first",
    dependencies=[only("limit", "cursor")],
    response_model=KeyPage,
    responses=errors(401, 403, 404, 422, 503),
)
def get_keys(request: Request, by: Asking, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """List keys."""
    query = select(api_keys).where(api_keys.c.organisation == by.organisation)
    with shelf_of(request).database.reading() as connection:
        return as_json(page(connection, query, api_keys.c.id, limit, cursor, partial(line_of, KeyLine), "sck"))


@router.post(
    "/keys/{id}/rotate",
    operation_id="rotateKey",
    summary="Replace a key by a new one",
    description="The new key has the name, roles and scopes of the old one, which ends after `overlap_seconds`.",
    dependencies=[only()],
    status_code=201,
    response_model=MadeKey,
    responses=errors(401, 403, 404, 409, 413, 415, 422, 503),
    openapi_extra=body_of(RotateForm),
)
async def post_rotation(request: Request, by: Asking, name: Id) -> Response:
    """Rotate a key."""
    form = await read_form(request, RotateForm)

    def work(connection: Connection) -> keys.NewKey:
        row = _find(connection, by, name)
        if row["revoked_at"] or (row["expires_at"] and row["expires_at"] <= now()):
            raise problem(409, "key-ended", "this key has ended", "path:id", "make a new one")
        _check_scopes(by, row["scopes"])
        made = keys.make(connection, by, row["name"], row["roles"], row["scopes"], None, name)
        keys.revoke(connection, by, row, now() + timedelta(seconds=form.overlap_seconds))
        return made

    made = await run_in_threadpool(shelf_of(request).database.write, work)
    return as_json({"id": made.id, "key": made.text}, 201)


@router.delete(
    "/keys/{id}",
    operation_id="revokeKey",
    summary="End a key at once",
    dependencies=[only()],
    status_code=204,
    response_class=Response,
    responses=errors(401, 403, 404, 422, 503),
)
def delete_key(request: Request, by: Asking, name: Id) -> Response:
    """Revoke a key."""

    def work(connection: Connection) -> None:
        row = _find(connection, by, name)
        if not row["revoked_at"]:
            keys.revoke(connection, by, row, now())

    shelf_of(request).database.write(work)
    return Response(status_code=204)


def _find(connection: Connection, by: Principal, name: str) -> dict[str, Any]:
    found = None
    if is_id(name, "sck"):
        mine = (api_keys.c.id == name) & (api_keys.c.organisation == by.organisation)
        found = connection.execute(select(api_keys).where(mine).with_for_update()).mappings().first()
    if found is None:
        raise problem(404, "unknown-key", f"there is no key `{shown(name)}`", "path:id")
    return dict(found)
