"""A transfer of several data sets: what is said of each is said once of the transfer, in whatever order they stand."""

from __future__ import annotations

import pytest

from tests.rulesets_for_tests.making import Data, covered, decided, instrument, law, measure, plain, rule

SCOPE = rule("scope", "s")


def two(*order: str) -> Data:
    """Return an arrangement with a data set `d` of the dead, and one `e` of people of whom nobody said."""
    data = plain()
    data["datasets"].append({**data["datasets"][0], "id": "e"})
    data["datasets"][0]["deceased"] = True
    data["transfers"][0]["datasets"] = list(order)
    return data


def test_a_duty_that_two_data_sets_bring_is_one_condition() -> None:
    decision = decided(law(instrument(SCOPE, rule("duty", "d", timing="ongoing"))), two("d", "e"))
    assert [(each.rule, each.transfer) for each in decision.conditions] == [("zz.act.s1.d", "t")]


@pytest.mark.parametrize("order", [["d", "e"], ["e", "d"]])
def test_a_duty_that_one_data_set_is_sure_to_bring_is_sure(order: list[str]) -> None:
    """Without a licence it is refused for now, whatever the duty: so both findings are definite."""
    licensed = rule("exception", "x", requires=["measure.zz.licence"], to=["b"])
    duty = rule("duty", "d", ["data.deceased"], timing="ongoing")
    made = law(instrument(SCOPE, rule("ban", "b"), licensed, duty, measures={"zz.licence": measure()}))
    (condition,) = decided(made, two(*order)).conditions
    assert not condition.only_if_known


@pytest.mark.parametrize("order", [["d", "e"], ["e", "d"]])
def test_a_warning_that_holds_for_one_data_set_is_not_said_perhaps(order: list[str]) -> None:
    made = law(instrument(SCOPE, rule("warning", "w", ["data.deceased"])))
    (note,) = decided(made, two(*order)).transfers[0].notes
    assert not note.unknown


def test_what_is_left_out_of_the_law_of_the_peoples_country_is_told() -> None:
    coverage = covered("BV", "HM", "GS")
    coverage["jurisdictions"]["GS"][0]["left_out"] = ["law of the penguins"]
    made = law(instrument(SCOPE), coverage=coverage)
    data = plain(datasets__0__subjects=[{"country": "GS", "persons": 5}])
    assert "GS: law of the penguins" in decided(made, data).left_out
    assert "GS: law of the penguins" not in decided(made, plain()).left_out
