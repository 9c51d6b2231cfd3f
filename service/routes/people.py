"""People of the caller's own organisation: who has signed in, and who is kept out."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import Field
from sqlalchemy import Connection, select
from starlette.responses import Response

from engine.errors import shown
from service import shapes_records as shapes
from service.access import people as doing
from service.access.authorising import Asking
from service.access.permissions import Principal, Role
from service.problems import problem
from service.records.pages import Cursor, Limit, page
from service.routes.common import as_json, errors, line_of, only, shelf_of
from service.shapes import Shape
from service.storage.columns import now
from service.storage.ids import is_id
from service.storage.tables import api_keys, people

router = APIRouter(prefix="/v1", tags=["access"])
Id = Annotated[str, Path(alias="id", description="Id of a person.")]


class PersonLine(Shape):
    """Somebody who has signed in."""

    id: str
    name: str
    email: str | None
    orcid: str | None
    roles: Annotated[list[Role], Field(description="As the identity provider's claims gave them at the last sign-in.")]
    created_at: shapes.TimeText
    last_seen_at: Annotated[shapes.TimeText | None, Field(description="The last sign-in.")]
    disabled_at: shapes.TimeText | None


class PersonPage(Shape):
    """A page of people, newest first."""

    items: list[PersonLine]
    next: shapes.Next


class PersonChanged(PersonLine):
    """Somebody who was just kept out or let in."""

    keys: Annotated[list[str], Field(description="Keys that they made and that are still good: end them one by one.")]


@router.get(
    "/people",
    operation_id="listPeople",
    summary="List the people of the organisation who have signed in, newest first",
    dependencies=[only("limit", "cursor")],
    response_model=PersonPage,
    responses=errors(401, 403, 404, 422, 503),
)
def get_people(request: Request, by: Asking, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """List people."""
    query = select(people).where(people.c.organisation == by.organisation)
    with shelf_of(request).database.reading() as connection:
        return as_json(page(connection, query, people.c.id, limit, cursor, partial(line_of, PersonLine), "per"))


@router.post(
    "/people/{id}/disable",
    operation_id="disablePerson",
    summary="Keep a person out",
    description="Their sessions end at once, and they cannot sign in again. Keys that they made stay good, see `keys`.",
    dependencies=[only()],
    response_model=PersonChanged,
    responses=errors(401, 403, 404, 422, 503),
)
def post_disabling(request: Request, by: Asking, name: Id) -> Response:
    """Disable a person."""
    return _change(request, by, name, is_disabled=True)


@router.post(
    "/people/{id}/enable",
    operation_id="enablePerson",
    summary="Let a person in again",
    dependencies=[only()],
    response_model=PersonChanged,
    responses=errors(401, 403, 404, 422, 503),
)
def post_enabling(request: Request, by: Asking, name: Id) -> Response:
    """Enable a person."""
    return _change(request, by, name, is_disabled=False)


def _change(request: Request, by: Principal, name: str, *, is_disabled: bool) -> Response:
    def work(connection: Connection) -> dict[str, Any]:
        row = _find(connection, by, name)
        if bool(row["disabled_at"]) != is_disabled:
            row = doing.disable(connection, by, row, is_disabled)
        is_good = api_keys.c.revoked_at.is_(None) & (api_keys.c.expires_at.is_(None) | (api_keys.c.expires_at > now()))
        theirs = (api_keys.c.created_by == name) & (api_keys.c.organisation == by.organisation)
        keys = connection.execute(select(api_keys.c.id).where(theirs & is_good).order_by(api_keys.c.id)).scalars()
        return {**line_of(PersonLine, row), "keys": list(keys)}

    return as_json(shelf_of(request).database.write(work))


def _find(connection: Connection, by: Principal, name: str) -> dict[str, Any]:
    found = None
    if is_id(name, "per"):
        mine = (people.c.id == name) & (people.c.organisation == by.organisation)
        found = connection.execute(select(people).where(mine).with_for_update()).mappings().first()
    if found is None:
        raise problem(404, "unknown-person", f"there is no person `{shown(name)}`", "path:id")
    return dict(found)
