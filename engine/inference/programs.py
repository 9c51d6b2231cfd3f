"""The programs of a statute book, and which of them can reach a leg.

Programs are made when first needed. The index answers which instruments could reach a leg from the countries it
touches, so that the cost of a decision depends on the law that can reach it and not on the size of the book.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Set
from datetime import date
from functools import cached_property
from typing import NamedTuple

from engine.collecting import uncollected
from engine.facts.legs import Leg
from engine.inference.making import Tests, make_program
from engine.inference.memory import Memory
from engine.inference.needing import NeededCountries
from engine.inference.program import Program
from engine.inference.screening import is_elsewhere
from engine.inference.touching import touched, whereabouts
from engine.law.book import Books, StatuteBook
from engine.law.checks import derived_in
from engine.law.model import Library, Rule

# Several versions of every instrument; a program takes some tens of kilobytes, and its network some more.
_MOST_PROGRAMS = 5000
# Three truths of every line that a program could have.
_MOST_LINES = 5000
# Combinations of places for which a book remembers what could reach them.
_MOST_WHEREABOUTS = 1000


class Surroundings(NamedTuple):
    """What the places of a leg touch (see `touched`), and the instruments that could reach it or remark something."""

    touched: frozenset[str]
    candidates: tuple[str, ...]


class ProgramCache:
    """Programs shared by all books of a library in which the law behind them is the same.

    The law behind an instrument is its own, that of the instruments whose exceptions reach into it, and that of those
    whose definitions it reads; a program stays good until one of them changes.
    """

    def __init__(self, books: Books, remember: int = 512) -> None:
        """Make a cache, with what the reference alone found from up to `remember` sets of truths per program."""
        self.concluded = Memory(remember)
        self.silent = Memory(remember)
        self.tests = Tests()
        # Larger than what evaluators conclude, and asked for less often.
        self.ways, self.possible_ways, self.settling = (Memory(remember // 8) for _ in range(3))
        self.outlines = Memory(remember // 2)
        self.lines = Memory(_MOST_LINES)
        self._behind = _law_behind(books.library)
        self._changes = books.changes
        self._instruments = tuple(sorted(books.library.instruments))
        self._days: dict[frozenset[str], list[date]] = {}
        self._affected: dict[date, tuple[str, ...]] = {}
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

    def affected(self, day: date) -> tuple[str, ...]:
        """Return the instruments whose program is another one from `day` on, a day on which encoded law changes."""
        found = self._affected.get(day)
        if found is None:
            changed = self._changes[day]
            found = tuple(name for name in self._instruments if not self._behind[name].isdisjoint(changed))
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
        self.silent = cache.silent
        self.ways, self.possible_ways = cache.ways, cache.possible_ways
        self.settling = cache.settling
        self.outlines = cache.outlines
        self.lines = cache.lines
        self._cache = cache
        self._instruments: dict[str, Program] = {}
        self._definitions: dict[str, Program] = {}
        self._needed: dict[str, frozenset[str] | None] = {}
        self._known: dict[object, Surroundings] = {}  # by whereabouts

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

    def affected(self) -> tuple[str, ...]:
        """Return the instruments whose law, or law behind it, is not that of the day before this book, in order."""
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
        if name not in self._needed:
            key = self._cache.key(name, self.book.period.first)
            self._needed[name] = self._cache.countries(key, lambda: NeededCountries(self).of(name))
        return self._needed[name]

    def can_reach(self, name: str, leg: Leg, places: Set[str]) -> bool:
        """Return whether an instrument is in force and could reach a leg, given what that touches (see `touched`)."""
        return self.could_reach(name, places) and not is_elsewhere(self.instrument(name), leg)

    def could_reach(self, name: str, places: Set[str]) -> bool:
        """Return whether an instrument is in force and could reach some leg that touches some places."""
        if name not in self.book.instruments:
            return False
        countries = self._indexed(name)
        return countries is None or not places.isdisjoint(countries)

    def candidates(self, leg: Leg, elsewhere: bool = False) -> tuple[str, ...]:
        """Return the instruments that could reach a leg, or have something to remark, in order of id; see `around`."""
        return self.around(leg, elsewhere).candidates

    def around(self, leg: Leg, elsewhere: bool = False) -> Surroundings:
        """Return what the places of a leg touch, and the instruments that could reach it.

        Args:
            elsewhere: Whether to name those as well that touch a country of the leg and that places keep away all the
                same, such as a law on exporters there where the country is that of the importer.
        """
        key = (elsewhere, whereabouts(leg))
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_WHEREABOUTS:
                self._known = {}
            places = touched(leg)
            found = self._known[key] = Surroundings(places, self._candidates(leg, places, elsewhere))
        return found

    def _candidates(self, leg: Leg, places: Set[str], elsewhere: bool) -> tuple[str, ...]:
        everywhere, by_country = self._index
        found = set(everywhere)
        for country in places:
            found.update(by_country.get(country, ()))
        return tuple(sorted(name for name in found if elsewhere or not is_elsewhere(self.instrument(name), leg)))
