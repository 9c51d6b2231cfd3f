"""An instrument as both evaluators read it: formulas over numbered atoms.

A program holds the rules of one instrument that are in force, the exceptions to them (of any instrument, and theirs in
turn), and every atom that occurs, once. Definitions have programs of their own, one per derived trait.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.facts.values import Truth
from engine.inference.atoms import Env, Subject, Test, compile_atom
from engine.law.book import StatuteBook
from engine.law.checks import derived_in
from engine.law.expression import AllOf as AllTrees
from engine.law.expression import Atom, Condition, FactRef, Leaf, MeasureRef, PercentRef, ReadingRef, Tree
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


Screen = tuple[Formula, tuple[int, ...]]
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
        tests: One function per atom.
        measured: Numbers of the atoms whose truth depends on measures in place (also by way of derived traits).
        readings: Readings that some atom asks for.
    gate: Of an instrument, only what decides whether it reaches a leg: looked at first, since most do not.
    derived: Numbers of the atoms that ask for derived traits.
    kinds: The program's own clauses by kind.
    is_gate: Whether nothing is asked of it but whether it reaches a leg, and what it remarks.
    screens: Of a gate, for each rule by which it has something to say (scopes, or remarks where it only remarks) its
        number and the parts that must all hold, each with the atoms that read no derived trait.
    places: Of a gate, for each of these rules the parts that read places and nothing else; empty where a rule has none.
    """

    id: str
    clauses: tuple[Clause, ...]
    atoms: tuple[Atom, ...]
    tests: tuple[Test, ...]
    measured: tuple[int, ...]
    readings: frozenset[str]
    gate: Program | None
    derived: frozenset[int]
    kinds: Mapping[str, tuple[Clause, ...]]
    is_gate: bool
    screens: tuple[tuple[int, tuple[Screen, ...]], ...]
    places: tuple[tuple[Screen, ...], ...]

    @property
    def decides_nothing(self) -> bool:
        """Whether it decides nothing: treaties and soft law, and instruments that only define."""
        return "scope" not in self.kinds

    def values(self, subject: Subject, env: Env) -> list[Truth]:
        """Return the truth of every atom for a leg or party."""
        return [test(subject, env) for test in self.tests]


class _Interner:
    def __init__(self) -> None:
        self.numbers: dict[Atom, int] = {}

    def formula(self, conditions: Iterable[Condition]) -> And:
        return And(tuple(self._tree(condition.tree) for condition in conditions))

    def _tree(self, tree: Tree) -> Formula:
        if isinstance(tree, Leaf):
            return Literal(self.numbers.setdefault(tree.atom, len(self.numbers)), tree.negated)
        parts = tuple(self._tree(part) for part in tree.parts)
        return And(parts) if isinstance(tree, AllTrees) else Or(parts)


def make_program(name: str, rules: tuple[Rule, ...], book: StatuteBook) -> Program:
    """Return the program of some rules of a book, with their exceptions."""
    if not any(rule.kind == "scope" for rule in rules):
        only_remarks = any(rule.kind in ("commitment", "warning") for rule in rules)
        return _make_program(name, rules, book, None, is_gate=only_remarks)
    gate_rules = tuple(rule for rule in rules if rule.kind in ("scope", "exemption"))
    if len(gate_rules) == len(rules):
        return _make_program(name, rules, book, None, is_gate=False)
    return _make_program(name, rules, book, _make_program(name, gate_rules, book, None, is_gate=True), is_gate=False)


def _make_program(
    name: str, rules: tuple[Rule, ...], book: StatuteBook, gate: Program | None, is_gate: bool
) -> Program:
    chosen = list(rules)
    for rule in chosen:  # grows while it is walked: exceptions have exceptions
        chosen += [other for other in book.exceptions.get(rule.id, ()) if other not in chosen]
    numbers = {rule.id: index for index, rule in enumerate(chosen)}
    interner = _Interner()
    clauses = tuple(
        _clause(rule, index, numbers, interner, book, index < len(rules)) for index, rule in enumerate(chosen)
    )
    atoms = tuple(interner.numbers)
    derived = frozenset(index for index, atom in enumerate(atoms) if _derived_of(atom))
    kinds = _by_kind(clauses)
    screens = tuple(_screens(kinds, derived)) if is_gate else ()
    return Program(
        name,
        clauses,
        atoms,
        tuple(compile_atom(atom, book) for atom in atoms),
        tuple(index for index, atom in enumerate(atoms) if _is_measured(atom, book)),
        frozenset(_readings(atoms, book)),
        gate,
        derived,
        kinds,
        is_gate,
        screens,
        _places(screens, atoms),
    )


def _screens(
    kinds: Mapping[str, tuple[Clause, ...]], derived: frozenset[int]
) -> Iterator[tuple[int, tuple[Screen, ...]]]:
    for clause in kinds.get("scope") or (*kinds.get("commitment", ()), *kinds.get("warning", ())):
        yield clause.number, _screen(clause, derived)


def _places(
    screens: tuple[tuple[int, tuple[Screen, ...]], ...], atoms: tuple[Atom, ...]
) -> tuple[tuple[Screen, ...], ...]:
    found = [
        tuple(part for part in parts if all(map(is_place, (atoms[n] for n in literals(part[0])))))
        for _, parts in screens
    ]
    return tuple(found) if all(found) else ()


def is_place(atom: Atom) -> bool:
    """Return whether an atom compares a place with places."""
    left = atom.left
    return (
        isinstance(left, FactRef)
        and not left.trait
        and left.name in PLACE_FACTS
        and not isinstance(atom.right, FactRef)
    )


def _screen(scope: Clause, derived: frozenset[int]) -> tuple[Screen, ...]:
    parts = scope.when.parts if isinstance(scope.when, And) else (scope.when,)
    return tuple((part, tuple(dict.fromkeys(n for n in literals(part) if n not in derived))) for part in parts)


def _by_kind(clauses: tuple[Clause, ...]) -> Mapping[str, tuple[Clause, ...]]:
    kinds: dict[str, list[Clause]] = {}
    for clause in clauses:
        if clause.own:
            kinds.setdefault(clause.rule.kind, []).append(clause)
    return {kind: tuple(found) for kind, found in kinds.items()}


def _clause(
    rule: Rule, index: int, numbers: dict[str, int], interner: _Interner, book: StatuteBook, own: bool
) -> Clause:
    return Clause(
        index,
        rule,
        interner.formula(rule.when),
        interner.formula(rule.requires),
        interner.formula(rule.fulfilled_by) if rule.fulfilled_by else None,
        tuple(numbers[other.id] for other in book.exceptions.get(rule.id, ())),
        tuple(numbers[route] for route in rule.routes if route in numbers),
        own,
        _lines(rule.when, interner),
        _lines(rule.fulfilled_by if rule.kind == "duty" else rule.requires, interner),
    )


def _lines(conditions: Iterable[Condition], interner: _Interner) -> tuple[Line, ...]:
    found = []
    for condition in conditions:
        formula = interner.formula((condition,)).parts[0]
        found.append(Line(condition.text, formula, tuple(dict.fromkeys(literals(formula)))))
    return tuple(found)


def literals(formula: Formula) -> Iterator[int]:
    """Yield the numbers of a formula's atoms from left to right."""
    if isinstance(formula, Literal):
        yield formula.atom
    else:
        for part in formula.parts:
            yield from literals(part)


def _derived_of(atom: Atom) -> tuple[str, ...]:
    sides = (atom.left, atom.right)
    return tuple(side.trait for side in sides if isinstance(side, FactRef | PercentRef) and side.derived)


def derived_closure(atoms: Iterable[Atom], book: StatuteBook) -> frozenset[str]:
    """Return every derived trait that atoms lead to, through definitions of definitions."""
    todo = [trait for atom in atoms for trait in _derived_of(atom)]
    found: set[str] = set()
    while todo:
        trait = todo.pop()
        if trait not in found:
            found.add(trait)
            for rule in _with_exceptions(book.definitions.get(trait, ()), book):
                todo += derived_in(rule.when)
    return frozenset(found)


def _with_exceptions(rules: tuple[Rule, ...], book: StatuteBook) -> list[Rule]:
    chosen = list(rules)
    for rule in chosen:
        chosen += [other for other in book.exceptions.get(rule.id, ()) if other not in chosen]
    return chosen


def _atoms_behind(atom: Atom, book: StatuteBook) -> list[Atom]:
    behind = [atom]
    for trait in derived_closure([atom], book):
        for rule in _with_exceptions(book.definitions.get(trait, ()), book):
            for condition in (*rule.when, *rule.requires):
                behind += [leaf.atom for leaf in _leaves(condition.tree)]
    return behind


def _leaves(tree: Tree) -> list[Leaf]:
    if isinstance(tree, Leaf):
        return [tree]
    return [leaf for part in tree.parts for leaf in _leaves(part)]


def _is_measured(atom: Atom, book: StatuteBook) -> bool:
    return any(isinstance(each.left, MeasureRef) for each in _atoms_behind(atom, book))


def _readings(atoms: Iterable[Atom], book: StatuteBook) -> Iterable[str]:
    for atom in atoms:
        yield from (each.left.id for each in _atoms_behind(atom, book) if isinstance(each.left, ReadingRef))
