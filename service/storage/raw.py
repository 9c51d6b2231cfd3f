"""Read rows of which somebody may have spoilt a value, for whoever checks them: nothing fails before it can be named.

SQLite keeps any text in any column. What is more than text or a number is therefore read as it is kept, and made into
what it means one row at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Date, LargeBinary, Table, Text, cast, type_coerce
from sqlalchemy.engine.default import DefaultDialect

from service.storage.columns import Json, Packed, UtcTime

_ANY = DefaultDialect()  # both databases keep the same
_TRUTHS = {"0": False, "1": True, "false": False, "true": True}


@contextmanager
def tolerating(connection: Connection) -> Iterator[None]:
    """Let a connection of SQLite read text that is not UTF-8, which PostgreSQL never keeps."""
    driver: Any = connection.connection.driver_connection
    driver.text_factory = lambda text: text.decode(errors="backslashreplace")
    try:
        yield
    finally:
        driver.text_factory = str


def as_kept(table: Table) -> list[Any]:
    """Return the columns of a table, to be selected as they are kept."""
    return [_kept(each) for each in table.c]


def meant(table: Table, row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what a row means that was read as it is kept.

    Raises:
        Exception: Of whatever kind; some value means nothing.
    """
    return {each.name: None if row[each.name] is None else _meant(each, row[each.name]) for each in table.c}


def _kept(column: Column[Any]) -> Any:
    if isinstance(column.type, Packed):
        return type_coerce(column, LargeBinary()).label(column.name)
    if isinstance(column.type, Json):
        return type_coerce(column, Text()).label(column.name)
    if isinstance(column.type, UtcTime | Date | Boolean):
        return cast(column, Text).label(column.name)
    return column


def _meant(column: Column[Any], value: Any) -> Any:
    kind = column.type
    if isinstance(kind, Packed | Json):
        return kind.process_result_value(value, _ANY)
    if isinstance(kind, UtcTime):
        return kind.process_result_value(datetime.fromisoformat(value), _ANY)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return _TRUTHS[value] if isinstance(kind, Boolean) else value
