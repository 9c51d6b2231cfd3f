"""Lists in pages: newest first, each with a cursor to the next."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy import Column, Connection, Select

from service.problems import problem
from service.storage.ids import is_id

MOST = 200
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
Cursor = Annotated[str | None, Query(description="`next` of the page before.", max_length=100)]


def page(
    connection: Connection,
    query: Select[Any],
    ids: Column[str],
    limit: int,
    cursor: str | None,
    line: Callable[[Any], dict[str, Any]],
    prefix: str,
) -> dict[str, Any]:
    """Return a page of a list: `items`, and `next`, which is null at the end.

    What is made meanwhile is newer than the first page, so that no page shows anything twice or leaves it out.
    """
    if cursor is not None:
        query = query.where(ids < _read(cursor, prefix))
    rows = connection.execute(query.order_by(ids.desc()).limit(limit + 1)).mappings().all()
    last = rows[limit - 1][ids.name] if len(rows) > limit else None
    return {"items": [line(row) for row in rows[:limit]], "next": last and _write(last)}


def _write(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def _read(cursor: str, prefix: str) -> str:
    try:
        name = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        name = ""
    if not is_id(name, prefix):
        raise problem(422, "bad-value", "this is no cursor of this list", "query:cursor", "send `next` of a page")
    return name
