"""Commands that go beyond the verdict: what an arrangement is through time, what differs, what would help."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from engine.cli.intake import add_case, arrangement_of, day, readings_of
from engine.decision.statute import load_law
from engine.decision.timeline import Timeline, timeline
from engine.decision.timeline_text import timeline_text
from engine.pictures.timeline import timeline_svg

if TYPE_CHECKING:
    Subs = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(subs: Subs) -> None:
    """Add these commands to the command line."""
    parser = subs.add_parser("timeline", help="the outcome on every day on which encoded law changes")
    add_case(parser, "text", "json", "svg")
    parser.add_argument("--from", dest="first", type=day, metavar="DAY", help="first day; start of the term, or of law")
    parser.add_argument("--until", dest="last", type=day, metavar="DAY", help="last day; end of the term, or of law")
    parser.set_defaults(run=_timeline)


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


def as_json(value: object, kind: Any) -> str:
    """Return plain data classes as indented JSON."""
    return TypeAdapter[Any](kind).dump_json(value, indent=2).decode()


def _out(text: str) -> None:
    print(text.rstrip("\n"))
