"""What would make a refused transfer lawful under one instrument: the levers that its routes and duties still want."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from engine.decision.model import MeasureOffer, Option
from engine.facts.legs import Leg
from engine.facts.values import TRUE, Truth
from engine.inference.evaluation import Environment
from engine.inference.program import And, Clause, Formula, Literal, Program
from engine.inference.reference import truth
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
    finder = _Finder(program, atoms, later, book)
    found = [
        Option(clause.rule.id if clause else "", clause.rule.cite if clause else "", _effort(offers), offers)
        for clause, need in finder.ways()
        for offers in [_offers(program, need, book, leg, env)]
        if offers
    ]
    best: dict[tuple[str, ...], Option] = {}
    for option in sorted(found, key=lambda each: each.effort):
        best.setdefault((option.route, *sorted(m.measure + m.detail for m in option.measures)), option)
    return tuple(_without_more(list(best.values())))[:_MOST]


def _without_more(found: list[Option]) -> Iterator[Option]:
    """Leave out every set that holds all of another one and more."""
    sets = [{(offer.measure, offer.detail) for offer in option.measures} for option in found]
    for option, own in zip(found, sets, strict=True):
        if not any(other < own for other in sets):
            yield option


class _Finder:
    def __init__(self, program: Program, atoms: Sequence[Truth], later: Sequence[Truth], book: StatuteBook) -> None:
        self.program = program
        self.atoms = atoms
        self.later = later
        self.book = book

    def ways(self) -> list[tuple[Clause | None, Need]]:
        """Return for each route that levers can open the atoms that have to come true."""
        base = self._bans() + self._duties(None)
        if any(not ways for ways in base):
            return []
        routes: list[Clause | None] = [*self._own("route")]
        found: list[tuple[Clause | None, Need]] = []
        for route in routes or [None]:
            parts = [*base]
            if route is not None:
                parts += [self.applies(route), *self._duties(route)]
            if all(parts):
                found += [(route, frozenset().union(*choice)) for choice in list(product(*parts))[:_MOST]]
        return found

    def _own(self, kind: str) -> list[Clause]:
        return [clause for clause in self.program.clauses if clause.own and clause.rule.kind == kind]

    def _bans(self) -> list[list[Need]]:
        """For each ban that applies: the ways to fulfil an exception to it."""
        return [self._defeated(ban) for ban in self._own("ban")]

    def _defeated(self, clause: Clause) -> list[Need]:
        if min(truth(clause.when, self.atoms), truth(clause.requires, self.atoms)) != TRUE:
            return [frozenset()]
        exceptions = [self.program.clauses[number] for number in clause.exceptions]
        return [need for exception in exceptions for need in self.applies(exception)]

    def applies(self, clause: Clause) -> list[Need]:
        """The ways to make a route or exception apply."""
        parts = [self._true(clause.when), self._true(clause.requires)]
        parts += [self._defeated(self.program.clauses[number]) for number in clause.exceptions]
        return [frozenset().union(*choice) for choice in list(product(*parts))[:_MOST]] if all(parts) else []

    def _duties(self, route: Clause | None) -> list[list[Need]]:
        ways = []
        for duty in self._own("duty"):
            belongs = route.number in duty.routes if route else not duty.rule.routes
            if not belongs or duty.rule.timing != "before_transfer":
                continue
            if min(truth(duty.when, self.atoms), truth(duty.requires, self.atoms)) != TRUE:
                continue
            if duty.met is not None and truth(duty.met, self.atoms) == TRUE:
                continue
            met = self._true(duty.met) if duty.met is not None else []
            ways.append(
                met + [need for number in duty.exceptions for need in self.applies(self.program.clauses[number])]
            )
        return ways

    def _true(self, formula: Formula) -> list[Need]:
        """The smallest sets of atoms that levers can bring about and that make a formula true."""
        if truth(formula, self.atoms) == TRUE:
            return [frozenset()]
        if truth(formula, self.later) != TRUE:
            return []
        if isinstance(formula, Literal):
            return [frozenset((formula.atom,))]
        if isinstance(formula, And):
            parts = [self._true(part) for part in formula.parts]
            return [frozenset().union(*choice) for choice in list(product(*parts))[:_MOST]]
        return [need for part in formula.parts for need in self._true(part)]


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
    """Yield the measures that atoms ask for; where a derived trait has to come true, those of its definition."""
    for number in numbers:
        atom = program.atoms[number]
        if isinstance(atom.left, MeasureRef):
            yield atom
        elif isinstance(atom.left, FactRef) and atom.left.derived and depth < 8:
            definitions = env.programs.definitions(atom.left.trait)
            atoms = definitions.values(leg, env)
            later = _with_levers(definitions, atoms, leg, env)
            finder = _Finder(definitions, atoms, later, env.programs.book)
            ways = [need for clause in definitions.clauses if clause.own for need in finder.applies(clause)]
            best = min(ways, key=len, default=frozenset[int]())
            yield from _measured_atoms(definitions, sorted(best), leg, env, depth + 1)


def _with_levers(program: Program, atoms: Sequence[Truth], leg: Leg, env: Environment) -> list[Truth]:
    levers = Environment(env.programs, env.evaluator, env.readings, levers=True)
    later = list(atoms)
    for number in program.measured:
        later[number] = program.tests[number](leg, levers)
    return later


def _effort(offers: tuple[MeasureOffer, ...]) -> int:
    return sum(offer.effort for offer in offers)
