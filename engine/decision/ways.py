"""How levers, and facts not known, could let a refused transfer start under an instrument."""

from __future__ import annotations

from collections.abc import Sequence

from engine.facts.values import FALSE, TRUE, UNKNOWN, Truth
from engine.inference.program import And, Clause, Formula, Literal, Program
from engine.inference.reference import lets_start, truth

_MOST = 12
Need = frozenset[int]


class Finder:
    """Finds sets of atoms that levers can change and that, once changed, make an instrument let a transfer start.

    Args:
        atoms: Truth of each atom as the arrangement stands.
        later: Truth of each atom with every lever in place.
        supposing: Whether a fact that stays unknown with every lever in place may be what a way needs. A way then is
            one that could let the transfer start, and the atoms of such facts are among those of its set.
    """

    def __init__(
        self, program: Program, atoms: Sequence[Truth], later: Sequence[Truth], supposing: bool = False
    ) -> None:
        self.program = program
        self.atoms = atoms
        self.later = later
        self.supposing = supposing

    def ways(self) -> list[tuple[Clause | None, Need]]:
        """Return the atoms that have to change for each route that levers can open; each set was tried out.

        Likewise for each exemption, and each exception to what makes the instrument reach.
        """
        base = [self.fails(ban) for ban in self._own("ban")] + self._duties(None)
        routes: list[Clause | None] = [*self._own("route")]
        found: list[tuple[Clause | None, Need]] = []
        for route in routes or [None]:
            parts = [*base] if route is None else [*base, self.holds(route), *self._duties(route)]
            found += [(route, need) for need in together(parts)]
        found += [(exemption, need) for exemption in self._own("exemption") for need in self.holds(exemption)]
        found += self._out_of_scope()
        return [(clause, need) for clause, need in found if self._starts(need)]

    def _out_of_scope(self) -> list[tuple[Clause | None, Need]]:
        """Return the ways to keep every scope from applying, each with an exception that has a part in it."""
        scopes = [scope for scope in self._own("scope") if self.fails(scope) != [frozenset()]]
        exceptions = [self.program.clauses[number] for scope in scopes for number in scope.exceptions]
        return [
            (next((each for each in exceptions if need in self.holds(each)), None), need)
            for need in together([self.fails(scope) for scope in scopes])
        ]

    def _starts(self, need: Need) -> bool:
        """Return whether the transfer may start once the atoms have changed: one change can undo what another does."""
        changed = [self.later[n] if n in need else value for n, value in enumerate(self.atoms)]
        started = lets_start(self.program, changed)
        return started == TRUE or (self.supposing and started == UNKNOWN)

    def _own(self, kind: str) -> tuple[Clause, ...]:
        return self.program.kinds.get(kind, ())

    def holds(self, clause: Clause) -> list[Need]:
        """Return the ways to make a rule apply: its conditions hold, and no exception to it does."""
        parts = [self._becomes(clause.when, TRUE), self._becomes(clause.requires, TRUE)]
        return together(parts + [self.fails(self.program.clauses[number]) for number in clause.exceptions])

    def fails(self, clause: Clause) -> list[Need]:
        """Return the ways to keep a rule from applying: a condition fails, or an exception to it applies."""
        exceptions = [need for number in clause.exceptions for need in self.holds(self.program.clauses[number])]
        found = self._becomes(clause.when, FALSE) + self._becomes(clause.requires, FALSE) + exceptions
        return [frozenset()] if frozenset() in found else found

    def _duties(self, route: Clause | None) -> list[list[Need]]:
        """Return for each duty before the transfer, of a route or of none, the ways to fulfil it or not to have it."""
        found = []
        for duty in self._own("duty"):
            belongs = route.number in duty.routes if route else not duty.rule.routes
            if belongs and duty.rule.timing == "before_transfer":
                met = self._becomes(duty.met, TRUE) if duty.met is not None else []
                ways = met + self.fails(duty)
                found.append([frozenset()] if frozenset() in ways else ways)
        return found

    def _becomes(self, formula: Formula, wanted: Truth) -> list[Need]:
        """Return the smallest sets of atoms that levers can change and that give a formula the truth wanted."""
        if truth(formula, self.atoms) == wanted:
            return [frozenset()]
        if isinstance(formula, Literal):
            target = -wanted if formula.negated else wanted
            value = self.later[formula.atom]
            return [frozenset((formula.atom,))] if value == target or (self.supposing and value == UNKNOWN) else []
        parts = [self._becomes(part, wanted) for part in formula.parts]
        if isinstance(formula, And) is (wanted == TRUE):
            return together(parts)
        return [need for part in parts for need in part]


def together(parts: Sequence[list[Need]]) -> list[Need]:
    """Return the smallest unions of one set of each part; none where a part has none."""
    found: set[Need] = {frozenset()}
    for part in parts:
        found = {one | other for one in found for other in part}
        found = set(sorted(found, key=lambda need: (len(need), sorted(need)))[:_MOST])
    return sorted(found, key=lambda need: (len(need), sorted(need)))
