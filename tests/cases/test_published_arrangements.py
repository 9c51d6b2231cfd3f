"""Arrangements that somebody published with an outcome: the examples come out as their sources say."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.cases.patching import arrangement_of
from engine.decision.deciding import decide
from engine.decision.model import Decision
from engine.law.intake import parse_yaml, read_arrangement
from tests.rulesets_for_tests.making import shipped_law

ROOT = Path(__file__).parent.parent.parent
MAY_START = ("permitted", "permitted_with_conditions")
MAY_NOT = ("prohibited", "not_yet_permitted")


@cache
def example(name: str) -> Any:
    path = ROOT / "examples" / f"{name}.yaml"
    return parse_yaml(path.read_text(encoding="utf-8"), path.name)


def decided(name: str, **patch: Any) -> Decision:
    changed = arrangement_of({"base": "example", **patch}, {"example": example(name)})
    return decide(read_arrangement(changed, shipped_law().library), shipped_law())


def transfer(decision: Decision, name: str) -> str:
    return next(each.outcome for each in decision.transfers if each.id == name)


def finding(decision: Decision, name: str, instrument: str) -> str:
    found = next(each for each in decision.transfers if each.id == name)
    return next(each.outcome for each in found.findings if each.instrument == instrument)


def test_every_example_names_what_it_is_before_anything_else() -> None:
    bare = [path.name for path in (ROOT / "examples").glob("*.yaml") if not path.read_text("utf-8").startswith("# ")]
    assert bare == []


def test_findata_lets_the_controllers_own_employee_look_from_abroad_and_nobody_else() -> None:
    """T1: the same data at the same place, two verdicts."""
    decision = decided("findata-travel")
    assert transfer(decision, "own-employee") in MAY_START
    assert transfer(decision, "other-employee") in MAY_NOT


def test_findata_lets_data_into_an_environment_in_the_eea_and_not_outside() -> None:
    """T2."""
    decision = decided("findata-another-environment")
    assert transfer(decision, "to-sweden") in MAY_START
    assert finding(decision, "to-boston", "fi.secondary-use-act") == "not_yet_permitted"


@pytest.mark.parametrize(
    ("day", "outcomes"), [("2026-04-30", ("prohibited",)), ("2026-05-01", ("permitted", "permitted_with_conditions"))]
)
def test_findata_may_allow_another_environment_from_the_first_of_may_2026(day: str, outcomes: tuple[str, ...]) -> None:
    """T2, s 51 c."""
    shown = {"/as_of": day, "/measures/fi.other_environment": True, "/measures/fi.data_permit/done": "2026-01-10"}
    decision = decided("findata-another-environment", set=shown)
    assert finding(decision, "to-boston", "fi.secondary-use-act") in outcomes


def test_the_diabetes_cohort_may_not_go_to_the_agency_as_designed() -> None:
    """T3: stopped in 2018, clauses are nothing that a federal agency can sign."""
    assert transfer(decided("thl-nih-diabetes"), "fi-us") in MAY_NOT


def test_the_research_platform_serves_any_country_and_the_linked_copy_stays_in_europe() -> None:
    """T4."""
    decision = decided("uk-biobank-platform")
    assert transfer(decision, "platform") in MAY_START
    assert transfer(decision, "exemption") in MAY_START


def test_an_institution_in_a_country_of_concern_loses_access_on_the_fourth_of_april_2025() -> None:
    """T6: prohibited from that day; the day before the rule caught nobody."""
    assert finding(decided("nih-country-of-concern"), "download", "us.nih-controlled-access") == "prohibited"
    before = decided("nih-country-of-concern", set={"/as_of": "2025-04-03"})
    assert finding(before, "download", "us.nih-controlled-access") in MAY_START


def test_checked_aggregates_of_a_federated_study_are_no_transfer_of_personal_data() -> None:
    """T9: and the site that has not said its smallest cell may not send yet."""
    decision = decided("ehden-federated")
    assert transfer(decision, "madrid-netherlands") in MAY_START
    assert transfer(decision, "tartu-america") in MAY_START
    assert transfer(decision, "porto-america") in MAY_NOT


@pytest.mark.parametrize(
    ("leaf", "outcomes"),
    [
        ("no-worries", MAY_START),  # no living donors: curate
        ("open-release", MAY_START),  # written consent that the data will be open: curate
        ("only-what-is-open", MAY_START),  # project description, protocols, analysis files: curate
        ("already-public", MAY_START),  # living donors, open in the public domain: curate what is there
        ("managed-access", MAY_START),  # must be managed access: the archive with controlled access
        ("open-without-consent", MAY_NOT),  # living donors, no consent: not openly
    ],
)
def test_the_leaves_of_the_cell_atlas_come_out_as_its_graph_says(leaf: str, outcomes: tuple[str, ...]) -> None:
    """T10."""
    assert transfer(decided("human-cell-atlas"), leaf) in outcomes


def test_the_portraits_of_the_face_test_go_to_nobody_and_the_error_rates_to_everybody() -> None:
    """T12: they are sequestered; only results leave."""
    decision = decided("nist-face-test")
    assert transfer(decision, "run") in MAY_START
    assert transfer(decision, "results") in MAY_START


@pytest.mark.parametrize(("persons", "is_reviewed"), [(499, False), (500, False), (501, True)])
def test_sequences_of_more_than_500_people_need_a_security_review(persons: int, is_reviewed: bool) -> None:
    """T14."""
    decision = decided("cn-genetic-resources", set={"/datasets/0/subjects/0/persons": persons})
    found = finding(decision, "sequences", "cn.hgr")
    assert found == ("not_yet_permitted" if is_reviewed else "permitted_with_conditions")


def test_a_company_may_use_the_human_database_within_the_limits_of_the_data() -> None:
    """T15."""
    found = finding(decided("nbdc-human-database"), "download", "ga4gh.data-use")
    assert found in MAY_START


def test_a_university_in_canada_is_outside_the_adequacy_decision() -> None:
    """T17: clauses are needed."""
    assert finding(decided("eu-ca-university"), "nl-ca", "eu.gdpr-transfers") == "not_yet_permitted"


def test_open_interviews_without_a_legal_basis_cannot_be_decided() -> None:
    """T18."""
    assert decided("madmp-open-interviews").outcome == "undetermined"


@pytest.mark.parametrize(
    ("name", "outcomes"),
    [
        ("x-home", ("permitted_with_conditions",)),  # the first way, under its moratorium
        ("x-abroad", ("prohibited",)),  # no disease, not in Australia
        ("y-home", ("permitted_with_conditions",)),  # a month is over, the place stays a duty
        ("y-abroad", ("permitted_with_conditions",)),  # not commercial, under the moratorium of a year
    ],
)
def test_alternatives_among_permissions_decide_each_request(name: str, outcomes: tuple[str, ...]) -> None:
    """T19."""
    assert finding(decided("duo-alternatives"), name, "ga4gh.data-use") in outcomes
