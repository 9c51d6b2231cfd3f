"""Which arrangements a change of law reaches: an index by place, and for what it lets through, the changed law itself.

An instrument whose law, and all law behind it, is the same in both books finds the same. So a change matters to an
arrangement only where a changed instrument reaches one of its legs under one of the books, and turns an outcome only
where it finds something else there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.analysis.portfolio import places_of
from engine.decision.settling import settled
from engine.facts.arrangement import Arrangement
from engine.facts.legs import Leg
from engine.facts.values import FALSE
from engine.facts.views import ArrangementView
from engine.inference.evaluation import Judge
from engine.inference.outcomes import Outcome
from engine.inference.programs import BookPrograms
from engine.inference.touching import touched
from engine.law.book import shared_groups
from engine.law.expression import FactRef, GroupRef, MeasureRef, ReadingRef, leaves
from engine.law.model import Library, Rule


@dataclass(frozen=True, slots=True)
class Reach:
    """How a change of law bears on an arrangement: whether it reaches it, and whether some finding may differ."""

    reached: bool
    differs: bool


_NOT = Reach(reached=False, differs=False)
MAYBE = Reach(reached=True, differs=True)


class Index:
    """Which arrangements a change of law can reach.

    Attributes:
        instruments: Instruments that decide and whose law, or law behind it, is another one.
        remarking: Likewise, those that decide nothing.
        covered: Countries that are covered in one of the books only.
    """

    def __init__(self, before: BookPrograms, after: BookPrograms) -> None:
        deciding, remarking = zip(_digests(before), _digests(after), strict=True)
        self.instruments = tuple(_others(*deciding))
        self.remarking = tuple(_others(*remarking))
        self.covered = tuple(sorted(set(before.book.covered) ^ set(after.book.covered)))
        self._sides = (before, after)
        self._words = tuple(f'"{word}"'.encode() for word in _other_words(before.book.library, after.book.library))
        self._by_places: dict[frozenset[str], bool] = {}

    def is_near(self, text: bytes, data: Mapping[str, Any]) -> bool:
        """Return whether the change could reach an arrangement, by what its plain data name.

        Args:
            text: The same as JSON.
        """
        try:
            places = places_of(data)
        except (AttributeError, KeyError, TypeError, ValueError):
            return True  # no arrangement; whoever reads it whole will say so
        return self.can_reach(places) or self._names_other_words(text)

    def can_reach(self, places: Set[str]) -> bool:
        """Return whether the change can reach an arrangement that touches some places (see `places_of`)."""
        key = frozenset(places)
        known = self._by_places.get(key)
        if known is None:
            known = self._by_places[key] = not places.isdisjoint(self.covered) or any(
                side.could_reach(name, places) for name in self.instruments for side in self._sides
            )
        return known

    def can_remark(self, places: Set[str]) -> bool:
        """Return whether something that decides nothing, and is another one, can speak of what touches some places."""
        return any(side.could_reach(name, places) for name in self.remarking for side in self._sides)

    def reach(self, text: bytes, arrangement: Arrangement, day: date) -> Reach:
        """Return how the change bears on an arrangement; facts and evidence are those of `day`."""
        if self._names_other_words(text):
            return MAYBE
        judges = [Judge(side, arrangement.readings, None) for side in self._sides]
        reach = _NOT
        for leg in ArrangementView(arrangement, day).legs:
            places = touched(leg)
            if not places.isdisjoint(self.covered):
                return MAYBE
            for name in self.instruments:
                old, new = (_finding(judge, name, leg, places) for judge in judges)
                if old != new:
                    return MAYBE
                if old is not None:
                    reach = Reach(reached=True, differs=False)
        return reach

    def _names_other_words(self, text: bytes) -> bool:
        return any(word in text for word in self._words)


def _finding(judge: Judge, name: str, leg: Leg, places: Set[str]) -> Outcome | None:
    """Return what an instrument finds for a leg; None where it does not reach it."""
    if not judge.programs.can_reach(name, leg, places):
        return None
    result = settled(judge, name, leg)
    return None if result.found.verdict.reached == FALSE else result.outcome


# -- what is another one ----------------------------------------------------------------------------------------------


def _other_words(one: Library, other: Library) -> list[str]:
    """Return traits, measures, readings and values that callers may write under one book only, or in another way."""
    if one.digest == other.digest:
        return []
    declared = (_declared(one), _declared(other))
    names = sorted({*declared[0], *declared[1]})
    return [name for name in names if declared[0].get(name) != declared[1].get(name)]


def _declared(library: Library) -> dict[str, object]:
    found: dict[str, object] = {}
    for trait in library.traits.values():
        found[trait.id] = (trait.of, trait.type, trait.values, bool(trait.ask))
    for measure in library.measures.values():
        found[measure.id] = [(each.name, each.type, each.values) for each in measure.fields.values()]
    for reading in library.readings.values():
        found[reading.id] = list(reading.options)
    enums = library.vocabulary.enums
    for term in {term for terms in enums.values() for term in terms}:
        found[term] = [name for name, terms in enums.items() if term in terms]
    return found


def _others(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    return [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]


def _digests(programs: BookPrograms) -> tuple[dict[str, str], dict[str, str]]:
    """Return by instrument a digest of its law and of all law behind it, on the day of a book.

    What has no scope decides nothing by itself, and comes second: remarks, and definitions, which stand behind the
    instruments that read them.
    """
    book = programs.book
    own = {name: _own(programs, name) for name in book.library.instruments}
    deciding, remarking = dict[str, str](), dict[str, str]()
    for name in book.instruments:
        text = "".join(own[each] for each in sorted(programs.behind(name)))
        chosen = deciding if any(rule.kind == "scope" for rule in book.rules[name]) else remarking
        chosen[name] = hashlib.sha256(text.encode()).hexdigest()
    return deciding, remarking


def _own(programs: BookPrograms, name: str) -> str:
    book = programs.book
    instrument = book.library.instruments[name]
    day = book.period.first
    groups = [GroupRef(name, group) for group in instrument.groups]
    groups += [GroupRef("", group) for group in sorted(shared_groups(instrument, book.library))]
    # What rules read may be declared elsewhere, where nothing else stands behind them.
    read = {found for rule in book.rules.get(name, ()) for found in _declarations_read(rule)}
    return repr(
        (
            [
                (
                    *(rule.id, rule.kind, rule.timing, rule.routes, rule.to, rule.defines),
                    *(tuple(c.text for c in part) for part in (rule.when, rule.requires, rule.fulfilled_by)),
                )
                for rule in book.rules.get(name, ())
            ],
            [(n, [v.value for v in number.values if day in v.period]) for n, number in instrument.numbers.items()],
            [(ref.instrument, ref.name, sorted(book.group(ref))) for ref in groups],
            [_declared_as(book.library, *each) for each in sorted(read)],
            sorted((key, repr(trait)) for key, trait in instrument.traits.items()),
        )
    )


def _declarations_read(rule: Rule) -> Iterator[tuple[str, str]]:
    for condition in (*rule.when, *rule.requires, *rule.fulfilled_by):
        for leaf in leaves(condition.tree):
            for side in (leaf.atom.left, leaf.atom.right):
                if isinstance(side, MeasureRef):
                    yield "measure", side.id
                elif isinstance(side, ReadingRef):
                    yield "reading", side.id
                elif isinstance(side, FactRef) and side.trait:
                    yield "trait", side.trait


def _declared_as(library: Library, kind: str, name: str) -> object:
    if kind == "measure":
        return library.measures[name]
    return library.traits[name] if kind == "trait" else list(library.readings[name].options)
