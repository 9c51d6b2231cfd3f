"""What would make a refused transfer lawful under an instrument: levers that open a route, or take the transfer out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.decision.model import MeasureOffer, Option
from engine.facts.legs import Leg
from engine.facts.values import FALSE, TRUE, Truth
from engine.inference.environment import Environment
from engine.inference.program import And, Clause, Formula, Literal, Program
from engine.inference.reference import defined, lets_start, truth
from engine.law.book import StatuteBook
from engine.law.expression import Atom, FactRef, MeasureRef

_MOST = 12
Need = frozenset[int]


def options(
    program: Program, atoms: Sequence[Truth], later: Sequence[Truth], leg: Leg, env: Environment
) -> tuple[Option, ...]:
    """Return the sets of levers that open each route, least effort first.

    Args:
        atoms: Truth of each atom as the arrangement stands.
        later: Truth of each atom with every lever in place.
    """
    book = env.programs.book
    worlds = tuple(atoms), tuple(later)
    found = [
        Option(clause.rule.id if clause else "", clause.rule.cite if clause else "", _effort(offers), offers)
        for clause, need in env.programs.ways.recall(program, worlds, _ways)
        for offers in [_offers(program, need, book, leg, env)]
        if offers
    ]
    best: dict[tuple[str, ...], Option] = {}
    for option in sorted(found, key=lambda each: each.effort):
        best.setdefault(tuple(sorted(m.measure + m.detail for m in option.measures)), option)
    return tuple(_without_more(list(best.values())))[:_MOST]


def _ways(program: Program, worlds: tuple[tuple[Truth, ...], tuple[Truth, ...]]) -> list[tuple[Clause | None, Need]]:
    return _Finder(program, *worlds).ways()


def _without_more(found: list[Option]) -> Iterator[Option]:
    """Leave out every set that holds all of another one and more."""
    sets = [{(offer.measure, offer.detail) for offer in option.measures} for option in found]
    for option, own in zip(found, sets, strict=True):
        if not any(other < own for other in sets):
            yield option


class _Finder:
    """Finds sets of atoms that levers can change and that, once changed, make an instrument let a transfer start."""

    def __init__(self, program: Program, atoms: Sequence[Truth], later: Sequence[Truth]) -> None:
        self.program = program
        self.atoms = atoms
        self.later = later

    def ways(self) -> list[tuple[Clause | None, Need]]:
        """Return the atoms that have to change for each route that levers can open; each set was tried out.

        Likewise for each exemption, and each exception to what makes the instrument reach.
        """
        base = [self.fails(ban) for ban in self._own("ban")] + self._duties(None)
        routes: list[Clause | None] = [*self._own("route")]
        found: list[tuple[Clause | None, Need]] = []
        for route in routes or [None]:
            parts = [*base] if route is None else [*base, self.holds(route), *self._duties(route)]
            found += [(route, need) for need in _together(parts)]
        found += [(exemption, need) for exemption in self._own("exemption") for need in self.holds(exemption)]
        found += self._out_of_scope()
        return [(clause, need) for clause, need in found if self._starts(need)]

    def _out_of_scope(self) -> list[tuple[Clause | None, Need]]:
        """Return the ways to keep every scope from applying, each with an exception that has a part in it."""
        scopes = [scope for scope in self._own("scope") if self.fails(scope) != [frozenset()]]
        exceptions = [self.program.clauses[number] for scope in scopes for number in scope.exceptions]
        return [
            (next((each for each in exceptions if need in self.holds(each)), None), need)
            for need in _together([self.fails(scope) for scope in scopes])
        ]

    def _starts(self, need: Need) -> bool:
        """Return whether the transfer may start once the atoms have changed: one change can undo what another does."""
        changed = [self.later[n] if n in need else value for n, value in enumerate(self.atoms)]
        return lets_start(self.program, changed) == TRUE

    def _own(self, kind: str) -> tuple[Clause, ...]:
        return self.program.kinds.get(kind, ())

    def holds(self, clause: Clause) -> list[Need]:
        """Return the ways to make a rule apply: its conditions hold, and no exception to it does."""
        parts = [self._becomes(clause.when, TRUE), self._becomes(clause.requires, TRUE)]
        return _together(parts + [self.fails(self.program.clauses[number]) for number in clause.exceptions])

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
            return [frozenset((formula.atom,))] if self.later[formula.atom] == target else []
        parts = [self._becomes(part, wanted) for part in formula.parts]
        if isinstance(formula, And) is (wanted == TRUE):
            return _together(parts)
        return [need for part in parts for need in part]


def _together(parts: Sequence[list[Need]]) -> list[Need]:
    """Return the smallest unions of one set of each part; none where a part has none."""
    found: set[Need] = {frozenset()}
    for part in parts:
        found = {one | other for one in found for other in part}
        found = set(sorted(found, key=lambda need: (len(need), sorted(need)))[:_MOST])
    return sorted(found, key=lambda need: (len(need), sorted(need)))


def _offers(program: Program, need: Need, book: StatuteBook, leg: Leg, env: Environment) -> tuple[MeasureOffer, ...]:
    offers: dict[str, MeasureOffer] = {}
    for atom in _measured_atoms(program, sorted(need), leg, env, 0):
        assert isinstance(atom.left, MeasureRef)
        measure = book.library.measures[atom.left.id]
        detail = atom.text.removeprefix(f"measure.{measure.id}.") if atom.left.field else ""
        before = offers[measure.id].detail if measure.id in offers else ""
        if before and detail != before:
            detail = f"{before} and {detail}" if detail else before
        offers[measure.id] = MeasureOffer(measure.id, measure.ask, measure.by, measure.effort, measure.days, detail)
    return tuple(offers.values())


def _measured_atoms(program: Program, numbers: Iterable[int], leg: Leg, env: Environment, depth: int) -> Iterator[Atom]:
    """Yield the measures that atoms ask for; where a derived trait has to change, those of its definitions."""
    for number in numbers:
        atom = program.atoms[number]
        if isinstance(atom.left, MeasureRef):
            yield atom
        elif isinstance(atom.left, FactRef) and atom.left.derived and depth < 8:
            definitions = env.programs.definitions(atom.left.trait)
            atoms = definitions.values(leg, env)
            levers = Environment(env.programs, env.readings, levers=True)
            later = definitions.with_levers(atoms, leg, levers)
            finder = _Finder(definitions, atoms, later)
            own = [clause for clause in definitions.clauses if clause.own]
            if defined(definitions, later) == TRUE:
                ways = [need for clause in own for need in finder.holds(clause)]
            else:
                ways = _together([finder.fails(clause) for clause in own])
            best = min(ways, key=len, default=frozenset[int]())
            yield from _measured_atoms(definitions, sorted(best), leg, env, depth + 1)


def _effort(offers: tuple[MeasureOffer, ...]) -> int:
    return sum(offer.effort for offer in offers)
