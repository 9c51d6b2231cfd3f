"""Values that may be unknown, and the three truth values.

Truth is an int so that Kleene's logic is arithmetic: and = min, or = max, not = minus. Unknown (nobody said) and absent
(it is said that there is none) are different: a comparison with an unknown is unknown, with an absent it is false.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

Truth = int
TRUE: Final[Truth] = 1
UNKNOWN: Final[Truth] = 0
FALSE: Final[Truth] = -1

WORDS: Final = {TRUE: "true", UNKNOWN: "unknown", FALSE: "false"}


class Missing(Enum):
    """Stands in for a value."""

    UNKNOWN = "unknown"
    ABSENT = "none"


class Truths(dict[Callable[[Any, Any], Truth], Truth]):
    """Truths of what was asked of a subject, by the function that asks it; each is worked out when first looked up."""

    __slots__ = ("_env", "_subject")

    def __init__(self, subject: object, env: object = None) -> None:
        """Make one, with what functions need beside the subject; nothing where the facts alone settle what is asked."""
        super().__init__()
        self._subject = subject
        self._env = env

    def __missing__(self, test: Callable[[Any, Any], Truth]) -> Truth:
        value = self[test] = test(self._subject, self._env)
        return value


@dataclass(frozen=True, slots=True)
class PartialSet:
    """A set of which some members are known; `complete` says that there are no others."""

    members: frozenset[str]
    complete: bool


@dataclass(frozen=True, slots=True)
class Interval:
    """A count that is at least `low` and at most `high` (None: no upper bound known)."""

    low: int
    high: int | None

    def plus(self, other: Interval) -> Interval:
        """Return the sum of two counts of different things."""
        high = None if self.high is None or other.high is None else self.high + other.high
        return Interval(self.low + other.low, high)

    def joined(self, other: Interval) -> Interval:
        """Return the size of the union of two groups whose overlap is not known."""
        high = None if self.high is None or other.high is None else self.high + other.high
        return Interval(max(self.low, other.low), high)

    def __str__(self) -> str:
        if self.high is None:
            return "unknown" if self.low == 0 else f"at least {self.low}"
        return str(self.low) if self.low == self.high else f"{self.low} to {self.high}"


NOTHING_KNOWN: Final = PartialSet(frozenset(), complete=False)
ZERO: Final = Interval(0, 0)
ANY_NUMBER: Final = Interval(0, None)


def truth_of(value: object) -> Truth:
    """Return the truth value of a bool or `Missing`."""
    if value is True:
        return TRUE
    return UNKNOWN if value is Missing.UNKNOWN else FALSE


def has_member(known: PartialSet, item: str) -> Truth:
    """Return whether `item` is in the set."""
    if item in known.members:
        return TRUE
    return FALSE if known.complete else UNKNOWN


def overlaps(known: PartialSet, group: frozenset[str]) -> Truth:
    """Return whether the set has a member in `group`."""
    if not known.members.isdisjoint(group):
        return TRUE
    return FALSE if known.complete else UNKNOWN


def within(known: PartialSet, group: frozenset[str]) -> Truth:
    """Return whether the set has members and all of them are in `group`.

    An empty set is not within anything: "all of nothing" must never open a route.
    """
    if not known.members <= group:
        return FALSE
    if not known.complete:
        return UNKNOWN
    return TRUE if known.members else FALSE


def compare(op: str, left: Interval, right: int) -> Truth:
    """Compare a count with a number; `op` is one of == != < <= > >=."""
    low, high = left.low, left.high
    if op == ">=":
        return TRUE if low >= right else FALSE if high is not None and high < right else UNKNOWN
    if op == ">":
        return compare(">=", left, right + 1)
    if op == "<":
        return -compare(">=", left, right)
    if op == "<=":
        return -compare(">", left, right)
    same = TRUE if low == high == right else FALSE if right < low or (high is not None and right > high) else UNKNOWN
    return same if op == "==" else -same
