"""What a reform changes: pairs and scenarios that it opens or closes, and the effort that remains."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from engine.analysis.matrix import Cell, Matrix, matrix
from engine.analysis.scenario import scenario
from engine.decision.basis import Basis
from engine.decision.statute import Law
from engine.inference.outcomes import RANK, Outcome

LAWFUL = ("permitted", "permitted_with_conditions")
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Shift:
    """A pair that stands otherwise under the reform.

    Attributes:
        kind: opens (lawful at once, where it was not), closes, eases (less effort), hardens, settles (the outcome or
            effort becomes known, or is no longer), carries (only the route is another one).
    """

    scenario: str
    exporter: str
    importer: str
    kind: str
    before: Outcome
    after: Outcome
    effort_before: int | None
    effort_after: int | None
    mechanisms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """One scenario before and under the reform.

    Attributes:
        lawful: Pairs that are lawful at once.
        remediable: Pairs that some remedy opens.
        effort: Sum of the efforts of the cheapest remedies.
        stopped: Pairs that nothing in the parties' hands opens, or that are undetermined.
    """

    scenario: str
    title: str
    pairs: int
    lawful: tuple[int, int]
    remediable: tuple[int, int]
    effort: tuple[int, int]
    stopped: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ReformReport:
    """A reform compared with the law as it is, on one day."""

    reform: str
    title: str
    says: str
    as_of: date
    countries: tuple[str, ...]
    tallies: tuple[Tally, ...]
    shifts: tuple[Shift, ...]
    basis: Basis


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
    progress: Progress = lambda step: None,
) -> ReformReport:
    """Return what a reform changes.

    Args:
        reform: Its id, title and what it says.
        reformed: The law with the reform laid over it, in force on `as_of`.
        known: Matrices of the law as it is, by scenario; filled as they are made, to be used for the next reform.
    """
    before = known if known is not None else {}
    tallies, shifts = [], []
    basis: Basis | None = None
    for name in names:
        progress(f"{reform[0]}: {scenario(name).title}")
        if name not in before:
            before[name] = matrix(name, law, places, as_of=as_of, workers=workers)
        after = matrix(name, reformed, places, as_of=as_of, workers=workers, reforms=(reform[0],))
        tallies.append(_tally(before[name], after))
        shifts += list(_shifts(before[name], after))
        basis = after.basis
    assert basis is not None, "a report is about one scenario at least"
    return ReformReport(*reform, as_of, tuple(places), tuple(tallies), tuple(shifts), basis)


def _tally(before: Matrix, after: Matrix) -> Tally:
    sides = (before.cells, after.cells)

    def both(count: Callable[[Sequence[Cell]], int]) -> tuple[int, int]:
        return count(sides[0]), count(sides[1])

    return Tally(
        before.scenario,
        before.title,
        len(before.cells),
        both(lambda cells: sum(cell.outcome in LAWFUL for cell in cells)),
        both(lambda cells: sum(cell.status == "remedies" for cell in cells)),
        both(lambda cells: sum(cell.effort or 0 for cell in cells)),
        both(lambda cells: sum(cell.effort is None for cell in cells)),
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
            )


def _kind(one: Cell, other: Cell) -> str:
    was, now = one.outcome in LAWFUL, other.outcome in LAWFUL
    if was != now:
        return "opens" if now else "closes"
    if one.effort != other.effort:
        if one.effort is None or other.effort is None:
            return "settles"
        return "eases" if other.effort < one.effort else "hardens"
    if one.outcome != other.outcome:
        return "eases" if RANK[other.outcome] > RANK[one.outcome] else "hardens"
    return "carries" if one.mechanisms != other.mechanisms else ""


def report_markdown(report: ReformReport) -> Iterator[str]:
    """Yield a report as Markdown, line by line, below a heading of the second level."""
    yield f"## {report.title}"
    yield ""
    yield report.says.strip()
    yield ""
    yield f"As of {report.as_of}, among {', '.join(report.countries)}; before and under the reform."
    yield ""
    yield "| scenario | pairs | lawful at once | opened by a remedy | effort in all | shut or an open question |"
    yield "|---|---|---|---|---|---|"
    for tally in report.tallies:
        figures = [f"{one} → {other}" if one != other else str(one) for one, other in _figures(tally)]
        yield f"| {tally.title} | {tally.pairs} | {' | '.join(figures)} |"
    yield ""
    yield from _listed(report)
    yield ""
    yield report.basis.sentence()
    yield ""


def _figures(tally: Tally) -> tuple[tuple[int, int], ...]:
    return (tally.lawful, tally.remediable, tally.effort, tally.stopped)


_SAID = {
    "opens": "Opened",
    "closes": "Closed",
    "eases": "Eased",
    "hardens": "Made harder",
    "settles": "Newly settled or left open",
    "carries": "Carried by another route",
}


def _listed(report: ReformReport) -> Iterator[str]:
    if not report.shifts:
        yield "No pair of any scenario changes."
    for kind, word in _SAID.items():
        of_kind = [shift for shift in report.shifts if shift.kind == kind]
        for name in dict.fromkeys(shift.scenario for shift in of_kind):
            pairs = [shift for shift in of_kind if shift.scenario == name]
            yield f"- {word}, {name} ({len(pairs)}): {', '.join(_pair(shift) for shift in pairs)}"


def _pair(shift: Shift) -> str:
    pair = f"{shift.exporter}→{shift.importer}"
    if shift.effort_before == shift.effort_after:
        return pair
    shown = ["none" if each is None else str(each) for each in (shift.effort_before, shift.effort_after)]
    return f"{pair} (effort {shown[0]} to {shown[1]})"
