"""`safeconduct impact`: what a change of law does to a portfolio of stored arrangements."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from tqdm import tqdm

from engine.analysis.impact import Book, Impact, impact
from engine.analysis.portfolio import Stored, read_portfolio
from engine.decision.rendering import WORDS
from engine.errors import ArrangementError, Fault
from engine.law.reforms import load_reform, reform_names

if TYPE_CHECKING:
    Subs = argparse._SubParsersAction[argparse.ArgumentParser]

_BOOK = "DAY, REFORM, REFORM@DAY, FOLDER or FOLDER@DAY"


def add_commands(subs: Subs) -> None:
    """Add the command to the command line."""
    parser = subs.add_parser("impact", help="re-evaluate a portfolio under a changed statute book")
    parser.add_argument("--portfolio", required=True, metavar="DIR|FILE|URL", help="folder, NDJSON file, or database")
    parser.add_argument(
        "--stored",
        choices=("agreements", "evaluations"),
        default="agreements",
        help="of a database: which (agreements)",
    )
    parser.add_argument("--organisation", metavar="ID", help="of a database: whose; everybody's where left out")
    parser.add_argument("--before", required=True, metavar="BOOK", help=_BOOK)
    parser.add_argument("--after", required=True, metavar="BOOK", help="likewise")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="local processes")
    parser.add_argument("--cluster", metavar="ADDRESS", help="a Dask scheduler, instead of local processes")
    parser.add_argument("--resume", type=Path, metavar="FILE", help="keep here what is done, and go on from there")
    parser.add_argument("--everything", action="store_true", help="also decide anew what the change cannot reach")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(run=_impact)


def _impact(options: argparse.Namespace) -> int:
    with tqdm(unit=" arrangements", disable=not sys.stderr.isatty()) as bar:
        found = impact(
            _portfolio(options),
            book_of(options.before, options.rulesets),
            book_of(options.after, options.rulesets),
            workers=options.workers,
            cluster=options.cluster,
            everything=options.everything,
            resume=options.resume,
            progress=partial(_advance, bar),
        )
    if options.format == "json":
        print(TypeAdapter[Any](Impact).dump_json(found, indent=2).decode())
    else:
        print("\n".join(_lines(found)))
    return 0


def _portfolio(options: argparse.Namespace) -> Iterator[Stored]:
    if "://" not in options.portfolio:
        return read_portfolio(Path(options.portfolio))
    # Databases are the service's; it is found by name, since it stands above the commands.
    reader: Any = import_module("service.records.portfolio")
    found: Iterator[Stored] = reader.read_database(options.portfolio, options.stored, options.organisation)
    return found


def _advance(bar: Any, done: int, total: int) -> None:
    bar.total = total
    bar.update(done - bar.n)


def book_of(text: str, rulesets: Path) -> Book:
    """Return the book that a text names: a day, a reform, or a folder of rulesets, with a day or of today.

    Raises:
        ArrangementError: It names none.
    """
    name, _, written = text.partition("@")
    today = date.today()  # noqa: DTZ011 - the caller's own calendar
    try:
        day = date.fromisoformat(written) if written else today
        if not written and len(text) == 10 and text[4] == "-":
            return Book(str(rulesets), date.fromisoformat(text))
    except ValueError:
        raise ArrangementError([Fault("bad-book", f"`{text}` names no day", "book", _BOOK)]) from None
    if name in reform_names(rulesets):
        begins = load_reform(rulesets, name).first
        return Book(str(rulesets), day, name, day if day < begins else None)
    if Path(name).is_dir():
        return Book(name, day)
    raise ArrangementError([Fault("bad-book", f"`{text}` is no day, reform or folder of rulesets", "book", _BOOK)])


def _lines(found: Impact) -> Iterator[str]:
    reached = f"{found.reached} within reach of the change"
    yield f"{found.total} arrangements, {reached}, {len(found.turns)} turn out otherwise"
    yield f"permissions lost: {found.lost}, gained: {found.gained}"
    yield f"instruments changed: {', '.join(found.instruments) or 'none'}"
    if found.covered:
        yield f"covered in one book only: {', '.join(found.covered)}"
    for turn in found.turns:
        yield f"  {turn.kind}: {turn.id}: {WORDS[turn.before]} -> {WORDS[turn.after]}{turn.fault and ' ' + turn.fault}"
        for name, (old, new) in turn.transfers.items():
            yield f"      {name}: {WORDS[old]} -> {WORDS[new]}"
