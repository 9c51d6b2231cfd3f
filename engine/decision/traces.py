"""What was read and what came of it: a rule with its conditions, and the facts and parameters that these read.

Made by the hundred for one decision, which is why most are not frozen, as `model` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

TruthWord = Literal["true", "false", "unknown"]
Status = Literal[
    "holds", "fails", "defeated", "unknown", "open", "available", "met", "unmet", "unknown_if_met", "recorded"
]


@dataclass(slots=True)
class FactTrace:
    """A fact that a condition read.

    Attributes:
        pointer: JSON pointer into the arrangement: where it stands, or where it would.
        derived: Whether definitions worked it out; they are in the decision's `derived`.
    """

    name: str
    value: str
    pointer: str
    derived: bool = False


@dataclass(slots=True)
class ParameterTrace:
    """The value of a parameter that applied, with its own citation and first day."""

    name: str
    value: str
    cite: str
    since: date | None
    href: str = ""


@dataclass(slots=True)
class ConditionTrace:
    """One line of a rule, with what it read."""

    text: str
    truth: TruthWord
    facts: tuple[FactTrace, ...]
    parameters: tuple[ParameterTrace, ...] = ()


@dataclass(slots=True)
class RuleTrace:
    """A rule that was considered.

    Attributes:
        status: holds (applies), fails, defeated (by an exception), unknown; open or available (a route or exception
            that is open, or wants measures not shown); met or unmet (a duty); recorded (a remark).
        conditions: Its `when`; only the lines that decided where it fails.
        requires: What it wants in place; for a duty, what fulfils it.
        exceptions: Exceptions to it that were considered.
        recalled: Whether its text was recalled and not seen when it was encoded.
    """

    id: str
    kind: str
    cite: str
    says: str
    status: Status
    since: date
    conditions: tuple[ConditionTrace, ...]
    requires: tuple[ConditionTrace, ...] = ()
    exceptions: tuple[RuleTrace, ...] = ()
    href: str = ""
    until: date | None = None
    recalled: bool = False


@dataclass(frozen=True, slots=True)
class DerivedTrace:
    """A fact that the law's definitions worked out.

    Attributes:
        of: JSON pointer of the party, or of the transfer with its data set (`/transfers/0 /datasets/1`).
    """

    trait: str
    of: str
    truth: TruthWord
    rules: tuple[RuleTrace, ...]
