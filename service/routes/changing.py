"""What a change does: other law, other readings, other facts, for one arrangement, many, or pairs of countries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from time import monotonic
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query, Request
from pydantic import Field, TypeAdapter
from starlette.responses import Response

from engine.analysis.compare import Comparison, compare
from engine.analysis.comparing import Names, Wanted, sides_of
from engine.analysis.impact import Book, Impact, impact_at_hand, sides_at_hand
from engine.analysis.matrix import countries_of
from engine.analysis.portfolio import Stored
from engine.analysis.reforming import ReformReport, reform_report
from engine.analysis.scenario import scenario
from engine.decision.statute import Law
from engine.errors import ArrangementError, Fault, shown
from engine.facts.arrangement import Day
from engine.law.reforms import reform_names
from service import shapes
from service.access.authorising import Asking, forbidden
from service.bodies import read_body
from service.evaluating import arrangement_and_readings, parsed, readings_of, too_large
from service.forms import Form, read_form
from service.negotiation import check_json
from service.problems import problem
from service.published import Shelf
from service.records.portfolio import Kept, stored_arrangements
from service.routes.beyond import BODY, answered
from service.routes.common import AsOf, as_json, body_of, errors, only, shelf_of, today
from service.routes.evaluations import Readings

router = APIRouter(prefix="/v1", tags=["beyond the verdict"])
ANSWERS: Mapping[str, TypeAdapter[Any]] = {
    "Comparison": TypeAdapter(Comparison),
    "ReformReport": TypeAdapter(ReformReport),
    "Impact": TypeAdapter(Impact),
}
# What one request may ask for; the command line has no limits.
_MOST_CASES = 600
_MOST_SECONDS = 60
_MOST_ARRANGEMENTS = 200
_MOST_STORED = 1000
_MOST_LEGS = 2000
_NAMES = Names("query:set", "query:before", "add `before` and `after`, `against`, `reform` or `set`")
_BOOK = "A day; or a reform, such as `us-docks-onto-depa`, as of today or of a day: `us-docks-onto-depa@2026-11-23`."


async def _run(shelf: Shelf, work: Callable[[], bytes]) -> Response:
    """Work in a thread, and answer."""
    return Response(await shelf.aside(work), media_type="application/json")


# -- comparing --------------------------------------------------------------------------------------------------------


@router.post(
    "/comparisons",
    operation_id="compare",
    summary="Compare an arrangement under two days, two readings, a reform or changed facts",
    description="Several of these at once are one other side. What is not changed is the same on both.",
    dependencies=[
        only(*("before", "after", "as_of", "reading", "against", "reform", "set"), many=("reading", "against", "set"))
    ],
    response_class=Response,
    responses={**answered("Comparison"), **errors(401, 403, 413, 415, 422, 503)},
    openapi_extra=BODY,
)
async def post_comparison(
    request: Request,
    before: Annotated[Day | None, Query(description="The law of this day ...")] = None,
    after: Annotated[Day | None, Query(description="... and of this one.")] = None,
    as_of: AsOf = None,
    reading: Readings = None,
    against: Annotated[list[str] | None, Query(description="A reading of the other side, `ID:OPTION`.")] = None,
    reform: Annotated[
        str | None, Query(max_length=100, description="A reform, as if in force on the day of the other side.")
    ] = None,
    changes: Annotated[
        list[str] | None,
        Query(alias="set", description="A changed fact of the other side, `POINTER=VALUE`; the value in JSON."),
    ] = None,
) -> Response:
    """Compare two sides."""
    shelf = shelf_of(request)
    _ = shelf.published
    check_json(request.headers)
    body = await read_body(request, shelf.settings.body_limit)

    def work() -> bytes:
        law = shelf.published.law
        other, faults = readings_of(against or (), law.library, "query:against")
        if (before is None) != (after is None):
            missing = "before" if before is None else "after"
            faults.append(Fault("bad-value", "two days are compared", f"query:{missing}", "give both of them"))
        if faults:
            raise ArrangementError(faults)
        _, readings = arrangement_and_readings(body, reading or (), law.library, shelf.settings.leg_limit)
        days = (before, after) if before is not None and after is not None else None
        wanted = Wanted(days, other, reform, tuple(changes or ()))
        under = partial(shelf.law_under, where="query:reform")
        sides = sides_of(parsed(body), law, wanted, under, _NAMES, as_of=as_of, readings=readings)
        if faults := too_large(sides[1].arrangement, shelf.settings.leg_limit):
            raise ArrangementError(faults)
        return ANSWERS["Comparison"].dump_json(compare(*sides))

    return await _run(shelf, work)


# -- reforms ----------------------------------------------------------------------------------------------------------


@router.get(
    "/reforms",
    operation_id="listReforms",
    summary="List reforms, hypothetical and pending ones",
    dependencies=[only()],
    response_model=list[shapes.ReformLine],
    responses=errors(401, 403, 422, 503),
)
def get_reforms(request: Request) -> Response:
    """List reforms."""
    shelf = shelf_of(request)
    _ = shelf.published
    found = [shelf.reforms.find(name, "path:id") for name in reform_names(shelf.reforms.rulesets)]
    return as_json(
        [
            {
                "id": each.name,
                "title": each.title,
                "status": each.status,
                "says": each.says,
                "from": each.first.isoformat(),
                "cite": each.cited.cite,
            }
            for each in found
        ]
    )


@router.get(
    "/reforms/{id}/effects",
    operation_id="getReformEffects",
    summary="Read which pairs and scenarios a reform opens or closes, and the effort that remains",
    description=f"As if it were in force on the day. At most {_MOST_CASES} cases: pairs of countries times scenarios.",
    dependencies=[only("scenario", "jurisdictions", "as_of", many=("scenario",))],
    response_class=Response,
    responses={**answered("ReformReport"), **errors(401, 403, 404, 422, 503)},
)
async def get_effects(
    request: Request,
    name: Annotated[str, Path(alias="id", description="Id of a reform.")],
    scenarios: Annotated[list[str], Query(alias="scenario", examples=[["health-cohort"]])],
    jurisdictions: Annotated[str, Query(max_length=400, examples=["g7", "FI,US,JP"])] = "t12",
    as_of: AsOf = None,
) -> Response:
    """Read what a reform changes."""
    shelf = shelf_of(request)
    _ = shelf.published
    if name not in reform_names(shelf.reforms.rulesets):
        raise problem(404, "unknown-reform", f"there is no reform `{shown(name)}`", "path:id")
    day = today(as_of)
    return await _run(shelf, partial(_effects, shelf, name, tuple(dict.fromkeys(scenarios)), jurisdictions, day))


def _effects(shelf: Shelf, name: str, scenarios: tuple[str, ...], jurisdictions: str, day: date) -> bytes:
    law = shelf.published.law
    places = _places(law, scenarios, jurisdictions, day)
    reform = shelf.reforms.find(name, "path:id")
    reformed = shelf.law_under(name, day, "path:id")
    said = (name, reform.title, reform.says)
    found = reform_report(said, law, reformed, places, scenarios, as_of=day, progress=_within(monotonic()))
    return ANSWERS["ReformReport"].dump_json(found)


def _places(law: Law, scenarios: tuple[str, ...], jurisdictions: str, day: date) -> tuple[str, ...]:
    """Return the countries asked about.

    Raises:
        ArrangementError: A scenario or country is not known, or there are too many of them.
    """
    faults: list[Fault] = []
    places: tuple[str, ...] = ()
    for each in scenarios:
        faults += _faults(lambda each=each: scenario(each), "query:scenario")  # type: ignore[misc]
    try:
        places = countries_of(jurisdictions, law, day)
    except ArrangementError as error:
        faults += [Fault(f.code, f.message, "query:jurisdictions", f.help) for f in error.faults]
    cases = len(places) * (len(places) - 1) * len(scenarios)
    if cases > _MOST_CASES:
        message = f"{cases} cases, {_MOST_CASES} can be asked about at a time"
        faults.append(Fault("too-many-cases", message, "query:scenario", "ask about fewer scenarios or countries"))
    if faults:
        raise ArrangementError(faults)
    return places


def _faults(work: Callable[[], object], where: str) -> Iterator[Fault]:
    try:
        work()
    except ArrangementError as error:
        yield from (Fault(fault.code, fault.message, where, fault.help) for fault in error.faults)


def _within(start: float) -> Callable[[str], None]:
    """Return what gives up a search that takes too long, between one scenario and the next."""

    def check(_step: str) -> None:
        if monotonic() - start > _MOST_SECONDS:
            message = f"this takes longer than {_MOST_SECONDS} s"
            raise problem(422, "takes-too-long", message, "query:scenario", "ask about fewer scenarios or countries")

    return check


# -- impact -----------------------------------------------------------------------------------------------------------


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
    return await _run(shelf, partial(_impact, shelf, by.organisation, form, before, after))


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
