"""A question whose answer can take a transfer out of a law comes first and alone; otherwise everything is asked."""

from __future__ import annotations

from tests.rulesets_for_tests.making import Data, decided, instrument, law, plain, rule, trait

GATE = trait("dataset", rules_out=False)
OTHER = trait("dataset")


def asked(*rules: Data, dataset: Data | None = None, **traits: Data) -> list[str]:
    """Return the names of the facts that are asked for; traits are named without the code of their law."""
    declared = {f"zz.{name}": each for name, each in traits.items()}
    data = plain(datasets__0__traits={f"zz.{name}": value for name, value in (dataset or {}).items()})
    return [question.fact for question in decided(law(instrument(*rules, traits=declared)), data).questions]


def test_what_can_end_the_matter_is_asked_alone() -> None:
    scope = rule("scope", "s", ["data.zz.other", "data.zz.gate"])
    assert asked(scope, other=OTHER, gate=GATE) == ["zz.gate"]
    assert set(asked(scope, other=OTHER, gate=OTHER)) == {"zz.gate", "zz.other"}


def test_once_it_is_answered_the_rest_is_asked() -> None:
    scope = rule("scope", "s", ["data.zz.other", "data.zz.gate"])
    assert asked(scope, dataset={"gate": True}, other=OTHER, gate=GATE) == ["zz.other"]
    assert asked(scope, dataset={"gate": False}, other=OTHER, gate=GATE) == []


def test_what_cannot_end_the_matter_alone_is_asked_among_others() -> None:
    scopes = (rule("scope", "s", ["data.zz.gate"]), rule("scope", "t", ["data.zz.other"]))
    assert set(asked(*scopes, other=OTHER, gate=GATE)) == {"zz.gate", "zz.other"}
    ban = (rule("scope", "s"), rule("ban", "b", ["data.zz.gate", "data.zz.other"]))
    assert set(asked(*ban, other=OTHER, gate=GATE)) == {"zz.gate", "zz.other"}, "the law reaches the transfer anyway"


def test_it_is_seen_through_definitions() -> None:
    """Both scopes turn on one fact, each behind another status."""
    made = (
        rule("definition", "d", ["data.zz.gate"], defines="zz.deep"),
        rule("definition", "e", ["leg.zz.deep", "data.zz.other"], defines="zz.status"),
        rule("scope", "s", ["leg.zz.status"]),
        rule("scope", "t", ["leg.zz.deep", "data.zz.more"]),
    )
    derived = trait("leg", derived=True)
    assert asked(*made, deep=derived, status=derived, other=OTHER, more=OTHER, gate=GATE) == ["zz.gate"]


def test_a_status_that_may_be_stated_can_be_asked_alone() -> None:
    status = trait("dataset", derived=True, ask="Has it the status?", rules_out=False)
    made = (
        rule("definition", "d", ["data.zz.behind"], defines="zz.status"),
        rule("scope", "s", ["data.zz.status", "data.zz.other"]),
    )
    assert asked(*made, status=status, behind=OTHER, other=OTHER) == ["zz.status"]


def test_a_choice_rules_out_by_the_value_named() -> None:
    choice = trait("dataset", "enum", values=["some", "none", "other"], rules_out="none")
    assert asked(rule("scope", "s", ["data.zz.kind != none", "data.zz.other"]), kind=choice, other=OTHER) == ["zz.kind"]
    both = rule("scope", "s", ["data.zz.kind in [none, some]", "data.zz.other"])
    assert set(asked(both, kind=choice, other=OTHER)) == {"zz.kind", "zz.other"}


def test_of_two_the_one_declared_first_is_asked() -> None:
    scope = rule("scope", "s", ["data.zz.second", "data.zz.first"])
    assert asked(scope, first=GATE, second=GATE) == ["zz.first"]


def test_a_yes_can_rule_out_by_an_exemption() -> None:
    made = (rule("scope", "s", ["data.zz.other"]), rule("exemption", "x", ["data.zz.excluded"]))
    assert asked(*made, other=OTHER, excluded=trait("dataset", rules_out=True)) == ["zz.excluded"]


def test_what_kind_of_deal_it_is_is_asked_before_what_else_its_rule_turns_on() -> None:
    made = (
        rule("definition", "d", ["transfer.agreement == passive_investment", "data.zz.gate"], defines="zz.status"),
        rule("scope", "s", ["leg.zz.status"]),
        rule("scope", "t", ["data.zz.other"]),
    )
    traits = {"status": trait("leg", derived=True), "gate": OTHER, "other": OTHER}
    assert set(asked(*made, **traits)) == {"agreement", "zz.other"}
    known = plain(transfers__0__agreement="passive_investment")
    declared = {f"zz.{name}": each for name, each in traits.items()}
    found = decided(law(instrument(*made, traits=declared)), known).questions
    assert {question.fact for question in found} == {"zz.gate", "zz.other"}


def test_whether_the_law_reaches_the_transfer_is_asked_before_what_it_demands() -> None:
    made = (
        rule("scope", "s", ["data.zz.reached"]),
        rule("exemption", "x", ["data.zz.exempt"]),
        rule("exception", "e", ["data.zz.yet"], to=["x"]),
        rule("ban", "b", ["data.zz.barred"]),
    )
    traits = dict.fromkeys(("reached", "exempt", "yet", "barred"), OTHER)
    assert set(asked(*made, **traits)) == {"zz.reached", "zz.exempt", "zz.yet"}
    assert asked(*made, dataset={"reached": True, "exempt": False}, **traits) == ["zz.barred"]
