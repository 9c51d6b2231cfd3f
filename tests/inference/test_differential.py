"""The two evaluators find the same: on random law and random arrangements, and on every case that once differed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, seed
from hypothesis import strategies as st

from engine.decision.deciding import decide
from engine.decision.statute import Law
from engine.facts.values import TRUE
from engine.facts.views import ArrangementView
from engine.inference.evaluation import Judge
from tests.inference.generating import DAYS, Drawn, accepted, arrangements, drawing, laws
from tests.rulesets_for_tests.making import Data, decided, instrument, law, outcome, plain, read, rule, trait

# Four parts, which two workers share: 4 * 100 * 10 = 4,000 pairs of law and arrangement.
PARTS, LAWS, ARRANGEMENTS = 4, 100, 10
EXAMPLES = drawing(LAWS)


def compare(drawn: Law, data: Data, day: date) -> None:
    """Fail where the evaluators differ, or where the index misses an instrument that the reference finds to reach."""
    differences: list[tuple[str, str, str]] = []
    arrangement = read(data, drawn)
    decide(arrangement, drawn, as_of=day, on_difference=lambda *found: differences.append(found))
    assert not differences
    view = ArrangementView(arrangement, day)
    programs = drawn.programs(day)
    judge = Judge(programs, arrangement.readings, drawn.core)
    for leg in view.legs:
        candidates = programs.candidates(leg)
        for name in programs.book.instruments:
            found = judge.decide(name, leg)
            assert not found.difference
            assert name in candidates or found.verdict.reached != TRUE


def agreement(number: int, counted: list[int]) -> Callable[[], None]:
    @seed(number)
    @EXAMPLES
    @given(st.data())
    def run(data: st.DataObject) -> None:
        with_law = accepted(data.draw(laws()))
        try:
            for _ in range(ARRANGEMENTS):
                compare(with_law, data.draw(arrangements()), data.draw(st.sampled_from(DAYS)))
                counted.append(number)
        finally:
            with_law.close()

    return run


@pytest.mark.parametrize("part", range(PARTS))
def test_the_evaluators_agree_on_random_law(part: int) -> None:
    counted: list[int] = []
    agreement(part, counted)()
    assert len(counted) >= 2000 / PARTS


@pytest.mark.fuzz
def test_the_evaluators_agree_for_as_long_as_one_likes() -> None:
    until = time.monotonic() + float(os.environ.get("FUZZ_SECONDS", "300"))
    start, counted = int(time.time()), [0]
    while time.monotonic() < until:
        agreement(start + len(counted), counted)()
    assert len(counted) > 1


# -- what once differed -----------------------------------------------------------------------------------------------


def test_an_instrument_that_only_defines_is_decided_by_the_core_too() -> None:
    defines = instrument(
        rule("definition", "d", ["party.country == BV"], defines="zz.bad"),
        id="xx.words",
    )
    with_words = law(instrument(rule("scope", "s"), traits={"zz.bad": trait(derived=True)}), defines)
    assert decided(with_words).outcome == "permitted"


def test_a_derived_trait_of_the_arrangement_is_worked_out_for_the_leg() -> None:
    joint = law(
        instrument(
            rule("definition", "d", ["importer.country == HM"], defines="zz.joint"),
            rule("scope", "s"),
            rule("ban", "b", ["arrangement.zz.joint"]),
            traits={"zz.joint": trait("arrangement", derived=True)},
        )
    )
    assert outcome(joint) == "prohibited"
    assert outcome(joint, plain(parties__1__country="IO")) == "permitted"


@pytest.mark.parametrize(
    ("start", "expected"), [("2019-12-31", "prohibited"), ("2020-01-01", "prohibited"), ("2020-01-02", "permitted")]
)
def test_a_day_of_the_transfer_is_compared_with_a_trait_that_is_a_day(start: str, expected: str) -> None:
    since = law(
        instrument(
            rule("scope", "s"),
            rule("ban", "b", ["transfer.start <= transfer.zz.since"]),
            traits={"zz.since": trait("transfer", "date")},
        )
    )
    data = plain(transfers__0__start=start, transfers__0__traits={"zz.since": "2020-01-01"})
    assert outcome(since, data) == expected


def test_drawn_law_can_be_pasted_into_a_test() -> None:
    pasted = Drawn(
        act=({"id": "s", "kind": "scope", "cite": "s 1", "says": "Everything.", "when": []},), code=(), words=()
    )
    assert "'kind': 'scope'" in repr(pasted)


def test_the_index_follows_links_between_parties_as_far_as_conditions_do() -> None:
    """The importer's employer is a branch of a company in Yland; nothing else touches Yland."""
    through = law(
        instrument(rule("scope", "s", ["importer.employer.branch_of.country == HM"]), rule("ban", "b")),
        coverage={"jurisdictions": {}},
    )
    data = plain(
        parties__1={"id": "b", "country": "BV", "kind": "individual", "employer": "c"},
        parties__2={"id": "c", "country": "BV", "kind": "company", "branch_of": "e"},
        parties__3={"id": "e", "country": "HM", "kind": "company"},
    )
    assert outcome(through, data) == "prohibited"
