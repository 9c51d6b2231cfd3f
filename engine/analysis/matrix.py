"""Every ordered pair of countries for a reference arrangement: outcome, mechanism, effort, and whence the friction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from engine.analysis.processes import forked
from engine.analysis.scenario import Maker, scenario
from engine.decision.basis import Basis, basis_of
from engine.decision.deciding import decide
from engine.decision.remedies import Result, Searcher
from engine.decision.remedies.model import Status
from engine.decision.statute import Law
from engine.errors import ArrangementError, Fault, did_you_mean
from engine.facts.arrangement import Arrangement
from engine.facts.places import countries
from engine.facts.views import ArrangementView
from engine.inference.outcomes import Outcome, worst
from engine.inference.programs import BookPrograms
from engine.law.expression import GroupRef
from engine.law.model import Library

CAUSES = ("privacy and transfer", "localization", "research ethics", "security", "export control")
_CAUSE = {
    "privacy": CAUSES[0],
    "transfer": CAUSES[0],
    "sector": CAUSES[0],
    "localization": CAUSES[1],
    "research_ethics": CAUSES[2],
    "security": CAUSES[3],
    "export_control": CAUSES[4],
}
_GROUPS = {"globalcbpr": "global_cbpr", "cbpr": "global_cbpr"}
# A cause that stops a pair beside those of the law itself.
NOT_ENCODED = "law not encoded"
Progress = Callable[[int, int], None]
Kept = Callable[[str, str, Arrangement], "Cell | None"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One ordered pair.

    Attributes:
        mechanisms: Routes that carry the transfer, as it stands or with the cheapest remedy.
        status: What a search for remedies finds.
        effort: Of the cheapest remedy; 0 where none is wanted, None where there is none.
        acts: Measures of the cheapest remedy.
        friction: Effort by cause; a cause that rules the transfer out, or leaves it open, stands in `stopped`.
        stopped: Causes of a refusal that nothing lifts, or of an open question.
    """

    exporter: str
    importer: str
    outcome: Outcome
    mechanisms: tuple[str, ...]
    status: Status
    effort: int | None
    acts: tuple[str, ...]
    friction: dict[str, int]
    stopped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """One country over all its pairs, as exporter or as importer.

    Attributes:
        effort: Sum of the efforts of the cheapest remedies.
        friction: The same by cause.
        pairs: How many pairs have each outcome.
    """

    country: str
    effort: int
    friction: dict[str, int]
    stopped: dict[str, int]
    pairs: dict[Outcome, int]


@dataclass(frozen=True, slots=True)
class Matrix:
    """A reference arrangement for every ordered pair of some countries.

    Attributes:
        cells: By exporter, then importer, in the order of `countries`.
    """

    scenario: str
    title: str
    as_of: date
    countries: tuple[str, ...]
    cells: tuple[Cell, ...]
    exporters: tuple[Total, ...]
    importers: tuple[Total, ...]
    basis: Basis
    notice: str = field(
        default="A reference arrangement of ordinary bodies without special status; a real one is decided by itself."
    )

    def cell(self, exporter: str, importer: str) -> Cell | None:
        """Return the cell of a pair."""
        return next((c for c in self.cells if (c.exporter, c.importer) == (exporter, importer)), None)


def countries_of(text: str, law: Law, day: date) -> tuple[str, ...]:
    """Return the countries of a group on a day, or of a list such as `FI,US,JP`, in order of code.

    Raises:
        ArrangementError: A word is neither a group nor a country.
    """
    found: dict[str, None] = {}
    faults = []
    groups = {name for name, group in law.library.groups.items() if group.of == "country"}
    book = law.programs(day).book
    for word in (part.strip() for part in text.split(",") if part.strip()):
        name = word.lower().replace(" ", "_").replace("-", "_")
        name = _GROUPS.get(name.replace("_", ""), name)
        if word in countries():
            found[word] = None
        elif name in groups:
            found.update(dict.fromkeys(sorted(book.group(GroupRef("", name)))))
        else:
            hint = did_you_mean(name, sorted(groups)) or "use a group such as `t12`, or codes such as `FI,US,JP`"
            faults.append(Fault("unknown-place", f"`{word}` is no group and no country", "--jurisdictions", hint))
    if faults:
        raise ArrangementError(faults)
    return tuple(found)


def matrix(
    name: str,
    law: Law,
    places: Sequence[str],
    *,
    as_of: date,
    readings: Mapping[str, str] | None = None,
    reforms: Iterable[str] = (),
    workers: int = 1,
    kept: Kept = lambda exporter, importer, arrangement: None,
    progress: Progress = lambda done, total: None,
) -> Matrix:
    """Return the matrix of a scenario.

    Args:
        kept: Called with exporter, importer and their arrangement; returns the cell where it is known beforehand.
        workers: Processes that share the work; the answer is the same for any number.
        progress: Called with the number of pairs done and in all.
    """
    chosen = scenario(name)
    maker = Maker(chosen, law.library)
    pairs = [(one, other) for one in places for other in places if one != other]
    rows = [(one, [other for other in places if other != one]) for one in places]
    cells: list[Cell] = []
    used: set[str] = set()
    for found, names in _spread(
        partial(_row, maker, law, as_of, dict(readings or {}), kept), rows, workers, law.programs(as_of)
    ):
        cells += found
        used |= names
        progress(len(cells), len(pairs))
    return Matrix(
        name,
        chosen.title,
        as_of,
        tuple(places),
        tuple(cells),
        tuple(_total(place, [c for c in cells if c.exporter == place]) for place in places),
        tuple(_total(place, [c for c in cells if c.importer == place]) for place in places),
        basis_of(law, (as_of,), readings or {}, used, reforms),
    )


_Row = tuple[list[Cell], set[str]]
_WORK: list[Callable[[tuple[str, list[str]]], _Row]] = []


def _spread(
    work: Callable[[tuple[str, list[str]]], _Row],
    rows: list[tuple[str, list[str]]],
    workers: int,
    warm: BookPrograms,
) -> Iterator[_Row]:
    if workers < 2 or len(rows) < 2:
        yield from map(work, rows)
        return
    warm.make_everything()
    # Processes that are forked find the law, the maker and the programs at hand.
    _WORK[:] = [work]
    with forked(min(workers, len(rows))) as pool:
        yield from pool.map(_forked, rows)
    _WORK.clear()


def _forked(row: tuple[str, list[str]]) -> _Row:
    return _WORK[0](row)


# What was found for one law, day and choice of readings, kept within a process from row to row.
_SEARCHERS: dict[tuple[int, date, tuple[tuple[str, str], ...]], tuple[Law, Searcher]] = {}


def _searcher(law: Law, day: date, readings: dict[str, str]) -> Searcher:
    key = (id(law), day, tuple(sorted(readings.items())))
    known = _SEARCHERS.get(key)
    if known is None:
        _SEARCHERS.clear()
        known = _SEARCHERS[key] = (law, Searcher(law, day, readings, {}, lambda step: None))
    return known[1]


def _row(maker: Maker, law: Law, day: date, readings: dict[str, str], kept: Kept, row: tuple[str, list[str]]) -> _Row:
    exporter, importers = row
    searcher = _searcher(law, day, readings)
    cells, used = [], set[str]()
    for importer in importers:
        arrangement = maker.arrangement(exporter, importer)
        known = kept(exporter, importer, arrangement)
        if known is not None:
            view = ArrangementView(arrangement, day)
            used.update(name for leg in view.legs for name in law.programs(day).candidates(leg))
            cells.append(known)
            continue
        result = searcher.run(arrangement, 1, brief=True)
        used |= result.used
        cells.append(_cell(exporter, importer, arrangement, result, law, day, readings))
    return cells, used


def _cell(
    exporter: str,
    importer: str,
    arrangement: Arrangement,
    result: Result,
    law: Law,
    day: date,
    readings: Mapping[str, str],
) -> Cell:
    outcome = worst(result.now.values())
    best = result.remedies[0] if result.remedies and result.status == "remedies" else None
    friction: dict[str, int] = {}
    for act in best.acts if best else ():
        instruments = [law.library.rules[ground.rule].instrument for ground in act.grounds]
        cause = _cause(law.library, instruments[0] if instruments else law.library.measures[act.measure].instrument)
        friction[cause] = friction.get(cause, 0) + act.effort
    stopped: tuple[str, ...] = ()
    if result.status in ("none", "facts_missing"):
        stopped = result.stops or tuple(_stops(arrangement, law, day, readings))
        result.stops = stopped
    mechanisms = best.mechanisms if best else result.mechanisms
    return Cell(
        exporter,
        importer,
        outcome,
        tuple(name for names in mechanisms.values() for name in names),
        result.status,
        best.effort if best else 0 if result.status == "lawful" else None,
        tuple(act.measure for act in best.acts) if best else (),
        {cause: friction[cause] for cause in CAUSES if cause in friction},
        stopped,
    )


def _cause(library: Library, instrument: str) -> str:
    return _CAUSE.get(library.instruments[instrument].kind, CAUSES[0])


def _stops(arrangement: Arrangement, law: Law, day: date, readings: Mapping[str, str]) -> Iterator[str]:
    """Yield the causes of refusals and open questions."""
    decision = decide(arrangement, law, as_of=day, readings=readings, core=False)
    found = {
        _CAUSE.get(finding.kind, CAUSES[0])
        for transfer in decision.transfers
        for finding in transfer.findings
        if finding.outcome in ("prohibited", "undetermined")
    }
    yield from (cause for cause in CAUSES if cause in found)
    if any(gap.code == "jurisdiction-not-covered" for transfer in decision.transfers for gap in transfer.gaps):
        yield NOT_ENCODED


def _total(country: str, cells: list[Cell]) -> Total:
    friction: dict[str, int] = {}
    stopped: dict[str, int] = {}
    pairs: dict[Outcome, int] = {}
    for cell in cells:
        pairs[cell.outcome] = pairs.get(cell.outcome, 0) + 1
        for cause, effort in cell.friction.items():
            friction[cause] = friction.get(cause, 0) + effort
        for cause in cell.stopped:
            stopped[cause] = stopped.get(cause, 0) + 1
    return Total(country, sum(cell.effort or 0 for cell in cells), friction, stopped, pairs)
