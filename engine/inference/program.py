"""An instrument as both evaluators read it: formulas over numbered atoms.

A program holds the rules of one instrument that are in force, the exceptions to them (of any instrument, and theirs in
turn), and every atom that occurs, once. Definitions have programs of their own, one per derived trait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.facts.values import Truth, Truths
from engine.inference.getters import Env, Subject, Test
from engine.law.expression import Atom, FactRef
from engine.law.model import Rule


@dataclass(frozen=True, slots=True)
class Literal:
    """Atom number `atom`, or its negation."""

    atom: int
    negated: bool


@dataclass(frozen=True, slots=True)
class And:
    """Every part; true when there is none."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Some part; false when there is none."""

    parts: tuple[Formula, ...]


Formula = Literal | And | Or


@dataclass(frozen=True, slots=True)
class Line:
    """One condition as the author wrote it, its formula, and the numbers of its atoms, each once."""

    text: str
    formula: Formula
    atoms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """A rule as formulas.

    Attributes:
        number: Position in the program.
        exceptions: Positions of the exceptions to it.
        met: What fulfils a duty; None where nothing does.
        own: Whether the rule is of the program's instrument (exceptions may be of others).
        conditions: The lines of `when`.
        fulfilment: The lines of `requires`, or of what fulfils a duty.
    """

    number: int
    rule: Rule
    when: Formula
    requires: Formula
    met: Formula | None
    exceptions: tuple[int, ...]
    routes: tuple[int, ...]
    own: bool
    conditions: tuple[Line, ...]
    fulfilment: tuple[Line, ...]


class Screen(NamedTuple):
    """A part of a condition that must hold, with the numbers of its atoms that plain facts settle."""

    formula: Formula
    numbers: tuple[int, ...]


PLACE_FACTS = frozenset(
    {
        "country",
        "region",
        "organised_under",
        "citizenship",
        "branch_of_country",
        "employer_country",
        "subject_countries",
        "collected_in",
        "storage_countries",
        "access_countries",
        "via_countries",
    }
)


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Program:
    """Rules of one instrument, or definitions of one trait, ready to be evaluated.

    Attributes:
        id: Instrument id, or trait id for definitions.
        tests: One function per atom, and whether the facts alone settle it: no definition, measure or reading.
        read_plain: From the truths of a subject, returns that of every atom which the facts alone settle, unknown for
            the others. What they settle is worked out once, whichever programs, books and readings ask for it.
        others: The atoms that they do not settle, each with its function.
        measured: Numbers of the atoms whose truth depends on measures in place (also by way of derived traits).
        readings: Readings that some atom asks for.
        asked_of: Of definitions of a trait that callers may state as well, whose trait it is; "" for others.
        gate: Of an instrument, only what decides whether it reaches a leg: looked at first, since most do not.
        derived: Numbers of the atoms that ask for derived traits.
        kinds: The program's own clauses by kind.
        remarks: Of these, what only remarks: commitments, then warnings.
        is_gate: Whether nothing is asked of it but whether it reaches a leg, and what it remarks.
        screens: Of a gate, for each rule by which it has something to say (scopes, or remarks where it only remarks)
            the parts that must all hold.
        places: Of a gate, for each of these rules the parts that read places and nothing else; empty where a rule has
            none.
        placed: The atoms of `places`.
        memory: What was concluded from truths of it, by who concluded; see `Memory`.
    """

    id: str
    clauses: tuple[Clause, ...]
    atoms: tuple[Atom, ...]
    tests: tuple[tuple[Test, bool], ...]
    read_plain: Callable[[Truths], tuple[Truth, ...]]
    others: tuple[tuple[int, Test], ...]
    measured: tuple[int, ...]
    readings: frozenset[str]
    asked_of: str
    gate: Program | None
    derived: frozenset[int]
    kinds: Mapping[str, tuple[Clause, ...]]
    remarks: tuple[Clause, ...]
    is_gate: bool
    screens: tuple[tuple[Screen, ...], ...]
    places: tuple[tuple[Screen, ...], ...]
    placed: tuple[int, ...]
    memory: dict[object, dict[object, object]] = field(default_factory=dict, repr=False)

    @property
    def decides_nothing(self) -> bool:
        """Whether it decides nothing: treaties and soft law, and instruments that only define."""
        return "scope" not in self.kinds

    def values(self, subject: Subject, env: Env) -> tuple[Truth, ...]:
        """Return the truth of every atom for a leg or party."""
        return self.completed(self.read_plain(subject.truths), subject, env)

    def completed(self, plain: tuple[Truth, ...], subject: Subject, env: Env) -> tuple[Truth, ...]:
        """Return the truth of every atom, given those that the facts alone settle; see `read_plain`."""
        if not self.others:
            return plain
        found, truths = list(plain), env.truths(subject)
        for number, test in self.others:
            found[number] = truths[test]
        return tuple(found)

    def with_levers(self, atoms: Sequence[Truth], subject: Subject, levers: Env) -> tuple[Truth, ...]:
        """Return the truths of every atom once levers are in place, given those of things as they stand."""
        found = list(atoms)
        for number in self.measured:
            found[number] = self.value(number, subject, levers)
        return tuple(found)

    def value(self, number: int, subject: Subject, env: Env) -> Truth:
        """Return the truth of one atom."""
        test, is_plain = self.tests[number]
        return (subject.truths if is_plain else env.truths(subject))[test]


def literals(formula: Formula) -> Iterator[int]:
    """Yield the numbers of a formula's atoms from left to right."""
    if isinstance(formula, Literal):
        yield formula.atom
    else:
        for part in formula.parts:
            yield from literals(part)


def is_place(atom: Atom) -> bool:
    """Return whether an atom compares a place with places."""
    left = atom.left
    return (
        isinstance(left, FactRef)
        and not left.trait
        and left.name in PLACE_FACTS
        and not isinstance(atom.right, FactRef)
    )
