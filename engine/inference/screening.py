"""Plain facts first: most law is kept away from a transfer by a place or a kind, and need not be looked at further."""

from __future__ import annotations

from typing import cast

from engine.facts.legs import Leg
from engine.facts.values import FALSE, UNKNOWN, Truth
from engine.inference.getters import Env
from engine.inference.program import Program, Screen
from engine.inference.reference import truth

# Places are read from the arrangement alone.
_NO_ENV = cast(Env, None)


def is_elsewhere(program: Program, leg: Leg) -> bool:
    """Return whether the places of a leg alone, as far as they are known, keep an instrument from reaching it."""
    gate = program if program.is_gate else program.gate
    if gate is None or not gate.places:
        return False
    values: list[Truth] = [UNKNOWN] * len(gate.atoms)
    for parts in gate.places:
        for part in parts:
            if _fails(gate, part, leg, _NO_ENV, values):
                break
        else:
            return False
    return True


def screened(gate: Program, leg: Leg, env: Env) -> list[Truth]:
    """Return truths of plain facts as far as it takes to see that a gate has nothing to say; the others unknown."""
    values: list[Truth] = [UNKNOWN] * len(gate.atoms)
    for _, parts in gate.screens:
        for part in parts:
            if _fails(gate, part, leg, env, values):
                break
        else:
            return values
    return values


def _fails(gate: Program, part: Screen, leg: Leg, env: Env, values: list[Truth]) -> bool:
    """Return whether a part of a condition is false on what plain facts say; fill in the truths that it reads."""
    test = part.test
    if test is None:
        for number in part.numbers:
            values[number] = gate.value(number, leg, env)
        return truth(part.formula, values) == FALSE
    value = leg.seen.get(test)
    if value is None:
        value = leg.seen[test] = test(leg, env)
    values[part.numbers[0]] = value
    return value == part.fails
