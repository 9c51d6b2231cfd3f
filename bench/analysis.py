"""What the answers beyond the verdict cost: a matrix of 60 by 60, remedies and timelines of every example.

python -m bench.analysis [--scenario NAME]

Seconds on the clock beside processor time, that of other processes included; the load of the machine is printed first,
since the clock means little on a busy one. Examples are asked for twice. The second time counts, as in a service that
has been running for a while; the first time, which also makes programs of the law, stands beside it.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from bench.measuring import Taken, load, taken
from bench.workload import EXAMPLE, consortium, shipped
from engine import Arrangement, Law
from engine.analysis.matrix import matrix
from engine.decision.remedies import remedies
from engine.decision.timeline import timeline
from engine.law.intake import parse_yaml, read_arrangement

DAY = date(2026, 11, 23)
SIZE = 60


def examples(law: Law) -> list[tuple[str, Arrangement]]:
    """Return the examples, by name."""
    files = sorted(Path(EXAMPLE).parent.glob("*.yaml"))
    return [
        (each.stem, read_arrangement(parse_yaml(each.read_text(encoding="utf-8"), each.name), law.library))
        for each in files
    ]


def of_matrix(law: Law, scenario: str, processes: int) -> None:
    """Measure a matrix of places that are covered, members of the Union only where there are no others left."""
    law = Law(law.library)  # which remembers nothing of a matrix made before
    law.programs(DAY).make_everything()
    members = {each.member for each in law.library.groups["eu"].members}
    covered = sorted(place for place in law.programs(DAY).book.covered if len(place) == 2)
    places = sorted(sorted(covered, key=lambda place: place in members)[:SIZE])
    found = taken(lambda: matrix(scenario, law, places, as_of=DAY, workers=processes))
    pairs = len(places) * (len(places) - 1)
    shared = "one process" if processes < 2 else f"{processes} processes"
    row(
        f"matrix {len(places)} x {len(places)}, {scenario}, {shared}",
        found,
        f"{1000 * found.processor / pairs:.1f} ms a pair",
    )


def row(what: str, found: Taken, more: str = "") -> None:
    """Print a row."""
    print(f"| {what} | {found.clock:.1f} | {found.processor:.1f} | {more} |", flush=True)


def spread(name: str, ask: Callable[[Arrangement], object], given: list[tuple[str, Arrangement]]) -> None:
    """Measure one answer for every example, and print how its times are spread; each is asked for once beforehand."""
    first = {each: taken(partial(ask, one)) for each, one in given}
    again = {each: taken(partial(ask, one)) for each, one in given}
    for times, side in ((again, "clock"), (again, "processor"), (first, "processor")):
        seconds = {each: getattr(spent, side) for each, spent in times.items()}
        tenths = statistics.quantiles(seconds.values(), n=10, method="inclusive")
        slowest = max(seconds, key=seconds.__getitem__)
        what = f"{name}, {'the first time, ' if times is first else ''}{side}"
        print(f"| {what} | {tenths[4]:.2f} | {tenths[8]:.2f} | {seconds[slowest]:.2f} | {slowest} |", flush=True)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scenario", default="health-cohort")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    law = shipped()
    law.programs(DAY).make_everything()
    print(load())
    print("\n| what | s on the clock | s of processor time | |\n|---|---|---|---|")
    for processes in (1, options.workers):
        of_matrix(law, options.scenario, processes)
    for size in (4, 12):
        given = read_arrangement(consortium(size), law.library)
        row(f"remedies, consortium of {size} parties", taken(partial(remedies, given, law, as_of=DAY)))
    given_examples = examples(law)
    print(f"\n| {len(given_examples)} examples | p50 s | p90 s | most s | |\n|---|---|---|---|---|")
    spread("remedies", lambda each: remedies(each, law, as_of=DAY), given_examples)
    spread("timeline", lambda each: timeline(each, law, as_of=DAY), given_examples)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
