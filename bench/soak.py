"""Decide many arrangements in one process and watch its memory: `python -m bench.soak [DECISIONS]`, else 200,000."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.workload import shipped, variant
from engine.decision.deciding import decide
from engine.decision.model import DECISION
from engine.law.intake import read_arrangement

_PAGE = 4096


def resident() -> float:
    """Return the megabytes of memory in use."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE / 1e6


def main(count: int) -> int:
    """Print the memory in use twenty times along the way; fail where it still grows after the first quarter."""
    law = shipped()
    step = max(count // 20, 1)
    readings: list[float] = []
    for number in range(count):
        arrangement = read_arrangement(variant(number % 20_011), law.library)
        DECISION.dump_json(decide(arrangement, law))
        if number % step == step - 1:
            readings.append(resident())
            print(f"{number + 1:>8} decisions, {readings[-1]:.0f} MB", flush=True)
    warm = readings[len(readings) // 4]
    growth = readings[-1] / warm - 1
    print(f"growth after warm-up: {growth * 100:+.1f} %")
    return 1 if growth > 0.1 else 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000))
