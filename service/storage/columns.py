"""Column types that mean the same on both databases."""

from __future__ import annotations

import hashlib
import json
import zlib
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import zstandard
from sqlalchemy import DateTime, Dialect, LargeBinary, Text, TypeDecorator

# The least effort: a decision shrinks to a tenth in half a millisecond, and hardly further by more.
_LEVEL = 1
# What the first releases compressed, with zlib, stays as it is.
_OF_ZSTANDARD = b"\x28\xb5\x2f\xfd"


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


class UtcTime(TypeDecorator[datetime]):
    """A point in time. SQLite forgets time zones, so everything is UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone: it would mean another time on another machine."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Blob(bytes):
    """Bytes that are hashed and compressed once, and before a transaction, in which others would wait for it."""

    @cached_property
    def sha256(self) -> str:
        """Their hash."""
        return hashlib.sha256(self).hexdigest()

    @cached_property
    def packed(self) -> bytes:
        """The same, compressed."""
        return zstandard.compress(self, _LEVEL)


def unpacked(value: bytes) -> bytes:
    """Return compressed bytes as they were."""
    return zstandard.decompress(value) if value.startswith(_OF_ZSTANDARD) else zlib.decompress(value)


def blob(value: bytes) -> Blob:
    """Return bytes as a `Blob`, the same one where they are."""
    return value if isinstance(value, Blob) else Blob(value)


class Packed(TypeDecorator[bytes]):
    """Bytes, compressed."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Compress."""
        return None if value is None else blob(value).packed

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        """Give the bytes back."""
        return None if value is None else unpacked(bytes(value))


class Json(TypeDecorator[Any]):
    """Plain data as canonical text: equal data are equal bytes on both databases, so that they can be hashed."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write it."""
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read it."""
        return None if value is None else json.loads(value)


def canonical(value: Any) -> str:
    """Return plain data as JSON with sorted keys and no spaces; ASCII, because PostgreSQL refuses some characters."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
