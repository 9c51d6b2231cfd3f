"""Remedies: none is dearer than need be, each stands the proof, and where there is none the reason is minimal."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from bench.workload import consortium
from engine.decision.remedies import Remedies, remedies
from engine.decision.remedies.proving import prove
from engine.decision.remedies_text import remedies_text
from engine.facts.arrangement import Arrangement
from engine.law.intake import parse_yaml, read_arrangement
from tests.rulesets_for_tests.making import Data, instrument, law, measure, plain, read, rule, shipped_law

ROOT = Path(__file__).parents[2]
LAWFUL = ("permitted", "permitted_with_conditions")
SCOPE = rule("scope", "s")
MEASURES = {
    "zz.light": measure(effort=1, days=5, by="exporter"),
    "zz.heavy": measure(effort=9, days=90, by="both"),
    "zz.check": measure(
        effort=4,
        by="importer",
        fields={"finding": {"type": "enum", "values": ["good", "bad"], "attainable": ["good"], "ask": "What?"}},
    ),
}
LIGHT, HEAVY, CHECK = "measure.zz.light", "measure.zz.heavy", "measure.zz.check"


def example(name: str) -> Arrangement:
    path = ROOT / "examples" / f"{name}.yaml"
    return read_arrangement(parse_yaml(path.read_text(encoding="utf-8"), path.name), shipped_law().library)


def found(*rules: Data, data: Data | None = None, **more: Any) -> Remedies:
    made = law(instrument(SCOPE, *rules, measures=MEASURES))
    return remedies(read(data or plain(), made), made, alternatives=False, **more)


def sets(found: Remedies) -> list[tuple[int, list[str]]]:
    return [(each.effort, [act.measure.removeprefix("zz.") for act in each.acts]) for each in found.remedies]


def test_the_least_effort_comes_first_and_none_holds_all_of_another() -> None:
    routes = [
        rule("route", "r", requires=[HEAVY]),
        rule("route", "q", requires=[LIGHT]),
        rule("route", "p", requires=[LIGHT, CHECK]),
    ]
    assert sets(found(*routes)) == [(1, ["light"]), (9, ["heavy"])]


def test_an_effort_of_the_caller_counts_instead_of_the_rulesets() -> None:
    routes = [rule("route", "r", requires=[HEAVY]), rule("route", "q", requires=[LIGHT])]
    assert sets(found(*routes, efforts={"zz.light": 20})) == [(9, ["heavy"]), (20, ["light"])]


def test_evidence_shows_what_it_has_to_and_the_act_names_rule_parties_and_lead_time() -> None:
    (only,) = found(rule("route", "r", requires=[f"{CHECK}.finding == good", LIGHT])).remedies
    acts = {act.measure: act for act in only.acts}
    assert {name: act.evidence for name, act in acts.items()} == {"zz.check": {"finding": "good"}, "zz.light": {}}
    assert {name: act.parties for name, act in acts.items()} == {"zz.check": ("b",), "zz.light": ("a",)}
    assert {ground.rule for act in only.acts for ground in act.grounds} == {"zz.act.s1.r"}
    assert (only.days, acts["zz.light"].transfers) == (5, ("t",))


def test_one_act_of_an_exporter_serves_all_its_transfers() -> None:
    data = plain()
    data["transfers"].append({**copy.deepcopy(data["transfers"][0]), "id": "u"})
    (only,) = found(rule("route", "r", requires=[LIGHT]), data=data).remedies
    assert (only.effort, only.acts[0].transfers) == (1, ("t", "u"))


def test_a_remedy_that_one_instrument_offers_and_another_forbids_is_none() -> None:
    one = rule("route", "r", requires=[LIGHT])
    ban = rule("ban", "b", [LIGHT], adverse=["zz.light"])
    result = found(one, ban)
    assert (result.status, result.remedies) == ("none", ())
    assert [blocker.instrument for blocker in result.blockers] == ["zz.act"]


def test_two_instruments_that_only_together_rule_it_out_are_both_named() -> None:
    one = instrument(SCOPE, rule("route", "r", requires=[LIGHT]), measures=MEASURES)
    forbids = rule("ban", "b", [LIGHT], adverse=["zz.light"])
    other = instrument(rule("scope", "s"), forbids, id="zz.other")
    beside = instrument(rule("scope", "s"), rule("route", "r", requires=[HEAVY]), id="zz.third")
    made = law(one, other, beside)
    result = remedies(read(plain(), made), made, alternatives=False)
    assert (result.status, [each.instrument for each in result.blockers]) == ("none", ["zz.act", "zz.other"])


def test_a_ban_that_nothing_lifts_is_named_with_its_rule() -> None:
    result = found(rule("ban", "b"), rule("route", "r", requires=[LIGHT]))
    assert [ground.rule for blocker in result.blockers for ground in blocker.rules] == ["zz.act.s1.b"]


def test_missing_facts_are_told_and_what_would_still_help_is_offered() -> None:
    rules = [rule("ban", "b", ["data.minors"]), rule("route", "r", requires=[LIGHT])]
    result = found(*rules)
    assert (result.status, sets(result), result.undetermined) == ("facts_missing", [(1, ["light"])], ("t: zz.act",))


# -- the shipped examples ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["thl-nih-diabetes", "three-party-genomics", "uk-us-data-bridge"])
def test_an_example_has_cited_remedies_that_make_it_lawful(name: str) -> None:
    result = remedies(example(name), shipped_law())
    assert result.status == "remedies"
    for remedy in result.remedies:
        assert remedy.outcome in LAWFUL
        assert all(act.grounds for act in remedy.acts)
    kinds = [other.kind for other in result.alternatives]
    order = ["federated_analysis", "enclave", "remote_access", "pseudonymise", "aggregate", "synthetic"]
    order += ["fewer_categories", "fewer_people", "other_hub"]
    assert kinds == [kind for kind in order if kind in kinds]
    assert "federated_analysis" in kinds
    assert result.remedies[0].acts[0].measure in remedies_text(result)


def test_the_cohort_for_the_nih_needs_an_instrument_between_public_bodies() -> None:
    """Standard clauses are out of reach, so article 46(2)(a) or (3)(b) has to carry it."""
    best = remedies(example("thl-nih-diabetes"), shipped_law(), alternatives=False).remedies[0]
    assert [act.measure for act in best.acts] == ["eu.public_body_instrument"]
    assert "eu.gdpr-transfers.art46-2-a.public-instrument" in best.mechanisms["fi-us"]


@pytest.mark.slow
def test_twelve_parties_take_few_proofs_and_each_step_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for seconds sees that something goes on; `bench.analysis` says how many seconds."""
    steps: list[str] = []
    proofs: list[Arrangement] = []

    def count(arrangement: Arrangement, *given: Any) -> Any:
        proofs.append(arrangement)
        return prove(arrangement, *given)

    monkeypatch.setattr("engine.decision.remedies.searching.prove", count)
    arrangement = read_arrangement(consortium(12), shipped_law().library)
    result = remedies(arrangement, shipped_law(), alternatives=False, progress=steps.append)
    assert result.status in ("remedies", "facts_missing")
    assert {"reading the law", "solving"} <= set(steps)
    # One of things as they stand, and some for each answer: not one for each transfer or combination of acts.
    assert 1 < len(proofs) <= 1 + 4 * len(result.remedies)
