"""What the answers beyond the verdict cost: a matrix of 60 by 60, remedies and timelines of every example.

python -m bench.analysis [--scenario NAME]

Seconds on the clock beside seconds of processor time, those of other processes included; the load of the machine is
printed first, since the clock means little on a busy one. Every answer is asked for twice and the second one counts, as
in a service that has been running for a while; the first one, which also makes the programs of law, stands beside it.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench.workload import EXAMPLE, consortium, shipped
from engine import Arrangement, Law
from engine.analysis.matrix import matrix
from engine.decision.remedies import remedies
from engine.decision.timeline import timeline
from engine.law.intake import parse_yaml, read_arrangement

DAY = date(2026, 11, 23)
SIZE = 60


@dataclass(frozen=True)
class Taken:
    """Seconds that something took."""

    clock: float
    processor: float


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def taken(action: Callable[[], object]) -> Taken:
    """Return what an action takes."""
    clock, processor = time.perf_counter(), _processor()
    action()
    return Taken(time.perf_counter() - clock, _processor() - processor)


def examples(law: Law) -> list[tuple[str, Arrangement]]:
    """Return the examples, by name."""
    files = sorted(Path(EXAMPLE).parent.glob("*.yaml"))
    return [
        (each.stem, read_arrangement(parse_yaml(each.read_text(encoding="utf-8"), each.name), law.library))
        for each in files
    ]


def of_matrix(law: Law, scenario: str, workers: int) -> None:
    """Measure a matrix: places that are covered, the members of the Union last."""
    covered = [place for place in sorted(law.programs(DAY).book.covered) if len(place) == 2]
    union = law.library.groups["eu"]
    members = {each.member for each in union.members}
    places = sorted(sorted(covered, key=lambda place: place in members)[:SIZE])
    for processes in (1, workers):
        found = taken(lambda n=processes: matrix(scenario, law, places, as_of=DAY, workers=n))  # type: ignore[misc]
        pairs = len(places) * (len(places) - 1)
        print(
            f"| matrix {len(places)} x {len(places)}, {scenario}, {processes} process{'es'[: 2 * (processes > 1)]} "
            f"| {found.clock:.1f} | {found.processor:.1f} | {1000 * found.processor / pairs:.1f} ms a pair |"
        )


def spread(name: str, ask: Callable[[Arrangement], object], given: list[tuple[str, Arrangement]]) -> None:
    """Measure one answer for every example, and print how its times are spread."""
    first = {each: taken(lambda a=one: ask(a)) for each, one in given}  # type: ignore[misc]
    again = {each: taken(lambda a=one: ask(a)) for each, one in given}  # type: ignore[misc]
    for times, what in ((again, name), (first, f"{name}, first time")):
        for side in ("clock", "processor"):
            listed = sorted(getattr(each, side) for each in times.values())
            slowest = max(times, key=lambda each, t=times, s=side: getattr(t[each], s))  # type: ignore[misc]
            tenths = statistics.quantiles(listed, n=10, method="inclusive")
            print(f"| {what}, {side} | {tenths[4]:.2f} | {tenths[8]:.2f} | {listed[-1]:.2f} | {slowest} |", flush=True)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scenario", default="health-cohort")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    law = shipped()
    law.programs(DAY).make_everything()
    print("load of the machine: " + ", ".join(f"{each:.1f}" for each in os.getloadavg()))
    print("\n| what | s on the clock | s of processor time | |\n|---|---|---|---|")
    of_matrix(law, options.scenario, options.workers)
    for size in (4, 12):
        given = read_arrangement(consortium(size), law.library)
        found = taken(lambda a=given: remedies(a, law, as_of=DAY))  # type: ignore[misc]
        print(f"| remedies, consortium of {size} parties | {found.clock:.1f} | {found.processor:.1f} | |", flush=True)
    given_examples = examples(law)
    print(f"\n| {len(given_examples)} examples | p50 s | p90 s | most s | |\n|---|---|---|---|---|")
    spread("remedies", lambda each: remedies(each, law, as_of=DAY), given_examples)
    spread("timeline", lambda each: timeline(each, law, as_of=DAY), given_examples)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
