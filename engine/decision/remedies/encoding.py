"""The programs of an arrangement as propositions over its levers.

A three-valued formula becomes a pair of propositions: that it is true, and that it is not false. What levers cannot
change is worked out beforehand and folded away. This follows `engine.inference.reference` line by line; that it says
the same is proven for each remedy by deciding the arrangement anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import cast

from engine.decision.remedies.levers import Lever, Levers, Value
from engine.decision.remedies.propositions import (
    Node,
    Pair,
    Prop,
    Terms,
    all_of,
    any_of,
    both,
    constant,
    either,
    negated,
    no,
)
from engine.facts.legs import Leg
from engine.facts.values import FALSE, TRUE, UNKNOWN, Missing, Truth
from engine.inference.atoms import compile_atom
from engine.inference.environment import Environment, statement
from engine.inference.evaluation import Found
from engine.inference.getters import Subject, party_getter
from engine.inference.program import And, Clause, Formula, Literal, Or, Program
from engine.law.expression import PARTY_ROOTS, Atom, FactRef, MeasureRef

_MOST_COMBINATIONS = 32


@dataclass(frozen=True, slots=True)
class Demand:
    """What one instrument asks of the levers for one leg.

    Attributes:
        lawful: It is then permitted, with or without conditions, or does not reach the leg.
        possible: It is then not certainly refused.
        levers: Keys of the levers that bear on it.
    """

    instrument: str
    leg: Leg
    lawful: Prop
    possible: Prop
    levers: frozenset[tuple[str, tuple[str, ...]]]


class Encoder:
    """Encodes instruments for legs over one set of levers, in a context of its own."""

    def __init__(self, levers: Levers) -> None:
        self.terms = Terms()
        self.levers = levers
        self._touched: set[tuple[str, tuple[str, ...]]] = set()

    def used(self, lever: Lever) -> Node:
        """Return the proposition that a lever is used."""
        return self.terms.named(f"use {lever.key[0]} {' '.join(lever.key[1])}")

    def shows(self, lever: Lever, field: str, value: Value) -> Node:
        """Return the proposition that the evidence of a lever shows a value."""
        return self.terms.named(f"show {lever.key[0]} {' '.join(lever.key[1])} {field} {value!r}")

    # -- demands ------------------------------------------------------------------------------------------------------

    def demand(self, found: Found, leg: Leg, env: Environment) -> Demand:
        """Return what an instrument asks of the levers for a leg, under every open reading where none was chosen."""
        self._touched = set()
        library = env.programs.book.library
        base = World(self, found.program, found.atoms, leg, env)
        lawful, possible = base.lawful, base.possible
        open_readings = sorted(found.program.readings - env.readings.keys())
        if open_readings and lawful is not True:
            choices = [[(name, option) for option in library.readings[name].options] for name in open_readings]
            worlds = []
            for combination in list(product(*choices))[:_MOST_COMBINATIONS]:
                other = Environment(env.programs, {**env.readings, **dict(combination)})
                program = env.programs.instrument(found.program.id)
                worlds.append(World(self, program, program.values(leg, other), leg, other))
            # Readings that agree settle it; those that lead to different outcomes leave it open.
            agreed = [all_of(getattr(w, name) for w in worlds) for name in ("beside", "clean", "with_duties")]
            lawful = any_of([lawful, *agreed])
        return Demand(found.program.id, leg, lawful, possible, frozenset(self._touched))

    def atom(self, atom: Atom, now: Truth, subject: Subject, env: Environment) -> Pair:
        """Return an atom that may depend on levers."""
        left = atom.left
        if isinstance(left, MeasureRef) and isinstance(subject, Leg):
            return self._measure(atom, left, now, subject, env)
        if isinstance(left, FactRef) and left.derived and atom.op == "true":
            target: Subject | Missing = subject
            if left.root in PARTY_ROOTS:
                target = party_getter(left.root, left.links)(subject)
            if isinstance(target, Leg):
                return self._derived(left.trait, target, env)
        return constant(now)

    def _measure(self, atom: Atom, ref: MeasureRef, now: Truth, leg: Leg, env: Environment) -> Pair:
        lever = self.levers.of(atom, ref, leg)
        if now == TRUE or lever is None:
            return constant(now)
        self._touched.add(lever.key)
        if not ref.field:
            used = self.used(lever)
            return Pair(used, used)
        evidence, _ = leg.arrangement.measure(leg, ref.id)
        spec = lever.measure.fields[ref.field]
        shown = evidence.get(ref.field) if evidence is not None else None
        if evidence is not None and (shown in spec.final if shown is not None else bool(spec.final)):
            return constant(now)  # a finding that stands, or that may have been made already
        holds = _holder(atom, env)
        showing = [self.shows(lever, ref.field, v) for v in lever.values[ref.field] if holds(v)]
        reached = all_of([self.used(lever), any_of(showing)])
        return Pair(reached, True if now == UNKNOWN else reached)

    def _derived(self, trait: str, leg: Leg, env: Environment) -> Pair:
        program = env.programs.definitions(trait)
        if not program.measured:
            return constant(env.derived(trait, leg))
        world = World(self, program, program.values(leg, env), leg, env)
        value = either(world.holds(clause) for clause in program.clauses if clause.own)
        declared = env.programs.book.library.traits[trait]
        if declared.ask:
            stated, _ = statement(trait, declared.of, leg)
            if stated == TRUE:
                return Pair(value.possible, value.possible)
            if stated == FALSE:
                return Pair(value.true, value.true)
        return value


def _holder(atom: Atom, env: Environment) -> Callable[[Value], bool]:
    """Return whether a value, once shown, makes an atom on a measure's field true, as the atom's own test has it."""
    test = compile_atom(atom, env.programs.book)
    return lambda value: test(cast(Leg, _Showing(atom, value)), env) == TRUE


class _Showing:
    """Stands in for a leg of which only one measure with one value in its evidence is asked."""

    def __init__(self, atom: Atom, value: Value) -> None:
        assert isinstance(atom.left, MeasureRef)
        self.evidence = {atom.left.id: {atom.left.field: value}}


class World:
    """One instrument for one leg, over the levers: the reference evaluator's own steps, as propositions."""

    def __init__(self, encoder: Encoder, program: Program, atoms: Sequence[Truth], leg: Leg, env: Environment) -> None:
        self.encoder = encoder
        self.program = program
        measured = frozenset(program.measured)
        self._atoms = [
            encoder.atom(program.atoms[number], value, leg, env) if number in measured else constant(value)
            for number, value in enumerate(atoms)
        ]
        self._holds: dict[int, Pair] = {}
        self._unmets: dict[int, Pair] = {}

    def truth(self, formula: Formula) -> Pair:
        """Return a formula."""
        if isinstance(formula, Literal):
            pair = self._atoms[formula.atom]
            return negated(pair) if formula.negated else pair
        parts = (self.truth(part) for part in formula.parts)
        if isinstance(formula, And):
            return both(parts)
        assert isinstance(formula, Or)
        return either(parts)

    def holds(self, clause: Clause) -> Pair:
        """Return that a rule applies."""
        known = self._holds.get(clause.number)
        if known is None:
            defeats = [negated(self.holds(self.program.clauses[n])) for n in clause.exceptions]
            known = both([self.truth(clause.when), self.truth(clause.requires), *defeats])
            self._holds[clause.number] = known
        return known

    def _any(self, kind: str) -> Pair:
        return either(self.holds(clause) for clause in self.program.kinds.get(kind, ()))

    def _unmet(self, duty: Clause) -> Pair:
        known = self._unmets.get(duty.number)
        if known is None:
            met = self.truth(duty.met) if duty.met is not None else constant(FALSE)
            known = self._unmets[duty.number] = both([self.holds(duty), negated(met)])
        return known

    def _open_duty(self, blocking_only: bool, route: Clause | None) -> Pair:
        return either(
            self._unmet(duty)
            for duty in self.program.kinds.get("duty", ())
            if (duty.rule.timing == "before_transfer" or not blocking_only)
            and (route.number in duty.routes if route else not duty.rule.routes)
        )

    def _allowed(self, blocking_only: bool) -> Pair:
        routes = [
            both([self.holds(route), negated(self._open_duty(blocking_only, route))])
            for route in self.program.kinds.get("route", ())
        ]
        open_route = either(routes) if routes else constant(TRUE)
        return both([negated(self._any("ban")), open_route, negated(self._open_duty(blocking_only, None))])

    @cached_property
    def _reached(self) -> Pair:
        return both([self._any("scope"), negated(self._any("exemption"))])

    @cached_property
    def _may(self) -> Pair:
        return self._allowed(blocking_only=True)

    @cached_property
    def _clean(self) -> Pair:
        return self._allowed(blocking_only=False)

    @cached_property
    def beside(self) -> Prop:
        """That the instrument does not reach the leg."""
        return no(self._reached.possible)

    @cached_property
    def clean(self) -> Prop:
        """That it is permitted."""
        return all_of([self._reached.true, self._may.true, self._clean.true])

    @cached_property
    def with_duties(self) -> Prop:
        """That it is permitted with conditions."""
        return all_of([self._reached.true, self._may.true, no(self._clean.possible)])

    @property
    def lawful(self) -> Prop:
        """That it is permitted in one way or the other, or not reached."""
        return any_of([self.beside, self.clean, self.with_duties])

    @property
    def possible(self) -> Prop:
        """That it is not certainly refused."""
        return any_of([no(self._reached.true), self._may.possible])
