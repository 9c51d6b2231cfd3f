"""Idempotency keys: a request that is sent again makes nothing new, also where nobody heard the first answer.

The key is written in the transaction of what the request makes, and first: of two equal requests at the same time the
second waits there, and then finds what the first has made.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from service.access.permissions import Principal
from service.problems import problem
from service.storage.columns import canonical, now
from service.storage.database import Database
from service.storage.tables import idempotency

_KEY_LIMIT = 200
_INSERT = insert(idempotency)


@dataclass(frozen=True, slots=True)
class Once:
    """An idempotency key with the hash of the request that it came with."""

    key: str
    request_sha256: str


def check_key(key: str | None) -> None:
    """Refuse an idempotency key that cannot be used.

    Raises:
        Problem: 422.
    """
    if key is not None and (not key.strip() or len(key) > _KEY_LIMIT or not key.isascii() or not key.isprintable()):
        help = f"send up to {_KEY_LIMIT} printable characters, such as a UUID"
        raise problem(422, "bad-value", "this key cannot be used", "header:Idempotency-Key", help)


def once(key: str | None, query: Any, body: bytes, line: int | None = None) -> Once | None:
    """Return what makes a request the same request again.

    Args:
        query: Plain data: what is asked for beside the body.
        line: Of a batch: each has a key of its own, made of that of the batch and its number.
    Raises:
        Problem: 422, the key cannot be used.
    """
    check_key(key)
    if key is None:
        return None
    digest = hashlib.sha256(canonical(query).encode() + b"\0" + body).hexdigest()
    return Once(key if line is None else f"{key}/{line}", digest)


def claim(connection: Connection, by: Principal, wanted: Once | None, made: str) -> None:
    """Write down that a request makes something; do it before anything else in the transaction.

    Raises:
        IntegrityError: The key was used before; see `made_meanwhile`.
    """
    if wanted is not None:
        mine = {"organisation": by.organisation, "actor": by.id, "key": wanted.key}
        values = {**mine, "request_sha256": wanted.request_sha256, "made": made, "created_at": now()}
        connection.execute(_INSERT, values)


def made_before(database: Database, by: Principal, wanted: Once | None) -> str | None:
    """Return the id of what this request made when it came first, or None where it is the first.

    Raises:
        Problem: 422, the key came with another request.
    """
    if wanted is None:
        return None
    mine = (idempotency.c.organisation == by.organisation) & (idempotency.c.actor == by.id)
    with database.reading() as connection:
        found = connection.execute(select(idempotency).where(mine, idempotency.c.key == wanted.key)).mappings().first()
    if found is None:
        return None
    if found["request_sha256"] != wanted.request_sha256:
        message = "this key came with another request"
        raise problem(422, "idempotency-key-reused", message, "header:Idempotency-Key", "send a new key")
    return str(found["made"])


def made_meanwhile(database: Database, by: Principal, wanted: Once | None, error: IntegrityError) -> str:
    """Return the id of what an equal request made that came at the same time and was first.

    Raises:
        IntegrityError: It was something else.
        Problem: 422, the key came with another request.
    """
    earlier = made_before(database, by, wanted)
    if earlier is None:
        raise error
    return earlier
