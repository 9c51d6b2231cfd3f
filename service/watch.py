"""Look at active agreements again when the law that decides them has changed, or a dated change has arrived.

Each agreement has the law and the day at which it was looked at last. So what a run left undone when it was broken off
is what the next one finds, and two processes that watch at once do nothing twice. Outcomes are found first and changes
written down after, those that lost a permission before all others.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, or_, select, update

from engine.errors import ArrangementError
from engine.inference.outcomes import RANK
from service.access.permissions import Principal, itself
from service.evaluating import Asked, Decided, evaluate_anew
from service.published import Shelf
from service.records.keeping import ready, row_of, store
from service.records.law import insert_new
from service.reviews.agreements import Row, acts_of, do
from service.reviews.doing import PERMITTED, current_record, standing_override, today
from service.storage.columns import now
from service.storage.ids import new_id
from service.storage.tables import agreements, watch_runs

log = logging.getLogger("safeconduct.watch")
_AT_A_TIME = 100


@dataclass(frozen=True, slots=True)
class _Change:
    """An agreement whose outcome is not what it was; without a decision, its arrangement is no longer understood."""

    row: Row
    decided: Decided | None

    @property
    def outcome(self) -> str:
        return self.decided.outcome if self.decided else "undetermined"

    @property
    def has_lost(self) -> bool:
        return self.row["watched_outcome"] in PERMITTED and self.outcome not in PERMITTED


def look(shelf: Shelf, day: date | None = None) -> tuple[int, int]:
    """Look at every active agreement that has not been looked at under this law and on this day.

    Returns:
        How many were looked at, and how many changed.
    """
    day = day or today()
    digest = shelf.published.law.library.digest
    if _is_done(shelf, digest, day):
        return 0, 0
    started, looked_at = now(), 0
    changes: list[_Change] = []
    has_failed = False
    for row in _to_look_at(shelf, digest, day):
        looked_at += 1
        try:
            change = _look_at(shelf, row, day)
        except Exception as error:  # it costs this agreement alone, and the next run tries again
            log.error("an agreement could not be looked at", extra={"agreement": row["id"]}, exc_info=error)
            has_failed = True
            continue
        if change is None:
            shelf.database.write(lambda each, row=row: _note(each, row, digest, day))  # type: ignore[misc]
        else:
            changes.append(change)
    for change in sorted(changes, key=lambda each: (not each.has_lost, RANK[each.outcome], each.row["id"])):  # type: ignore[index]
        if change.decided is not None:
            ready(shelf.database, change.decided.published)
        shelf.database.write(lambda each, change=change: _tell(each, change, digest, day))  # type: ignore[misc]
    if not has_failed:
        shelf.database.write(lambda each: _finish(each, digest, day, started, looked_at, len(changes)))
    if looked_at:
        log.info("agreements were looked at", extra={"agreements": looked_at, "changed": len(changes)})
    return looked_at, len(changes)


def _is_done(shelf: Shelf, digest: str, day: date) -> bool:
    with shelf.database.reading() as connection:
        mine = (watch_runs.c.library_sha256 == digest) & (watch_runs.c.day == day)
        done = connection.execute(select(watch_runs.c.id).where(mine, watch_runs.c.finished_at.is_not(None))).first()
        # What became active since the run has not been looked at.
        return done is not None and connection.execute(_undone(digest, day).limit(1)).first() is None


def _undone(digest: str, day: date) -> Any:
    other = or_(
        agreements.c.watched_library.is_(None), agreements.c.watched_library != digest, agreements.c.watched_day != day
    )
    return select(agreements).where(agreements.c.state == "active", other).order_by(agreements.c.id)


def _to_look_at(shelf: Shelf, digest: str, day: date) -> Iterator[Row]:
    last = ""
    while True:
        with shelf.database.reading() as connection:
            query = _undone(digest, day).where(agreements.c.id > last).limit(_AT_A_TIME)
            rows = [dict(row) for row in connection.execute(query).mappings()]
        yield from rows
        if len(rows) < _AT_A_TIME:
            return
        last = rows[-1]["id"]


def _look_at(shelf: Shelf, row: Row, day: date) -> _Change | None:
    if row["expires_on"] is not None and row["expires_on"] < day:
        return None  # it ends, whatever the law says
    with shelf.database.reading() as connection:
        record = current_record(connection, row)
    try:
        decided = evaluate_anew(record["arrangement"], Asked(day, tuple(record["asked_readings"])), shelf)
    except ArrangementError as error:
        log.warning(
            "an arrangement is no longer understood", extra={"agreement": row["id"], "faults": len(error.faults)}
        )
        return _Change(row, None) if row["watched_outcome"] != "undetermined" else None
    return _Change(row, decided) if decided.outcome != row["watched_outcome"] else None


def _locked(connection: Connection, row: Row, digest: str, day: date) -> Row | None:
    """Return the agreement as it is now, or None where another has looked at it, or it changed meanwhile."""
    found = (
        connection.execute(select(agreements).where(agreements.c.id == row["id"]).with_for_update()).mappings().one()
    )
    same = found["version"] == row["version"] and (found["watched_library"], found["watched_day"]) != (digest, day)
    return dict(found) if same and found["state"] == "active" else None


def _note(connection: Connection, row: Row, digest: str, day: date) -> None:
    """Write down that an agreement was looked at, and end what has had its last day."""
    current = _locked(connection, row, digest, day)
    if current is None:
        return
    seen = {"watched_library": digest, "watched_day": day}
    connection.execute(update(agreements).where(agreements.c.id == row["id"]).values(seen))
    by = _watch(current)
    if current["expires_on"] is not None and current["expires_on"] < day:
        body = {"from": "active", "to": "expired", "reason": f"its last day was {current['expires_on']}"}
        do(connection, by, current, "stepped", body, {"state": "expired"})
        return
    if current["watched_outcome"] in PERMITTED or current["attention"] == "override_expired":
        return
    if current["outcome"] not in PERMITTED and standing_override(acts_of(connection, row["id"]), current, day) is None:
        flag = {"attention": "override_expired", "attention_at": now()}
        do(connection, by, current, "override_expired", {"outcome": current["watched_outcome"]}, flag)


def _tell(connection: Connection, change: _Change, digest: str, day: date) -> None:
    """Write a change down: the decision, the flag, and the event."""
    current = _locked(connection, change.row, digest, day)
    if current is None:
        return
    by = _watch(current)
    name = None
    if change.decided is not None:
        record = row_of(by, change.decided)
        store(connection, by, record)
        name = record["id"]
    seen = {
        "watched_library": digest,
        "watched_day": day,
        "watched_outcome": change.outcome,
        "watched_evaluation": name,
    }
    flag = {"attention": "permission_lost" if change.has_lost else "outcome_changed", "attention_at": now()}
    if current["attention"] == "permission_lost" and change.outcome not in PERMITTED:
        flag = {}  # what is lost stays lost until somebody has seen it
    body = {"from": current["watched_outcome"], "to": change.outcome, "evaluation": name, "day": day.isoformat()}
    body |= {"permission_lost": change.has_lost}
    do(connection, by, current, "outcome_changed", body, {**seen, **flag})


def _finish(connection: Connection, digest: str, day: date, started: Any, looked_at: int, changed: int) -> None:
    row = {"id": new_id("run"), "library_sha256": digest, "day": day, "cause": "law or day", "started_at": started}
    insert_new(connection, watch_runs, [{**row, "finished_at": now(), "looked_at": looked_at, "changed": changed}])


def _watch(row: Row) -> Principal:
    return itself("watch", row["organisation"])
