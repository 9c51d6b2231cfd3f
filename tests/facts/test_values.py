"""Truth values, sets of which not all is known, and counts between bounds."""

from __future__ import annotations

import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.facts.values import (
    FALSE,
    NOTHING_KNOWN,
    TRUE,
    UNKNOWN,
    Interval,
    Missing,
    PartialSet,
    Truth,
    compare,
    has_member,
    overlaps,
    truth_of,
    within,
)
from engine.inference.program import And, Formula, Literal, Or
from engine.inference.reference import truth

OPERATORS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
T, U, F = TRUE, UNKNOWN, FALSE


def some(*members: str) -> PartialSet:
    return PartialSet(frozenset(members), complete=False)


def only(*members: str) -> PartialSet:
    return PartialSet(frozenset(members), complete=True)


def spelled(value: object) -> str:
    """Return a parameter's id, the same in every process: a set prints its members in an order of the process."""
    if isinstance(value, PartialSet):
        return f"{'only' if value.complete else 'some'}({', '.join(sorted(value.members))})"
    return str(value)


GROUP = frozenset({"FI", "SE"})


# -- Kleene's logic ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "both", "either"),
    [
        (T, T, T, T),
        (T, U, U, T),
        (T, F, F, T),
        (U, T, U, T),
        (U, U, U, U),
        (U, F, F, U),
        (F, T, F, T),
        (F, U, F, U),
        (F, F, F, F),
    ],
)
def test_and_and_or_follow_kleenes_strong_tables(one: Truth, other: Truth, both: Truth, either: Truth) -> None:
    parts = (Literal(0, negated=False), Literal(1, negated=False))
    assert truth(And(parts), (one, other)) == both
    assert truth(Or(parts), (one, other)) == either


@pytest.mark.parametrize(("value", "negated"), [(T, F), (U, U), (F, T)])
def test_not_turns_true_and_false_around_and_leaves_unknown(value: Truth, negated: Truth) -> None:
    assert truth(Literal(0, negated=True), (value,)) == negated


def test_all_of_nothing_is_true_and_any_of_nothing_is_false() -> None:
    assert truth(And(()), ()) == T
    assert truth(Or(()), ()) == F


FORMULAS = st.recursive(
    st.builds(Literal, st.integers(0, 2), st.booleans()),
    lambda parts: st.one_of(
        st.builds(And, st.lists(parts, max_size=3).map(tuple)), st.builds(Or, st.lists(parts, max_size=3).map(tuple))
    ),
    max_leaves=8,
)


@given(
    FORMULAS, st.lists(st.sampled_from([T, U, F]), min_size=3, max_size=3), st.integers(0, 2), st.sampled_from([T, F])
)
def test_knowing_one_more_atom_never_turns_true_into_false_or_back(
    formula: Formula, atoms: list[Truth], index: int, known: Truth
) -> None:
    before = truth(formula, atoms)
    if atoms[index] == U and before != U:
        atoms[index] = known
        assert truth(formula, atoms) == before


# -- values that are missing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"), [(True, T), (False, F), (Missing.UNKNOWN, U), (Missing.ABSENT, F)], ids=str
)
def test_unknown_is_unknown_and_absent_is_false(value: object, expected: Truth) -> None:
    assert truth_of(value) == expected


# -- sets -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "expected"),
    [(only("FI", "US"), T), (only("US"), F), (only(), F), (some("FI"), T), (some("US"), U), (NOTHING_KNOWN, U)],
    ids=spelled,
)
def test_a_set_overlaps_a_group_when_some_known_member_is_in_it(known: PartialSet, expected: Truth) -> None:
    assert overlaps(known, GROUP) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (only("FI", "SE"), T),
        (only("FI", "US"), F),
        (some("US"), F),
        (some("FI"), U),
        (NOTHING_KNOWN, U),
        pytest.param(only(), F, id="all of nothing is not within anything"),
    ],
    ids=spelled,
)
def test_a_set_is_within_a_group_when_it_has_members_and_all_are_in_it(known: PartialSet, expected: Truth) -> None:
    assert within(known, GROUP) == expected


@pytest.mark.parametrize(
    ("known", "expected"), [(only("FI"), T), (only("US"), F), (some("US"), U), (NOTHING_KNOWN, U)], ids=spelled
)
def test_membership_in_a_set_of_which_not_all_is_known_may_be_unknown(known: PartialSet, expected: Truth) -> None:
    assert has_member(known, "FI") == expected


# -- counts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "op", "expected"),
    [
        (100, 100, ">=", T),
        (99, 99, ">=", F),
        (99, 101, ">=", U),
        (100, None, ">=", T),
        (99, None, ">=", U),
        (100, 100, ">", F),
        (101, None, ">", T),
        (0, 100, ">", F),
        (0, 101, ">", U),
        (0, 99, "<", T),
        (0, 100, "<", U),
        (100, None, "<", F),
        (0, 100, "<=", T),
        (101, None, "<=", F),
        (100, 100, "==", T),
        (100, None, "==", U),
        (101, None, "==", F),
        (0, 99, "==", F),
        (100, 100, "!=", F),
        (101, 200, "!=", T),
        (99, 101, "!=", U),
    ],
)
def test_a_count_between_bounds_is_compared_with_100(low: int, high: int | None, op: str, expected: Truth) -> None:
    assert compare(op, Interval(low, high), 100) == expected


@given(st.integers(0, 6), st.integers(0, 6), st.booleans(), st.integers(0, 6), st.sampled_from(sorted(OPERATORS)))
def test_a_comparison_is_definite_exactly_when_every_count_in_the_bounds_agrees(
    low: int, more: int, bounded: bool, right: int, op: str
) -> None:
    interval = Interval(low, low + more if bounded else None)
    results = {OPERATORS[op](count, right) for count in range(low, low + more + 1 if bounded else 20)}
    assert compare(op, interval, right) == (U if len(results) == 2 else T if results == {True} else F)


def test_counts_of_different_things_add_up() -> None:
    assert Interval(1, 2).plus(Interval(10, 20)) == Interval(11, 22)
    assert Interval(1, 2).plus(Interval(10, None)) == Interval(11, None)


def test_groups_that_may_overlap_have_at_least_the_larger_and_at_most_the_sum() -> None:
    assert Interval(5, 7).joined(Interval(6, 6)) == Interval(6, 13)
    assert Interval(5, None).joined(Interval(9, 9)) == Interval(9, None)


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (Interval(5, 5), "5"),
        (Interval(5, 9), "5 to 9"),
        (Interval(5, None), "at least 5"),
        (Interval(0, None), "unknown"),
    ],
)
def test_counts_are_told_as_exactly_as_they_are_known(interval: Interval, text: str) -> None:
    assert str(interval) == text
