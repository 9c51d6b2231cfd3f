"""How long something takes: on the clock, and in processor time, which a busy machine stretches less."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Taken:
    """Seconds that something took; processor time includes that of other processes that have ended."""

    clock: float
    processor: float


def taken(action: Callable[[], object]) -> Taken:
    """Return what an action takes."""
    clock, processor = time.perf_counter(), _processor()
    action()
    return Taken(time.perf_counter() - clock, _processor() - processor)


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def load() -> str:
    """Return the load of the machine, as a line."""
    return f"load of the machine, {os.cpu_count()} cores: " + ", ".join(f"{each:.1f}" for each in os.getloadavg())
