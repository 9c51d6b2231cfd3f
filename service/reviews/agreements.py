"""Agreements as rows: find one, hold its version against the caller's, and write down what is done to it.

Whatever is done is an act: a row that is never changed, with the version that it led to. So the history is all there,
and whoever worked on an older version is told which acts came in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine.errors import shown
from service import audit
from service.access.permissions import Principal
from service.problems import Problem, problem
from service.storage.columns import now
from service.storage.ids import is_id, new_id
from service.storage.tables import acts, agreements
from service.telling.events import emit

Row = dict[str, Any]
_MOST_TOLD = 5


def find(connection: Connection, by: Principal, name: str, for_update: bool = False) -> Row:
    """Return an agreement.

    Raises:
        Problem: 404, there is none, or it is another organisation's: both look the same.
    """
    found = None
    if is_id(name, "ag"):
        query = select(agreements).where(agreements.c.id == name, agreements.c.organisation == by.organisation)
        found = connection.execute(query.with_for_update() if for_update else query).mappings().first()
    if found is None:
        raise problem(404, "unknown-agreement", f"there is no agreement `{shown(name)}`", "path:id")
    return dict(found)


def read_version(header: str | None) -> int:
    """Return the version that `If-Match` names.

    Raises:
        Problem: 428, there is none; 422, it is no version.
    """
    if header is None:
        help = 'send `If-Match: "3"`, the `ETag` of what you read'
        raise problem(
            428, "version-needed", "the version that is to be changed has to be named", "header:If-Match", help
        )
    text = header.strip().strip('"')
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise problem(422, "bad-value", "this is no version of an agreement", "header:If-Match", 'such as `"3"`')
    return int(text)


def for_change(connection: Connection, by: Principal, name: str, version: int) -> Row:
    """Return an agreement, locked, for somebody who has seen a version of it.

    Raises:
        Problem: 404; 409, it has changed since, with what was done.
    """
    row = find(connection, by, name, for_update=True)
    if row["version"] != version:
        raise _changed(connection, row, version)
    return row


def _changed(connection: Connection, row: Row, version: int) -> Problem:
    since = (acts.c.agreement == row["id"]) & (acts.c.version > version)
    found = connection.execute(select(acts).where(since).order_by(acts.c.version)).mappings().all()
    told = "; ".join(_told(dict(each)) for each in found[:_MOST_TOLD]) or "nothing: it is no version yet"
    told += f" and {len(found) - _MOST_TOLD} more" if len(found) > _MOST_TOLD else ""
    message = f"version {row['version']} is the current one; since {version}: {told}"
    headers = {"ETag": f'"{row["version"]}"'}
    return problem(409, "version-changed", message, "header:If-Match", "read it again, and decide anew", headers)


def _told(act: Mapping[str, Any]) -> str:
    """Return in words what was done, and by whom: what a reader of an older version has to look at again."""
    body = act["body"]
    what = {
        "stepped": f" to `{body.get('to')}`",
        "revised": f": revision {act['revision']}, `{body.get('outcome')}`",
        "answered": f" `{shown(str(body.get('pointer')))}`: revision {act['revision']}, `{body.get('outcome')}`",
        "signed": f": {body.get('verdict')}, as `{body.get('role')}`",
        "outcome_changed": f" to `{body.get('to')}`",
    }.get(act["kind"], "")
    return f"{act['kind'].replace('_', ' ')}{what}, by {act['by']}"


def do(
    connection: Connection,
    by: Principal,
    row: Row,
    kind: str,
    body: Mapping[str, Any],
    change: Mapping[str, Any] | None = None,
) -> Row:
    """Write an act down, with what it changes, its audit entry and its event; return the agreement as it is then."""
    after = {**row, **(change or {}), "version": row["version"] + 1}
    act = {
        "id": new_id("act"),
        "agreement": row["id"],
        "version": after["version"],
        "revision": after["revision"],
        "kind": kind,
        "at": now(),
        "by": by.id,
        "body": dict(body),
    }
    changed = {**(change or {}), "version": after["version"]}
    connection.execute(update(agreements).where(agreements.c.id == row["id"]).values(changed))
    connection.execute(insert(acts).values(act))
    data = {"state": after["state"], "version": after["version"], "outcome": after["outcome"], "act": act["id"]}
    data |= {name: after[name] for name in ("watched_outcome", "attention")}
    emit(connection, by.organisation, f"agreement.{kind}", row["id"], data)
    detail = {"act": act["id"], "act_sha256": act_hash(act)}
    audit.append(
        connection, by, f"agreement.{kind}", row["id"], before=state_of(row), after=state_of(after), detail=detail
    )
    return {**after, "act": act["id"]}


def act_hash(act: Mapping[str, Any]) -> str:
    """Return the hash of an act, which the audit log keeps."""
    return audit.digest({**act, "at": act["at"].isoformat()})


def state_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the audit log hashes of an agreement."""
    names = ("id", "title", "state", "version", "revision", "outcome", "expires_on", "attention", "watched_outcome")
    return {name: row[name].isoformat() if isinstance(row[name], date) else row[name] for name in names}


def acts_of(connection: Connection, name: str) -> list[Row]:
    """Return everything that was done to an agreement, oldest first."""
    query = select(acts).where(acts.c.agreement == name).order_by(acts.c.version, acts.c.id)
    return [dict(row) for row in connection.execute(query).mappings()]
