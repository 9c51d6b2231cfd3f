"""Which questions settle a finding is remembered: by what is known, what levers change, and what one answer tells."""

from __future__ import annotations

from itertools import permutations

import pytest

from engine.decision.statute import Law
from tests.rulesets_for_tests.making import Data, decided, instrument, law, measure, plain, rule, trait

TRAITS = {name: trait() for name in ("zz.body", "zz.bad")}
FINDING = {"type": "enum", "values": ["good", "fair", "bad"], "attainable": ["good"], "final": ["bad"], "ask": "?"}
HOLDER = {"id": "c", "country": "IO", "kind": "university"}

TOGETHER = instrument(
    rule("scope", "s"),
    rule("ban", "b", ["importer.zz.body", "key_holder.zz.body"]),
    rule("ban", "c", ["exporter.zz.bad"]),
    rule("ban", "d", ["importer.country == TF", "key_holder.zz.body"]),
    traits=TRAITS,
)
CHECKED = instrument(
    rule("scope", "s"),
    rule("route", "r", ["exporter.zz.bad"]),
    rule("route", "q", requires=["measure.zz.check.finding == good"]),
    rule("ban", "b", ["importer.zz.body"]),
    traits=TRAITS,
    measures={"zz.check": measure(fields={"finding": FINDING})},
)
# Each arrangement, and the questions that come first.
HELD: tuple[tuple[Data, list[str]], ...] = (
    # One answer about the importer, who holds the key, tells both.
    (plain(datasets__0__key_holder="b"), ["/parties/1/traits/zz.body"]),
    # Two answers are needed about importer and key holder; one about the exporter is enough.
    (plain(datasets__0__key_holder="c", parties__2=HOLDER), ["/parties/0/traits/zz.bad"]),
    # There the key holder is enough as well, and comes first in the text.
    (plain(datasets__0__key_holder="c", parties__2=HOLDER, parties__1__country="TF"), ["/parties/2/traits/zz.body"]),
)
SHOWN: tuple[tuple[Data, list[str]], ...] = (
    # A better finding could still be brought about: only the ban can settle it.
    (plain(measures={"zz.check": {"finding": "fair"}}), ["/parties/1/traits/zz.body"]),
    # This finding stands: without the other route there is none.
    (plain(measures={"zz.check": {"finding": "bad"}}), ["/parties/0/traits/zz.bad"]),
)


def deciding(made: Law, data: Data) -> list[str]:
    return [question.pointer for question in decided(made, data).questions if question.deciding]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_is_known_and_what_one_answer_tells_make_a_difference(order: tuple[int, ...]) -> None:
    made = law(TOGETHER)
    assert [deciding(made, HELD[number][0]) for number in order] == [HELD[number][1] for number in order]


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_what_levers_could_change_makes_a_difference(order: tuple[int, ...]) -> None:
    made = law(CHECKED)
    assert [deciding(made, SHOWN[number][0]) for number in order] == [SHOWN[number][1] for number in order]


def test_what_a_route_without_its_measures_still_turns_on_is_asked() -> None:
    """As it stands it may not start; whether measures could change that turns on the route that wants them."""
    closed = instrument(
        rule("scope", "s"),
        rule("route", "r", ["importer.zz.body"], requires=["measure.zz.check.finding == good"]),
        traits=TRAITS,
        measures={"zz.check": measure(fields={"finding": FINDING})},
    )
    decision = decided(law(closed), plain())
    assert decision.outcome == "undetermined"
    assert [question.pointer for question in decision.questions] == ["/parties/1/traits/zz.body"]
