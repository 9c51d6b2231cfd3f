"""Compare the engines: `python -m bench.peers [RULES ...]`. Identical answers first, then the median time per flow."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

from bench.peers import engines, workload
from bench.peers.ours import Ours
from bench.peers.workload import Flow, Rule

_CHECKED = 100
_SECONDS = 1.0
_REPEATS = 3

MAKERS: dict[str, Callable[[list[Rule]], engines.Engine]] = {
    "plain Python": lambda rules: _Plain(rules),
    "safeconduct, both evaluators": Ours,
    "safeconduct, both evaluators, nothing remembered": lambda rules: Ours(rules, remember=0),
    "safeconduct, reference only": lambda rules: Ours(rules, core=False),
    "clipspy": engines.Clips,
    "zen-engine": engines.Zen,
    "cedarpy": engines.Cedar,
    "durable_rules as documented": engines.PlainDurable,
    "regopy": engines.Rego,
}


class _Plain:
    """The reference answer, which scans all rules."""

    def __init__(self, rules: list[Rule]) -> None:
        self.rules = rules

    def run(self, flow: Flow) -> set[str]:
        return workload.fired(self.rules, flow)


def essence(names: set[str], rules: dict[str, Rule]) -> set[str]:
    """Return the rules of level 2 that fired and the tokens that those of level 1 left."""
    return {rules[name].leaves or name if name in rules else name for name in names}


def measure(make: Callable[[list[Rule]], engines.Engine], rules: list[Rule], flows: list[Flow]) -> tuple[int, float]:
    """Return how many answers differ, and the median microseconds per flow."""
    by_id = {rule.id: rule for rule in rules}
    engine = make(rules)
    wrong = 0
    deadline = time.perf_counter() + 20
    for flow in flows[:_CHECKED]:
        wrong += essence(set(engine.run(flow)), by_id) != essence(workload.fired(rules, flow), by_id)
        if time.perf_counter() > deadline:
            break
    times: list[float] = []
    end = time.perf_counter() + _SECONDS
    while time.perf_counter() < end or len(times) < 5:
        flow = flows[len(times) % len(flows)]
        start = time.perf_counter()
        engine.run(flow)
        times.append(time.perf_counter() - start)
    return wrong, statistics.median(times) * 1e6


def main(sizes: list[int]) -> int:
    """Print a table per size, engines interleaved."""
    flows = workload.flows(400, seed=11)
    failed = 0
    for size in sizes:
        rules = workload.rules(size)
        found: dict[str, list[tuple[int, float]]] = {name: [] for name in MAKERS}
        for _ in range(_REPEATS):
            for name, make in MAKERS.items():
                if name == "regopy" and (size > 200 or found[name]):
                    continue
                found[name].append(measure(make, rules, flows))
        floor = statistics.median(time for _, time in found["plain Python"])
        print(f"\n| {size} rules | us per flow | ratio | wrong |\n|---|---|---|---|")
        for name, results in found.items():
            if results:
                median = statistics.median(time for _, time in results)
                wrong = max(each for each, _ in results)
                failed += wrong
                print(f"| {name} | {median:.0f} | {median / floor:.1f} | {wrong} |")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main([int(text) for text in sys.argv[1:]] or [100, 800]))
