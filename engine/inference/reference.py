"""The reference evaluator: section by section what a decision means, in plain three-valued Python.

This is the specification. It favours being obviously right over being fast, and shares nothing with the inference core
but the truth of the atoms.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.facts.values import FALSE, TRUE, Truth
from engine.inference.outcomes import Verdict, gated, outcome_of
from engine.inference.program import And, Clause, Formula, Literal, Program


def truth(formula: Formula, atoms: Sequence[Truth]) -> Truth:
    """Return the truth of a formula in Kleene's strong logic: and is the least, or the greatest, of the parts."""
    if isinstance(formula, Literal):
        value = atoms[formula.atom]
        return -value if formula.negated else value
    if isinstance(formula, And):
        least = TRUE
        for part in formula.parts:
            least = min(least, truth(part, atoms))
            if least == FALSE:
                break
        return least
    greatest = FALSE
    for part in formula.parts:
        greatest = max(greatest, truth(part, atoms))
        if greatest == TRUE:
            break
    return greatest


def gate(program: Program, atoms: Sequence[Truth]) -> Verdict:
    """Decide only whether an instrument reaches a leg; the rest of the verdict stays unknown."""
    world = _World(program, atoms)
    reaches = world.reached()
    holds = tuple(world.holds(clause) for clause in program.clauses)
    return gated(reaches, holds)


def evaluate(program: Program, as_it_stands: Sequence[Truth], with_levers: Sequence[Truth]) -> Verdict:
    """Decide one instrument for one leg.

    Args:
        program: The instrument as of a book.
        as_it_stands: Truth of each atom, as the arrangement stands.
        with_levers: Truth of each atom, once every lever is in place.
    """
    now = _World(program, as_it_stands)
    later = now if as_it_stands is with_levers else _World(program, with_levers)
    reaches, may, clean = now.reached(), now.may_start(), now.clean()
    # A measure can open a way, or take the transfer out of the instrument.
    may_later = max(later.may_start(), -later.reached())
    return Verdict(
        outcome_of(reaches, may, may_later, clean),
        reaches,
        may,
        may_later,
        clean,
        tuple(now.holds(clause) for clause in program.clauses),
        tuple(now.met(clause) for clause in program.clauses),
    )


def lets_start(program: Program, atoms: Sequence[Truth]) -> Truth:
    """Return whether an instrument lets a leg start, or does not reach it."""
    world = _World(program, atoms)
    return max(world.may_start(), -world.reached())


def defined(program: Program, atoms: Sequence[Truth]) -> Truth:
    """Return the value of a derived trait: true when any of its definitions holds."""
    world = _World(program, atoms)
    return max((world.holds(clause) for clause in program.clauses if clause.own), default=FALSE)


class _World:
    """One instrument, one leg, one set of measures."""

    def __init__(self, program: Program, atoms: Sequence[Truth]) -> None:
        self.program = program
        self.atoms = atoms
        self._holds: dict[int, Truth] = {}

    def holds(self, clause: Clause) -> Truth:
        """Return whether a rule applies: its conditions hold and no exception to it does."""
        known = self._holds.get(clause.number)
        if known is None:
            conditions = truth(clause.when, self.atoms)
            if conditions != FALSE:
                conditions = min(conditions, truth(clause.requires, self.atoms))
            for number in clause.exceptions:
                conditions = min(conditions, -self.holds(self.program.clauses[number]))
            known = self._holds[clause.number] = conditions
        return known

    def met(self, clause: Clause) -> Truth:
        """Return whether a duty is fulfilled; nothing fulfils a duty that does not say how."""
        return FALSE if clause.met is None else truth(clause.met, self.atoms)

    def any_of(self, kind: str) -> Truth:
        return max((self.holds(clause) for clause in self.own(kind)), default=FALSE)

    def own(self, kind: str) -> tuple[Clause, ...]:
        return self.program.kinds.get(kind, ())

    def reached(self) -> Truth:
        return min(self.any_of("scope"), -self.any_of("exemption"))

    def open_duty(self, blocking_only: bool, route: Clause | None) -> Truth:
        """Return whether a duty is open: of the route given, or of those that belong to no route."""
        truths = [
            min(self.holds(duty), -self.met(duty))
            for duty in self.own("duty")
            if (duty.rule.timing == "before_transfer" or not blocking_only)
            and (route.number in duty.routes if route else not duty.rule.routes)
        ]
        return max(truths, default=FALSE)

    def allowed(self, blocking_only: bool) -> Truth:
        routes = [min(self.holds(route), -self.open_duty(blocking_only, route)) for route in self.own("route")]
        # An instrument without routes asks for none; one with routes asks for one of them.
        open_route = max(routes, default=TRUE)
        return min(-self.any_of("ban"), open_route, -self.open_duty(blocking_only, None))

    def may_start(self) -> Truth:
        return self.allowed(blocking_only=True)

    def clean(self) -> Truth:
        return self.allowed(blocking_only=False)
