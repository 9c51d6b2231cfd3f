"""What a change does: other law, other readings, other facts, for one arrangement or for pairs of countries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from time import monotonic
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import TypeAdapter
from starlette.responses import Response

from engine.analysis.compare import Comparison, compare
from engine.analysis.comparing import Names, Wanted, sides_of
from engine.analysis.matrix import countries_of
from engine.analysis.reform_report import ReformReport
from engine.analysis.reforming import reform_report
from engine.analysis.scenario import scenario
from engine.decision.statute import Law
from engine.errors import ArrangementError, Fault, shown
from engine.facts.arrangement import Day
from engine.law.reforms import reform_names
from service import shapes
from service.bodies import read_body
from service.evaluating import arrangement_and_readings, parsed, readings_of, too_large
from service.negotiation import check_json
from service.problems import problem
from service.published import Shelf
from service.routes.beyond import BODY, answered
from service.routes.common import AsOf, as_json, errors, only, shelf_of, today, worked
from service.routes.evaluations import Readings

router = APIRouter(prefix="/v1", tags=["beyond the verdict"])
ANSWERS: Mapping[str, TypeAdapter[Any]] = {
    "Comparison": TypeAdapter(Comparison),
    "ReformReport": TypeAdapter(ReformReport),
}
# What one request may ask for; the command line has no limits.
_MOST_CASES = 600
_MOST_SECONDS = 60
_NAMES = Names("query:set", "query:before", "add `before` and `after`, `against`, `reform` or `set`")


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

    return await worked(shelf, work)


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
    return await worked(shelf, partial(_effects, shelf, name, tuple(dict.fromkeys(scenarios)), jurisdictions, day))


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
