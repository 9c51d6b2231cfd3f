"""What changes in the law on a day: rules that begin and end, numbers, members of groups, with their citations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from engine.facts.places import country_name
from engine.law.book import shared_groups
from engine.law.expression import Atom, GroupRef, NumberRef, group_refs
from engine.law.model import BEGINNING, END, Group, Instrument, Library, Period, Rule

_ONE_DAY = timedelta(days=1)
ChangeKind = Literal["rule_begins", "rule_ends", "number_changes", "member_joins", "member_leaves", "coverage_changes"]


@dataclass(frozen=True, slots=True)
class LegalChange:
    """Something of the law that is from this day on not as it was.

    Attributes:
        id: The rule; or `instrument.parameter` of a number or group; or the shared group.
        what: One sentence, or what the rule says.
        member: The country or word that joins or leaves a group.
    """

    kind: ChangeKind
    instrument: str
    id: str
    what: str
    cite: str
    href: str = ""
    member: str = ""
    recalled: bool = False


class Changes:
    """Every change of a library, by day and instrument."""

    def __init__(self, library: Library) -> None:
        self._found: dict[date, dict[str, list[LegalChange]]] = {}
        groups: dict[str, list[str]] = {}
        for instrument in library.instruments.values():
            for day, change in _of_instrument(instrument):
                self._note(day, instrument.id, change)
            for name in shared_groups(instrument, library):
                groups.setdefault(name, []).append(instrument.id)
        for name, users in groups.items():
            for day, change in _of_group(library.groups[name], "", name):
                for user in users:
                    self._note(day, user, change)

    def _note(self, day: date, instrument: str, change: LegalChange) -> None:
        self._found.setdefault(day, {}).setdefault(instrument, []).append(change)

    def on(self, day: date, instruments: Iterable[str]) -> list[LegalChange]:
        """Return what changes on a day in some instruments, in order of instrument, then of the text."""
        today = self._found.get(day, {})
        return list(dict.fromkeys(change for name in sorted(instruments) for change in today.get(name, ())))


def _of_instrument(instrument: Instrument) -> Iterator[tuple[date, LegalChange]]:
    for rule in instrument.rules:
        first = max(rule.period.first, instrument.period.first)
        last = min(rule.period.last, instrument.period.last)
        for day, kind in _edges(Period(first, last)):
            yield day, _of_rule("rule_begins" if kind else "rule_ends", rule)
    for number in instrument.numbers.values():
        for value in number.values:
            if value.period.first > BEGINNING:
                what = f"{number.name} is {value.value} {number.unit}."
                place = f"{instrument.id}.{number.name}"
                change = LegalChange("number_changes", instrument.id, place, what, value.cite, value.href)
                yield value.period.first, change
    for group in instrument.groups.values():
        yield from _of_group(group, instrument.id, f"{instrument.id}.{group.name}")


def _of_rule(kind: ChangeKind, rule: Rule) -> LegalChange:
    recalled = rule.checked.text == "recalled"
    return LegalChange(kind, rule.instrument, rule.id, rule.says, rule.cite, rule.href, recalled=recalled)


def _of_group(group: Group, instrument: str, place: str) -> Iterator[tuple[date, LegalChange]]:
    for member in group.members:
        name = country_name(member.member) if group.of == "country" else member.member
        for day, joins in _edges(member.period):
            # A member that is listed anew on the day it leaves has only another source from then on.
            others = [each for each in group.members if each is not member and each.member == member.member]
            if any((day - _ONE_DAY if joins else day) in each.period for each in others):
                continue
            what = f"{name} {'joins' if joins else 'leaves'} {group.title or group.name}."
            kind: ChangeKind = "member_joins" if joins else "member_leaves"
            yield day, LegalChange(kind, instrument, place, what, member.cite, member.href, member.member)


def _edges(period: Period) -> Iterator[tuple[date, bool]]:
    if period.first > BEGINNING:
        yield period.first, True
    if period.last < END:
        yield period.last + _ONE_DAY, False


def names_read(atoms: Iterable[Atom]) -> set[str]:
    """Return the ids of the numbers and groups that some atoms compare with, as changes name them."""
    found: set[str] = set()
    for atom in atoms:
        refs: list[GroupRef | NumberRef] = list(group_refs(atom))
        if isinstance(atom.right, NumberRef):
            refs.append(atom.right)
        found.update(f"{ref.instrument}.{ref.name}" if ref.instrument else ref.name for ref in refs)
    return found
