"""What a decision costs as the statute book grows: `python -m bench.growth`.

The typical arrangement is decided under a quarter, half and all of the law that it does not touch, in turn, and under
the law that it touches alone; processor time, the least of several rounds.
"""

from __future__ import annotations

import time

from bench.workload import part_of_the_law, typical, variant
from engine import Arrangement, Law
from engine.decision.deciding import decide
from engine.law.files import default_rulesets, find
from engine.law.intake import read_arrangement

# Law of the places and bodies of the typical arrangement, and what that law refers to.
TOUCHED = {"coe", "eu", "fi", "forums", "ga4gh", "il", "jp", "regimes", "trade", "us"}
SHARES = (0.0, 0.25, 0.5, 1.0)
VARIANTS, ROUNDS = 16, 5


def growing() -> list[tuple[str, Law]]:
    """Return the law at each size, with how many instruments it has."""
    others = sorted({name.partition("/")[0] for name in find(default_rulesets()).instruments} - TOUCHED)
    found = []
    for share in SHARES:
        kept = TOUCHED | set(others[: round(len(others) * share)])
        law = part_of_the_law(kept.__contains__)
        found.append(
            (f"{share * 100:.0f} % of {len(others)} other folders, {len(law.library.instruments)} instruments", law)
        )
    return found


def seconds(law: Law, arrangements: list[Arrangement]) -> float:
    """Return the processor time of one decision."""
    start = time.process_time()
    for each in arrangements:
        decide(each, law)
    return (time.process_time() - start) / len(arrangements)


def main() -> int:
    """Measure and print."""
    laws = growing()
    data = [typical(), *(variant(seed) for seed in range(1, VARIANTS))]
    read = {name: [read_arrangement(each, law.library) for each in data] for name, law in laws}
    least: dict[str, float] = {}
    for number in range(ROUNDS + 1):
        for name, law in laws:
            taken = seconds(law, read[name])
            if number:  # the first round compiles
                least[name] = min(taken, least.get(name, taken))
    first = least[laws[0][0]]
    print("| law | ms | of the law touched alone |")
    print("|---|---|---|")
    for name, taken in least.items():
        print(f"| {name} | {taken * 1000:.1f} | {taken / first:.2f} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
