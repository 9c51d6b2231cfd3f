"""Agencies that test face recognition on each other's portraits: what each direction and mode is answered today."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine import source
from engine.cases.patching import arrangement_of
from engine.decision.deciding import decide
from engine.inference.outcomes import Outcome
from engine.law.intake import read_arrangement
from tests.rulesets_for_tests.making import shipped_law as law

ROOT = Path(__file__).parent.parent.parent
TODAY: dict[str, dict[str, Outcome]] = {
    "us-uk": {
        "gb-to-us-results": "permitted",  # nothing personal leaves, and the basis is recorded
        "gb-to-us-enclave": "not_yet_permitted",  # a restricted transfer: needs clauses and a risk assessment
        "gb-to-us-copy": "not_yet_permitted",
        "us-to-gb-results": "permitted",
        "us-to-gb-enclave": "permitted_with_conditions",
        "us-to-gb-copy": "prohibited",  # the agencies that gave the portraits forbid passing them on
    },
    "us-eu": {
        "de-to-us-results": "permitted_with_conditions",
        "de-to-us-enclave": "not_yet_permitted",  # an agency needs an instrument between public bodies
        "de-to-us-copy": "not_yet_permitted",
        "us-to-de-results": "permitted_with_conditions",
        "us-to-de-enclave": "permitted_with_conditions",
        "us-to-de-copy": "prohibited",
    },
}


def outcomes(name: str, **patch: Any) -> dict[str, Outcome]:
    path = ROOT / "examples" / f"face-recognition-{name}.yaml"
    example = source.plain(source.parse(path.read_text(encoding="utf-8"), path.name))
    changed = arrangement_of({"base": "example", **patch}, {"example": example})
    decision = decide(read_arrangement(changed, law().library), law())
    return {transfer.id: transfer.outcome for transfer in decision.transfers}


@pytest.mark.parametrize("name", TODAY)
def test_each_direction_and_mode_has_its_own_answer(name: str) -> None:
    assert outcomes(name) == TODAY[name]


@pytest.mark.parametrize(("name", "leg"), [("us-uk", "gb-to-us-results"), ("us-eu", "de-to-us-results")])
def test_results_that_nobody_checked_do_not_leave(name: str, leg: str) -> None:
    assert outcomes(name, remove=["/transfers/0/measures"])[leg] == "not_yet_permitted"


@pytest.mark.parametrize(("name", "leg"), [("us-uk", "us-to-gb-copy"), ("us-eu", "us-to-de-copy")])
def test_a_copy_is_not_lawful_because_nobody_said_whether_the_terms_allow_it(name: str, leg: str) -> None:
    assert outcomes(name, remove=["/transfers/5/traits/us.federal.law_allows"])[leg] == "undetermined"


def test_clauses_and_an_assessment_open_access_from_the_united_states_to_british_portraits() -> None:
    shown = {"gb.idta": True, "gb.tra": {"finding": "met"}}
    found = outcomes("us-uk", set={f"/measures/{name}": value for name, value in shown.items()})
    assert found["gb-to-us-enclave"] == "permitted_with_conditions"


def test_clauses_do_not_open_german_portraits_to_an_agency_that_cannot_sign_them() -> None:
    shown = {"eu.scc": {"module": "one"}, "eu.tia": {"finding": "adequate"}}
    found = outcomes("us-eu", set={f"/measures/{name}": value for name, value in shown.items()})
    assert found["de-to-us-copy"] == "not_yet_permitted"


def test_an_instrument_between_the_public_bodies_opens_them() -> None:
    shown = {"eu.public_body_instrument": True, "eu.tia": {"finding": "adequate"}}
    found = outcomes("us-eu", set={f"/measures/{name}": value for name, value in shown.items()})
    assert found["de-to-us-copy"] == "permitted_with_conditions"
