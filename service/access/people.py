"""People who sign in: who they are, what they may do, and how they come in and are kept out.

Their roles are those that the provider's claims gave at the last sign-in. Somebody is one person in each organisation,
so that what they did in one is never seen from another.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from service import audit
from service.access import sessions
from service.access.grants import granted
from service.access.permissions import Principal, Role, itself
from service.problems import Problem, problem
from service.reviews.orcid import read_orcid
from service.settings import Settings
from service.storage.columns import now
from service.storage.ids import new_id
from service.storage.tables import organisations, people

log = logging.getLogger("safeconduct.access")
_ORCID = "https://orcid.org"
_LONGEST = 200
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom a provider vouches for.

    Attributes:
        claims: What its verified token says; `iss` and `sub` are among them.
        id_token: The token, where the provider wants it back when its session is to end.
    """

    claims: Mapping[str, Any]
    id_token: str | None = None


def sign_in(connection: Connection, vouched: Vouched, settings: Settings, earlier: str | None) -> str | Problem:
    """Let somebody in whom the provider vouches for, or not; either is written to the audit log.

    Args:
        vouched: What the provider says of them.
        earlier: The token of a session that the browser still has; it ends, whoever's it is.
    Returns:
        The token of the new session, or the reason why there is none. It is returned, not raised: what was written
        about the refusal is to stay.
    """
    if earlier is not None:
        sessions.end(connection, sessions.digest(earlier))
    claims = vouched.claims
    there = _lock(connection, settings)  # before anything is read that another sign-in may be about to write
    known = _known(connection, claims)
    gives = {name: roles for name, roles in granted(claims, settings.oidc_grants).items() if name in there}
    for organisation, row in known.items():
        if organisation not in gives:  # whoever lost the claim is not let stay by an older session
            sessions.end_all(connection, row["id"])
    if len(gives) != 1:
        reason = "several-organisations" if gives else "no-role"
        _tell(connection, gives or known or there, known, reason)
        return _several(gives) if gives else _nothing()
    ((organisation, roles),) = gives.items()
    person = known.get(organisation)
    if person is not None and person["disabled_at"]:
        _tell(connection, [organisation], known, "disabled")
        return refused("you have been kept out by an administrator of your organisation")
    person = _put(connection, organisation, roles, claims, person)
    token = sessions.begin(connection, person["id"], settings, vouched.id_token)
    audit.append(connection, _principal(person), "person.signed-in", person["id"], after=state_of(person))
    return token


def refused(message: str, help: str = "ask an administrator of your organisation") -> Problem:
    """Return the problem of somebody who is not let in."""
    return problem(403, "sign-in-refused", message, "", help)


def sign_out(connection: Connection, session: sessions.Session) -> None:
    """End a session at the wish of its person."""
    if sessions.end(connection, session.id):
        audit.append(connection, session.principal, "person.signed-out", session.principal.id)


def disable(connection: Connection, by: Principal, person: Row, is_disabled: bool) -> Row:
    """Keep a person out, and end whatever session there is; or let them in again."""
    after = person | {"disabled_at": now() if is_disabled else None}
    connection.execute(update(people).where(people.c.id == person["id"]).values(disabled_at=after["disabled_at"]))
    sessions.end_all(connection, person["id"])
    action = "person.disabled" if is_disabled else "person.enabled"
    audit.append(connection, by, action, person["id"], before=state_of(person), after=state_of(after))
    return after


def state_of(row: Mapping[str, Any]) -> Row:
    """Return what the audit log hashes of a person: nothing that is personal."""
    disabled_at = row["disabled_at"]
    return {"id": row["id"], "roles": row["roles"], "disabled_at": disabled_at and disabled_at.isoformat()}


def _known(connection: Connection, claims: Mapping[str, Any]) -> dict[str, Row]:
    mine = (people.c.issuer == claims["iss"]) & (people.c.subject == claims["sub"])
    rows = connection.execute(select(people).where(mine).order_by(people.c.id).with_for_update()).mappings()
    return {row["organisation"]: dict(row) for row in rows}


def _lock(connection: Connection, settings: Settings) -> list[str]:
    """Return which organisations of the grants are there; two first sign-ins of one person wait there."""
    names = {each.organisation for each in settings.oidc_grants}
    query = select(organisations.c.id).where(organisations.c.id.in_(sorted(names))).order_by(organisations.c.id)
    found = list(connection.execute(query.with_for_update(key_share=True)).scalars())
    missing = names - set(found)
    if missing:
        log.error("a grant names an organisation that is not there", extra={"organisations": sorted(missing)})
    return found


def tell_of_distrust(connection: Connection, settings: Settings) -> None:
    """Write down that a token came that was not believed: whoever it was about, nobody can say."""
    _tell(connection, _lock(connection, settings), {}, "bad-token")


def _tell(connection: Connection, organisations_: Iterable[str], known: Mapping[str, Row], reason: str) -> None:
    """Write to the log of each organisation at whose door somebody was refused."""
    for organisation in sorted(organisations_):
        row = known.get(organisation)
        by = _principal(row) if row else itself("anonymous", organisation)
        audit.append(connection, by, "sign-in.refused", by.id, detail={"reason": reason})
    log.warning("a sign-in was refused", extra={"reason": reason})


def _nothing() -> Problem:
    return refused("you are known to the identity provider, and nothing that it says gives you a role here")


def _several(gives: Iterable[str]) -> Problem:
    names = ", ".join(f"`{name}`" for name in sorted(gives))
    return refused(f"you would belong to several organisations: {names}", "the operator has to mend the grants")


def _put(
    connection: Connection, organisation: str, roles: Iterable[Role], claims: Mapping[str, Any], before: Row | None
) -> Row:
    said = {
        "name": _text(claims.get("name")) or _text(claims.get("preferred_username")) or claims["sub"],
        "email": _text(claims.get("email")),
        "orcid": _orcid(claims),
        "roles": sorted(roles),
        "last_seen_at": now(),
    }
    if before is not None:
        connection.execute(update(people).where(people.c.id == before["id"]).values(said))
        return before | said
    row: Row = {
        "id": new_id("per"),
        "organisation": organisation,
        "issuer": claims["iss"],
        "subject": claims["sub"],
        "created_at": now(),
        "disabled_at": None,
        **said,
    }
    connection.execute(insert(people).values(row))
    return row


def _text(value: Any) -> str | None:
    """Return what is fit to be shown of a claim."""
    text = "".join(each for each in value if each.isprintable()) if isinstance(value, str) else ""
    return text[:_LONGEST].strip() or None


def _orcid(claims: Mapping[str, Any]) -> str | None:
    said = claims["sub"] if claims["iss"].rstrip("/") == _ORCID else claims.get("orcid")
    try:
        return read_orcid(said) if isinstance(said, str) else None
    except ValueError:
        return None


def _principal(row: Mapping[str, Any]) -> Principal:
    return Principal(row["id"], row["organisation"], frozenset(row["roles"]), frozenset())
