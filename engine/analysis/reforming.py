"""What a reform changes: pairs and scenarios that it opens or closes, and the effort that remains.

Only pairs that the changed rules can reach are decided anew; the others stand as under the law as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from engine.analysis.compare import RuleDifference, Side, decided, turned_rules
from engine.analysis.matrix import CAUSES, NOT_ENCODED, Cell, Matrix, matrix
from engine.analysis.reform_report import Reason, ReformReport, Remark, Shift, Tally
from engine.analysis.scenario import Maker, scenario
from engine.analysis.standing import Changes
from engine.decision.basis import basis_of
from engine.decision.statute import Law
from engine.facts.arrangement import Arrangement
from engine.facts.views import ArrangementView
from engine.inference.outcomes import RANK
from engine.law.model import Rule

LAWFUL = ("permitted", "permitted_with_conditions")
Progress = Callable[[str], None]


def reform_report(
    reform: tuple[str, str, str],
    law: Law,
    reformed: Law,
    places: Sequence[str],
    names: Sequence[str],
    *,
    as_of: date,
    workers: int = 1,
    known: dict[str, Matrix] | None = None,
    everything: bool = False,
    progress: Progress = lambda step: None,
) -> ReformReport:
    """Return what a reform changes.

    Args:
        reform: Its id, title and what it says.
        reformed: The law with the reform laid over it, in force on `as_of`.
        known: Matrices of the law as it is, by scenario; filled as they are made, to be used for the next reform.
        everything: Decide every pair anew, also what the reform cannot reach: to prove the reach.
    """
    before = known if known is not None else {}
    for name in names:
        if name not in before:
            progress(f"law as it is: {scenario(name).title}")
            before[name] = matrix(name, law, places, as_of=as_of, workers=workers)
    changes = Changes(law.programs(as_of), reformed.programs(as_of), {})
    tallies, shifts = [], []
    used: set[str] = set()
    for name in names:
        progress(f"{reform[0]}: {scenario(name).title}")
        standing = _Standing(before[name], None if everything else changes)
        after = matrix(name, reformed, places, as_of=as_of, workers=workers, reforms=(reform[0],), kept=standing)
        tallies.append(_tally(before[name], after))
        shifts += list(_shifts(before[name], after))
        used |= set(after.basis.instruments)
    return ReformReport(
        *reform,
        as_of,
        tuple(places),
        tuple(tallies),
        tuple(shifts),
        tuple(_reasons(shifts, law, reformed, as_of)),
        tuple(_remarks(names[0], places, law, reformed, as_of, changes)),
        basis_of(reformed, (as_of,), {}, used, (reform[0],)),
    )


class _Standing:
    """Cells that stand under a reform as they do without it."""

    def __init__(self, before: Matrix, changes: Changes | None) -> None:
        self._cells = {(cell.exporter, cell.importer): cell for cell in before.cells}
        self._day = before.as_of
        self._changes = changes

    def __call__(self, exporter: str, importer: str, arrangement: Arrangement) -> Cell | None:
        if self._changes is None or self._changes.reach(ArrangementView(arrangement, self._day)):
            return None
        return self._cells[exporter, importer]


def _tally(before: Matrix, after: Matrix) -> Tally:
    sides = (before.cells, after.cells)

    def both(count: Callable[[Sequence[Cell]], int]) -> tuple[int, int]:
        return count(sides[0]), count(sides[1])

    def left_open(cells: Sequence[Cell], encoded: bool) -> int:
        return sum(cell.status == "facts_missing" and (NOT_ENCODED not in cell.stopped) == encoded for cell in cells)

    friction = {
        cause: both(lambda cells, cause=cause: sum(c.friction.get(cause, 0) for c in cells))  # type: ignore[misc]
        for cause in CAUSES
    }
    return Tally(
        before.scenario,
        before.title,
        len(before.cells),
        both(lambda cells: sum(cell.outcome in LAWFUL for cell in cells)),
        both(lambda cells: sum(cell.status == "remedies" for cell in cells)),
        both(lambda cells: sum(cell.effort or 0 for cell in cells)),
        both(lambda cells: sum(cell.status == "none" for cell in cells)),
        both(lambda cells: left_open(cells, encoded=False)),
        both(lambda cells: left_open(cells, encoded=True)),
        {cause: efforts for cause, efforts in friction.items() if any(efforts)},
    )


def _shifts(before: Matrix, after: Matrix) -> Iterator[Shift]:
    for one, other in zip(before.cells, after.cells, strict=True):
        kind = _kind(one, other)
        if kind:
            yield Shift(
                before.scenario,
                one.exporter,
                one.importer,
                kind,
                one.outcome,
                other.outcome,
                one.effort,
                other.effort,
                other.mechanisms,
                other.acts,
            )


def _kind(one: Cell, other: Cell) -> str:
    was, now = one.outcome in LAWFUL, other.outcome in LAWFUL
    if was != now:
        return "opens" if now else "closes"
    if one.effort != other.effort:
        return _eased(one, other)
    if one.outcome != other.outcome:
        return "eases" if RANK[other.outcome] > RANK[one.outcome] else "hardens"
    return "carries" if one.mechanisms != other.mechanisms else ""


def _eased(one: Cell, other: Cell) -> str:
    if one.effort is not None and other.effort is not None:
        return "eases" if other.effort < one.effort else "hardens"
    if "facts_missing" in (one.status, other.status):
        return "settles"
    return "shuts" if other.effort is None else "eases"


def _reasons(shifts: Iterable[Shift], law: Law, reformed: Law, as_of: date) -> Iterator[Reason]:
    """Yield the rules that stand otherwise in some pairs, those of most pairs first."""
    found: dict[tuple[str, str, str], Reason] = {}
    pair = _Pairs(law, reformed, as_of)
    for shift in shifts:
        sides = pair.sides(shift.scenario, shift.exporter, shift.importer)
        for each in {(turned.rule, turned.before, turned.after): turned for turned in turned_rules(*sides)}.values():
            if _decides(each, law, reformed):
                key = (each.rule, each.before, each.after)
                found[key] = _added(found.get(key) or _reason(each, law, reformed), shift.scenario)
    yield from sorted(found.values(), key=lambda each: (-each.pairs, each.rule, each.before, each.after))


def _decides(turned: RuleDifference, law: Law, reformed: Law) -> bool:
    """Return whether a rule that stands otherwise bears on the outcome, and not only on what is to be kept later.

    What an instrument offers or asks for goes with it where it no longer reaches a pair; what sent it away is shown.
    """
    rule = _rule(turned, law, reformed)
    if rule.kind in ("warning", "commitment") or (rule.kind == "duty" and rule.timing != "before_transfer"):
        return False
    return not {turned.before, turned.after} <= _SILENT and not (turned.before in _OFFERED and turned.after in _SILENT)


# Ways to stand in which a rule changes nothing, and in which it only offers or asks.
_SILENT = frozenset(("", "fails", "recorded"))
_OFFERED = frozenset(("available", "unmet", "unknown"))


def _rule(turned: RuleDifference, law: Law, reformed: Law) -> Rule:
    return reformed.library.rules.get(turned.rule) or law.library.rules[turned.rule]


def _reason(turned: RuleDifference, law: Law, reformed: Law) -> Reason:
    rule = _rule(turned, law, reformed)
    recalled = rule.checked.text == "recalled"
    return Reason(rule.id, rule.cite, rule.says, recalled, turned.before, turned.after, 0, ())


def _added(reason: Reason, scenario: str) -> Reason:
    return replace(reason, pairs=reason.pairs + 1, scenarios=tuple(dict.fromkeys((*reason.scenarios, scenario))))


class _Pairs:
    """Pairs under the law as it is and under a reform; what makes their arrangements is made once for a scenario."""

    def __init__(self, law: Law, reformed: Law, as_of: date) -> None:
        self._laws = (law, reformed)
        self._day = as_of
        self._makers: dict[str, tuple[Maker, ...]] = {}

    def sides(self, name: str, exporter: str, importer: str) -> tuple[Side, Side]:
        """Return both sides of a pair."""
        makers = self._makers.get(name)
        if makers is None:
            makers = self._makers[name] = tuple(Maker(scenario(name), law.library) for law in self._laws)
        one, other = (
            Side("", maker.arrangement(exporter, importer), law, self._day, {})
            for maker, law in zip(makers, self._laws, strict=True)
        )
        return one, other


def _remarks(
    name: str, places: Sequence[str], law: Law, reformed: Law, as_of: date, changes: Changes
) -> Iterator[Remark]:
    """Yield what treaties and soft law remark under the reform alone."""
    found: dict[str, Remark] = {}
    pair = _Pairs(law, reformed, as_of)
    for exporter in places:
        for importer in places:
            if exporter == importer or not changes.index.can_remark({exporter, importer}):
                continue
            one, other = pair.sides(name, exporter, importer)
            notes = [
                {note.rule: note for transfer in decided(side).transfers for note in transfer.notes}
                for side in (one, other)
            ]
            for rule, note in notes[1].items():
                if note.kind == "commitment" and rule not in notes[0]:
                    known = found.get(rule) or Remark(rule, note.cite, note.says, ())
                    found[rule] = replace(known, pairs=(*known.pairs, f"{exporter}→{importer}"))
    yield from found.values()
