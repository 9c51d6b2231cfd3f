"""The programs of a statute book, and which of them can reach a leg.

Programs are made when first needed. The index answers which instruments could reach a leg from the countries it
touches, so that the cost of a decision depends on the law that can reach it and not on the size of the book.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import cast

from engine.facts.places import country_of
from engine.facts.values import FALSE, UNKNOWN, Truth
from engine.facts.views import Leg, PartyView
from engine.inference.program import Program, make_program
from engine.inference.reference import truth
from engine.law.book import StatuteBook
from engine.law.expression import Atom, CountRef, FactRef, GroupRef
from engine.law.model import REMARK_KINDS


class BookPrograms:
    """Programs of one book."""

    def __init__(self, book: StatuteBook) -> None:
        self.book = book
        self._instruments: dict[str, Program] = {}
        self._definitions: dict[str, Program] = {}

    def instrument(self, name: str) -> Program:
        """Return the program of an instrument in force."""
        program = self._instruments.get(name)
        if program is None:
            rules = tuple(rule for rule in self.book.rules[name] if rule.kind != "definition")
            program = self._instruments[name] = make_program(name, rules, self.book)
        return program

    def definitions(self, trait: str) -> Program:
        """Return the program that works out a derived trait; it has no clauses where no definition is in force."""
        program = self._definitions.get(trait)
        if program is None:
            rules = self.book.definitions.get(trait, ())
            program = self._definitions[trait] = make_program(trait, rules, self.book)
        return program

    def everything(self) -> Iterable[Program]:
        """Yield every program of the book, definitions first."""
        for trait in sorted(self.book.definitions):
            yield self.definitions(trait)
        for name in sorted(self.book.instruments):
            yield self.instrument(name)

    @cached_property
    def _index(self) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
        everywhere: list[str] = []
        by_country: dict[str, list[str]] = {}
        for name in sorted(self.book.instruments):
            countries = self._countries(name)
            if countries is None:
                everywhere.append(name)
            for country in countries or ():
                by_country.setdefault(country, []).append(name)
        return tuple(everywhere), {key: tuple(value) for key, value in by_country.items()}

    def candidates(self, leg: Leg) -> list[str]:
        """Return the instruments that could reach a leg, in order of id."""
        everywhere, by_country = self._index
        found = set(everywhere)
        for country in touched(leg):
            found.update(by_country.get(country, ()))
        return sorted(found)

    def _countries(self, name: str) -> frozenset[str] | None:
        """Return the countries without which no scope of an instrument can be true; None where there are no such.

        Every comparison of a place with a country or group is taken to fail and everything else to be possible. If no
        scope can hold under that, one of the countries compared with must be touched.
        """
        program = self.instrument(name)
        scopes = [clause for clause in program.clauses if clause.own and clause.rule.kind == "scope"]
        if not scopes:
            return None
        places: set[str] = set()
        values: list[Truth] = []
        for atom in program.atoms:
            found = self._places(atom)
            values.append(FALSE if found is not None else UNKNOWN)
            if found is not None:
                places |= found
        if all(truth(clause.when, values) == FALSE for clause in scopes):
            return frozenset(places)
        return self._through_definitions(program)

    def _through_definitions(self, program: Program) -> frozenset[str] | None:
        """Try again with derived traits looked into, one level at a time."""
        values: list[Truth] = []
        places: set[str] = set()
        for atom in program.atoms:
            found = self._places(atom)
            if found is None and isinstance(atom.left, FactRef) and atom.left.derived and atom.op == "true":
                found = self._definition_places(atom.left.trait)
            values.append(FALSE if found is not None else UNKNOWN)
            places |= found or frozenset()
        scopes = [clause for clause in program.clauses if clause.own and clause.rule.kind == "scope"]
        return frozenset(places) if all(truth(c.when, values) == FALSE for c in scopes) else None

    def _definition_places(self, trait: str) -> frozenset[str] | None:
        """Return the countries without which a derived trait cannot be true; None where there are no such."""
        if self.book.library.traits[trait].ask:
            return None  # the caller may state it of anybody
        program = self.definitions(trait)
        values, places = [], set[str]()
        for atom in program.atoms:
            found = self._places(atom)
            if found is None and isinstance(atom.left, FactRef) and atom.left.derived and atom.op == "true":
                found = self._definition_places(atom.left.trait)
            values.append(FALSE if found is not None else UNKNOWN)
            places |= found or frozenset()
        if all(truth(clause.when, values) == FALSE for clause in program.clauses if clause.own):
            return frozenset(places)
        return None

    def _places(self, atom: Atom) -> frozenset[str] | None:
        """Return the countries of which one must be touched for the atom to be true; None where that is not so."""
        left, right = atom.left, atom.right
        if isinstance(left, CountRef) or not isinstance(left, FactRef) or left.trait or left.name not in _PLACE_FACTS:
            return None
        if atom.op in ("overlaps", "in", "within"):
            group = self.book.group(right) if isinstance(right, GroupRef) else frozenset(cast(tuple[str, ...], right))
            return frozenset(map(country_of, group))
        if atom.op in ("==", "has") and isinstance(right, str):
            return frozenset((country_of(right),))
        return None


_PLACE_FACTS = frozenset(
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


def touched(leg: Leg) -> set[str]:
    """Return every country that some place fact of a leg could name.

    Where a place is not known, an instrument could be reached through it; such facts are asked for by the instruments
    that the known places bring in.
    """
    countries: set[str] = set()
    for view in _parties(leg):
        countries |= _party_countries(view)
    data, transfer = leg.data, leg.transfer
    if data.subjects and data.subjects != "none":
        countries |= {country_of(subjects.country) for subjects in data.subjects}
    for places in (data.collected_in, transfer.storage, transfer.access_from):
        countries |= {country_of(place) for place in places or ()}
    for via in transfer.via or ():
        party = leg.arrangement.parties.get(via)
        countries |= _party_countries(party) if party else {country_of(via)}
    return countries


def _parties(leg: Leg) -> list[PartyView]:
    views = [leg.exporter, leg.importer, leg.origin]
    if isinstance(leg.key_holder, PartyView):
        views.append(leg.key_holder)
    for view in list(views):
        linked = (view.linked("employer"), view.linked("branch_of"))
        views += [other for other in linked if isinstance(other, PartyView)]
    return views


def _party_countries(view: PartyView) -> set[str]:
    party = view.party
    named = (party.country, party.organised_under, party.employer_country, *(party.citizenship or ()))
    countries = {country_of(place) for place in named if place}
    if party.branch_of and party.branch_of not in view.arrangement.parties:
        countries.add(country_of(party.branch_of))
    return countries


def is_remark(book: StatuteBook, name: str) -> bool:
    """Return whether an instrument only ever remarks."""
    return book.instruments[name].kind in REMARK_KINDS
