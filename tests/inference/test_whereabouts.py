"""What could reach a leg is remembered by its places: everything that conditions on places read tells legs apart."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from engine.decision.statute import Law
from engine.facts.arrangement import Arrangement
from engine.facts.views import ArrangementView
from engine.inference.programs import Surroundings
from tests.rulesets_for_tests.making import TODAY, Data, instrument, law, plain, read, rule

STAFF = {"id": "c", "country": "AQ", "kind": "company"}
# Each condition, and an arrangement of which it is true or could be.
CASES: dict[str, Data] = {
    "exporter.country == AQ": {"parties__0__country": "AQ"},
    "importer.country == AQ": {"parties__1__country": "AQ"},
    "importer.organised_under == AQ": {"parties__1__organised_under": "AQ"},
    "AQ in importer.citizenship": {"parties__1__kind": "individual", "parties__1__citizenship": ["AQ"]},
    "importer.employer_country == AQ": {"parties__1__kind": "individual", "parties__1__employer_country": "AQ"},
    "importer.employer.country == AQ": {
        "parties__1__kind": "individual",
        "parties__1__employer": "c",
        "parties__2": STAFF,
    },
    "importer.branch_of_country == AQ": {"parties__1__branch_of": "AQ"},
    "importer.branch_of.country == AQ": {"parties__1__branch_of": "c", "parties__2": STAFF},
    "key_holder.country == AQ": {"datasets__0__key_holder": "c", "parties__2": STAFF},
    "origin.country == AQ": {
        "parties__2": STAFF,
        "transfers__0__exporter": "c",
        "transfers__0__importer": "a",
        "transfers__1": {**plain()["transfers"][0], "id": "u", "onward_of": "t"},
    },
    "AQ in data.subject_countries and data.identifiability == anonymous": {
        "datasets__0__identifiability": "anonymous",
        "datasets__0__subjects": ...,
    },
    "AQ in data.subject_countries": {"datasets__0__subjects": [{"country": "AQ", "persons": 100}]},
    "AQ in data.collected_in": {"datasets__0__collected_in": ["AQ"]},
    "AQ in transfer.storage_countries": {"transfers__0__storage": ["AQ"]},
    "AQ in transfer.access_countries": {"transfers__0__access_from": ["AQ"]},
    "AQ in transfer.via_countries": {"transfers__0__via": ["AQ"]},
}


@cache
def made() -> Law:
    acts = [instrument(rule("scope", "s", [condition]), id=f"zz.act{n}") for n, condition in enumerate(CASES)]
    return law(*acts)


def around(of: Law, data: Data, thorough: bool = False) -> Surroundings:
    leg = ArrangementView(read(data, of), TODAY).legs[-1]
    return of.programs(TODAY).around(leg, elsewhere=thorough)


def elsewhere(data: Data) -> Data:
    """Return an arrangement in which all is the same but for the place, or for what makes people of no place."""
    text = json.dumps(data).replace('"AQ"', '"IO"').replace('"anonymous"', '"pseudonymised"')
    found: Data = json.loads(text)
    return found


@pytest.mark.parametrize("condition", CASES)
def test_legs_that_differ_in_a_place_are_told_apart(condition: str) -> None:
    changes: dict[str, Any] = CASES[condition]
    there = plain(**changes)
    warm, cold = made(), Law(made().library)
    before = around(warm, elsewhere(there))
    assert around(warm, there) == around(cold, there)
    assert around(warm, there).candidates != before.candidates
    assert around(warm, elsewhere(there)) == before


@pytest.mark.parametrize("place", ["parties__1", "datasets__0", "transfers__0", ""])
@pytest.mark.parametrize(("value", "touches"), [(True, True), (False, False)])
def test_legs_that_differ_in_what_is_stated_are_told_apart(place: str, value: bool, touches: bool) -> None:
    there = plain(**{f"{place}__traits__zz.known".lstrip("_"): value})
    arrangement = Arrangement.model_validate(there)
    programs = made().programs(TODAY)
    programs.around(ArrangementView(Arrangement.model_validate(plain()), TODAY).legs[-1])
    found = programs.around(ArrangementView(arrangement, TODAY).legs[-1])
    assert ("=zz.known" in found.touched) is touches


def test_what_places_keep_away_is_named_where_it_is_asked_for() -> None:
    # The place is touched by the importer, and an act on exporters there does not reach the transfer.
    there = plain(parties__1__country="AQ")
    act = law(instrument(rule("scope", "s", ["exporter.country == AQ"]), rule("ban", "b")))
    assert [around(act, there, thorough).candidates for thorough in (False, True, False)] == [(), ("zz.act",), ()]
