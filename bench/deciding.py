"""What a decision costs, beside validating its input and serialising its answer; and where the time goes.

python -m bench.deciding -o result.json        a pyperf script; `python -m bench` runs it and prints ratios
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pyperf

from bench.workload import arrangements, part_of_the_law, shipped, typical, variant
from engine import Arrangement, Law
from engine.collecting import settle
from engine.decision.deciding import decide
from engine.decision.findings import Assembler
from engine.decision.model import DECISION
from engine.decision.settling import Settled
from engine.facts.views import ArrangementView
from engine.inference.evaluation import Judge
from engine.law.files import default_rulesets, find
from engine.law.loading import build_library

VARIANTS = 64


def _cycle(action: Callable[[int], object], variants: int) -> Callable[[int], float]:
    """Return a timer that calls `action` with 0, 1, 2 ... up to the last variant, over and over: all count alike."""

    def timer(loops: int) -> float:
        start = time.perf_counter()
        for _ in range(loops):
            for index in range(variants):
                action(index)
        return time.perf_counter() - start

    return timer


def _never_seen(law: Law) -> Callable[[int], float]:
    """Return a timer that decides variants which were never decided before."""
    seeds = count(VARIANTS)

    def timer(loops: int) -> float:
        new = [Arrangement.model_validate(variant(next(seeds))) for _ in range(loops)]
        start = time.perf_counter()
        for each in new:
            decide(each, law)
        return time.perf_counter() - start

    return timer


def _decide_one(read: Sequence[Arrangement], law: Law, index: int) -> None:
    decide(read[index], law)


def _judged(law: Law, arrangement: Arrangement, core: bool) -> Judge:
    day = arrangement.as_of
    assert day is not None
    programs = law.programs(day)
    view = ArrangementView(arrangement, day)
    judge = Judge(programs, {}, law.core if core else None)
    for leg in view.legs:
        for name in programs.candidates(leg):
            judge.decide(name, leg)
    return judge


def _atoms(law: Law, arrangement: Arrangement) -> None:
    day = arrangement.as_of
    assert day is not None
    programs = law.programs(day)
    judge = Judge(programs, {}, None)
    for leg in ArrangementView(arrangement, day).legs:
        for name in programs.candidates(leg):
            program = programs.instrument(name)
            (program.gate or program).values(leg, judge.now)


def _explained(law: Law, arrangement: Arrangement) -> None:
    day = arrangement.as_of
    assert day is not None
    programs = law.programs(day)
    judge = Judge(programs, {}, None)
    assembler = Assembler(programs.book, judge, thorough=False)
    for leg in ArrangementView(arrangement, day).legs:
        for name in programs.candidates(leg):
            found = judge.decide(name, leg)
            assembler.finding(Settled(found.verdict.outcome, found), leg)


UNRELATED = {"au", "nz", "hk", "br", "in", "sg", "kr", "ch", "za", "ke"}


def main() -> None:
    """Run the benchmarks."""
    runner = pyperf.Runner(processes=3, values=5, warmups=2)
    law = shipped()
    read = arrangements(law, VARIANTS)
    bodies = [json.dumps(each) for each in [typical(), *(variant(seed) for seed in range(1, VARIANTS))]]
    decisions = [decide(each, law) for each in read]
    settle()  # as the service does

    def floor(index: int) -> None:
        Arrangement.model_validate_json(bodies[index])
        DECISION.dump_json(decisions[index])

    timers: dict[str, Callable[[int], object]] = {
        "validate and serialise": floor,
        "decide": lambda index: decide(read[index], law),
        "decide, reference only": lambda index: decide(read[index], law, core=False),
        "atoms of the gates": lambda index: _atoms(law, read[index]),
        "reference": lambda index: _judged(law, read[index], core=False),
        "reference and core": lambda index: _judged(law, read[index], core=True),
        "reference and explanation": lambda index: _explained(law, read[index]),
    }
    for name, action in timers.items():
        runner.bench_time_func(name, _cycle(action, VARIANTS), inner_loops=VARIANTS)
    runner.bench_time_func("decide, never seen before", _never_seen(law))
    fewer, all_of_it = part_of_the_law(lambda folder: folder not in UNRELATED), part_of_the_law(lambda _: True)
    for name, other in (("decide, without unrelated law", fewer), ("decide, with unrelated law", all_of_it)):
        same = [each for each in read if _reads(each, other)]
        runner.bench_time_func(name, _cycle(partial(_decide_one, same, other), len(same)), inner_loops=len(same))
    with TemporaryDirectory():
        runner.bench_func("load and check everything", lambda: build_library(find(Path(default_rulesets()))))


def _reads(arrangement: Arrangement, law: Law) -> bool:
    names = {name for transfer in arrangement.transfers for name in transfer.measures} | set(arrangement.measures)
    return names <= set(law.library.measures)


if __name__ == "__main__":
    main()
