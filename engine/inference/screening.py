"""Plain facts first: most law is kept away from a transfer by a place or a kind, and need not be looked at further."""

from __future__ import annotations

from collections.abc import Sequence

from engine.facts.legs import Leg
from engine.facts.values import FALSE, UNKNOWN, Truth
from engine.inference.program import Program
from engine.inference.reference import truth


def is_elsewhere(program: Program, leg: Leg) -> bool:
    """Return whether the places of a leg alone, as far as they are known, keep an instrument from reaching it."""
    gate = program if program.is_gate else program.gate
    if gate is None or not gate.places:
        return False
    values = [UNKNOWN] * len(gate.atoms)
    for number in gate.placed:
        values[number] = leg.truths[gate.tests[number][0]]
    return all(any(truth(part.formula, values) == FALSE for part in parts) for parts in gate.places)


def silencing(gate: Program, plain: Sequence[Truth]) -> tuple[Truth, ...]:
    """Return truths of plain facts, as many as it takes to see that a gate has nothing to say, the others unknown.

    Args:
        plain: Truth of each atom that the facts alone settle; unknown for the others.
    Returns:
        Nothing where they do not show it.
    """
    values = [UNKNOWN] * len(plain)
    for parts in gate.screens:
        for part in parts:
            for number in part.numbers:
                values[number] = plain[number]
            if truth(part.formula, plain) == FALSE:
                break
        else:
            return ()
    return tuple(values)
