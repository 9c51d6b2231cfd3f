"""The facts that are not known and on which a program still turns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.decision.sides import pointer_of
from engine.facts.parties import PartyView
from engine.facts.values import FALSE, UNKNOWN, Truth
from engine.inference.getters import Subject, party_getter
from engine.inference.program import Formula, Literal, Program
from engine.inference.reference import truth
from engine.law.expression import PARTY_ROOTS, Atom, CountRef, FactRef, PercentRef


@dataclass(slots=True)
class Unknown:
    """A fact that is not known, the atoms that read it and the rules in which they stand."""

    key: tuple[str, str]
    atom: Atom
    subject: Subject
    numbers: list[int] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)


def unknowns_of(
    program: Program,
    atoms: Sequence[Truth],
    subject: Subject,
    only: Collection[int] | None = None,
    at_once: bool = False,
) -> Iterator[Unknown]:
    """Yield the facts behind the atoms that are unknown and matter, one for all atoms that read it.

    Args:
        only: Numbers of the clauses that are looked at; all where left out.
        at_once: Whether a rule's other facts are named beside those that are asked first.
    """
    users: dict[int, list[str]] = {}
    idle = _idle_exceptions(program, atoms)
    for clause in program.clauses:
        if clause.rule.kind in ("commitment", "warning") or clause.number in idle:
            continue
        if only is not None and clause.number not in only:
            continue
        if FALSE in (truth(clause.when, atoms), truth(clause.requires, atoms)):
            continue
        for formula in (clause.when, clause.requires, clause.met):
            numbers = list(_open_literals(formula, atoms)) if formula is not None else []
            for number in numbers if at_once else _asked_now(program, numbers):
                users.setdefault(number, []).append(clause.rule.id)
    matter = {number: users[number] for number, value in enumerate(atoms) if value == UNKNOWN and number in users}
    yield from by_fact(program, subject, matter)


def by_fact(program: Program, subject: Subject, users: Mapping[int, Iterable[str]]) -> Iterator[Unknown]:
    """Yield the facts behind some atoms, in their order, one for all atoms that read it.

    Args:
        users: The atoms by number, with the rules that turn on them.
    """
    groups: dict[tuple[str, str], Unknown] = {}
    for number, rules in users.items():
        atom = program.atoms[number]
        group = groups.setdefault(key := fact_behind(atom, subject), Unknown(key, atom, subject))
        group.numbers.append(number)
        group.rules += [rule for rule in rules if rule not in group.rules]
    yield from groups.values()


def reaching(program: Program) -> set[int]:
    """Return the clauses that say whether an instrument reaches a leg: scopes, exemptions, the exceptions to them."""
    found = {clause.number for kind in ("scope", "exemption") for clause in program.kinds.get(kind, ())}
    todo = list(found)
    for number in todo:  # grows while it is walked: exceptions have exceptions
        new = [each for each in program.clauses[number].exceptions if each not in found]
        found.update(new)
        todo += new
    return found


def _idle_exceptions(program: Program, atoms: Sequence[Truth]) -> set[int]:
    """Return the exceptions whose every rule does not apply anyway: nothing turns on them."""
    lifted: dict[int, list[int]] = {}
    for clause in program.clauses:
        for number in clause.exceptions:
            lifted.setdefault(number, []).append(clause.number)
    failing = {clause.number for clause in program.clauses if truth(clause.when, atoms) == FALSE}
    idle: set[int] = set()
    while new := {each for each, rules in lifted.items() if failing.issuperset(rules)} - idle:
        idle |= new
        failing |= new
    return idle


def _asked_now(program: Program, numbers: list[int]) -> list[int]:
    """Return, of the unknown atoms of one formula, those that read facts to be asked first; all where none does."""
    lefts = {number: program.atoms[number].left for number in numbers}
    return [number for number, left in lefts.items() if isinstance(left, FactRef) and left.first] or numbers


def _open_literals(formula: Formula, atoms: Sequence[Truth]) -> Iterator[int]:
    """Yield the unknown atoms on which a formula still turns: not those beside a part that settles it."""
    if truth(formula, atoms) != UNKNOWN:
        return
    if isinstance(formula, Literal):
        yield formula.atom
    else:
        for part in formula.parts:
            yield from _open_literals(part, atoms)


def fact_behind(atom: Atom, subject: Subject) -> tuple[str, str]:
    """Return the name of the fact that an atom reads, and the JSON pointer where it stands or what tells it apart."""
    left = atom.left
    if isinstance(left, FactRef) and left.derived and left.root in PARTY_ROOTS:
        view = party_getter(left.root, left.links)(subject)
        return (left.trait, view.pointer if isinstance(view, PartyView) else left.root)
    if isinstance(left, FactRef):
        return (left.trait or left.name, pointer_of(left, subject))
    if isinstance(left, CountRef):
        return (left.unit, f"{left.scope}:{left.places}:{left.categories}")
    if isinstance(left, PercentRef):
        view = party_getter(left.root, left.links)(subject)
        return ("owners", view.pointer if isinstance(view, PartyView) else left.root)
    return (str(left), "")
