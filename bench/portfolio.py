"""How fast a portfolio is re-evaluated: all of it, and after changes of one instrument or two.

python -m bench.portfolio --count 100000
"""

from __future__ import annotations

import argparse
import os
from datetime import date

from bench.measuring import load, taken
from engine.analysis.impact import Book, Impact, impact, sides_of
from engine.analysis.portfolio import Stored, synthetic
from engine.law.files import default_rulesets
from engine.law.loading import load_library

ROOT = str(default_rulesets())
TODAY = date(2026, 11, 23)
FALL = "fall-of-the-data-privacy-framework"
# The first reaches few; the second is about the exporters of the Union; the third has an instrument that no place gives
# away, so that every arrangement is read.
CHANGES = {
    "Chile's law takes effect": (Book(ROOT, date(2026, 11, 30)), Book(ROOT, date(2026, 12, 1))),
    "the Data Privacy Framework falls": (
        Book(ROOT, TODAY),
        Book(ROOT, TODAY, "fall-of-the-data-privacy-framework", TODAY),
    ),
    "the Data Privacy Framework begins": (Book(ROOT, date(2023, 7, 9)), Book(ROOT, date(2023, 7, 10))),
}


def whole(stored: list[Stored]) -> None:
    """Measure deciding everything anew, in one process."""
    before, after = CHANGES["Chile's law takes effect"]
    impact(stored[:100], before, after, everything=True)
    found = taken(lambda: impact(stored, before, after, everything=True))
    rates = [2 * len(stored) / seconds for seconds in (found.clock, found.processor)]
    print(
        f"all decided anew: {rates[0]:.0f} decisions a second on the clock, {rates[1]:.0f} a second of one core's time"
    )


def changed(name: str, stored: list[Stored], workers: int) -> None:
    """Measure what a change does to a portfolio."""
    before, after = CHANGES[name]
    sides_of(before, after)  # loads the law
    found: list[Impact] = []
    spent = taken(lambda: found.append(impact(stored, before, after, workers=workers)))
    (answer,) = found
    share = 100 * answer.reached / answer.total
    print(
        f"| {name}: {', '.join(answer.instruments)} | {answer.reached} ({share:.2f} %) | {len(answer.turns)} "
        f"| {spent.clock:.1f} | {spent.processor:.1f} |",
        flush=True,
    )


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--whole", type=int, default=2_000, help="how many are decided for the full rate")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    print(load())
    stored: list[Stored] = []
    made = taken(lambda: stored.extend(synthetic(options.count, load_library(default_rulesets()))))
    print(f"{len(stored)} arrangements made in {made.processor:.0f} s of processor time")
    whole(stored[: options.whole])
    print(
        f"\n| change, {options.workers} processes | reached | outcomes changed | s on the clock | s of processor time |"
    )
    print("|---|---|---|---|---|", flush=True)
    for name in CHANGES:
        changed(name, stored, options.workers)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
