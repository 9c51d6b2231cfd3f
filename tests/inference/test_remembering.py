"""What is remembered, and what is not looked at, changes nothing: on random law, against law that remembers nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, seed
from hypothesis import strategies as st

from engine.decision.deciding import decide
from engine.decision.model import Decision
from engine.decision.statute import Law
from tests.inference.generating import DAYS, accepted, arrangements, drawing, laws
from tests.rulesets_for_tests.making import Data, read

LAWS, ARRANGEMENTS = 40, 6
EXAMPLES = drawing(LAWS)


def decisions(law: Law, given: list[tuple[Data, date]], thorough: bool = False) -> list[Decision]:
    return [decide(read(data, law), law, as_of=day, thorough=thorough) for data, day in given]


def drawn(data: st.DataObject) -> tuple[Law, list[tuple[Data, date]]]:
    pairs = st.lists(st.tuples(arrangements(), st.sampled_from(DAYS)), min_size=ARRANGEMENTS, max_size=ARRANGEMENTS)
    return accepted(data.draw(laws())), data.draw(pairs)


@seed(1)
@EXAMPLES
@given(st.data())
def test_a_law_that_decided_much_decides_as_one_that_decided_nothing(data: st.DataObject) -> None:
    warm, given_ = drawn(data)
    decisions(warm, given_)
    for pair in given_:
        cold = Law(warm.library, remember=0)
        assert decisions(warm, [pair]) == decisions(cold, [pair])
        cold.close()
    warm.close()


@seed(2)
@EXAMPLES
@given(st.data())
def test_what_is_not_looked_at_would_not_have_mattered(data: st.DataObject) -> None:
    law, given_ = drawn(data)
    for quick, thorough in zip(decisions(law, given_), decisions(law, given_, thorough=True), strict=True):
        assert without_reasons(quick) == without_reasons(thorough)
    law.close()


def without_reasons(decision: Decision) -> Decision:
    """Leave out the instruments that reach nothing, why those that do decide as they do, and the receipt."""
    transfers = tuple(
        replace(
            transfer,
            findings=tuple(
                replace(finding, rules=()) for finding in transfer.findings if finding.outcome != "not_applicable"
            ),
        )
        for transfer in decision.transfers
    )
    return replace(decision, transfers=transfers, derived=(), receipt=None)  # type: ignore[arg-type]
