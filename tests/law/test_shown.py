"""`shown(...)`: a status that bars where the facts establish it, and is not asked for where they do not."""

from __future__ import annotations

import pytest

from engine.errors import RulesetError
from tests.rulesets_for_tests.making import Data, decided, instrument, law, library, outcome, plain, rule, trait

LISTED = {
    "zz.listed": trait(),
    "zz.blocked": trait(derived=True),
}
OWNED = (
    rule("definition", "d", ["party.zz.listed"], defines="zz.blocked"),
    rule("definition", "e", ["party.percent_owned_by_which(zz.listed) >= 50"], defines="zz.blocked"),
)
SANCTIONS = instrument(
    *OWNED,
    rule("scope", "s", ["exporter.country == BV", "shown(importer.zz.blocked)"]),
    rule("ban", "b", ["importer.zz.blocked"]),
    traits=LISTED,
)


def owned(percent: int, **traits: bool) -> Data:
    """Return an arrangement whose importer belongs in part to a party with these traits."""
    data = plain(parties__1__owners=[{"party": "c", "percent": percent}])
    data["parties"].append({"id": "c", "country": "HM", "kind": "company", "owners": "none", "traits": traits})
    return data


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (plain(), "not_applicable"),
        (plain(parties__1__traits={"zz.listed": False}), "not_applicable"),
        (plain(parties__1__traits={"zz.listed": True}), "prohibited"),
        (owned(50, **{"zz.listed": True}), "prohibited"),
        (owned(49, **{"zz.listed": True}), "not_applicable"),
        (owned(50), "not_applicable"),
    ],
    ids=["not said", "not listed", "listed", "half owned", "less than half", "owner not said"],
)
def test_a_status_bars_where_the_facts_establish_it(data: Data, expected: str) -> None:
    assert outcome(law(SANCTIONS), data) == expected


def test_a_status_that_is_only_looked_for_is_not_asked_about() -> None:
    assert "zz.listed" not in {question.fact for question in decided(law(SANCTIONS), plain()).questions}


def test_a_stated_status_brings_the_law_in_wherever_the_parties_are() -> None:
    """The index of instruments goes by places and by what is stated."""
    anywhere = instrument(rule("scope", "s", ["shown(importer.zz.listed)"]), rule("ban", "b"), traits=LISTED, id="zz.x")
    anywhere["traits"] = {"zz.listed": LISTED["zz.listed"]}
    assert outcome(law(anywhere), plain(parties__1__traits={"zz.listed": True}), name="zz.x") == "prohibited"
    assert outcome(law(anywhere), plain(), name="zz.x") == "not_applicable"


@pytest.mark.parametrize(("stated", "expected"), [(None, "permitted"), (False, "permitted"), (True, "prohibited")])
def test_a_fact_of_the_vocabulary_can_be_shown_as_well(stated: bool | None, expected: str) -> None:
    act = instrument(
        rule("scope", "s", ["exporter.country == BV"]), rule("ban", "b", ["shown(transfer.consideration)"])
    )
    data = plain() if stated is None else plain(transfers__0__consideration=stated)
    assert outcome(law(act), data) == expected
    assert not decided(law(act), data).questions


@pytest.mark.parametrize(("stated", "warned"), [(None, []), (False, []), (True, ["w"])])
def test_a_warning_may_wait_for_what_is_shown(stated: bool | None, warned: list[str]) -> None:
    act = instrument(
        rule("scope", "s", ["exporter.country == BV"]), rule("warning", "w", ["shown(transfer.consideration)"])
    )
    data = plain() if stated is None else plain(transfers__0__consideration=stated)
    notes = decided(law(act), data).transfers[0].notes
    assert [note.rule.rpartition(".")[2] for note in notes] == warned
    assert not any(note.unknown for note in notes)


def faults_of(*rules: Data) -> list[str]:
    with pytest.raises(RulesetError) as caught:
        library(instrument(rule("scope", "s"), *OWNED, rule("ban", "b"), *rules, traits=LISTED))
    return [fault.code for fault in caught.value.faults]


HELPFUL = {
    "absence bars": rule("ban", "t", ["not shown(importer.zz.blocked)"]),
    "a route": rule("route", "t", ["shown(importer.zz.blocked)"]),
    "an exemption": rule("exemption", "t", ["shown(importer.zz.blocked)"]),
    "a duty": rule("duty", "t", ["shown(importer.zz.blocked)"]),
    "an exception": rule("exception", "t", ["shown(importer.zz.blocked)"], to=["b"]),
}


@pytest.mark.parametrize("given", HELPFUL.values(), ids=HELPFUL)
def test_a_status_that_is_not_asked_for_may_only_burden(given: Data) -> None:
    assert faults_of(given) == ["shown-helps"]


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("shown(importer.country)", "wrong-type"),
        ("shown(importer.zz.listed, exporter.zz.listed)", "wrong-arguments"),
        ("shown(importer.public_body)", "unknown-fact"),
    ],
)
def test_only_a_true_or_false_fact_can_be_shown(condition: str, code: str) -> None:
    assert faults_of(rule("ban", "t", [condition])) == [code]
