"""The programs of a statute book, and which of them can reach a leg.

Programs are made when first needed. The index answers which instruments could reach a leg from the countries it
touches, so that the cost of a decision depends on the law that can reach it and not on the size of the book.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import cast

from engine.collecting import uncollected
from engine.facts.legs import Leg
from engine.facts.parties import PartyView
from engine.facts.places import country_of
from engine.facts.values import FALSE, UNKNOWN, Truth
from engine.inference.making import Tests, make_program
from engine.inference.memory import Memory
from engine.inference.program import PLACE_FACTS, Clause, Formula, Literal, Program
from engine.inference.reference import truth
from engine.inference.screening import is_elsewhere
from engine.law.book import Books, StatuteBook
from engine.law.checks import derived_in
from engine.law.expression import Atom, CountRef, FactRef, GroupRef
from engine.law.model import Library, Rule

# Several versions of every instrument; a program takes some tens of kilobytes, and its network some more.
_MOST_PROGRAMS = 5000
# Three truths of every line that a program could have.
_MOST_LINES = 5000
_TRUTHS = ("true", "shown")
# Stands among the places of a leg for those of people of whom it is not said where they are.
SOMEWHERE = "*"
# Data drawn from people. Where they are personal and the people's countries are not stated, that is a gap of its own.
STRIPPED = frozenset({"anonymous", "aggregate", "synthetic"})


class ProgramCache:
    """Programs shared by all books of a library in which the law behind them is the same.

    The law behind an instrument is its own, that of the instruments whose exceptions reach into it, and that of those
    whose definitions it reads; a program stays good until one of them changes.
    """

    def __init__(self, books: Books, remember: int = 512) -> None:
        """Make a cache; what the reference alone found from up to `remember` sets of truths per program is remembered."""
        self.concluded = Memory(remember)
        self.tests = Tests()
        # Larger than what evaluators conclude, and asked for less often.
        self.ways, self.outlines = Memory(remember // 8), Memory(remember // 8)
        self.lines = Memory(_MOST_LINES)
        self._behind = _law_behind(books.library)
        self._changes = books.changes
        self._instruments = tuple(sorted(books.library.instruments))
        self._days: dict[frozenset[str], list[date]] = {}
        self._affected: dict[date, frozenset[str]] = {}
        self._programs: OrderedDict[tuple[str, date], Program] = OrderedDict()
        self._countries: dict[tuple[str, date], frozenset[str] | None] = {}
        self._lock = threading.RLock()

    def key(self, name: str, day: date) -> tuple[str, date]:
        """Return what identifies the program of an instrument or trait on a day."""
        behind = self._behind[name]
        days = self._days.get(behind)
        if days is None:
            days = self._days[behind] = sorted(d for d, names in self._changes.items() if not behind.isdisjoint(names))
        index = bisect_right(days, day)
        return name, days[index - 1] if index else date.min

    def behind(self, name: str) -> frozenset[str]:
        """Return the instruments whose law the program of an instrument or trait is made of."""
        return self._behind[name]

    def affected(self, day: date) -> frozenset[str]:
        """Return the instruments whose program is another one from `day` on, a day on which encoded law changes."""
        found = self._affected.get(day)
        if found is None:
            changed = self._changes[day]
            found = frozenset(name for name in self._instruments if not self._behind[name].isdisjoint(changed))
            self._affected[day] = found
        return found

    def program(self, key: tuple[str, date], make: Callable[[], Program]) -> Program:
        """Return a program, making it where it is not at hand."""
        with self._lock:
            found = self._programs.get(key)
            if found is None:
                found = self._programs[key] = make()
                if len(self._programs) > _MOST_PROGRAMS:
                    self._programs.popitem(last=False)
            else:
                self._programs.move_to_end(key)
        return found

    def countries(self, key: tuple[str, date], work_out: Callable[[], frozenset[str] | None]) -> frozenset[str] | None:
        """Return the countries by which an instrument is indexed, working them out where they are not known."""
        if key not in self._countries:
            self._countries[key] = work_out()
        return self._countries[key]


def _law_behind(library: Library) -> dict[str, frozenset[str]]:
    """Return for each instrument, and each derived trait, the instruments whose law its program is made of."""
    definers: dict[str, set[str]] = {trait.id: set() for trait in library.traits.values() if trait.derived}
    direct: dict[str, set[str]] = {name: {name} for name in library.instruments}
    for rule in library.rules.values():
        if rule.defines:
            definers[rule.defines].add(rule.instrument)
        for target in rule.to:
            direct[library.rules[target].instrument].add(rule.instrument)
    for rule in library.rules.values():
        for trait in derived_in((*rule.when, *rule.requires, *rule.fulfilled_by)):
            direct[rule.instrument] |= definers[trait]
    closed = {name: _closure({name}, direct) for name in direct}
    return {**closed, **{trait: _closure(names, direct) for trait, names in definers.items()}}


def _closure(names: set[str], direct: Mapping[str, set[str]]) -> frozenset[str]:
    todo, found = list(names), set[str]()
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += direct[name]
    return frozenset(found)


class BookPrograms:
    """Programs of one book."""

    def __init__(self, book: StatuteBook, cache: ProgramCache) -> None:
        self.book = book
        self.concluded = cache.concluded
        self.ways = cache.ways
        self.outlines = cache.outlines
        self.lines = cache.lines
        self._cache = cache
        self._instruments: dict[str, Program] = {}
        self._definitions: dict[str, Program] = {}

    def instrument(self, name: str) -> Program:
        """Return the program of an instrument in force."""
        program = self._instruments.get(name)
        if program is None:
            program = self._instruments[name] = self._shared(name, self._rules)
        return program

    def _rules(self, name: str) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.book.rules[name] if not self._defines(rule))

    def _defines(self, rule: Rule) -> bool:
        """Return whether a rule is a definition, or an exception that has to do with nothing else."""
        targets = [self.book.library.rules[name] for name in rule.to]
        return rule.kind == "definition" or (bool(targets) and all(map(self._defines, targets)))

    def definitions(self, trait: str) -> Program:
        """Return the program that works out a derived trait; it has no clauses where no definition is in force."""
        program = self._definitions.get(trait)
        if program is None:
            program = self._definitions[trait] = self._shared(trait, self._defining)
        return program

    def _defining(self, trait: str) -> tuple[Rule, ...]:
        return self.book.definitions.get(trait, ())

    def _shared(self, name: str, rules: Callable[[str], tuple[Rule, ...]]) -> Program:
        key = self._cache.key(name, self.book.period.first)
        return self._cache.program(key, lambda: make_program(name, rules(name), self.book, self._cache.tests))

    def affected(self) -> frozenset[str]:
        """Return the instruments whose law, or law behind it, is not that of the day before this book."""
        return self._cache.affected(self.book.period.first)

    def behind(self, name: str) -> frozenset[str]:
        """Return the instruments whose law the program of an instrument or trait is made of, its own included."""
        return self._cache.behind(name)

    def everything(self) -> Iterable[Program]:
        """Yield every program of the book, definitions first."""
        for trait in sorted(self.book.definitions):
            yield self.definitions(trait)
        for name in sorted(self.book.instruments):
            yield self.instrument(name)

    def make_everything(self) -> None:
        """Make every program of the book now rather than when it is first needed, as before processes are forked."""
        with uncollected():
            for _ in self.everything():
                pass

    @cached_property
    def _index(self) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
        everywhere: list[str] = []
        by_country: dict[str, list[str]] = {}
        for name in sorted(self.book.instruments):
            countries = self._indexed(name)
            if countries is None:
                everywhere.append(name)
            for country in countries or ():
                by_country.setdefault(country, []).append(name)
        return tuple(everywhere), {key: tuple(value) for key, value in by_country.items()}

    def _indexed(self, name: str) -> frozenset[str] | None:
        key = self._cache.key(name, self.book.period.first)
        return self._cache.countries(key, lambda: self._countries(name))

    def can_reach(self, name: str, leg: Leg, places: set[str]) -> bool:
        """Return whether an instrument is in force and could reach a leg, given what that touches (see `touched`)."""
        return self.could_reach(name, places) and not is_elsewhere(self.instrument(name), leg)

    def could_reach(self, name: str, places: set[str]) -> bool:
        """Return whether an instrument is in force and could reach some leg that touches some places."""
        if name not in self.book.instruments:
            return False
        countries = self._indexed(name)
        return countries is None or not places.isdisjoint(countries)

    def candidates(self, leg: Leg, elsewhere: bool = False) -> list[str]:
        """Return the instruments that could reach a leg, or have something to remark, in order of id.

        Args:
            elsewhere: Whether to name those as well that touch a country of the leg and that places keep away all the
                same, such as a law on exporters there where the country is that of the importer.
        """
        everywhere, by_country = self._index
        found = set(everywhere)
        for country in touched(leg):
            found.update(by_country.get(country, ()))
        return sorted(name for name in found if elsewhere or not is_elsewhere(self.instrument(name), leg))

    def _countries(self, name: str) -> frozenset[str] | None:
        """Return the countries without which an instrument has nothing to say; None where there are no such.

        It speaks where a scope holds; one that only remarks, where a remark does.
        """
        program = self.instrument(name)
        remarks = (*program.kinds.get("commitment", ()), *program.kinds.get("warning", ()))
        clauses = program.kinds.get("scope") or remarks
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
        program = self.definitions(trait)
        needed = self._needed(program, tuple(clause for clause in program.clauses if clause.own), people)
        if needed is not None and self.book.library.traits[trait].ask:
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
            group = self.book.group(right) if isinstance(right, GroupRef) else frozenset(cast(tuple[str, ...], right))
            return frozenset(map(country_of, group))
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


def touched(leg: Leg) -> set[str]:
    """Return every country that some place fact of a leg could name, and `=trait` for every trait stated to be true.

    Where a place is not known, an instrument could be reached through it; such facts are asked for by the instruments
    that the known places bring in. What follows people is looked at as well where data are drawn from people of whom it
    is not said where they are.
    """
    countries: set[str] = set()
    for view in _parties(leg):
        countries |= _party_countries(view)
    data, transfer = leg.data, leg.transfer
    if data.subjects and data.subjects != "none":
        countries |= {country_of(subjects.country) for subjects in data.subjects}
    elif not data.subjects and data.identifiability in STRIPPED:
        countries.add(SOMEWHERE)
    for places in (data.collected_in, transfer.storage, transfer.access_from):
        countries |= {country_of(place) for place in places or ()}
    for via in transfer.via or ():
        party = leg.arrangement.parties.get(via)
        countries |= _party_countries(party) if party else {country_of(via)}
    for traits in (data.traits, transfer.traits, leg.arrangement.model.traits):
        countries |= _stated(traits)
    return countries


def _stated(traits: Mapping[str, object]) -> set[str]:
    return {f"={name}" for name, value in traits.items() if value is True}


def _parties(leg: Leg) -> list[PartyView]:
    views = [leg.exporter, leg.importer, leg.origin]
    if isinstance(leg.key_holder, PartyView):
        views.append(leg.key_holder)
    for view in views:  # grows while it is walked: conditions and definitions follow links as far as they go
        linked = (view.linked("employer"), view.linked("branch_of"))
        views += [other for other in linked if isinstance(other, PartyView) and other not in views]
    return views


def _party_countries(view: PartyView) -> set[str]:
    party = view.party
    named = (party.country, party.organised_under, party.employer_country, *(party.citizenship or ()))
    countries = {country_of(place) for place in named if place} | _stated(party.traits)
    if party.branch_of and party.branch_of not in view.arrangement.parties:
        countries.add(country_of(party.branch_of))
    return countries
