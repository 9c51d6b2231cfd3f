"""What a reform changes, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.analysis.reform_report import Reason, ReformReport, Shift, Tally

_FIGURES = ("lawful at once", "opened by a remedy", "effort in all", "shut", "law not encoded", "open question")
_SAID = {
    "opens": "now lawful at once",
    "closes": "no longer lawful at once",
    "eases": "eased",
    "hardens": "made harder",
    "shuts": "shut",
    "settles": "newly settled or left open",
    "carries": "carried by another route",
}
_STATUS = {
    "": "not there",
    "holds": "applies",
    "fails": "does not apply",
    "open": "open",
    "available": "open once its conditions are met",
    "met": "met",
    "unmet": "not met yet",
    "defeated": "set aside",
    "unknown": "unknown",
    "unknown_if_met": "unknown whether met",
}


def report_markdown(report: ReformReport, level: int = 2) -> Iterator[str]:
    """Yield a report as Markdown, line by line, below a heading of a level."""
    yield f"{'#' * level} {report.title}"
    yield ""
    yield report.says.strip()
    yield ""
    yield from findings_markdown(report)


def findings_markdown(report: ReformReport) -> Iterator[str]:
    """Yield what a reform changes, without saying what it is."""
    yield f"As of {report.as_of}, among {', '.join(report.countries)}; before → under the reform. {in_short(report)}"
    yield ""
    yield from _tallies(report.tallies)
    yield from _friction(report.tallies)
    yield from _shifts(report.shifts)
    yield from _reasons(report.reasons)
    yield from _remarks(report)
    yield report.basis.sentence()
    yield ""


def in_short(report: ReformReport) -> str:
    """Return the figures of a report in one or two sentences."""
    cases = sum(tally.pairs for tally in report.tallies)
    moved = counted(report.shifts)
    if not moved:
        return f"Of {cases} cases (a pair of countries in a scenario), none changes."
    effort = [sum(tally.effort[side] for tally in report.tallies) for side in (0, 1)]
    said = ", ".join(f"{number} {_SAID[kind]}" for kind, number in moved.items())
    total = f"is {effort[0]} as before" if effort[0] == effort[1] else f"goes from {effort[0]} to {effort[1]}"
    whole = f"Of {cases} cases (a pair of countries in a scenario), {said}"
    return f"{whole}; the effort of the cheapest remedies in all {total}."


def counted(shifts: Iterable[Shift]) -> dict[str, int]:
    """Return how many pairs there are of each kind of shift."""
    listed = list(shifts)
    counts = {kind: sum(shift.kind == kind for shift in listed) for kind in _SAID}
    return {kind: number for kind, number in counts.items() if number}


def figures(tally: Tally) -> tuple[tuple[int, int], ...]:
    """Return the figures of a scenario, before and after, in the order of the columns of a table."""
    return (tally.lawful, tally.remediable, tally.effort, tally.shut, tally.not_encoded, tally.unsettled)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield a Markdown table and an empty line."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(str(each).replace('|', '/').replace(chr(10), ' ') for each in row)} |"
    yield ""


def _turned(pair: tuple[object, object]) -> str:
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]} → {pair[1]}"


def _tallies(tallies: Sequence[Tally]) -> Iterator[str]:
    changed = [tally for tally in tallies if any(one != other for one, other in figures(tally))]
    if changed:
        yield from table(
            ["scenario", "pairs", *_FIGURES],
            ([tally.title, tally.pairs, *map(_turned, figures(tally))] for tally in changed),
        )
    alike = [tally.scenario for tally in tallies if tally not in changed]
    if alike and changed:
        yield f"The same figures before and after: {', '.join(alike)}."
        yield ""


def _friction(tallies: Sequence[Tally]) -> Iterator[str]:
    efforts = {
        cause: tuple(sum(tally.friction.get(cause, (0, 0))[side] for tally in tallies) for side in (0, 1))
        for cause in dict.fromkeys(cause for tally in tallies for cause in tally.friction)
    }
    changed = {cause: (both[0], both[1]) for cause, both in efforts.items() if both[0] != both[1]}
    if changed:
        listed = "; ".join(f"{cause} {_turned(both)}" for cause, both in changed.items())
        yield f"Friction by cause, in effort: {listed}."
        yield ""


def _shifts(shifts: Sequence[Shift]) -> Iterator[str]:
    groups: dict[tuple[str, ...], list[Shift]] = {}
    for kind in _SAID:
        for shift in (each for each in shifts if each.kind == kind):
            key = (kind, shift.scenario, _effort(shift.effort_before), _effort(shift.effort_after), *shift.acts)
            groups.setdefault(key, []).append(shift)
    if groups:
        yield from table(
            ["change", "scenario", "pairs", "effort", "what remains to be done"],
            (
                [
                    _SAID[kind],
                    name,
                    f"{_pairs(group)} ({len(group)})",
                    _turned((one, other)),
                    _left(other, acts),
                ]
                for (kind, name, one, other, *acts), group in groups.items()
            ),
        )


def _effort(effort: int | None) -> str:
    return "no remedy" if effort is None else str(effort)


def _left(effort: str, acts: Sequence[str]) -> str:
    return ", ".join(acts) or ("nothing" if effort == "0" else effort)


def _pairs(shifts: Sequence[Shift]) -> str:
    """Return pairs, those with the same exporters or the same importers together, whichever is shorter."""
    by_importer: dict[str, list[str]] = {}
    by_exporter: dict[str, list[str]] = {}
    for shift in shifts:
        by_importer.setdefault(shift.importer, []).append(shift.exporter)
        by_exporter.setdefault(shift.exporter, []).append(shift.importer)
    if len(by_exporter) < len(by_importer):
        return "; ".join(f"{one} → {', '.join(others)}" for one, others in by_exporter.items())
    return "; ".join(f"{', '.join(others)} → {one}" for one, others in by_importer.items())


def _reasons(reasons: Sequence[Reason]) -> Iterator[str]:
    if reasons:
        yield "The rules behind it, with the number of changed cases in which each stands otherwise:"
        yield ""
        yield from table(
            ["rule", "citation", "before", "under the reform", "cases"],
            (
                [
                    f"`{each.rule}`",
                    f"{each.cite}{_recalled(each)}",
                    _STATUS[each.before],
                    _STATUS[each.after],
                    each.pairs,
                ]
                for each in reasons
            ),
        )


def _recalled(reason: Reason) -> str:
    return " (recalled)" if reason.recalled else ""


def _remarks(report: ReformReport) -> Iterator[str]:
    if report.remarks:
        first = report.tallies[0].scenario
        yield f"Remarks that the reform adds, which decide nothing (scenario {first}):"
        yield ""
        for each in report.remarks:
            yield f"- `{each.rule}` [{each.cite}]: {', '.join(each.pairs)}"
        yield ""
