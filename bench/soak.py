"""Decide many arrangements in one process and watch its memory: `python -m bench.soak [DECISIONS]`, else 200,000.

Every tenth decision is of a variant of a shipped example, in turn, under the whole statute book on one of a few days;
the rest are of the invented countries of the tests, whose law is small, so that a run ends within hours. That law is
given up and loaded anew now and then, as a service does when its law changes. Both evaluators take part throughout,
and a difference between them ends the run.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import linear_regression
from typing import Any

from bench.workload import EXAMPLES, shipped, varied
from engine import ArrangementError, Law
from engine.decision.deciding import decide
from engine.decision.model import DECISION
from engine.law.intake import read_arrangement
from tests.rulesets_for_tests.making import plain, zedland

DAYS = (date(2018, 6, 1), date(2021, 1, 1), date(2024, 3, 1), date(2026, 11, 26), date(2027, 6, 1))
READINGS = 40
_COUNTRIES = ("BV", "HM", "IO", "GS", "TF")
_ALLOWED = 0.1  # growth after warm-up, of the memory then


def resident() -> float:
    """Return the megabytes of memory in use."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6


def main() -> int:
    """Print the memory in use along the way; fail where it still grows after the first half."""
    parser = argparse.ArgumentParser()
    parser.add_argument("decisions", type=int, nargs="?", default=200_000)
    parser.add_argument("--whole-every", type=int, default=10, help="which are decided by the whole statute book")
    parser.add_argument("--reload-every", type=int, default=5_000, help="when the small law is loaded anew")
    options = parser.parse_args()
    chance = random.Random(options.decisions)
    whole, small = shipped(), zedland()
    counts = {"whole": 0, "small": 0, "refused": 0}
    readings: list[tuple[int, float]] = []
    start = time.monotonic()
    for number in range(1, options.decisions + 1):
        if number % options.whole_every == 0:
            data = varied(EXAMPLES[counts["whole"] % len(EXAMPLES)], chance)
            counts["whole"] += 1
            counts["refused"] += not _decided(data, whole, chance.choice(DAYS))
        else:
            counts["small"] += 1
            counts["refused"] += not _decided(_small(chance), small, chance.choice(DAYS))
        if number % options.reload_every == 0:
            small.close()
            zedland.cache_clear()
            small = zedland()
        if number % max(options.decisions // READINGS, 1) == 0:
            readings.append((number, resident()))
            print(f"{number:>8} decisions, {readings[-1][1]:.0f} MB, {time.monotonic() - start:.0f} s", flush=True)
    print(", ".join(f"{name} {count}" for name, count in counts.items()))
    return told(readings)


def told(readings: Sequence[tuple[int, float]]) -> int:
    """Print how memory went after the first half, and return 1 where it grew too much, else 0."""
    later = readings[len(readings) // 2 :]
    if len(later) < 2:
        return 0
    slope, _ = linear_regression([number for number, _ in later], [memory for _, memory in later])
    growth = later[-1][1] / later[0][1] - 1
    print(f"second half: {growth * 100:+.1f} %, {slope * 1000:+.2f} MB per 1,000 decisions")
    return 1 if growth > _ALLOWED else 0


def _decided(data: dict[str, Any], law: Law, day: date) -> bool:
    """Decide and serialise; False where a variant is no arrangement that can be decided."""
    try:
        arrangement = read_arrangement(data, law.library)
    except ArrangementError:
        return False
    DECISION.dump_json(decide(arrangement, law, as_of=day, on_difference=_differs))
    return True


def _small(chance: random.Random) -> dict[str, Any]:
    """Return an arrangement among the invented countries."""
    data = plain(datasets__0__subjects__0__persons=chance.randrange(1, 1_000_000))
    for party in data["parties"]:
        party["country"] = chance.choice(_COUNTRIES)
        party["kind"] = chance.choice(("university", "company", "public_research_body", "research_institute"))
    data["datasets"][0]["categories"] = chance.sample(("health", "survey_microdata", "biometric", "human_genomic"), 2)
    data["measures"] = {name: True for name in ("zz.clauses", "zz.seal", "yy.notice") if chance.random() < 0.3}
    return data


def _differs(instrument: str, transfer: str, difference: str) -> None:
    raise AssertionError(f"evaluators differ on {instrument} for {transfer}: {difference}")


if __name__ == "__main__":
    raise SystemExit(main())
