"""Commands that go beyond the verdict: what an arrangement is through time, what differs, what would help."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from engine.analysis.compare import Comparison, compare
from engine.analysis.compare_text import comparison_markdown, comparison_text
from engine.analysis.comparing import Names, Wanted, sides_of
from engine.cli.intake import add_case, arrangement_of, day, plain_of, readings_of
from engine.decision.deciding import decide
from engine.decision.remedies import Remedies, remedies
from engine.decision.remedies_text import remedies_text
from engine.decision.statute import law_under, load_law
from engine.decision.timeline import Timeline, timeline
from engine.decision.timeline_text import timeline_text
from engine.errors import ArrangementError, Fault, did_you_mean
from engine.law.model import Library
from engine.pictures.remedies import remedies_svg
from engine.pictures.timeline import timeline_svg
from engine.pictures.transfers import map_svg

if TYPE_CHECKING:
    Subs = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(subs: Subs) -> None:
    """Add these commands to the command line."""
    parser = subs.add_parser("timeline", help="the outcome on every day on which encoded law changes")
    add_case(parser, "text", "json", "svg")
    parser.add_argument("--from", dest="first", type=day, metavar="DAY", help="first day; start of the term, or of law")
    parser.add_argument("--until", dest="last", type=day, metavar="DAY", help="last day; end of the term, or of law")
    parser.set_defaults(run=_timeline)

    parser = subs.add_parser("map", help="the map of transfers as a picture (SVG): parties, arrows, outcomes")
    add_case(parser, "svg")
    parser.add_argument("-o", "--out", type=Path, metavar="OUT", help="file to write; standard output where left out")
    parser.set_defaults(run=_map)

    parser = subs.add_parser("remedies", help="what would make the whole arrangement lawful, least effort first")
    add_case(parser, "text", "json", "svg")
    parser.add_argument("--most", type=int, default=3, metavar="N", help="how many sets of acts (3)")
    parser.add_argument("--effort", action="append", default=[], metavar="ID=N", help="an effort that counts instead")
    parser.add_argument("--no-alternatives", action="store_true", help="try no other shapes of the arrangement")
    parser.set_defaults(run=_remedies)

    parser = subs.add_parser("compare", help="what differs under two days, two readings, a reform or changed facts")
    add_case(parser, "text", "markdown", "json")
    parser.add_argument("--days", nargs=2, type=day, metavar=("DAY", "DAY"), help="the law of two days")
    parser.add_argument("--against", action="append", default=[], metavar="ID=OPTION", help="the other reading")
    parser.add_argument("--with-reform", metavar="NAME", help="under a reform")
    parser.add_argument("--set", action="append", default=[], metavar="POINTER=VALUE", help="with a changed fact")
    parser.set_defaults(run=_compare)


def _timeline(options: argparse.Namespace) -> int:
    law = load_law(options.rulesets, options.reform)
    found = timeline(
        arrangement_of(options.file, law.library),
        law,
        first=options.first,
        last=options.last,
        as_of=options.as_of,
        readings=readings_of(options.reading, law.library),
    )
    if options.format == "svg":
        _out(timeline_svg(found))
    elif options.format == "json":
        _out(as_json(found, Timeline))
    else:
        _out(timeline_text(found))
    return 0


def _map(options: argparse.Namespace) -> int:
    law = load_law(options.rulesets, options.reform)
    arrangement = arrangement_of(options.file, law.library)
    readings = readings_of(options.reading, law.library)
    picture = map_svg(arrangement, decide(arrangement, law, as_of=options.as_of, readings=readings))
    if options.out is None:
        _out(picture)
    else:
        options.out.write_text(picture, encoding="utf-8")
    return 0


def _remedies(options: argparse.Namespace) -> int:
    law = load_law(options.rulesets, options.reform)
    found = remedies(
        arrangement_of(options.file, law.library),
        law,
        as_of=options.as_of,
        readings=readings_of(options.reading, law.library),
        efforts=_efforts(options.effort, law.library),
        most=options.most,
        alternatives=not options.no_alternatives,
        reforms=[options.reform] if options.reform else (),
        progress=_say if sys.stderr.isatty() else lambda step: None,
    )
    if options.format == "svg":
        _out(remedies_svg(found))
    else:
        _out(as_json(found, Remedies) if options.format == "json" else remedies_text(found))
    return 0 if found.status in ("lawful", "remedies") else 5 if found.status == "facts_missing" else 3


def _efforts(given: list[str], library: Library) -> dict[str, int]:
    chosen: dict[str, int] = {}
    for text in given:
        name, _, number = text.partition("=")
        if name not in library.measures or not number.isdecimal():
            hint = did_you_mean(name, library.measures)
            raise ArrangementError([Fault("bad-effort", f"`{text}` is not MEASURE=NUMBER", "--effort", hint)])
        chosen[name] = int(number)
    return chosen


def _compare(options: argparse.Namespace) -> int:
    law = load_law(options.rulesets, options.reform)
    wanted = Wanted(
        tuple(options.days) if options.days else None,
        readings_of(options.against, law.library),
        options.with_reform,
        tuple(options.set),
    )
    one, other = sides_of(
        plain_of(options.file),
        law,
        wanted,
        partial(law_under, options.rulesets),
        Names("--set", "compare", "add --days, --against, --with-reform or --set"),
        as_of=options.as_of,
        readings=readings_of(options.reading, law.library),
        reforms=[options.reform] if options.reform else (),
    )
    found = compare(one, other)
    if options.format == "json":
        _out(as_json(found, Comparison))
    else:
        _out(comparison_markdown(found) if options.format == "markdown" else comparison_text(found))
    return 0


def as_json(value: object, kind: Any) -> str:
    """Return plain data classes as indented JSON."""
    return TypeAdapter[Any](kind).dump_json(value, indent=2).decode()


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _out(text: str) -> None:
    print(text.rstrip("\n"))
