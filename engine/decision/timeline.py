"""The outcome of an arrangement on every day on which encoded law changes, and what changed.

Facts and evidence are taken as they are on the day of decision, so that only the law makes the difference. From one day
to the next only the instruments whose law changes are worked out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from weakref import WeakKeyDictionary

from engine.decision.basis import Basis, basis_of
from engine.decision.bearing import State, about, bears, mattering, read_by, standing
from engine.decision.changing import Changes, LegalChange
from engine.decision.findings import mechanism_of
from engine.decision.gaps import gaps_of
from engine.decision.settling import Key, settled_on, whole_of
from engine.decision.spells import Line, Lines
from engine.decision.statute import Law
from engine.facts.arrangement import Arrangement
from engine.facts.legs import Leg
from engine.facts.values import FALSE
from engine.facts.views import ArrangementView
from engine.inference.outcomes import Outcome, worst
from engine.inference.programs import BookPrograms
from engine.inference.touching import touched
from engine.law.model import END, Period

_ONE_DAY = timedelta(days=1)
_NOT_COVERED = "jurisdiction-not-covered"
_CHANGES: WeakKeyDictionary[Law, Changes] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Event:
    """A change of the law that is about the parties of a transfer, whether or not an outcome turns on it.

    Attributes:
        transfers: Transfers of which it speaks.
        moves: Whether an outcome or mechanism of one of them changes with it.
    """

    day: date
    change: LegalChange
    transfers: tuple[str, ...]
    moves: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """An arrangement through time.

    Attributes:
        today: The day whose facts and evidence are taken throughout.
        whole: The arrangement as a whole.
        transfers: One line for each transfer, in their order.
        instruments: Lines of instruments that restrict or reach a transfer on some day, by transfer and instrument.
        events: Scopes, exemptions, routes and bans that begin and end for the countries concerned, and members that
            join and leave; listed also where no outcome turns on them (a route closed to this importer).
    """

    title: str
    today: date
    first: date
    last: date
    whole: Line
    transfers: tuple[Line, ...]
    instruments: tuple[Line, ...]
    events: tuple[Event, ...]
    basis: Basis


def timeline(
    arrangement: Arrangement,
    law: Law,
    *,
    first: date | None = None,
    last: date | None = None,
    as_of: date | None = None,
    readings: Mapping[str, str] | None = None,
) -> Timeline:
    """Return an arrangement through time.

    Args:
        first: First day looked at; the first day on which a transfer starts, or the first encoded day, where left out.
        last: Last day looked at; the day on which the last transfer ends, or the last dated change, where left out.
        as_of: Day whose facts and evidence count; the arrangement's own day, or today, where left out.
    """
    today = as_of or arrangement.as_of or date.today()  # noqa: DTZ011 - the day of the caller's own calendar
    chosen = {**arrangement.readings, **(readings or {})}
    begin, end = _term(arrangement, law)
    walker = _Walker(ArrangementView(arrangement, today), law, chosen)
    return walker.walk(first or begin, max(last or end, first or begin))


def _term(arrangement: Arrangement, law: Law) -> tuple[date, date]:
    days = law.books.change_days
    starts = [transfer.start for transfer in arrangement.transfers]
    ends = [transfer.end for transfer in arrangement.transfers]
    first = min((day for day in starts if day), default=days[0]) if all(starts) else days[0]
    last = max((day for day in ends if day), default=days[-1]) if all(ends) else days[-1]
    return first, last


class _Walker:
    def __init__(self, view: ArrangementView, law: Law, readings: Mapping[str, str]) -> None:
        self.view = view
        self.law = law
        self.readings = readings
        self.places = {leg.index: touched(leg) for leg in view.legs}
        self.states: dict[Key, State] = {}
        self.gaps: dict[int, tuple[str, ...]] = {}
        self.open: dict[int, bool] = {}
        self.used: set[str] = set()
        self.lines = Lines()
        self.events: dict[tuple[date, LegalChange], dict[str, bool]] = {}
        changes = _CHANGES.get(law)
        if changes is None:
            changes = _CHANGES[law] = Changes(law.library)
        self.changes = changes

    def walk(self, first: date, last: date) -> Timeline:
        view, books = self.view, self.law.books
        programs = self.law.programs(first)
        self._decide(programs, product(sorted(programs.book.instruments), view.legs))
        self._look_for_gaps(programs)
        self._record(first, {}, {})
        for day in (each for each in books.change_days if first < each <= last):
            programs = self.law.programs(day)
            affected = programs.affected()
            before = dict(self.states)
            changed = self._decide(programs, product(affected, view.legs))
            covered = self._look_for_gaps(programs) if "" in books.changes[day] else {}
            because = {key: self._because(day, key, before.get(key), programs) for key in changed}
            self._note_events(day, programs, before, because)
            self._record(day, because, covered)
        return self._timeline(first, last)

    def _decide(self, programs: BookPrograms, pairs: Iterable[tuple[str, Leg]]) -> list[Key]:
        """Work out some instruments for some legs, and return where outcome or mechanism is another one than before."""
        changed = []
        for key, result in settled_on(programs, self.readings, pairs, self.places):
            before = self.states.pop(key, None)
            if result:
                self.used.add(key[1])
                self.states[key] = State(result.outcome, mechanism_of(result.shown), result.shown)
            if standing(before) != standing(self.states.get(key)):
                changed.append(key)
        return changed

    def _look_for_gaps(self, programs: BookPrograms) -> dict[str, list[LegalChange]]:
        """Look for gaps, and return by transfer what begins or ceases to be covered."""
        before = self.gaps
        self.gaps = {
            leg.index: tuple(
                gap.what.partition(" on ")[0] for gap in gaps_of(leg, programs.book) if gap.code == _NOT_COVERED
            )
            for leg in self.view.legs
        }
        self.open = {leg.index: bool(gaps_of(leg, programs.book)) for leg in self.view.legs}
        changes: dict[str, list[LegalChange]] = {}
        for leg in self.view.legs:
            old, new = set(before.get(leg.index, ())), set(self.gaps[leg.index])
            for whose in sorted(old ^ new):
                what = f"T{whose[1:]} is {'no longer' if whose in new else 'from now on'} encoded."
                change = LegalChange("coverage_changes", "", "coverage", what, "rulesets/coverage.yaml")
                changes.setdefault(leg.transfer.id, []).append(change)
        return changes

    # -- what changed -------------------------------------------------------------------------------------------------

    def _because(self, day: date, key: Key, before: State | None, programs: BookPrograms) -> tuple[LegalChange, ...]:
        """Return the changes of a day that bear on an instrument for a leg; all of its law where none clearly does."""
        name, after = key[1], self.states.get(key)
        found = self.changes.on(day, programs.behind(name))
        rules = mattering(before) | mattering(after)
        read = read_by(before) | read_by(after)
        places = self.places[key[0]]
        bearing = [change for change in found if bears(change, rules, read, places)]
        return tuple(bearing or found)

    def _note_events(
        self,
        day: date,
        programs: BookPrograms,
        before: Mapping[Key, State],
        because: Mapping[Key, tuple[LegalChange, ...]],
    ) -> None:
        for name, leg in product(programs.affected(), self.view.legs):
            states = [each.get((leg.index, name)) for each in (before, self.states)]
            if not any(state and state.found.verdict.reached != FALSE for state in states):
                continue
            rules = {rule for state in states for rule in about(state)}
            read, moving = read_by(states[0]) | read_by(states[1]), because.get((leg.index, name), ())
            for change in self.changes.on(day, programs.behind(name)):
                if bears(change, rules, read, self.places[leg.index]) and (
                    change in moving or not self._whole(day, change)
                ):
                    of = self.events.setdefault((day, change), {})
                    of[leg.transfer.id] = of.get(leg.transfer.id, False) or change in moving

    def _whole(self, day: date, change: LegalChange) -> bool:
        """Return whether a rule only begins or ends with its whole instrument."""
        instrument = self.law.library.instruments.get(change.instrument)
        return instrument is not None and day in (instrument.period.first, _after(instrument.period))

    # -- lines --------------------------------------------------------------------------------------------------------

    def _record(
        self,
        day: date,
        because: Mapping[Key, tuple[LegalChange, ...]],
        covered: Mapping[str, list[LegalChange]],
    ) -> None:
        of_transfer: dict[str, list[Outcome]] = {t.id: [] for t in self.view.model.transfers}
        reasons = {name: list(covered.get(name, ())) for name in of_transfer}
        for leg in self.view.legs:
            if self.open[leg.index]:
                of_transfer[leg.transfer.id].append("undetermined")
        known = self.lines.names()
        for (index, name), state in sorted(self.states.items()):
            leg = self.view.legs[index]
            of_transfer[leg.transfer.id].append(state.outcome)
            line = (leg.transfer.id, leg.data.id, name)
            self.lines.add(line, day, state.outcome, state.mechanism, because.get((index, name), ()))
            known.discard(line)
        for line in sorted(line for line in known if line[2]):
            self.lines.add(line, day, "not_applicable", "", self._ended(line, because))
        for (index, _), changes in sorted(because.items()):
            reasons[self.view.legs[index].transfer.id] += changes
        everything: list[Outcome] = []
        for transfer, outcomes in of_transfer.items():
            outcome = whole_of(outcomes)
            everything.append(outcome)
            self.lines.add((transfer, "", ""), day, outcome, "", tuple(dict.fromkeys(reasons[transfer])))
        whole = worst(everything) if everything else "undetermined"
        all_reasons = tuple(dict.fromkeys(change for each in reasons.values() for change in each))
        self.lines.add(("", "", ""), day, whole, "", all_reasons)

    def _ended(
        self, line: tuple[str, str, str], because: Mapping[Key, tuple[LegalChange, ...]]
    ) -> tuple[LegalChange, ...]:
        transfer, dataset, name = line
        for (index, other), changes in because.items():
            leg = self.view.legs[index]
            if other == name and (leg.transfer.id, leg.data.id) == (transfer, dataset):
                return changes
        return ()

    def _timeline(self, first: date, last: date) -> Timeline:
        order = {transfer.id: index for index, transfer in enumerate(self.view.model.transfers)}
        titles = {name: each.title for name, each in self.law.library.instruments.items()}
        whole, wholes, parts = self.lines.told(order, titles)
        return Timeline(
            self.view.model.title,
            self.view.day,
            first,
            last,
            whole,
            wholes,
            parts,
            tuple(Event(day, each, tuple(of), any(of.values())) for (day, each), of in self.events.items()),
            basis_of(self.law, (first, last), self.readings, {line.instrument for line in parts} or self.used),
        )


def _after(period: Period) -> date | None:
    return None if period.last == END else period.last + _ONE_DAY
