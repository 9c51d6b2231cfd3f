"""How fast a portfolio is re-evaluated: all of it, and after a change of one instrument that reaches one in a hundred.

python -m bench.portfolio --count 100000
"""

from __future__ import annotations

import argparse
import os
import time
from datetime import date
from pathlib import Path

from engine.analysis.impact import Book, Index, impact
from engine.analysis.portfolio import synthetic
from engine.law.files import default_rulesets
from engine.law.loading import load_library

DAY = date(2026, 11, 23)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--whole", type=int, default=2_000, help="how many are decided for the full rate")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--before", type=date.fromisoformat, default=date(2026, 11, 30), help="day before a change")
    parser.add_argument("--after", type=date.fromisoformat, default=date(2026, 12, 1), help="day of the change")
    options = parser.parse_args()
    root: Path = default_rulesets()
    library = load_library(root)
    start = time.perf_counter()
    stored = list(synthetic(options.count, library))
    print(f"{len(stored)} arrangements made in {time.perf_counter() - start:.1f} s")
    before, after = Book(str(root), options.before), Book(str(root), options.after)
    Index(before, after)  # loads the law
    start = time.perf_counter()
    some = stored[: options.whole]
    impact(some, before, after, everything=True)
    rate = 2 * len(some) / (time.perf_counter() - start)
    print(f"full re-evaluation: {rate:.0f} decisions per second and core")
    start = time.perf_counter()
    found = impact(stored, before, after, workers=options.workers)
    seconds = time.perf_counter() - start
    share = 100 * found.reached / found.total
    print(f"changed: {', '.join(found.instruments)}")
    print(f"{found.reached} of {found.total} reached ({share:.2f} %), {seconds:.1f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
