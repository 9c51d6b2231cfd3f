"""Both evaluators turn what is known of an instrument into the same outcome, whatever it is."""

from __future__ import annotations

from itertools import product

import pytest

from engine.facts.values import FALSE, TRUE, UNKNOWN
from engine.inference import compiler
from engine.inference.core import OUTCOMES_FIRED
from engine.inference.durable_backend import Handle
from engine.inference.outcomes import outcome_of

LETTERS = {TRUE: "t", UNKNOWN: "u", FALSE: "f"}


def test_each_of_the_81_states_of_knowledge_has_one_outcome_and_the_same_in_both() -> None:
    handle = Handle("states", compiler.compile_outcomes())
    try:
        for truths in product(LETTERS, repeat=4):
            fact = dict(zip("RMLK", (LETTERS[each] for each in truths), strict=True))
            fired = handle.fire(compiler.OUTCOME, fact)
            assert [OUTCOMES_FIRED[name] for name in fired] == [outcome_of(*truths)], fact
    finally:
        handle.close()


@pytest.mark.parametrize("clean", [TRUE, UNKNOWN, FALSE])
@pytest.mark.parametrize("with_levers", [TRUE, UNKNOWN, FALSE])
def test_doubt_whether_it_may_start_is_never_settled_by_what_levers_would_do(with_levers: int, clean: int) -> None:
    assert outcome_of(TRUE, UNKNOWN, with_levers, clean) == "undetermined"
