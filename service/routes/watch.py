"""The runs of the watch: when active agreements were looked at last, and under which law."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from sqlalchemy import select
from starlette.responses import Response

from service import shapes_records as shapes
from service.access.authorising import Asking
from service.access.organisations import may_see_all
from service.records.pages import Cursor, Limit, page
from service.routes.common import as_json, errors, line_of, only, shelf_of
from service.shapes import Shape
from service.storage.tables import watch_runs

router = APIRouter(prefix="/v1", tags=["reviews"])
_OF_ALL = "Of all organisations together: null for those that do not see what others do."


class WatchRun(Shape):
    """A run of the watch that looked at everything."""

    id: str
    day: Annotated[str, Field(description="The law of which day decided.", examples=["2026-11-23"])]
    library_sha256: Annotated[str, Field(description="Which law.")]
    started_at: shapes.TimeText
    finished_at: shapes.TimeText | None
    looked_at: Annotated[int | None, Field(description=f"How many agreements. {_OF_ALL}")]
    changed: Annotated[int | None, Field(description=f"How many came out differently. {_OF_ALL}")]


class WatchRunPage(Shape):
    """A page of runs, newest first."""

    items: list[WatchRun]
    next: shapes.Next


@router.get(
    "/watch-runs",
    operation_id="listWatchRuns",
    summary="List the runs of the watch, newest first",
    description="Active agreements are decided again when the law changes or a day begins. What changed is in "
    "`/v1/agreements?attention=any` and in the events; here stands that the watch looked, when, and by which law.",
    dependencies=[only("limit", "cursor")],
    response_model=WatchRunPage,
    responses=errors(401, 403, 404, 422, 503),
)
def get_watch_runs(request: Request, by: Asking, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """List the runs of the watch."""
    with shelf_of(request).database.reading() as connection:
        hidden = {} if may_see_all(connection, by) else dict.fromkeys(("looked_at", "changed"))
        query, ids = select(watch_runs), watch_runs.c.id
        return as_json(page(connection, query, ids, limit, cursor, lambda row: line_of(WatchRun, row) | hidden, "run"))
