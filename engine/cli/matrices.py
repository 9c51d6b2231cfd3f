"""Commands over many pairs of countries: the matrix of a scenario, and what a reform changes."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from tqdm import tqdm

from engine.analysis.four_lines import BRIEF, LINES, LinesDay, inputs_digest, lines_markdown
from engine.analysis.matrix import Matrix, countries_of, matrix
from engine.analysis.matrix_text import matrix_csv, matrix_html
from engine.analysis.reform_report import ReformReport
from engine.analysis.reforming import reform_report
from engine.analysis.reforming_text import report_markdown
from engine.analysis.scenario import scenario, scenario_names
from engine.cli.intake import day, readings_of
from engine.decision.statute import Law, law_under, load_law
from engine.law.reforms import load_reform
from engine.pictures.heatmap import heatmap_svg

if TYPE_CHECKING:
    Subs = argparse._SubParsersAction[argparse.ArgumentParser]

# Shown on the page of the four lines, before and under a reform.
_PICTURED = "health-cohort"


def add_commands(subs: Subs) -> None:
    """Add these commands to the command line."""
    parser = subs.add_parser("matrix", help="a reference arrangement for every ordered pair of countries")
    parser.add_argument("--scenario", required=True, metavar="NAME", help=f"one of {', '.join(scenario_names())}")
    _common(parser)
    parser.add_argument("--reading", action="append", default=[], metavar="ID=OPTION", help="choose a reading")
    parser.add_argument("--format", choices=("text", "json", "csv", "html", "svg"), default="text")
    parser.set_defaults(run=_matrix)

    parser = subs.add_parser("reform", help="which pairs and scenarios a reform opens or closes, at what effort")
    parser.add_argument("name", metavar="NAME", help="a reform, or `lines` for the report on the four lines of effort")
    parser.add_argument("--scenario", action="append", default=[], metavar="NAME", help="all where left out")
    _common(parser)
    parser.add_argument("--format", choices=("markdown", "json"), default="markdown")
    parser.add_argument("--output", type=Path, metavar="FILE", help="for `lines`: write here, with pictures beside it")
    parser.set_defaults(run=_reform)


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--jurisdictions", default="t12", metavar="GROUP|LIST", help="such as t12, g7, eu or FI,US,JP")
    parser.add_argument("--as-of", type=day, default=date.today(), metavar="DAY")  # noqa: DTZ011 - the caller's own
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="processes")


def _matrix(options: argparse.Namespace) -> int:
    law = _law(options)
    places = countries_of(options.jurisdictions, law, options.as_of)
    with tqdm(total=len(places) * (len(places) - 1), unit=" pairs", disable=not sys.stderr.isatty()) as bar:
        found = matrix(
            options.scenario,
            law,
            places,
            as_of=options.as_of,
            readings=readings_of(options.reading, law.library),
            reforms=(options.reform,) if options.reform else (),
            workers=options.workers,
            progress=partial(_advance, bar),
        )
    print(_written(found, options.format).rstrip("\n"))
    return 0


def _law(options: argparse.Namespace) -> Law:
    if options.reform is None:
        return load_law(options.rulesets)
    return law_under(options.rulesets, options.reform, options.as_of)


def _advance(bar: Any, done: int, _total: int) -> None:
    bar.update(done - bar.n)


def _written(found: Matrix, form: str) -> str:
    if form == "json":
        return as_json(found, Matrix)
    if form == "csv":
        return matrix_csv(found)
    if form == "text":
        return _text(found)
    return heatmap_svg(found) if form == "svg" else matrix_html(found, heatmap_svg(found))


def _text(found: Matrix) -> str:
    signs = {"prohibited": "X", "not_yet_permitted": "!", "undetermined": "?"}
    lines = [
        f"{found.title}, law of {found.as_of}",
        "",
        "      " + " ".join(f"{place:>4}" for place in found.countries),
    ]
    for one in found.countries:
        row = []
        for other in found.countries:
            cell = found.cell(one, other)
            row.append("   ." if cell is None else f"{signs.get(cell.outcome, '+') + str(cell.effort or ''):>4}")
        lines.append(f"{one:>4}  {' '.join(row)}")
    legend = "rows export, columns import; + lawful, ! wants measures (least effort), ? undetermined, X prohibited"
    return "\n".join([*lines, "", legend, found.notice, found.basis.sentence()])


def _reform(options: argparse.Namespace) -> int:
    if options.name == "lines":
        return _lines(options)
    law = load_law(options.rulesets)
    places = countries_of(options.jurisdictions, law, options.as_of)
    found = _report(options, options.name, law, places, options.as_of, {})
    if options.format == "json":
        print(as_json(found, ReformReport))
    else:
        print("\n".join([f"# Reform `{options.name}`", "", *report_markdown(found)]).rstrip("\n"))
    return 0


def _report(
    options: argparse.Namespace,
    name: str,
    law: Law,
    places: tuple[str, ...],
    as_of: date,
    known: dict[str, Matrix],
) -> ReformReport:
    reform = load_reform(options.rulesets, name)
    reformed = law_under(options.rulesets, name, as_of)
    names = options.scenario or scenario_names()
    for each in names:
        scenario(each)
    said = (name, reform.title, reform.says)
    say = (lambda step: print(step, file=sys.stderr)) if sys.stderr.isatty() else (lambda step: None)
    return reform_report(
        said, law, reformed, places, names, as_of=as_of, workers=options.workers, known=known, progress=say
    )


def _lines(options: argparse.Namespace) -> int:
    law = load_law(options.rulesets)
    places = countries_of(options.jurisdictions, law, options.as_of)
    days = []
    for as_of in (BRIEF, options.as_of):
        known: dict[str, Matrix] = {}
        reports = tuple(_report(options, name, law, places, as_of, known) for name in LINES)
        days.append(LinesDay(as_of, tuple(known.values()), reports))
    if options.format == "json":
        print(as_json([report for each in days for report in each.reports], list[ReformReport]))
        return 0
    pictures = _pictures(options.output, days) if options.output else []
    page = lines_markdown(
        days, law, command=_command(options), digest=inputs_digest(options.rulesets), pictures=pictures
    )
    if options.output:
        options.output.write_text("\n".join(page) + "\n", encoding="utf-8")
    else:
        print("\n".join(page))
    return 0


def _command(options: argparse.Namespace) -> str:
    said = ["safeconduct", "reform", "lines", "--as-of", options.as_of.isoformat()]
    said += ["--jurisdictions", options.jurisdictions] if options.jurisdictions != "t12" else []
    said += [word for name in options.scenario for word in ("--scenario", name)]
    return " ".join([*said, *(["--output", str(options.output)] if options.output else [])])


def _pictures(page: Path, days: list[LinesDay]) -> list[tuple[str, str]]:
    """Draw one scenario on each day beside the page; return titles and file names."""
    drawn = []
    for each in days:
        shown = next((found for found in each.matrices if found.scenario == _PICTURED), each.matrices[0])
        file = page.with_name(f"{page.stem}-{each.as_of}.svg")
        file.write_text(heatmap_svg(shown), encoding="utf-8")
        drawn.append((f"{shown.title}, law of {each.as_of}", file.name))
    return drawn


def as_json(value: object, kind: Any) -> str:
    """Return plain data classes as indented JSON."""
    return TypeAdapter[Any](kind).dump_json(value, indent=2).decode()
