"""Sessions of people: a random token in a cookie, of which only a hash is kept.

A session ends by itself: some time after it began, and sooner when nothing is asked with it. It ends at once when its
person signs out or is disabled.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from service.access.permissions import Principal, permissions_of
from service.settings import Settings
from service.storage.columns import now
from service.storage.tables import people, sessions

# Writing at each use would make every read a write.
_LAST_USED_STEP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in.

    Attributes:
        id: The hash of the token.
        csrf: What a page of ours sends along with everything that changes something.
        id_token: What names the session at its provider; None where that wants to hear nothing of its end.
    """

    id: str
    principal: Principal
    name: str
    csrf: str
    expires_at: datetime
    last_used_at: datetime
    id_token: str | None

    @property
    def is_stale(self) -> bool:
        """Whether its last use is worth writing down."""
        return now() - self.last_used_at > _LAST_USED_STEP


def digest(token: str) -> str:
    """Return what is kept of a token; it has 256 random bits, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(connection: Connection, person: str, settings: Settings, id_token: str | None = None) -> str:
    """Begin a session of a person, and return its token: the only moment at which it is known."""
    token = secrets.token_urlsafe(32)
    row = {
        "token_sha256": digest(token),
        "person": person,
        "csrf": secrets.token_urlsafe(32),
        "created_at": now(),
        "last_used_at": now(),
        "expires_at": now() + timedelta(minutes=settings.session_minutes),
        "id_token": id_token,
    }
    connection.execute(insert(sessions).values(row))
    return token


def identify(connection: Connection, token: str, settings: Settings) -> Session | None:
    """Return the session of a token, or None where there is none, it is over, or its person was disabled."""
    query = select(
        sessions,
        people.c.organisation,
        people.c.name,
        people.c.roles,
        people.c.orcid,
        people.c.disabled_at,
    ).join(people, sessions.c.person == people.c.id)
    row = connection.execute(query.where(sessions.c.token_sha256 == digest(token))).mappings().first()
    idle = timedelta(minutes=settings.session_idle_minutes)
    if row is None or row["disabled_at"] or now() >= min(row["expires_at"], row["last_used_at"] + idle):
        return None
    roles = frozenset(row["roles"])
    principal = Principal(row["person"], row["organisation"], roles, permissions_of(roles), None, row["orcid"])
    times = row["expires_at"], row["last_used_at"]
    return Session(row["token_sha256"], principal, row["name"], row["csrf"], *times, row["id_token"])


def touch(connection: Connection, session: Session) -> None:
    """Write down that a session was used just now."""
    connection.execute(update(sessions).where(sessions.c.token_sha256 == session.id).values(last_used_at=now()))


def end(connection: Connection, session: str) -> bool:
    """End a session, and return whether it was there."""
    return connection.execute(delete(sessions).where(sessions.c.token_sha256 == session)).rowcount > 0


def end_all(connection: Connection, person: str) -> None:
    """End every session of a person."""
    connection.execute(delete(sessions).where(sessions.c.person == person))
