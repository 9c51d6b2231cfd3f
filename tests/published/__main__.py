"""`make agreement`: print how far we agree with the authorities. Arguments name files or ids to restrict it to."""

from __future__ import annotations

import sys

from engine.decision.rendering import render
from engine.decision.statute import load_law
from engine.errors import FaultsError
from engine.law.files import default_rulesets
from tests.published.agreement import compare, report
from tests.published.forms import published_cases


def main(wanted: list[str]) -> int:
    """Print the tables; explain the cases named."""
    try:
        law = load_law(default_rulesets())
        chosen = [case for case in published_cases() if not wanted or case.file in wanted or case.example.id in wanted]
    except FaultsError as error:
        print(error, file=sys.stderr)
        return 2
    results = [compare(case, law) for case in chosen]
    print("\n".join(report(results)))
    for result in results:
        if result.example.id in wanted and result.decision is not None:
            print(render(result.decision, "text"))
    return 1 if any(result.problems and not result.example.differs for result in results) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
