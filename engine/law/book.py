"""The statute book: the law in force on a day.

A book is the immutable whole of a library as of a day. Between two change days it is the same, so books are cached by
that interval.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

from engine.law.expression import GroupRef, NumberRef, group_refs, leaves
from engine.law.model import (
    BEGINNING,
    END,
    SUBJECTS,
    CoveredDays,
    DatedNumber,
    Instrument,
    Library,
    Period,
    Rule,
)

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, eq=False)
class StatuteBook:
    """The law of every day of `period`.

    Attributes:
        instruments: Instruments in force, by id.
        rules: Rules in force by instrument, in the order of the text.
        exceptions: Exceptions in force by the rule they defeat, in order of id.
        definitions: Definitions in force by the trait they define, in order of id.
    """

    library: Library
    period: Period
    instruments: Mapping[str, Instrument]
    rules: Mapping[str, tuple[Rule, ...]]
    exceptions: Mapping[str, tuple[Rule, ...]]
    definitions: Mapping[str, tuple[Rule, ...]]
    _groups: dict[GroupRef, frozenset[str]] = field(default_factory=dict, repr=False)
    _recalled: dict[str, int] = field(default_factory=dict, repr=False)

    def group(self, ref: GroupRef) -> frozenset[str]:
        """Return the members of a group on the days of this book."""
        members = self._groups.get(ref)
        if members is None:
            members = self._groups[ref] = frozenset(self._members(ref))
        return members

    def _members(self, ref: GroupRef) -> Iterator[str]:
        own = self.library.instruments[ref.instrument].groups if ref.instrument else {}
        group = own.get(ref.name) or self.library.groups[ref.name]
        yield from (each.member for each in group.members if self.period.first in each.period)
        for name in group.includes:
            yield from self.group(GroupRef(ref.instrument if name in own else "", name))

    def number(self, ref: NumberRef) -> DatedNumber | None:
        """Return the value of a number on the days of this book, or None where it has none."""
        values = self.library.instruments[ref.instrument].numbers[ref.name].values
        return next((value for value in values if self.period.first in value.period), None)

    def recalled(self, instrument: str) -> int:
        """Return how many of an instrument's rules were encoded from memory of the text."""
        found = self._recalled.get(instrument)
        if found is None:
            found = sum(rule.checked.text == "recalled" for rule in self.rules[instrument])
            self._recalled[instrument] = found
        return found

    @cached_property
    def covered(self) -> Mapping[str, CoveredDays]:
        """Return the countries whose law is encoded on these days, with what is left out.

        A country's own entry counts before those of groups, and of two groups the one that the file names first.
        """
        covered: dict[str, CoveredDays] = {}
        for key, spells in self.library.coverage.items():
            current = next((spell for spell in spells if self.period.first in spell.period), None)
            if current is None:
                continue
            current = replace(current, left_out=(*current.left_out, *self._left_out_subjects(current)))
            names = self.group(GroupRef("", key[6:])) if key.startswith("group:") else (key,)
            for name in names:
                if not key.startswith("group:") or name not in covered:
                    covered[name] = current
        return covered

    def _left_out_subjects(self, spell: CoveredDays) -> Iterator[str]:
        """Yield what there is to say about subjects that are left out, or not encoded yet on these days."""
        for subject, words in SUBJECTS.items():
            encoded = spell.subjects.get(subject, ())
            if subject in spell.left_out_subjects or not encoded:
                yield spell.left_out_subjects.get(subject, words)
            elif not any(name in self.rules for name in encoded):
                first = min(self.library.instruments[name].period.first for name in encoded)
                yield f"{words} before {first}" if first > self.period.first else f"{words} of these days"


class RulesByDay:
    """Some rules, and which of them are in force on a day, always in the same order."""

    def __init__(self, dated: Iterable[tuple[Rule, Period]]) -> None:
        """Sort out which rules each day has.

        Args:
            dated: Rules in the order wanted, each with the days on which it is in force.
        """
        spells = list(dated)
        days = {BEGINNING}
        for _, period in spells:
            days.add(period.first)
            if period.last < END:
                days.add(period.last + _ONE_DAY)
        self._days = sorted(days)
        self._rules = [tuple(rule for rule, period in spells if day in period) for day in self._days]

    def on(self, day: date) -> tuple[Rule, ...]:
        """Return the rules in force on a day; there may be none."""
        return self._rules[bisect_right(self._days, day) - 1]


class Books:
    """All statute books of a library.

    Attributes:
        changes: The instruments whose rules, parameters or groups change, by day; `""` stands for coverage.
        change_days: The days of `changes`, in order.
    """

    def __init__(self, library: Library) -> None:
        self.library = library
        self.changes = changes(library)
        self.change_days = sorted(self.changes)
        exceptions: dict[str, list[tuple[Rule, Period]]] = {}
        definitions: dict[str, list[tuple[Rule, Period]]] = {}
        self._rules = {name: RulesByDay(_dated(each)) for name, each in library.instruments.items()}
        for rule, period in sorted(_all_dated(library), key=lambda each: each[0].id):
            for target in rule.to:
                exceptions.setdefault(target, []).append((rule, period))
            if rule.defines:
                definitions.setdefault(rule.defines, []).append((rule, period))
        self._exceptions = {target: RulesByDay(rules) for target, rules in exceptions.items()}
        self._definitions = {trait: RulesByDay(rules) for trait, rules in definitions.items()}

    def interval(self, day: date) -> Period:
        """Return the days around `day` on which no encoded law changes."""
        index = bisect_right(self.change_days, day)
        first = self.change_days[index - 1] if index else BEGINNING
        last = self.change_days[index] - _ONE_DAY if index < len(self.change_days) else END
        return Period(first, last)

    def on(self, day: date) -> StatuteBook:
        """Return the book of a day."""
        period = self.interval(day)
        rules = _in_force(self._rules, period.first)
        return StatuteBook(
            self.library,
            period,
            {name: self.library.instruments[name] for name in rules},
            rules,
            _in_force(self._exceptions, period.first),
            _in_force(self._definitions, period.first),
        )


def _in_force(by_day: Mapping[str, RulesByDay], day: date) -> dict[str, tuple[Rule, ...]]:
    """Return what has rules on a day, with them."""
    return {name: rules for name, each in by_day.items() if (rules := each.on(day))}


def _dated(instrument: Instrument) -> Iterator[tuple[Rule, Period]]:
    """Yield the rules of an instrument, in the order of the text, with the days on which both are in force."""
    for rule in instrument.rules:
        first = max(rule.period.first, instrument.period.first)
        last = min(rule.period.last, instrument.period.last)
        if first <= last:
            yield rule, Period(first, last)


def _all_dated(library: Library) -> Iterator[tuple[Rule, Period]]:
    for instrument in library.instruments.values():
        yield from _dated(instrument)


def changes(library: Library) -> dict[date, frozenset[str]]:
    """Return the instruments that change, by the day on which they do."""
    found: dict[date, set[str]] = {}
    for instrument in library.instruments.values():
        for period in instrument_periods(instrument):
            _note(found, period, instrument.id)
        for name in shared_groups(instrument, library):
            for member in library.groups[name].members:
                _note(found, member.period, instrument.id)
    for spells in library.coverage.values():
        for spell in spells:
            _note(found, spell.period, "")
    return {day: frozenset(names) for day, names in found.items()}


def _note(found: dict[date, set[str]], period: Period, name: str) -> None:
    if period.first > BEGINNING:
        found.setdefault(period.first, set()).add(name)
    if period.last < END:
        found.setdefault(period.last + _ONE_DAY, set()).add(name)


def shared_groups(instrument: Instrument, library: Library) -> set[str]:
    """Return the shared groups that an instrument's rules and own groups refer to, directly or through others."""
    todo = [name for group in instrument.groups.values() for name in group.includes]
    for rule in instrument.rules:
        for condition in (*rule.when, *rule.requires, *rule.fulfilled_by):
            for leaf in leaves(condition.tree):
                todo += [ref.name for ref in group_refs(leaf.atom) if not ref.instrument]
    found: set[str] = set()
    while todo:
        name = todo.pop()
        if name in library.groups and name not in found:
            found.add(name)
            todo += library.groups[name].includes
    return found


def instrument_periods(instrument: Instrument) -> Iterator[Period]:
    """Yield the periods of an instrument's rules and parameters."""
    yield instrument.period
    yield from (rule.period for rule in instrument.rules)
    yield from (value.period for number in instrument.numbers.values() for value in number.values)
    yield from (member.period for group in instrument.groups.values() for member in group.members)
