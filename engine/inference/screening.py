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
    return gate is not None and bool(gate.places) and _all_fail(gate, gate.places, leg, _NO_ENV) is not None


def silenced(gate: Program, leg: Leg, env: Env) -> tuple[Truth, ...] | None:
    """Return truths of plain facts, as many as it takes to see that a gate has nothing to say, the others unknown.

    None where they do not show it.
    """
    values = _all_fail(gate, gate.screens, leg, env)
    return None if values is None else tuple(values)


def _all_fail(gate: Program, rules: tuple[tuple[Screen, ...], ...], leg: Leg, env: Env) -> list[Truth] | None:
    """Return the truths looked at where of each rule some part is false on what plain facts say; else None."""
    values: list[Truth] = [UNKNOWN] * len(gate.atoms)
    truths = leg.truths
    for parts in rules:
        for formula, numbers, test, fails in parts:
            if test is None:
                for number in numbers:
                    values[number] = gate.value(number, leg, env)
                if truth(formula, values) == FALSE:
                    break
                continue
            value = values[numbers[0]] = truths[test]
            if value == fails:
                break
        else:
            return None
    return values
