"""Evaluate every arrangement in a folder, worst first, using Safeconduct as a library.

python examples/evaluate_folder.py [FOLDER]
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from engine import ArrangementError, Decision, evaluate, load_rulesets
from engine.inference.outcomes import OUTCOMES, RANK
from engine.law.intake import parse_json, parse_yaml


def main(folder: Path) -> int:
    """Print one line per arrangement and a count per outcome."""
    law = load_rulesets()
    decisions: list[tuple[str, Decision]] = []
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.json")]):
        text = path.read_text(encoding="utf-8")
        try:
            data = parse_json(text) if path.suffix == ".json" else parse_yaml(text, path.name)
            decisions.append((path.name, evaluate(data, law)))
        except ArrangementError as error:
            print(f"{path.name}: cannot be read\n{error}", file=sys.stderr)
    for name, decision in sorted(decisions, key=lambda pair: (RANK[pair[1].outcome], pair[0])):
        first = decision.questions[0].ask if decision.questions else ""
        print(f"{decision.outcome:<26} {name:<40} {first}")
    counts = Counter(decision.outcome for _, decision in decisions)
    print(", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if counts[outcome]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)))
