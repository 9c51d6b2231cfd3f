"""Which cells of a matrix stand under a reform as they do without it.

Finer than the index of `engine.analysis.reaching`, and about remedies too: an instrument that is another one in the two
books still says the same of a leg where, once all that levers cannot change is worked out, the same is left of each of
its rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product

from engine.analysis.reaching import Index
from engine.facts.legs import Leg
from engine.facts.values import FALSE, TRUE, Truth
from engine.facts.views import ArrangementView
from engine.inference.environment import Environment
from engine.inference.evaluation import Judge
from engine.inference.program import And, Formula, Literal, Program
from engine.inference.programs import BookPrograms
from engine.inference.touching import touched
from engine.law.book import StatuteBook
from engine.law.expression import PARTY_ROOTS, Atom, FactRef, GroupRef, MeasureRef, NumberRef


class Changes:
    """Whether a change of law can change what is found, or what would help, for single legs."""

    def __init__(self, before: BookPrograms, after: BookPrograms, readings: Mapping[str, str]) -> None:
        self.index = Index(before, after)
        self._sides = (before, after)
        self._readings = readings
        self._sights = (_Sight(before), _Sight(after))

    def reach(self, view: ArrangementView) -> bool:
        """Return whether the change can reach an arrangement that both books can read."""
        judges = [Judge(side, self._readings, None) for side in self._sides]
        for leg in view.legs:
            places = touched(leg)
            if not places.isdisjoint(self.index.covered):
                return True
            for name in self.index.instruments:
                one, other = (
                    sight.of(name, leg, places, judge) for sight, judge in zip(self._sights, judges, strict=True)
                )
                if one != other:
                    return True
        return False


class _Sight:
    """What one book says of a leg: nothing, or what is left of the rules."""

    def __init__(self, programs: BookPrograms) -> None:
        self._programs = programs
        self._known: dict[object, object] = {}
        self._told = cache(lambda name: repr(programs.book.library.measures[name]))

    def of(self, name: str, leg: Leg, places: frozenset[str], judge: Judge) -> object:
        """Return what an instrument says of a leg, in a form that is equal only where it says the same."""
        if not self._programs.can_reach(name, leg, places):
            return None
        found = judge.decide(name, leg)
        if found.program.is_gate and not found.program.measured:
            return None  # it does not reach the leg, whatever levers are in place
        program = self._programs.instrument(name)
        return tuple(self._program(program, leg, env) for env in self._environments(program, judge.now))

    def _environments(self, program: Program, env: Environment) -> Iterator[Environment]:
        """Yield an environment without the readings that nobody chose, and one for each of their combinations."""
        yield env
        names = sorted(program.readings - env.readings.keys())
        options = self._programs.book.library.readings
        for chosen in product(*([(name, option) for option in options[name].options] for name in names)):
            yield Environment(env.programs, {**env.readings, **dict(chosen)})

    def _program(self, program: Program, leg: Leg, env: Environment) -> object:
        later = Environment(env.programs, env.readings, levers=True)
        levers = {
            number: (
                program.atoms[number],
                program.value(number, leg, later),
                self._behind(program.atoms[number], leg, env),
            )
            for number in program.measured
        }
        now = program.values(leg, env)
        key = (program, now, tuple(levers.values()))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = tuple(_left(program, now, levers))
        return known

    def _behind(self, atom: Atom, leg: Leg, env: Environment) -> object:
        """Return what a comparison that depends on measures is made of."""
        left, book = atom.left, self._programs.book
        if isinstance(left, MeasureRef):
            return self._told(left.id), _limit(atom, book)
        if isinstance(left, FactRef) and left.derived and left.root not in PARTY_ROOTS:
            return self._program(self._programs.definitions(left.trait), leg, env)
        return None  # levers are sought for legs only


def _left(program: Program, now: Sequence[Truth], levers: Mapping[int, tuple[object, ...]]) -> Iterator[object]:
    """Yield what is left of each rule; an exception that does not hold whatever is done is as good as not written."""
    parts = {
        clause.number: tuple(_rest(part, now, levers) for part in (clause.when, clause.requires, clause.met))
        for clause in program.clauses
    }
    ids = {
        clause.number: clause.rule.id
        for clause in program.clauses
        if not (clause.rule.to and FALSE in parts[clause.number][:2])
    }
    for number, name in ids.items():
        clause, rule = program.clauses[number], program.clauses[number].rule
        exceptions = tuple(ids[each] for each in clause.exceptions if each in ids)
        yield name, rule.kind, rule.timing, rule.routes, rule.cite, clause.own, parts[number], exceptions


def _rest(formula: Formula | None, now: Sequence[Truth], levers: Mapping[int, tuple[object, ...]]) -> object:
    """Return a truth, or what is left of a formula over the comparisons that levers can change."""
    if formula is None:
        return None
    if isinstance(formula, Literal):
        value = now[formula.atom]
        if formula.atom in levers:
            return formula.negated, value, *levers[formula.atom]
        return -value if formula.negated else value
    settles, passes = (FALSE, TRUE) if isinstance(formula, And) else (TRUE, FALSE)
    parts = [_rest(part, now, levers) for part in formula.parts]
    if settles in parts:
        return settles
    left = tuple(part for part in parts if part != passes)
    return (isinstance(formula, And), left) if left else passes


def _limit(atom: Atom, book: StatuteBook) -> object:
    """Return the parameter that the detail of a measure is compared with."""
    right = atom.right
    if isinstance(right, GroupRef):
        return book.group(right)
    number = book.number(right) if isinstance(right, NumberRef) else None
    return number and number.value
