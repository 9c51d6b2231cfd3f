"""Permissions, and the roles that bundle them. A role is a word of the research office; a permission guards a route."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

Permission = Literal[
    "law:read",
    "evaluate",
    "evaluations:read",
    "evaluations:write",
    "agreements:read",
    "agreements:write",
    "agreements:review",
    "webhooks:manage",
    "keys:manage",
    "people:manage",
    "audit:read",
    "metrics:read",
]
Role = Literal["reader", "submitter", "reviewer", "rule_author", "administrator"]
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)

_READ: frozenset[Permission] = frozenset({"law:read", "evaluations:read", "agreements:read"})
_SUBMIT: frozenset[Permission] = _READ | {"evaluate", "evaluations:write", "agreements:write"}
ROLES: dict[Role, frozenset[Permission]] = {
    "reader": _READ,
    "submitter": _SUBMIT,
    "reviewer": _READ | {"evaluate", "agreements:review"},
    "rule_author": _READ | {"evaluate"},
    # Runs the organisation's side of the service; approving is for reviewers, so that one person cannot do both.
    "administrator": _SUBMIT | {"webhooks:manage", "keys:manage", "people:manage", "audit:read", "metrics:read"},
}
# What somebody without credentials may do where the operator lets them: nothing that reads or leaves a trace.
ANONYMOUS: frozenset[Permission] = frozenset({"law:read", "evaluate", "metrics:read"})


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who asks.

    Attributes:
        id: Of the key or the person; `anonymous` where no credentials came.
        organisation: The only one whose data it sees; "" for anonymous.
        scopes: What a key was narrowed to, or None.
    """

    id: str
    organisation: str
    roles: frozenset[str]
    permissions: frozenset[Permission]
    scopes: frozenset[str] | None = None
    orcid: str | None = None

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody is known to ask."""
        return not self.organisation


def anonymous(allowed: bool) -> Principal:
    """Return the principal of a request without credentials."""
    return Principal("anonymous", "", frozenset(), ANONYMOUS if allowed else frozenset())


def permissions_of(roles: Iterable[str], scopes: Iterable[str] | None = None) -> frozenset[Permission]:
    """Return what roles allow, within the scopes of a key."""
    allowed = frozenset(each for role, those in ROLES.items() if role in set(roles) for each in those)
    return allowed if scopes is None else frozenset(each for each in allowed if each in set(scopes))


def itself(name: str, organisation: str) -> Principal:
    """Return whom the log names where a part of the service, or its operator, acts and nobody has asked."""
    return Principal(name, organisation, frozenset(), frozenset())
