"""What a change of law does to many arrangements, sent or stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request
from pydantic import Field, TypeAdapter
from starlette.responses import Response

from engine.analysis.impact import Book, Impact, impact_at_hand, sides_at_hand
from engine.analysis.portfolio import Stored
from engine.decision.statute import Law
from engine.errors import ArrangementError, Fault
from service.access.authorising import Asking, forbidden
from service.forms import Form, read_form
from service.problems import problem
from service.published import Shelf
from service.records.portfolio import Kept, stored_arrangements
from service.routes.beyond import answered
from service.routes.common import body_of, errors, only, shelf_of, today, worked

router = APIRouter(prefix="/v1", tags=["beyond the verdict"])
ANSWERS: Mapping[str, TypeAdapter[Any]] = {"Impact": TypeAdapter(Impact)}
# What one request may ask for; the command line has no limits.
_MOST_ARRANGEMENTS = 200
_MOST_STORED = 1000
_MOST_LEGS = 2000
_BOOK = "A day; or a reform, such as `us-docks-onto-depa`, as of today or of a day: `us-docks-onto-depa@2026-11-23`."


class PortfolioEntry(Form):
    """An arrangement of a portfolio."""

    id: Annotated[str, Field(min_length=1, max_length=200)]
    arrangement: dict[str, Any]


class ImpactForm(Form):
    """Arrangements, or what the own organisation has stored."""

    arrangements: Annotated[list[PortfolioEntry] | None, Field(min_length=1, max_length=_MOST_ARRANGEMENTS)] = None
    stored: Annotated[
        Kept | None,
        Field(description="The current revisions of active agreements, or all stored decisions."),
    ] = None


@router.post(
    "/impact",
    operation_id="impact",
    summary="Ask what a change of law does to many arrangements, permissions lost first",
    description="Only what the change can reach is decided anew. Facts and evidence are those of the first day. For "
    "what is stored, `agreements:read` or `evaluations:read` is needed besides.",
    dependencies=[only("before", "after")],
    response_class=Response,
    responses={**answered("Impact"), **errors(401, 403, 404, 413, 415, 422, 503)},
    openapi_extra=body_of(ImpactForm),
)
async def post_impact(
    request: Request,
    by: Asking,
    before: Annotated[str, Query(max_length=150, description=_BOOK, examples=["2026-11-23"])],
    after: Annotated[str, Query(max_length=150, description="Likewise.", examples=["us-docks-onto-depa@2026-11-23"])],
) -> Response:
    """Re-evaluate a portfolio."""
    shelf = shelf_of(request)
    _ = shelf.published
    form = await read_form(request, ImpactForm)
    if (form.arrangements is None) == (form.stored is None):
        help = "send one of `arrangements` and `stored`"
        raise problem(422, "bad-value", "a portfolio is either sent or stored", "/arrangements", help)
    if form.stored is not None:
        permission = f"{form.stored}:read"
        if permission not in by.permissions:
            raise forbidden(permission)
    return await worked(shelf, partial(_impact, shelf, by.organisation, form, before, after))


def _impact(shelf: Shelf, organisation: str, form: ImpactForm, before: str, after: str) -> bytes:
    books = (_book(shelf, before, "query:before"), _book(shelf, after, "query:after"))
    portfolio = _kept(shelf, form, organisation) if form.stored else _sent(form.arrangements or ())
    sides = sides_at_hand(books[0][0], books[1][0], (books[0][1], books[1][1]))
    return ANSWERS["Impact"].dump_json(impact_at_hand(portfolio, sides))


def _book(shelf: Shelf, text: str, where: str) -> tuple[Book, Law]:
    """Return the book that a text names, and its law.

    Raises:
        ArrangementError: It names none.
    """
    law = shelf.published.law
    name, at, written = text.partition("@")
    try:
        day = date.fromisoformat(written if at else name) if at or name[:1].isdigit() else today(None)
    except ValueError:
        raise ArrangementError([Fault("bad-value", "a day is written `YYYY-MM-DD`", where)]) from None
    if not at and name[:1].isdigit():
        return Book(law.library.digest, day), law
    first = shelf.reforms.find(name, where).first
    reformed = shelf.law_under(name, day, where)
    return Book(law.library.digest, day, name, day if day < first else None), reformed


def _sent(given: Iterable[PortfolioEntry]) -> list[Stored]:
    """Return the arrangements of a request.

    Raises:
        ArrangementError: They are too large.
    """
    listed = list(given)
    legs = sum(_legs(each.arrangement) for each in listed)
    if legs > _MOST_LEGS:
        message = f"the transfers carry {legs} data sets in all, {_MOST_LEGS} can be decided at a time"
        raise ArrangementError([Fault("too-many-legs", message, "/arrangements", "send fewer arrangements at a time")])
    return [Stored(each.id, orjson.dumps(each.arrangement)) for each in listed]


def _legs(plain: Mapping[str, Any]) -> int:
    """Return how many data sets transfers carry, of plain data that nobody has read yet."""
    transfers = plain.get("transfers")
    listed = [each for each in transfers if isinstance(each, dict)] if isinstance(transfers, list) else []
    return sum(len(each["datasets"]) for each in listed if isinstance(each.get("datasets"), list))


def _kept(shelf: Shelf, form: ImpactForm, organisation: str) -> list[Stored]:
    assert form.stored is not None
    found: list[Stored] = []
    with shelf.database.reading() as connection:
        for each in stored_arrangements(connection, form.stored, organisation):
            if len(found) == _MOST_STORED:
                message = f"there are more than {_MOST_STORED} of them"
                help = "use `safeconduct impact --portfolio` with the address of the database"
                raise ArrangementError([Fault("too-many-stored", message, "/stored", help)])
            found.append(each)
    return found
