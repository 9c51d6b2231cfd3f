"""Which rules the cases prove: one in which the rule decides, one in which it does not, one at its edge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.cases.running import Result
from engine.decision.statute import Law
from engine.law.dormant import dormant_rules


def coverage_of(results: Sequence[Result], law: Law) -> Iterator[str]:
    """Yield a line for each rule that some kind of case is missing for, of the instruments that were tested."""
    decides, spares, edges = set[str](), set[str](), set[str]()
    tested = {result.located.instrument for result in results}
    for result in results:
        if result.problems:
            continue
        for expect in result.located.case.expect.values():
            decides.update(expect.because)
            spares.update(expect.not_because)
        edges.update(result.located.case.edge_of)
    dormant = dormant_rules(law.library)
    for name in sorted(tested & set(law.library.instruments)):
        for rule in law.library.instruments[name].rules:
            kinds = (("decides", decides), ("does not decide", spares), ("edge", edges))
            missing = [kind for kind, found in kinds if rule.id not in found]
            if missing:
                group = dormant.get(rule.id)
                why = f" (it cannot hold: `{group}` names nobody)" if group else ""
                yield f"{rule.span}: `{rule.id}` has no case: {', '.join(missing)}{why}"
