"""The report on the four lines of effort of the founding brief: a page for readers, made of matrices and reforms."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from engine.analysis.matrix import CAUSES, Matrix
from engine.analysis.reform_report import ReformReport
from engine.analysis.reforming_text import counted, figures, findings_markdown, table
from engine.analysis.scenario import scenario_files
from engine.decision.basis import basis_of
from engine.decision.statute import Law
from engine.facts.places import country_name
from engine.law.book import StatuteBook
from engine.law.model import END

# The four lines of effort of the founding brief, and its month.
LINES = ("us-federal-privacy-law", "transatlantic-alignment", "us-docks-onto-depa", "agency-data-pooling")
BRIEF = date(2021, 10, 1)
_MOST_TOLD = 3
_TENDENCY = (
    "changing none",
    "opening more cases than it closes",
    "closing more than it opens",
    "opening as many as it closes",
)
_KINDS = ("opens", "closes", "eases", "hardens", "shuts", "settles")


@dataclass(frozen=True, slots=True)
class LinesDay:
    """What is found on one day.

    Attributes:
        matrices: The law as it is, by scenario.
        reports: One for each line.
    """

    as_of: date
    matrices: tuple[Matrix, ...]
    reports: tuple[ReformReport, ...]


def inputs_digest(rulesets: Path) -> str:
    """Return a digest of the reforms and scenarios that the report is about: another one means that it is old."""
    digest = hashlib.sha256()
    folders = [rulesets / "reforms" / name for name in LINES]
    files = [path for folder in folders for path in folder.rglob("*.yaml") if path.parent.name != "cases"]
    for path in [*sorted(files), *scenario_files()]:
        digest.update(f"{path.parent.name}/{path.name}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def lines_markdown(
    days: Sequence[LinesDay], law: Law, *, command: str, digest: str, pictures: Sequence[tuple[str, str]] = ()
) -> Iterator[str]:
    """Yield the report, line by line.

    Args:
        days: The day of the brief, then the day asked about.
        command: What makes the report.
        digest: See `inputs_digest`.
        pictures: Title and file name of each picture shown.
    """
    yield "# The four lines of effort"
    yield ""
    yield "What would each of four reforms change for research data among like-minded countries? Each is laid over the"
    yield f"law encoded here, as if in force on the day: {days[0].as_of}, of the founding brief, and {days[-1].as_of}."
    yield "All four are hypothetical. A case is a reference arrangement (scenario) for an ordered pair of countries:"
    yield f"{', '.join(map(_named, days[-1].reports[0].countries))}."
    yield ""
    yield from _short(days, law)
    yield from _caveats(days)
    yield from _as_it_is(days, pictures)
    for number, reports in enumerate(zip(*(each.reports for each in days), strict=True), start=1):
        yield f"## {number}. {reports[0].title}"
        yield ""
        yield reports[0].says.strip()
        yield ""
        for report in reports:
            yield f"### As of {report.as_of}"
            yield ""
            yield from findings_markdown(report)
    yield from _coverage(days, law)
    yield "## How this page is made"
    yield ""
    yield f"    {command}"
    yield ""
    yield "Nothing on it is written by hand; `make lines` makes it anew. The reforms and scenarios it was made from:"
    yield f"sha256 `{digest}`."


def _named(place: str) -> str:
    return f"{country_name(place)} ({place})"


def _short(days: Sequence[LinesDay], law: Law) -> Iterator[str]:
    yield "## In short"
    yield ""
    yield _verdict(days[-1].reports)
    yield ""
    for reports in zip(*(each.reports for each in days), strict=True):
        yield f"- **{reports[0].title}.** {' '.join(map(_sentence, reports))}{_because(reports[-1])}"
    for each in days:
        used = {name for found in each.matrices for name in found.basis.instruments}
        basis = basis_of(law, (each.as_of,), {}, used)
        share = round(100 * basis.recalled_rules / basis.rules) if basis.rules else 0
        missing = [_named(place) for place in each.matrices[0].countries if place not in _book(law, each).covered]
        gaps = f"law not encoded: {', '.join(missing)}" if missing else "the main law of every country is encoded"
        yield (
            f"- What that rests on, {each.as_of}: {basis.rules} rules of {len(basis.instruments)} instruments,"
            f" {share} % of them recalled and not seen; {gaps}."
        )
    yield ""
    rows = []
    for number in range(len(days[0].reports)):
        for each in days:
            report = each.reports[number]
            counts = counted(report.shifts)
            effort = [sum(tally.effort[side] for tally in report.tallies) for side in (0, 1)]
            said = [counts.get(kind, 0) for kind in _KINDS]
            rows.append([report.title, report.as_of, *said, f"{effort[0]} → {effort[1]}"])
    head = [
        "line",
        "day",
        "now lawful at once",
        "no longer",
        "eased",
        "harder",
        "shut",
        "settled or open",
        "effort in all",
    ]
    yield from table(head, rows)


def _verdict(reports: Sequence[ReformReport]) -> str:
    sorts: dict[str, list[str]] = {}
    for report in reports:
        counts = counted(report.shifts)
        more = counts.get("opens", 0) - counts.get("closes", 0)
        word = _TENDENCY[1 if more > 0 else 2 if more < 0 else 3] if counts else _TENDENCY[0]
        sorts.setdefault(word, []).append(report.title)
    listed = [f"{word}: {', '.join(sorts[word])}" for word in _TENDENCY[1:] + _TENDENCY[:1] if word in sorts]
    return f"As of {reports[0].as_of}, {'; '.join(listed)}."


def _sentence(report: ReformReport) -> str:
    counts = counted(report.shifts)
    cases = sum(tally.pairs for tally in report.tallies)
    if not counts:
        remarks = len({pair for remark in report.remarks for pair in remark.pairs})
        told = f"; treaties remark on {remarks} pair{'s' if remarks > 1 else ''}" if remarks else ""
        return f"As of {report.as_of} it changes none of {cases} cases{told}."
    effort = [sum(tally.effort[side] for tally in report.tallies) for side in (0, 1)]
    turn = "lowers" if effort[1] < effort[0] else "raises" if effort[1] > effort[0] else "keeps"
    opens, closes = counts.get("opens", 0), counts.get("closes", 0)
    return (
        f"As of {report.as_of} it makes {opens} of {cases} cases lawful at once, takes that from {closes}, and {turn}"
        f" the effort that remains in all ({effort[0]} → {effort[1]})."
    )


def _because(report: ReformReport) -> str:
    """Return the rules that turn in most cases."""
    told = [f"{each.rule} ({each.pairs})" for each in report.reasons[:_MOST_TOLD]]
    return f" What turns in most cases: {', '.join(told)}." if told else ""


def _caveats(days: Sequence[LinesDay]) -> Iterator[str]:
    yield "## How to read it"
    yield ""
    yield "- The text of the four reforms is ours. Other texts under the same names would give other figures."
    yield "- A scenario is an arrangement of ordinary bodies: a status that it does not name is taken not to be there,"
    yield "  a measure that it does not name is not shown. The figures compare laws; they decide no real arrangement."
    yield "- Effort is the sum of weights that the rulesets give to measures, of the cheapest set that makes a case"
    yield "  lawful. It has no unit. A case for which there is no remedy, or that is left open, has none and adds"
    yield "  nothing to a sum: sums of two days can be compared only where as much law is encoded on both."
    yield "- Lawful at once means permitted, with or without duties to keep. Between member states of the Union no"
    yield "  ground for transfer is wanted."
    yield "- Where the law of a country on a day is not encoded, no permission is given: `law not encoded`."
    for each in days:
        number = sum(tally.not_encoded[0] for tally in each.reports[0].tallies)
        cases = sum(tally.pairs for tally in each.reports[0].tallies)
        yield f"  On {each.as_of} that is so in {number} of {cases} cases."
    yield ""


def _as_it_is(days: Sequence[LinesDay], pictures: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield "## The law as it is"
    yield ""
    yield f"Before any reform, {days[0].as_of} → {days[-1].as_of}:"
    yield ""
    first, last = days[0].reports[0].tallies, days[-1].reports[0].tallies
    rows = []
    for one, other in zip(first, last, strict=True):
        turned = [f"{a[0]} → {b[0]}" for a, b in zip(figures(one), figures(other), strict=True)]
        rows.append([one.title, one.pairs, *turned])
    yield from table(
        [
            "scenario",
            "pairs",
            "lawful at once",
            "opened by a remedy",
            "effort",
            "shut",
            "law not encoded",
            "open question",
        ],
        rows,
    )
    friction = [
        [cause, *(sum(tally.friction.get(cause, (0, 0))[0] for tally in each.reports[0].tallies) for each in days)]
        for cause in CAUSES
    ]
    yield "Friction by cause, in effort over all cases that some remedy opens:"
    yield ""
    yield from table(["cause", *(str(each.as_of) for each in days)], friction)
    for title, name in pictures:
        yield f"![{title}]({name})"
        yield ""


def _coverage(days: Sequence[LinesDay], law: Law) -> Iterator[str]:
    yield "## What is encoded, and what is left out"
    yield ""
    rows = []
    for place in days[-1].matrices[0].countries:
        known = [_book(law, each).covered.get(place) for each in days]
        told = ["not encoded" if found is None else _since(found.period.first, found.period.last) for found in known]
        last = known[-1]
        rows.append([_named(place), *told, "; ".join(last.left_out) if last else "everything"])
    head = ["country", *(f"law of {each.as_of}" for each in days), f"left out, law of {days[-1].as_of}"]
    yield from table(head, rows)


def _since(first: date, last: date) -> str:
    return f"of {first} to {last}" if last < END else f"since {first}"


def _book(law: Law, each: LinesDay) -> StatuteBook:
    return law.programs(each.as_of).book
