"""Read what the commands are given: files, readings, options that several commands share."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from engine.errors import ArrangementError, Fault, did_you_mean
from engine.facts.arrangement import Arrangement
from engine.law.intake import parse_json, parse_yaml, read_arrangement
from engine.law.model import Library


def text_of(file: str) -> str:
    """Return the text of a file, or of standard input for `-`.

    Raises:
        ArrangementError: It is not UTF-8.
    """
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ArrangementError([Fault("not-utf-8", "the file is not UTF-8", file)]) from None


def plain_of(file: str) -> Any:
    """Return a YAML or JSON file as plain data."""
    text = text_of(file)
    is_json = file.endswith(".json") or (file == "-" and text.lstrip()[:1] in ("{", "["))
    return parse_json(text) if is_json else parse_yaml(text, file)


def arrangement_of(file: str, library: Library) -> Arrangement:
    """Return the arrangement of a file.

    Raises:
        ArrangementError: Every fault of it.
    """
    return read_arrangement(plain_of(file), library)


def readings_of(given: Iterable[str], library: Library) -> dict[str, str]:
    """Return the readings chosen with `--reading ID=OPTION`.

    Raises:
        ArrangementError: One is not written so, or not known.
    """
    chosen: dict[str, str] = {}
    faults = []
    for text in given:
        name, equals, option = text.partition("=")
        known = library.readings.get(name)
        if not equals:
            faults.append(Fault("bad-reading", f"`{text}` is not ID=OPTION", "--reading"))
        elif known is None or option not in known.options:
            hint = did_you_mean(name, library.readings) if known is None else f"known are {', '.join(known.options)}"
            faults.append(Fault("unknown-reading", f"there is no reading `{text}`", f"--reading {name}", hint))
        else:
            chosen[name] = option
    if faults:
        raise ArrangementError(faults)
    return chosen


def day(text: str) -> date:
    """Return a day of the command line.

    Raises:
        ArgumentTypeError: It is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"`{text}` is not a day; write YYYY-MM-DD") from None


def add_case(parser: argparse.ArgumentParser, *formats: str) -> None:
    """Add what every command about one arrangement takes; the first format is the one left out."""
    parser.add_argument("file", metavar="FILE", help="YAML or JSON; - for standard input")
    parser.add_argument("--as-of", type=day, metavar="DAY", help="the law of this day (YYYY-MM-DD)")
    parser.add_argument("--reading", action="append", default=[], metavar="ID=OPTION", help="choose a reading")
    parser.add_argument("--format", choices=formats, default=formats[0])
