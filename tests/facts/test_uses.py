"""Use limits: codes and words agree with the vocabulary, and knowing more never turns an answer round."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ArrangementError
from engine.facts import permissions, uses
from engine.facts.duo import LOCAL_LIMITS, RESEARCH_USES, USE_LIMITS
from engine.facts.legs import TRANSFER_FACTS
from engine.facts.values import Missing
from engine.facts.views import ArrangementView
from engine.law.intake import read_arrangement
from tests.rulesets_for_tests.making import shipped_law

LIBRARY = shipped_law().library
ENUMS = LIBRARY.vocabulary.enums
DAY = date(2026, 11, 26)
PURL = "http://purl.obolibrary.org/obo/DUO_"
ORCID = "https://orcid.org/0000-0002-1825-0097"

GENERAL_AU = {
    "id": "general-au",
    "codes": ["DUO:0000042", "DUO:0000024", "DUO:0000022"],
    "moratorium": {"months": 12, "since": "2026-06-01"},
    "places": {"allowed": ["AU"]},
}
HEART = {"id": "heart", "codes": ["DUO:0000007", "DUO:0000043"], "diseases": ["MONDO:0005267"]}
STRICT = {
    "id": "strict",
    "codes": [f"DUO:00000{n}" for n in ("06", "15", "16", "44", "18", "22", "24", "25", "26", "27", "28")],
    "places": {"denied": ["AU"]},
    "moratorium": {"until": "2027-06-01"},
    "time_limit": {"months": 24},
    "users": [ORCID],
    "projects": ["heart-2"],
    "institutions": ["https://ror.org/00f54p054"],
}
STATED: list[list[dict[str, Any]]] = [[GENERAL_AU], [HEART], [STRICT], [GENERAL_AU, HEART], [HEART, STRICT]]


def request(permissions: list[dict[str, Any]], use: dict[str, Any], **transfer: Any) -> dict[str, Any]:
    """Return a request by a university in the United States."""
    given = {"purposes": ["medical_research"], "storage": ["US"], "access_from": ["US"], **transfer}
    return {
        "title": "Request",
        "parties": [
            {"id": "a", "country": "AU", "kind": "repository"},
            {"id": "b", "country": "US", "kind": "university"},
        ],
        "datasets": [{"id": "d", "categories": ["health"], "use_permissions": permissions}],
        "transfers": [
            {"id": "t", "exporter": "a", "importer": "b", "datasets": ["d"], "mode": "copy", "use": use, **given}
        ],
    }


def facts(arrangement: dict[str, Any]) -> dict[str, object]:
    """Return every fact about the use in the first leg."""
    leg = ArrangementView(read_arrangement(arrangement, LIBRARY), DAY).legs[0]
    return {name: TRANSFER_FACTS[name](leg) for name in uses.USE_FACTS}


def test_every_code_has_its_word_and_its_link_in_the_vocabulary() -> None:
    for enum, codes, local in (("use_limit", USE_LIMITS, LOCAL_LIMITS), ("research_use", RESEARCH_USES, ())):
        linked = {f"DUO:{t.uri.removeprefix(PURL)}": t.name for t in ENUMS[enum].values() if t.uri}
        assert linked == codes
        assert tuple(term.name for term in ENUMS[enum].values() if not term.uri) == local


def test_every_word_about_purposes_is_a_word_of_the_vocabulary() -> None:
    purposes = (
        permissions.RESEARCH
        | permissions.NOT_RESEARCH
        | permissions.BIOMEDICAL
        | permissions.COMMERCIAL
        | permissions.ON_BEHALF
    )
    assert purposes <= set(ENUMS["purpose"])
    assert set(ENUMS["research_use"]) >= permissions.BIOMEDICAL_USES
    assert set(ENUMS["party_kind"]) >= permissions.FOR_PROFIT
    assert set(ENUMS["use_limit"]) >= permissions.PERMISSIONS


USES = st.fixed_dictionaries(
    {},
    optional={
        "is_research": st.booleans(),
        "research": st.lists(st.sampled_from(sorted(RESEARCH_USES.values())), unique=True),
        "diseases": st.sampled_from(
            ["none", [{"id": "MONDO:0005267"}], [{"id": "MONDO:0005009", "kind_of": ["MONDO:0005267"]}]]
        ),
        "commercial": st.booleans(),
        "publication": st.sampled_from(["none", "2026-12-31", "2028-01-01"]),
        "users": st.sampled_from([[ORCID], ["https://orcid.org/0000-0001-5109-3700"]]),
        "project": st.sampled_from(["heart-2", "heart-3"]),
    },
)
TRANSFERS = st.fixed_dictionaries(
    {
        "purposes": st.lists(st.sampled_from(sorted(ENUMS["purpose"])), min_size=1, max_size=3, unique=True),
        "storage": st.sampled_from([["US"], ["AU"], ["US", "AU"]]),
        "access_from": st.sampled_from([["US"], ["AU"]]),
        "start": st.just("2026-12-01"),
        "end": st.sampled_from(["2027-12-31", "2029-12-31"]),
    }
)


@settings(max_examples=300, deadline=None)
@given(data=st.data(), use=USES, transfer=TRANSFERS)
def test_knowing_more_never_turns_an_answer_round(
    data: st.DataObject, use: dict[str, Any], transfer: dict[str, Any]
) -> None:
    permissions = data.draw(st.sampled_from(STATED))
    full = request(permissions, use, **transfer)
    less = copy.deepcopy(full)
    for place in (less["transfers"][0]["use"], less["transfers"][0]):
        for key in [key for key in place if key in use or key in transfer]:
            if data.draw(st.booleans()):
                del place[key]
    before, after = facts(less), facts(full)
    watched = ["use_fits_some"] if len(permissions) > 1 else list(before)
    turned = [name for name in watched if before[name] not in (Missing.UNKNOWN, after[name])]
    assert turned == []


def test_a_month_without_the_day_ends_on_its_last_day() -> None:
    assert permissions.months_after(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert permissions.months_after(date(2026, 12, 15), 12) == date(2027, 12, 15)


@pytest.mark.parametrize(
    ("permission", "where", "code"),
    [
        ({"id": "p", "codes": ["DUO:0000042"], "places": {"allowed": ["AU"]}}, "places", "contradiction"),
        ({"id": "p", "codes": ["DUO:0000022"], "places": {"allowed": ["AUS"]}}, "places/allowed/0", "unknown-place"),
        ({"id": "p", "codes": ["DUO:0000037"]}, "codes/0", "wrong-owner"),
        ({"id": "p", "codes": ["DUO:0009999"]}, "codes/0", "unknown-word"),
        ({"id": "p", "codes": ["no_reidentificaton"]}, "codes/0", "unknown-word"),
        ({"id": "p", "codes": ["DUO:00000044"]}, "codes/0", "bad-value"),
        (
            {"id": "p", "codes": ["DUO:0000025"], "time_limit": {"until": "2027-01-01", "months": 3}},
            "time_limit",
            "contradiction",
        ),
    ],
)
def test_a_limit_that_cannot_be_kept_to_is_refused_at_its_place(
    permission: dict[str, Any], where: str, code: str
) -> None:
    with pytest.raises(ArrangementError) as raised:
        read_arrangement(request([permission], {}), LIBRARY)
    assert [(fault.where, fault.code) for fault in raised.value.faults] == [
        (f"/datasets/0/use_permissions/0/{where}", code)
    ]


def test_limits_are_stated_in_one_way_and_relied_on_by_a_name_that_is_there() -> None:
    arrangement = request([HEART], {"relies_on": ["hearts"]})
    arrangement["datasets"][0]["duo"] = ["DUO:0000042"]
    with pytest.raises(ArrangementError) as raised:
        read_arrangement(arrangement, LIBRARY)
    assert [(fault.where, fault.code, fault.help) for fault in raised.value.faults] == [
        ("/datasets/0/duo", "contradiction", "put the codes into a permission and remove `duo`"),
        ("/transfers/0/use/relies_on/0", "unknown-permission", "did you mean `heart`?"),
    ]
