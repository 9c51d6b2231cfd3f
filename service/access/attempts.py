"""Sign-ins under way: what is kept between leaving for the identity provider and coming back, each good for once."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, delete, insert, select

from service.access.sessions import digest
from service.storage.columns import now
from service.storage.tables import sign_ins

MINUTES = 10
# A path of this service: one that begins with two slashes, or with a backslash, names another host to a browser.
_LOCAL = re.compile(r"/(?!/)[!-\[\]-~]{0,500}\Z")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that was begun.

    Attributes:
        state: Comes back from the provider, so that its answer is one to us.
        nonce: Comes back in the token, so that it is no token of another sign-in.
        verifier: Proves to the provider that whoever redeems the code also asked for it (PKCE).
        next: The path that the browser goes to in the end.
    """

    state: str
    nonce: str
    verifier: str
    next: str


def is_local(path: str) -> bool:
    """Whether a browser that is sent to a path stays here."""
    return bool(_LOCAL.match(path))


def begin(connection: Connection, next_: str) -> tuple[Attempt, str]:
    """Begin a sign-in.

    Returns:
        It, and the token that only the browser has which began it.
    """
    made = Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(64), next_)
    browser = secrets.token_urlsafe(32)
    row = {
        "state_sha256": digest(made.state),
        "browser_sha256": digest(browser),
        "nonce": made.nonce,
        "verifier": made.verifier,
        "next": made.next,
        "expires_at": now() + timedelta(minutes=MINUTES),
    }
    connection.execute(insert(sign_ins).values(row))
    return made, browser


def finish(connection: Connection, state: str, browser: str) -> Attempt | None:
    """Return the sign-in that a browser began, once; None where there is none, or it took too long."""
    mine = (sign_ins.c.state_sha256 == digest(state)) & (sign_ins.c.browser_sha256 == digest(browser))
    row = connection.execute(select(sign_ins).where(mine)).mappings().first()
    if row is None or not connection.execute(delete(sign_ins).where(mine)).rowcount or row["expires_at"] <= now():
        return None
    return Attempt(state, row["nonce"], row["verifier"], row["next"])
