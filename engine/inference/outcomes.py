"""The five outcomes, and how they follow from what is known of an instrument."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from engine.facts.values import FALSE, TRUE, UNKNOWN, Truth

Outcome = Literal[
    "prohibited",
    "not_yet_permitted",
    "undetermined",
    "permitted_with_conditions",
    "permitted",
    "not_applicable",
]
# In order of precedence: a whole has the first outcome that any of its parts has.
OUTCOMES: Final[tuple[Outcome, ...]] = (
    "prohibited",
    "not_yet_permitted",
    "undetermined",
    "permitted_with_conditions",
    "permitted",
    "not_applicable",
)
RANK: Final = {outcome: rank for rank, outcome in enumerate(OUTCOMES)}


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the outcome that takes precedence; `not_applicable` for none."""
    return min(outcomes, key=RANK.__getitem__, default="not_applicable")


def outcome_of(reached: Truth, may: Truth, may_with_levers: Truth, clean: Truth) -> Outcome:
    """Return the outcome of one instrument for one leg.

    Args:
        reached: The instrument reaches the leg.
        may: The transfer may start as the arrangement stands.
        may_with_levers: It may start once every lever is in place, or the instrument then no longer reaches it.
        clean: It may start and no duty stays open.
    """
    if reached == FALSE:
        return "not_applicable"
    if reached != TRUE:
        return "undetermined"
    if may == FALSE:
        if may_with_levers == FALSE:
            return "prohibited"
        return "not_yet_permitted" if may_with_levers == TRUE else "undetermined"
    # Where a measure may be adverse, every lever in place can be worse than things as they stand, which count.
    if may != TRUE or clean not in (TRUE, FALSE):
        return "undetermined"
    return "permitted" if clean == TRUE else "permitted_with_conditions"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an evaluator found for one instrument and one leg.

    Attributes:
        holds: Truth of each clause of the program, exceptions taken into account.
        met: Truth of each duty's fulfilment (false for other clauses).
    """

    outcome: Outcome
    reached: Truth
    may: Truth
    may_with_levers: Truth
    clean: Truth
    holds: tuple[Truth, ...]
    met: tuple[Truth, ...]


def gated(reached: Truth, holds: tuple[Truth, ...]) -> Verdict:
    """Return the verdict of a gate, which tells nothing but whether the instrument reaches the leg."""
    outcome: Outcome = "not_applicable" if reached == FALSE else "undetermined"
    return Verdict(outcome, reached, UNKNOWN, UNKNOWN, UNKNOWN, holds, (FALSE,) * len(holds))
