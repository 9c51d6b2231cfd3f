"""Make programs from the rules of a book: number the atoms, and note what of them the evaluators need to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import itemgetter

from engine.facts.values import UNKNOWN, Truth, Truths
from engine.inference.atoms import compile_atom, sense
from engine.inference.getters import Env, Subject, Test
from engine.inference.program import And, Clause, Formula, Line, Literal, Or, Program, Screen, is_place, literals
from engine.law.book import StatuteBook
from engine.law.checks import derived_in
from engine.law.expression import AllOf as AllTrees
from engine.law.expression import Atom, Condition, FactRef, Leaf, MeasureRef, PercentRef, ReadingRef, Tree
from engine.law.model import Rule


class Tests:
    """The functions of atoms, shared by all programs of a library in which atoms ask the same."""

    def __init__(self) -> None:
        self._tests: dict[object, Test] = {}

    def of(self, atom: Atom, book: StatuteBook) -> Test:
        """Return the function that evaluates an atom under a book."""
        key = sense(atom, book)
        found = self._tests.get(key)
        if found is None:
            found = self._tests[key] = compile_atom(atom, book)
        return found


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


def make_program(name: str, rules: tuple[Rule, ...], book: StatuteBook, tests: Tests) -> Program:
    """Return the program of some rules of a book, with their exceptions."""
    if not any(rule.kind == "scope" for rule in rules):
        only_remarks = any(rule.kind in ("commitment", "warning") for rule in rules)
        return _make_program(name, rules, book, tests, None, is_gate=only_remarks)
    gate_rules = tuple(rule for rule in rules if rule.kind in ("scope", "exemption"))
    if len(gate_rules) == len(rules):
        return _make_program(name, rules, book, tests, None, is_gate=False)
    gate = _make_program(name, gate_rules, book, tests, None, is_gate=True)
    return _make_program(name, rules, book, tests, gate, is_gate=False)


def _make_program(
    name: str, rules: tuple[Rule, ...], book: StatuteBook, tests: Tests, gate: Program | None, is_gate: bool
) -> Program:
    declared = book.library.traits.get(name)
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
    functions = tuple((tests.of(atom, book), _is_plain(atom)) for atom in atoms)
    others = tuple((index, test) for index, (test, is_plain) in enumerate(functions) if not is_plain)
    remarks = (*kinds.get("commitment", ()), *kinds.get("warning", ()))
    screens = tuple(_screens(kinds.get("scope", remarks), {n for n, _ in others})) if is_gate else ()
    places = _places(screens, atoms)
    return Program(
        name,
        clauses,
        atoms,
        functions,
        _reader([test if is_plain else _left_open for test, is_plain in functions]),
        others,
        tuple(index for index, atom in enumerate(atoms) if _is_measured(atom, book)),
        frozenset(_readings(atoms, book)),
        declared.of if declared and declared.ask else "",
        gate,
        derived,
        kinds,
        remarks,
        is_gate,
        screens,
        places,
        tuple(sorted({number for parts in places for part in parts for number in part.numbers})),
    )


def _reader(tests: list[Test]) -> Callable[[Truths], tuple[Truth, ...]]:
    # For one test alone, itemgetter would return no tuple.
    return itemgetter(*tests) if len(tests) > 1 else lambda truths: tuple([truths[test] for test in tests])


def _left_open(_subject: Subject, _env: Env) -> Truth:
    return UNKNOWN


def _screens(speaking: tuple[Clause, ...], others: set[int]) -> Iterator[tuple[Screen, ...]]:
    for clause in speaking:
        parts = clause.when.parts if isinstance(clause.when, And) else (clause.when,)
        yield tuple(_screen(part, others) for part in parts)


def _screen(part: Formula, others: set[int]) -> Screen:
    return Screen(part, tuple(dict.fromkeys(number for number in literals(part) if number not in others)))


def _places(screens: tuple[tuple[Screen, ...], ...], atoms: tuple[Atom, ...]) -> tuple[tuple[Screen, ...], ...]:
    found = [
        tuple(part for part in parts if all(map(is_place, (atoms[n] for n in literals(part.formula)))))
        for parts in screens
    ]
    return tuple(found) if all(found) else ()


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


def _is_plain(atom: Atom) -> bool:
    return not isinstance(atom.left, MeasureRef | ReadingRef) and not _derived_of(atom)


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
