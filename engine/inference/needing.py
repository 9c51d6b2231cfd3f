"""Which countries an instrument needs to be touched before it has anything to say, for the index of a book."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, cast

from engine.facts.places import country_of
from engine.facts.values import FALSE, UNKNOWN, Truth
from engine.inference.program import PLACE_FACTS, Clause, Formula, Literal, Program
from engine.inference.reference import truth
from engine.inference.touching import SOMEWHERE
from engine.law.book import StatuteBook
from engine.law.expression import Atom, CountRef, FactRef, GroupRef

_TRUTHS = ("true", "shown")


class Programs(Protocol):
    """The programs of a book."""

    book: StatuteBook

    def instrument(self, name: str) -> Program:
        """Return the program of an instrument in force."""

    def definitions(self, trait: str) -> Program:
        """Return the program that works out a derived trait."""


class NeededCountries:
    """Works out the countries that the instruments of a book need."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs

    def of(self, name: str) -> frozenset[str] | None:
        """Return the countries without which an instrument has nothing to say; None where there are no such.

        It speaks where a scope holds; one that only remarks, where a remark does.
        """
        program = self._programs.instrument(name)
        clauses = program.kinds.get("scope", program.remarks)
        needed = self._needed(program, clauses)
        # What hangs on statements alone is looked at everywhere, so that the question is asked.
        if needed is None or (needed and all(each.startswith("=") for each in needed)):
            return None
        return needed | {SOMEWHERE} if clauses and self._needed(program, clauses, people=True) is None else needed

    def _needed(self, program: Program, clauses: tuple[Clause, ...], people: bool = False) -> frozenset[str] | None:
        """Return the countries without which none of some rules can hold; None where there are no such.

        Every comparison of a place with a country or group is taken to fail and everything else to be possible. If no
        rule can hold under that, one of the countries that they compare with must be touched. Derived traits are
        looked into.

        Args:
            people: Take it that people may be anywhere, and statements anything: which instruments follow people alone?
        """
        values: list[Truth] = [UNKNOWN] * len(program.atoms)
        places: set[str] = set()
        for literal in (each for clause in clauses for each in _positive(clause.when)):
            found = self._places(program.atoms[literal], people)
            if found is not None:
                values[literal] = FALSE
                places |= found
        if all(truth(clause.when, values) == FALSE for clause in clauses):
            return frozenset(places)
        return None

    def _of_definitions(self, trait: str, people: bool) -> frozenset[str] | None:
        """Return the countries without which a derived trait cannot be true; None where there are no such.

        A trait that callers may state is true where they do, which stands in the index as `=trait`; a trait that nobody
        has stated keeps nobody from being asked where a place brings the instrument in.
        """
        program = self._programs.definitions(trait)
        needed = self._needed(program, tuple(clause for clause in program.clauses if clause.own), people)
        if needed is not None and self._programs.book.library.traits[trait].ask:
            return needed | {f"={trait}"}
        return needed

    def _places(self, atom: Atom, people: bool) -> frozenset[str] | None:
        """Return the countries of which one must be touched for the atom to be true; None where that is not so."""
        left, right = atom.left, atom.right
        if isinstance(left, FactRef) and left.derived and atom.op in _TRUTHS:
            return self._of_definitions(left.trait, people)
        if isinstance(left, FactRef) and left.trait and left.type == "bool" and atom.op in _TRUTHS:
            return None if people else frozenset((f"={left.trait}",))
        if people and isinstance(left, FactRef) and left.name == "subject_countries":
            return None
        if isinstance(left, CountRef) or not isinstance(left, FactRef) or left.trait or left.name not in PLACE_FACTS:
            return None
        if atom.op in ("overlaps", "in", "within"):
            words = self._programs.book.group(right) if isinstance(right, GroupRef) else cast(tuple[str, ...], right)
            return frozenset(map(country_of, words))
        if atom.op in ("==", "has") and isinstance(right, str):
            return frozenset((country_of(right),))
        return None


def _positive(formula: Formula) -> Iterable[int]:
    """Yield the atoms that stand in a formula without negation."""
    if isinstance(formula, Literal):
        if not formula.negated:
            yield formula.atom
    else:
        for part in formula.parts:
            yield from _positive(part)
