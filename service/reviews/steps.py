"""The states of an agreement, and the one table of steps between them: what is not in it cannot be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from service.access.permissions import Permission

State = Literal[
    "draft",
    "submitted",
    "in_review",
    "changes_requested",
    "approved",
    "rejected",
    "active",
    "expired",
    "withdrawn",
]
STATES: tuple[State, ...] = get_args(State)
_WRITE: Permission = "agreements:write"
_REVIEW: Permission = "agreements:review"

STEPS: Mapping[tuple[State, State], Permission] = {
    ("draft", "submitted"): _WRITE,
    ("draft", "withdrawn"): _WRITE,
    ("submitted", "in_review"): _REVIEW,
    ("submitted", "withdrawn"): _WRITE,
    ("in_review", "changes_requested"): _REVIEW,
    ("in_review", "approved"): _REVIEW,
    ("in_review", "rejected"): _REVIEW,
    ("in_review", "withdrawn"): _WRITE,
    ("changes_requested", "submitted"): _WRITE,
    ("changes_requested", "withdrawn"): _WRITE,
    ("approved", "active"): _WRITE,
    ("approved", "changes_requested"): _REVIEW,
    ("approved", "withdrawn"): _WRITE,
    # The law or the facts changed under a running agreement.
    ("active", "changes_requested"): _REVIEW,
    ("active", "expired"): _REVIEW,
    ("active", "withdrawn"): _WRITE,
}
# A new revision in any other state would change what somebody is deciding, or has decided, about.
REVISABLE: frozenset[str] = frozenset({"draft", "changes_requested"})


def next_states(state: str) -> list[str]:
    """Return the states that can follow."""
    return [to for (start, to) in STEPS if start == state]
